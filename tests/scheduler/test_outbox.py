"""Claiming, settling and recovering rows of the outbox, on both databases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from scheduler import outbox, pace
from scheduler.channel import Later, Refused, Sent, Unknown
from scheduler.outbox import Claimed, Line, NotStarted
from store import ledger
from store.database import Database
from store.outbox import BROADCAST, INTERACTIVE
from store.tables import (
    Account,
    AuditEntry,
    Campaign,
    Delivery,
    LedgerEntry,
    Member,
    Pace,
    Person,
    Plan,
    Round,
    Unit,
)
from tests.scheduler.fakes import START, add_accounts, add_letter, peak, states, wanted

LINE = Line("telegram", "telegram:8123", 25, 1.0, "me")
OTHER = Line("telegram", "telegram:8123", 25, 1.0, "other")
SAFE = timedelta(seconds=30)


def claim(session: Session, now: datetime = START, line: Line = LINE, limit: int = 8, spare: int = 0) -> list[Claimed]:
    return outbox.claim(session, line, now, wanted, limit, spare)


def texts(claimed: list[Claimed]) -> list[str]:
    return [one.parcel.message.text for one in claimed]


def row(session: Session, delivery_id: int) -> Delivery:
    return session.exec(
        select(Delivery).where(Delivery.id == delivery_id).execution_options(populate_existing=True)
    ).one()


def account(session: Session, account_id: int) -> Account:
    return session.exec(select(Account).where(Account.id == account_id).execution_options(populate_existing=True)).one()


def add_member(session: Session) -> tuple[int, int]:
    """A round with one member; returns the round's and the person's id."""
    unit = Unit(code="U1", name="Phòng 1", kind="department", valid_from_on=date(2026, 1, 1))
    campaign = Campaign(code="C", name="C", starts_on=date(2026, 1, 1))
    session.add_all([unit, campaign])
    session.flush()
    person = Person(staff_code="NV001", name="An", unit_id=unit.id or 0)
    plan = Plan(campaign_id=campaign.id or 0, code="P", name="P", shape="{}")
    session.add_all([person, plan])
    session.flush()
    round_ = Round(plan_id=plan.id or 0, number=1, opens_at=START, closes_at=START, freezes_at=START)
    session.add(round_)
    session.flush()
    session.add(Member(round_id=round_.id or 0, person_id=person.id or 0, unit_id=unit.id or 0))
    session.flush()
    return round_.id or 0, person.id or 0


def test_replies_go_before_broadcasts_then_the_earlier_due_then_the_earlier_written(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two, three, four, five = add_accounts(session, 5)
        add_letter(session, one, "card, due now")
        add_letter(session, two, "card, due earlier", due_at=START - timedelta(minutes=1))
        add_letter(session, three, "reply", lane=INTERACTIVE)
        add_letter(session, four, "second reply", lane=INTERACTIVE)
        add_letter(session, five, "not yet", due_at=START + timedelta(seconds=1))
        claimed = claim(session)
    assert texts(claimed) == ["reply", "second reply", "card, due earlier", "card, due now"]
    assert [one.send_at for one in claimed] == [START + n * timedelta(milliseconds=40) for n in range(4)]


def test_a_claim_commits_the_intent(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        letter = add_letter(session, who, "question", choices=True)
        (claimed,) = claim(session)
    assert (claimed.parcel.delivery_id, claimed.parcel.address) == (letter, "a1")
    with any_database.transaction() as session:
        found = row(session, letter)
        assert (found.state, found.tries, found.holder, found.claimed_at) == ("sending", 1, "me", START)
        assert account(session, who).prompt_id == letter
        assert account(session, who).next_send_at == START + timedelta(seconds=1)
        assert claim(session, START + SAFE) == []


def test_a_message_without_choices_leaves_the_open_question_open(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        question = add_letter(session, who, "question", choices=True)
        claim(session)
        outbox.settle(session, LINE, question, Sent("m"), START)
        add_letter(session, who, "plain")
        assert texts(claim(session, START + SAFE)) == ["plain"]
        assert account(session, who).prompt_id == question


def test_a_chat_hears_its_messages_in_order_one_at_a_time_and_a_second_apart(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        first, second = (add_letter(session, who, text, lane=INTERACTIVE) for text in ("first", "second"))
        assert texts(claim(session)) == ["first"]
        assert claim(session, START + SAFE) == []  # the first one's outcome is not known yet
        outbox.settle(session, LINE, first, Sent("m1"), START)
        assert claim(session, START + timedelta(seconds=0.9)) == []
        assert texts(claim(session, START + timedelta(seconds=1))) == ["second"]
        assert row(session, second).state == "sending"


def test_a_message_tried_again_later_is_not_overtaken_in_its_chat(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        first = add_letter(session, who, "first", lane=INTERACTIVE)
        add_letter(session, who, "second", lane=INTERACTIVE)
        claim(session)
        outbox.settle(session, LINE, first, Later(5, "chat flooded"), START)
        assert claim(session, START + timedelta(seconds=4)) == []
        assert texts(claim(session, START + timedelta(seconds=5))) == ["first"]


def test_a_message_postponed_for_hours_does_not_silence_its_chat(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        first = add_letter(session, who, "first")
        claim(session)
        outbox.settle(session, LINE, first, Later(8 * 3600, "soft refusal"), START)
        add_letter(session, who, "reply", lane=INTERACTIVE)
        assert texts(claim(session, START + timedelta(minutes=1))) == ["reply"]
        assert row(session, first).due_at == START + timedelta(hours=8)
        assert (row(session, first).key, row(session, first).lane) == ("first", BROADCAST)


def test_some_places_are_kept_free_for_replies(any_database: Database) -> None:
    with any_database.transaction() as session:
        accounts = add_accounts(session, 9)
        for number, who in enumerate(accounts[:6]):
            add_letter(session, who, f"card {number}")
        assert len(claim(session, limit=3, spare=2)) == 1
        later = START + SAFE
        assert claim(session, later, limit=2, spare=2) == []
        for number, who in enumerate(accounts[6:]):
            add_letter(session, who, f"reply {number}", lane=INTERACTIVE)
        assert texts(claim(session, later, limit=2, spare=2)) == ["reply 0", "reply 1"]


@pytest.mark.parametrize("rate", [25.0, 1000.0])
def test_no_sliding_second_holds_more_than_the_rate(database: Database, rate: float) -> None:
    line, moments, now = Line("telegram", "bot", rate, 1.0, "me"), list[datetime](), START
    with database.transaction() as session:
        for number, who in enumerate(add_accounts(session, int(rate * 1.3))):
            add_letter(session, who, f"card {number}")
        while claimed := claim(session, now, line, limit=500):
            assert max(one.send_at for one in claimed) <= now + timedelta(seconds=pace.HORIZON)
            outbox.settle_all(session, line, [(one.parcel.delivery_id, Sent("m")) for one in claimed], now)
            moments += [one.send_at for one in claimed]
            now += timedelta(seconds=0.19)
    assert len(moments) == int(rate * 1.3)
    assert peak(moments) == rate


def test_what_is_late_is_missed_and_what_is_unwanted_is_dropped(any_database: Database) -> None:
    with any_database.transaction() as session:
        accounts = add_accounts(session, 4)
        add_letter(session, accounts[0], "late", expires_at=START - timedelta(seconds=1))
        add_letter(session, accounts[1], "late, not even due", due_at=START + SAFE, expires_at=START - SAFE)
        add_letter(session, accounts[2], "unwanted")
        add_letter(session, accounts[3], "in time", expires_at=START)
        claimed = outbox.claim(
            session, LINE, START, lambda _s, letters, _n: [letter.key != "unwanted" for letter in letters], 8
        )
        assert texts(claimed) == ["in time"]
        assert outbox.counts(session) == {"missed": 2, "dropped": 1, "sending": 1}
    assert states(any_database)["unwanted"] == "dropped"


def test_many_unwanted_messages_do_not_keep_one_claim_busy_for_long(database: Database) -> None:
    with database.transaction() as session:
        for number, who in enumerate(add_accounts(session, 100)):
            add_letter(session, who, f"card {number}")
        asked = list[int]()

        def never(_session: Session, letters: Sequence[Delivery], _now: datetime) -> list[bool]:
            asked.extend(letter.id or 0 for letter in letters)
            return [False] * len(letters)

        assert outbox.claim(session, LINE, START, never, 6) == []
        assert len(asked) == 48
        assert outbox.soonest(session, LINE, START, START) is not None


@pytest.mark.parametrize("state", ["stranger", "blocked", "unlinked"])
def test_an_account_that_is_not_active_gets_replies_only(any_database: Database, state: str) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1, state=state)
        add_letter(session, who, "card")
        add_letter(session, who, "reply", lane=INTERACTIVE)
        assert texts(claim(session)) == ["reply"]
        outbox.settle_all(session, LINE, [(2, Sent("m"))], START)
        assert claim(session, START + SAFE) == []
        assert row(session, 1).reason == f"account {state}"
    assert states(any_database) == {"card": "dropped", "reply": "sent"}


def test_a_broken_row_does_not_stop_everybodys_post(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        broken = row(session, add_letter(session, one, "broken"))
        broken.body = '{"text": "half'
        session.add(broken)
        add_letter(session, two, "whole")
        assert texts(claim(session)) == ["whole"]
    assert states(any_database)["broken"] == "refused"


def test_other_channels_are_left_alone(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1, channel="web")
        add_letter(session, who, "for the page", channel="web")
        assert claim(session) == []
        assert outbox.soonest(session, LINE, START, START) is None
        assert outbox.is_empty(session, LINE, START)


def test_two_claimers_at_once_never_share_a_row_or_a_slot(any_database: Database) -> None:
    with any_database.transaction() as session:
        for number, who in enumerate(add_accounts(session, 60)):
            add_letter(session, who, f"card {number}")

    def work(line: Line) -> list[Claimed]:
        taken = list[Claimed]()
        for number in range(30):
            with any_database.transaction() as session:
                taken += claim(session, START + timedelta(seconds=number * 0.2), line, limit=4)
        return taken

    with ThreadPoolExecutor(2) as pool:
        taken = [one for mine in pool.map(work, (LINE, OTHER)) for one in mine]
    assert len({one.parcel.delivery_id for one in taken}) == len(taken) == 60
    moments = sorted(one.send_at for one in taken)
    assert peak(moments) <= 25
    with any_database.transaction() as session:
        assert {letter.tries for letter in session.exec(select(Delivery))} == {1}


def test_a_sent_opening_counts_as_attempted_and_accepted(any_database: Database) -> None:
    with any_database.transaction() as session:
        round_id, person_id = add_member(session)
        (who,) = add_accounts(session, 1)
        letter = add_letter(session, who, "opening", kind="open", round_id=round_id, person_id=person_id)
        claim(session)
        member = session.exec(select(Member).execution_options(populate_existing=True)).one()
        assert (member.attempted_at, member.accepted_at) == (START, None)
        outbox.settle(session, LINE, letter, Sent("m7"), START + SAFE)
        member = session.exec(select(Member).execution_options(populate_existing=True)).one()
        assert (member.attempted_at, member.accepted_at) == (START, START + SAFE)
        found = row(session, letter)
        assert (found.state, found.platform_message_id, found.settled_at) == ("sent", "m7", START + SAFE)


def test_a_flood_sends_the_message_back_and_shuts_the_bot_for_all_chats(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        letter = add_letter(session, one, "flooded", choices=True)
        claim(session)
        outbox.settle(session, LINE, letter, Later(10_072, "retry after 10072", whole_bot=True), START)
        add_letter(session, two, "reply", lane=INTERACTIVE)
        assert account(session, one).prompt_id is None  # a typed number must not answer what nobody saw
        assert claim(session, START + timedelta(seconds=10_072)) == []
        opens_at = session.get_one(Pace, "telegram:8123").gate_until_at
        assert opens_at is not None
        assert outbox.soonest(session, LINE, START + SAFE, START + SAFE) == opens_at
        assert texts(claim(session, opens_at)) == ["reply", "flooded"]


def test_late_messages_are_missed_even_while_the_gate_is_closed(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        letter = add_letter(session, one, "flooded")
        claim(session)
        outbox.settle(session, LINE, letter, Later(600, "retry after 600", whole_bot=True), START)
        add_letter(session, two, "for today", expires_at=START + timedelta(seconds=9))
        assert claim(session, START + SAFE) == []
    assert states(any_database)["for today"] == "missed"


def test_a_blocked_account_is_marked_and_its_broadcasts_dropped(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        letter = add_letter(session, one, "card")
        add_letter(session, one, "next week", due_at=START + timedelta(days=7))
        add_letter(session, one, "reply", lane=INTERACTIVE, due_at=START + SAFE)
        add_letter(session, two, "somebody else's", due_at=START + SAFE)
        claim(session)
        outbox.settle(session, LINE, letter, Refused("bot was blocked by the user", person="blocked"), START)
        assert account(session, one).state == "blocked"
        assert account(session, two).state == "active"
        assert [entry.kind for entry in session.exec(select(LedgerEntry))] == ["blocked"]
    assert states(any_database) == {
        "card": "refused",
        "next week": "dropped",
        "reply": "waiting",
        "somebody else's": "waiting",
    }


def test_a_dead_token_stops_the_line_and_keeps_the_queue(any_database: Database) -> None:
    with any_database.transaction() as session:
        for number, who in enumerate(add_accounts(session, 3)):
            add_letter(session, who, f"card {number}")
        first, second, third = (one.parcel.delivery_id for one in claim(session))
        dead = Refused("Unauthorized", whole_bot=True)
        outbox.settle_all(session, LINE, [(first, dead), (second, NotStarted()), (third, dead)], START)
        assert outbox.counts(session) == {"waiting": 3}
        assert (row(session, first).tries, row(session, second).tries) == (1, 0)
        assert claim(session, START + timedelta(seconds=599)) == []
        assert pace.gate(session, "telegram:8123", START) == pace.Gate(START + timedelta(seconds=600), "Unauthorized")
        assert len(claim(session, START + timedelta(seconds=600))) == 3


def test_an_unknown_outcome_is_listed_and_sent_again_only_on_somebodys_word(any_database: Database) -> None:
    with any_database.transaction() as session:
        (who,) = add_accounts(session, 1)
        letter = add_letter(session, who, "card", expires_at=START + SAFE)
        claim(session)
        outbox.settle(session, LINE, letter, Unknown("ServerDisconnectedError"), START)
        assert claim(session, START + SAFE) == []
        (unsure,) = outbox.unknowns(session)
        assert (unsure.delivery_id, unsure.kind, unsure.reason) == (letter, "card", "ServerDisconnectedError")
        later = START + timedelta(hours=1)
        token = row(session, letter).token
        assert outbox.resend(session, letter, "NV001", later)
        assert not outbox.resend(session, letter, "NV001", later)
        (again,) = claim(session, later)
        assert again.parcel.token == token
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.actor, entry.act, entry.subject) == ("NV001", "resend", f"delivery {letter}")
        assert ledger.broken_link(session) is None


def test_settling_twice_changes_nothing(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        outcomes: list[tuple[int, outbox.Result]] = [
            (add_letter(session, one, "card"), Sent("m1")),
            (add_letter(session, two, "card 2"), Later(60, "soft")),
        ]
        claim(session)
        outbox.settle_all(session, LINE, outcomes, START)
        outbox.settle_all(session, LINE, outcomes, START + SAFE)
        assert row(session, outcomes[0][0]).settled_at == START
        assert row(session, outcomes[1][0]).due_at == START + timedelta(seconds=60)


@pytest.mark.parametrize(("repeats_safely", "state"), [(False, "unknown"), (True, "waiting")])
def test_what_a_dead_sender_left_is_unknown_unless_repeating_is_harmless(
    any_database: Database, repeats_safely: bool, state: str
) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        add_letter(session, one, "of the dead")
        claim(session)
        add_letter(session, two, "of the living")
        claim(session, START + SAFE, OTHER)
        assert outbox.recover(session, "web", repeats_safely, {"other"}, START) == 0
        assert outbox.recover(session, "telegram", repeats_safely, {"other"}, START) == 1
        assert outbox.recover(session, "telegram", repeats_safely, {"other"}, START) == 0
    assert states(any_database) == {"of the dead": state, "of the living": "sending"}


def test_a_sender_taken_for_dead_may_still_say_that_it_sent_but_nothing_else(any_database: Database) -> None:
    with any_database.transaction() as session:
        one, two = add_accounts(session, 2)
        first, second = add_letter(session, one, "card"), add_letter(session, two, "card 2")
        claim(session)
        outbox.recover(session, "telegram", False, set(), START)
        outbox.settle_all(session, LINE, [(first, Sent("m1")), (second, Later(1, "refused"))], START)
        outbox.settle_all(session, OTHER, [(second, Sent("of somebody else"))], START)
    assert states(any_database) == {"card": "sent", "card 2": "unknown"}


def test_rows_claimed_by_a_commit_nobody_heard_of_wait_again(any_database: Database) -> None:
    with any_database.transaction() as session:
        for number, who in enumerate(add_accounts(session, 3)):
            add_letter(session, who, f"card {number}")
        known = claim(session, limit=1)[0].parcel.delivery_id
        claim(session, START + timedelta(seconds=1), limit=1)
        claim(session, START + timedelta(seconds=2), OTHER, limit=1)
        assert outbox.put_back(session, LINE, [known], START) == 1
    assert states(any_database) == {"card 0": "sending", "card 1": "waiting", "card 2": "sending"}


def test_an_account_put_to_rest_by_a_clock_ahead_is_not_silent_when_the_clock_is_put_right(database: Database) -> None:
    with database.transaction() as session:
        (who,) = add_accounts(session, 1)
        tomorrow = add_letter(session, who, "tomorrow")
        claim(session, START + timedelta(days=1))
        outbox.settle(session, LINE, tomorrow, Sent("m"), START)
        add_letter(session, who, "today")
        assert texts(claim(session)) == ["today"]
