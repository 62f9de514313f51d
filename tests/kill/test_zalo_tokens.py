"""The real process is killed at every step of renewing an Official Account's tokens; then the process that renews is.

The server, which knows which refresh tokens were used and which access token lives, judges.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.zalo.oa.api import Api
from bot.zalo.oa.line import Line
from bot.zalo.oa.oauth import OAuth
from bot.zalo.oa.renewal import SILENT, Renewal
from bot.zalo.oa.rotation import Rotation
from store import zalo_tokens
from store.database import Database
from store.zalo_tokens import Kept
from tests.conftest import ROOT, TOLD, Clock
from tests.kill.lives import lives
from tests.kill.moments import wait_until
from tests.kill.nursery import AHEAD
from tests.kill.renewing import ITSELF, PLAN, POLITE, PRODUCT, STEPS, STOP, steps_of, write_plan
from tests.kill.scene import TUESDAY, free_port
from tests.zalo.oa.conftest import SAFE, SECRET, consented_with, options_of
from tests.zaloapi.oa.remote import Remote, separate_process
from tests.zaloapi.oa.world import APP_ID, APP_SECRET, SECRET_KEY

SHORT = 4 * 3600  # seconds an access token lasts: every life begins with a renewal
ANSWER_SECONDS = 0.3  # between issuing a pair and answering with it
LOST = ("issued, not answered", "answered")  # the death of who renews loses the pair here alone


@dataclass
class Scene:
    """An account that has agreed, the office's settings, and the plan of the next renewal."""

    database: Database
    zalo: Remote
    environment: dict[str, str]
    ahead: timedelta
    plan: Path
    log: Path

    @property
    def kept(self) -> Kept:
        """The pair as it stands."""
        with self.database.transaction() as session:
            found = zalo_tokens.read(session, APP_ID)
        assert found is not None
        return found

    @property
    def used(self) -> int:
        """How many refresh tokens were used, none of them twice."""
        told = self.zalo.summary()
        assert told["reuses"] == 0
        return int(told["used"])

    def is_well(self) -> bool:
        """Whether nobody is renewing and Zalo takes the access token that is kept."""
        kept = self.kept
        pair = SAFE.open(kept.sealed)
        if pair is None or kept.asked_at or kept.lost_at:
            return False
        return bool(self.zalo.ask("check", access=pair.access.get_secret_value()) == 0)

    def now(self) -> datetime:
        """The time at the office."""
        return datetime.now(UTC) + self.ahead

    def agree(self) -> None:
        """A consent, with an access token that ends soon."""
        consented_with(self.database, self.zalo.ask("issue"), self.now())

    def renewing(self, stderr: int | None = None) -> "subprocess.Popen[bytes]":
        """The process that renews, begun by hand."""
        command = [sys.executable, "-m", "tests.kill.renewing", str(self.kept.generation)]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEP_")}
        given = inherited | self.environment | {AHEAD: str(self.ahead / timedelta(seconds=1))}
        return subprocess.Popen(command, cwd=ROOT, env=given, stderr=stderr, start_new_session=True)

    def told(self) -> str:
        """What there is to say of a renewal that does not come."""
        return f"{steps_of(self.plan)}\n{self.log.read_text()[-3000:] if self.log.exists() else ''}"


@pytest.fixture
def scene(any_database: Database, tmp_path: Path) -> Iterator[Scene]:
    """Set up, with nothing running but the server."""
    (tmp_path / "code.secret").write_bytes(SECRET)
    plan, ahead = tmp_path / "plan", TUESDAY - datetime.now(UTC)
    with separate_process(tmp_path / "deliveries.jsonl") as zalo:
        zalo.ask("turn", lasts=SHORT)
        zalo.ask("move", seconds=ahead / timedelta(seconds=1))
        zalo.ask("fail", kind="slow", method="token", seconds=ANSWER_SECONDS, times=None)
        environment = {
            "NEP_AGENCY": "Sở Mẫu", "NEP_PORT": str(free_port()),
            "NEP_DATABASE": any_database.engine.url.render_as_string(hide_password=False),
            "NEP_CODE_SECRET_FILE": str(tmp_path / "code.secret"),
            "NEP_ZALO_OA_APP_ID": APP_ID, "NEP_ZALO_OA_APP_SECRET": APP_SECRET, "NEP_ZALO_OA_SECRET_KEY": SECRET_KEY,
            "NEP_ZALO_OA_WEBHOOK": "http://127.0.0.1/zalo", "NEP_ZALO_OA_API": zalo.url, "NEP_ZALO_OA_OAUTH": zalo.url,
            PLAN: str(plan),
        }  # fmt: skip
        made = Scene(any_database, zalo, environment, ahead, plan, tmp_path / "process.log")
        made.agree()
        yield made


@pytest.mark.kill
def test_however_the_product_is_killed_the_pair_is_renewed_and_written_down(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    with lives(scene.environment, scene.ahead / timedelta(seconds=1), scene.log) as life:
        life.start()
        life.kill()  # before it has set out
        assert (scene.used, scene.is_well()) == (0, True)
        for number, step in enumerate(STEPS, 1):
            write_plan(scene.plan, PRODUCT, step)
            life.start()
            wait_until(lambda: STEPS[-1] in steps_of(scene.plan), 60, scene.told)
            life.kill()  # it is dead already; this only gathers it
            assert (scene.used, scene.is_well()) == (number, True), step
        write_plan(scene.plan, PRODUCT, "at no step")
        life.start()
        wait_until(lambda: scene.used == len(STEPS) + 1 and scene.is_well(), 60, scene.told)
        life.stop()
    record_property(TOLD, f"product killed at {len(STEPS)} steps of a renewal: 0 pairs lost, 0 reuses")


async def looked_at(scene: Scene) -> None:
    """A product that starts later looks at the pair until nothing more is to be found out."""
    line, options, clock = Line(2, 5), options_of(scene.zalo.url), Clock(scene.now())
    renewal = Renewal(scene.database, APP_ID, SAFE, OAuth(options, line), clock, "heir")
    heir = Rotation(scene.database, APP_ID, SAFE, Api(options.api, line), clock, "heir", renewal.exchange)
    await heir.turn()  # too early to judge somebody else's silence
    clock.forward(seconds=SILENT.total_seconds() + 1)
    await heir.turn()
    await line.close()


@pytest.mark.kill
def test_only_the_death_of_who_renews_between_issuing_and_commit_loses_a_pair_and_that_is_noticed(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    lost = []
    for step in STEPS[:-1]:
        before = scene.used
        write_plan(scene.plan, ITSELF, step)
        assert scene.renewing().wait(60) == -signal.SIGKILL
        asyncio.run(looked_at(scene))
        if scene.kept.lost_at:
            assert "newer pair" in scene.kept.reason
            lost.append(step)
            scene.agree()
        assert scene.is_well(), step
        assert scene.used > before
    assert tuple(lost) == LOST
    record_property(TOLD, f"renewing process killed at {len(STEPS) - 1} steps: {len(lost)} new consents, 0 reuses")


@pytest.mark.kill
def test_who_renews_heeds_no_signal_to_end_and_needs_nobody_to_listen(scene: Scene) -> None:
    write_plan(scene.plan, POLITE, "issued, not answered")
    reading, writing = os.pipe()
    os.close(reading)
    process = scene.renewing(writing)
    os.close(writing)
    assert process.wait(60) == 0
    assert (scene.used, scene.is_well()) == (1, True)


@pytest.mark.kill
def test_who_stood_still_before_its_request_until_others_may_judge_never_makes_it(scene: Scene) -> None:
    write_plan(scene.plan, STOP, "intent committed")
    process = scene.renewing()
    os.waitpid(process.pid, os.WUNTRACED)
    wait_until(lambda: is_to_end(process.pid), 60, scene.told)
    os.kill(process.pid, signal.SIGCONT)
    assert process.wait(60) == -signal.SIGALRM
    assert scene.used == 0
    asyncio.run(looked_at(scene))
    assert (scene.used, scene.is_well()) == (1, True)


def is_to_end(pid: int) -> bool:
    """Whether its time is up and it will know as soon as it wakes."""
    pending = next(
        int(line.split()[1], 16)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("ShdPnd")
    )
    return bool(pending & 1 << (signal.SIGALRM - 1))
