"""Reminding: one automatic reminder per round, early, to those who have not started, always with a way out."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from content.message import Choice, Message
from content.phrases import Phrases
from scheduler.calendar import Calendar, office_day
from scheduler.caps import put_capped
from scheduler.portions import BEGUN, Portion, last_of, next_members
from scheduler.quiet import on_leave, reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Delivery, Member, Occurrence, Round
from store.upsert import batches


def remind(
    session: Session, phrases: Phrases, calendar: Calendar, round_: Round, now: datetime, after: int = 0
) -> Portion:
    """Write the round's reminder to the next people it is meant for; a second run writes nothing more."""
    due_at = next_slot(calendar, now)
    if due_at >= round_.closes_at:
        return Portion()
    people = next_members(session, round_, after)
    absent = not_started(session, round_, people)
    accounts = reachable(session, due_at, absent)
    away = on_leave(session, office_day(due_at), absent)
    body = reminder(phrases, round_).dumps()
    messages = [
        Outgoing(
            key=f"remind:{round_.id}:{person_id}",
            account_id=accounts[person_id].id or 0,
            channel=accounts[person_id].channel,
            kind="remind",
            body=body,
            due_at=due_at,
            person_id=person_id,
            round_id=round_.id,
            expires_at=round_.closes_at,
        )
        for person_id in absent
        if person_id in accounts and person_id not in away
    ]
    return Portion(last_of(people), put_capped(session, messages))


def reminder(phrases: Phrases, round_: Round) -> Message:
    """The reminder in words: what is open, until when, and three choices."""
    choices = (
        Choice(phrases("round.remind_answer"), "say:tracnghiem"),
        Choice(phrases("round.remind_away"), f"away:{round_.id}"),
        Choice(phrases("round.remind_mute"), f"mute:{round_.id}"),
    )
    return Message(phrases("round.remind", number=round_.number, closes_at=round_.closes_at), choices)


def not_started(session: Session, round_: Round, people: Iterable[int]) -> list[int]:
    """Those of some members without an answer, save whose opening message is itself still on its way."""
    found: list[int] = []
    for ids in batches(people):
        coming = _on_their_way(session, round_, ids)
        found += (person_id for person_id in _absent(session, round_, ids) if person_id not in coming)
    asked_up_to = _asked_up_to(session, round_)
    return [person_id for person_id in found if asked_up_to is None or person_id <= asked_up_to]


def _absent(session: Session, round_: Round, ids: Sequence[int]) -> Sequence[int]:
    query = select(Member.person_id).where(
        Member.round_id == round_.id,
        Member.exempt == "",
        Member.answers == 0,
        col(Member.declined_reminders).is_(False),
        col(Member.person_id).in_(ids),
    )
    return session.exec(query.order_by(col(Member.person_id))).all()


def _on_their_way(session: Session, round_: Round, ids: Sequence[int]) -> set[int | None]:
    # By key alone: with the round or the state as a condition, SQLite goes through all the post of either.
    keys = [f"open:{round_.id}:{person_id}" for person_id in ids]
    rows = session.exec(select(Delivery.person_id, Delivery.state).where(col(Delivery.key).in_(keys)))
    return {person_id for person_id, state in rows if state in ("held", "waiting")}


def _asked_up_to(session: Session, round_: Round) -> int | None:
    """How far an opening that is still being written has come; None once all of it is."""
    opening = select(Occurrence.reached).where(
        Occurrence.round_id == round_.id, Occurrence.kind == "open", Occurrence.state == BEGUN
    )
    return session.exec(opening).first()
