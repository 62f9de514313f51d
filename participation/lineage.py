"""Lineage: what a merged, renamed or split unit was before. Old rounds keep the old units; this finds them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from participation.counting import Place, subtree
from participation.rounds import latest_round
from store.tables import Round, RoundUnit, Unit, UnitLineage


@dataclass(frozen=True, slots=True)
class Stood:
    """What a unit was in one round: `parts` are units of its tree, none of them below another.

    `change` is empty when the unit stood there itself, else how it came out of the parts: `merged`, `renamed`, `split`
    (a part went elsewhere too, or goes on) or `rearranged` (merged and split). No parts: the round knows nothing of it.
    """

    parts: tuple[int, ...] = ()
    change: str = ""

    @property
    def is_heir(self) -> bool:
        """Whether all that the parts were is the unit's now."""
        return self.change in ("", "merged", "renamed")


def stood_as(session: Session, round_: Round, tree: Iterable[Place], unit_id: int) -> Stood:
    """What a unit was in a round whose tree is given.

    Where a unit has stood in a round before, later ones that leave it out are not its predecessors': a round for a part
    of the office alone tells nothing of those outside it.
    """
    tree = list(tree)
    known, found, seen, ahead = {unit.unit_id for unit in tree}, set[int](), set[int](), [unit_id]
    is_merged = False
    while ahead:
        here = ahead.pop()
        seen.add(here)
        if here in known:
            found.add(here)
        elif not _has_stood(session, here, round_):
            before = predecessors(session, here)
            is_merged |= len(before) > 1
            ahead.extend(set(before) - seen)
    if found <= {unit_id}:
        return Stood(tuple(found))
    is_split = any(_goes_elsewhere(session, one, seen) for one in seen - {unit_id})
    change = {(True, True): "rearranged", (True, False): "merged", (False, True): "split"}
    return Stood(_apart(tree, found), change.get((is_merged, is_split), "renamed"))


def below(tree: Iterable[Place], parts: Iterable[int]) -> set[int]:
    """These units of a tree with everything below them."""
    tree = list(tree)
    return set[int]().union(*(subtree(tree, part) for part in parts))


def ancestry(session: Session, unit_id: int) -> set[int]:
    """A unit and all it ever came out of."""
    found, ahead = set[int](), {unit_id}
    while ahead:
        found |= ahead
        ahead = {before for here in ahead for before in predecessors(session, here)} - found
    return found


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


def _has_stood(session: Session, unit_id: int, round_: Round) -> bool:
    """Whether the unit stood in a round that opened earlier."""
    earlier = select(RoundUnit.unit_id).join(Round, col(Round.id) == col(RoundUnit.round_id))
    query = earlier.where(RoundUnit.unit_id == unit_id, Round.opens_at < round_.opens_at)
    return session.exec(query.limit(1)).first() is not None


def _goes_elsewhere(session: Session, unit_id: int, seen: Collection[int]) -> bool:
    """Whether a unit on the way back goes on, or other units came out of it too."""
    heirs = session.exec(select(UnitLineage.unit_id).where(UnitLineage.predecessor_id == unit_id))
    return session.get_one(Unit, unit_id).valid_until_on is None or any(heir not in seen for heir in heirs)


def _apart(tree: list[Place], units: Collection[int]) -> tuple[int, ...]:
    """The units without those that lie below another of them: nobody is to be counted twice."""
    whole = {unit: subtree(tree, unit) for unit in units}
    return tuple(sorted(one for one in units if not any(one in whole[other] for other in units if other != one)))
