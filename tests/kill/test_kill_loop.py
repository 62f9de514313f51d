"""The real process is killed while a round goes out and answers come in. Nothing may be lost or doubled."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import text

from store import inbox
from tests.botapi.delivery_log import read_log
from tests.botapi.remote import Remote
from tests.conftest import TOLD
from tests.kill.browsers import Browsers, Page
from tests.kill.office import Cast
from tests.kill.phones import Phones
from tests.kill.scene import IN_FLIGHT, on_telegram
from tests.verdict import judge

WEB_PEOPLE = 30


@pytest.mark.kill
def test_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    kills: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    people, chance = max(300, 3 * kills), random.Random()
    with on_telegram(tmp_path, people, WEB_PEOPLE) as (stage, remote, cast):
        phones = Phones(remote, chance)
        browsers = Browsers(stage.url, [Page(cookie) for cookie in cast.web], chance)
        phones.start()
        browsers.start()
        stage.kill_again_and_again(kills, max(1, 3 * people // kills), chance)
        stage.life.start()
        stage.work_off(lambda: not remote.waiting() and not browsers.is_busy, remote.summary, phones, browsers)
        assert remote.summary()["expired"] == 0
        given = told(cast, remote, phones, browsers)
        with stage.database.transaction() as session:
            assert session.connection().execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert inbox.count(session, "parked") == 0
            verdict = judge(session, cast.round_id, given, read_log(stage.deliveries), "telegram")
        unknown = stage.unknown()
    record_property(TOLD, verdict.line(kills, IN_FLIGHT))  # the numbers to publish, at the end of the run
    assert verdict.answers > people
    assert verdict.broken == (0, 0, 0, 0, 0)
    assert unknown == set().union(*stage.left)
    assert max(map(len, stage.left)) <= IN_FLIGHT


def told(cast: Cast, remote: Remote, phones: Phones, browsers: Browsers) -> dict[tuple[int, int], int]:
    """(person, position) → the option first confirmed by the platform, or first answered with 202 by us."""
    given: dict[tuple[int, int], int] = {}
    for update in sorted(remote.confirmed(), key=lambda one: int(one["update_id"])):
        said = phones.said[update["update_id"]]
        given.setdefault((cast.telegram[said.user_id], said.position), said.option)
    for page in browsers.pages:
        for position, option in page.confirmed:
            given.setdefault((cast.web[page.cookie], position), option)
    return given
