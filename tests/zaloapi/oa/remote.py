"""A client for the server as a separate process: the person's side and the judge's, over HTTP."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.botapi import remote as telegrams
from tests.botapi.delivery_log import Delivery

ROOT = telegrams.ROOT


class Remote:
    """Plain calls that wait. `ask` is one control request; it raises RuntimeError with the server's reason."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.ask = telegrams.Remote(url).ask

    def meet(self, user_ids: Iterable[str]) -> None:
        """Make people who have followed the account a moment ago."""
        self.ask("meet", user_ids=list(user_ids))

    def says(self, user_id: str, text: str) -> None:
        """Type a text; its event leaves by itself."""
        self.ask("act", user_id=user_id, act="says", **{"with": {"text": text}})

    def taps(self, user_id: str, title: str) -> None:
        """Tap a button of the newest message with buttons; its event leaves by itself."""
        self.ask("act", user_id=user_id, act="taps", **{"with": {"title": title}})

    def summary(self) -> dict[str, Any]:
        """Counts: deliveries, duplicates, issued, used, reuses …"""
        told: dict[str, Any] = self.ask("summary")
        return told

    def deliveries(self, start: int = 0) -> list[Delivery]:
        """What reached people, from the `start`-th on."""
        return [Delivery(**one) for one in self.ask("deliveries", **{"from": start})]


@contextmanager
def separate_process(log: Path, *, latency: float = 0.0) -> Iterator[Remote]:
    """The server as its own process, ready when this yields and ended afterwards."""
    with telegrams.server_process("tests.zaloapi.oa", log, latency) as (url, _pid):
        yield Remote(url)
