"""Acting: an office command in one transaction. A refusal is one line on standard error, and nothing is written."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session, select

from app.commands.roster import House
from participation import units
from participation.exemptions import OFFICE_ZONE
from store.tables import Person

ACTOR = "cli"
By = Annotated[str, typer.Option("--by", metavar="STAFF_CODE", help="The content admin it is done for.")]
Act = Callable[[Session, datetime], list[str]]


class Refused(Exception):
    """The command cannot do what was asked. `str` is the one line that says why."""


def carry_out(house: House, act: Act) -> int:
    """Act and commit, then print the lines the act returned. Returns the exit code."""
    try:
        with house.database.transaction() as session:
            lines = act(session, house.clock())
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        return 1
    typer.echo("\n".join(lines))
    return 0


def person_at_work(session: Session, code: str) -> Person:
    """The person at work with that staff code, however its case was typed."""
    query = select(Person).where(Person.staff_code == code.strip().upper(), Person.status == "working")
    person = session.exec(query).first()
    if person is None:
        raise Refused(f"nobody at work has the staff code {code}: see the roster")
    return person


def content_admin(session: Session, code: str, now: datetime) -> int:
    """The id of the person with that staff code, who has to keep content today."""
    if not code:
        raise Refused("say for whom: --by STAFF_CODE of a content admin")
    person = person_at_work(session, code)
    if "content_admin" not in units.roles(session, person.id or 0, units.office_day(now)):
        raise Refused(f"{person.staff_code} is no content admin: the roster says who is")
    return person.id or 0


def day(written: str) -> date:
    """A day as the operator writes it, YYYY-MM-DD."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise Refused(f"'{written}' is no day: write YYYY-MM-DD")


def shown(moment: datetime) -> str:
    """A moment as the office's clock has it, e.g. ``2026-11-10 09:00``."""
    return moment.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
