"""Planning ahead: every active plan has its next opening as a row. Two planners at once write one row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from scheduler.calendar import OFFICE_ZONE, Calendar, at_office, office_day
from scheduler.shapes import Shape
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store.tables import Campaign, Occurrence, Plan, Round
from store.upsert import insert_new

LOOK_BACK = timedelta(days=35)  # a slot longer ago has no working day near enough to be made up for
WEEKS_AHEAD = 60
OVERLAPS = "round.skipped_overlap"


@dataclass(frozen=True, slots=True)
class Planned:
    """How many openings were written, moved by a changed calendar, or skipped because a round is still running."""

    written: int = 0
    moved: int = 0
    skipped: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        return Planned(self.written + other.written, self.moved + other.moved, self.skipped + other.skipped)


def plan_ahead(session: Session, calendar: Calendar, now: datetime) -> Planned:
    """Write the next opening of each active plan whose campaign is running."""
    take_turns(session)
    query = select(Plan, Campaign).join(Campaign).where(col(Plan.active)).order_by(col(Plan.id))
    total = Planned()
    for plan, campaign in session.exec(query).all():
        waiting = _waiting(session, plan)
        if waiting:
            total += Planned(moved=sum(_realign(session, calendar, row, now) for row in waiting))
        else:
            total += _plan_next(session, calendar, plan, campaign, now)
    return total


def placed(calendar: Calendar, nominal: datetime) -> datetime:
    """A nominal moment moved to working time: the same clock on the next working day, inside a send window."""
    local = nominal.astimezone(OFFICE_ZONE)
    return next_slot(calendar, at_office(calendar.next_working(local.date()), local.time()))


def latest_round(session: Session, plan_id: int) -> Round | None:
    """The newest round of a plan."""
    return session.exec(select(Round).where(Round.plan_id == plan_id).order_by(col(Round.number).desc())).first()


def runs_until(round_: Round) -> datetime:
    """Until when a round leaves no room for the next one of its plan: closing and grace."""
    return round_.closes_at + timedelta(minutes=round_.grace_minutes)


def _plan_next(session: Session, calendar: Calendar, plan: Plan, campaign: Campaign, now: datetime) -> Planned:
    """The first slot that is not too late and does not fall into a running round; those that do are skipped."""
    shape = Shape.loads(plan.shape)
    running = latest_round(session, plan.id or 0)
    nominal, skipped = _start(session, plan, shape, now), 0
    for _ in range(WEEKS_AHEAD):
        nominal = shape.slot_after(nominal)
        if campaign.ends_on is not None and office_day(nominal) > campaign.ends_on:
            break
        fires_at = placed(calendar, nominal)
        too_late = fires_at + shape.lateness("open") < now
        if too_late or office_day(nominal) < campaign.starts_on:
            continue
        if running is not None and fires_at <= runs_until(running):
            skipped += _write(session, plan, nominal, fires_at, "skipped", OVERLAPS)
            continue
        return Planned(written=_write(session, plan, nominal, fires_at, "waiting", ""), skipped=skipped)
    return Planned(skipped=skipped)


def _start(session: Session, plan: Plan, shape: Shape, now: datetime) -> datetime:
    """The moment after which slots are looked for: the last one dealt with, and never far in the past."""
    last = session.exec(
        select(func.max(Occurrence.due_at)).where(Occurrence.plan_id == plan.id, Occurrence.kind == "open")
    ).first()
    if last is None:  # a plan seen for the first time starts with the slot of this very moment at the earliest
        return now - timedelta(microseconds=1)
    return max(last, now - LOOK_BACK)


def _write(session: Session, plan: Plan, nominal: datetime, fires_at: datetime, state: str, note: str) -> int:
    row = {
        "plan_id": plan.id,
        "kind": "open",
        "due_at": nominal,
        "fires_at": fires_at,
        "state": state,
        "note": note,
    }
    return insert_new(session, Occurrence, [row])


def _realign(session: Session, calendar: Calendar, row: Occurrence, now: datetime) -> int:
    """Move a planned opening when the calendar has changed since; one that is due already stays."""
    fires_at = placed(calendar, row.due_at)
    if row.fires_at <= now or fires_at == row.fires_at:
        return 0
    moved = session.execute(
        update(Occurrence)
        .where(col(Occurrence.id) == row.id, col(Occurrence.state) == "waiting")
        .values(fires_at=fires_at)
    )
    return int(moved.rowcount)  # type: ignore[attr-defined]


def _waiting(session: Session, plan: Plan) -> list[Occurrence]:
    query = select(Occurrence).where(
        Occurrence.plan_id == plan.id, Occurrence.kind == "open", Occurrence.state == "waiting"
    )
    return list(session.exec(query))
