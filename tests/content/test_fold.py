"""Folding and NFC."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.fold import fold, nfc


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Đất nước", "dat nuoc", id="đ is folded although it carries no mark"),
        pytest.param("  Thống   kê\n", "thong ke", id="white space collapses"),
        pytest.param(unicodedata.normalize("NFD", "Nghỉ phép"), "nghi phep", id="decomposed text folds alike"),
        pytest.param("QUY ĐỊNH 129/2007/QĐ-TTg", "quy dinh 129/2007/qd-ttg", id="digits and signs stay"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_folding_leaves_plain_lower_case_words(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạẤỀỗỰỹĐ 1?", max_size=40))
def test_folding_twice_changes_nothing_and_the_unicode_form_does_not_matter(text: str) -> None:
    assert fold(fold(text)) == fold(text) == fold(unicodedata.normalize("NFD", text))


def test_nfc_joins_a_letter_and_its_marks() -> None:
    assert nfc(unicodedata.normalize("NFD", "tuyệt đối")) == "tuyệt đối"
