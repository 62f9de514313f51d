"""What an approved absence means for the rounds it covers: out of an open one, a correction of a closed one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.commands.acting import ACTOR, shown
from participation import figures
from participation.exemptions import is_covered, touches
from store.tables import Correction, Exemption, Member, Round


@dataclass(frozen=True, slots=True)
class Effect:
    """What one round has to do with an absence, in one line."""

    line: str
    is_correction: bool = False


def effects(session: Session, absence: Exemption, why: str, now: datetime) -> list[Effect]:
    """Each round whose whole window the absence covers, alone or with others of this person, in order.

    Closed ones are corrected when `why` is given.
    """
    query = (
        select(Round, Member)
        .join(Member, col(Member.round_id) == col(Round.id))
        .where(Member.person_id == absence.person_id)
        .order_by(col(Round.opens_at))
        .execution_options(populate_existing=True)  # entering the absence has changed members behind the session
    )
    return [
        _open(round_, member) if _runs(round_, now) else _closed(session, round_, member, why, now)
        for round_, member in session.exec(query).all()
        if touches(absence, round_) and is_covered(session, absence.person_id, round_)
    ]


def _runs(round_: Round, now: datetime) -> bool:
    return round_.state == "open" and now <= round_.closes_at


def _open(round_: Round, member: Member) -> Effect:
    what = "answered already, counts as taking part" if member.answers else "does not count"
    return Effect(f"round {round_.number}, open until {shown(round_.closes_at)}: {what}")


def _closed(session: Session, round_: Round, member: Member, why: str, now: datetime) -> Effect:
    name = f"round {round_.number}, closed {shown(round_.closes_at)}"
    known = select(Correction.id).where(Correction.round_id == round_.id, Correction.person_id == member.person_id)
    if member.answers or member.exempt:
        return Effect(f"{name}: not among the absent, nothing to correct")
    if session.exec(known).first() is not None:
        return Effect(f"{name}: corrected already")
    if not why:
        return Effect(f'{name}: needs a correction; give the same command again with --correct "why"')
    figures.correct_exemption(session, round_.id or 0, member.person_id, why, ACTOR, now)
    return Effect(f"{name}: {_both(session, round_.id or 0, member.unit_id, now)}", is_correction=True)


def _both(session: Session, round_id: int, unit_id: int, now: datetime) -> str:
    """The figure as published (or as it stands, while provisional) and the corrected one beside it."""
    found = figures.round_figures(session, round_id, unit_id, now)
    if found is None or found.corrected is None:
        return "corrected"
    before = "published" if found.is_final else "provisional"
    corrected = found.corrected.participation
    return f"participation of {found.unit_name} {before} {found.participation}, corrected {corrected or '–'}"
