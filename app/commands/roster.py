"""`roster import`, `roster export` and `roster template`: the office from and to Excel."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Protocol

import typer

from content.loading.gate.bounds import MEGABYTE
from content.phrases import Phrases
from participation.roster import Roster, RosterFaults
from participation.roster.applying import TooManyRemovals, apply_unseen
from participation.roster.comparing import compare
from participation.roster.difference import Difference, told
from participation.roster.exporting import current_roster
from participation.roster.file import write_roster, write_template
from participation.roster.reading import BOUNDS, read_roster
from store.database import Database

ACTOR = "cli"
MOST_FAULTS = 50


class CodeSettings(Protocol):
    """The settings these commands read."""

    @property
    def code_secret(self) -> bytes: ...
    @property
    def bot_username(self) -> str | None: ...
    @property
    def public_url(self) -> str | None: ...
    @property
    def zalo_oa_app_id(self) -> str: ...
    @property
    def zalo_bot_tokens(self) -> Sequence[object]: ...


class House(Protocol):
    """The parts these commands need, wired by the front door."""

    @property
    def database(self) -> Database: ...
    @property
    def phrases(self) -> Phrases: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def settings(self) -> CodeSettings: ...


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `roster` group of the command line."""
    group = typer.Typer(help="Units and people, from and to Excel.", no_args_is_help=True)

    @group.command("import")
    def import_(
        file: Annotated[Path, typer.Argument(help="The Excel file.")],
        apply: Annotated[bool, typer.Option("--apply", help="Write it; without this nothing is written.")] = False,
        confirm_removals: Annotated[
            bool, typer.Option("--confirm-removals", help="Yes, more than a fifth of the staff has left.")
        ] = False,
    ) -> None:
        """Show what a roster would change; with --apply, change it."""
        raise typer.Exit(import_file(open_house(), file, apply, confirm_removals))

    @group.command("export")
    def export(file: Annotated[Path, typer.Argument(help="Where to write the Excel file.")]) -> None:
        """Write the office as it stands, to be changed and imported again."""
        raise typer.Exit(export_file(open_house(), file))

    @group.command("template")
    def template(file: Annotated[Path, typer.Argument(help="Where to write the empty Excel file.")]) -> None:
        """Write the empty Excel file an office fills in."""
        raise typer.Exit(write_template_file(open_house(), file))

    return group


def import_file(house: House, file: Path, write: bool, confirmed: bool) -> int:
    """Dry run, or the whole import in one transaction; prints the outcome and returns the exit code."""
    say = house.phrases
    try:
        with file.open("rb") as stream:
            data = stream.read(BOUNDS.file_megabytes * MEGABYTE + 1)  # the reader refuses the one byte too many
    except OSError:
        return _fail(say("roster.difference.unreadable", file=file))
    try:
        with _collector_at_rest():
            roster = read_roster(data, say)
            difference = _import(house, roster, write, confirmed)
    except RosterFaults as found:
        return _fail(*_faults(found, file, say))
    except TooManyRemovals as many:
        return _fail(say("roster.difference.too_many", count=many.count, total=many.total))
    typer.echo(say("roster.difference.read", file=file.name, units=len(roster.units), people=len(roster.people)))
    typer.echo("\n".join(told(difference, say)))
    if not difference.is_empty:
        typer.echo(say("roster.difference.applied" if write else "roster.difference.dry_run"))
    return 0


def export_file(house: House, file: Path) -> int:
    """Write the roster as it stands; returns the exit code."""
    with house.database.transaction() as session:
        roster = current_roster(session, house.clock())
    say = house.phrases
    try:
        file.write_bytes(write_roster(roster, say))
    except OSError:
        return _fail(say("roster.difference.unwritable", file=file))
    typer.echo(say("roster.difference.exported", file=file, units=len(roster.units), people=len(roster.people)))
    return 0


def write_template_file(house: House, file: Path) -> int:
    """Write the template; returns the exit code."""
    try:
        file.write_bytes(write_template(house.phrases))
    except OSError:
        return _fail(house.phrases("roster.difference.unwritable", file=file))
    typer.echo(house.phrases("roster.difference.template_written", file=file))
    return 0


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A big roster is a million values that all live on: looking through them for garbage takes as long as reading."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _import(house: House, roster: Roster, write: bool, confirmed: bool) -> Difference:
    now = house.clock()
    with house.database.transaction() as session:
        if write:
            return apply_unseen(session, roster, ACTOR, now, confirmed)
        return compare(session, roster, now)


def _faults(found: RosterFaults, file: Path, say: Phrases) -> list[str]:
    lines = [f"- {line}" for line in found.told(say)]
    rest = len(lines) - MOST_FAULTS
    if rest > 0:
        lines = [*lines[:MOST_FAULTS], say("roster.difference.more_faults", count=rest)]
    return [say("roster.difference.faulty", file=file.name, count=len(found.faults)), *lines]


def _fail(*lines: str) -> int:
    typer.echo("\n".join(lines), err=True)
    return 1
