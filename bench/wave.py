"""The noon wave: four in five of an office answer both questions within minutes, while a digest and an import run.

``./nep bench wave --people 40000 --seconds 300 --store sqlite``. Updates reach the webhook of the product as `./nep
run` puts it together (`bench/product.py`), when they are due: arrivals follow a beta curve, question 1 is tapped, one
tap in twenty comes twice, question 2 is typed a while later. In the middle a process of its own imports a roster in
which a twentieth of the people have another title, and the digest of all units falls due. Afterwards the log, the
figures and the Bot API must each know every answer once, or the benchmark stops. Latency is from the moment an update
was due to the moment the Bot API took its answer; second taps are told apart, since Telegram takes one message a second
for a chat. Memory is read all along. ``--growth`` lets a hundredth, a tenth and the whole of the people come in the
same time, and prints the exponent of what they wait and of what they cost.
"""

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text, update
from sqlmodel import col

from app.opening import load_phrases
from bench import answers, growth, machine, office, stores
from bench.load import Posted
from participation.roster import Roster
from participation.roster.exporting import current_roster
from participation.roster.file import write_roster
from store.database import Database
from store.tables import Occurrence

SHARE, TWICE, RETITLED = 0.8, 0.05, 20  # of the people; of the taps; every so many-th person
TITLE = "Phó phòng"
# What must be known afterwards, and how often: each is twice as much as people answered, but for the titles.
KNOWN = {
    "counted": "SELECT count(*) FROM answer WHERE counted",
    "distinct": "SELECT count(*) FROM (SELECT DISTINCT person_id, question_version_id FROM answer) AS one",
    "logged": "SELECT count(*) FROM ledger WHERE kind = 'answered'",
    "in the figures": "SELECT sum(participants + finished) FROM round_unit",
    "retitled": f"SELECT count(*) FROM person WHERE title = '{TITLE}'",  # noqa: S608
}
CURVE = 2, 4  # the beta curve: steep at first, then a long tail
THINKING = 15.0, 45.0  # seconds between the tap and the number typed
AGAIN = 0.3  # seconds between the two taps of an impatient finger
PATIENCE = 600.0
TICK = 30.0  # seconds: a digest that is to fall into a shorter run falls due before it
HEADS = """
INSERT INTO duty (person_id, unit_id, kind, from_on)
SELECT min(id), unit_id, 'head', '2020-01-01' FROM person GROUP BY unit_id
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update: when it is due, in seconds; whose; its body; whether it is the second tap of an impatient finger."""

    due: float
    person: int
    body: bytes
    again: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What a wave came to: milliseconds to each next question, to those of second taps apart, processor time of each
    update in µs, megabytes by second, and how many were counted."""

    waits: Sequence[float]
    second: Sequence[float]
    cpu: float
    memory: Sequence[float]
    people: int
    counted: int
    twice: int
    digests: int
    import_seconds: float


def build(database: Database, people: int, seconds: float) -> None:
    """The office, its openings shown, its digest due within the run."""
    office.build(database, people)
    due_at = office.OPENED if seconds < 3 * TICK else office.OPENED + timedelta(minutes=1, seconds=seconds / 3)
    with database.transaction() as session:
        for statement in (*answers.SHOWN, HEADS):
            session.execute(text(statement))
        digest = update(Occurrence).where(col(Occurrence.kind) == "digest")
        session.execute(digest.values(due_at=due_at, fires_at=due_at))


def retitled(address: str, folder: Path) -> Path:
    """The roster of the office as a file in which every so many-th has another title."""
    database = Database(address)
    with database.transaction() as session:
        found = current_roster(session, office.OPENED)
    database.close()
    staff = [one._replace(title=TITLE) if at % RETITLED == 0 else one for at, one in enumerate(found.people)]
    path = folder / "roster.xlsx"
    path.write_bytes(write_roster(Roster(found.units, tuple(staff)), load_phrases()))
    return path


def arrivals(address: str, people: int, seconds: float, thinking: tuple[float, float], seed: int) -> list[Arrival]:
    """All updates in order of the moment they are due. Heads stay silent: the digest would be taken for an answer."""
    dice = random.Random(seed)  # noqa: S311  # no secret
    with answers.reading(address) as look:
        tokens: dict[int, str] = dict(look("SELECT person_id, token FROM delivery WHERE kind = 'open'"))
        staff = [
            row[0] for row in look("SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM duty) ORDER BY 1")
        ]
    found = []
    for person in dice.sample(staff, round(min(people * SHARE, len(staff)))):
        begun = seconds * dice.betavariate(*CURVE)
        pressed = answers.tap(person - 1, f"{tokens[person]}:{person % 2 + 1}")
        found.append((begun, person, pressed, False))
        if dice.random() < TWICE:
            found.append((begun + AGAIN, person, pressed, True))
        found.append((begun + dice.uniform(*thinking), person, answers.typed(person - 1, 1), False))
    found.sort(key=lambda one: one[0])
    return [
        Arrival(due, person, json.dumps(update | {"update_id": number}, ensure_ascii=False).encode(), again)
        for number, (due, person, update, again) in enumerate(found, 1)
    ]


def run(address: str, coming: Sequence[Arrival], people: int, seconds: float, rate: float) -> Run:
    """The wave itself. Raises AssertionError when an answer is lost, counted twice or not answered."""
    who = {one.person for one in coming}
    with (
        tempfile.TemporaryDirectory() as folder,
        machine.running("bench.null_api") as api,
        machine.running("bench.product", address, api.said, str(machine.free_port()), str(rate), "100") as server,
        answers.reading(address) as look,
        watched(server) as memory,
    ):
        roster, before = retitled(address, Path(folder)), server.cpu()
        with machine.begun("bench.load", server.said, office.SECRET, *_schedule(Path(folder), coming)) as load:
            time.sleep(seconds / 3)
            import_seconds = _import(address, roster)
            posted: list[Posted] = json.loads(load.communicate()[0])
        digests = answers.number(look, "SELECT count(*) FROM duty")
        expected = len(coming) + digests
        machine.until(lambda: len(answers.sent(api.said)) >= expected, "every update answered", 0.5, PATIENCE)
        told = "every outcome written down"
        machine.until(lambda: answers.number(look, answers.TOLD) >= len(coming), told, 0.1, PATIENCE)
        cpu, sent = server.cpu() - before, answers.sent(api.said)
        check(lambda query: answers.number(look, query), len(who), people)
    if len(sent) != expected or any(status != 200 for _, _, status in posted):
        raise AssertionError(f"{len(sent)} of {expected} messages")
    waits = list(zip(coming, _waits(coming, posted, sent), strict=True))
    return Run(
        waits=[wait for one, wait in waits if not one.again],
        second=[wait for one, wait in waits if one.again],
        cpu=cpu / len(coming) * 1e6,
        memory=list(memory),
        people=len(who),
        counted=2 * len(who),
        twice=len(coming) - 2 * len(who),
        digests=digests,
        import_seconds=import_seconds,
    )


def check(look: Callable[[str], int], answered: int, people: int) -> None:
    """Log and figures know both answers of everybody who answered, once. Raises AssertionError."""
    found = {what: look(query) for what, query in KNOWN.items()}
    if found != {what: 2 * answered for what in KNOWN} | {"retitled": len(range(0, people, RETITLED))}:
        raise AssertionError(f"of {answered} people {found}")


@contextmanager
def watched(server: machine.Running, every: float = 1.0) -> Iterator[list[float]]:
    """The memory of a process, MB, read all along."""
    memory, over = [server.rest()], threading.Event()

    def read() -> None:
        while not over.wait(every):
            memory.append(server.rest())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield memory
    finally:
        over.set()
        reader.join()


def report(wave: Run) -> str:
    """What people read."""
    step = max(1, len(wave.memory) // 10)
    return "\n".join(
        [
            f"{wave.people} people answered, {wave.twice} tapped twice;",
            f"{wave.counted} answers counted, logged and answered once; {wave.digests} digests;",
            f"an import beside it took {wave.import_seconds:.1f} s",
            f"from due to the next question leaving: {_spread(wave.waits)}",
            f"second taps, whose chats may hear from us once a second: {_spread(wave.second)}",
            f"{wave.cpu:,.0f} µs of the processor each",
            "MB over time: " + " ".join(f"{value:.0f}" for value in wave.memory[::step]),
        ]
    )


def _spread(waits: Sequence[float]) -> str:
    """The middle, the last hundredth and the longest of some waits, ms."""
    if len(waits) < 2:
        return "too few of them"
    cuts = statistics.quantiles(waits, n=100)
    return f"p50 {cuts[49]:,.0f} ms, p99 {cuts[98]:,.0f} ms, longest {max(waits):,.0f} ms"


def costs(wave: Run) -> growth.Costs:
    """How long people waited, and what it took of the processor."""
    cuts = statistics.quantiles(wave.waits, n=100)
    return {
        "p50, ms": cuts[49],
        "p99, ms": cuts[98],
        "CPU µs per update": wave.cpu,
        "CPU, s": wave.cpu * (len(wave.waits) + len(wave.second)) / 1e6,
    }


def main() -> None:
    """Build, let it come, print."""
    parser = argparse.ArgumentParser(prog="./nep bench wave", description=__doc__)
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--rate", type=float, default=1_000.0, help="messages a second the bot may send")
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--growth", action="store_true", help="more and more people in the same time")
    chosen = parser.parse_args()
    seconds = chosen.seconds

    def came(people: int) -> Run:
        with stores.copies(chosen.store, lambda database: build(database, people, seconds)) as copy, copy() as address:
            coming = arrivals(address, people, seconds, THINKING, chosen.seed)
            return run(address, coming, people, seconds, chosen.rate)

    print(f"{chosen.store}, {chosen.people} people within {seconds:g} s, at most {chosen.rate:g} messages a second")  # noqa: T201
    if chosen.growth:
        print(growth.grown("people", chosen.people, lambda people: costs(came(people))))  # noqa: T201
    else:
        print(report(came(chosen.people)))  # noqa: T201


def _schedule(folder: Path, coming: Sequence[Arrival]) -> tuple[str, ...]:
    """What the load generator is told: its updates and when each is due."""
    bodies, dues = folder / "updates", folder / "dues"
    bodies.write_bytes(b"\n".join(one.body for one in coming))
    dues.write_text("\n".join(str(one.due) for one in coming))
    return str(bodies), str(answers.CONNECTIONS[answers.OURS]), "0", str(dues)


def _import(address: str, roster: Path) -> float:
    """`./nep roster import` as a process of its own; seconds it took. Raises `Stuck` when it fails."""
    began = time.monotonic()
    settings = {"NEP_DATABASE": address, "NEP_CODE_SECRET_FILE": str(roster.with_name("code.secret"))}
    machine.done("app", "roster", "import", str(roster), "--apply", settings=settings)
    return time.monotonic() - began


def _waits(coming: Sequence[Arrival], posted: Sequence[Posted], sent: Sequence[tuple[int, float]]) -> list[float]:
    """A chat's messages answer its updates in order: from due to leaving, ms."""
    left: dict[int, list[float]] = defaultdict(list)
    for chat, at in sent:
        left[chat].append(at)
    turns = {chat: iter(moments) for chat, moments in left.items()}
    return [
        (next(turns[office.FIRST_CHAT + one.person - 1]) - due) * 1000
        for one, (due, _, _) in zip(coming, posted, strict=True)
    ]


if __name__ == "__main__":
    main()
