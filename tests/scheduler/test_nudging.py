"""A head's nudge: who gets it and when, once per round and unit, once per round and person, never second on a day."""

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from content.message import Message
from content.phrases import Phrases
from participation import pausing
from participation.refusals import Refusal
from scheduler.calendar import Calendar, office_day
from scheduler.caps import CAPPED, NUDGE
from scheduler.nudged import AlreadyNudged
from scheduler.nudging import NobodyToNudge, NoSlotLeft, Nudge, RoundOver, nudge, send_nudge
from scheduler.rounds import open_now
from scheduler.tick import tick
from scheduler.wanted import still_wanted
from scheduler.windows import in_window
from store.database import Database
from store.tables import Account, AuditEntry, Consent, Delivery, Duty, Exemption, LedgerEntry, Member, Person, Round
from tests.scheduler import stage
from tests.scheduler.stage import LONG_AGO, MONDAY, PLAN, at, told

TUESDAY, WEDNESDAY = at("2026-11-10", "09:00"), at("2026-11-11", "09:00")
THURSDAY = at("2026-11-12", "09:00")
CALENDAR = Calendar()


class Office:
    """S with rooms P1 and P2, six people each, five of them linked, a head for each; a round open since Tuesday."""

    def __init__(self, session: Session, phrases: Phrases) -> None:
        self.session, self.phrases = session, phrases
        stage.add_card(session, "giao-tiep", "the")
        stage.add_questions(session, "giao-tiep", 8, card="the")
        stage.add_plan(session)
        top = stage.add_unit(session, "S")
        self.units = {"S": top, "P1": stage.add_unit(session, "P1", top), "P2": stage.add_unit(session, "P2", top)}
        self.people = {code: stage.add_people(session, unit, 6, 5) for code, unit in self.units.items()}
        self.heads = {code: people[0] for code, people in self.people.items()}
        for code, unit in self.units.items():
            session.add(Duty(person_id=self.heads[code], unit_id=unit, kind="head", from_on=LONG_AGO))
        self.round_id = open_now(session, phrases, CALENDAR, PLAN, TUESDAY).round_id
        stage.send(session, TUESDAY)

    def plans(self, code: str, now: datetime) -> Nudge:
        return nudge(self.session, CALENDAR, self.round_id, self.units[code], now)

    def nudges(self, code: str, now: datetime) -> Nudge:
        unit, head = self.units[code], self.heads[code]
        return send_nudge(self.session, self.phrases, CALENDAR, self.round_id, unit, head, now)

    def member(self, person_id: int) -> Member:
        return self.session.get_one(Member, (self.round_id, person_id))

    def rows(self) -> list[Delivery]:
        return list(self.session.exec(select(Delivery).where(Delivery.kind == NUDGE).order_by(col(Delivery.id))))


@pytest.fixture
def office(any_database: Database, phrases: Phrases) -> Iterator[Office]:
    with any_database.transaction() as session:
        yield Office(session, phrases)


def test_it_goes_to_the_connected_who_have_not_taken_part_and_to_nobody_else(office: Office) -> None:
    head, answered, exempt, muted, paused, unlinked = office.people["P1"]
    office.member(answered).answers = 1
    office.member(exempt).exempt = "leave"
    office.member(muted).declined_reminders = True
    pausing.pause(office.session, paused, 5, TUESDAY)
    planned = office.plans("P1", WEDNESDAY)
    assert (planned.today, planned.later) == ((head,), ())
    assert planned.left_out == {"exempt": 1, "unconnected": 1, "quiet": 2, "full": 0, "nudged": 0}
    assert unlinked not in planned.today
    assert office.rows() == []
    office.nudges("P1", WEDNESDAY)
    (row,) = office.rows()
    assert (row.key, row.person_id, told(row.due_at)) == (f"nudge:1:{head}", head, "Wed 2026-11-11 09:00")


@pytest.mark.parametrize("why", ["reports leave", "is on leave", "withdraws", "left the chat"])
def test_who_is_away_or_cannot_be_written_to_is_left_in_peace(office: Office, why: str) -> None:
    person = office.people["P1"][1]
    account = office.session.exec(select(Account).where(Account.person_id == person)).one()
    if why == "is on leave":
        stage.grant_leave(office.session, [person], "2026-11-11", "2026-11-11")
    elif why == "reports leave":
        stage.grant_leave(office.session, [person], "2026-11-11", "2026-11-11")
        reported = office.session.exec(select(Exemption)).one()
        reported.approved_at, reported.asked_at = None, TUESDAY
    elif why == "withdraws":
        office.session.add(
            Consent(person_id=person, purpose="quiz", version="1", given_at=MONDAY, withdrawn_at=TUESDAY)
        )
    else:
        account.state = "blocked"
    office.session.flush()
    planned = office.plans("P1", WEDNESDAY)
    assert person not in planned.today
    assert (planned.people, planned.quiet) == (4, 1)


def test_the_words_name_the_unit_and_nobody_and_offer_ways_out(office: Office) -> None:
    office.nudges("P1", at("2026-11-12", "08:30"))
    message = Message.loads(office.rows()[0].body)
    assert message.text.startswith("Lời nhắc từ Phòng P1: đợt 1 còn mở đến 17:00 hôm nay")
    assert [choice.action for choice in message.choices] == ["say:tracnghiem", "away:1", "mute:1"]
    assert "!" not in message.plain()
    assert "Người" not in message.text


def test_the_second_time_is_refused_with_when_and_by_whom(office: Office, phrases: Phrases) -> None:
    office.nudges("P1", WEDNESDAY)
    with pytest.raises(AlreadyNudged) as refused:
        office.nudges("P1", WEDNESDAY + timedelta(hours=1))
    words = phrases(refused.value.key, **refused.value.values)
    assert words == (
        "Phòng P1 đã có lời nhắc của đợt 1 lúc 09:00 thứ Tư 11/11, người gửi: Người 0. Mỗi đợt chỉ nhắc một lần."
    )
    assert len(office.rows()) == 5


def test_heads_of_units_above_and_below_never_nudge_one_person_twice(office: Office) -> None:
    assert office.nudges("P1", WEDNESDAY).people == 5
    above = office.nudges("S", WEDNESDAY + timedelta(hours=1))
    assert (above.people, above.nudged) == (10, 5)
    with pytest.raises(AlreadyNudged) as refused:
        office.plans("P2", WEDNESDAY + timedelta(hours=2))
    assert refused.value.values["unit"] == "Phòng S"
    assert Counter(row.person_id for row in office.rows()).most_common(1)[0][1] == 1


def test_outside_the_windows_it_waits_for_the_next_one_and_says_so(office: Office) -> None:
    assert told(office.nudges("P1", at("2026-11-11", "12:00")).due_at) == "Wed 2026-11-11 13:45"
    assert told(office.nudges("P2", at("2026-11-11", "18:00")).due_at) == "Thu 2026-11-12 08:00"
    assert {told(row.due_at) for row in office.rows()} == {"Wed 2026-11-11 13:45", "Thu 2026-11-12 08:00"}


def test_it_is_refused_when_the_round_is_over_by_then_or_already(office: Office) -> None:
    with pytest.raises(NoSlotLeft):
        office.plans("P1", at("2026-11-12", "16:50"))
    with pytest.raises(RoundOver):
        office.plans("P1", at("2026-11-12", "17:00"))


def test_who_has_had_a_message_that_day_waits_for_the_next_while_the_round_is_open(office: Office) -> None:
    planned = office.nudges("P1", TUESDAY + timedelta(hours=1))
    assert (len(planned.today), len(planned.later)) == (0, 5)
    assert {row.state for row in office.rows()} == {"held"}
    tick(office.session, office.phrases, CALENDAR, at("2026-11-10", "16:45"))
    office.session.expire_all()
    assert {(row.state, told(row.due_at)) for row in office.rows()} == {("waiting", "Wed 2026-11-11 08:00")}


def test_on_the_last_day_who_has_had_a_message_is_told_of_as_left_out(office: Office) -> None:
    first = office.people["P1"][0]
    for row in office.session.exec(select(Delivery).where(Delivery.person_id == first)):
        row.due_at = THURSDAY
    office.session.flush()
    planned = office.plans("P1", THURSDAY + timedelta(hours=1))
    assert (planned.people, planned.full) == (4, 1)


def test_when_nobody_is_left_it_is_not_used_up(office: Office) -> None:
    for person in office.people["P1"][:5]:
        office.member(person).answers = 1
    with pytest.raises(NobodyToNudge) as refused:
        office.nudges("P1", WEDNESDAY)
    assert refused.value.values["unconnected"] == 1
    assert office.session.exec(select(LedgerEntry).where(LedgerEntry.kind == "nudged")).all() == []


def test_it_may_be_the_fourth_of_the_week_but_no_plan_gets_a_fourth_for_it(office: Office) -> None:
    """Opening, reminder and review are three; the nudge on Wednesday pushes the reminder to Thursday, no further."""
    office.nudges("P1", WEDNESDAY)
    moment = WEDNESDAY
    while moment < at("2026-11-13", "18:00"):
        tick(office.session, office.phrases, CALENDAR, moment)
        stage.send(office.session, moment)
        moment += stage.HALF_AN_HOUR
    office.session.expire_all()
    sent = office.session.exec(select(Delivery).where(Delivery.state == "sent", col(Delivery.kind).in_(CAPPED))).all()
    mine = [(row.kind, told(row.due_at)[:3]) for row in sent if row.person_id == office.people["P1"][0]]
    assert mine == [("open", "Tue"), ("nudge", "Wed"), ("remind", "Thu")]


def test_it_is_written_down_who_nudged(office: Office) -> None:
    office.nudges("P1", WEDNESDAY)
    entry = office.session.exec(select(AuditEntry).where(AuditEntry.act == "nudge")).one()
    assert (entry.actor, entry.subject) == (f"person {office.heads['P1']}", f"round 1 unit {office.units['P1']}")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_order_nobody_is_nudged_twice_nor_written_to_twice_a_day(
    database: Database, phrases: Phrases, seed: int
) -> None:
    """Heads press, people answer, pause, leave, the clock and the outbox run, in any order, for three weeks."""
    chance = random.Random(seed)
    with database.transaction() as session:
        office = Office(session, phrases)
        everybody = [person for people in office.people.values() for person in people]
        moment = TUESDAY
        while moment < at("2026-11-27", "18:00"):
            moment += timedelta(minutes=chance.choice((5, 40, 90, 300)))
            tick(session, phrases, CALENDAR, moment)
            office.round_id = max(session.exec(select(Round.id)).all(), key=lambda one: one or 0) or 0
            for _ in range(chance.randint(0, 2)):
                _something_happens(office, everybody, moment, chance)
            if in_window(CALENDAR, moment):
                _send(session, moment)
        sent = session.exec(select(Delivery).where(Delivery.state == "sent", col(Delivery.kind).in_(CAPPED))).all()
    nudges = Counter((row.round_id, row.person_id) for row in sent if row.kind == NUDGE)
    assert nudges
    assert max(nudges.values()) == 1
    days = Counter((row.person_id, office_day(row.settled_at or moment)) for row in sent)
    assert max(days.values()) == 1
    weeks = Counter((row.person_id, office_day(row.settled_at or moment).isocalendar()[1]) for row in sent)
    assert max(weeks.values()) <= 4
    plain = Counter(
        (row.person_id, office_day(row.settled_at or moment).isocalendar()[1]) for row in sent if row.kind != NUDGE
    )
    assert max(plain.values()) <= 3


def _something_happens(office: Office, everybody: list[int], moment: datetime, chance: random.Random) -> None:
    here = office.session.exec(select(Member.person_id).where(Member.round_id == office.round_id)).all()
    person = chance.choice(sorted({*here} & {*everybody}))
    match chance.randint(0, 9):
        case 0 | 1:
            office.member(person).answers = 1
        case 2:
            office.member(person).declined_reminders = True
        case 3:
            pausing.pause(office.session, person, chance.randint(1, 3), moment)
        case 4 if chance.random() < 0.1:
            office.session.get_one(Person, person).status = "left"
        case _:
            with contextlib.suppress(Refusal):
                office.nudges(chance.choice(("S", "P1", "P2")), moment)
    office.session.flush()


def _send(session: Session, moment: datetime) -> None:
    """The drain: each waiting row is looked at again before it goes out."""
    due = select(Delivery).where(Delivery.state == "waiting", Delivery.due_at <= moment)
    for row in session.exec(due).all():
        wanted = still_wanted(session, row, moment)
        if wanted and row.kind == NUDGE:
            member = session.get_one(Member, (row.round_id, row.person_id))
            assert (member.answers, member.exempt, member.declined_reminders) == (0, "", False)
        row.state, row.settled_at = "sent" if wanted else "dropped", moment
    session.flush()
