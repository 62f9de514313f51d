"""The product as a process under measurement: the whole house as `./nep run` puts it together, on a store of a run.

``python -m bench.product DATABASE API PORT RATE IN_FLIGHT`` prints its address once it serves. Only its clock is set,
to the Tuesday morning of that store.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app import serving
from app.clock import system_clock
from app.logs import set_up_logs
from app.opening import furnish, open_house
from app.wiring import assemble
from bench.office import OPENED, settings_of


async def serve(database: str, folder: Path, api: str, port: int, rate: float, in_flight: int) -> int:
    """Serve until told to stop; `folder` is for files of this run."""
    settings = settings_of(database, folder, api, port, rate, in_flight)
    ahead = OPENED + timedelta(minutes=1) - system_clock()

    def clock() -> datetime:
        return system_clock() + ahead

    house = open_house(settings, clock)
    bound = serving.listen("127.0.0.1", port, "the port of the run")
    assistant = await assemble(house, furnish(house))
    await serving.serve(assistant, bound, lambda: _say(settings.telegram_webhook))
    house.close()
    return 0


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    set_up_logs("WARNING")
    address, bot_api, on, pace, together = sys.argv[1:]
    with TemporaryDirectory() as own:
        serving.run(serve(address, Path(own), bot_api, int(on), float(pace), int(together)))
