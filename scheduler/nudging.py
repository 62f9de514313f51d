"""Nudging: a head's one courteous reminder of a round, to those of the unit who have not taken part yet.

Once per round and unit, once per round and person whoever heads whom; within the send windows; never the second
scheduled message of a day. Before anything is written it is told who would get it, and how many not and why.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from content.message import Choice, Message
from content.phrases import Phrases
from participation.counting import is_linked, subtree
from participation.refusals import Refusal
from scheduler.calendar import Calendar, at_office, office_day
from scheduler.caps import HELD_DAY, NUDGE, Tally, office_caps, put_capped
from scheduler.nudged import last_nudge, log_nudge
from scheduler.quiet import on_leave, reachable
from scheduler.reminding import not_started
from scheduler.turns import take_turns
from scheduler.windows import next_slot
from store.outbox import Outgoing
from store.tables import Delivery, Member, Round, RoundUnit


class RoundOver(Refusal):
    """The round does not run any more. Values: `number`."""

    key = "nudge.over"


class NoSlotLeft(Refusal):
    """The round will be over when messages may go out again. Values: `number`, `closes_at`, `slot_at`."""

    key = "nudge.no_slot"


class NobodyToNudge(Refusal):
    """Nobody is left who may be nudged. Values: those of `Nudge.left_out` and `number`, `unit`."""

    key = "nudge.nobody"


@dataclass(frozen=True, slots=True)
class Nudge:
    """Who would get a nudge at `due_at`, who on the next day free for them, and how many would not and why.

    `quiet`: paused, away, withdrawn, unreachable, without the opening message yet, or asked not to be reminded of this
    round: one number, so that it says nothing of anybody. `full`: no day of the round is left for them.
    """

    round_id: int
    number: int
    closes_at: datetime
    unit_id: int
    unit: str
    due_at: datetime
    today: tuple[int, ...]
    later: tuple[int, ...]
    exempt: int
    unconnected: int
    quiet: int
    full: int
    nudged: int

    @property
    def people(self) -> int:
        """How many get it."""
        return len(self.today) + len(self.later)

    @property
    def left_out(self) -> dict[str, int]:
        """How many do not get it, by reason."""
        return {reason: getattr(self, reason) for reason in ("exempt", "unconnected", "quiet", "full", "nudged")}


def nudge(session: Session, calendar: Calendar, round_id: int, unit_id: int, now: datetime) -> Nudge:
    """What a nudge of a unit and everything below it would do now. Raises the refusals above; writes nothing."""
    round_ = session.get_one(Round, round_id)
    due_at = _slot(calendar, round_, now)
    if (before := last_nudge(session, round_, {unit_id})) is not None:
        raise before
    tree = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)).all()
    found = _sorted(session, calendar, round_, subtree(tree, unit_id), due_at)
    name = next(unit.name for unit in tree if unit.unit_id == unit_id)
    planned = Nudge(round_id, round_.number, round_.closes_at, unit_id, name, due_at, **found)
    if planned.people:
        return planned
    line = {unit.unit_id for unit in tree if unit_id in subtree(tree, unit.unit_id)} | subtree(tree, unit_id)
    if planned.nudged and (before := last_nudge(session, round_, line)) is not None:
        raise before  # whoever heads a unit above or below has nudged them all
    raise NobodyToNudge(number=round_.number, unit=name, **planned.left_out)


def send_nudge(
    session: Session, phrases: Phrases, calendar: Calendar, round_id: int, unit_id: int, actor_id: int, now: datetime
) -> Nudge:
    """Write the nudge and who asked for it, in one transaction; returns what was written. Raises as `nudge` does.

    The caller has made sure that the actor heads the unit or one above it.
    """
    take_turns(session)  # head and deputy may press at once
    planned = nudge(session, calendar, round_id, unit_id, now)
    accounts = reachable(session, planned.due_at, (*planned.today, *planned.later))
    put_capped(
        session,
        [
            Outgoing(
                key=f"{NUDGE}:{round_id}:{person_id}",
                account_id=accounts[person_id].id or 0,
                channel=accounts[person_id].channel,
                kind=NUDGE,
                body=nudge_message(phrases, planned, is_today=person_id in planned.today).dumps(),
                due_at=planned.due_at,
                person_id=person_id,
                round_id=round_id,
                expires_at=planned.closes_at,
            )
            for person_id in sorted((*planned.today, *planned.later))
        ],
    )
    log_nudge(session, round_id, unit_id, actor_id, planned.people, now)
    return planned


def nudge_message(phrases: Phrases, planned: Nudge, *, is_today: bool = True) -> Message:
    """The nudge in words: from the unit, nobody's name in it, and three ways on."""
    closes_today = is_today and office_day(planned.closes_at) == office_day(planned.due_at)
    text = phrases(
        "nudge.message",
        unit=planned.unit,
        number=planned.number,
        closes_at=planned.closes_at,
        closes_today=closes_today,
    )
    choices = (
        Choice(phrases("round.remind_answer"), "say:tracnghiem"),
        Choice(phrases("round.remind_away"), f"away:{planned.round_id}"),
        Choice(phrases("round.remind_mute"), f"mute:{planned.round_id}"),
    )
    return Message(text, choices)


def _slot(calendar: Calendar, round_: Round, now: datetime) -> datetime:
    if round_.state != "open" or now >= round_.closes_at:
        raise RoundOver(number=round_.number)
    slot = next_slot(calendar, now)
    if slot >= round_.closes_at:
        raise NoSlotLeft(number=round_.number, closes_at=round_.closes_at, slot_at=slot)
    return slot


def _sorted(
    session: Session, calendar: Calendar, round_: Round, units: Collection[int], due_at: datetime
) -> dict[str, Any]:
    """Those of the units who have not taken part, sorted by whether the nudge reaches them, and when."""
    linked, exempt, nudged = _absent(session, round_, units)
    accounts, away = reachable(session, due_at, linked), on_leave(session, office_day(due_at), linked)
    willing = [one for one in not_started(session, round_, linked) if one in accounts and one not in away]
    fresh = [one for one in willing if one not in nudged]
    tally = Tally(session, office_caps(session), due_at, fresh)
    waits = {one: reason for one in fresh if (reason := tally.refusal(one, NUDGE))}
    full = {one for one, reason in waits.items() if _after(calendar, due_at, reason) >= round_.closes_at}
    reached = nudged & linked.keys()
    return {
        "today": tuple(one for one in fresh if one not in waits),
        "later": tuple(one for one in fresh if one in waits and one not in full),
        "exempt": exempt,
        "unconnected": sum(not is_on for one, is_on in linked.items() if one not in reached),
        "quiet": sum(linked.values()) - len(fresh) - sum(linked[one] for one in reached),
        "full": len(full),
        "nudged": len(reached),
    }


def _absent(session: Session, round_: Round, units: Collection[int]) -> tuple[dict[int, bool], int, set[int]]:
    """The absent of some units and whether each is linked; how many are exempt; who has been nudged in this round."""
    query = select(Member.person_id, Member.exempt, is_linked(Member.person_id))
    absent = query.where(Member.round_id == round_.id, Member.answers == 0, col(Member.unit_id).in_(units))
    rows = session.execute(absent).all()
    linked = {person_id: bool(is_on) for person_id, exempt, is_on in rows if not exempt}
    told = select(Delivery.person_id).where(Delivery.round_id == round_.id, Delivery.kind == NUDGE)
    return linked, len(rows) - len(linked), {one or 0 for one in session.exec(told)}


def _after(calendar: Calendar, slot: datetime, reason: str) -> datetime:
    """The first slot of the next day, or of the next week, after a cap has held a message back."""
    day = office_day(slot)
    ahead = 1 if reason == HELD_DAY else 7 - day.weekday()
    return next_slot(calendar, at_office(day + timedelta(days=ahead), time()))
