"""`content template` and `content export`: files to fill in, and what the store holds as files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import Refused, carry_out
from app.commands.roster import House
from app.opening import read_library
from content import extracting, reviewing
from content.extracting import Extract
from content.loading.checks.telling import told
from content.loading.drafts import Known
from content.loading.excel.template import write_template, write_workbook
from content.loading.text.aiken import write_aiken
from content.loading.text.gift_writing import write_gift
from content.loading.text.yaml_writing import write_yaml
from content.phrases import Phrases

NOT_CARRIED = "cards and sources are not in it: this format carries questions alone"


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the commands onto the `content` group."""

    @group.command("template")
    def template(file: Annotated[Path, typer.Argument(help="Where to write the Excel file.")]) -> None:
        """Write the empty Excel file, with drop-downs, examples and a guide."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _template(session, house.phrases, file)))

    @group.command("export")
    def export(
        file: Annotated[Path, typer.Argument(help="Ends in .xlsx, .yaml, .gift or .txt (Aiken).")],
        drafts: Annotated[bool, typer.Option("--drafts", help="What waits for approval instead.")] = False,
    ) -> None:
        """Write what may be sent now to a file that can be loaded again; says what the format cannot carry."""
        house = open_house()
        raise typer.Exit(carry_out(house, lambda session, now: _export(session, house.phrases, file, drafts)))


def known_to(session: Session) -> Known:
    """What files are checked against, with topics and tracks by the names the library gives them."""
    library = read_library()
    topics = {code: topic.name for code, topic in library.topics.items()}
    tracks = {code: track.name for code, track in library.tracks.items()}
    return reviewing.known(session, topics, tracks)


def _template(session: Session, phrases: Phrases, file: Path) -> list[str]:
    return _written(file, write_template(phrases, known_to(session)), [])


def _export(session: Session, phrases: Phrases, file: Path, drafts: bool) -> list[str]:
    extract = extracting.waiting(session) if drafts else extracting.current(session)
    known = known_to(session)
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
