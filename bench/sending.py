"""The send path: openings of a round that wait in the outbox, from claimed row to recorded outcome.

``./nep bench sending --messages 20000 --runs 3 --store sqlite``. The product as `./nep run` puts it together, against
loops over aiogram's ``send_message`` and python-telegram-bot's without its rate limiter, which write nothing down. Four
buttons each; the Bot API is a process of its own. The order moves on with each run. Then the product alone at 25 and
at 1,000 messages a second for ``--seconds``: how many each second held, how much of the cap was used, and the share of
one processor it took. ``--growth`` runs ours with a hundredth and a tenth of the messages as well and prints the
exponent.
"""

import argparse
import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import update

from bench import growth, machine, office
from bench.answers import AIOGRAM, FASTEST, IN_FLIGHT, OURS, PTB, number, reading, sent
from bench.stores import KINDS, Copies, copies
from bench.table import spread
from content.message import Choice, Message
from store.database import Database
from store.tables import Round

PEERS = {AIOGRAM: "aiogram_sending", PTB: "ptb_sending"}
WAITS = "SELECT EXISTS (SELECT 1 FROM delivery WHERE state IN ('waiting', 'sending'))"  # a look that costs nothing
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


def built(kind: str, messages: int) -> AbstractContextManager[Copies]:
    """A store in which so many openings are due in an hour."""

    def build(database: Database) -> None:
        office.build(database, messages)
        choices = tuple(Choice(option, f"answer:1:1:{number}") for number, option in enumerate(office.OPTIONS, 1))
        body = Message(office.QUESTION.split("\n1. ")[0], choices).dumps()
        with database.transaction() as session:
            session.execute(update(Round).values(opening=body))

    return copies(kind, build)


def run_ours(copy: Copies, messages: int, rate: float = FASTEST, in_flight: int = IN_FLIGHT) -> Run:
    """The product on a copy of the store. Raises AssertionError when anything is missing or double."""
    with machine.running("bench.null_api") as api, copy() as store:
        given = ["bench.product", store, api.said, str(machine.free_port()), str(rate), str(in_flight)]
        with machine.running(*given) as server, reading(store) as look:
            before = server.cpu()
            database = Database(store)
            office.let_go(database, office.OPENED)
            database.close()
            patience = machine.PATIENCE + messages / min(rate, 100) * 2
            last = machine.until(lambda: number(look, WAITS) == 0, "every outcome written down", 0.05, patience)
            cpu, memory = server.cpu() - before, server.peak()
            once = number(look, "SELECT count(*) FROM delivery WHERE state = 'sent' AND tries = 1")
            accepted = number(look, "SELECT sum(accepted) FROM round_unit")
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


def race(copy: Copies, messages: int, runs: int) -> list[Run]:
    """Every contestant so many times, the order moving on with each run."""
    names = [OURS, *PEERS]
    orders = [names[turn % 3 :] + names[: turn % 3] for turn in range(runs)]
    return [
        run_ours(copy, messages) if name == OURS else run_peer(name, messages) for order in orders for name in order
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


def costs(runs: Sequence[Run]) -> growth.Costs:
    """What all the messages of a run took."""
    return {
        "all, s": statistics.median(one.seconds for one in runs),
        "CPU, s": statistics.median(one.cpu * len(one.moments) / 1e6 for one in runs),
    }


def main() -> None:
    """Build, race, pace, print."""
    parser = argparse.ArgumentParser(prog="./nep bench sending", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="of each paced part; 0 leaves them out")
    parser.add_argument("--store", choices=KINDS, default=KINDS[0])
    parser.add_argument("--growth", action="store_true", help="ours alone with more and more messages")
    chosen = parser.parse_args()

    def alone(messages: int) -> growth.Costs:
        with built(chosen.store, messages) as copy:
            return costs([run_ours(copy, messages) for _ in range(chosen.runs)])

    print(f"{chosen.store}, {chosen.messages} messages, {chosen.runs} runs; median (min–max)")  # noqa: T201
    if chosen.growth:
        print(growth.grown("messages", chosen.messages, alone))  # noqa: T201
        return
    if chosen.runs:
        with built(chosen.store, chosen.messages) as copy:
            print(report(race(copy, chosen.messages, chosen.runs)))  # noqa: T201
    for cap in PACES if chosen.seconds else ():
        messages = cap * chosen.seconds
        with built(chosen.store, messages) as copy:
            print(paced_report(cap, run_ours(copy, messages, cap, IN_FLIGHT)))  # noqa: T201


def _run(name: str, api: str, messages: int, last: float, cpu: float, memory: float) -> Run:
    taken = sent(api)
    chats = {chat for chat, _ in taken}
    if {len(taken), len(chats)} != {messages}:
        raise AssertionError(f"{name}: {len(taken)} messages to {len(chats)} of {messages} chats")
    moments = [at for _, at in taken]
    seconds = max(last, moments[-1]) - moments[0]
    return Run(name, messages / seconds, cpu / messages * 1e6, memory, moments, seconds)


if __name__ == "__main__":
    main()
