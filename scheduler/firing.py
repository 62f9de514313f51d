"""Firing: one due occurrence has its effect once, or is written off as missed or skipped.

What goes to many people is written in portions, a transaction each: the occurrence says how far it has come, in the
commit that brought it there, so that whoever fires next goes on after it.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from content.phrases import Phrases
from participation import figures
from scheduler.asking import ask
from scheduler.calendar import Calendar
from scheduler.choosing import NothingToAsk
from scheduler.digest import Draft, draft, send_digests
from scheduler.planning import OVERLAPS
from scheduler.portions import BEGUN, Portion
from scheduler.reminding import remind
from scheduler.reviewing import review
from scheduler.rounds import RoundStillOpen, close_round, open_round
from scheduler.shapes import Shape
from store.tables import Occurrence, Plan, Round

MISSED = "round.missed_late"
TAKEN = "taken"
DUE = ("waiting", BEGUN)


def due(session: Session, now: datetime) -> list[int]:
    """Ids of the occurrences whose moment has come, oldest first."""
    query = (
        select(Occurrence.id)
        .where(col(Occurrence.state).in_(DUE), Occurrence.fires_at <= now)
        .order_by(col(Occurrence.fires_at), col(Occurrence.id))
    )
    return [found for found in session.exec(query) if found is not None]


def prepare(session: Session, phrases: Phrases, calendar: Calendar, occurrence_id: int, now: datetime) -> Draft | None:
    """What the next portion takes long to work out, read beside the writer; None where there is nothing of the kind."""
    occurrence = session.get_one(Occurrence, occurrence_id)
    shape = Shape.loads(session.get_one(Plan, occurrence.plan_id).shape)
    if occurrence.kind != "digest" or occurrence.state not in DUE or _is_too_late(session, occurrence, shape, now):
        return None
    round_ = session.get_one(Round, occurrence.round_id)
    return draft(session, phrases, calendar, round_, now, occurrence.reached)


def fire(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    occurrence_id: int,
    now: datetime,
    prepared: Draft | None = None,
) -> str:
    """Let an occurrence have its effect, or the next portion of it, and say what state it came to.

    `begun` means that more is left, `taken` that another process was first. The conditional UPDATE is the guard: it
    commits or rolls back together with everything the portion causes, and two processes write one after the other.
    What was prepared for another portion than the next is prepared again.
    """
    claimed = session.execute(
        update(Occurrence)
        .where(col(Occurrence.id) == occurrence_id, col(Occurrence.state).in_(DUE), col(Occurrence.fires_at) <= now)
        .values(state="done", done_at=now)
    ).rowcount  # type: ignore[attr-defined]
    if not claimed:
        return TAKEN
    occurrence = session.get_one(Occurrence, occurrence_id, populate_existing=True)
    plan = session.get_one(Plan, occurrence.plan_id)
    shape = Shape.loads(plan.shape)
    if _is_too_late(session, occurrence, shape, now):
        occurrence.state, occurrence.note = "missed", MISSED
    elif occurrence.kind == "open" and occurrence.round_id is None:
        _open(session, calendar, occurrence, plan, now)
    else:
        portion = _step(session, phrases, calendar, occurrence, shape, now, prepared)
        if portion.reached:
            occurrence.state, occurrence.reached = BEGUN, portion.reached
    session.add(occurrence)
    session.flush()
    return occurrence.state


def _is_too_late(session: Session, occurrence: Occurrence, shape: Shape, now: datetime) -> bool:
    """Closing and freezing are never too late; a reminder is once the round has closed; the rest by the plan.

    A round that is open asks as long as it is; what was begun is looked at again before each portion.
    """
    if occurrence.kind == "open" and occurrence.round_id is not None:
        return False
    if occurrence.kind == "remind":
        return now >= session.get_one(Round, occurrence.round_id).closes_at
    return now - occurrence.fires_at > shape.lateness(occurrence.kind)


def _open(session: Session, calendar: Calendar, occurrence: Occurrence, plan: Plan, now: datetime) -> None:
    """Open the round, or write the opening off; the messages are for the next portions, so that nobody waits long."""
    try:
        opened = open_round(session, calendar, plan, now)
    except RoundStillOpen:
        occurrence.state, occurrence.note = "skipped", OVERLAPS
    except NothingToAsk as refusal:
        occurrence.state, occurrence.note = "missed", refusal.key
    else:
        occurrence.state, occurrence.round_id, occurrence.note = BEGUN, opened.round_id, opened.note


def _step(
    session: Session,
    phrases: Phrases,
    calendar: Calendar,
    occurrence: Occurrence,
    shape: Shape,
    now: datetime,
    prepared: Draft | None,
) -> Portion:
    """The next portion of what an occurrence causes: messages that open a round, or what follows from its opening."""
    round_, after = session.get_one(Round, occurrence.round_id), occurrence.reached
    lateness = shape.lateness(occurrence.kind)
    match occurrence.kind:
        case "open":
            return ask(session, phrases, calendar, round_, now, after)
        case "remind":
            return remind(session, phrases, calendar, round_, now, after)
        case "review":
            return review(session, phrases, calendar, occurrence, round_, lateness, now)
        case "close":
            close_round(session, round_.id or 0, now)
        case "digest":
            if prepared is None or prepared.after != after:
                prepared = draft(session, phrases, calendar, round_, now, after)
            return send_digests(session, round_, prepared, lateness, now)
        case "freeze":
            close_round(session, round_.id or 0, now)
            figures.freeze(session, round_.id or 0, now)
        case unknown:
            raise ValueError(f"occurrence {occurrence.id} is of unknown kind {unknown!r}")
    return Portion()
