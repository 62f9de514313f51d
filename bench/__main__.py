"""`./nep bench` prints the six tables, `./nep bench answers --people 3000` one; `./nep bench list` names all."""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from bench import machine, stores


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured; its arguments in the whole run, those added for its growth, and those added by --quick."""

    what: str
    whole: str = ""
    growth: str = ""
    quick: str = ""


BENCHMARKS = {
    "answers": Benchmark(
        "webhook updates until counted, and until the next question is out",
        "--people 3000 --runs 2",
        "--growth --runs 1",
        "--people 400 --runs 1",
    ),
    "sending": Benchmark(
        "outbox deliveries from claimed row to recorded outcome, saturated and paced",
        "--messages 20000 --runs 3 --seconds 30",
        "--growth --runs 1",
        "--messages 2000 --runs 1 --seconds 5",
    ),
    "wave": Benchmark(
        "a noon of answers while a digest and an import run",
        "--people 40000 --seconds 300",
        "--growth --people 8000 --seconds 45",
        "--people 5000 --seconds 20",
    ),
    "figures": Benchmark(
        "figures of a big office, for one head and for the whole tree",
        "--people 40000 --rounds 24",
        "--growth --rounds 4",
        "--people 10000 --units 250 --rounds 4",
    ),
    "search": Benchmark(
        "the search of cards in chat", "--cards 2000 --queries 400", "--growth", "--cards 1000 --queries 100"
    ),
    "roster": Benchmark(
        "a big roster from Excel into the office",
        "--people 50000 --runs 3",
        "--growth",
        "--people 10000 --units 200 --runs 1",
    ),
    "opening": Benchmark(
        "a round opened for a big office",
        "--people 40000 --runs 5",
        "--growth --runs 3",
        "--people 10000 --units 250 --runs 1",
    ),
    "start": Benchmark(
        "first page and memory of a process that has just begun", "--runs 2 --install", "", "--people 100 --runs 1"
    ),
    "week": Benchmark("how long the writer is held in a week of a big office"),
}
TABLES = {
    "1 Answer path": ["answers"],
    "2 Send path": ["sending"],
    "3 Noon wave": ["wave"],
    "4 Figures and import": ["figures", "search", "roster", "opening"],
    "5 Start": ["start"],
}
GROWTH = "6 Growth"
LASTS = "some 30 minutes on two cores, with --quick some 12"


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that is named first, or all; returns the exit code."""
    name, *options = arguments or ("",)
    if name in BENCHMARKS:
        return one(name, options)
    parser = argparse.ArgumentParser(
        prog="./nep bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"Prints six tables, in {LASTS}. Or one benchmark alone:\n\n"
        + "\n".join(f"./nep bench {each:<9} {it.what}" for each, it in BENCHMARKS.items())
        + "\n\nWhat it takes: ./nep bench NAME --help",
    )
    parser.add_argument("--quick", action="store_true", help="sizes that show that it runs, not how fast")
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    chosen = parser.parse_args(["--help"] if name == "list" else arguments)
    return whole(tables(chosen.quick, chosen.store))


def one(name: str, options: Sequence[str]) -> int:
    """One benchmark, in this process."""
    sys.argv = [f"./nep bench {name}", *options]
    try:
        import_module(f"bench.{name}").main()
    except (machine.Stuck, AssertionError) as wrong:
        print(f"stopped, no figure holds: {wrong}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def tables(quick: bool, store: str) -> dict[str, list[list[str]]]:
    """Each heading of the whole run with the benchmarks below it: their names and arguments."""

    def told(name: str, growth: bool) -> list[str]:
        it = BENCHMARKS[name]
        parts = it.whole, it.growth if growth else "", it.quick if quick else "", f"--store {store}"
        return [name, *" ".join(parts).split()]

    singly = {heading: [told(name, growth=False) for name in names] for heading, names in TABLES.items()}
    return singly | {GROWTH: [told(name, growth=True) for name, it in BENCHMARKS.items() if it.growth]}


def whole(commands: Mapping[str, Sequence[Sequence[str]]]) -> int:
    """Each benchmark in a process of its own: neither its failure nor what it leaves behind reaches the next one."""
    failed = []
    say = partial(print, flush=True)
    say(f"Six tables, in {LASTS}. Python {platform.python_version()}, {os.cpu_count()} processors.")
    for heading, below in commands.items():
        say(f"\n## {heading}")
        for command in below:
            told, began = f"./nep bench {' '.join(command)}", time.monotonic()
            say(f"\n$ {told}")
            if subprocess.run([*machine.PYTHON, "bench", *command], cwd=machine.ROOT, check=False).returncode:  # noqa: S603
                failed.append(told)
            say(f"({time.monotonic() - began:.0f} s)")
    for told in failed:
        say(f"failed: {told}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
