"""The answer path: taps and typed answers posted to a webhook, counted once, answered with the next question.

``./nep bench answers --people 3000 --runs 3 --store sqlite``. Three contestants in turn, the order moving on with each
run: the product as `./nep run` puts it together, and the same quiz in aiogram 3 and in python-telegram-bot with
SQLModel (`bench/peers`). Load generator and Bot API are processes of their own. Each person answers question 1, every
other one by typing. *Counted* ends when the last answer is committed, *whole* when the Bot API has taken the last next
question. After each run every person must have one counted answer and one message, or the benchmark stops. ``--growth``
runs ours with a hundredth and a tenth of the people as well and prints the exponent.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, text

from bench import growth, machine, office
from bench.load import Posted
from bench.peers import book
from bench.stores import KINDS, Copies, copies
from bench.table import spread
from store.database import Database

NAMES = OURS, AIOGRAM, PTB = "nep", "aiogram", "python-telegram-bot"
CONNECTIONS = {OURS: 100, AIOGRAM: 40, PTB: 40}  # we ask Telegram for the most; who asks for nothing gets 40
SHOWN = (
    "UPDATE delivery SET state = 'sent', tries = 1, platform_message_id = CAST(id AS varchar), settled_at = due_at",
    "UPDATE account SET prompt_id = (SELECT id FROM delivery WHERE account_id = account.id)",
)
FASTEST = 100_000.0  # messages a second: no pace, so that the path itself shows
IN_FLIGHT = 500  # the most that may be set

Stores = dict[str, Copies]
Look = Callable[[str], list[tuple[Any, ...]]]


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


@contextmanager
def built(kind: str, people: int, names: Sequence[str] = NAMES) -> Iterator[Stores]:
    """A store for each contestant, of which each run gets a copy."""

    def ours(database: Database) -> None:
        office.build(database, people)
        with database.transaction() as session:  # the openings have long been shown
            for statement in SHOWN:
                session.execute(text(statement))

    def theirs(database: Database) -> None:
        book.build(database.engine, people, office.FIRST_CHAT, office.OPTIONS, time.time())

    with ExitStack() as kept:
        yield {name: kept.enter_context(copies(kind, ours if name == OURS else theirs)) for name in names}


def updates(look: Look, name: str, people: int) -> list[bytes]:
    """Every person's answer to question 1, as Telegram posts it: a tap, or a number typed."""
    tokens: dict[int, str] = dict(look("SELECT account_id, token FROM delivery")) if name == OURS else {}
    posted = []
    for number in range(people):
        option = number % 2 + 1  # every question has at least two
        button = f"{tokens[number + 1]}:{option}" if name == OURS else f"answer:1:{option}"
        update = typed(number, option) if number % 2 else tap(number, button)
        posted.append(json.dumps(update, ensure_ascii=False).encode())
    return posted


def run(name: str, copy: Copies, people: int, rate: float) -> Run:
    """One contestant on a copy of its store; rate 0 means saturated. Raises AssertionError when anything is missing."""
    with tempfile.NamedTemporaryFile() as bodies, machine.running("bench.null_api") as api, copy() as store:
        with reading(store) as look:
            bodies.write(b"\n".join(updates(look, name, people)))
            bodies.flush()
        with machine.running(*_contestant(name, store, api.said)) as server, reading(store) as look:
            before = server.cpu()
            with machine.begun(
                "bench.load", server.said, office.SECRET, bodies.name, str(CONNECTIONS[name]), str(rate)
            ) as load:
                patience = machine.PATIENCE + people / 50
                counted_at = machine.until(
                    lambda: number(look, GIVEN[name]) >= people, "every answer counted", 0.02, patience
                )
                posted: list[Posted] = json.loads(load.communicate()[0])
            machine.until(lambda: len(sent(api.said)) >= people, "every next question accepted", 0.2, patience)
            machine.until(lambda: name != OURS or number(look, TOLD) >= people, "every outcome written down", 0.05)
            cpu, memory = server.cpu() - before, server.peak()
            shown = sent(api.said)
            check_all(lambda query: number(look, query), name, people, posted, shown)
    begun, asked = posted[0][0], dict(shown)
    return Run(
        name,
        people / (counted_at - begun),
        people / (max(asked.values()) - begun),
        cpu / people * 1e6,
        memory,
        [(answered - due) * 1000 for due, answered, _ in posted],
        [(asked[office.FIRST_CHAT + person] - due) * 1000 for person, (due, _, _) in enumerate(posted)],
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


def costs(runs: Sequence[Run]) -> growth.Costs:
    """What all the updates of a run took, from the first posted to the last answered."""
    return {
        "whole, s": _median(runs, lambda one: len(one.shown) / one.whole),
        "CPU, s": _median(runs, lambda one: len(one.shown) * one.cpu / 1e6),
    }


def main() -> None:
    """Build, race saturated and paced, print."""
    parser = argparse.ArgumentParser(prog="./nep bench answers", description=__doc__)
    parser.add_argument("--people", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=300.0, help="updates a second of the paced part; 0 leaves it out")
    parser.add_argument("--only", choices=NAMES, help="one contestant alone")
    parser.add_argument("--store", choices=KINDS, default=KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours alone with more and more people")
    chosen = parser.parse_args()

    def alone(people: int) -> growth.Costs:
        with built(chosen.store, people, (OURS,)) as stores:
            return costs(race(stores, people, chosen.runs, 0))

    lines = f"{CONNECTIONS[OURS]} connections, for the peers {CONNECTIONS[AIOGRAM]}"
    told = f"{chosen.store}, {chosen.people} updates, {lines}, {chosen.runs} runs; median (min–max)"
    print(told)  # noqa: T201
    if chosen.growth:
        print(growth.grown("updates", chosen.people, alone))  # noqa: T201
        return
    with built(chosen.store, chosen.people, (chosen.only,) if chosen.only else NAMES) as stores:
        print("\nsaturated\n" + report(race(stores, chosen.people, chosen.runs, 0)))  # noqa: T201
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
def reading(store: str) -> Iterator[Look]:
    """Looks into a store from outside: a query gives its rows as they are now."""
    engine = create_engine(store, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield lambda query: [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()


def number(look: Look, query: str) -> int:
    """What a query of one number gives."""
    return int(look(query)[0][0] or 0)


def _contestant(name: str, store: str, api: str) -> tuple[str, ...]:
    port = str(machine.free_port())
    if name == OURS:
        return "bench.product", store, api, port, str(FASTEST), str(IN_FLIGHT)
    module = "aiogram_answers" if name == AIOGRAM else "ptb_answers"
    return f"bench.peers.{module}", store, api, port


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


def typed(number: int, option: int) -> dict[str, Any]:
    return {"update_id": number + 1, "message": _message(number, {"id": office.FIRST_CHAT + number}, str(option))}


def tap(number: int, button: str) -> dict[str, Any]:
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


if __name__ == "__main__":
    main()
