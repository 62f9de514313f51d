"""The real process behind an Official Account is killed while a round goes out and people tap and type."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.opening import OpenHouse, load_phrases, open_database
from app.settings import Settings
from bot.zalo.oa.oauth import REFRESH_LASTS
from bot.zalo.oa.safe import Pair, Safe
from store import zalo_tokens
from store.database import Database
from store.tables import Account
from store.zalo_tokens import Issued
from tests.conftest import TOLD
from tests.kill.lives import lives
from tests.kill.moments import wait_until
from tests.kill.office import prepare
from tests.kill.scene import TUESDAY, free_port, is_quiet
from tests.kill.typists import Typists, kept, states
from tests.zaloapi.oa.remote import Remote, separate_process
from tests.zaloapi.oa.world import APP_ID, APP_SECRET, OA_ID, SECRET_KEY

PEOPLE, IN_FLIGHT, KILLS = 40, 8, 6
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


def has_issued(remote: Remote, pairs: int) -> bool:
    """Whether the account has given out so many pairs of tokens."""
    return bool(remote.summary()["issued"] >= pairs)


def is_renewed(database: Database, remote: Remote) -> bool:
    """Whether the newest pair is written down; a death on the way there is the business of another test."""
    with database.transaction() as session:
        held = zalo_tokens.read(session, APP_ID)
    return held is not None and (held.generation, held.asked_at) == (remote.summary()["issued"], None)


@pytest.mark.kill
def test_behind_an_official_account_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ahead, chance = TUESDAY - datetime.now(UTC), random.Random()
    settings = Settings.model_construct(
        agency="Sở Mẫu", database=str(tmp_path / "nep.db"), code_secret_file=str(tmp_path / "code.secret"),
        port=free_port(),
    )  # fmt: skip
    database = open_database(settings)
    address = f"http://127.0.0.1:{settings.port}/zalo"
    with separate_process(tmp_path / "deliveries.jsonl", latency=0.1) as remote:
        remote.ask("listens", url=address)
        remote.ask("turn", most=10 * RATE, lasts=SHORT)
        remote.ask("move", seconds=ahead / timedelta(seconds=1))
        environment = {f"NEP_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
        environment |= {
            "NEP_ZALO_OA_APP_ID": APP_ID, "NEP_ZALO_OA_APP_SECRET": APP_SECRET, "NEP_ZALO_OA_SECRET_KEY": SECRET_KEY,
            "NEP_ZALO_OA_WEBHOOK": address, "NEP_ZALO_OA_API": remote.url, "NEP_ZALO_OA_OAUTH": remote.url,
            "NEP_ZALO_OA_RATE": str(RATE),
        }  # fmt: skip
        house = OpenHouse(settings, database, load_phrases(), lambda: datetime.now(UTC) + ahead)
        with lives(environment, ahead / timedelta(seconds=1), tmp_path / "process.log") as life:
            people = [str(9_007_199_254_740_993 + number) for number in range(PEOPLE)]
            remote.meet(people)
            cast = prepare(house, 0, 0, CHANNEL, people)
            agreed(house, remote.ask("issue"))
            followers = Followers(remote, chance)
            for number in range(KILLS):
                life.start()
                wait_until(partial(has_issued, remote, number + 2), 30, life.told)
                wait_until(lambda: is_renewed(database, remote), 30, life.told)
                remote.ask("tries_again")
                followers.read(chance.randint(1, 3 * PEOPLE // KILLS))
                life.kill()
            life.start()
            wait_until(partial(has_issued, remote, KILLS + 2), 30, life.told)

            def quiet() -> bool:
                if followers.look() or not remote.summary()["is_idle"]:
                    remote.ask("tries_again")
                    return False
                with database.transaction() as session:
                    return is_quiet(session)

            wait_until(quiet, 120, lambda: f"{remote.summary()}\n{life.told()}")
            life.stop()
        with database.transaction() as session:
            recorded, found = kept(session, cast), states(session, CHANNEL)
            held = zalo_tokens.read(session, APP_ID)
        summary = remote.summary()
        arrived = {f"{int(one.message_id):020x}" for one in remote.deliveries()}
        pair = Safe(settings.code_secret).open(held.sealed) if held else None
        alive = pair is not None and remote.ask("check", access=pair.access.get_secret_value()) == 0
    database.close()
    unknown = len(found["unknown"])
    lost = len(followers.said.items() - recorded.items())
    record_property(
        TOLD,
        f"zalo oa: kills={KILLS} answers={len(recorded)} lost={lost} duplicates={len(summary['duplicates'])} "
        f"unknown={unknown} renewals={summary['used']} reuses={summary['reuses']}",
    )
    assert summary["crashes"] == []
    assert summary["enabled"]
    assert recorded == followers.said
    assert len(recorded) > PEOPLE
    assert summary["duplicates"] == []
    assert set(found["sent"]) <= arrived
    assert unknown <= KILLS * IN_FLIGHT
    assert summary["reuses"] == 0
    assert summary["used"] > KILLS
    assert alive
