"""The outlook: the coming rounds of a plan with what each would ask, as the calendar and the content stand today.

Nothing is written. Content that is loaded, approved or expires meanwhile changes it; so does a changed calendar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from scheduler.calendar import Calendar, office_day
from scheduler.choosing import REUSED, Chosen, NothingToAsk, bank, draw, history
from scheduler.planning import latest_round, placed, runs_until
from scheduler.shapes import Shape
from scheduler.windows import next_slot
from store.tables import Campaign, Plan

PATIENCE = 60  # weeks without a round before a plan is taken for finished


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One coming round: its number, when it opens and closes, and what it would ask (None: nothing is left to ask)."""

    number: int
    opens_at: datetime
    closes_at: datetime
    chosen: Chosen | None

    @property
    def repeats(self) -> bool:
        """Whether something would be asked again within twelve weeks."""
        return self.chosen is not None and self.chosen.note == REUSED


def outlook(session: Session, calendar: Calendar, plan: Plan, now: datetime, rounds: int) -> list[Foreseen]:
    """The next rounds of a plan, at most so many; fewer when its campaign ends before."""
    shape = Shape.loads(plan.shape)
    content, past = bank(session, shape), history(session, plan.id or 0)
    last = latest_round(session, plan.id or 0)
    number = last.number if last else 0
    found: list[Foreseen] = []
    for opens_at, closes_at in _slots(session, calendar, plan, shape, now):
        if len(found) == rounds:
            break
        number += 1
        try:
            chosen = draw(content, past, shape, opens_at)
            past = past.after(chosen, number, opens_at)
        except NothingToAsk:
            chosen = None
        found.append(Foreseen(number, opens_at, closes_at, chosen))
    return found


def shortest_rest(foreseen: Sequence[Foreseen]) -> timedelta | None:
    """The shortest time between two askings of one question in the outlook; None when none comes twice."""
    last: dict[str, datetime] = {}
    rests = []
    for each in foreseen:
        for question in each.chosen.questions if each.chosen else ():
            if question.code in last:
                rests.append(each.opens_at - last[question.code])
            last[question.code] = each.opens_at
    return min(rests, default=None)


def _slots(
    session: Session, calendar: Calendar, plan: Plan, shape: Shape, now: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing of each coming round; a slot within a running round is left out, as in planning."""
    campaign = session.get_one(Campaign, plan.campaign_id)
    running = latest_round(session, plan.id or 0)
    busy_until = runs_until(running) if running else now
    nominal, empty = now, 0
    while empty < PATIENCE:
        nominal = shape.slot_after(nominal)
        if campaign.ends_on is not None and office_day(nominal) > campaign.ends_on:
            return
        opens_at = next_slot(calendar, placed(calendar, nominal))
        if opens_at <= busy_until or office_day(nominal) < campaign.starts_on:
            empty += 1
            continue
        closes_at = shape.closes.moment(calendar, office_day(opens_at))
        busy_until, empty = closes_at + timedelta(minutes=shape.grace_minutes), 0
        yield opens_at, closes_at
