"""`doctor` tells of every channel by the books, and its exit code whether one needs the operator."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.commands.doctor import examine
from app.doors import configured
from app.settings import Settings
from content.phrases import Phrases
from scheduler.channel import Later
from scheduler.doors import health, quota
from scheduler.doors.terms import Terms
from store.database import Database
from store.tables import Door
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.scheduler.doors.people import OA, add_person, open_doors


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """A desk over a house whose doors were never opened."""
    return FrontDesk(database, phrases, clock)


def test_before_the_first_start_there_is_nothing_to_examine(
    desk: FrontDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert examine(desk, ()) == 0
    assert capsys.readouterr().out == "no channel was opened yet: ./nep run opens them\n"


def test_every_channel_is_told_of_and_what_fails_comes_first(
    desk: FrontDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    now = desk.clock()
    with desk.database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "zalo-bot:1": Terms(monthly_quota=3000), "zalo-oa": OA})
        add_person(session, {"zalo-oa": now - timedelta(days=8)})
        quota.count(session, "zalo-bot:1", quota.SENT, 2700, now)
        health.note(session, "telegram", "telegram", 1, [Later(1, "T_CONNECT: not connected")], now)
        session.get_one(Door, "zalo-oa").expires_at = now + timedelta(hours=25)
    assert examine(desk, ("telegram", "zalo-bot:1", "zalo-oa")) == 1
    assert capsys.readouterr().out.splitlines() == [
        "telegram: FAILING since 2026-11-10 09:00: T_CONNECT: not connected",
        "  last in never, last out never, last well never",
        "  0 waiting, 0 held, 0 of unknown outcome",
        "  this month 0 sent, 0 received",
        "zalo-bot:1: QUOTA: 90 % used, replies alone go out",
        "  last in never, last out 2026-11-10 09:00, last well never",
        "  0 waiting, 0 held, 0 of unknown outcome",
        "  this month 2700 sent, 0 received; 2700 of 3000 used",
        "zalo-oa: good",
        "  last in never, last out never, last well never",
        "  0 waiting, 0 held, 0 of unknown outcome",
        "  this month 0 sent, 0 received",
        "  interaction window: 0 people inside, 1 outside",
        "  token good until 2026-11-11 10:00",
    ]


def test_a_channel_taken_out_of_the_settings_is_told_of_last_and_troubles_nobody(
    desk: FrontDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk.database.transaction() as session:
        open_doors(session, {"telegram": Terms(), "web": Terms()})
        health.note(session, "telegram", "telegram", 1, [Later(1, "T_CONNECT: not connected")], desk.clock())
    assert examine(desk, ("web",)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "web: good",
        "  last in never, last out never, last well never",
        "  0 waiting, 0 held, 0 of unknown outcome",
        "  this month 0 sent, 0 received",
        "telegram: not in the settings any more",
        "  0 waiting, 0 held, 0 of unknown outcome",
    ]


def test_the_settings_say_which_channels_are_in_use() -> None:
    assert configured(Settings.model_construct()) == {"web"}
    tokens = [SecretStr("123:abcdefgh"), SecretStr("456:abcdefgh")]
    everything = Settings.model_construct(telegram_token=SecretStr("1:a"), zalo_oa_app_id="7", zalo_bot_tokens=tokens)
    assert configured(everything) == {"web", "telegram", "zalo-oa", "zalo-bot:123", "zalo-bot:456"}
