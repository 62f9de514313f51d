"""A process that renews tokens again and again, to be killed: python -m tests.zalo.oa.rotator DATABASE SERVER NAME."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from bot.zalo.oa import rotation
from bot.zalo.oa.api import Api
from bot.zalo.oa.line import Line
from bot.zalo.oa.oauth import OAuth
from bot.zalo.oa.renewal import Renewal
from store.database import Database
from tests.zalo.oa.conftest import SAFE, options_of
from tests.zaloapi.oa.world import APP_ID


async def renew(database: Database, url: str, name: str) -> None:
    """Every pair is old at once, and silence is short."""
    vars(rotation).update(AHEAD=timedelta(hours=26), SILENT=timedelta(milliseconds=300))
    options, line = options_of(url), Line(2, 5)

    def clock() -> datetime:
        return datetime.now(UTC)

    renewal = Renewal(database, APP_ID, SAFE, OAuth(options, line), clock, name)
    renewing = rotation.Rotation(database, APP_ID, SAFE, Api(url, line), clock, name, renewal.exchange)
    while True:
        await renewing.turn()
        await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(renew(Database(sys.argv[1]), sys.argv[2], sys.argv[3]))
