"""Obstacles: why an account cannot be sent a scheduled message now. Each is a phrase the operator and admin read."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import Session, col, select

from participation import interaction
from scheduler.doors import quota
from scheduler.doors.admission import STOPPED
from scheduler.doors.quota import Stage
from store.tables import Account, Door, Setting

HELD_STOPPED, HELD_OUTAGE, HELD_QUOTA, HELD_WINDOW = (
    "door.held_stopped",
    "door.held_outage",
    "door.held_quota",
    "door.held_window",
)
HELD_BY_DOORS = (HELD_STOPPED, HELD_OUTAGE, HELD_QUOTA, HELD_WINDOW)


class Obstacles:
    """How every door stands at a moment, read once and then asked about as many accounts as there are."""

    def __init__(self, session: Session, moment: datetime) -> None:
        self.moment = moment
        self.windows = interaction.windows(session)
        self.whole: dict[str, str] = {}  # channels closed to everybody, and why
        self._stays: set[str] = set()
        self._stopped = session.get(Setting, STOPPED) is not None
        uses = quota.uses(session, moment)
        for door in session.exec(select(Door).execution_options(populate_existing=True)):
            if not door.falls_back:
                self._stays.add(door.channel)
            if door.halted_at is not None:
                self.whole[door.channel] = HELD_OUTAGE
            elif uses[door.channel].stage in (Stage.REPLIES, Stage.SPENT):
                self.whole[door.channel] = HELD_QUOTA

    @property
    def is_stopped(self) -> bool:
        """Whether the operator has stopped all scheduled sending."""
        return self._stopped

    @property
    def are_possible(self) -> bool:
        """Whether any account may meet one at all: else nobody has to look."""
        return self._stopped or bool(self.whole) or bool(self.windows)

    def of(self, account: Account) -> str:
        """What keeps a scheduled message from an account; empty when nothing does."""
        if self._stopped:
            return HELD_STOPPED
        if reason := self.whole.get(account.channel):
            return reason
        return HELD_WINDOW if interaction.is_closed(account, self.windows, self.moment) else ""

    def shut(self, account: type[Account]) -> ColumnElement[bool]:
        """Whether anything does, as a condition."""
        if self._stopped:
            return true()
        is_whole = col(account.channel).in_(sorted(self.whole))
        return or_(is_whole, interaction.has_closed(self.windows, self.moment, account))

    def may_fall_back(self, account: Account) -> bool:
        """Whether the office lets another door stand in for this account's."""
        return account.channel not in self._stays

    def stays(self, account: type[Account]) -> ColumnElement[bool]:
        """That it does not, as a condition."""
        return col(account.channel).in_(sorted(self._stays))
