"""Standing: a unit's figures in a round, also in one from before it was merged or renamed; and who may read them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from participation.counting import pooled, subtree
from participation.figures import RoundFigures, round_figures
from participation.lineage import stood_as
from reports.breakdown import may_be_shown
from store.tables import Round, RoundUnit, Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's figures in one round. `was` names the units it came out of, when the round knows only those."""

    figures: RoundFigures
    was: tuple[str, ...] = ()


def standing(session: Session, round_: Round, unit_id: int, now: datetime) -> Standing | None:
    """The figures of a unit, or those of its predecessors pooled; None when the round knows neither."""
    own = round_figures(session, round_.id or 0, unit_id, now)
    if own is not None:
        return Standing(own)
    tree = _tree(session, round_.id or 0)
    parts = _apart(tree, stood_as(session, unit_id, {unit.unit_id for unit in tree}))
    found = [part for unit in parts if (part := round_figures(session, round_.id or 0, unit, now)) is not None]
    if not found:
        return None
    unit = session.get_one(Unit, unit_id)
    return Standing(_together(found, unit_id, unit.name), tuple(part.unit_name for part in found))


def may_read(session: Session, round_id: int, unit_id: int, headed: Collection[int]) -> bool:
    """Whether who heads these units may read the figures of a unit in a round.

    Always those of a unit headed directly; from above only what is not hidden on the way down, predecessors alike.
    """
    if unit_id in headed:
        return True
    parts = stood_as(session, unit_id, {unit.unit_id for unit in _tree(session, round_id)})
    if not parts:
        return False
    return any(all(may_be_shown(session, round_id, top, part) for part in parts) for top in headed)


def _tree(session: Session, round_id: int) -> list[RoundUnit]:
    return list(session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)))


def _apart(tree: Iterable[RoundUnit], units: Collection[int]) -> list[int]:
    """The units without those that lie below another of them: nobody is to be counted twice."""
    tree = list(tree)
    below = {unit: subtree(tree, unit) for unit in units}
    return [unit for unit in units if not any(unit in below[other] for other in units if other != unit)]


def _together(parts: list[RoundFigures], unit_id: int, name: str) -> RoundFigures:
    is_corrected = any(part.corrected for part in parts)
    return replace(
        parts[0],
        unit_id=unit_id,
        unit_name=name,
        counts=pooled(part.counts for part in parts),
        corrected=pooled(part.corrected or part.counts for part in parts) if is_corrected else None,
    )
