"""Looking up rounds: the one a unit is in now and the one before. Opening and closing is the scheduler's."""

from sqlmodel import Session, col, select

from store.tables import Round, RoundUnit


def latest_round(session: Session, unit_id: int) -> Round | None:
    """The newest round whose snapshot knows the unit."""
    query = (
        select(Round)
        .join(RoundUnit, col(RoundUnit.round_id) == col(Round.id))
        .where(RoundUnit.unit_id == unit_id)
        .order_by(col(Round.opens_at).desc())
    )
    return session.exec(query).first()


def round_before(session: Session, round_: Round) -> Round | None:
    """The round of the same plan that came before this one."""
    query = (
        select(Round)
        .where(Round.plan_id == round_.plan_id, Round.number < round_.number)
        .order_by(col(Round.number).desc())
    )
    return session.exec(query).first()
