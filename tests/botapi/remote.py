"""A client for the server as a separate process: the person's side and the judge's, over HTTP."""

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.error import HTTPError

from tests.botapi.delivery_log import Delivery
from tests.botapi.world import TOKEN

P = ParamSpec("P")
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]


class Asking:
    """What is asked of every server of the tests: plain calls that wait."""

    def __init__(self, url: str) -> None:
        self.url = url

    def summary(self) -> dict[str, Any]:
        """Counts of everything a kill loop asks about, by the server's own names."""
        told: dict[str, Any] = self.ask("summary")
        return told

    def deliveries(self, start: int = 0) -> list[Delivery]:
        """What reached people, from the `start`-th on."""
        return [Delivery(**one) for one in self.ask("deliveries", **{"from": start})]

    def ask(self, verb: str, **asked: Any) -> Any:
        """One control request; raises RuntimeError with the server's reason."""
        request = urllib.request.Request(  # noqa: S310  # always our own address
            f"{self.url}/control/{verb}", json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return json.load(answer)["told"]
        except HTTPError as refused:
            with refused:
                raise RuntimeError(f"{verb}: {refused.read().decode()}") from None


class Remote(Asking):
    """Plain calls that wait; inside an event loop use `await remote.aside(Remote.says, 11, "/start")`."""

    def __init__(self, url: str, token: str = TOKEN, pid: int | None = None) -> None:
        super().__init__(url)
        self.token = token
        self.pid = pid

    async def aside(self, verb: Callable[Concatenate["Remote", P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the verbs below without holding up the event loop."""
        return await asyncio.to_thread(verb, self, *args, **kwargs)

    def says(self, user_id: int, text: str) -> int:
        """Type a text; returns the update's id."""
        return self.acts([(user_id, "says", {"text": text})])[0][0]

    def taps(self, user_id: int, what: str, message_id: int | None = None) -> int:
        """Tap a button by its label; returns the update's id."""
        return self.acts([(user_id, "taps", {"what": what, "message": message_id})])[0][0]

    def acts(self, acts: Iterable[tuple[int, str, dict[str, Any]]]) -> list[list[int]]:
        """Many acts (user_id, act, arguments) in one call, in order; returns the update ids of each."""
        asked = [{"user_id": user_id, "act": act, "with": arguments} for user_id, act, arguments in acts]
        return self._list("act", acts=asked)

    def meet(self, user_ids: Iterable[int]) -> None:
        """Make people who have already talked to the bot."""
        self.ask("meet", user_ids=list(user_ids))

    def messages(self, chat_id: int, *, of_bot: bool = True) -> list[dict[str, Any]]:
        """Messages standing in a chat: message_id, text, buttons, html, document, raw."""
        return self._list("show", chat_id=chat_id, of_bot=of_bot)

    def confirmed(self, start: int = 0) -> list[dict[str, Any]]:
        """Updates confirmed by offset or webhook 2xx, in the order of confirming."""
        return self._list("confirmed", **{"from": start})

    def waiting(self) -> list[dict[str, Any]]:
        """Updates not confirmed yet."""
        return self._list("waiting")

    def expired(self) -> list[dict[str, Any]]:
        """Updates that ran out of time."""
        return self._list("expired")

    def turn(self, **knobs: Any) -> None:
        """Set latency, callback_window, anti_hammer, anyone or time_factor."""
        self.ask("turn", **knobs)

    def fail(self, kind: str, **more: Any) -> None:
        """Plan a fault with the fields of `faults.Fault`."""
        self.ask("fail", kind=kind, **more)

    def heal(self) -> None:
        """Forget all planned faults."""
        self.ask("heal")

    def move(self, seconds: float) -> None:
        """Move the server's clock forward."""
        self.ask("move", seconds=seconds)

    def dark(self, seconds: float) -> None:
        """Refuse connections for so many seconds, from now on."""
        self.ask("dark", seconds=seconds)

    def inject(self, kind: str, payload: dict[str, Any]) -> int:
        """Queue any update; returns its id."""
        return int(self.ask("inject", kind=kind, payload=payload))

    def redeliver(self, update_id: int) -> None:
        """Hand the very same update out once more."""
        self.ask("inject", again=update_id)

    def _list(self, verb: str, **asked: Any) -> list[Any]:
        told: list[Any] = self.ask(verb, **asked)
        return told


@contextmanager
def separate_process(log: Path, *, latency: float = 0.0, port: int = 0) -> Iterator[Remote]:
    """The server as its own process, ready when this yields and ended afterwards."""
    with server_process("tests.botapi", log, latency, port) as (url, pid):
        yield Remote(url, pid=pid)


@contextmanager
def server_process(module: str, log: Path, latency: float = 0.0, port: int = 0) -> Iterator[tuple[str, int]]:
    """A server of the tests as its own process: its address and process id."""
    command = [sys.executable, "-m", module, "--port", str(port), "--log", str(log), "--latency", str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            word, _, chosen = process.stdout.readline().partition(" ")
            if word != "ready":
                raise RuntimeError(f"{module} did not start")
            yield f"http://127.0.0.1:{int(chosen)}", process.pid
        finally:
            process.terminate()
            process.wait(10)
