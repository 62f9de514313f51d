"""Applying a roster in the caller's one transaction: units, people, who heads what, who left. Twice changes nothing."""

from datetime import datetime

from sqlmodel import Session

from participation.roster import Roster
from participation.roster.comparing import difference as compared
from participation.roster.difference import Difference
from participation.roster.people import apply_people
from participation.roster.standing import Standing, load
from participation.roster.units import apply_units
from participation.units import office_day
from store import ledger

MOST_REMOVALS = 5  # one in five people at work


class TooManyRemovals(Exception):
    """The roster would remove more than a fifth of the people at work; somebody has to say that it is right."""

    def __init__(self, count: int, total: int) -> None:
        super().__init__(f"{count} of {total}")
        self.count = count
        self.total = total


class DifferenceOutdated(Exception):
    """The office has changed since the difference was shown; nothing is written before it is shown again."""

    key = "roster.difference.outdated"


def apply(
    session: Session, roster: Roster, difference: Difference, actor: str, now: datetime, confirmed: bool = False
) -> None:
    """Write the difference that was shown. Open rounds keep the audience they opened with.

    Raises TooManyRemovals unless `confirmed`, DifferenceOutdated, RosterFaults; then nothing is written.
    """
    today = office_day(now)
    standing = load(session, today)
    if compared(roster, standing, today) != difference:
        raise DifferenceOutdated()
    _write(session, roster, difference, standing, actor, now, confirmed)


def apply_unseen(session: Session, roster: Roster, actor: str, now: datetime, confirmed: bool = False) -> Difference:
    """The same without showing it first: compare and write in one transaction; returns what was written.

    Raises TooManyRemovals unless `confirmed`, RosterFaults; then nothing is written.
    """
    today = office_day(now)
    standing = load(session, today)
    difference = compared(roster, standing, today)
    _write(session, roster, difference, standing, actor, now, confirmed)
    return difference


def _write(
    session: Session,
    roster: Roster,
    difference: Difference,
    standing: Standing,
    actor: str,
    now: datetime,
    confirmed: bool,
) -> None:
    leaving = len(difference.of("left"))
    if leaving * MOST_REMOVALS > difference.working and not confirmed:
        raise TooManyRemovals(leaving, difference.working)
    if difference.is_empty:
        return
    unit_ids = apply_units(session, roster, difference, standing, now)
    apply_people(session, roster, difference, standing, unit_ids, now)
    ledger.audit(session, actor, "roster_applied", "roster", now, **difference.counts())
    session.flush()
    session.expire_all()  # rows were written past the objects the caller may hold
