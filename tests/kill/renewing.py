"""The process that renews tokens, on the clock of the tests: python -m tests.kill.renewing GENERATION.

The file that `PLAN` names says what is to happen at which step of its work: ``kill product``, ``kill itself``, ``stop``
or ``ask to end``. Each step it comes to is written below, so that whoever planned it sees how far it came.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import zalo_renewal
from app.clock import system_clock
from bot.zalo.oa import renewal
from bot.zalo.oa.line import Line
from store import zalo_tokens
from store.database import Database
from tests.kill.moments import wait_until
from tests.kill.nursery import AHEAD
from tests.zaloapi.oa.remote import Remote

PLAN = "KILL_LOOP_RENEWAL_PLAN"
PRODUCT, ITSELF, STOP, POLITE = "kill product", "kill itself", "stop", "ask to end"
STEPS = ("started", "intent begins", "intent committed", "issued, not answered", "answered", "committed", "over")


@dataclass
class Plan:
    """What happens at which step."""

    path: Path
    act: str
    at: str

    def comes_to(self, step: str | None) -> None:
        """Do what is planned for this step, then write it down."""
        if step is None:
            return
        if step == self.at:
            _deed(self.act)
        with self.path.open("a") as file:
            file.write(f"{step}\n")


def write_plan(path: Path, act: str, at: str) -> None:
    """What the next process shall do."""
    path.write_text(f"{act}: {at}\n")


def steps_of(path: Path) -> list[str]:
    """The steps it has come to so far."""
    return path.read_text().splitlines()[1:]


def _deed(act: str) -> None:
    if act == PRODUCT:
        product = os.getppid()
        os.kill(product, signal.SIGKILL)
        while os.getppid() == product:
            pass
    elif act == POLITE:
        for number in zalo_renewal.DEAF_TO:
            os.kill(os.getpid(), number)
    else:
        os.kill(os.getpid(), signal.SIGSTOP if act == STOP else signal.SIGKILL)


def _stepped(plan: Plan) -> None:
    """Both transactions that write, and the request between them, report to the plan."""
    database: Any = Database
    line: Any = Line
    run, call = Database.run, Line.call
    around = {zalo_tokens.ask: STEPS[1:3], zalo_tokens.answered: STEPS[4:6]}

    async def stepped_run(self: Database, work: Any, *args: Any, **kwargs: Any) -> Any:
        before, after = around.get(work, (None, None))
        plan.comes_to(before)
        done = await run(self, work, *args, **kwargs)
        plan.comes_to(after)
        return done

    async def stepped_call(self: Line, verb: str, url: str, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        zalo = Remote(url.partition("/v4/")[0])
        used = zalo.summary()["used"]
        asking = asyncio.ensure_future(call(self, verb, url, headers, **body))
        await asyncio.to_thread(wait_until, lambda: zalo.summary()["used"] > used, 30, zalo.summary)
        plan.comes_to(STEPS[3])
        return await asking

    database.run, line.call = stepped_run, stepped_call


def main() -> int:
    """The same as the product's, step by step."""
    ahead = timedelta(seconds=float(os.environ[AHEAD]))
    planned = os.environ.get(PLAN)
    plan = None
    if planned:
        act, _, at = Path(planned).read_text().splitlines()[0].partition(": ")
        plan = Plan(Path(planned), act, at)
        if act == STOP:
            renewal.ASKING = timedelta(seconds=1)
        _stepped(plan)
        plan.comes_to(STEPS[0])
    code = zalo_renewal.main(int(sys.argv[1]), lambda: system_clock() + ahead)
    if plan:
        plan.comes_to(STEPS[-1])
    return code


if __name__ == "__main__":
    sys.exit(main())
