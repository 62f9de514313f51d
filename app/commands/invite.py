"""`invite`: issue personal codes and write the sheet to print. Codes go onto the sheet alone, never to the screen."""

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from app.commands.roster import House
from participation.invitations import Issued, issue, waiting
from participation.units import office_day, unit_by_code
from reports.invitation_sheet import Doors, invitation_sheet
from store import ledger
from store.tables import Person

ACTOR = "cli"


class Refused(Exception):
    """The command cannot do what was asked; carries a phrase key and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def command(open_house: Callable[[], House]) -> Callable[..., None]:
    """The `invite` command, to be registered with ``application.command("invite")``."""

    def invite(
        out: Annotated[Path, typer.Option("--out", help="Where to write the sheet (HTML, print it on A4).")],
        unit: Annotated[str | None, typer.Option("--unit", help="Everyone in this unit not yet connected.")] = None,
        person: Annotated[str | None, typer.Option("--person", help="This person, connected or not.")] = None,
        everyone: Annotated[bool, typer.Option("--all", help="Everyone not yet connected.")] = False,
    ) -> None:
        """Issue invitation codes and write them as a sheet to print."""
        raise typer.Exit(write_invitations(open_house(), out, unit, person, everyone))

    return invite


def write_invitations(house: House, out: Path, unit: str | None, person: str | None, everyone: bool) -> int:
    """Issue and write in one transaction: no sheet, no code. Returns the exit code."""
    say, settings = house.phrases, house.settings
    is_on_zalo = bool(settings.zalo_oa_app_id or settings.zalo_bot_tokens)
    doors = Doors(settings.bot_username, settings.public_url, zalo=is_on_zalo)
    try:
        if (unit is not None) + (person is not None) + everyone != 1:
            raise Refused("invitation.command.choose_one")
        with house.database.transaction() as session:
            issued = _issue(session, unit, person, settings.code_secret, house.clock())
            _write(out, invitation_sheet(issued, doors, say))
    except Refused as refusal:
        typer.echo(say(refusal.key, **refusal.values), err=True)
        return 1
    except OSError:
        typer.echo(say("invitation.command.unwritable", file=out), err=True)
        return 1
    typer.echo(say("invitation.command.written", count=len(issued), file=out))
    return 0


def _issue(session: Session, unit: str | None, person: str | None, secret: bytes, now: datetime) -> list[Issued]:
    people = _person(session, person) if person is not None else _waiting(session, unit, now)
    if not people:
        raise Refused("invitation.command.nobody")
    issued = issue(session, people, secret, now)
    ledger.audit(session, ACTOR, "invited", unit or person or "all", now, count=len(issued))
    return issued


def _waiting(session: Session, code: str | None, now: datetime) -> list[int]:
    if code is None:
        return waiting(session, None, now)
    unit = unit_by_code(session, code, office_day(now))
    if unit is None:
        raise Refused("invitation.command.unknown_unit", code=code)
    return waiting(session, unit.id, now)


def _person(session: Session, code: str) -> list[int]:
    query = select(Person.id).where(Person.staff_code == code.strip().upper(), Person.status == "working")
    person_id = session.exec(query).first()
    if person_id is None:
        raise Refused("invitation.command.unknown_person", code=code)
    return [person_id]


def _write(out: Path, page: str) -> None:
    """Readable by its owner alone, and never half-written."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=".invite-")  # mkstemp opens with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(page)
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
