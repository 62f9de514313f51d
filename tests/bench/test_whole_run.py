"""The front of the benchmarks: what `./nep bench` runs, how it tells of it, and what a failing one does to the rest."""

import re
from collections.abc import Mapping
from importlib import import_module

import pytest

from bench import growth
from bench.__main__ import BENCHMARKS, GROWTH, main, tables, whole
from tests.conftest import ROOT

COMMANDS = [command for quick in (False, True) for below in tables(quick, "postgresql").values() for command in below]


def test_the_six_tables_are_run_and_growth_is_of_the_first_four() -> None:
    told = {
        heading: [command[0] for command in below] for heading, below in tables(quick=False, store="sqlite").items()
    }
    assert [heading[0] for heading in told] == ["1", "2", "3", "4", "5", "6"]
    grown = told.pop(GROWTH)
    *four, start = told.values()
    assert start == ["start"]
    assert sorted(grown) == sorted(name for names in four for name in names)
    assert set(BENCHMARKS) - {"week"} == {*grown, "start"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_benchmark_is_told_in_the_whole_run_is_what_it_takes(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *arguments = command
    monkeypatch.setattr("sys.argv", [name, *arguments, "--help"])
    with pytest.raises(SystemExit) as ended:
        import_module(f"bench.{name}").main()
    takes = re.findall(r"--\w+", capsys.readouterr().out.split("options:")[1])
    assert ended.value.code == 0, "a value it does not understand"
    assert {word for word in arguments if word.startswith("--")} <= set(takes)


def test_one_that_fails_does_not_swallow_the_others_and_shows_in_the_exit_code(
    capfd: pytest.CaptureFixture[str],
) -> None:
    works, fails = ["search", "--cards", "20", "--queries", "5"], ["nothing"]
    assert whole({"1 First": [fails], "2 Second": [works]}) == 1
    said = capfd.readouterr()
    assert re.findall("^## .+$", said.out, re.MULTILINE) == ["## 1 First", "## 2 Second"]
    assert "naive scan" in said.out
    assert said.err.endswith("failed: ./nep bench nothing\n")
    assert whole({}) == 0


def test_a_run_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> None:
        raise AssertionError("one answer is missing")

    monkeypatch.setattr("bench.search.main", stopped)
    assert main(["search"]) == 1
    assert "no figure holds: one answer is missing" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["list", "--help"])
def test_all_are_named_on_request(asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([asked])
    assert ended.value.code == 0
    assert re.findall(r"^\./nep bench (\w+)", capsys.readouterr().out, re.MULTILINE) == list(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_is_written_down_how_to_run_it(name: str) -> None:
    assert f"`./nep bench {name}`" in (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def test_growth_is_the_slope_of_the_logarithms() -> None:
    assert growth.exponent({10: 1.0, 100: 10.0, 1000: 100.0}) == pytest.approx(1)
    assert growth.exponent({10: 3.0, 100: 300.0, 1000: 30_000.0}) == pytest.approx(2)


def test_growth_is_one_table_for_all() -> None:
    def measure(size: int) -> Mapping[str, float]:
        return {"all, s": size / 10, "CPU, s": 0.0 if size < 10 else 1.0}

    assert [line.split() for line in growth.grown("people", 500, measure).splitlines()] == [
        ["people", "all,", "s", "CPU,", "s"],
        ["5", "0.50", "0.00"],
        ["50", "5.00", "1.00"],
        ["500", "50.00", "1.00"],
        ["exponent", "1.00", "–"],
    ]
