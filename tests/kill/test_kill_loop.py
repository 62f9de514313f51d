"""The real process is killed while a round goes out and answers come in. Nothing may be lost or doubled."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import text

from store import inbox
from tests.botapi.delivery_log import read_log
from tests.conftest import TOLD
from tests.kill.browsers import Browsers, Page
from tests.kill.moments import Moments, wait_until
from tests.kill.phones import Phones
from tests.kill.scene import IN_FLIGHT, Scene, is_quiet, scene
from tests.kill.verdict import judge

WEB_PEOPLE = 30


@pytest.mark.kill
def test_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    kills: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    people, chance = max(300, 3 * kills), random.Random()
    with scene(tmp_path, people, WEB_PEOPLE) as stage:
        phones = Phones(stage.remote, chance)
        browsers = Browsers(stage.url, [Page(cookie) for cookie in stage.cast.web], chance)
        phones.start()
        browsers.start()
        kill_again_and_again(stage, kills, share=max(1, 3 * people // kills), chance=chance)
        stage.life.start()
        settle(stage, phones, browsers)
        stage.life.stop()
        assert stage.remote.summary()["expired"] == 0
        given = told(stage, phones, browsers)
        with stage.database.transaction() as session:
            assert session.connection().execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert inbox.count(session, "parked") == 0
            verdict = judge(session, stage.cast, given, read_log(stage.deliveries))
    record_property(TOLD, verdict.line(kills, IN_FLIGHT))  # the numbers to publish, at the end of the run
    assert verdict.answers > people
    assert (verdict.lost, verdict.invented, verdict.double, verdict.duplicates, verdict.false_sent) == (0, 0, 0, 0, 0)
    assert verdict.unknown <= kills * IN_FLIGHT


def kill_again_and_again(stage: Scene, kills: int, share: int, chance: random.Random) -> None:
    """Each life gets its share of the messages: an opening and two replies for everybody."""
    moments = Moments(stage.deliveries, stage.store, chance)
    for _ in range(kills):
        stage.life.start()
        moments.wait(most=share)
        stage.life.kill()


def settle(stage: Scene, phones: Phones, browsers: Browsers) -> None:
    """The last life works everything off; then people put their phones away, and it works that off too."""

    def quiet() -> bool:
        if stage.remote.waiting() or browsers.is_busy:
            return False
        with stage.database.transaction() as session:
            return is_quiet(session)

    for finish in (None, phones.stop, browsers.stop):
        if finish:
            finish()
        wait_until(quiet, 120, lambda: f"{stage.remote.summary()}\n{stage.life.told()}")


def told(stage: Scene, phones: Phones, browsers: Browsers) -> dict[tuple[int, int], int]:
    """(person, position) → the option first confirmed by the platform, or first answered with 202 by us."""
    given: dict[tuple[int, int], int] = {}
    for update in sorted(stage.remote.confirmed(), key=lambda one: int(one["update_id"])):
        said = phones.said[update["update_id"]]
        given.setdefault((stage.cast.telegram[said.user_id], said.position), said.option)
    for page in browsers.pages:
        for position, option in page.confirmed:
            given.setdefault((stage.cast.web[page.cookie], position), option)
    return given
