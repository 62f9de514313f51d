"""Typed choices: every form people use for option B, and the texts that must record nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.typed import chosen, is_letter


@pytest.mark.parametrize(
    "text",
    [
        *("2", "2.", "2)", " 2 ", "(2)", "b", "B", "B.", "b)", "câu B", "Câu b.", "cau b", "CÂU B", "câub", "câu 2"),
        *("phương án 2", "phuong an 2", "Phương án B", "phương án b.", "đáp án 2", "dap an b", "hai", "Hai", "HAI."),
        *("chọn 2", "chọn câu 2", "em chọn B", "câu số 2", "số 2", "２", "2️⃣", "“B”", "*2*", "lựa chọn 2", "y 2"),
        *("caau B", "caau 2", "phuwowng asn 2", "phuwowng ans 2", "dđap an 2".replace("dđ", "đ"), "ddaps asn b"),
        *(
            "ca6u b",
            "cau6 b",
            "phu7o7ng a1n 2",
            "chojn 2",
            "cho5n 2",
            "haai",
            "Ca\u0302u B",
            "phu\u031bo\u031bng a\u0301n 2",
        ),
    ],
)
def test_all_of_these_mean_option_two(text: str) -> None:
    assert chosen(text) == 2


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("a", 1), ("một", 1), ("mot", 1), ("moojt", 1), ("ba", 3), ("C", 3), ("bốn", 4), ("tư", 4), ("d", 4)],
)
def test_other_options_too(text: str, number: int) -> None:
    assert chosen(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 và 2", "1,2", "1 2", "a hoặc b", "2b", "b2", "không biết", "hay", "có", "vâng", "2 hay 3"),
        *("câu hỏi này khó quá", "menu", "thống kê", "tk", "0", "-1x", "câu", "phương án", "hai ba", "🙂", "ok"),
        *("x" * 3000, "2" * 3000, "b " * 2000, "Theo tôi thì nên chọn phương án số 2 vì như thế mới đúng"),
    ],
)
def test_what_is_ambiguous_or_long_names_nothing(text: str) -> None:
    assert chosen(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    number = chosen(text)
    assert number is None or 1 <= number <= 99
    is_letter(text)


@pytest.mark.parametrize("text", ["b", "B.", "câu B", "câu 2", "phương án 2", "đáp án c"])
def test_letters_and_words_of_answers_mean_a_question(text: str) -> None:
    assert is_letter(text)


@pytest.mark.parametrize("text", ["2", "hai", "1."])
def test_bare_numbers_may_mean_a_menu(text: str) -> None:
    assert not is_letter(text)
