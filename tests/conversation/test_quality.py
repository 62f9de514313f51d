"""Item statistics in chat: for content admins alone, of one question or of those most worth a look."""

import pytest
from sqlmodel import select

from bot.conversation.talk import Talk
from bot.conversation.talking import command, with_words
from store.tables import Grant
from tests.conversation.test_keys import say, talk  # noqa: F401


def test_what_is_worth_a_look_and_one_question(talk: Talk) -> None:  # noqa: F811
    assert "- cau-1: đúng 2/7 (28,6%); quá khó" in say(talk, "/thongkecau").text
    told = say(talk, "thống kê câu CAU-1").text
    assert told.startswith("Câu cau-1 · Tình huống 1?\nSố người trả lời lần đầu: 7\nĐúng: 2/7 (28,6%)")
    assert "Không có câu hỏi đang dùng nào mang mã cau-9" in say(talk, "/thongkecau cau-9").text


def test_for_others_it_does_not_exist(talk: Talk) -> None:  # noqa: F811
    talk.session.delete(talk.session.exec(select(Grant)).one())
    talk.session.flush()
    unknown = talk.house.phrases("menu.unclear")
    assert say(talk, "/thongkecau").text == unknown
    assert say(talk, "/thongkecau cau-1").text == unknown


@pytest.mark.parametrize("said", ["/thongkecau", "thống kê câu", "Thong ke cau hoi?", "THONGKECAU"])
def test_it_is_known_with_and_without_diacritics(said: str) -> None:
    assert command(said) == "thongkecau"
    assert command("thống kê") == "thongke"


def test_the_code_stays_as_typed() -> None:
    assert with_words("Thống kê câu NN-01") == ("thong ke cau", "NN-01")
