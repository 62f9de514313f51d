"""People on the web page: each reads their lines and posts answers with an id of its own until one is confirmed."""

import json
import random
import threading
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.kill.phones import OPTIONS, QUESTION

PAUSE = 0.05
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


@dataclass
class Browsers(threading.Thread):
    """All the pages, one after the other; a process that is down is met with another try of the same id."""

    url: str
    pages: list[Page]
    chance: random.Random
    retried: int = 0
    trouble: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Read and answer until told to stop."""
        try:
            while not self._over.is_set():
                for page in self.pages:
                    try:
                        self._read(page)
                        self._post(page)
                    except (OSError, HTTPException):
                        self.retried += page.post is not None
                        break  # the process is down: nobody else gets through either
                time.sleep(PAUSE)
        except BaseException as fault:
            self.trouble.append(fault)

    def stop(self) -> None:
        """Close the pages."""
        self._over.set()
        self.join()
        if self.trouble:
            raise self.trouble[0]

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
