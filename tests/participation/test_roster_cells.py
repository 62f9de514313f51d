"""The cells of a column: many looked over together are what each is by itself."""

import unicodedata
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content.cells import cell_code, cell_text
from participation.roster.cells import column_codes, column_texts

ODD = [
    "",
    " ",
    "An",
    " An",
    "An ",
    "A  B",
    "A B",
    "A\nB",
    "\n",
    "A\u00a0B",
    "\u200b",
    "\u0301",
    "e\u0301",
    "ß",
    "ệ",
    "\ud800",
]
CELLS = st.one_of(st.sampled_from([*ODD, unicodedata.normalize("NFD", "Nguyễn")]), st.text(max_size=4))
OTHERS = st.one_of(CELLS, st.sampled_from([5.0, 5.5, True, None, date(2026, 1, 2)]))


@given(st.lists(CELLS) | st.lists(OTHERS))
@example([])
@example([""])
@example(["", ""])
@example(["An", "\u0301B"])
def test_many_cells_are_what_each_is_by_itself(cells: list[object]) -> None:
    texts = [cell_text(cell) for cell in cells]
    assert list(column_texts(cells)) == texts
    assert list(column_codes(texts)) == [cell_code(cell) for cell in cells]


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_cell_is_found_among_many(odd: str) -> None:
    cells = ["An", odd, "Bình"]
    assert list(column_texts(cells)) == [cell_text(cell) for cell in cells]
