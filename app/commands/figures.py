"""`figures`: the newest round of a unit and of each unit below it, or a period; `--verify` recounts from the log."""

import typer
from sqlmodel import Session, col, select

from app.commands.acting import Refused, day
from app.commands.run import refuse
from app.opening import OpenHouse, read_library
from participation import rounds, units
from participation.figures import counts_by_unit
from participation.lineage import newest_round
from participation.periods import period_figures
from participation.recount import recount
from reports.standing import Standing, standing
from reports.statement import wording
from store.tables import Round, Unit


def show_figures(house: OpenHouse, unit_code: str, verify: bool) -> int:
    """Print the figures; returns the exit code, 1 when a recomputation differs."""
    with house.database.transaction() as session:
        if verify:
            return _verify(session)
        unit_id = _unit_id(session, house, unit_code)
        if unit_id is None:
            return refuse(f"unit {unit_code} is not in the office: see the roster")
        round_ = newest_round(session, unit_id)
        if round_ is None:
            return refuse("no round has been opened yet")
        before = rounds.round_before(session, round_)
        for found in _with_children(session, house, round_, unit_id):
            earlier = standing(session, before, found.figures.unit_id, house.clock()) if before else None
            beside = (earlier.figures, found.was, earlier.was) if earlier else (None, found.was)
            typer.echo(wording(session, house.phrases, found.figures, *beside) + "\n")
    return 0


def show_period(house: OpenHouse, unit_code: str, first: str, last: str) -> int:
    """Print the figures of the rounds that closed in a period, both days included; returns the exit code."""
    try:
        from_on, until_on = day(first), day(last)
    except Refused as refusal:
        return refuse(str(refusal))
    if until_on < from_on:
        return refuse("--until lies before --from")
    topics = read_library().topics
    with house.database.transaction() as session:
        unit_id = _unit_id(session, house, unit_code)
        if unit_id is None:
            return refuse(f"unit {unit_code} is not in the office: see the roster")
        found = period_figures(session, unit_id, from_on, until_on)
        name = session.get_one(Unit, unit_id).name
    if not found.rounds:
        return refuse("no round closed in this period")
    weakest = sorted(found.topics.items(), key=lambda topic: topic[1].tenths or 0)
    typer.echo(
        house.phrases(
            "statistics.period",
            unit=name,
            from_on=from_on,
            until_on=until_on,
            rounds=found.rounds,
            was=found.was,
            coverage=str(found.coverage),
            regular=str(found.regular),
            units=str(found.units),
            retention=str(found.retention) if found.retention else "",
            topics=[(topics[code].name if code in topics else code, str(share)) for code, share in weakest],
            as_of=house.clock(),
        )
    )
    return 0


def _unit_id(session: Session, house: OpenHouse, code: str) -> int | None:
    today = units.office_day(house.clock())
    if not code:
        return session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()
    found = units.unit_by_code(session, code, today)
    return found.id if found else None


def _with_children(session: Session, house: OpenHouse, round_: Round, unit_id: int) -> list[Standing]:
    today = units.office_day(house.clock())
    wanted = [unit_id, *(child.id for child in units.children(session, unit_id, today))]
    found = (standing(session, round_, unit, house.clock()) for unit in wanted)
    return [one for one in found if one is not None]


def _verify(session: Session) -> int:
    differing = 0
    for round_ in session.exec(select(Round).order_by(col(Round.id))).all():
        published = counts_by_unit(session, round_)
        again = recount(session, round_.id or 0)
        wrong = again.differs(published)
        differing += len(wrong)
        erased = f", score not recounted in {len(again.unscored)} (answers erased)" if again.unscored else ""
        typer.echo(f"round {round_.number} ({round_.state}): {len(again.counts)} units, {len(wrong)} differ{erased}")
        for unit in wrong:
            typer.echo(f"  unit {unit}: kept {published.get(unit)}, recounted {again.counts.get(unit)}")
    return 1 if differing else 0
