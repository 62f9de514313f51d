"""The send path: openings of a round that wait in the outbox, from claimed row to recorded outcome.

``python -m bench.sending --messages 20000 --runs 3``. The product as `./nep run` puts it together, against loops over
aiogram's ``send_message`` and python-telegram-bot's without its rate limiter, which write nothing down. Four buttons
each; the Bot API is a process of its own. The order moves on with each run. Then the product alone at 25 and at 1,000
messages a second for ``--seconds``: how many each second held, how much of the cap was used, and the share of one
processor it took.
"""

import argparse
import shutil
import sqlite3
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import machine, office
from bench.answers import AIOGRAM, FASTEST, IN_FLIGHT, OURS, PTB, reading, sent, spread
from content.message import Choice, Message

PEERS = {AIOGRAM: "aiogram_sending", PTB: "ptb_sending"}
WAITS = "SELECT count(*) FROM delivery WHERE state <> 'sent'"
PACES = (25, 1_000)


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant once: messages a second from the first accepted to the last, CPU in µs each, and the moments."""

    name: str
    rate: float
    cpu: float
    memory: float
    moments: Sequence[float]
    seconds: float


def build(folder: Path, messages: int) -> Path:
    """A store in which so many openings are due in an hour."""
    office.build(folder, messages)
    choices = tuple(Choice(option, f"answer:1:1:{number}") for number, option in enumerate(office.OPTIONS, 1))
    body = Message(office.QUESTION.split("\n1. ")[0], choices).dumps()
    with sqlite3.connect(folder / "nep.db") as store:
        store.execute("UPDATE delivery SET body = ?", (body,))
    store.close()
    return folder


def run_ours(store: Path, messages: int, rate: float = FASTEST, in_flight: int = IN_FLIGHT) -> Run:
    """The product on a copy of the store. Raises AssertionError when anything is missing or double."""
    with tempfile.TemporaryDirectory() as folder, machine.running("bench.null_api") as api:
        copy, port = shutil.copytree(store, Path(folder) / "store"), str(machine.free_port())
        given = ["bench.product", str(copy), api.said, port, str(rate), str(in_flight)]
        with machine.running(*given) as server, reading(copy) as look:
            before = server.cpu()
            _let_go(copy)
            last = machine.until(lambda: look(WAITS) == 0, "every outcome written down", 0.05, 60 + messages / rate * 2)
            cpu, memory = server.cpu() - before, server.peak()
            once = look("SELECT count(*) FROM delivery WHERE tries = 1")
            accepted = look("SELECT sum(accepted) FROM round_unit")
            if {once, accepted} != {messages}:
                raise AssertionError(f"{OURS}: {once} of {messages} tried once, {accepted} counted as accepted")
        return _run(OURS, api.said, messages, last, cpu, memory)


def run_peer(name: str, messages: int) -> Run:
    """A loop of a peer. Raises AssertionError when anything is missing or double."""
    with machine.running("bench.null_api") as api:
        given = [f"bench.peers.{PEERS[name]}", api.said, str(office.FIRST_CHAT), str(messages)]
        with machine.running(*given) as sender:
            before = sender.cpu()
            sender.say("go")
            sender.hear()
            return _run(name, api.said, messages, 0.0, sender.cpu() - before, sender.peak())


def race(store: Path, messages: int, runs: int) -> list[Run]:
    """Every contestant so many times, the order moving on with each run."""
    names = [OURS, *PEERS]
    orders = [names[turn % 3 :] + names[: turn % 3] for turn in range(runs)]
    return [
        run_ours(store, messages) if name == OURS else run_peer(name, messages) for order in orders for name in order
    ]


def report(runs: Sequence[Run]) -> str:
    """Medians, the least and the most, and how many times slower or dearer than ours each peer is."""
    lines = [f"{'':<21}{'messages/s':>25}{'ratio':>7}{'CPU µs':>25}{'ratio':>7}{'MB':>6}"]
    by_name = {name: [one for one in runs if one.name == name] for name in dict.fromkeys(one.name for one in runs)}
    ours = by_name[OURS]
    for name, mine in by_name.items():
        slower = statistics.median(one.rate for one in ours) / statistics.median(one.rate for one in mine)
        dearer = statistics.median(one.cpu for one in mine) / statistics.median(one.cpu for one in ours)
        memory = statistics.median(one.memory for one in mine)
        lines.append(
            f"{name:<21}{spread([one.rate for one in mine]):>25}{slower:>7.2f}"
            f"{spread([one.cpu for one in mine]):>25}{dearer:>7.2f}{memory:>6.0f}"
        )
    return "\n".join(lines)


def paced_report(cap: int, run: Run) -> str:
    """How full the seconds were, counted from the first message on, the last and partial one left out."""
    seconds = Counter(int(moment - run.moments[0]) for moment in run.moments)
    full = [seconds[second] for second in range(max(seconds))]
    used = sum(full) / (cap * len(full)) if full else 0.0
    share = run.cpu * len(run.moments) / 1e6 / run.seconds
    return (
        f"{cap:>6}/s: fullest second {max(seconds.values())}, fullest sliding second {fullest(run.moments)}, "
        f"{used:.1%} of the cap used, {share:.0%} of a processor"
    )


def fullest(moments: Sequence[float]) -> int:
    """The most messages any second held, wherever it begins."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    """Build, race, pace, print."""
    parser = argparse.ArgumentParser(prog="./nep bench sending", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="of each paced part; 0 leaves them out")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.runs:
            store = build(_made(folder, "race"), chosen.messages)
            print(f"{chosen.messages} messages, {chosen.runs} runs; median (min–max)")  # noqa: T201
            print(report(race(store, chosen.messages, chosen.runs)))  # noqa: T201
        for cap in PACES if chosen.seconds else ():
            messages = cap * chosen.seconds
            store = build(_made(folder, str(cap)), messages)
            print(paced_report(cap, run_ours(store, messages, cap, IN_FLIGHT)))  # noqa: T201


def _let_go(store: Path) -> None:
    """The openings are due now."""
    with sqlite3.connect(store / "nep.db", timeout=30) as connection:
        connection.execute("UPDATE delivery SET due_at = ?", (office.stored(office.OPENED),))
    connection.close()


def _run(name: str, api: str, messages: int, last: float, cpu: float, memory: float) -> Run:
    taken = sent(api)
    chats = {chat for chat, _ in taken}
    if {len(taken), len(chats)} != {messages}:
        raise AssertionError(f"{name}: {len(taken)} messages to {len(chats)} of {messages} chats")
    moments = [at for _, at in taken]
    seconds = max(last, moments[-1]) - moments[0]
    return Run(name, messages / seconds, cpu / messages * 1e6, memory, moments, seconds)


def _made(folder: str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made


if __name__ == "__main__":
    main()
