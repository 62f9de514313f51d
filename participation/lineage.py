"""Lineage: what a merged or renamed unit was before. Old rounds keep the old units; this finds them."""

from collections.abc import Container

from sqlmodel import Session, select

from participation.rounds import latest_round
from store.tables import Round, UnitLineage


def stood_as(session: Session, unit_id: int, known: Container[int]) -> tuple[int, ...]:
    """The units among the known ones that a unit is, or else came out of by merging or renaming, in order of id."""
    found, seen, ahead = set[int](), set[int](), [unit_id]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        if here in known:
            found.add(here)
        else:
            ahead.extend(predecessors(session, here))
    return tuple(sorted(found))


def predecessors(session: Session, unit_id: int) -> list[int]:
    """The units one came out of directly."""
    return list(session.exec(select(UnitLineage.predecessor_id).where(UnitLineage.unit_id == unit_id)))


def newest_round(session: Session, unit_id: int) -> Round | None:
    """The newest round that knows the unit, or while there is none yet, one that knows what it came out of."""
    seen, now = set[int](), {unit_id}
    while now:
        rounds = [found for here in now if (found := latest_round(session, here)) is not None]
        if rounds:
            return max(rounds, key=lambda found: found.opens_at)
        seen |= now
        now = {before for here in now for before in predecessors(session, here)} - seen
    return None
