"""Scores beside each other: as published and after a corrected key, where no small group shows through."""

from sqlmodel import Session, select

from participation.counting import Counts, pooled, subtree
from participation.figures import RoundFigures, counts_by_unit
from participation.shares import Share
from participation.small_groups import SMALLEST_SHOWN, hidden
from store.tables import Round, RoundUnit

OWN = 0  # stands for the parent's own staff among its children; no unit has this id


def corrected_score(session: Session, found: RoundFigures) -> tuple[Share, Share] | None:
    """The published and the corrected score of a unit; None when equal, or when either would tell of a small group."""
    if found.corrected is None or found.corrected.rights == found.counts.rights:
        return None
    tree = {unit.unit_id: unit for unit in session.exec(select(RoundUnit).where(RoundUnit.round_id == found.round_id))}
    parent = tree[found.unit_id].parent_id
    if found.counts.finished < SMALLEST_SHOWN:
        return None
    if parent in tree and found.unit_id in hidden(_beside(session, found.round_id, tree, parent or 0)):
        return None
    return found.score, Share(found.corrected.rights, found.corrected.questions)


def _beside(session: Session, round_id: int, tree: dict[int, RoundUnit], parent: int) -> dict[int, int]:
    """How many finished in each child of a unit, and among its own staff: a score is theirs."""
    by_unit = counts_by_unit(session, session.get_one(Round, round_id))
    cells = {
        child.unit_id: pooled(by_unit.get(unit, Counts()) for unit in subtree(tree.values(), child.unit_id)).finished
        for child in tree.values()
        if child.parent_id == parent
    }
    return cells | {OWN: by_unit.get(parent, Counts()).finished}
