"""`run`: the real office. Everything is checked before the first message can go out."""

import logging
import socket

import typer

from app import serving
from app.logs import set_up_logs
from app.opening import CannotOpen, OpenHouse, furnish, open_house
from app.serving import PortTaken
from app.settings import Settings
from app.telegram import ask_telegram
from app.wiring import assemble
from app.zalo_bots import ask_zalo_bot
from content.library import Library
from store.solo import Solo, Taken

log = logging.getLogger(__name__)


def run_office(settings: Settings) -> int:
    """Serve until stopped; returns the exit code."""
    set_up_logs(settings.log_level)
    if not settings.agency:
        return refuse("setting agency is empty: give the agency's name (NEP_AGENCY or nep.toml)")
    try:
        house = open_house(settings)
        alone = Solo(house.database.engine)
        bound = serving.listen(settings.host, settings.port, "setting port")
        library = furnish(house)
    except (CannotOpen, PortTaken) as fault:
        return refuse(str(fault))
    except Taken:
        return refuse("another nep process works on this database: stop it first")
    try:
        return serving.run(_serve(house, library, bound))
    finally:
        alone.release()
        house.close()


def refuse(why: str) -> int:
    """One clear message for the operator; returns the exit code."""
    typer.echo(why, err=True)
    return 1


async def _serve(house: OpenHouse, library: Library, bound: socket.socket) -> int:
    settings = house.settings
    try:
        assistant = await assemble(house, library)
        if assistant.telegram:
            await ask_telegram(assistant.telegram)
        for one in assistant.zalo_bots:
            await ask_zalo_bot(one)
    except CannotOpen as closed:
        return refuse(str(closed))
    doors = f"Telegram {'on' if assistant.telegram else 'off'}, {len(assistant.zalo_bots)} Zalo bots"
    doors += ", a Zalo Official Account" if assistant.zalo_oa else ""
    ready = f"serving on http://{settings.host}:{settings.port}; {doors}"
    try:
        await serving.serve(assistant, bound, lambda: log.info(ready))
    except ExceptionGroup as faults:
        for fault in faults.exceptions:
            log.error("stopped by a fault", exc_info=fault)
        return refuse(f"stopped: {first_sentence(faults)}")
    return 0


def first_sentence(fault: BaseException) -> str:
    """What went wrong first, in one line."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"
