"""The server as a process: python -m tests.botapi --port 8081 --log deliveries.jsonl [--latency 0.2]."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.botapi.server import BotApi
from tests.botapi.world import TOKEN


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--log", type=Path, required=True, help="delivery log, JSON lines, appended to")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds between doing a call and answering it")
    parser.add_argument("--time-factor", type=float, default=1.0, help="scales long polls and webhook retries")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--anyone", action="store_true", help="every chat id is somebody who has started the bot")
    return parser.parse_args()


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    options = {"time_factor": chosen.time_factor, "anyone": chosen.anyone, "port": chosen.port}
    async with BotApi(token=chosen.token, log=chosen.log, **options) as api:
        api.latency = chosen.latency
        sys.stdout.write(f"ready {api.port}\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
