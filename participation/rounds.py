"""Looking up rounds: the one a unit is in now and those before. Opening and closing is the scheduler's."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, select

from store.tables import Round, RoundUnit


def latest_round(session: Session, unit_id: int) -> Round | None:
    """The newest round whose snapshot knows the unit."""
    query = select(Round).where(_knows(unit_id)).order_by(col(Round.opens_at).desc()).limit(1)
    return session.exec(query).first()


def round_before(session: Session, round_: Round) -> Round | None:
    """The round of the same plan that came before this one."""
    query = (
        select(Round)
        .where(Round.plan_id == round_.plan_id, Round.number < round_.number)
        .order_by(col(Round.number).desc())
        .limit(1)
    )
    return session.exec(query).first()


def running_round(session: Session, unit_id: int, now: datetime) -> Round | None:
    """The newest round that knows the unit and still runs; None when none does."""
    query = (
        select(Round)
        .where(_knows(unit_id), Round.state == "open", Round.opens_at <= now, Round.closes_at > now)
        .order_by(col(Round.opens_at).desc())
        .limit(1)
    )
    return session.exec(query).first()


def over_rounds(session: Session, unit_id: int, now: datetime, most: int) -> list[Round]:
    """The newest rounds that know the unit and take no answer any more, newest first."""
    query = (
        select(Round)
        .where(_knows(unit_id), Round.closes_at < now)
        .order_by(col(Round.closes_at).desc(), col(Round.id).desc())
        .limit(most + 1)  # one of them may still be within its grace
    )
    over = [found for found in session.exec(query) if now > found.closes_at + timedelta(minutes=found.grace_minutes)]
    return over[:most]


def is_running(session: Session, round_id: int, now: datetime) -> bool:
    """Whether a round is open at a moment."""
    found = session.get(Round, round_id)
    return found is not None and found.state == "open" and found.opens_at <= now < found.closes_at


def knows(session: Session, round_id: int, unit_id: int) -> bool:
    """Whether a unit stands in the tree of a round."""
    return session.get(RoundUnit, (round_id, unit_id)) is not None


def has_units_below(session: Session, round_id: int, unit_id: int) -> bool:
    """Whether anything stood below a unit in the tree of a round."""
    query = select(RoundUnit.unit_id).where(RoundUnit.round_id == round_id, RoundUnit.parent_id == unit_id)
    return session.exec(query.limit(1)).first() is not None


def _knows(unit_id: int) -> ColumnElement[bool]:
    """Condition on `Round`: the unit stands in its tree. Not a join: there are far more units than rounds."""
    return exists().where(and_(col(RoundUnit.round_id) == col(Round.id), col(RoundUnit.unit_id) == unit_id))
