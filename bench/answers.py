"""The answer path: taps and typed answers posted to a webhook, counted once, answered with the next question.

``python -m bench.answers --people 3000 --runs 3``. Three contestants in turn, the order moving on with each run: the
product as `./nep run` puts it together, and the same quiz in aiogram 3 and in python-telegram-bot with SQLModel
(`bench/peers`). Load generator and Bot API are processes of their own. Each person answers question 1, every other one
by typing. *Counted* ends when the last answer is committed, *whole* when the Bot API has taken the last next question.
After each run every person must have one counted answer and one message, or the benchmark stops.
"""

import argparse
import json
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine, office
from bench.load import Posted
from bench.peers import book

CONNECTIONS = 40  # Telegram's own default for a webhook
OURS, AIOGRAM, PTB = "nep", "aiogram", "python-telegram-bot"
FASTEST, IN_FLIGHT = 100_000.0, 100  # messages a second: no pace, so that the path itself shows

Stores = dict[str, Path]


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant once. Rates per second, CPU in µs per update, memory in MB, times in ms from when posted."""

    name: str
    counted: float
    whole: float
    cpu: float
    memory: float
    confirmed: Sequence[float]
    shown: Sequence[float]


def build(folder: Path, people: int) -> Stores:
    """A store for each contestant, to be copied for each run."""
    stores = {name: folder / name for name in (OURS, AIOGRAM, PTB)}
    for store in stores.values():
        store.mkdir()
    office.build(stores[OURS], people)
    with sqlite3.connect(stores[OURS] / "nep.db") as ours:  # the openings have long been shown
        ours.execute("UPDATE delivery SET state = 'sent', tries = 1, platform_message_id = id, settled_at = due_at")
        ours.execute("UPDATE account SET prompt_id = (SELECT id FROM delivery WHERE account_id = account.id)")
    ours.close()
    for name in (AIOGRAM, PTB):
        book.build(stores[name] / "nep.db", people, office.FIRST_CHAT, office.OPTIONS, time.time())
    return stores


def updates(store: Path, name: str, people: int) -> list[bytes]:
    """Every person's answer to question 1, as Telegram posts it: a tap, or a number typed."""
    with sqlite3.connect(store / "nep.db") as opened:
        tokens = dict(opened.execute("SELECT account_id, token FROM delivery")) if name == OURS else {}
    opened.close()
    posted = []
    for number in range(people):
        option = number % 2 + 1  # every question has at least two
        button = f"{tokens[number + 1]}:{option}" if name == OURS else f"answer:1:{option}"
        update = _typed(number, option) if number % 2 else _tap(number, button)
        posted.append(json.dumps(update, ensure_ascii=False).encode())
    return posted


def run(name: str, store: Path, people: int, rate: float) -> Run:
    """One contestant on a copy of its store; rate 0 means saturated. Raises AssertionError when anything is missing."""
    with tempfile.TemporaryDirectory() as folder, machine.running("bench.null_api") as api:
        copy, bodies = shutil.copytree(store, Path(folder) / "store"), Path(folder) / "updates"
        bodies.write_bytes(b"\n".join(updates(store, name, people)))
        with machine.running(*_contestant(name, copy, api.said)) as server, reading(copy) as look:
            before = server.cpu()
            with machine.begun(
                "bench.load", server.said, office.SECRET, str(bodies), str(CONNECTIONS), str(rate)
            ) as load:
                counted_at = machine.until(lambda: look(GIVEN[name]) >= people, "every answer counted", 0.02)
                posted: list[Posted] = json.loads(load.communicate()[0])
            machine.until(lambda: len(sent(api.said)) >= people, "every next question accepted", 0.2)
            machine.until(lambda: name != OURS or look(TOLD) >= people, "every outcome written down", 0.05)
            cpu, memory = server.cpu() - before, server.peak()
            shown = sent(api.said)
            check_all(look, name, people, posted, shown)
    begun, asked = posted[0][0], dict(shown)
    return Run(
        name,
        people / (counted_at - begun),
        people / (max(asked.values()) - begun),
        cpu / people * 1e6,
        memory,
        [(answered - due) * 1000 for due, answered, _ in posted],
        [(asked[office.FIRST_CHAT + number] - due) * 1000 for number, (due, _, _) in enumerate(posted)],
    )


def race(stores: Stores, people: int, runs: int, rate: float) -> list[Run]:
    """Every contestant so many times, the order moving on with each run."""
    names = list(stores)
    orders = [names[turn % len(names) :] + names[: turn % len(names)] for turn in range(runs)]
    return [run(name, stores[name], people, rate) for order in orders for name in order]


def report(runs: Sequence[Run]) -> str:
    """Saturated: medians, the least and the most, and how far each peer is from ours (below 1 where it is better)."""
    lines = [f"{'':<21}{'counted/s':>25}{'ratio':>7}{'whole/s':>25}{'ratio':>7}{'CPU µs':>25}{'ratio':>7}{'MB':>6}"]
    ours = [one for one in runs if one.name == OURS]
    for name in dict.fromkeys(one.name for one in runs):
        mine = [one for one in runs if one.name == name]
        cells = []
        for value in VALUES:
            middle, best = _median(mine, value), _median(ours, value)
            ratio = middle / best if value is VALUES[-1] else best / middle
            cells.append(f"{spread([value(one) for one in mine]):>25}{ratio:>7.2f}")
        lines.append(f"{name:<21}{''.join(cells)}{_median(mine, lambda one: one.memory):>6.0f}")
    return "\n".join(lines)


def paced_report(runs: Sequence[Run]) -> str:
    """At a given pace: how long until the 200, and until the next question was accepted, all runs together."""
    lines = [f"{'':<21}{'200: p50 ms':>13}{'p99 ms':>9}{'next question: p50 ms':>24}{'p99 ms':>9}{'CPU µs':>9}"]
    for name in dict.fromkeys(one.name for one in runs):
        mine = [one for one in runs if one.name == name]
        confirmed = statistics.quantiles([ms for one in mine for ms in one.confirmed], n=100)
        shown = statistics.quantiles([ms for one in mine for ms in one.shown], n=100)
        lines.append(
            f"{name:<21}{confirmed[49]:>13.1f}{confirmed[98]:>9.1f}{shown[49]:>24.1f}{shown[98]:>9.1f}"
            f"{_median(mine, lambda one: one.cpu):>9.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Build, race saturated and paced, print."""
    parser = argparse.ArgumentParser(prog="./nep bench answers", description=__doc__)
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=300.0, help="updates a second of the paced part; 0 leaves it out")
    parser.add_argument("--only", choices=(OURS, AIOGRAM, PTB), help="one contestant alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stores = build(Path(folder), chosen.people)
        stores = {name: store for name, store in stores.items() if chosen.only in (None, name)}
        print(f"{chosen.people} updates, {CONNECTIONS} connections, {chosen.runs} runs; median (min–max)\n\nsaturated")  # noqa: T201
        print(report(race(stores, chosen.people, chosen.runs, 0)))  # noqa: T201
        if chosen.rate:
            print(f"\n{chosen.rate:g} updates a second")  # noqa: T201
            print(paced_report(race(stores, chosen.people, chosen.runs, chosen.rate)))  # noqa: T201


VALUES: tuple[Callable[[Run], float], ...] = (
    lambda one: one.counted,
    lambda one: one.whole,
    lambda one: one.cpu,
)
GIVEN = {OURS: "SELECT count(*) FROM answer WHERE counted", AIOGRAM: "SELECT count(*) FROM reply"}
GIVEN[PTB] = GIVEN[AIOGRAM]
TOLD = "SELECT count(*) FROM delivery WHERE kind = 'reply' AND state = 'sent'"


@contextmanager
def reading(store: Path) -> Iterator[Callable[[str], int]]:
    """Looks into a store from outside: a query of one number gives that number."""
    connection = sqlite3.connect(store / "nep.db", timeout=30)
    try:
        yield lambda query: int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _contestant(name: str, store: Path, api: str) -> tuple[str, ...]:
    port = str(machine.free_port())
    if name == OURS:
        return "bench.product", str(store), api, port, str(FASTEST), str(IN_FLIGHT)
    module = "aiogram_answers" if name == AIOGRAM else "ptb_answers"
    return f"bench.peers.{module}", str(store / "nep.db"), api, port


def sent(api: str) -> list[tuple[int, float]]:
    """What the Bot API has taken: (chat, moment), in order."""
    return [(chat, at) for chat, at in json.loads(machine.fetched(f"{api}/tally"))["sent"]]


def check_all(
    look: Callable[[str], int], name: str, people: int, posted: Sequence[Posted], shown: Sequence[tuple[int, float]]
) -> None:
    """Every answer accounted for, by reading it up: confirmed, counted once, and answered once."""
    chats = {chat for chat, _ in shown}
    found = [sum(status == 200 for _, _, status in posted), look(GIVEN[name]), len(shown), len(chats)]
    if name == OURS:
        found += [
            look("SELECT sum(participants) FROM round_unit"),
            look("SELECT count(DISTINCT person_id) FROM answer"),
        ]
        found += [look("SELECT count(*) FROM inbox WHERE state = 'done'"), look(TOLD)]
    if set(found) != {people}:
        raise AssertionError(f"{name}: of {people} answers {found} are accounted for")


def _typed(number: int, option: int) -> dict[str, Any]:
    return {"update_id": number + 1, "message": _message(number, {"id": office.FIRST_CHAT + number}, str(option))}


def _tap(number: int, button: str) -> dict[str, Any]:
    person = _person(office.FIRST_CHAT + number)
    shown = _message(number, {"id": 1234567890, "is_bot": True, "first_name": "Bench"}, "Câu 1/2. " + "…" * 500)
    query = {"id": str(10**15 + number), "from": person, "message": shown, "chat_instance": "1", "data": button}
    return {"update_id": number + 1, "callback_query": query}


def _message(number: int, sender: dict[str, Any], text: str) -> dict[str, Any]:
    chat_id = office.FIRST_CHAT + number
    chat = {"id": chat_id, "first_name": "Hoài An", "type": "private"}
    return {"message_id": 7, "from": _person(chat_id) | sender, "chat": chat, "date": 1762740360, "text": text}


def _person(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Hoài An", "language_code": "vi"}


def _median(runs: Sequence[Run], value: Callable[[Run], float]) -> float:
    return statistics.median(map(value, runs))


def spread(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


if __name__ == "__main__":
    main()
