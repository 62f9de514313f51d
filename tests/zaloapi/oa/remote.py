"""The server as a separate process, and the judge's questions to it over HTTP."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


class Remote:
    """Plain calls that wait."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, verb: str, **asked: Any) -> Any:
        """One question of `control`."""
        request = urllib.request.Request(  # noqa: S310  # always our own address
            f"{self.url}/control/{verb}", json.dumps(asked).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)["told"]


@contextmanager
def separate_process(log: Path) -> Iterator[Remote]:
    """Ready when this yields, ended afterwards."""
    command = [sys.executable, "-m", "tests.zaloapi.oa", "--log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            word, _, port = process.stdout.readline().partition(" ")
            if word != "ready":
                raise RuntimeError("the server did not start")
            yield Remote(f"http://127.0.0.1:{int(port)}")
        finally:
            process.terminate()
            process.wait(10)
