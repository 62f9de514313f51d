"""Plans as the office wants them, kept as campaign and plan rows."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from content.faults import Fault, Faults
from scheduler.shapes import Shape
from store import ledger
from store.tables import Campaign, Occurrence, Plan, Unit


class PlanFaults(Faults):
    """The plan files cannot be used as they stand."""


@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """A campaign as a file names it."""

    code: str
    name: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """A plan as a file names it. `audience` is a unit's code, empty for the whole office."""

    code: str
    campaign: CampaignEntry
    name: str
    audience: str
    shape: Shape
    file: str
    line: int


def check_plans(plans: Iterable[PlanEntry], topics: Container[str], tracks: Container[str]) -> None:
    """Raises PlanFaults when a plan names a topic or track that the library does not have: it would ask nothing."""
    faults = [
        Fault(plan.file, plan.line, f"unknown {kind} '{code}'")
        for plan in plans
        for kind, named, known in (("topic", plan.shape.topics, topics), ("track", plan.shape.tracks, tracks))
        for code in named
        if code not in known
    ]
    if faults:
        raise PlanFaults(faults)


def sync_plans(session: Session, plans: Sequence[PlanEntry], now: datetime) -> int:
    """Make the plan rows say what the files say; returns how many are new or changed.

    A plan no file names any more is set inactive. A changed plan forgets its planned opening, which is planned anew.
    Raises PlanFaults when an audience names a unit that does not exist; nothing is written then.
    """
    units = {unit.code: unit.id for unit in session.exec(select(Unit))}
    unknown = [plan for plan in plans if plan.audience and plan.audience not in units]
    if unknown:
        raise PlanFaults(Fault(plan.file, plan.line, f"unknown unit '{plan.audience}'") for plan in unknown)
    changed = [
        entry.code
        for entry in plans
        if _keep_plan(session, entry, _keep_campaign(session, entry.campaign), units.get(entry.audience))
    ]
    changed += _retire(session, [entry.code for entry in plans])
    for code in changed:
        ledger.record(session, "plan_changed", now, plan=code)
    return len(changed)


def active_plans(session: Session) -> Sequence[Plan]:
    """The plans that are running, in the order they were made."""
    return session.exec(select(Plan).where(col(Plan.active)).order_by(col(Plan.id))).all()


def _retire(session: Session, named: Iterable[str]) -> list[str]:
    gone = session.exec(select(Plan).where(col(Plan.active), col(Plan.code).not_in(named))).all()
    for row in gone:
        row.active = False
        session.add(row)
        _forget_planned(session, row)
    return [row.code for row in gone]


def _keep_campaign(session: Session, entry: CampaignEntry) -> int:
    row = session.exec(select(Campaign).where(Campaign.code == entry.code)).first()
    row = row or Campaign(code=entry.code, name=entry.name, starts_on=entry.starts_on)
    row.name, row.starts_on, row.ends_on = entry.name, entry.starts_on, entry.ends_on
    session.add(row)
    session.flush()
    return row.id or 0


def _keep_plan(session: Session, entry: PlanEntry, campaign_id: int, audience_unit_id: int | None) -> bool:
    row = session.exec(select(Plan).where(Plan.code == entry.code)).first()
    wanted: dict[str, Any] = {
        "campaign_id": campaign_id,
        "name": entry.name,
        "audience_unit_id": audience_unit_id,
        "shape": entry.shape.dumps(),
        "active": True,
    }
    if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
        return False
    if row is None:
        session.add(Plan(code=entry.code, **wanted))
    else:
        _forget_planned(session, row)
        for name, value in wanted.items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
    return True


def _forget_planned(session: Session, plan: Plan) -> None:
    """What is planned ahead but belongs to no round yet never happened; it is planned anew from the changed plan."""
    session.execute(
        delete(Occurrence).where(
            col(Occurrence.plan_id) == plan.id,
            col(Occurrence.state) == "waiting",
            col(Occurrence.round_id).is_(None),
        )
    )
