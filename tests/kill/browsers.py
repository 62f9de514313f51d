"""People on the web page: each reads their lines and posts answers with an id of its own until one is confirmed."""

import json
import random
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.kill.beside import Beside
from tests.kill.phones import OPTIONS, QUESTION

AGAIN = 0.1  # so many posts are sent once more after they were confirmed
OURS = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}


@dataclass
class Page:
    """One open page. `confirmed` holds (position, option) in the order of the 202 answers."""

    cookie: str
    after: int = 0
    post: dict[str, Any] | None = None
    meant: tuple[int, int] = (0, 0)
    confirmed: list[tuple[int, int]] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    tries: int = 0


@dataclass(eq=False)
class Browsers(Beside):
    """All the pages, one after the other; a process that is down is met with another try of the same id."""

    url: str
    pages: list[Page]
    chance: random.Random
    retried: int = 0
    pause = 0.05

    def __post_init__(self) -> None:
        super().__init__()

    def turn(self) -> None:
        """Read and answer, page by page."""
        for page in self.pages:
            try:
                self._read(page)
                self._post(page)
            except (OSError, HTTPException):
                self.retried += page.post is not None
                break  # the process is down: nobody else gets through either

    @property
    def is_busy(self) -> bool:
        """Whether somebody still waits for a 202."""
        return any(page.post for page in self.pages)

    def _read(self, page: Page) -> None:
        for line in self._call(page, f"lines?after={page.after}")["lines"]:
            page.after = line["id"]
            found = QUESTION.search(line["text"]) if "token" in line else None
            if found and int(found[1]) not in page.asked:
                position, option = int(found[1]), self.chance.randint(1, OPTIONS)
                page.asked.add(position)
                page.meant = (position, option)
                pressed = {"token": line["token"], "number": option}
                typed = {"text": str(option)}
                page.post = {"id": str(uuid.uuid4()), **(pressed if self.chance.random() < 0.5 else typed)}

    def _post(self, page: Page) -> None:
        if page.post is None:
            return
        page.tries += 1
        self._call(page, "say", page.post)
        page.confirmed.append(page.meant)
        if self.chance.random() >= AGAIN:
            page.post = None

    def _call(self, page: Page, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        sent = json.dumps(body).encode() if body else None
        headers = OURS | {"Cookie": f"nep={page.cookie}"}
        request = urllib.request.Request(f"{self.url}/{path}", sent, headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            told: dict[str, Any] = json.load(answer)
            return told
