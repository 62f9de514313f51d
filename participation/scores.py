"""Scores beside each other: as published and after a corrected key, where no small group shows through."""

from sqlmodel import Session, select

from participation.figures import RoundFigures, counts_by_unit
from participation.shares import Share
from participation.small_groups import may_be_told
from store.tables import Round, RoundUnit


def corrected_score(session: Session, found: RoundFigures) -> tuple[Share, Share] | None:
    """The published and the corrected score of a unit; None when equal, or when either would tell of a small group."""
    if found.corrected is None or found.corrected.rights == found.counts.rights:
        return None
    tree = session.exec(select(RoundUnit).where(RoundUnit.round_id == found.round_id))
    parents = {unit.unit_id: unit.parent_id for unit in tree}
    by_unit = counts_by_unit(session, session.get_one(Round, found.round_id))
    finished = {unit: counts.finished for unit, counts in by_unit.items()}  # a score is theirs
    if not may_be_told(parents, finished, found.unit_id):
        return None
    return found.score, found.corrected.score
