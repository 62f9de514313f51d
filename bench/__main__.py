"""`./nep bench`: names the benchmarks; `./nep bench answers --people 3000` runs one, `--help` says what it takes."""

import sys
from collections.abc import Sequence
from importlib import import_module

from bench.machine import Stuck

BENCHMARKS = {
    "answers": "webhook updates until counted, and until the next question is out",
    "sending": "outbox deliveries from claimed row to recorded outcome",
    "opening": "a round opened for a big office",
    "roster": "a big roster from Excel into the office",
    "start": "first page and memory of a process that has just begun",
    "wave": "a noon of answers while a digest and an import run",
    "search": "the search of cards in chat",
    "figures": "figures of a big office",
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that is named first; returns the exit code."""
    name, *options = arguments or ("",)
    if name not in BENCHMARKS:
        for known, what in BENCHMARKS.items():
            print(f"./nep bench {known:<10} {what}")  # noqa: T201
        return 1 if name else 0
    sys.argv = [f"./nep bench {name}", *options]
    try:
        import_module(f"bench.{name}").main()
    except (Stuck, AssertionError) as wrong:
        print(f"stopped, no figure holds: {wrong}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
