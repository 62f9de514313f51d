"""The server as a process: python -m tests.zaloapi.bots --port 8082 --log deliveries.jsonl [--latency 0.2]."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.zaloapi.bots.server import ZaloBots


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="tests.zaloapi.bots", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--log", type=Path, required=True, help="delivery log, JSON lines, appended to")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds between doing a call and answering it")
    return parser.parse_args()


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with ZaloBots(log=chosen.log, port=chosen.port) as api:
        api.latency = chosen.latency
        sys.stdout.write(f"ready {api.port}\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
