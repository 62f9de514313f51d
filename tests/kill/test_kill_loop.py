"""The real process is killed while a round goes out and answers come in. Nothing may be lost or doubled."""

import random
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, text

from app.opening import OpenHouse, load_phrases, open_database
from app.settings import Settings
from scheduler import outbox
from store import inbox
from store.database import Database
from tests.botapi.delivery_log import read_log
from tests.botapi.remote import Remote, separate_process
from tests.kill.browsers import Browsers, Page
from tests.kill.lives import Lives, lives
from tests.kill.moments import Moments, wait_until
from tests.kill.office import Cast, prepare
from tests.kill.phones import Phones
from tests.kill.verdict import judge

TUESDAY = datetime(2026, 11, 10, 2, 5, tzinfo=UTC)  # 09:05 at the office: messages may go out until 11:15
IN_FLIGHT, RATE, LATENCY = 8, 30, 0.1
WEB_PEOPLE = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def is_quiet(session: Session) -> bool:
    """Whether everything that came in is handled and everything that was written is out."""
    counts = outbox.counts(session)
    return not (inbox.count(session, "waiting") + counts.get("waiting", 0) + counts.get("sending", 0))


def kill_again_and_again(life: Lives, moments: Moments, kills: int, people: int) -> None:
    """Each life gets its share of the messages: an opening and two replies for everybody."""
    share = max(1, 3 * people // kills)
    for _ in range(kills):
        life.start()
        moments.wait(most=share)
        life.kill()


def check_store(database: Database) -> None:
    with database.transaction() as session:
        assert session.connection().execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert inbox.count(session, "parked") == 0


@pytest.mark.kill
def test_nothing_is_lost_or_doubled_however_often_the_process_is_killed(
    kills: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = max(300, 3 * kills)
    ahead = TUESDAY - datetime.now(UTC)
    settings = Settings.model_construct(
        agency="Sở Mẫu",
        database=str(tmp_path / "nep.db"),
        code_secret_file=str(tmp_path / "code.secret"),
        port=free_port(),
        telegram_in_flight=IN_FLIGHT,
        telegram_rate=RATE,
    )
    log = tmp_path / "deliveries.jsonl"
    database = open_database(settings)
    with separate_process(log, latency=LATENCY) as remote:
        environment = {f"NEP_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
        environment |= {"NEP_TELEGRAM_TOKEN": remote.token, "NEP_TELEGRAM_API": remote.url}
        house = OpenHouse(settings, database, load_phrases(), lambda: datetime.now(UTC) + ahead)
        with lives(environment, ahead / timedelta(seconds=1), tmp_path / "process.log") as life:
            cast = prepare(house, people, WEB_PEOPLE)
            remote.meet(cast.telegram)
            chance = random.Random()
            phones = Phones(remote, chance)
            browsers = Browsers(f"http://127.0.0.1:{settings.port}", [Page(one) for one in cast.web], chance)
            phones.start()
            browsers.start()
            moments = Moments(log, tmp_path / "nep.db", chance)
            kill_again_and_again(life, moments, kills, people)
            life.start()
            settle(database, remote, phones, browsers, life)
            life.stop()
        assert remote.summary()["expired"] == 0
        given = told(cast, remote, phones, browsers)
        check_store(database)
        with database.transaction() as session:
            verdict = judge(session, cast, given, read_log(log))
    database.close()
    with capsys.disabled():
        print("\n" + verdict.line(kills, IN_FLIGHT), flush=True)  # noqa: T201 - the number to publish
    assert verdict.answers > people
    assert (verdict.lost, verdict.invented, verdict.double, verdict.duplicates, verdict.false_sent) == (0, 0, 0, 0, 0)
    assert verdict.unknown <= kills * IN_FLIGHT


def settle(database: Database, remote: Remote, phones: Phones, browsers: Browsers, life: Lives) -> None:
    """The last life works everything off; then people put their phones away, and it works that off too."""

    def quiet() -> bool:
        if remote.waiting() or browsers.is_busy:
            return False
        with database.transaction() as session:
            return is_quiet(session)

    for finish in (None, phones.stop, browsers.stop):
        if finish:
            finish()
        wait_until(quiet, 120, lambda: f"{remote.summary()}\n{life.told()}")
