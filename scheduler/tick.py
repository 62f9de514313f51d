"""The tick: give held messages their turn, plan ahead, let what is due have its effect."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from content.phrases import Phrases
from scheduler import portions
from scheduler.calendar import SEND_WINDOWS, Calendar, Window, load_calendar
from scheduler.caps import Released, Written, release_held, release_next
from scheduler.curfew import observe_curfew, put_off_next
from scheduler.doors.keeping import ask_for_a_word
from scheduler.doors.readdressing import Readdressed, readdress
from scheduler.doors.watching import watch
from scheduler.firing import due, fire, prepare
from scheduler.planning import Planned, plan_ahead
from scheduler.portions import BEGUN
from store.database import Database

FAILED = "failed"
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one tick did: openings planned, occurrences by the state they came to, messages moved,

    people asked for a word before their interaction window closes.
    """

    planned: Planned
    done: int
    missed: int
    skipped: int
    failed: int
    released: Released
    put_off: int
    readdressed: Readdressed
    asked: int

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return self == TickReport(Planned(), 0, 0, 0, 0, Released(), 0, Readdressed(), 0)


def tick(session: Session, phrases: Phrases, calendar: Calendar, now: datetime) -> TickReport:
    """The whole tick in the caller's transaction; what raises stops it. For commands and the demo's clock."""
    put_off = observe_curfew(session, calendar, now)  # first: what is put off takes room on the day it goes to
    watch(session, phrases, now)
    readdressed = readdress(session, now)
    released = release_held(session, calendar, now)  # then what waits already, and only then what is new
    planned = plan_ahead(session, calendar, now)
    states = Counter(_whole(session, phrases, calendar, occurrence_id, now) for occurrence_id in due(session, now))
    if states:
        planned += plan_ahead(session, calendar, now)
    asked = ask_for_a_word(session, phrases, calendar, now)
    return _report(planned, states, released, put_off, readdressed, asked)


async def run_tick(
    database: Database, phrases: Phrases, now: datetime, windows: tuple[Window, ...] = SEND_WINDOWS
) -> TickReport:
    """The same with a transaction for each portion of an occurrence: one that fails is logged, tried again by the next
    tick until it is too late, and holds up none of the others. Between two portions everybody else gets a turn.
    """
    calendar = await database.run(load_calendar, windows)
    put_off = moved = await database.run(put_off_next, calendar, now)
    while moved == portions.PUT_OFF:
        moved = await database.run(put_off_next, calendar, now)
        put_off += moved
    await database.run(watch, phrases, now)
    readdressed = await database.run(readdress, now)
    released, reached = await database.run(release_next, calendar, now)
    while reached:
        more, reached = await database.run(release_next, calendar, now, reached)
        released += more
    planned = await database.run(plan_ahead, calendar, now)
    states: Counter[str] = Counter()
    for occurrence_id in await database.run(due, now):
        states[await _fire(database, phrases, calendar, occurrence_id, now)] += 1
    if states:
        planned += await database.run(plan_ahead, calendar, now)
    asked = await database.run(ask_for_a_word, phrases, calendar, now)
    return _report(planned, states, released, put_off, readdressed, asked)


async def _fire(database: Database, phrases: Phrases, calendar: Calendar, occurrence_id: int, now: datetime) -> str:
    try:
        state = BEGUN
        while state == BEGUN:
            prepared = await database.look(prepare, phrases, calendar, occurrence_id, now)
            state = await database.run(fire, phrases, calendar, occurrence_id, now, prepared)
        return state
    except Exception:
        logger.exception("an occurrence failed", occurrence_id=occurrence_id)
        return FAILED


def _whole(session: Session, phrases: Phrases, calendar: Calendar, occurrence_id: int, now: datetime) -> str:
    while (state := fire(session, phrases, calendar, occurrence_id, now)) == BEGUN:
        pass
    return state


def _report(
    planned: Planned, states: Counter[str], released: Released, put_off: int, readdressed: Readdressed, asked: Written
) -> TickReport:
    return TickReport(
        planned=planned,
        done=states["done"],
        missed=states["missed"],
        skipped=states["skipped"],
        failed=states[FAILED],
        released=released,
        put_off=put_off,
        readdressed=readdressed,
        asked=asked.sent,
    )
