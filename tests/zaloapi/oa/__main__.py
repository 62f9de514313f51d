"""The server as a process: python -m tests.zaloapi.oa --log deliveries.jsonl [--port 8082] [--latency 0.2]."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.zaloapi.oa.server import OaApi


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with OaApi(log=chosen.log, port=chosen.port) as api:
        api.latency = chosen.latency
        sys.stdout.write(f"ready {api.port}\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.zaloapi.oa", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--log", type=Path, required=True, help="delivery log, JSON lines, appended to")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds between doing a call and answering it")
    asyncio.run(serve(parser.parse_args()))
