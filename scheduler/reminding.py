"""Reminding: one automatic reminder per round, early, to those who have not started, always with a way out."""

from datetime import datetime

from sqlmodel import Session, col, select

from content.message import Choice, Message
from content.phrases import Phrases
from scheduler.calendar import Calendar, office_day
from scheduler.caps import Written, put_capped
from scheduler.quiet import on_leave, reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Delivery, Member, Round


def remind(session: Session, phrases: Phrases, calendar: Calendar, round_: Round, now: datetime) -> Written:
    """Write the round's reminder to everyone it is meant for; a second run writes nothing more."""
    due_at = next_slot(calendar, now)
    if due_at >= round_.closes_at:
        return Written()
    body = reminder(phrases, round_).dumps()
    accounts = reachable(session, due_at)
    away = on_leave(session, office_day(due_at))
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
        for person_id in not_started(session, round_)
        if person_id in accounts and person_id not in away
    ]
    return put_capped(session, messages)


def reminder(phrases: Phrases, round_: Round) -> Message:
    """The reminder in words: what is open, until when, and three choices."""
    choices = (
        Choice(phrases("round.remind_answer"), "say:tracnghiem"),
        Choice(phrases("round.remind_away"), f"away:{round_.id}"),
        Choice(phrases("round.remind_mute"), f"mute:{round_.id}"),
    )
    return Message(phrases("round.remind", number=round_.number, closes_at=round_.closes_at), choices)


def not_started(session: Session, round_: Round) -> list[int]:
    """Members without an answer, save those whose opening message is itself still on its way."""
    # Two plain queries: as one with EXISTS, SQLite goes through the whole round's post for each member.
    on_its_way = set(
        session.exec(
            select(Delivery.person_id).where(
                Delivery.round_id == round_.id,
                Delivery.kind == "open",
                col(Delivery.state).in_(("held", "waiting")),
            )
        )
    )
    query = (
        select(Member.person_id)
        .where(
            Member.round_id == round_.id,
            Member.exempt == "",
            Member.answers == 0,
            col(Member.declined_reminders).is_(False),
        )
        .order_by(col(Member.person_id))
    )
    return [person_id for person_id in session.exec(query) if person_id not in on_its_way]
