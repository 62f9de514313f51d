"""Notices to content admins: what became of a file they sent, and what lapses within a month. Each is sent once."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, select

from content.drafting import APPROVED, DECLINED, DRAFT
from content.message import Choice, Message
from content.pending import TABLES
from content.phrases import Phrases
from content.validity import Lapse, lapsing
from participation import units
from scheduler.calendar import load_calendar, office_day
from scheduler.quiet import reachable
from scheduler.windows import next_slot
from store.outbox import Outgoing, put
from store.tables import Setting, Upload

KIND = "notice"
ROLE = "content_admin"
TOLD = "lapses_told"  # the setting that remembers, by source, the last day that was told
STAYS = timedelta(days=5)  # later than that it is no news
LISTED = 6


def tell_sender(session: Session, phrases: Phrases, upload_id: int, now: datetime, reason: str = "") -> int:
    """Tell who sent a file what became of it, in the next send window; returns how many messages are new: 0 or 1."""
    upload = session.get(Upload, upload_id)
    if upload is None:
        return 0
    states = _states(session, upload_id)
    text = phrases(
        "review.notice",
        name=upload.name,
        sent_at=upload.received_at,
        approved=states[APPROVED],
        declined=states[DECLINED],
        waiting=states[DRAFT],
        reason=reason,
    )
    return notify(session, f"reviewed:{upload_id}", [upload.person_id], Message(text), now)


def tell_lapses(session: Session, phrases: Phrases, now: datetime) -> int:
    """Tell every content admin what has come within a month of its end since they were told last; how many messages.

    Meant to be called once a day. A source is told of once, and again only when its last day was changed.
    """
    today = office_day(now)
    known = session.get(Setting, TOLD)
    told: dict[str, str] = json.loads(known.value) if known else {}
    lapses = lapsing(session, today)
    news = [lapse for lapse in lapses if told.get(lapse.source) != lapse.until_on.isoformat()]
    if not news:
        return 0
    text = phrases("validity.notice", lapses=news[:LISTED], more=max(0, len(news) - LISTED), today=today)
    message = Message(text, (Choice(phrases("validity.see"), "say:hethan"),))
    sent = notify(session, f"lapses:{today}", sorted(units.holders(session, ROLE, today)), message, now)
    if sent:
        session.merge(Setting(name=TOLD, value=json.dumps(_by_source(lapses), sort_keys=True)))
    return sent


def _by_source(lapses: Iterable[Lapse]) -> dict[str, str]:
    return {lapse.source: lapse.until_on.isoformat() for lapse in lapses}


def _states(session: Session, upload_id: int) -> Counter[str]:
    """How many pieces of a file stand in each state."""
    return Counter(
        state
        for table in TABLES.values()
        for state in session.exec(select(table.state).where(table.upload_id == upload_id))
    )


def notify(session: Session, key: str, person_ids: Iterable[int], message: Message, now: datetime) -> int:
    """Tell these people once, in the next send window; who may not be disturbed then is not. How many are new."""
    due_at = next_slot(load_calendar(session), now)
    accounts = reachable(session, due_at)
    return put(
        session,
        [
            Outgoing(
                key=f"{key}:{person_id}",
                account_id=accounts[person_id].id or 0,
                channel=accounts[person_id].channel,
                kind=KIND,
                body=message.dumps(),
                due_at=due_at,
                person_id=person_id,
                expires_at=due_at + STAYS,
            )
            for person_id in person_ids
            if person_id in accounts
        ],
    )
