"""The statement: one unit's figures of one round as a chat message, the same on request and in the digest."""

from datetime import datetime

from sqlmodel import Session, select

from content.message import Choice, Message
from content.phrases import Phrases
from participation import rounds
from participation.figures import RoundFigures, round_figures
from participation.scores import corrected_score
from participation.shares import Share
from reports.breakdown import breakdown
from store.tables import Round, RoundUnit

MOST_UNITS = 20  # units in one message, to stay within what a phone shows


def statement(session: Session, phrases: Phrases, unit_id: int, round_id: int, now: datetime) -> Message | None:
    """What a head reads on asking; None when the round does not know the unit."""
    figures = round_figures(session, round_id, unit_id, now)
    if figures is None:
        return None
    if figures.counts.base == 0:
        return Message(phrases("statistics.nobody", unit=figures.unit_name, number=figures.number))
    before = rounds.round_before(session, session.get_one(Round, round_id))
    earlier = round_figures(session, before.id or 0, unit_id, now) if before else None
    choices = [Choice(phrases("statistics.menu_absent"), f"absent:{round_id}:{unit_id}")]
    if _children(session, round_id, unit_id):
        choices.append(Choice(phrases("statistics.menu_units"), f"units:{round_id}:{unit_id}"))
    return Message(wording(session, phrases, figures, earlier), tuple(choices), inline=True)


def wording(session: Session, phrases: Phrases, figures: RoundFigures, earlier: RoundFigures | None) -> str:
    """The figures as lines of text: n/D beside every percentage, as-of moment, provisional or final.

    What a correction has changed stands beside what was published: participation, or the score of a corrected key.
    """
    counts = figures.counts
    corrected = Share(figures.corrected.participants, figures.corrected.base) if figures.corrected else None
    scores = corrected_score(session, figures)
    return phrases(
        "statistics.statement",
        unit=figures.unit_name,
        number=figures.number,
        opens_at=figures.opens_at,
        closes_at=figures.closes_at,
        participation=str(figures.participation),
        before=earlier.participation.percent if earlier else "",
        completion=str(figures.completion),
        connected=str(figures.connected),
        accepted=str(figures.accepted),
        absent=counts.absent,
        unconnected=counts.absent_unconnected,
        exempt=counts.exempt,
        outside=counts.outside,
        withdrawn=counts.withdrawn,
        corrected=str(corrected) if corrected and corrected != figures.participation else "",
        scores=[str(score) for score in scores] if scores else [],
        as_of=figures.as_of,
        is_final=figures.is_final,
    )


def units_message(session: Session, phrases: Phrases, unit_id: int, round_id: int, now: datetime) -> Message | None:
    """Participation of a unit's own staff and of each child subtree; cells under five people are not shown apart."""
    found = breakdown(session, round_id, unit_id, now)
    if found is None:
        return None
    own = phrases("statistics.own_staff")
    lines = [(own if cell.is_own else cell.name, str(cell.participation)) for cell in found.shown]
    return Message(
        phrases(
            "statistics.units",
            unit=found.figures.unit_name,
            number=found.figures.number,
            lines=lines[:MOST_UNITS],
            more=max(0, len(lines) - MOST_UNITS),
            hidden=found.hidden,
            whole=str(found.figures.participation),
            as_of=found.figures.as_of,
            is_final=found.figures.is_final,
        )
    )


def _children(session: Session, round_id: int, unit_id: int) -> list[RoundUnit]:
    query = select(RoundUnit).where(RoundUnit.round_id == round_id, RoundUnit.parent_id == unit_id)
    return list(session.exec(query))
