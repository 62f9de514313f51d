"""What a person sees is the message itself; buttons only repeat what can be typed."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.hearing import TAP
from bot.telegram.render import BUTTON_LIMIT, ROW_LIMIT, Rendered, Unrenderable, render
from content.message import Choice, Message

TOKENS = st.text("ABCabc019_-", min_size=1, max_size=56)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
MESSAGES = st.builds(
    Message,
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=300),
    choices=st.lists(st.builds(Choice, WORDS, st.just("say:x")), max_size=12).map(tuple),
    closing=WORDS,
    inline=st.booleans(),
)


def labels(rendered: Rendered) -> list[list[str]]:
    """The words on the buttons, row by row."""
    markup = rendered.reply_markup or {"inline_keyboard": []}
    return [[button["text"] for button in row] for row in markup["inline_keyboard"]]


@pytest.mark.parametrize(
    ("choices", "rows"),
    [
        (["Đồng ý", "Xem chi tiết", "Để sau"], [["Đồng ý", "Xem chi tiết", "Để sau"]]),
        (["Đúng", "Sai"], [["Đúng", "Sai"]]),
        (["Chưa tham gia", "Chủ đề còn yếu", "Nhắc nhẹ"], [["Chưa tham gia", "Chủ đề còn yếu"], ["Nhắc nhẹ"]]),
        (["Mời ngồi và hướng dẫn rõ giấy tờ", "Hẹn", "Im lặng"], [["1", "2", "3"]]),
        (["Có", " "], [["1", "2"]]),
        (["x" * 25] * 10, [["1", "2", "3", "4", "5", "6", "7", "8"], ["9", "10"]]),
        (["Hai\ndòng"], [["Hai dòng"]]),
        ([], []),
    ],
)
def test_short_labels_stand_on_the_buttons_and_long_ones_become_numbers(
    choices: list[str], rows: list[list[str]]
) -> None:
    message = Message("Chọn", tuple(Choice(label, "say:x") for label in choices))
    assert labels(render(message, "T")) == rows


def test_the_numbered_list_and_the_closing_line_stand_in_the_text() -> None:
    message = Message("Hỏi?", (Choice("Có", "a"), Choice("Không", "b")), "Trả lời bằng số 1–2.")
    assert render(message, "T").text == "Hỏi?\n1. Có\n2. Không\nTrả lời bằng số 1–2."


def test_decomposed_vietnamese_is_composed_before_it_is_counted() -> None:
    decomposed = unicodedata.normalize("NFD", "ễ" * 4096)
    assert render(Message(decomposed), "T").text == "ễ" * 4096
    with pytest.raises(Unrenderable, match="4097"):
        render(Message("ễ" * 4097), "T")


@pytest.mark.parametrize("token", ["", "a:b", "có", "x" * 57, "a b", "٣"])
def test_a_token_that_fits_no_button_is_refused(token: str) -> None:
    with pytest.raises(Unrenderable):
        render(Message("?", (Choice("Có", "a"),)), token)


@settings(deadline=None)  # a busy machine is no fault
@given(MESSAGES, TOKENS)
def test_any_message_is_shown_as_it_is_and_every_button_finds_its_way_back(message: Message, token: str) -> None:
    rendered = render(message, token)
    assert rendered.text == unicodedata.normalize("NFC", message.plain())
    markup = rendered.reply_markup or {"inline_keyboard": []}
    rows = markup["inline_keyboard"]
    buttons = [button for row in rows for button in row]
    assert len(buttons) == len(message.choices)
    assert all(0 < len(row) <= ROW_LIMIT for row in rows)
    for number, button in enumerate(buttons, 1):
        assert button["text"].strip()
        assert len(button["callback_data"].encode()) <= 64
        found = TAP.fullmatch(button["callback_data"])
        assert found is not None
        assert (found[1], int(found[2])) == (token, number)


def test_choices_beyond_what_a_keyboard_holds_can_still_be_typed() -> None:
    rendered = render(Message("?", tuple(Choice(f"Mục {n}", "a") for n in range(120))), "T")
    assert sum(map(len, labels(rendered))) == BUTTON_LIMIT
    assert "120. Mục 119" in rendered.text
