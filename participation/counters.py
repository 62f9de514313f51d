"""Counters: each unit's counts of a round, moved in the very transaction that changes what they count.

Changes are gathered while a transaction works and written at its end, in order of round and unit: two transactions
that touch the same units then never wait for each other crosswise. Final counts no longer move.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, event, update
from sqlmodel import Session, col, func, select

from participation.census import census
from participation.counting import Counts, counts_of, is_linked, is_withdrawn
from store.many import execute_many
from store.tables import Member, Plan, Round, RoundUnit

PENDING = "counters"  # of `Session.info`: changes not written yet, by round and unit
_UNITS: Any = RoundUnit.__table__  # type: ignore[attr-defined]
_COLUMNS = [_UNITS.c[name] for name in Counts._fields]
_OF_UNITS = select(_UNITS.c.unit_id, *_COLUMNS).where(_UNITS.c.round_id == bindparam("round"))
_THIS = and_(_UNITS.c.round_id == bindparam("round"), _UNITS.c.unit_id == bindparam("unit"))
_SET = (
    update(_UNITS).where(_THIS, ~_UNITS.c.is_final).values({name: bindparam(f"by_{name}") for name in Counts._fields})
)


def _below() -> Any:
    """The counts of a unit and everything below it, added up."""
    tree = select(_UNITS.c.unit_id).where(_THIS).cte("tree", recursive=True)
    child = _UNITS.alias()
    step = select(child.c.unit_id).join(tree, child.c.parent_id == tree.c.unit_id)
    # UNION, not UNION ALL: a circle that slipped into the data must not turn for ever.
    tree = tree.union(step.where(child.c.round_id == bindparam("round")))
    sums = [func.coalesce(func.sum(column), 0) for column in _COLUMNS]
    return select(*sums).join(tree, _UNITS.c.unit_id == tree.c.unit_id).where(_UNITS.c.round_id == bindparam("round"))


_BELOW = _below()


def of_units(session: Session, round_id: int, unit_ids: Collection[int] | None = None) -> dict[int, Counts]:
    """Each unit's own counts, without its children; of these units only, or of the whole round."""
    write(session)
    rows = session.connection().execute(_OF_UNITS, {"round": round_id})
    return {row[0]: Counts._make(row[1:]) for row in rows if unit_ids is None or row[0] in unit_ids}


def below(session: Session, round_id: int, unit_id: int) -> Counts:
    """The pooled counts of a unit and everything below it, as the tree stood when the round opened."""
    write(session)
    return Counts(*session.connection().execute(_BELOW, {"round": round_id, "unit": unit_id}).one())


def moved(session: Session, member: Member, before: Counts) -> None:
    """A member has changed: what it counted for `before` is taken out of its unit, what it counts for now put in."""
    add(session, member.round_id, member.unit_id, counts_of(member) + -before)


def add(session: Session, round_id: int, unit_id: int, change: Counts) -> None:
    """The counts of a unit change by so much at the end of this transaction."""
    pending = session.info.get(PENDING)
    if pending is None:
        pending = session.info[PENDING] = {}
        event.listen(session, "before_commit", write)
        event.listen(session, "after_rollback", lambda rolled_back: rolled_back.info[PENDING].clear())
    known = pending.get((round_id, unit_id))
    pending[round_id, unit_id] = known + change if known else change


def write(session: Session) -> None:
    """Write down what has been gathered. Happens by itself before a commit, and before counts are read."""
    if pending := session.info.get(PENDING):
        changes = sorted(pending.items())
        pending.clear()
        moving = tuple(name for name in Counts._fields if any(getattr(change, name) for _, change in changes))
        rows = [
            {"round": round_id, "unit": unit_id} | {f"by_{name}": getattr(change, name) for name in moving}
            for (round_id, unit_id), change in changes
        ]
        if moving:
            execute_many(session, _move(moving), rows)


@lru_cache(maxsize=32)
def _move(names: tuple[str, ...]) -> Any:
    """Sending moves two of the counts, an answer some others: the rest need not be written each time."""
    moved = {name: _UNITS.c[name] + bindparam(f"by_{name}") for name in names}
    return update(_UNITS).where(_THIS, ~_UNITS.c.is_final).values(moved)


def begin(session: Session, round_id: int) -> None:
    """A round has its snapshot: every unit of it is counted."""
    _set(session, round_id, census(session, round_id))


def finish(session: Session, round_id: int) -> dict[int, tuple[Counts, Counts]]:
    """The counts of a round are final from now on. Before that everybody is counted once more.

    What was kept wrongly is put right and returned, as kept and as counted; the caller has locked the round.
    """
    session.flush()
    kept, anew = of_units(session, round_id), census(session, round_id)
    wrong = {unit: (kept[unit], anew.get(unit, Counts())) for unit in kept if kept[unit] != anew.get(unit, Counts())}
    _set(session, round_id, {unit: counts for unit, (_, counts) in wrong.items()})
    session.connection().execute(update(_UNITS).where(_UNITS.c.round_id == round_id).values(is_final=True))
    return wrong


def look_again(session: Session, person_id: int) -> None:
    """A person's accounts or consent changed: noted in the rounds that are not final."""
    # The lock of whoever opens a round: else neither would see what the other has not committed yet.
    session.exec(select(Plan.id).order_by(col(Plan.id)).with_for_update(key_share=True)).all()
    session.flush()
    connected, withdrawn = session.execute(select(is_linked(person_id), is_withdrawn(person_id))).one()
    for member in running(session, person_id):
        before = counts_of(member)
        member.connected, member.withdrawn = bool(connected), bool(withdrawn)
        session.add(member)
        moved(session, member, before)


def running(session: Session, person_id: int) -> list[Member]:
    """A person's places in the rounds that are not final, which stay so until this transaction ends."""
    rounds = select(Round.id).where(Round.state != "frozen").order_by(col(Round.id)).with_for_update(read=True)
    mine = select(Member).where(Member.person_id == person_id, col(Member.round_id).in_(session.exec(rounds).all()))
    return list(session.exec(mine.with_for_update().execution_options(populate_existing=True)))


def _bound(round_id: int, unit_id: int, counts: Counts) -> dict[str, int]:
    return {"round": round_id, "unit": unit_id} | {f"by_{name}": number for name, number in counts._asdict().items()}


def _set(session: Session, round_id: int, counts: dict[int, Counts]) -> None:
    execute_many(session, _SET, [_bound(round_id, unit_id, own) for unit_id, own in sorted(counts.items())])
