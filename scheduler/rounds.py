"""Rounds: opening one with everything that belongs to it in a single transaction, and closing it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation.exemptions import mark_exempt
from participation.refusals import Refusal
from scheduler.asking import ask
from scheduler.calendar import Calendar, office_day
from scheduler.choosing import Chosen, choose
from scheduler.planning import latest_round, runs_until
from scheduler.portions import BEGUN, Portion
from scheduler.shapes import Shape, Step
from scheduler.snapshot import take_snapshot
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store import ledger
from store.tables import Delivery, Occurrence, Plan, Round, RoundQuestion
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

    Messages are counted as far as they are written. `note` is a phrase key when content had to be repeated.
    """

    round_id: int
    number: int
    opens_at: datetime
    closes_at: datetime
    members: int
    exempt: int
    note: str
    sent: int = 0
    held: int = 0


def open_round(session: Session, calendar: Calendar, plan: Plan, now: datetime) -> Opened:
    """Open the next round of a plan at this moment. Raises RoundStillOpen or NothingToAsk, with nothing written.

    Whom it counts is settled in one commit; its messages follow in portions, see `asking`. Its times are working days
    after the day the first message can go out, so a late opening moves the deadline too.
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
    _plan_steps(session, calendar, round_, shape, office_day(first_slot))
    return Opened(
        round_id=round_.id or 0,
        number=round_.number,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        members=sum(map(len, members.values())),
        exempt=exempt,
        note=chosen.note,
    )


def open_now(session: Session, phrases: Phrases, calendar: Calendar, plan_code: str, now: datetime) -> Opened:
    """Open a round outside the plan's slot, with all its messages. Raises what `begin_now` raises."""
    opened, occurrence = begin_now(session, calendar, plan_code, now)
    round_ = session.get_one(Round, opened.round_id)
    while (portion := ask(session, phrases, calendar, round_, now, occurrence.reached)).reached:
        occurrence.reached = portion.reached
        opened = _with(opened, portion)
    occurrence.state, occurrence.done_at = "done", now
    session.add(occurrence)
    session.flush()
    return _with(opened, portion)


def begin_now(session: Session, calendar: Calendar, plan_code: str, now: datetime) -> tuple[Opened, Occurrence]:
    """Open a round outside the plan's slot; its messages are the occurrence's to write, as those of any opening.

    Raises NoSuchPlan, RoundStillOpen or NothingToAsk.
    """
    plan = session.exec(select(Plan).where(Plan.code == plan_code, col(Plan.active))).first()
    if plan is None:
        raise NoSuchPlan(code=plan_code)
    opened = open_round(session, calendar, plan, now)
    slot = select(Occurrence).where(Occurrence.plan_id == plan.id, Occurrence.kind == "open", Occurrence.due_at == now)
    occurrence = session.exec(slot).first() or Occurrence(plan_id=plan.id or 0, kind="open", due_at=now, fires_at=now)
    occurrence.round_id, occurrence.state, occurrence.note = opened.round_id, BEGUN, opened.note
    session.add(occurrence)
    session.flush()
    return opened, occurrence


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


def _with(opened: Opened, portion: Portion) -> Opened:
    written = portion.written
    return replace(opened, sent=opened.sent + written.sent, held=opened.held + written.held)


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


def _log_opening(session: Session, round_: Round, chosen: Chosen, members: dict[int, list[int]]) -> None:
    """The log names the snapshot itself, so that every figure of the round can be worked out from the log alone."""
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
        members=members,
    )


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
