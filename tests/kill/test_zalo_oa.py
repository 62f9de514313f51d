"""The real process behind an Official Account is killed while a round goes out and people tap and type."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.opening import OpenHouse
from bot.zalo.oa.oauth import REFRESH_LASTS
from bot.zalo.oa.safe import Pair, Safe
from store import zalo_tokens
from store.database import Database
from store.tables import Account
from store.zalo_tokens import Issued
from tests.conftest import TOLD
from tests.kill.moments import wait_until
from tests.kill.office import prepare
from tests.kill.scene import DELIVERIES, free_port, office
from tests.kill.typists import Typists
from tests.verdict import judge
from tests.zaloapi.oa.remote import Remote, separate_process
from tests.zaloapi.oa.world import APP_ID, APP_SECRET, OA_ID, SECRET_KEY

IN_FLIGHT = 8
CHANNEL, RATE = "zalo-oa", 1800
SHORT = 4 * 3600  # seconds an access token lasts: every life begins with a renewal
TAPS, REPEATS = 0.6, 0.3


class Followers(Typists):
    """They tap or type, and now and then Zalo posts an event once more."""

    def __init__(self, remote: Remote, chance: random.Random) -> None:
        super().__init__(remote.deliveries, chance)
        self.remote = remote

    def answer(self, address: str, option: int) -> None:
        """By a tap mostly."""
        if self.chance.random() < TAPS:
            self.remote.taps(address, str(option))
        else:
            self.remote.says(address, self.typed(option))
        if self.chance.random() < REPEATS:
            self.remote.ask("repeats")


def agreed(house: OpenHouse, told: dict[str, str]) -> None:
    """The account has agreed, and the people have written to it just now."""
    pair = Pair(SecretStr(told["access_token"]), SecretStr(told["refresh_token"]))
    now = house.clock()
    issued = Issued(Safe(house.settings.code_secret).seal(pair), now + timedelta(seconds=SHORT), now + REFRESH_LASTS)
    with house.database.transaction() as session:
        zalo_tokens.consented(session, APP_ID, OA_ID, issued)
        for account in session.exec(select(Account).where(Account.channel == CHANNEL)):
            account.last_heard_at = now


def is_renewed(database: Database, remote: Remote) -> bool:
    """Whether the newest pair is written down; a death on the way there is the business of another test."""
    with database.transaction() as session:
        held = zalo_tokens.read(session, APP_ID)
    return held is not None and (held.generation, held.asked_at) == (remote.summary()["issued"], None)


@pytest.mark.kill
def test_behind_an_official_account_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    kills: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    kills, chance, port = max(1, kills // 3), random.Random(), free_port()
    address = f"http://127.0.0.1:{port}/zalo"
    with separate_process(tmp_path / DELIVERIES, latency=0.1) as remote:
        remote.ask("listens", url=address)
        remote.ask("turn", most=10 * RATE, lasts=SHORT)
        environment = {
            "NEP_ZALO_OA_APP_ID": APP_ID, "NEP_ZALO_OA_APP_SECRET": APP_SECRET, "NEP_ZALO_OA_SECRET_KEY": SECRET_KEY,
            "NEP_ZALO_OA_WEBHOOK": address, "NEP_ZALO_OA_API": remote.url, "NEP_ZALO_OA_OAUTH": remote.url,
            "NEP_ZALO_OA_RATE": str(RATE),
        }  # fmt: skip
        with office(tmp_path, port, environment) as stage:
            database, life, house = stage.database, stage.life, stage.house
            remote.ask("move", seconds=(house.clock() - datetime.now(UTC)) / timedelta(seconds=1))
            people = [str(9_007_199_254_740_993 + number) for number in range(max(40, 3 * kills))]
            remote.meet(people)
            cast = prepare(house, 0, 0, CHANNEL, people)
            agreed(house, remote.ask("issue"))
            followers = Followers(remote, chance)
            followers.start()

            def renewed() -> None:
                """This life has a pair of its own; what was posted while there was no life comes again."""
                wait_until(lambda: remote.summary()["issued"] == len(stage.left) + 2, 30, life.told)
                wait_until(lambda: is_renewed(database, remote), 30, life.told)
                remote.ask("tries_again")

            def quiet() -> bool:
                remote.ask("tries_again")
                return bool(remote.summary()["is_idle"])

            stage.kill_again_and_again(kills, max(1, 3 * len(people) // kills), chance, renewed)
            life.start()
            renewed()
            stage.work_off(quiet, remote.summary, followers)
        with database.transaction() as session:
            verdict = judge(session, cast.round_id, followers.told(cast), remote.deliveries(), CHANNEL)
            held = zalo_tokens.read(session, APP_ID)
        summary, unknown = remote.summary(), stage.unknown()
        pair = Safe(house.settings.code_secret).open(held.sealed) if held else None
        alive = pair is not None and remote.ask("check", access=pair.access.get_secret_value()) == 0
    renewals = f"renewals={summary['used']} reuses={summary['reuses']}"
    record_property(TOLD, f"zalo oa: {verdict.line(kills, IN_FLIGHT)} {renewals}")
    assert summary["crashes"] == []
    assert summary["enabled"]
    assert verdict.answers > len(people)
    assert verdict.broken == (0, 0, 0, 0, 0)
    assert unknown == set().union(*stage.left)
    assert max(map(len, stage.left)) <= IN_FLIGHT
    assert summary["reuses"] == 0
    assert summary["used"] > kills
    assert alive
