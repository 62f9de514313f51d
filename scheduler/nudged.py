"""What was nudged: once per round and unit, written down with who did it, so that the second time is refused."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from participation.refusals import Refusal
from store import ledger
from store.tables import LedgerEntry, Person, Round, RoundUnit

LOGGED = "nudged"


class AlreadyNudged(Refusal):
    """It has been done in this round. Values: `number`, `unit`, `at`, `name` (empty for who has left)."""

    key = "nudge.already"


def log_nudge(session: Session, round_id: int, unit_id: int, actor_id: int, people: int, now: datetime) -> None:
    """Write down that somebody nudged a unit in a round, and how many people."""
    ledger.record(session, LOGGED, now, round_id=round_id, unit_id=unit_id, actor=actor_id, people=people)
    ledger.audit(session, f"person {actor_id}", "nudge", f"round {round_id} unit {unit_id}", now, people=people)


def last_nudge(session: Session, round_: Round, units: Collection[int]) -> AlreadyNudged | None:
    """The newest nudge of a round for one of these units, as the refusal of another one."""
    query = select(LedgerEntry).where(LedgerEntry.round_id == round_.id, LedgerEntry.kind == LOGGED)
    made = session.exec(query.where(col(LedgerEntry.unit_id).in_(units)).order_by(col(LedgerEntry.id).desc())).first()
    if made is None:
        return None
    actor = session.get(Person, json.loads(made.body)["actor"])
    unit = session.get_one(RoundUnit, (round_.id, made.unit_id))
    return AlreadyNudged(number=round_.number, unit=unit.name, at=made.at, name=actor.name if actor else "")
