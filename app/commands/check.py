"""`check`: settings, database, content and channels, one line each: what is wrong and what to do."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import typer

from app import serving
from app.clock import system_clock
from app.opening import (
    PLANS,
    CannotOpen,
    OpenHouse,
    check_database,
    load_phrases,
    open_database,
    read_library,
    read_plans,
    shown,
)
from app.serving import PortTaken
from app.settings import Settings, SettingsFault, load_settings
from app.telegram import ask_telegram, open_telegram
from app.zalo_bots import ask_zalo_bot, open_zalo_bots
from app.zalo_oa import ask_zalo_oa, open_zalo_oa
from store import ledger


def check_all() -> int:
    """Print a line for each part; returns 1 when any of them is wrong."""
    try:
        settings = load_settings()
    except SettingsFault as fault:
        typer.echo(f"settings: {fault}")
        return 1
    wrong = 0
    for part, look in _parts(settings):
        try:
            typer.echo(f"{part}: {look()}")
        except (CannotOpen, PortTaken, Amiss) as fault:
            wrong += 1
            typer.echo(f"{part}: WRONG: {fault}")
    return 1 if wrong else 0


class Amiss(Exception):
    """A part cannot be used. `str` says what and what to do."""


def _parts(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "settings", lambda: _settings(settings)
    yield "database", lambda: _database(settings)
    yield "content", _content
    yield "plans", _plans
    yield "web", lambda: _web(settings)
    yield "telegram", lambda: _telegram(settings)
    yield "zalo-oa", lambda: _zalo_oa(settings)
    yield "zalo bots", lambda: _zalo_bots(settings)


def _settings(settings: Settings) -> str:
    if not settings.agency:
        raise Amiss("agency is empty: give the agency's name (NEP_AGENCY or nep.toml)")
    return "good"


def _database(settings: Settings) -> str:
    database = open_database(settings)
    try:
        if not check_database(database, settings):
            raise Amiss(f"{shown(settings)} is not up to date: run ./nep migrate")
        with database.transaction() as session:
            broken = ledger.broken_link(session)
        if broken is not None:
            raise Amiss(f"the audit log was changed at entry {broken}: keep the file and ask who had access")
        return f"good, {shown(settings)}"
    finally:
        database.close()


def _content() -> str:
    library, phrases = read_library(), load_phrases()
    return f"good, {len(library.cards)} cards, {len(library.questions)} questions, {len(phrases.keys())} phrases"


def _plans() -> str:
    return f"good, {len(read_plans(read_library(), PLANS))} in content/plans/{PLANS.name}"


def _web(settings: Settings) -> str:
    serving.listen(settings.host, settings.port, "setting port").close()
    return f"good, http://{settings.host}:{settings.port} is free"


def _telegram(settings: Settings) -> str:
    if settings.telegram_token is None:
        return "off (no telegram_token): web chat alone"
    return asyncio.run(_ask_telegram(settings))


async def _ask_telegram(settings: Settings) -> str:
    database = open_database(settings)
    try:
        house = OpenHouse(settings, database, load_phrases(), system_clock)
        door = await open_telegram(house, lambda: None)
        name = await ask_telegram(door)
        await door.close()
    finally:
        database.close()
    if not name:
        raise Amiss(f"{settings.telegram_api} cannot be reached: check the network or setting telegram_api")
    return f"good, @{name}"


def _zalo_oa(settings: Settings) -> str:
    if not settings.zalo_oa_app_id:
        return "off (no zalo_oa_app_id)"
    return asyncio.run(_ask_zalo_oa(settings))


async def _ask_zalo_oa(settings: Settings) -> str:
    database = open_database(settings)
    try:
        if not check_database(database, settings):
            raise Amiss(f"{shown(settings)} is not up to date: run ./nep migrate")
        door = open_zalo_oa(OpenHouse(settings, database, load_phrases(), system_clock), lambda: None)
        try:
            return await ask_zalo_oa(door)
        finally:
            await door.close()
    finally:
        database.close()


def _zalo_bots(settings: Settings) -> str:
    if not settings.zalo_bot_tokens:
        return "off (no zalo_bot_tokens)"
    return asyncio.run(_ask_zalo_bots(settings))


async def _ask_zalo_bots(settings: Settings) -> str:
    database = open_database(settings)
    doors: list[Any] = []
    try:
        doors += open_zalo_bots(OpenHouse(settings, database, load_phrases(), system_clock), lambda: None)
        names = [await ask_zalo_bot(door) for door in doors]
    finally:
        for door in doors:
            await door.close()
        database.close()
    if not all(names):
        raise Amiss(f"{settings.zalo_bot_api} cannot be reached: check the network or setting zalo_bot_api")
    return f"good, {', '.join(names)}"
