"""What a child says comes back exactly; what is nonsense is refused."""

import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.loading.checked import Checked
from content.loading.drafts import CardDraft, Flaw, Known, QuestionDraft, Reading, SourceDraft
from content.loading.gate.exchanging import read_answer, read_request, request, write_answer
from content.loading.gate.wire import Garbled, as_json, from_json

TEXT = st.text(max_size=20)
NUMBER = st.integers(min_value=0, max_value=10_000)
DAY = st.none() | st.dates()
PLAIN = st.none() | st.booleans() | st.integers() | TEXT | st.dates()
VALUE = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple), max_leaves=6
)
FLAW = st.builds(
    Flaw, TEXT, NUMBER, TEXT, TEXT, st.dictionaries(TEXT, VALUE | st.dictionaries(TEXT, VALUE, max_size=2), max_size=3)
)
QUESTION = st.builds(
    QuestionDraft, code=TEXT, difficulty=NUMBER, options=st.lists(TEXT, max_size=4).map(tuple),
    right=st.lists(NUMBER, max_size=4).map(tuple), row=NUMBER,
)  # fmt: skip
SOURCE = st.builds(SourceDraft, issued_on=DAY, in_force_from=DAY, in_force_until=DAY, row=NUMBER)
READING = st.builds(
    Reading, st.sampled_from(["excel", "yaml", "gift", "aiken"]), NUMBER, NUMBER,
    st.lists(QUESTION, max_size=3).map(tuple), st.lists(st.builds(CardDraft, row=NUMBER), max_size=3).map(tuple),
    st.lists(SOURCE, max_size=3).map(tuple), st.lists(FLAW, max_size=3).map(tuple),
    st.lists(FLAW, max_size=3).map(tuple),
)  # fmt: skip


def rows(reading: Reading) -> list[int]:
    """What equality of drafts leaves out."""
    drafts: list[Any] = [*reading.questions, *reading.cards, *reading.sources]
    return [draft.row for draft in drafts]


@given(READING)
def test_a_reading_comes_back_exactly(reading: Reading) -> None:
    back = from_json(Reading, json.loads(json.dumps(as_json(reading))))
    assert back == reading
    assert rows(back) == rows(reading)
    assert repr(back) == repr(reading)  # also the kinds of values: a tuple is no list, one is not true


@given(READING, st.lists(TEXT, max_size=3).map(tuple), st.none() | st.binary(max_size=50))
def test_a_whole_answer_comes_back_exactly(reading: Reading, said: tuple[str, ...], marked: bytes | None) -> None:
    stream = io.BytesIO()
    checked = Checked(reading=reading, faults=said, warnings=said[:1], marked=marked)
    write_answer(stream, checked)
    assert read_answer(stream.getvalue()) == checked


@given(TEXT, st.binary(max_size=50), st.dictionaries(TEXT, TEXT, max_size=3))
def test_a_request_comes_through_exactly(name: str, body: bytes, stems: Mapping[str, str]) -> None:
    known = Known(topics={"a": "b"}, stems=stems)
    assert read_request(io.BytesIO(request(name, body, known))) == (name, known, body)


GOOD = as_json(Checked(refused="x"))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello\n", id="words"),
        pytest.param(b"[]\n", id="a list"),
        pytest.param(b"{}\n", id="an empty table"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(json.dumps({"checked": GOOD, "marked": 3}).encode() + b"\nab", id="bytes missing"),
        pytest.param(json.dumps({"checked": GOOD, "marked": None}).encode() + b"\nab", id="bytes too many"),
        pytest.param(json.dumps({"checked": GOOD[:-1], "marked": None}).encode() + b"\n", id="a field missing"),
        pytest.param(json.dumps({"checked": [1, *GOOD[1:]], "marked": None}).encode() + b"\n", id="a number as text"),
        pytest.param(json.dumps({"checked": as_json(Checked()), "marked": None}).encode() + b"\n", id="neither"),
        pytest.param(b"\xff\xfe\n", id="no text"),
    ],
)
def test_nonsense_is_refused(said: bytes) -> None:
    with pytest.raises(Garbled):
        read_answer(said)


@pytest.mark.parametrize("value", [object(), {1}, b"x"])
def test_a_flaw_carries_plain_values_only(value: Any) -> None:
    with pytest.raises(TypeError):
        as_json(Flaw("a.b", values={"x": value}))


def test_days_in_values_stay_days() -> None:
    flaw = Flaw("a.b", values={"on": date(2026, 11, 23), "rows": [1, 2], "more": True})
    assert from_json(Flaw, json.loads(json.dumps(as_json(flaw)))) == flaw
