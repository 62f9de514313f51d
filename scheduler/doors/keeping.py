"""Keeping a window open: before it closes a person is asked, once, for a word; only when something would be missed."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, func, or_, select

from content.message import Choice, Message
from content.phrases import Phrases
from participation import interaction
from scheduler.calendar import Calendar, at_office, office_day
from scheduler.caps import Written, put_capped
from scheduler.doors.obstacles import Obstacles
from scheduler.doors.preference import active_accounts, place
from scheduler.doors.readdressing import WINDOW
from scheduler.quiet import on_leave, reachable
from scheduler.windows import in_window, next_slot
from store.outbox import Outgoing
from store.tables import Account, Door, Member, Occurrence, Round

AHEAD = timedelta(days=1)  # of a week's window this is the sixth day
LOOK_EVERY = timedelta(hours=1)  # a look goes through every account of the door
WITHIN = timedelta(days=7)  # an opening so soon after the closing would be missed


def is_time(calendar: Calendar, closes_at: datetime, now: datetime) -> bool:
    """Whether to ask now: the window closes within a day, or before messages may go out again after today."""
    if not (in_window(calendar, now) and now < closes_at):
        return False
    tomorrow = at_office(office_day(now) + timedelta(days=1), time())
    return closes_at - now <= AHEAD or next_slot(calendar, tomorrow) >= closes_at


def ask_for_a_word(session: Session, phrases: Phrases, calendar: Calendar, now: datetime) -> Written:
    """Write to those whose window is about to close. Once for each closing, within caps, pauses and send windows."""
    if not in_window(calendar, now) or not _looks_now(session, now):
        return Written()
    closing = _closing(session, calendar, now)
    if not closing:
        return Written()
    due = _have_questions(session, closing) | _opening_missed(session, closing, now)
    due -= on_leave(session, office_day(now)) | _have_another_door(session, closing, now)
    accounts = reachable(session, now)
    return put_capped(
        session,
        [
            _question(phrases, accounts[person_id], closes_at, now)
            for person_id, (account_id, closes_at) in sorted(closing.items())
            if person_id in due and person_id in accounts and accounts[person_id].id == account_id
        ],
    )


def _looks_now(session: Session, now: datetime) -> bool:
    """Whether the last look at the doors with a window is an hour ago; notes that this is one."""
    this = (col(Door.open_seconds) > 0, or_(col(Door.looked_at).is_(None), col(Door.looked_at) <= now - LOOK_EVERY))
    looked = session.execute(update(Door).where(*this).values(looked_at=now))
    return bool(looked.rowcount)  # type: ignore[attr-defined]


def _closing(session: Session, calendar: Calendar, now: datetime) -> dict[int, tuple[int, datetime]]:
    """By person the account whose window is about to close, and when."""
    windows = interaction.windows(session)
    query = select(Account).where(
        Account.state == "active",
        col(Account.person_id).is_not(None),
        col(Account.channel).in_(sorted(windows)),
        ~interaction.has_closed(windows, now),
    )
    found = {}
    for account in session.exec(query.order_by(col(Account.id))):
        closes_at = interaction.closes_at(account, windows)
        if closes_at is not None and is_time(calendar, closes_at, now):
            found[account.person_id or 0] = (account.id or 0, closes_at)
    return found


def _have_questions(session: Session, people: Iterable[int]) -> set[int]:
    """Those of them with a question left in a running round."""
    query = (
        select(Member.person_id)
        .join(Round, col(Round.id) == col(Member.round_id))
        .where(Round.state == "open", Member.exempt == "", col(Member.finished_at).is_(None))
    )
    return set(session.exec(query)) & set(people)


def _opening_missed(session: Session, closing: dict[int, tuple[int, datetime]], now: datetime) -> set[int]:
    """Those whose next round opens soon after their window has closed, going by whom its plan asked last time."""
    newest = select(func.max(Round.id)).group_by(col(Round.plan_id))
    query = (
        select(Member.person_id, Occurrence.fires_at)
        .join(Round, col(Round.id) == col(Member.round_id))
        .join(Occurrence, col(Occurrence.plan_id) == col(Round.plan_id))
        .where(
            col(Round.id).in_(newest),
            Occurrence.kind == "open",
            Occurrence.state == "waiting",
            Occurrence.fires_at > now,
        )
    )
    return {
        person_id
        for person_id, opens_at in session.exec(query)
        if person_id in closing and closing[person_id][1] <= opens_at <= closing[person_id][1] + WITHIN
    }


def _have_another_door(session: Session, closing: dict[int, tuple[int, datetime]], now: datetime) -> set[int]:
    """Those who would miss nothing, for another account of theirs may take what this one cannot."""
    obstacles = Obstacles(session, now)
    found = set()
    for person_id, accounts in active_accounts(session, sorted(closing)).items():
        own = next(one for one in accounts if one.id == closing[person_id][0])
        if place([one for one in accounts if one is not own], obstacles) and obstacles.may_fall_back(own):
            found.add(person_id)
    return found


def _question(phrases: Phrases, account: Account, closes_at: datetime, now: datetime) -> Outgoing:
    heard_at = account.last_heard_at or now
    choices = (Choice(phrases("door.keep_yes"), "say:menu"), Choice(phrases("door.keep_pause"), "say:tamdung"))
    return Outgoing(
        key=f"{WINDOW}:{account.id}:{int(heard_at.timestamp())}",
        account_id=account.id or 0,
        channel=account.channel,
        kind=WINDOW,
        body=Message(phrases("door.keep", closes_at=closes_at), choices).dumps(),
        due_at=now,
        person_id=account.person_id,
        expires_at=closes_at,
    )
