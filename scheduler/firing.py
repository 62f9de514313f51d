"""Firing: one due occurrence has its effect once, or is written off as missed or skipped, in one transaction."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation import figures
from scheduler.calendar import Calendar
from scheduler.choosing import NothingToAsk
from scheduler.digest import send_digests
from scheduler.planning import OVERLAPS
from scheduler.reminding import remind
from scheduler.reviewing import review
from scheduler.rounds import RoundStillOpen, close_round, open_round
from scheduler.shapes import Shape
from store.tables import Occurrence, Plan, Round

MISSED = "round.missed_late"
TAKEN = "taken"


def due(session: Session, now: datetime) -> list[int]:
    """Ids of the occurrences whose moment has come, oldest first."""
    query = (
        select(Occurrence.id)
        .where(Occurrence.state == "waiting", Occurrence.fires_at <= now)
        .order_by(col(Occurrence.fires_at), col(Occurrence.id))
    )
    return [found for found in session.exec(query) if found is not None]


def fire(session: Session, phrases: Phrases, calendar: Calendar, occurrence_id: int, now: datetime) -> str:
    """Let an occurrence have its effect; returns the state it came to, or `taken` when another process was first.

    The conditional UPDATE is the guard: it commits or rolls back together with everything the occurrence causes.
    """
    claimed = session.execute(
        update(Occurrence)
        .where(col(Occurrence.id) == occurrence_id, col(Occurrence.state) == "waiting", col(Occurrence.fires_at) <= now)
        .values(state="done", done_at=now)
    ).rowcount  # type: ignore[attr-defined]
    if not claimed:
        return TAKEN
    occurrence = session.get_one(Occurrence, occurrence_id, populate_existing=True)
    plan = session.get_one(Plan, occurrence.plan_id)
    shape = Shape.loads(plan.shape)
    if _is_too_late(session, occurrence, shape, now):
        occurrence.state, occurrence.note = "missed", MISSED
    elif occurrence.kind == "open":
        _open(session, phrases, calendar, occurrence, plan, now)
    else:
        _step(session, phrases, calendar, occurrence, shape, now)
    session.add(occurrence)
    session.flush()
    return occurrence.state


def _is_too_late(session: Session, occurrence: Occurrence, shape: Shape, now: datetime) -> bool:
    """Closing and freezing are never too late; a reminder is once the round has closed; the rest by the plan."""
    if occurrence.kind == "remind":
        return now >= session.get_one(Round, occurrence.round_id).closes_at
    return now - occurrence.fires_at > shape.lateness(occurrence.kind)


def _open(
    session: Session, phrases: Phrases, calendar: Calendar, occurrence: Occurrence, plan: Plan, now: datetime
) -> None:
    try:
        opened = open_round(session, phrases, calendar, plan, now)
    except RoundStillOpen:
        occurrence.state, occurrence.note = "skipped", OVERLAPS
    except NothingToAsk as refusal:
        occurrence.state, occurrence.note = "missed", refusal.key
    else:
        occurrence.round_id, occurrence.note = opened.round_id, opened.note


def _step(
    session: Session, phrases: Phrases, calendar: Calendar, occurrence: Occurrence, shape: Shape, now: datetime
) -> None:
    """What follows from an opening: reminder, review, closing, digest, freezing."""
    round_ = session.get_one(Round, occurrence.round_id)
    lateness = shape.lateness(occurrence.kind)
    match occurrence.kind:
        case "remind":
            remind(session, phrases, calendar, round_, now)
        case "review":
            review(session, phrases, calendar, occurrence, lateness, now)
        case "close":
            close_round(session, round_.id or 0, now)
        case "digest":
            send_digests(session, phrases, calendar, round_, lateness, now)
        case "freeze":
            close_round(session, round_.id or 0, now)
            figures.freeze(session, round_.id or 0, now)
        case unknown:
            raise ValueError(f"occurrence {occurrence.id} is of unknown kind {unknown!r}")
