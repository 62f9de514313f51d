"""A process that has everything imported and forks the product's `run` command whenever it is asked to.

Importing aiogram costs seconds of CPU, and a kill loop starts the process hundreds of times. A forked child runs the
same command with the same settings, holds its own connections and locks, and dies by the same SIGKILL. Only its clock
is set: to a working Tuesday morning, so that a broadcast may go out at whatever time the tests run.
"""

import os
import signal
import sys
from datetime import timedelta

AHEAD = "KILL_LOOP_SECONDS_AHEAD"


def serve() -> None:
    """Read `start LOG` and `wait PID` from standard input; at its end every child dies too."""
    import uvicorn.protocols.http.httptools_impl  # noqa: F401 - imported so that no child pays for it

    import app.__main__
    import app.wiring  # noqa: F401
    import bot.telegram.door
    import bot.zalo.bots.door
    import bot.zalo.oa.door  # noqa: F401
    from app.commands import run

    children: set[int] = set()
    _say("ready")
    for line in sys.stdin:
        verb, _, what = line.strip().partition(" ")
        if verb == "start":
            child = os.fork()
            if child == 0:
                os._exit(_life(what, run))
            children.add(child)
            _say(str(child))
        else:
            _, status = os.waitpid(int(what), 0)
            children.discard(int(what))
            _say(str(os.waitstatus_to_exitcode(status)))
    for child in children:
        os.kill(child, signal.SIGKILL)


def _life(log: str, run: object) -> int:
    from app import zalo_renewal
    from app.__main__ import settings_or_exit
    from app.clock import system_clock
    from app.commands.run import run_office
    from app.opening import open_house

    _talk_into(log)
    ahead = timedelta(seconds=float(os.environ[AHEAD]))
    vars(run)["open_house"] = lambda settings: open_house(settings, lambda: system_clock() + ahead)
    zalo_renewal.COMMAND = (sys.executable, "-m", "tests.kill.renewing")
    return run_office(settings_or_exit())


def _talk_into(log: str) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(file, 1)
    os.dup2(file, 2)


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
