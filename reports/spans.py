"""Spans: the stretch of time a report is about, found from any day in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from participation.lineage import ancestry, stood_as
from participation.periods import moments
from participation.rounds import knows
from participation.units import office_day
from store.tables import Campaign, Plan, Round, RoundUnit

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}  # how many months each lasts
KINDS = ("round", *MONTHS, "campaign")


@dataclass(frozen=True, slots=True)
class Span:
    """`kind` is one of `KINDS`, or `days` for any two days; both days are included.

    `number` is the round's; `campaign_id` and `campaign` (its name) are set for these two kinds alone.
    """

    kind: str
    from_on: date
    until_on: date
    round_id: int = 0
    number: int = 0
    campaign_id: int = 0
    campaign: str = ""


def span(session: Session, unit_id: int, kind: str, on: date) -> Span | None:
    """The span of a kind a day lies in. For `round` and `campaign`: of the newest round the unit was in until then."""
    if kind in MONTHS:
        return _of_months(kind, on)
    newest = _newest(session, unit_id, on) if kind in KINDS else None
    if newest is None:
        return None
    if kind == "round":
        days = office_day(newest.opens_at), office_day(newest.closes_at)
        return Span(kind, *days, round_id=newest.id or 0, number=newest.number)
    plan = session.get_one(Plan, newest.plan_id)
    campaign = session.get_one(Campaign, plan.campaign_id)
    until_on = campaign.ends_on or max(on, office_day(newest.closes_at))
    return Span(kind, campaign.starts_on, until_on, campaign_id=plan.campaign_id, campaign=campaign.name)


def rounds_of(session: Session, span: Span, unit_id: int) -> list[Round]:
    """The rounds a report of the span is about, oldest first: those that close in it and know the unit, or what it came
    out of.
    """
    query = _known_to(ancestry(session, unit_id))
    if span.round_id:
        query = query.where(Round.id == span.round_id)
    else:
        first, end = moments(span.from_on, span.until_on)
        query = query.where(Round.closes_at >= first, Round.closes_at < end)
    if span.campaign_id:
        query = query.join(Plan, col(Plan.id) == col(Round.plan_id)).where(Plan.campaign_id == span.campaign_id)
    found = session.exec(query.order_by(col(Round.opens_at), col(Round.id)))
    return [round_ for round_ in found if _tells_of(session, round_, unit_id)]


def _of_months(kind: str, on: date) -> Span:
    months = MONTHS[kind]
    first = date(on.year, (on.month - 1) // months * months + 1, 1)
    after = date(on.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    return Span(kind, first, after - timedelta(days=1))


def _newest(session: Session, unit_id: int, on: date) -> Round | None:
    end = moments(on, on)[1]
    query = _known_to(ancestry(session, unit_id)).where(Round.opens_at < end)
    found = session.exec(query.order_by(col(Round.opens_at).desc(), col(Round.id).desc()))
    return next((round_ for round_ in found if _tells_of(session, round_, unit_id)), None)


def _known_to(units: Collection[int]) -> SelectOfScalar[Round]:
    """The rounds whose trees hold any of these units."""
    return select(Round).where(col(Round.id).in_(select(RoundUnit.round_id).where(col(RoundUnit.unit_id).in_(units))))


def _tells_of(session: Session, round_: Round, unit_id: int) -> bool:
    if knows(session, round_.id or 0, unit_id):
        return True
    tree = session.exec(select(RoundUnit).where(RoundUnit.round_id == round_.id)).all()
    return bool(stood_as(session, round_, tree, unit_id).parts)
