"""The server as its own process, with a bot that is killed in the middle."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi.delivery_log import read_log
from tests.zaloapi.bots.remote import Remote, separate_process

# A bot in a dozen lines: hear one thing, answer it, never stop.
BOT = """
import json, sys, urllib.request
def call(method, **params):
    body = json.dumps(params).encode()
    request = urllib.request.Request(f"{sys.argv[1]}/{method}", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))
while True:
    news = call("getUpdates", timeout=50)
    if news["ok"]:
        message = news["result"]["message"]
        call("sendMessage", chat_id=message["chat"]["id"], text="nghe " + message["text"])
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Remote, Path]]:
    """One process for this file: starting takes seconds."""
    log = tmp_path_factory.mktemp("zalobots") / "deliveries.jsonl"
    with separate_process(log) as remote:
        yield remote, log


def wait_for(remote: Remote, deliveries: int) -> None:
    """Until so many messages were delivered."""
    until = time.monotonic() + 10
    while remote.summary()["deliveries"] < deliveries:
        assert time.monotonic() < until, remote.summary()
        time.sleep(0.01)


def test_it_outlives_a_killed_bot_which_has_lost_what_it_was_given(started: tuple[Remote, Path]) -> None:
    remote, log = started
    ids = remote.meet(["An", "Chi"])
    command = [sys.executable, "-c", BOT, f"{remote.url}/bot{remote.token}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as bot:
        remote.says("An", "một")
        wait_for(remote, 1)
        remote.ask("turn", latency=30)
        remote.says("Chi", "hai")  # handed out, but the answer is on its way for half a minute
        until = time.monotonic() + 10
        while remote.summary()["handed_out"] < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
        bot.send_signal(signal.SIGKILL)
    remote.ask("turn", latency=0)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as bot:
        remote.says("An", "ba")
        wait_for(remote, 2)
        bot.kill()
    assert [(entry.chat_id, entry.text) for entry in read_log(log)] == [(ids["An"], "nghe một"), (ids["An"], "nghe ba")]
    assert remote.deliveries() == read_log(log)
    summary = remote.summary()
    assert (summary["duplicates"], summary["used"]) == ([], 5)


def test_faults_and_knobs_can_be_asked_for(started: tuple[Remote, Path]) -> None:
    remote, _ = started
    remote.ask("fail", kind="refuse", method="sendMessage", status=429, description="Quota exceeded")
    remote.ask("heal")
    remote.ask("host", **{"nep.example.vn": "http://127.0.0.1:1"})
    with pytest.raises(RuntimeError, match="no such act"):
        remote.acts([("An", "sings", {})])
    with pytest.raises(RuntimeError, match="no such knob"):
        remote.ask("turn", volume=11)
