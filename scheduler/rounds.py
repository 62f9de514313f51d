"""Rounds: opening one with everything that belongs to it in a single transaction, and closing it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from content.composing import opening_message
from content.phrases import Phrases
from participation.exemptions import mark_exempt
from participation.refusals import Refusal
from scheduler.calendar import Calendar, office_day
from scheduler.caps import Written, put_capped
from scheduler.choosing import Chosen, choose
from scheduler.planning import latest_round, runs_until
from scheduler.quiet import reachable
from scheduler.shapes import Shape, Step
from scheduler.snapshot import take_snapshot
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store import ledger
from store.outbox import Outgoing
from store.tables import Delivery, Member, Occurrence, Plan, Round, RoundQuestion
from store.upsert import insert_new

CLOSED = "round.dropped_closed"


class RoundStillOpen(Refusal):
    """The plan's last round has not closed. Values: `number`, `closes_at`."""

    key = "round.still_open"


class NoSuchPlan(Refusal):
    """No active plan has this code. Value: `code`."""

    key = "round.no_such_plan"


@dataclass(frozen=True, slots=True)
class Opened:
    """A round that was opened: people of the snapshot, exempt ones, messages to go out and held back by a cap.

    `note` is a phrase key when content had to be repeated.
    """

    round_id: int
    number: int
    opens_at: datetime
    closes_at: datetime
    members: int
    exempt: int
    sent: int
    held: int
    note: str


def open_round(session: Session, phrases: Phrases, calendar: Calendar, plan: Plan, now: datetime) -> Opened:
    """Open the next round of a plan at this moment. Raises RoundStillOpen or NothingToAsk, with nothing written.

    Its times are working days after the day the first message can go out, so a late opening moves the deadline too.
    """
    take_turns(session)
    running = latest_round(session, plan.id or 0)
    if running is not None and now <= runs_until(running):
        raise RoundStillOpen(number=running.number, closes_at=running.closes_at)
    shape = Shape.loads(plan.shape)
    chosen = choose(session, plan.id or 0, shape, now)
    first_slot = next_slot(calendar, now)
    round_ = _write_round(session, calendar, plan, shape, chosen, now, office_day(first_slot))
    members = take_snapshot(session, round_, plan.audience_unit_id, office_day(now))
    _log_opening(session, round_, chosen, members)
    exempt = mark_exempt(session, round_, now)
    written = _send_opening(session, phrases, round_, chosen, first_slot)
    _plan_steps(session, calendar, round_, shape, office_day(first_slot))
    return Opened(
        round_id=round_.id or 0,
        number=round_.number,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        members=len(members),
        exempt=exempt,
        sent=written.sent,
        held=written.held,
        note=chosen.note,
    )


def open_now(session: Session, phrases: Phrases, calendar: Calendar, plan_code: str, now: datetime) -> Opened:
    """Open a round outside the plan's slot. Raises NoSuchPlan, RoundStillOpen or NothingToAsk."""
    plan = session.exec(select(Plan).where(Plan.code == plan_code, col(Plan.active))).first()
    if plan is None:
        raise NoSuchPlan(code=plan_code)
    opened = open_round(session, phrases, calendar, plan, now)
    row = {"plan_id": plan.id, "kind": "open", "due_at": now, "fires_at": now, "round_id": opened.round_id}
    insert_new(session, Occurrence, [row | {"state": "done", "done_at": now, "note": opened.note}])
    return opened


def close_round(session: Session, round_id: int, now: datetime) -> int:
    """Close a round whose time has come and drop what still waits to be sent for it; returns how many were dropped.

    Answers that reach us within the grace are still taken: the answering room looks at the moment, not at the state.
    """
    closed = session.execute(
        update(Round)
        .where(col(Round.id) == round_id, col(Round.state) == "open", col(Round.closes_at) <= now)
        .values(state="closed")
    ).rowcount  # type: ignore[attr-defined]
    if not closed:
        return 0
    ledger.record(session, "round_closed", now, round_id=round_id)
    dropped = session.execute(
        update(Delivery)
        .where(
            col(Delivery.round_id) == round_id,
            col(Delivery.kind).in_(("open", "remind", "nudge")),
            col(Delivery.state).in_(("waiting", "held")),
        )
        .values(state="dropped", reason=CLOSED, settled_at=now)
    )
    return int(dropped.rowcount)  # type: ignore[attr-defined]


def _write_round(
    session: Session,
    calendar: Calendar,
    plan: Plan,
    shape: Shape,
    chosen: Chosen,
    now: datetime,
    opened_on: date,
) -> Round:
    last = latest_round(session, plan.id or 0)
    closes_at = shape.closes.moment(calendar, opened_on)
    round_ = Round(
        plan_id=plan.id or 0,
        number=last.number + 1 if last else 1,
        card_version_id=chosen.card.id if chosen.card else None,
        opens_at=now,
        closes_at=closes_at,
        grace_minutes=shape.grace_minutes,
        freezes_at=Step(shape.freeze_days, shape.closes.clock).moment(calendar, office_day(closes_at)),
    )
    session.add(round_)
    session.flush()
    for position, question in enumerate(chosen.questions, 1):
        session.add(RoundQuestion(round_id=round_.id or 0, position=position, question_version_id=question.id or 0))
    session.flush()
    return round_


def _log_opening(session: Session, round_: Round, chosen: Chosen, members: dict[int, int]) -> None:
    """The log names the snapshot itself, so that every figure of the round can be worked out from the log alone."""
    by_unit: dict[int, list[int]] = {}
    for person_id, unit_id in sorted(members.items()):
        by_unit.setdefault(unit_id, []).append(person_id)
    ledger.record(
        session,
        "round_opened",
        round_.opens_at,
        round_id=round_.id,
        number=round_.number,
        opens_at=round_.opens_at.isoformat(),
        closes_at=round_.closes_at.isoformat(),
        grace_minutes=round_.grace_minutes,
        questions=[question.id for question in chosen.questions],
        members=by_unit,
    )


def _send_opening(session: Session, phrases: Phrases, round_: Round, chosen: Chosen, due_at: datetime) -> Written:
    """Card and question 1 in one message, to everyone who counts and can be reached; useful until the round closes."""
    body = opening_message(phrases, round_, chosen.card, chosen.questions[0], len(chosen.questions)).dumps()
    accounts = reachable(session, due_at)
    counting = session.exec(
        select(Member.person_id)
        .where(Member.round_id == round_.id, Member.exempt == "")
        .order_by(col(Member.person_id))
    )
    messages = [
        Outgoing(
            key=f"open:{round_.id}:{person_id}",
            account_id=accounts[person_id].id or 0,
            channel=accounts[person_id].channel,
            kind="open",
            body=body,
            due_at=due_at,
            person_id=person_id,
            round_id=round_.id,
            expires_at=round_.closes_at,
        )
        for person_id in counting
        if person_id in accounts
    ]
    return put_capped(session, messages)


def _plan_steps(session: Session, calendar: Calendar, round_: Round, shape: Shape, opened_on: date) -> None:
    """Everything that follows from an opening is planned with it: reminder, review, closing, digest, freezing."""
    moments = {
        "remind": shape.remind.moment(calendar, opened_on),
        "review": shape.review.moment(calendar, opened_on),
        "close": round_.closes_at,
        "digest": shape.digest.moment(calendar, opened_on),
        "freeze": round_.freezes_at,
    }
    rows = [
        {
            "plan_id": round_.plan_id,
            "kind": kind,
            "due_at": moment,
            "fires_at": moment,
            "round_id": round_.id,
            "state": "waiting",
            "note": "",
        }
        for kind, moment in moments.items()
    ]
    insert_new(session, Occurrence, rows)
