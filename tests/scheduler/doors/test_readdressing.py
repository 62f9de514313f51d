"""What one door cannot take goes through another one of the person, or waits; never through both."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from scheduler import outbox
from scheduler.calendar import Calendar
from scheduler.caps import release_held
from scheduler.channel import Later, Refused, Sent, Unknown
from scheduler.doors import quota
from scheduler.doors.obstacles import HELD_OUTAGE, HELD_QUOTA, HELD_WINDOW
from scheduler.doors.readdressing import Readdressed, readdress
from scheduler.doors.returning import welcome
from scheduler.doors.terms import Terms
from store.database import Database
from store.outbox import INTERACTIVE
from store.tables import Account, Delivery, Door
from tests.scheduler.doors.people import LINES, OA, add_person, claim, open_doors, rows
from tests.scheduler.fakes import START, add_letter

DAY = timedelta(days=1)
LATER = START + timedelta(minutes=1)


def account(session: Session, account_id: int) -> Account:
    return session.get_one(Account, account_id, populate_existing=True)


def texts(session: Session, channel: str) -> list[str]:
    return [one.parcel.message.text for one in claim(session, channel, LATER)]


def test_nobody_silent_for_longer_than_the_window_is_claimed_for(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA})
        for code, silent in (("within", 7 * DAY), ("outside", 7 * DAY + timedelta(minutes=2))):
            person_id, ids = add_person(session, {"zalo-oa": START - silent}, code)
            add_letter(session, ids["zalo-oa"], code, channel="zalo-oa", person_id=person_id)
        assert [one.parcel.message.text for one in claim(session, "zalo-oa")] == ["within"]
        assert outbox.soonest(session, LINES["zalo-oa"], START, START + DAY) is None  # nothing to wake up for
        assert not outbox.is_empty(session, LINES["zalo-oa"], START)  # yet claimed for: others may wait behind these


def test_outside_the_window_a_message_waits_and_goes_out_when_the_person_writes(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA})
        person_id, ids = add_person(session, {"zalo-oa": START - 8 * DAY})
        for text in ("first", "second"):
            add_letter(session, ids["zalo-oa"], text, channel="zalo-oa", person_id=person_id)
        assert readdress(session, START) == Readdressed(held=2)
        assert readdress(session, START) == Readdressed()
        release_held(session, Calendar(), START)
    assert set(rows(any_database).values()) == {("zalo-oa", "held", HELD_WINDOW)}
    with any_database.transaction() as session:
        back = account(session, ids["zalo-oa"])
        back.last_heard_at = LATER
        assert welcome(session, back, LATER)
        assert texts(session, "zalo-oa") == ["first"]
        assert not welcome(session, back, LATER)
    assert rows(any_database)["second"] == ("zalo-oa", "held", HELD_WINDOW)  # one at a time: it waits for its own turn


def test_what_came_too_late_does_not_go_out_on_return(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA})
        person_id, ids = add_person(session, {"zalo-oa": START - 8 * DAY})
        add_letter(
            session,
            ids["zalo-oa"],
            "late",
            channel="zalo-oa",
            person_id=person_id,
            expires_at=START + timedelta(hours=1),
        )
        readdress(session, START)
        back = account(session, ids["zalo-oa"])
        back.last_heard_at = START + DAY
        assert not welcome(session, back, START + DAY)


def test_with_a_second_door_it_moves_as_the_same_delivery(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA, "telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START - 30 * DAY, "zalo-oa": START - 8 * DAY})
        letter = add_letter(session, ids["zalo-oa"], "card", channel="zalo-oa", person_id=person_id)
        token = session.get_one(Delivery, letter).token
        assert readdress(session, START) == Readdressed(moved=1)
        row = session.get_one(Delivery, letter, populate_existing=True)
        assert (row.channel, row.account_id, row.key, row.token) == ("telegram", ids["telegram"], "card", token)
        assert (texts(session, "zalo-oa"), texts(session, "telegram")) == ([], ["card"])


@pytest.mark.parametrize("terms", [Terms(open_for=7 * DAY, falls_back=False), OA])
def test_replies_never_move_and_neither_does_anything_where_the_office_does_not_want_it(
    any_database: Database, terms: Terms
) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": terms, "telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START, "zalo-oa": START - 8 * DAY})
        account(session, ids["zalo-oa"]).chosen_at = START
        lane = INTERACTIVE if terms.falls_back else 1
        add_letter(session, ids["zalo-oa"], "card", channel="zalo-oa", person_id=person_id, lane=lane)
        assert readdress(session, START).moved == 0
    assert rows(any_database)["card"][0] == "zalo-oa"


def test_what_may_have_arrived_stays_where_it_is_also_when_it_is_sent_again(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA, "telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START, "zalo-oa": START - 7 * DAY})
        account(session, ids["zalo-oa"]).chosen_at = START
        letter = add_letter(session, ids["zalo-oa"], "card", channel="zalo-oa", person_id=person_id)
        claim(session, "zalo-oa")
        outbox.settle(session, LINES["zalo-oa"], letter, Unknown("cut off"), START)
        assert readdress(session, START + DAY) == Readdressed()
        assert outbox.resend(session, letter, "cli", START + DAY)
        assert readdress(session, START + DAY) == Readdressed(held=1)
        release_held(session, Calendar(), START + DAY)
    assert rows(any_database)["card"] == ("zalo-oa", "held", HELD_WINDOW)


def test_the_platforms_word_closes_a_window_in_our_book_until_something_is_heard(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA})
        person_id, ids = add_person(session, {"zalo-oa": START - DAY})
        letter = add_letter(session, ids["zalo-oa"], "card", channel="zalo-oa", person_id=person_id)
        add_letter(session, ids["zalo-oa"], "next", channel="zalo-oa", person_id=person_id)
        claim(session, "zalo-oa", limit=1)
        refused = Refused("outside the interaction window", person="window")
        outbox.settle(session, LINES["zalo-oa"], letter, refused, LATER)
        assert texts(session, "zalo-oa") == []
    assert set(rows(any_database).values()) == {("zalo-oa", "held", HELD_WINDOW)}
    with any_database.transaction() as session:
        back = account(session, ids["zalo-oa"])
        assert back.closed_at == START
        back.last_heard_at = LATER
        assert welcome(session, back, LATER)
        assert texts(session, "zalo-oa") == ["card"]


@pytest.mark.parametrize("person", ["window", "blocked"])
def test_refused_unsent_it_goes_through_the_second_door_in_the_same_transaction(
    any_database: Database, person: str
) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": OA, "telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START - DAY, "zalo-oa": START})
        letter = add_letter(session, ids["zalo-oa"], "card", channel="zalo-oa", person_id=person_id)
        add_letter(session, ids["zalo-oa"], "next", channel="zalo-oa", person_id=person_id)
        claim(session, "zalo-oa")
        outbox.settle(session, LINES["zalo-oa"], letter, Refused("no", person=person), LATER)
    assert rows(any_database) == {key: ("telegram", "waiting", "") for key in ("card", "next")}


def test_blocked_without_a_second_door_it_ends_as_before(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms()})
        person_id, ids = add_person(session, {"telegram": START})
        letter = add_letter(session, ids["telegram"], "card", person_id=person_id)
        add_letter(session, ids["telegram"], "next", person_id=person_id)
        claim(session, "telegram")
        outbox.settle(session, LINES["telegram"], letter, Refused("no", person="blocked"), LATER)
    assert rows(any_database) == {
        "card": ("telegram", "refused", "no"),
        "next": ("telegram", "dropped", "account blocked"),
    }


def test_from_90_percent_on_replies_alone_go_out_and_at_the_end_nothing_until_the_month_is_over(
    any_database: Database,
) -> None:
    bot, december = "zalo-bot:1", START.replace(month=12)
    with any_database.transaction() as session:
        open_doors(session, {bot: Terms(monthly_quota=10)})
        people = [add_person(session, {bot: START}, f"NV{number}") for number in range(14)]
        for number, (person_id, ids) in enumerate(people):
            lane = INTERACTIVE if number >= 12 else 1
            add_letter(session, ids[bot], f"{number:02}", channel=bot, person_id=person_id, lane=lane)
        quota.count(session, bot, quota.RECEIVED, 1, START)
        assert len(claim(session, bot, limit=14)) == 8  # two replies and six scheduled ones: nine of ten
        assert readdress(session, START) == Readdressed(held=6)
        for text, (_, ids) in zip(("last", "too many"), people[10:], strict=False):
            add_letter(session, ids[bot], text, channel=bot, lane=INTERACTIVE)
        assert texts(session, bot) == ["last"]
        assert quota.uses(session, START)[bot].used == 10
        assert outbox.soonest(session, LINES[bot], LATER, LATER + DAY) is None
        assert release_held(session, Calendar(), START).released == 0
        assert [one.parcel.message.text for one in claim(session, bot, december, limit=1)] == ["too many"]
        assert release_held(session, Calendar(), december).released == 6


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        (Sent("1"), 1),
        (Unknown("cut off"), 1),
        (Refused("no such chat"), 1),
        (Refused("dead token", whole_bot=True), 0),
        (Later(5, "not connected"), 0),
        (outbox.NotStarted(), 0),
    ],
)
def test_counted_is_what_the_platform_may_have_counted(
    any_database: Database, outcome: outbox.Result, counted: int
) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-bot:1": Terms(monthly_quota=10)})
        person_id, ids = add_person(session, {"zalo-bot:1": START})
        letter = add_letter(session, ids["zalo-bot:1"], "card", channel="zalo-bot:1", person_id=person_id)
        claim(session, "zalo-bot:1")
        assert quota.uses(session, START)["zalo-bot:1"].sent == 1
        outbox.settle(session, LINES["zalo-bot:1"], letter, outcome, LATER)
        assert quota.uses(session, START)["zalo-bot:1"].sent == counted


def test_a_halted_door_holds_what_has_no_other_way_and_is_tried_with_one_message(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "zalo-oa": OA})
        for number in range(4):
            heard = {"telegram": START} if number else {"telegram": START, "zalo-oa": START - DAY}
            person_id, ids = add_person(session, heard, f"NV{number}")
            add_letter(session, ids["telegram"], f"card {number}", person_id=person_id)
        session.get_one(Door, "telegram").halted_at = START
        session.flush()
        assert readdress(session, START) == Readdressed(moved=1, held=2)
        assert len(claim(session, "telegram")) == 1
        assert claim(session, "telegram", LATER) == []
    states = sorted(rows(any_database).values())
    assert states == [
        ("telegram", "held", HELD_OUTAGE),
        ("telegram", "held", HELD_OUTAGE),
        ("telegram", "sending", ""),
        ("zalo-oa", "waiting", ""),
    ]


def test_held_back_for_the_quota_says_so(any_database: Database) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-bot:1": Terms(monthly_quota=10)})
        person_id, ids = add_person(session, {"zalo-bot:1": START})
        add_letter(session, ids["zalo-bot:1"], "card", channel="zalo-bot:1", person_id=person_id)
        quota.count(session, "zalo-bot:1", quota.SENT, 9, START)
        readdress(session, START)
        assert session.exec(select(Delivery.reason)).one() == HELD_QUOTA
