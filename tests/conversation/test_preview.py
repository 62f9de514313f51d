"""Previews: what each channel shows of a card or question, character by character, and what would not fit."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from app.wiring import PREVIEWS
from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, with_words
from bot.zalo.splitting import units
from content.message import Choice, Message
from content.phrases import Phrases
from content.reviewing import approve, of_upload, store_drafts
from store.database import Database
from store.tables import Account
from tests.content.loaded import CARD, NOW, add_admins, add_upload, file_of, question

LONG = Message("ă" * 4_200)
EIGHT = Message("Chọn", tuple(Choice(f"Mục số {number}", "say:menu") for number in range(1, 9)))


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """Lan asks; a card is current, a question on it waits."""
    with database.transaction() as session:
        hoa, lan = add_admins(session, "Hoa", "Lan")
        store_drafts(session, file_of(CARD), hoa, add_upload(session, hoa), NOW)
        approve(session, of_upload(session, 1), lan, NOW)
        store_drafts(session, file_of(question(card="CT-1")), hoa, add_upload(session, hoa), NOW)
        house = House(phrases, "Sở Mẫu", b"key", "1", {}, previews=PREVIEWS)
        yield Talk(session, house, session.get_one(Account, 2), NOW)


def seen(talk: Talk, said: str) -> Message:
    """What a typed command answers."""
    from bot.conversation.commands import WITH_WORDS

    called, rest = with_words(said)
    return WITH_WORDS[called](talk, rest)


def test_a_draft_is_shown_as_it_opens_a_round(talk: Talk) -> None:
    shown = seen(talk, "xem thử cq-1")
    assert shown.text.startswith("Xem thử Câu hỏi CQ-1 · chờ duyệt · mở đợt kèm thẻ\n│ Quy định trong tuần")
    assert "│ Thẻ đeo ở chỗ dễ thấy." in shown.text
    assert "│ 3. Xin về nhà lấy thẻ" in shown.text
    quoted = "\n".join(line[2:] for line in shown.text.split("\n") if line.startswith("│"))
    assert f"Telegram: {len(quoted)}/4.096 ký tự, nút 1 · 2 · 3" in shown.text
    assert f"Zalo Bot: {units(quoted)}/2.000 ký tự, không có nút" in shown.text
    assert "Zalo OA" in shown.text
    assert "Trang web" in shown.text
    assert len(shown.plain()) <= 1500


def test_every_form_can_be_seen(talk: Talk) -> None:
    shown = seen(talk, "/xemthu CQ-1")
    labels = [choice.label for choice in shown.choices]
    assert labels == ["Xem câu hỏi trong đợt", "Xem phản hồi khi chưa đúng", "Về cả tệp", "Về các mục chính"]
    alone = act(talk, shown.choices[0].action)
    assert "Quy định trong tuần" not in alone.text
    assert "Câu 2/2." in alone.text
    assert "Chưa đúng. Phương án phù hợp là 2." in act(talk, shown.choices[1].action).text


def test_a_current_card_is_shown_as_it_is_looked_up(talk: Talk) -> None:
    shown = seen(talk, "xem thu CT-1")
    assert "Thẻ CT-1 · đang dùng · tra cứu" in shown.text
    assert "│ Căn cứ: Điều 6 Quyết định 129/2007/QĐ-TTg" in shown.text


def test_a_code_with_two_versions_asks_which(talk: Talk) -> None:
    store_drafts(talk.session, file_of(question(code="CT-1")), 1, None, NOW)
    shown = seen(talk, "xem thử CT-1")
    assert [choice.label for choice in shown.choices] == ["Thẻ CT-1 · đang dùng", "Câu hỏi CT-1 · chờ duyệt"]


def test_an_unknown_code_is_told_so_and_the_word_alone_is_explained(talk: Talk) -> None:
    assert "mang mã KHONG-CO" in seen(talk, "xem thử KHONG-CO").text
    assert "xem thử" in act(talk, "say:xemthu").text


@pytest.mark.parametrize("channel", ["telegram", "zalo-oa"])
def test_what_a_channel_cannot_carry_is_told(channel: str) -> None:
    assert "preview.too_long" in PREVIEWS[channel](LONG).misfits


def test_a_zalo_bot_carries_any_length_in_parts() -> None:
    assert PREVIEWS["zalo-bot"](LONG).misfits == ("preview.in_parts",)


def test_the_page_carries_any_length() -> None:
    assert PREVIEWS["web"](LONG).misfits == ()


def test_each_channel_has_its_own_buttons() -> None:
    three = Message("Chọn", EIGHT.choices[:3])
    assert PREVIEWS["telegram"](three).buttons == ("Mục số 1", "Mục số 2", "Mục số 3")
    assert PREVIEWS["zalo-bot"](three).buttons == ()
    assert PREVIEWS["zalo-oa"](three).buttons == ("1", "2", "3")
    assert PREVIEWS["zalo-oa"](EIGHT).buttons == ()
    assert PREVIEWS["zalo-oa"](EIGHT).misfits == ("preview.buttons_left_out",)


def test_zalo_counts_in_utf_16_units() -> None:
    assert PREVIEWS["zalo-bot"](Message("a😀")).length == 3


def test_a_long_draft_is_told_against_the_products_own_limits(talk: Talk, database: Database) -> None:
    _load(talk.session, "DAI", "chữ " * 120)
    shown = seen(talk, "xem thử DAI")
    assert "Tin dài hơn mức nên có là 600 ký tự" in shown.text
    _load(talk.session, "QUA-DAI", "chữ " * 400)
    shown = seen(talk, "xem thử QUA-DAI")
    assert "Tin dài hơn mức tối đa 1.500 ký tự" in shown.text
    assert "KHÔNG GỬI ĐƯỢC" not in shown.text
    assert len(shown.plain()) <= 1500


def _load(session: Session, code: str, stem: str) -> None:
    store_drafts(session, file_of(question(code, stem=stem)), 1, None, NOW)
