"""A round for tests of counting: opened in a store of the office, without plan files, content or clock."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from participation import answering, counters
from participation.exemptions import mark_exempt
from scheduler.calendar import office_day
from scheduler.snapshot import take_snapshot
from store import ledger
from store.tables import (
    Account,
    Campaign,
    Consent,
    Occurrence,
    Person,
    Plan,
    QuestionVersion,
    RecallAsk,
    Round,
    RoundQuestion,
    Unit,
)

OPENS = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)  # Tuesday 09:00 in Hà Nội
CLOSES = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)  # Thursday 17:00
LONG_AGO = date(2020, 1, 1)


def add_unit(session: Session, code: str, parent_id: int | None = None) -> int:
    """A unit; returns its id."""
    unit = Unit(code=code, name=f"Đơn vị {code}", kind="Phòng", parent_id=parent_id, valid_from_on=LONG_AGO)
    session.add(unit)
    session.flush()
    return unit.id or 0


def add_people(session: Session, unit_id: int, count: int) -> list[int]:
    """So many people at work in a unit; returns their ids."""
    known = len(session.exec(select(Person.id)).all())
    people = [
        Person(staff_code=f"NV{number}", name=f"Người {number}", unit_id=unit_id)
        for number in range(known + 1, known + count + 1)
    ]
    session.add_all(people)
    session.flush()
    return [person.id or 0 for person in people]


def link(session: Session, person_id: int, now: datetime, channel: str = "web") -> int:
    """An account of this person's, with consent, as joining leaves it; returns its id."""
    number = len(session.exec(select(Account.id)).all())
    account = Account(
        channel=channel, address=f"{person_id}-{number}", person_id=person_id, state="active", linked_at=now
    )
    session.add(account)
    session.flush()
    session.add(Consent(person_id=person_id, account_id=account.id, purpose="participation", version="1", given_at=now))
    ledger.record(session, "linked", now, person_id=person_id, account_id=account.id)
    counters.look_again(session, person_id)
    return account.id or 0


def add_questions(session: Session, count: int) -> list[int]:
    """Questions of three options, the second right; returns the ids of their versions."""
    rows = [
        QuestionVersion(
            code=f"cau-{number}",
            version=1,
            checksum="0",
            topic="giao-tiep",
            kind="situation",
            difficulty=1,
            stem=f"Tình huống {number}?",
            options=json.dumps(["Một", "Hai", "Ba"]),
            right_options="[2]",
            explanation="Vì vậy.",
            citation="Điều 9",
            verified="text",
            in_force_from=LONG_AGO,
            added_at=OPENS,
        )
        for number in range(1, count + 1)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id or 0 for row in rows]


def open_round(session: Session, questions: Sequence[int], opens: datetime = OPENS, closes: datetime = CLOSES) -> Round:
    """The next round of the one plan, with everybody at work in its snapshot, as the scheduler opens one."""
    plan = session.exec(select(Plan)).first() or _plan(session)
    number = len(session.exec(select(Round.id)).all()) + 1
    freezes = closes + timedelta(days=1)
    round_ = Round(plan_id=plan.id or 0, number=number, opens_at=opens, closes_at=closes, freezes_at=freezes)
    session.add(round_)
    session.flush()
    for position, question in enumerate(questions, 1):
        session.add(RoundQuestion(round_id=round_.id or 0, position=position, question_version_id=question))
    session.flush()
    members = take_snapshot(session, round_, None, office_day(opens))
    ledger.record(session, "round_opened", opens, round_id=round_.id, questions=list(questions), members=members)
    mark_exempt(session, round_, opens)
    session.flush()
    return round_


def answer(session: Session, round_: Round, person_id: int, question: int, option: int = 2, **after: float) -> None:
    """An answer so long after the opening, e.g. ``hours=3``; one hour unless told otherwise."""
    at = OPENS + timedelta(**(after or {"hours": 1}))
    answering.answer(session, person_id, round_.id or 0, question, option, None, at)
    session.flush()


def reviewed(session: Session, round_: Round, person_id: int, question: int, *, is_right: bool = True) -> RecallAsk:
    """A review question that went with the round and was answered, long after a first right answer."""
    known = select(Occurrence).where(Occurrence.round_id == round_.id, Occurrence.kind == "review")
    review = session.exec(known).first()
    if review is None:
        moment = round_.closes_at
        review = Occurrence(plan_id=round_.plan_id, kind="review", round_id=round_.id, due_at=moment, fires_at=moment)
        session.add(review)
        session.flush()
    about = {"occurrence_id": review.id, "question_version_id": question, "position": 1, "asked_at": round_.closes_at}
    kept = {"after_first_right": True, "option": 2, "is_right": is_right, "answered_at": round_.closes_at}
    ask = RecallAsk(person_id=person_id, **about, **kept)  # type: ignore[arg-type]
    session.add(ask)
    session.flush()
    return ask


def _plan(session: Session) -> Plan:
    campaign = Campaign(code="c", name="C", starts_on=LONG_AGO)
    session.add(campaign)
    session.flush()
    plan = Plan(campaign_id=campaign.id or 0, code="p", name="P", shape="{}")
    session.add(plan)
    session.flush()
    return plan
