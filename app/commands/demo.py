"""`demo`: the sample office on this machine. SQLite under var/demo, the web chat, no token, no question asked."""

import asyncio
import shutil
import socket
import sys
from pathlib import Path

import typer
from sqlmodel import Session, func, select

from app import demo, serving
from app.clock import DemoClock, system_clock
from app.commands.run import first_sentence, refuse
from app.demo import Stage
from app.logs import set_up_logs
from app.opening import CannotOpen, OpenHouse, furnish, load_phrases, migrate, open_database
from app.serving import PortTaken
from app.settings import Settings
from app.wiring import assemble
from bot.web.demo import DemoDoor, DemoPerson, Leap
from content.library import Library
from content.phrases import Phrases
from store.database import Database
from store.solo import Solo, Taken
from store.tables import Person, Setting, Unit

FOLDER = Path("var") / "demo"
HOST = "localhost"
BUILT = "demo_built"  # the setting that says the sample office was prepared to its end
KEEP_EVERY = 10.0  # seconds between notes of how far the clock has come


def run_demo(*, fresh: bool, movable: bool, port: int) -> int:
    """Build or reopen the sample office and serve it until stopped; returns the exit code."""
    set_up_logs("WARNING")
    try:
        phrases = load_phrases()
        settings = Settings.model_construct(
            agency=phrases("demo.agency"),
            database=str(FOLDER / "nep.db"),
            code_secret_file=str(FOLDER / "code.secret"),
            port=port,
        )
        bound = serving.listen("127.0.0.1", port, "the port with --port")
        database, alone = _open(settings, fresh)
    except (CannotOpen, PortTaken) as fault:
        return refuse(str(fault))
    except Taken:
        return refuse("another demo works on var/demo: stop it first")
    try:
        return serving.run(_serve(settings, database, phrases, bound, movable))
    finally:
        alone.release()
        database.close()


def _open(settings: Settings, fresh: bool) -> tuple[Database, Solo]:
    database = open_database(settings)
    alone = Solo(database.engine)
    if not fresh:
        migrate(database, settings)
    if fresh or _is_half_built(database):
        database.close()
        for path in FOLDER.iterdir():
            if not path.name.endswith(".lock"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        database = open_database(settings)
        migrate(database, settings)
    return database, alone


def _is_half_built(database: Database) -> bool:
    """Whether an earlier start was cut off while it prepared the office: better begin again than show half of it."""
    with database.transaction() as session:
        return session.get(Setting, BUILT) is None and session.exec(select(Person.id)).first() is not None


async def _serve(settings: Settings, database: Database, phrases: Phrases, bound: socket.socket, movable: bool) -> int:
    with database.transaction() as session:
        kept = demo.kept_clock(session)
    clock = DemoClock(kept or demo.first_moment(system_clock()))
    house = OpenHouse(settings, database, phrases, clock)
    try:
        stage = await _stage(house, clock, furnish(house), movable=movable, is_new=kept is None)
    except CannotOpen as fault:
        return refuse(str(fault))
    try:
        async with asyncio.TaskGroup() as group:
            keeper = group.create_task(_keep_clock(stage))
            await serving.serve(stage.assistant, bound, lambda: _say_ready(stage))
            keeper.cancel()
    except ExceptionGroup as faults:
        return refuse(f"stopped: {first_sentence(faults)}")
    await database.run(demo.keep_clock, clock())
    print_now(house.phrases("demo.stopped"))
    return 0


async def _stage(house: OpenHouse, clock: DemoClock, library: Library, *, movable: bool, is_new: bool) -> Stage:
    async def people() -> list[DemoPerson]:
        return await house.database.run(demo.people, house, stage.newcomer_code)

    def leaps() -> list[Leap]:
        return demo.leaps(house) if movable else []

    door = DemoDoor(people=people, leaps=leaps, leap=lambda kind: stage.leap(kind), now=clock)
    stage = Stage(house, await assemble(house, library, demo=door), clock)
    if is_new:
        print_now(house.phrases("demo.preparing"))
        await house.database.run(demo.import_office, house)
        await house.database.run(demo.connect_people, house)
        await demo.play_history(stage)
        await house.database.run(_note_built)
    stage.newcomer_code = await house.database.run(demo.invite_newcomer, house)
    stage.is_live = True
    return stage


def _note_built(session: Session) -> None:
    session.add(Setting(name=BUILT, value="yes"))


async def _keep_clock(stage: Stage) -> None:
    while True:
        await asyncio.sleep(KEEP_EVERY)
        await stage.house.database.run(demo.keep_clock, stage.clock())


def _say_ready(stage: Stage) -> None:
    house = stage.house
    with house.database.transaction() as session:
        counted = [session.exec(select(func.count()).select_from(table)).one() for table in (Person, Unit)]
    print_now(
        house.phrases(
            "demo.ready",
            address=f"http://{HOST}:{house.settings.port}",
            people=counted[0],
            units=counted[1],
            now=stage.clock(),
        )
    )


def print_now(text: str) -> None:
    """Say it at once, also when the output is a file."""
    typer.echo(text)
    sys.stdout.flush()
