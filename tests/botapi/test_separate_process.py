"""The server as its own process, with a bot that is killed in the middle."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.botapi.delivery_log import read_log
from tests.botapi.remote import Remote, separate_process

# A bot in a dozen lines: confirm, answer, never stop. Plain sockets keep it quick to start.
BOT = """
import json, sys, urllib.request
url, offset = sys.argv[1], 0
def call(method, **params):
    body = json.dumps(params).encode()
    request = urllib.request.Request(f"{url}/{method}", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["result"]
while True:
    for update in call("getUpdates", offset=offset, timeout=50):
        offset = update["update_id"] + 1
        chat_id = update["message"]["chat"]["id"]
        keys = {"inline_keyboard": [[{"text": "1. Tiếp", "callback_data": "n"}]]}
        call("sendMessage", chat_id=chat_id, text="nghe " + update["message"]["text"], reply_markup=keys)
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Remote, Path]]:
    """One process for this file: starting takes seconds."""
    log = tmp_path_factory.mktemp("botapi") / "deliveries.jsonl"
    with separate_process(log) as remote:
        yield remote, log


def start_bot(remote: Remote) -> "subprocess.Popen[bytes]":
    """The bot above as a process."""
    return subprocess.Popen([sys.executable, "-c", BOT, f"{remote.url}/bot{remote.token}"], stderr=subprocess.DEVNULL)


def eventually_refused(remote: Remote) -> bool:
    """Whether connections are refused soon, and accepted again after that."""
    until = time.monotonic() + 10
    refused = False
    while time.monotonic() < until:
        try:
            remote.summary()
        except OSError:
            refused = True
        else:
            if refused:
                return True
        time.sleep(0.01)
    return False


def wait_for(remote: Remote, deliveries: int) -> None:
    """Until so many messages were delivered."""
    until = time.monotonic() + 10
    while remote.summary()["deliveries"] < deliveries:
        assert time.monotonic() < until, remote.summary()
        time.sleep(0.01)


def test_it_outlives_a_killed_bot_and_knows_what_was_confirmed(started: tuple[Remote, Path]) -> None:
    remote, log = started
    remote.meet([11, 12])
    first = remote.says(11, "một")
    bot = start_bot(remote)
    wait_for(remote, 1)
    remote.turn(latency=30)
    second = remote.says(12, "hai")
    wait_for(remote, 2)  # delivered, but the bot waits for the answer
    bot.send_signal(signal.SIGKILL)
    bot.wait()
    remote.turn(latency=0)

    assert [one["update_id"] for one in remote.confirmed()] == [first]
    assert [one["update_id"] for one in remote.waiting()] == [second]
    bot = start_bot(remote)  # it knows nothing, so the update comes again and is answered again
    wait_for(remote, 3)
    bot.kill()
    bot.wait()
    summary = remote.summary()
    assert summary["duplicates"] == [[12, "nghe hai", 2]]
    assert [entry.text for entry in read_log(log)] == ["nghe một", "nghe hai", "nghe hai"]
    assert remote.deliveries() == read_log(log)
    assert [one["buttons"] for one in remote.messages(11)] == [[["1. Tiếp"]]]
    tap = remote.taps(11, "1")
    assert remote.waiting()[-1]["update_id"] == tap
    remote.move(151)
    remote.dark(0.2)
    assert eventually_refused(remote)
    assert remote.inject("brand_new_thing", {"a": 1}) > tap


async def test_everything_can_be_asked_from_an_event_loop(started: tuple[Remote, Path]) -> None:
    remote, _ = started
    many = await remote.aside(Remote.acts, [(20 + number, "says", {"text": "2"}) for number in range(50)])
    assert len(many) == 50
    remote.redeliver(many[0][0])
    remote.fail("refuse", method="sendMessage", status=403, description="Forbidden: new")
    remote.heal()
    assert remote.expired() == []
    with pytest.raises(RuntimeError, match="no such act"):
        await remote.aside(Remote.acts, [(20, "sings", {})])
    with pytest.raises(RuntimeError, match="no such knob"):
        remote.turn(volume=11)
