"""Standing: a unit's figures in a round, also in one from before it was merged or renamed; and who may read them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, select

from participation.counting import pooled
from participation.figures import RoundFigures, round_figures
from participation.lineage import Stood, stood_as
from reports.breakdown import may_be_shown
from store.tables import Round, RoundUnit, Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's figures in one round and what it was there. `was` names what it came out of, if the round knows that."""

    figures: RoundFigures
    stood: Stood
    was: tuple[str, ...] = ()


def standing(session: Session, round_: Round, unit_id: int, now: datetime) -> Standing | None:
    """The figures of a unit, or those of its predecessors pooled; None when the round knows neither."""
    own = round_figures(session, round_.id or 0, unit_id, now)
    if own is not None:
        return Standing(own, Stood((unit_id,)))
    stood = stood_as(session, round_, _tree(session, round_.id or 0), unit_id)
    parts = (round_figures(session, round_.id or 0, part, now) for part in stood.parts)
    found = [part for part in parts if part is not None]
    if not found:
        return None
    name = session.get_one(Unit, unit_id).name
    return Standing(_together(found, unit_id, name), stood, tuple(part.unit_name for part in found))


def may_read(session: Session, round_id: int, unit_id: int, headed: Collection[int]) -> bool:
    """Whether who heads these units may read the figures of a unit in a round.

    Always those of a unit headed directly; from above only what is not hidden on the way down, predecessors alike.
    """
    if unit_id in headed:
        return True
    round_ = session.get(Round, round_id)
    parts = stood_as(session, round_, _tree(session, round_id), unit_id).parts if round_ else ()
    if not parts:
        return False
    return any(all(may_be_shown(session, round_id, top, part) for part in parts) for top in headed)


def _tree(session: Session, round_id: int) -> list[RoundUnit]:
    return list(session.exec(select(RoundUnit).where(RoundUnit.round_id == round_id)))


def _together(parts: list[RoundFigures], unit_id: int, name: str) -> RoundFigures:
    is_corrected = any(part.corrected for part in parts)
    return replace(
        parts[0],
        unit_id=unit_id,
        unit_name=name,
        counts=pooled(part.counts for part in parts),
        corrected=pooled(part.corrected or part.counts for part in parts) if is_corrected else None,
    )
