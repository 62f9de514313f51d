"""The real process behind a Zalo webhook is killed while a round goes out and people type their answers."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import TOLD
from tests.kill.office import prepare
from tests.kill.scene import DELIVERIES, free_port, office
from tests.kill.typists import Typists
from tests.verdict import judge
from tests.zaloapi.bots.remote import Remote, separate_process

IN_FLIGHT = 4
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
    kills: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    kills, chance, port = max(1, kills // 3), random.Random(), free_port()
    with separate_process(tmp_path / DELIVERIES, latency=0.1) as remote:
        remote.ask("host", **{HOST: f"http://127.0.0.1:{port}"})
        remote.ask("turn", pauses=[0.2] * 600)
        environment = {
            "NEP_ZALO_BOT_TOKENS": remote.token, "NEP_ZALO_BOT_API": remote.url,
            "NEP_ZALO_BOT_WEBHOOK": f"https://{HOST}/zalo", "NEP_ZALO_BOT_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip
        with office(tmp_path, port, environment) as stage:
            names = remote.meet(f"Người {number}" for number in range(max(40, 3 * kills)))
            cast = prepare(stage.house, 0, 0, CHANNEL, list(names.values()))
            typists = BotTypists(remote, names, chance)
            typists.start()
            stage.kill_again_and_again(kills, max(1, 3 * len(names) // kills), chance)
            stage.life.start()
            stage.work_off(lambda: bool(remote.summary()["is_idle"]), remote.summary, typists)
        with stage.database.transaction() as session:
            verdict = judge(session, cast.round_id, typists.told(cast), remote.deliveries(), CHANNEL)
        unknown, lost = stage.unknown(), remote.summary()["lost"]
    record_property(TOLD, f"zalo bots: {verdict.line(kills, IN_FLIGHT)}")
    assert lost == 0
    assert verdict.answers > len(names)
    assert verdict.broken == (0, 0, 0, 0, 0)
    assert unknown == set().union(*stage.left)
    assert max(map(len, stage.left)) <= IN_FLIGHT
