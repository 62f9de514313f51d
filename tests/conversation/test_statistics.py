"""Figures in talk: what is not theirs answers like what does not exist, and the attempt is remembered."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, command
from content.phrases import Phrases
from store.database import Database
from store.tables import Account, AuditEntry, Duty
from tests.participation.rounds import LONG_AGO, OPENS, add_people, add_questions, add_unit, link, open_round


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """The head of unit 1 speaks; unit 2 is somebody else's."""
    with database.transaction() as session:
        one, two = add_unit(session, "A"), add_unit(session, "B")
        (head,) = add_people(session, one, 1)
        add_people(session, two, 6)
        session.add(Duty(person_id=head, unit_id=one, kind="head", from_on=LONG_AGO))
        account = session.get_one(Account, link(session, head, OPENS))
        open_round(session, add_questions(session, 1))
        house = House(phrases, "Sở Mẫu", b"key", "1", {})
        yield Talk(session, house, account, OPENS + timedelta(hours=1))


def subjects(session: Session) -> list[str]:
    """What was refused, in order."""
    return list(session.exec(select(AuditEntry.subject).where(AuditEntry.act == "refused_unit")))


@pytest.mark.parametrize("action", ["figures:{}", "missing:{}", "absent:1:{}", "units:1:{}"])
def test_another_unit_answers_like_one_that_does_not_exist(talk: Talk, action: str) -> None:
    theirs, nobodys = act(talk, action.format(2)), act(talk, action.format(999))
    assert theirs == nobodys
    assert theirs.text.startswith("Mục này dành cho trưởng, phó đơn vị.")
    assert subjects(talk.session) == ["unit 2", "unit 999"]


@pytest.mark.parametrize("action", ["figures:1", "missing:1", "absent:1:1", "units:1:1"])
def test_their_own_unit_answers(talk: Talk, action: str) -> None:
    assert "Đơn vị A" in act(talk, action).text
    assert subjects(talk.session) == []


@pytest.mark.parametrize(
    "action", ["", "nonsense", "drop:table", "answer:1:999:1", "card:999", "export:1", "pause:999"]
)
def test_an_odd_action_never_raises(talk: Talk, action: str) -> None:
    assert act(talk, action).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thống kê", "thongke"),
        ("thong ke", "thongke"),
        ("TK", "thongke"),
        ("/thongke", "thongke"),
        ("Thống  kê.", "thongke"),
        (unicodedata.normalize("NFD", "thống kê"), "thongke"),
        ("/chuathamgia", "chuathamgia"),
        ("Chưa tham gia?", "chuathamgia"),
        ("/tracnghiem", "tracnghiem"),
        ("làm tiếp", "tracnghiem"),
        ("thống kê giúp tôi", ""),
        ("", ""),
    ],
)
def test_commands_are_known_with_and_without_slash_and_diacritics(typed: str, meant: str) -> None:
    assert command(typed) == meant
