"""A client for the server as a separate process: the person's side and the judge's, over HTTP."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.botapi.remote import Asking, server_process
from tests.zaloapi.bots.world import TOKENS


class Remote(Asking):
    """The person's side."""

    def __init__(self, url: str, pid: int) -> None:
        super().__init__(url)
        self.token, self.pid = TOKENS[0], pid

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


@contextmanager
def separate_process(log: Path, *, latency: float = 0.0) -> Iterator[Remote]:
    """The server as its own process, ready when this yields and ended afterwards."""
    with server_process("tests.zaloapi.bots", log, latency) as (url, pid):
        yield Remote(url, pid)
