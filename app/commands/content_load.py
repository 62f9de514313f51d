"""`content load`: a file checked and told about; with --apply its drafts. Nothing is sent before its approval."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from app.commands.acting import ACTOR, By, carry_out, content_admin
from app.commands.content_files import known_to
from app.commands.roster import House
from content import reviewing
from content.loading.checked import Checked
from content.loading.drafts import Reading
from content.loading.gate.bounds import CONTENT_MEGABYTES, MEGABYTE
from content.loading.gate.confined import check_file_now
from content.loading.gate.naming import clean_name
from content.phrases import Phrases
from content.reviewing import Changes
from store import ledger, uploads
from store.tables import Account, Upload

CHANNEL = "cli"


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the command onto the `content` group."""

    @group.command("load")
    def load(
        file: Annotated[Path, typer.Argument(help="Excel (.xlsx), .yaml, .gift or Aiken (.txt).")],
        apply: Annotated[bool, typer.Option("--apply", help="Store what is good as drafts; else a dry run.")] = False,
        by: By = "",
        marked: Annotated[Path | None, typer.Option("--marked", help="Where to write the copy with faults.")] = None,
    ) -> None:
        """Check a file and say everything there is to say about it; with --apply, store its drafts."""
        raise typer.Exit(load_file(open_house(), file, apply, by, marked))


def load_file(house: House, file: Path, apply: bool, by: str, marked: Path | None) -> int:
    """Dry run, then the whole load in one transaction; prints the report and returns the exit code."""
    with file.open("rb") as stream:
        body = stream.read(CONTENT_MEGABYTES * MEGABYTE + 1)  # the check refuses the one byte too many
    with house.database.transaction() as session:
        known = known_to(session)
    checked = check_file_now(file.name, body, known, house.phrases)
    if checked.reading is None:
        typer.echo(checked.refused, err=True)
        return 1
    reading = checked.reading
    with house.database.transaction() as session:
        changes = reviewing.compare(session, reading)
    typer.echo(_report(house.phrases, file, checked, reading, changes))
    if marked is not None and checked.marked is not None:
        marked.write_bytes(checked.marked)
        typer.echo(f"marked copy: {marked}")
    if not apply:
        typer.echo("dry run: nothing was written; --apply --by STAFF_CODE stores what is good")
        return 0
    return carry_out(house, lambda session, now: _store(session, file.name, reading, by, now))


def _store(session: Session, name: str, reading: Reading, by: str, now: datetime) -> list[str]:
    person = content_admin(session, by, now)
    changes = reviewing.compare(session, reading)
    if not changes.new + changes.changed:
        return ["nothing new: nothing was written"]
    upload_id = uploads.receive(session, person, _account(session), CHANNEL, clean_name(name), "", now)
    reviewing.store_drafts(session, reading, person, upload_id, now)
    uploads.settle(session, session.get_one(Upload, upload_id), uploads.STORED, now)
    counts = {"new": changes.new, "changed": changes.changed, "same": changes.same}
    ledger.audit(session, ACTOR, "content_loaded", f"upload {upload_id}", now, by=by.upper(), **counts)
    stored = f"stored as upload {upload_id}: {changes.new} new, {changes.changed} changed, {changes.same} as they were"
    return [stored, f"they wait for a second person: ./nep content approve --upload {upload_id} --by STAFF_CODE"]


def _account(session: Session) -> int:
    """The command line is an address like any other, which no message goes to."""
    found = session.exec(select(Account).where(Account.channel == CHANNEL)).first()
    account = found or Account(channel=CHANNEL, address=CHANNEL, state="unlinked")
    session.add(account)
    session.flush()
    return account.id or 0


def _report(phrases: Phrases, file: Path, checked: Checked, reading: Reading, changes: Changes) -> str:
    return phrases(
        "uploads.report",
        name=file.name,
        rows=reading.rows,
        good=reading.rows - reading.faulty,
        faulty=reading.faulty,
        piece=phrases("uploads.row" if reading.format == "excel" else "uploads.entry"),
        faults=checked.faults,
        more_faults=0,
        warnings=checked.warnings,
        more_warnings=0,
        marked=False,
        changes=changes,
    )
