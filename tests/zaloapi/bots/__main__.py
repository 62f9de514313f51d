"""The server as a process: python -m tests.zaloapi.bots --log deliveries.jsonl [--port 8082] [--latency 0.2]."""

import asyncio

from tests.botapi.listening import arguments, serve
from tests.zaloapi.bots.server import ZaloBots

if __name__ == "__main__":
    chosen = arguments("tests.zaloapi.bots", __doc__).parse_args()
    asyncio.run(serve(lambda: ZaloBots(log=chosen.log, port=chosen.port), chosen.latency))
