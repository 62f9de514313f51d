"""Real processes renew the tokens at a real server and are killed at any moment; its reuse detection judges."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import zalo_tokens
from store.database import Database
from tests.conftest import ROOT, TOLD
from tests.kill.moments import wait_until
from tests.zalo.oa.conftest import consented_with
from tests.zaloapi.oa.remote import Remote, separate_process
from tests.zaloapi.oa.world import APP_ID

KILLS = 4


def life(database: Database, url: str, name: str) -> "subprocess.Popen[bytes]":
    """A process that does nothing but renew."""
    where = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.zalo.oa.rotator", where, url, name]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


def generation(database: Database) -> int:
    """How many pairs the store has seen; a lost one is replaced by a new consent first."""
    with database.transaction() as session:
        kept = zalo_tokens.read(session, APP_ID)
    return 0 if kept is None or kept.lost_at else kept.generation


def wait_for_renewals(zalo: Remote, database: Database, count: int) -> None:
    """Until so many more refresh tokens are used, or none can be any more."""
    until = zalo.ask("summary")["used"] + count
    wait_until(lambda: zalo.ask("summary")["used"] >= until or not generation(database), 60, lambda: "no renewal")


@pytest.mark.kill
def test_no_refresh_token_is_used_twice_however_often_two_processes_are_killed(
    any_database: Database, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance, consents = random.Random(), 0
    with separate_process(tmp_path / "deliveries.jsonl") as zalo:
        for number in range(KILLS):
            if not generation(any_database):
                consented_with(any_database, zalo.ask("issue"), datetime.now(UTC))
                consents += 1
            lives = [life(any_database, zalo.url, f"{number}{twin}") for twin in "ab"]
            wait_for_renewals(zalo, any_database, chance.randint(1, 6))
            time.sleep(chance.uniform(0, 0.02))
            for one in lives:
                one.kill()
                one.wait()
        judged = zalo.ask("summary")
    record_property(TOLD, f"2x{KILLS} kills, {judged['issued']} pairs, {judged['reuses']} reuses, {consents} consents")
    assert judged["reuses"] == 0
    assert judged["used"] >= KILLS
