"""Phrases: keys, values, faults, and days as people read them."""

import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from content.faults import PhraseFaults
from content.moments import clock
from content.phrases import Phrases

THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)  # 17:00 in Vietnam


def load(folder: Path, **areas: str) -> Phrases:
    for area, text in areas.items():
        (folder / f"{area}.yaml").write_text(text, encoding="utf-8")
    return Phrases.load(folder)


def faults(folder: Path, **areas: str) -> list[str]:
    with pytest.raises(PhraseFaults) as caught:
        load(folder, **areas)
    return [str(fault) for fault in caught.value.faults]


def test_nested_keys_become_dotted_keys_of_their_area(tmp_path: Path) -> None:
    phrases = load(tmp_path, quiz="right: Đúng.\nhint:\n  long: Dài.\n", menu="title: Thực đơn\n")
    assert phrases.keys() == {"quiz.right", "quiz.hint.long", "menu.title"}
    assert phrases("quiz.hint.long") == "Dài."


def test_values_are_put_in_without_html_escaping(tmp_path: Path) -> None:
    phrases = load(tmp_path, quiz="right: 'Đúng: {{ explanation }}'\n")
    assert phrases("quiz.right", explanation="a < b & c") == "Đúng: a < b & c"


def test_a_value_may_be_called_key(tmp_path: Path) -> None:
    assert load(tmp_path, a="b: '{{ key }} {{ self_name }}'\n")("a.b", key="K", self_name="S") == "K S"


def test_the_result_is_nfc_and_ends_without_white_space(tmp_path: Path) -> None:
    phrases = load(tmp_path, a="b: |\n  {{ name }}  \n  hai\n\n")
    assert phrases("a.b", name=unicodedata.normalize("NFD", "Bình")) == "Bình\nhai"


def test_a_missing_value_is_an_error_not_an_empty_place(tmp_path: Path) -> None:
    phrases = load(tmp_path, quiz="right: 'Đúng: {{ explanation }}'\n")
    with pytest.raises(UndefinedError, match="explanation"):
        phrases("quiz.right")


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    phrases = load(tmp_path, quiz="right: Đúng\n")
    with pytest.raises(KeyError, match=r"quiz\.wrong"):
        phrases("quiz.wrong")
    with pytest.raises(KeyError, match=r"quiz\.wrong"):
        phrases.variables("quiz.wrong")


def test_the_variables_of_a_phrase_are_known_without_using_it(tmp_path: Path) -> None:
    text = "line: '{% for one in many %}{{ one.name }}{% endfor %}{{ until|moment }}'\n"
    assert load(tmp_path, a=text).variables("a.line") == {"many", "until"}


def test_a_template_cannot_reach_into_python(tmp_path: Path) -> None:
    phrases = load(tmp_path, a="b: '{{ x.__class__.__mro__ }}'\n")
    with pytest.raises(SecurityError):
        phrases("a.b", x="")


def test_every_fault_of_all_files_is_reported_with_its_line(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        one="a: Được\nlist:\n  - x\nempty:\n",
        two="a:\n  b: '{{ x '\n  c: '{{ x|unheard_of }}'\n  d.e: text\n",
        three="a: 1\na: 2\n",
    )
    assert [fault.split(" ")[0] for fault in found] == [
        "one.yaml:2:", "one.yaml:4:", "three.yaml:2:", "two.yaml:2:", "two.yaml:3:", "two.yaml:4:",
    ]  # fmt: skip
    assert found[0] == "one.yaml:2: 'one.list' is a list; a phrase is one text"


def test_phrases_known_to_be_good_are_compiled_when_they_are_used(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("good: Còn {{ n }} câu.\nbad: '{{ n'\n", encoding="utf-8")
    with pytest.raises(PhraseFaults):
        Phrases.load(tmp_path)
    phrases = Phrases.load(tmp_path, known_good=True)
    assert [phrases("a.good", n=number) for number in (1, 2)] == ["Còn 1 câu.", "Còn 2 câu."]
    with pytest.raises(TemplateSyntaxError):
        phrases("a.bad", n=1)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        Phrases.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("filtered", "value", "shown"),
    [
        ("moment", THURSDAY, "17:00 thứ Năm 26/11"),
        ("clock", THURSDAY, "17:00"),
        ("day", THURSDAY, "26/11"),
        ("date", THURSDAY, "26/11/2026"),
        ("weekday", THURSDAY, "thứ Năm"),
        ("weekday", datetime(2026, 11, 28, 17, 30, tzinfo=UTC), "Chủ nhật"),
        ("day", date(2026, 12, 1), "01/12"),
        ("date", date(2026, 12, 1), "01/12/2026"),
        ("weekday", date(2026, 12, 1), "thứ Ba"),
        ("moment", date(2026, 12, 1), "thứ Ba 01/12"),
    ],
)
def test_moments_are_shown_in_vietnamese_time(tmp_path: Path, filtered: str, value: date, shown: str) -> None:
    assert load(tmp_path, a=f"b: '{{{{ at|{filtered} }}}}'\n")("a.b", at=value) == shown


def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    phrases = load(tmp_path, a="b: '{{ at|clock }}'\n")
    with pytest.raises(ValueError, match="no time zone"):
        phrases("a.b", at=THURSDAY.replace(tzinfo=None))


def test_a_day_has_no_clock_time() -> None:
    with pytest.raises(TypeError, match="no time of day"):
        clock(date(2026, 11, 26))  # type: ignore[arg-type]
