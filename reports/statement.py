"""The statement: one unit's figures of one round as a chat message, the same on request and in the digest."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from content.message import Choice, Message
from content.phrases import Phrases
from participation import rounds
from participation.figures import RoundFigures
from participation.lineage import newest_round
from participation.scores import corrected_score
from participation.small_groups import SMALLEST_SHOWN
from reports.standing import Standing, may_read, standing
from store.tables import Round


def statement(
    session: Session,
    phrases: Phrases,
    unit_id: int,
    round_id: int,
    now: datetime,
    headed: Collection[int] | None = None,
) -> Message | None:
    """What a head reads on asking; None when the round knows neither the unit nor what it came out of.

    `headed` are the units the reader heads, by default this one. That this round may be read the caller has seen to;
    the one before is looked at here.
    """
    headed = {unit_id} if headed is None else headed
    round_ = session.get(Round, round_id)
    found = standing(session, round_, unit_id, now) if round_ else None
    if round_ is None or found is None:
        return None
    before = rounds.round_before(session, round_)
    is_open = before is not None and may_read(session, before.id or 0, unit_id, headed)
    earlier = standing(session, before, unit_id, now) if before and is_open else None
    choices = _menu(session, phrases, round_, found, now, is_direct=unit_id in headed)
    if before and earlier:
        choices.append(Choice(phrases("statistics.menu_before"), f"figures:{unit_id}:{before.id}"))
    newest = newest_round(session, unit_id)
    if newest and newest.id != round_id:
        choices.append(Choice(phrases("statistics.menu_newest"), f"figures:{unit_id}"))
    if found.figures.counts.base == 0:
        nobody = phrases("statistics.nobody", unit=found.figures.unit_name, number=found.figures.number)
        return Message(nobody, tuple(one for one in choices if one.action.startswith("figures:")), inline=True)
    text = wording(session, phrases, found.figures, earlier.figures if earlier else None, found.was, _was(earlier))
    return Message(text, tuple(choices), inline=True)


def wording(
    session: Session,
    phrases: Phrases,
    figures: RoundFigures,
    earlier: RoundFigures | None,
    was: Sequence[str] = (),
    was_earlier: Sequence[str] = (),
) -> str:
    """The figures as lines of text: n/D beside every percentage, as-of moment, provisional or final.

    What a correction has changed stands beside what was published: participation, or the score of a corrected key.
    `was` names the units whose figures stand here for one that came out of them, `was_earlier` those of the round
    before.
    """
    counts = figures.counts
    corrected = figures.corrected.participation if figures.corrected else None
    scores = None if was else corrected_score(session, figures)
    return phrases(
        "statistics.statement",
        unit=figures.unit_name,
        number=figures.number,
        opens_at=figures.opens_at,
        closes_at=figures.closes_at,
        participation=str(figures.participation),
        before=str(earlier.participation) if earlier else "",
        was=was,
        was_earlier=was_earlier,
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
        few=counts.base if counts.base < SMALLEST_SHOWN else 0,
        as_of=figures.as_of,
        is_final=figures.is_final,
    )


def _menu(
    session: Session, phrases: Phrases, round_: Round, found: Standing, now: datetime, *, is_direct: bool
) -> list[Choice]:
    """What can be done next; nothing about single people or units where the round knows only predecessors."""
    if found.was:
        return []
    unit_id, round_id = found.figures.unit_id, round_.id
    choices = [Choice(phrases("statistics.menu_topics"), f"weak:{unit_id}")]
    if is_direct:
        choices.insert(0, Choice(phrases("statistics.menu_absent"), f"absent:{round_id}:{unit_id}"))
    if round_.state == "open" and now < round_.closes_at:
        choices.append(Choice(phrases("statistics.menu_nudge"), f"nudge:{unit_id}:{round_id}"))
    if is_direct:
        choices.append(Choice(phrases("statistics.menu_report"), f"report:{unit_id}"))
    if rounds.has_units_below(session, round_.id or 0, unit_id):
        choices.append(Choice(phrases("statistics.menu_units"), f"units:{round_id}:{unit_id}"))
    return choices


def _was(earlier: Standing | None) -> tuple[str, ...]:
    return earlier.was if earlier else ()
