"""A client for the server as a separate process: the person's side and the judge's, over HTTP."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.botapi.remote import Asking, server_process


class Remote(Asking):
    """The person's side."""

    def meet(self, user_ids: Iterable[str]) -> None:
        """Make people who have followed the account a moment ago."""
        self.ask("meet", user_ids=list(user_ids))

    def says(self, user_id: str, text: str) -> None:
        """Type a text; its event leaves by itself."""
        self.ask("act", user_id=user_id, act="says", **{"with": {"text": text}})

    def taps(self, user_id: str, title: str) -> None:
        """Tap a button of the newest message with buttons; its event leaves by itself."""
        self.ask("act", user_id=user_id, act="taps", **{"with": {"title": title}})


@contextmanager
def separate_process(log: Path, *, latency: float = 0.0) -> Iterator[Remote]:
    """The server as its own process, ready when this yields and ended afterwards."""
    with server_process("tests.zaloapi.oa", log, latency) as (url, _pid):
        yield Remote(url)
