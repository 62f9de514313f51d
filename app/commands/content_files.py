"""`content load`, `content template`, `content export`: files in and out. Nothing is sent before its approval."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from app.commands.acting import ACTOR, Refused, carry_out, content_admin
from app.commands.roster import House
from app.opening import read_library
from content import extracting, reviewing
from content.extracting import Extract
from content.loading.aiken import write_aiken
from content.loading.bounds import CONTENT_MEGABYTES, MEGABYTE
from content.loading.checked import Checked
from content.loading.confined import check_file_now
from content.loading.drafts import Known, Reading
from content.loading.gift_writing import write_gift
from content.loading.naming import clean_name
from content.loading.telling import told
from content.loading.template import write_template, write_workbook
from content.loading.yaml_writing import write_yaml
from content.phrases import Phrases
from content.reviewing import Changes
from store import ledger, uploads
from store.tables import Account

By = Annotated[str, typer.Option("--by", metavar="STAFF_CODE", help="The content admin it is done for.")]
CHANNEL = "cli"
NOT_CARRIED = "cards and sources are not in it: this format carries questions alone"


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the commands onto the `content` group."""

    @group.command("load")
    def load(
        file: Annotated[Path, typer.Argument(help="Excel (.xlsx), .yaml, .gift or Aiken (.txt).")],
        apply: Annotated[bool, typer.Option("--apply", help="Store what is good as drafts; else a dry run.")] = False,
        by: By = "",
        marked: Annotated[Path | None, typer.Option("--marked", help="Where to write the copy with faults.")] = None,
    ) -> None:
        """Check a file and say everything there is to say about it; with --apply, store its drafts."""
        raise typer.Exit(load_file(open_house(), file, apply, by, marked))

    @group.command("template")
    def template(file: Annotated[Path, typer.Argument(help="Where to write the Excel file.")]) -> None:
        """Write the empty Excel file, with drop-downs, examples and a guide."""
        house = open_house()
        body = write_template(house.phrases, _known(house))
        raise typer.Exit(carry_out(house, lambda session, now: _written(file, body, [])))

    @group.command("export")
    def export(
        file: Annotated[Path, typer.Argument(help="Ends in .xlsx, .yaml, .gift or .txt (Aiken).")],
        drafts: Annotated[bool, typer.Option("--drafts", help="What waits for approval instead.")] = False,
    ) -> None:
        """Write what may be sent now to a file that can be loaded again; says what the format cannot carry."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _export(session, house.phrases, file, drafts)))


def load_file(house: House, file: Path, apply: bool, by: str, marked: Path | None) -> int:
    """Dry run, then the whole load in one transaction; prints the report and returns the exit code."""
    with file.open("rb") as stream:
        body = stream.read(CONTENT_MEGABYTES * MEGABYTE + 1)  # the check refuses the one byte too many
    checked = check_file_now(file.name, body, _known(house), house.phrases)
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
    uploads.settle(session, uploads.hold(session, upload_id), uploads.STORED, now)  # type: ignore[arg-type]
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


def _known(house: House) -> Known:
    library = read_library()
    topics = {code: topic.name for code, topic in library.topics.items()}
    tracks = {code: track.name for code, track in library.tracks.items()}
    with house.database.transaction() as session:
        return reviewing.known(session, topics, tracks)


def _export(session: Session, phrases: Phrases, file: Path, drafts: bool) -> list[str]:
    extract = extracting.waiting(session) if drafts else extracting.current(session)
    library = read_library()
    topics = {code: topic.name for code, topic in library.topics.items()}
    tracks = {code: track.name for code, track in library.tracks.items()}
    known = reviewing.known(session, topics, tracks)
    match file.suffix.lower():
        case ".xlsx":
            body = write_workbook(phrases, known, extract.questions, extract.cards, extract.sources)
            return _written(file, body, _counts(extract))
        case ".yaml" | ".yml":
            text = write_yaml(extract.questions, extract.cards, extract.sources)
            return _written(file, text.encode(), _counts(extract))
        case ".gift":
            body = write_gift(extract.questions).encode()
            return _written(file, body, [f"{len(extract.questions)} questions; {NOT_CARRIED}"])
        case ".txt":
            text, left = write_aiken(extract.questions)
            losses = [f"- {told(flaw, phrases)}" for flaw in left]
            return _written(file, text.encode(), [f"{len(extract.questions)} questions; {NOT_CARRIED}", *losses])
    raise Refused(f"{file.name}: the ending says the format: .xlsx, .yaml, .gift or .txt (Aiken)")


def _counts(extract: Extract) -> list[str]:
    counts = f"{len(extract.questions)} questions, {len(extract.cards)} cards, {len(extract.sources)} sources"
    return [counts]


def _written(file: Path, body: bytes, lines: list[str]) -> list[str]:
    file.write_bytes(body)
    return [f"{file} written", *lines]
