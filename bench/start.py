"""The start: how soon a cold process serves its first page, and how much memory it takes once it rests.

``./nep bench start --runs 3``. Contestants are processes of their own: `./nep demo` on a sample office already built,
`./nep run` with the web page alone, and the whole house with Telegram behind its webhook (`bench/product.py`, with the
local Bot API). Peers: bare Python, uvicorn with one Starlette page, and Python with aiogram imported. Each is started,
asked for its page until it answers, left alone for five seconds, and then its memory is read; the order moves on.
``--install`` adds `./nep demo` in a bare clone of this checkout, which has to install what it needs from uv's cache as
it is; ``--afresh`` the same from the network, uv itself included where none is on the PATH.
"""

import argparse
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import machine, office, stores
from bench.table import spread

IDLE = 5.0  # seconds between the first page and the look at the memory
WEB, DEMO, TELEGRAM = "nep run, web alone", "nep demo", "nep with Telegram"
PYTHON, STARLETTE, AIOGRAM = "bare Python", "uvicorn + Starlette", "aiogram imported"
HELLO = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
async def hello(request): return PlainTextResponse("hello")
uvicorn.run(Starlette(routes=[Route("/", hello)]), port=int(sys.argv[1]), log_level="warning")
"""
SLEEP = "print('ready', flush=True); import time; time.sleep(600)"


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant once: seconds to the first page (or to the end of the import), processor seconds, MB."""

    name: str
    first: float
    cpu: float
    rest: float
    peak: float


@dataclass(frozen=True, slots=True)
class Contestant:
    """How a process is started and which page it is asked for; with no page, its first line is waited for."""

    name: str
    command: Sequence[str]
    page: str = ""
    folder: Path = machine.ROOT
    settings: Mapping[str, str] | None = None
    patience: float = machine.PATIENCE


def start(contestant: Contestant, idle: float) -> Run:
    """Start it, wait for its page, let it rest, look, end it. Raises `Stuck` when it serves none."""
    environment = {**machine.plain(os.environ), **(contestant.settings or {}), "PYTHONPATH": str(machine.ROOT)}
    with subprocess.Popen(  # noqa: S603
        contestant.command, cwd=contestant.folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            running, began = machine.Running(process, ""), time.monotonic()
            if contestant.page:
                page = f"the first page of {contestant.name}"
                machine.until(lambda: _serves(contestant.page, process), page, patience=contestant.patience)
            else:
                running.hear()
            first, cpu = time.monotonic() - began, running.cpu()
            time.sleep(idle)
            return Run(contestant.name, first, cpu, running.rest(), running.peak())
        finally:
            process.terminate()


def contestants(folder: Path, api: str, web: str, telegram: str) -> list[Contestant]:
    """All six; `web` and `telegram` are the addresses of the stores of two of them."""
    python, ports = machine.PYTHON, [machine.free_port() for _ in range(4)]
    told = {
        "NEP_AGENCY": "Sở Mẫu",
        "NEP_DATABASE": web,
        "NEP_CODE_SECRET_FILE": str(folder / "code.secret"),
        "NEP_PORT": str(ports[0]),
        "NEP_LOG_LEVEL": "WARNING",  # the table is what is read here
    }
    pages = [f"http://127.0.0.1:{port}/" for port in ports]
    whole = (*python, "bench.product", telegram, api, str(ports[2]), "25", "8")
    return [
        Contestant(WEB, (*python, "app", "run"), pages[0], folder, told),
        Contestant(DEMO, (*python, "app", "demo", "--port", str(ports[1])), pages[1], folder),
        Contestant(TELEGRAM, whole, pages[2]),
        Contestant(PYTHON, (python[0], "-c", SLEEP)),
        Contestant(STARLETTE, (python[0], "-c", HELLO, str(ports[3])), pages[3]),
        Contestant(AIOGRAM, (python[0], "-c", f"import aiogram; {SLEEP}")),
    ]


def race(kind: str, people: int, runs: int, idle: float) -> list[Run]:
    """Each so many times, the order moving on. The demo builds its office in a start that does not count."""
    with (
        tempfile.TemporaryDirectory() as folder,
        machine.running("bench.null_api") as api,
        stores.copies(kind, lambda database: office.build(database, people)) as copy,
        copy() as web,
        copy() as telegram,
    ):
        racing = contestants(Path(folder), api.said, web, telegram)
        start(racing[1], 0)
        orders = [racing[turn % len(racing) :] + racing[: turn % len(racing)] for turn in range(runs)]
        return [start(one, idle) for order in orders for one in order]


def report(runs: Sequence[Run]) -> str:
    """The table people read: medians, the least and the most."""
    lines = [f"{'':<22}{'first page, s':>20}{'CPU s':>20}{'MB at rest':>20}{'MB at most':>20}"]
    for name in sorted({one.name for one in runs}, key=[WEB, DEMO, TELEGRAM, PYTHON, STARLETTE, AIOGRAM].index):
        mine = [one for one in runs if one.name == name]
        seconds = [spread([one.first for one in mine], 2), spread([one.cpu for one in mine], 2)]
        memory = [spread([one.rest for one in mine]), spread([one.peak for one in mine])]
        lines.append(f"{name:<22}" + "".join(f"{cell:>20}" for cell in (*seconds, *memory)))
    return "\n".join(lines)


def install(afresh: bool = False) -> tuple[float, float]:
    """Seconds of `./nep demo` in a bare clone of this checkout to its first page, and when it is begun again.

    It finds the uv of this checkout and what uv has kept, or neither. Raises CalledProcessError without a repository.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone, port, kept = Path(folder) / "nep", str(machine.free_port()), str(Path(folder) / "kept")
        subprocess.run(["git", "clone", "-q", str(machine.ROOT), str(clone)], check=True)  # noqa: S603, S607
        found = {"PATH": f"{machine.ROOT / '.tools' / 'uv' / 'bin'}:{os.environ['PATH']}"}
        settings = {"UV_CACHE_DIR": kept, "PIP_CACHE_DIR": kept} if afresh else found
        page = f"http://127.0.0.1:{port}/"
        demo = Contestant("a bare clone", ("./nep", "demo", "--port", port), page, clone, settings, patience=900)
        return start(demo, 0).first, start(demo, 0).first


def main() -> None:
    """Start, look, print."""
    parser = argparse.ArgumentParser(prog="./nep bench start", description=__doc__)
    parser.add_argument("--people", type=int, default=500, help="people of the office that is served")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--store", choices=stores.KINDS, default=stores.KINDS[0], help="of all but the demo")
    parser.add_argument("--install", action="store_true", help="a bare clone as well, from uv's cache as it is")
    parser.add_argument("--afresh", action="store_true", help="a bare clone as well, with nothing in any cache")
    chosen = parser.parse_args()
    print(f"{chosen.store}, {chosen.people} people, {chosen.runs} runs, {IDLE:g} s of rest; median (min–max)")  # noqa: T201
    print(report(race(chosen.store, chosen.people, chosen.runs, IDLE)))  # noqa: T201
    for wanted, afresh, found in ((chosen.install, False, "the cache as it is"), (chosen.afresh, True, "empty caches")):
        if wanted:
            first, again = install(afresh)
            print(f"./nep demo in a bare clone, {found}: {first:.1f} s to the first page, then {again:.1f} s")  # noqa: T201


def _serves(page: str, process: "subprocess.Popen[str]") -> bool:
    if process.poll() is not None:
        raise machine.Stuck(f"{process.args!r} ended early")
    try:
        with urllib.request.urlopen(page, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


if __name__ == "__main__":
    main()
