"""The letterhead: what stands at the head and foot of a report and no figures can tell."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from sqlmodel import Session

from participation import units
from store.tables import Person

Organisation = Literal["state", "party", "mass"]
TEMPLATES = Path(__file__).parent.parent / "content" / "templates"
SHIPPED = {"state": "bao-cao.docx", "party": "bao-cao-dang-doan-the.docx", "mass": "bao-cao-dang-doan-the.docx"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Of the whole organisation. Empty parts are left for the clerk to fill in.

    `template` is the office's own Word file; without one the shipped template of the kind of organisation is used.
    """

    agency: str = ""
    superior: str = ""
    abbreviation: str = ""
    place: str = ""
    signer: str = ""
    recipients: tuple[str, ...] = ()
    organisation: Organisation = "state"
    template: str = ""

    @property
    def path(self) -> Path:
        """The Word file to be filled."""
        return Path(self.template) if self.template else TEMPLATES / SHIPPED[self.organisation]


def of_unit(session: Session, letterhead: Letterhead, unit_id: int, on: date) -> Letterhead:
    """The letterhead of one unit: below the top, the organisation is its superior and its head is who signs."""
    unit = units.unit(session, unit_id, on)
    if unit is None:
        return letterhead
    title = _title_of_head(session, unit_id, on)
    if unit.parent_id is None:
        agency = letterhead.agency or unit.name
        return replace(letterhead, agency=agency, signer=letterhead.signer or title)
    top = units.path(session, unit_id, on)[0]
    superior = letterhead.agency or top.name
    return replace(letterhead, agency=unit.name, superior=superior, abbreviation="", signer=title)


def _title_of_head(session: Session, unit_id: int, on: date) -> str:
    heads = sorted(person for person, kind in units.duties(session, unit_id, on) if kind == "head")
    return session.get_one(Person, heads[0]).title if heads else ""
