"""Near-duplicates: the quick way finds what comparing all with all finds, and the library has none of its own."""

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.loading.checks.similar import ALIKE, SAME, Stems, features, likeness, standing
from tests.conftest import TOLD
from tests.content.loading.books import LIBRARY

STEM = "Người dân đến quầy khi Anh/Chị đang nghe điện thoại riêng, Anh/Chị nên làm gì trước?"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (STEM, True),
        (STEM.upper(), True),
        (STEM.replace("trước?", "trước tiên?"), True),
        ("nguoi dan den quay khi anh/chi dang nghe dien thoai rieng anh chi nen lam gi truoc", True),
        (STEM.replace("nghe", "nge"), True),
        (STEM.replace("điện thoại riêng", "báo cáo của cấp trên"), False),
        ("Giờ làm việc buổi chiều bắt đầu lúc nào?", False),
        ("", False),
    ],
)
def test_nearly_the_same_words_are_alike(text: str, same: bool) -> None:
    assert standing({"A": STEM}, [text]).alike(text) == ("A" if same else "")


WORDS = st.lists(st.sampled_from(["an", "bình", "chi", "dũng", "em", "giang", "hà"]), min_size=1, max_size=9).map(
    " ".join
)


@given(st.lists(WORDS, max_size=12), WORDS)
def test_looking_up_finds_what_comparing_with_all_finds(texts: list[str], asked: str) -> None:
    held = Stems([*texts, asked])
    for number, text in enumerate(texts):
        held.add(str(number), text)
    best = max((likeness(features(asked), features(text)) for text in texts), default=0.0)
    found = held.alike(asked)
    assert bool(found) == (best >= ALIKE)
    if found:
        near = likeness(features(asked), features(texts[int(found)]))
        assert near == best or near >= SAME


def test_no_question_of_the_library_is_taken_for_another() -> None:
    stems = {question.code: question.stem for question in LIBRARY.questions.values()}
    held = standing(stems, stems.values())
    assert {code: held.alike(stem, but=code) for code, stem in stems.items() if held.alike(stem, but=code)} == {}


def test_two_thousand_rows_against_two_thousand_questions_take_a_moment(
    record_property: Callable[[str, object], None],
) -> None:
    words = sorted({word for question in LIBRARY.questions.values() for word in question.stem.split()})
    chance = random.Random(7)
    old = {f"C-{number}": " ".join(chance.choices(words, k=25)) for number in range(2_000)}
    new = [" ".join(chance.choices(words, k=25)) for _ in range(1_990)]
    new += [f"{stem} nhỉ" for stem in list(old.values())[:10]]
    began = time.process_time()
    held = standing(old, new)
    found = []
    for number, stem in enumerate(new):
        found.append(held.alike(stem))
        held.add(str(number), stem)
    took = time.process_time() - began
    record_property(TOLD, f"2,000 stems against 2,000: {took:.2f} s")
    assert [code for code in found if code] == [f"C-{number}" for number in range(10)]
    assert took < 3
