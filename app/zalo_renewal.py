"""Renewing the tokens of the Official Account in a process of its own: `python -m app.zalo_renewal GENERATION`.

What the product is killed by does not reach it: it leads a session of its own, heeds no signal that asks it to end,
holds no pipe of the product's, and says in the store what came of it. It ends by itself (`Renewal`).
"""

import asyncio
import logging
import os
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock, system_clock
from app.logs import set_up_logs
from app.settings import Settings, SettingsFault, load_settings
from bot.zalo.oa.line import Line
from bot.zalo.oa.oauth import OAuth
from bot.zalo.oa.options import Options
from bot.zalo.oa.renewal import Renewal
from bot.zalo.oa.safe import Safe
from store.database import Database

COMMAND = (sys.executable, "-m", "app.zalo_renewal")  # settings come from where ours do: no secret stands in a list
DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = logging.getLogger(__name__)


def options_of(settings: Settings) -> Options:
    """How the account is set up. Here because this process starts faster the less it loads."""
    return Options(
        app_id=settings.zalo_oa_app_id,
        app_secret=settings.zalo_oa_app_secret or SecretStr(""),
        secret_key=settings.zalo_oa_secret_key or SecretStr(""),
        webhook=settings.zalo_oa_webhook,
        callback=settings.zalo_oa_callback,
        api=settings.zalo_oa_api,
        oauth=settings.zalo_oa_oauth,
        template_type=settings.zalo_oa_template_type,
        rate=settings.zalo_oa_rate,
    )


async def renew_apart(generation: int) -> None:
    """Have the refresh token of this generation exchanged by a process of its own, and wait until that is over."""
    try:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, str(generation), stdin=DEVNULL, stdout=DEVNULL, start_new_session=True
        )
    except OSError as fault:
        log.error("the tokens cannot be renewed, no process can be started: %s", fault.strerror)
        return
    if code := await process.wait():
        log.error("the process that renews the tokens ended with %s", code)


def main(generation: int, clock: Clock = system_clock) -> int:
    """One exchange; returns the exit code. What came of it stands in the store, 1 only says that it is not there."""
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    try:
        settings = load_settings()
    except SettingsFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    set_up_logs(settings.log_level)
    database = Database(settings.database_url)
    try:
        asyncio.run(_exchange(settings, database, clock, generation))
    except SQLAlchemyError as fault:
        log.error("the tokens are not renewed: %s", type(fault).__name__)
        return 1
    finally:
        database.close()
    return 0


async def _exchange(settings: Settings, database: Database, clock: Clock, generation: int) -> None:
    options = options_of(settings)
    line = Line(options.connect_seconds, options.read_seconds)
    renewal = Renewal(
        database,
        options.app_id,
        Safe(settings.code_secret),
        OAuth(options, line),
        clock,
        f"{os.getpid()}-{secrets.token_hex(4)}",
        limit=end_after,
    )
    try:
        await renewal.exchange(generation)
    finally:
        await line.close()


def end_after(span: timedelta) -> None:
    """The kernel ends this process then: also one that hangs in a call, or that stood still and goes on."""
    signal.setitimer(signal.ITIMER_REAL, span.total_seconds())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
