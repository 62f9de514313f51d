"""The server as a process: python -m tests.zaloapi.oa --log deliveries.jsonl [--port 8082] [--latency 0.2]."""

import asyncio

from tests.botapi.listening import arguments, serve
from tests.zaloapi.oa.server import OaApi

if __name__ == "__main__":
    chosen = arguments("tests.zaloapi.oa", __doc__).parse_args()
    asyncio.run(serve(lambda: OaApi(log=chosen.log, port=chosen.port), chosen.latency))
