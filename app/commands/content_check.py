"""`content check`: the library that ships and the content of the store, counted, and everything wrong with them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import make_url
from sqlmodel import Session, col, func, select

from app.clock import system_clock
from app.commands.content_review import lapses
from app.opening import CannotOpen, check_database, open_database, read_library, shown
from app.settings import Settings, load_settings
from content import reviewing
from content.library import Card, Grade, Kind, Library, Question
from content.validity import AHEAD
from participation.units import office_day
from store.tables import CardVersion, QuestionVersion

TABLES: dict[str, Any] = {"cards": CardVersion, "questions": QuestionVersion}


def add(group: typer.Typer) -> None:
    """Hang the command onto the `content` group."""

    @group.command("check")
    def check() -> None:
        """The shipped library and what the store holds: counts by topic, grade and track; exit 1 on faults."""
        raise typer.Exit(check_content())


def check_content() -> int:
    """Print both parts; returns 1 when anything is wrong."""
    today = office_day(system_clock())
    try:
        library = read_library()
        typer.echo("\n".join(_library(library, today)))
        lines, faults = _store(load_settings())
    except CannotOpen as fault:
        typer.echo(f"WRONG: {fault}", err=True)
        return 1
    typer.echo("\n".join(["", *lines]))
    for one in faults:
        typer.echo(f"WRONG: {one}", err=True)
    return 1 if faults else 0


def _library(library: Library, today: date) -> Iterator[str]:
    pieces: list[Card | Question] = [*library.cards.values(), *library.questions.values()]
    yield (
        f"library: good, {len(library.cards)} cards, {len(library.questions)} questions, {len(library.sources)} sources"
    )
    width = max(len(topic.name) for topic in library.topics.values())
    yield f"  {'topic':<{width}} {'cards':>6} {'situations':>11} {'knowledge':>10}"
    for code, topic in library.topics.items():
        kinds = Counter(question.kind for question in library.questions_on(code))
        counts = f"{len(library.cards_on(code)):>6} {kinds[Kind.SITUATION]:>11} {kinds[Kind.KNOWLEDGE]:>10}"
        yield f"  {topic.name:<{width}} {counts}"
    grades = Counter(str(piece.verified) for piece in pieces)
    yield "  grades: " + ", ".join(f"{grade} {grades[grade]}" for grade in map(str, Grade))
    tracks = Counter(piece.track for piece in pieces)
    yield "  tracks: " + ", ".join(
        [f"for everybody {tracks['']}", *(f"{code} {tracks[code]}" for code in library.tracks)]
    )
    ending = [source for source in library.sources.values() if not source.in_force(today + AHEAD)]
    lapsed = [piece.code for piece in pieces if library.sources[piece.source] in ending]
    yield f"  lapsed, or lapsing by {today + AHEAD}: {', '.join(lapsed) or 'none'}"
    memory = [piece.code for piece in pieces if not library.scorable(piece, today) and piece.code not in lapsed]
    yield f"  not scored: {', '.join(memory) or 'none'}"


def _store(settings: Settings) -> tuple[list[str], list[str]]:
    """What the store holds, and what is wrong with it. No database is made by looking."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return [f"store: none yet ({shown(settings)}); ./nep run or ./nep migrate makes it"], []
    database = open_database(settings)
    try:
        if not check_database(database, settings):
            return [f"store: not looked at, {shown(settings)} is not up to date: run ./nep migrate"], []
        with database.transaction() as session:
            return [*_counts(session), *(f"  {line}" for line in lapses(session, system_clock()))], list(
                _faults(session)
            )
    finally:
        database.close()


def _counts(session: Session) -> Iterator[str]:
    for name, table in TABLES.items():
        origins = select(table.origin, func.count()).where(col(table.current)).group_by(table.origin)
        counts = dict(session.exec(origins).all())
        yield (
            f"{'store: ' if table is CardVersion else '       '}{sum(counts.values())} current {name}"
            f" ({counts.get('library', 0)} of the library, {counts.get('office', 0)} of the office)"
        )
    files = reviewing.waiting(session)
    yield f"  waiting for approval: {sum(file.count() for file in files)} in {len(files)} files"


def _faults(session: Session) -> Iterator[str]:
    for table in TABLES.values():
        rows = session.exec(select(table).where(col(table.current))).all()
        for code, count in Counter(row.code for row in rows).items():
            if count > 1:
                yield f"{code} has {count} current versions"
        for row in rows:
            if lacks := reviewing.lacking(row):
                yield f"{row.code} is current and lacks {', '.join(lacks)}"
