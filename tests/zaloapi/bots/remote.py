"""A client for the server as a separate process: the person's side and the judge's, over HTTP."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.botapi import remote as telegrams
from tests.botapi.delivery_log import Delivery
from tests.zaloapi.bots.world import TOKENS


class Remote:
    """Plain calls that wait. `ask` is one control request; it raises RuntimeError with the server's reason."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.token, self.pid = url, TOKENS[0], pid
        self.ask = telegrams.Remote(url).ask

    def meet(self, names: Iterable[str]) -> dict[str, str]:
        """Make people who have already written to the bot; their chat ids by name."""
        told: dict[str, str] = self.ask("meet", names=list(names))
        return told

    def acts(self, acts: Iterable[tuple[str, str, dict[str, Any]]]) -> list[str]:
        """Many acts (name, act, arguments) in one call, in order; returns the message id of each."""
        told: list[str] = self.ask("act", acts=[{"name": name, "act": act, "with": more} for name, act, more in acts])
        return told

    def says(self, name: str, text: str) -> str:
        """Type a text; returns its message id."""
        return self.acts([(name, "says", {"text": text})])[0]

    def summary(self) -> dict[str, Any]:
        """Counts: deliveries, duplicates, refused, waiting, handed_out, used …"""
        told: dict[str, Any] = self.ask("summary")
        return told

    def deliveries(self, start: int = 0) -> list[Delivery]:
        """What reached people, from the `start`-th on."""
        return [Delivery(**one) for one in self.ask("deliveries", **{"from": start})]


@contextmanager
def separate_process(log: Path, *, latency: float = 0.0) -> Iterator[Remote]:
    """The server as its own process, ready when this yields and ended afterwards."""
    with telegrams.server_process("tests.zaloapi.bots", log, latency) as (url, pid):
        yield Remote(url, pid)
