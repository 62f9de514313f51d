"""Words and what phones and hands do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.spelling import Vocabulary, is_one_slip, toned, without_codes, words

LETTERS = st.text("abcd", max_size=6)


def test_words_are_letters_and_digits_in_small_letters() -> None:
    assert words('Điều 9, QĐ 129/2007/QĐ-TTg: "Trang_phục"!') == [
        *("điều", "9", "qđ", "129", "2007", "qđ", "ttg", "trang", "phục"),
    ]


@pytest.mark.parametrize(("one", "other"), [("hòa", "hoà"), ("thủy", "thuỷ"), ("khoẻ", "khỏe"), ("hoá", "ho\u0301a")])
def test_a_tone_may_stand_on_either_vowel(one: str, other: str) -> None:
    assert toned(one) == toned(other)


@pytest.mark.parametrize(("one", "other"), [("đất", "dất"), ("đất", "đật"), ("phuc", "phục"), ("ân", "an")])
def test_words_with_other_marks_are_other_words(one: str, other: str) -> None:
    assert toned(one) != toned(other)


@pytest.mark.parametrize(
    ("typed", "word"),
    [("phujc", "phuc"), ("phu5c", "phuc"), ("dduwowcj", "duoc"), ("thoaij", "thoai"), ("b2", "b2"), ("129", "129")],
)
def test_raw_keyboard_codes_are_undone(typed: str, word: str) -> None:
    assert without_codes(typed) == word


@given(LETTERS, LETTERS)
def test_one_slip_is_one_letter_added_lost_replaced_or_two_swapped(one: str, other: str) -> None:
    slips = {one[:n] + one[n + 1 :] for n in range(len(one))}
    slips |= {one[:n] + letter + one[n:] for n in range(len(one) + 1) for letter in "abcd"}
    slips |= {one[:n] + letter + one[n + 1 :] for n in range(len(one)) for letter in "abcd"}
    slips |= {one[:n] + one[n + 1] + one[n] + one[n + 2 :] for n in range(len(one) - 1)}
    assert one == other or is_one_slip(one, other) == (other in slips)


@given(st.sets(LETTERS.filter(bool), max_size=30), st.text("abcd", min_size=3, max_size=6))
def test_a_vocabulary_finds_every_neighbour_and_no_other_word(known: set[str], typed: str) -> None:
    neighbours = sorted(word for word in known if word != typed and is_one_slip(typed, word))
    assert Vocabulary(known).near(typed) == neighbours


def test_numbers_and_short_words_have_no_neighbours() -> None:
    vocabulary = Vocabulary(["118", "the", "ve"])
    assert [vocabulary.near(typed) for typed in ("119", "va", "tha")] == [[], [], ["the"]]
    assert vocabulary.beginning("th") == ["the"]
