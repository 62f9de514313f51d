"""The real process behind a Zalo webhook is killed while a round goes out and people type their answers."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.opening import OpenHouse, load_phrases, open_database
from app.settings import Settings
from tests.conftest import TOLD
from tests.kill.lives import lives
from tests.kill.moments import wait_until
from tests.kill.office import prepare
from tests.kill.scene import TUESDAY, free_port, is_quiet
from tests.kill.typists import Typists, kept, states
from tests.zaloapi.bots.remote import Remote, separate_process

PEOPLE, IN_FLIGHT, KILLS = 40, 4, 6
CHANNEL, HOST, SECRET = "zalo-bot:10000001", "nep.example.vn", "S3cret-of-the-kill-loop"


class BotTypists(Typists):
    """Everybody types, for a bot has no buttons."""

    def __init__(self, remote: Remote, names: dict[str, str], chance: random.Random) -> None:
        super().__init__(remote.deliveries, chance)
        self.remote, self.names = remote, {address: name for name, address in names.items()}

    def answer(self, address: str, option: int) -> None:
        """By typing."""
        self.remote.says(self.names[address], self.typed(option))


@pytest.mark.kill
def test_behind_a_webhook_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ahead, chance = TUESDAY - datetime.now(UTC), random.Random()
    settings = Settings.model_construct(
        agency="Sở Mẫu", database=str(tmp_path / "nep.db"), code_secret_file=str(tmp_path / "code.secret"),
        port=free_port(),
    )  # fmt: skip
    database = open_database(settings)
    with separate_process(tmp_path / "deliveries.jsonl", latency=0.1) as remote:
        remote.ask("host", **{HOST: f"http://127.0.0.1:{settings.port}"})
        remote.ask("turn", pauses=[0.2] * 600)
        environment = {f"NEP_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
        environment |= {
            "NEP_ZALO_BOT_TOKENS": remote.token, "NEP_ZALO_BOT_API": remote.url,
            "NEP_ZALO_BOT_WEBHOOK": f"https://{HOST}/zalo", "NEP_ZALO_BOT_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        house = OpenHouse(settings, database, load_phrases(), lambda: datetime.now(UTC) + ahead)
        with lives(environment, ahead / timedelta(seconds=1), tmp_path / "process.log") as life:
            names = remote.meet(f"Người {number}" for number in range(PEOPLE))
            cast = prepare(house, 0, 0, CHANNEL, list(names.values()))
            typists = BotTypists(remote, names, chance)
            for _ in range(KILLS):
                life.start()
                typists.read(chance.randint(1, 3 * PEOPLE // KILLS))
                life.kill()
            life.start()

            def quiet() -> bool:
                if typists.look() or not remote.summary()["is_idle"]:
                    return False
                with database.transaction() as session:
                    return is_quiet(session)

            wait_until(quiet, 120, lambda: f"{remote.summary()}\n{life.told()}")
            life.stop()
        with database.transaction() as session:
            recorded, found = kept(session, cast), states(session, CHANNEL)
        summary = remote.summary()
        arrived = {str(one.message_id) for one in remote.deliveries()}
    database.close()
    unknown = len(found["unknown"])
    record_property(TOLD, f"zalo bots: kills={KILLS} answers={len(recorded)} unknown={unknown}")
    assert summary["lost"] == 0
    assert recorded == typists.said
    assert len(recorded) > PEOPLE
    assert summary["duplicates"] == []
    assert set(found["sent"]) <= arrived
    assert unknown <= KILLS * IN_FLIGHT
