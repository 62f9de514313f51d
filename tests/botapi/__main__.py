"""The server as a process: python -m tests.botapi --port 8081 --log deliveries.jsonl [--latency 0.2]."""

import asyncio

from tests.botapi.listening import arguments, serve
from tests.botapi.server import BotApi
from tests.botapi.world import TOKEN

if __name__ == "__main__":
    parser = arguments("tests.botapi", __doc__)
    parser.add_argument("--time-factor", type=float, default=1.0, help="scales long polls and webhook retries")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--anyone", action="store_true", help="every chat id is somebody who has started the bot")
    chosen = vars(parser.parse_args())
    latency = chosen.pop("latency")
    asyncio.run(serve(lambda: BotApi(**chosen), latency))
