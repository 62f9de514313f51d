"""What is stored about me, in pages that a phone can show."""

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.personal import ON_A_PAGE, paged


@given(st.lists(st.text(min_size=1, max_size=400)))
def test_pages_hold_every_line_once_and_none_is_too_long(lines: list[str]) -> None:
    pages = paged(lines)
    assert [line for page in pages for line in page] == lines
    assert all(sum(map(len, page)) <= ON_A_PAGE for page in pages)
    assert all(pages) or pages == [[]]
