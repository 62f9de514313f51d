"""Plain YAML with lines: what is read and what is refused."""

import pytest

from content.faults import Fault
from content.reading import Series, Table, Text, decoded, read_yaml


def read(text: str) -> tuple[Table | None, list[str]]:
    faults: list[Fault] = []
    return read_yaml("a.yaml", text, faults), [str(fault) for fault in faults]


def test_every_value_is_text_and_knows_its_line() -> None:
    table, faults = read("# note\nwords: no\nlist:\n  - 1.0\n  - on\n")
    assert faults == []
    assert table == Table(
        {"words": Text("no", 2), "list": Series((Text("1.0", 4), Text("on", 5)), 4)}, {"words": 2, "list": 3}, 2
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: key 'a' is given twice, first on line 1"),
        ("a: &x 1\n", "a.yaml:1: anchor &x is not allowed; write the value out"),
        (
            "a: 1\nb: !!python/name:os.system x\n",
            "a.yaml:2: tag tag:yaml.org,2002:python/name:os.system is not allowed",
        ),
        ("a: 1\nb: c: d\n", "a.yaml:2: YAML syntax: mapping values are not allowed here"),
        ("- a\n", "a.yaml:1: must hold keys and values at the top level"),
        ("", "a.yaml:1: must hold keys and values at the top level"),
        ("a: 1\nb: \x00\n", "a.yaml:2: YAML syntax: special characters are not allowed"),
        ("a:\n  ? [x]\n  : 1\n", "a.yaml:2: a key must be plain text"),
        ("a: " + "[" * 5000, "a.yaml:1: is nested more than 12 levels deep"),
    ],
)
def test_what_makes_yaml_surprising_is_a_fault_on_its_line(text: str, fault: str) -> None:
    assert read(text)[1] == [fault]


def test_an_alias_is_refused_before_anything_is_built_from_it() -> None:
    table, faults = read("a: &x [1]\nb:\n  - *x\n  - *x\n")
    assert table is None
    assert [fault.split(":")[1] for fault in faults] == ["1", "3", "4"]


def test_bytes_that_are_not_utf_8_are_a_fault_on_their_line() -> None:
    faults: list[Fault] = []
    assert decoded("a.yaml", b"a: 1\nb: \xff\n", faults) is None
    assert [str(fault) for fault in faults] == ["a.yaml:2: is not UTF-8 text"]


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert decoded("a.yaml", "\ufeffa: 1".encode(), []) == "a: 1"
