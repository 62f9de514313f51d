"""Long texts in parts: nothing is lost, nothing is too long, and the choices stand together at the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.zalo.splitting import parts, units
from content.message import Choice, Message

CHOICES = (Choice("Đồng ý", "yes"), Choice("Để sau", "no"))
PARAGRAPH = "Người đứng đầu cơ quan chịu trách nhiệm. " * 8


def test_what_fits_is_one_part_as_every_channel_shows_it() -> None:
    message = Message("Câu 1/2.", CHOICES, "Trả lời bằng số 1–2.")
    assert parts(message, 1900) == [message.plain()]


def test_a_long_text_is_cut_at_a_paragraph_and_the_choices_come_last() -> None:
    text = "\n\n".join(f"{number}. {PARAGRAPH}".strip() for number in range(1, 7))
    first, second = parts(Message(text, CHOICES, "Trả lời bằng số."), 1900)
    assert first.endswith("chịu trách nhiệm.")
    assert second.startswith("6. Người đứng đầu")
    assert second.endswith("\n1. Đồng ý\n2. Để sau\nTrả lời bằng số.")


def test_choices_that_do_not_fit_beside_the_text_stand_alone() -> None:
    *_, body, tail = parts(Message("x" * 95, CHOICES), 100)
    assert body == "x" * 95
    assert tail == "1. Đồng ý\n2. Để sau"


@pytest.mark.parametrize("text", ["một dòng\n" * 300, "từ " * 900, "😀" * 1500, "ă" * 4000])
def test_parts_are_never_longer_than_they_may_be(text: str) -> None:
    cut = parts(Message(text), 1900)
    assert all(0 < units(part) <= 1900 for part in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=30), max_size=4), st.integers(20, 90))
def test_nothing_but_blanks_is_lost(text: str, labels: list[str], limit: int) -> None:
    message = Message(text, tuple(Choice(label, "x") for label in labels), "hạn")
    cut = parts(message, limit)
    assert all(units(part) <= limit for part in cut)
    assert "".join("".join(cut).split()) == "".join(message.plain().split())
