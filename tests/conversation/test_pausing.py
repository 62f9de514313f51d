"""Pausing in words: lengths people write, and lengths that are none."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot.conversation import pausing
from bot.conversation.talk import House, Talk
from content.phrases import Phrases
from participation import pausing as pauses
from store.database import Database
from store.tables import Account
from tests.participation.rounds import OPENS, add_people, add_unit, link


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """An speaks, on Tuesday 10 November 2026."""
    with database.transaction() as session:
        (an,) = add_people(session, add_unit(session, "A"), 1)
        account = session.get_one(Account, link(session, an, OPENS))
        yield Talk(session, House(phrases, "Sở Mẫu", b"key", "1", {}), account, OPENS)


def is_paused(session: Session, talk: Talk) -> bool:
    """Whether a pause is in force."""
    return pauses.running(session, talk.person_id, talk.now) is not None


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("tạm dừng 10 ngày", "19/11/2026"),
        ("tam dung 1 ngay", "10/11/2026"),
        ("tạm dừng 2 tuần", "23/11/2026"),
        ("/tamdung 1 tháng", "09/12/2026"),
        ("tạm dừng hai tuần", "23/11/2026"),
        ("tạm dừng 180 ngày", "08/05/2027"),
    ],
)
def test_a_length_pauses_at_once_and_names_the_last_day(talk: Talk, said: str, last: str) -> None:
    assert f"đến hết ngày {last}" in pausing.ask(talk, said).text
    assert is_paused(talk.session, talk)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("tạm dừng từ 24/11 đến 28/11", "từ ngày 24/11/2026 đến hết 28/11/2026"),
        ("/tamdung từ ngày 24/11 đến ngày 28/11", "từ ngày 24/11/2026 đến hết 28/11/2026"),
        ("tạm dừng 5 ngày từ 24/11", "từ ngày 24/11/2026 đến hết 28/11/2026"),
        ("tạm dừng đến thứ Sáu", "từ ngày 10/11/2026 đến hết 13/11/2026"),
        ("tạm dừng ngày mai", "ngày 11/11/2026"),
        ("tạm dừng từ ngày mai", "từ 11/11/2026 đến khi nào"),
    ],
)
def test_days_of_the_calendar_are_leave(talk: Talk, said: str, days: str) -> None:
    assert days in pausing.ask(talk, said).text


@pytest.mark.parametrize("said", ["tạm dừng", "tạm dừng 0 ngày", "tạm dừng ít ngày", "tạm dừng 99999 ngày"])
def test_what_is_no_length_offers_lengths_and_pauses_nothing(talk: Talk, said: str) -> None:
    assert len(pausing.ask(talk, said).choices) == 5
    assert not is_paused(talk.session, talk)


@pytest.mark.parametrize("said", ["tạm dừng 181 ngày", "tạm dừng 1000 ngày", "tạm dừng 26 tuần"])
def test_what_is_too_long_is_told_so(talk: Talk, said: str) -> None:
    assert "nhiều nhất 180 ngày" in pausing.ask(talk, said).text
    assert not is_paused(talk.session, talk)
