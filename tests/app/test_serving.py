"""The running office: a taken port, a dead token, health and metrics, and a stop that is asked for politely."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.error import URLError

import pytest

from app import serving
from tests.app.command_line import ROOT, CommandLine, environment
from tests.botapi.remote import separate_process
from tests.zaloapi.bots.remote import Remote
from tests.zaloapi.bots.remote import separate_process as zalo_process

WRONG_TOKEN = "4242424242:" + "PlantedWrongTokenPlantedWrongToken0"


@contextmanager
def running(nep: CommandLine, **settings: object) -> Iterator["subprocess.Popen[str]"]:
    """`python -m app run` as a process of its own, killed afterwards if need be."""
    with subprocess.Popen(
        [sys.executable, "-m", "app", "run"],
        cwd=ROOT,
        env=environment(**(nep.settings | settings)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def fetch(url: str, seconds: float = 60) -> str:
    """The body, as soon as somebody answers."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except URLError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_port_in_use_is_named_with_what_to_change(nep: CommandLine, office: Path) -> None:
    before = office.read_bytes()
    with socket.create_server(("127.0.0.1", int(str(nep.settings["port"])))):
        port = f"port {nep.settings['port']} on 127.0.0.1"
        nep("run").refuses(port, "stop what listens there or change setting port")
        nep("check").refuses(port, "setting port")
        nep("demo", "--port", nep.settings["port"]).refuses(port, "--port")
    assert office.read_bytes() == before


def test_an_address_that_is_not_ours_is_named(nep: CommandLine) -> None:
    nep("check", host="192.0.2.1").refuses("192.0.2.1")


def test_a_running_office_tells_its_health_and_metrics_and_stops_when_asked(nep: CommandLine) -> None:
    url = f"http://127.0.0.1:{nep.settings['port']}"
    with running(nep) as process:
        health = json.loads(fetch(f"{url}/healthz"))
        doors = {"telegram": "off", "zalo_oa": "off", "zalo_bots": {}}
        assert health == {"ok": True, "inbox": {"waiting": 0, "parked": 0}, "outbox": {}, **doors}
        metrics = fetch(f"{url}/metrics")
        for line in ('nep_inbox{state="waiting"} 0.0', 'nep_ticks{result="failed"} 0.0', "nep_updates_handled 0.0"):
            assert line in metrics
        assert "Trợ lý" in fetch(url)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert f"serving on {url}; Telegram off, 0 Zalo bots" in events
    assert "stopping" in events


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_broadcast_halts_at_the_signal_and_not_when_the_pages_are_down(number: signal.Signals) -> None:
    server, told = SimpleNamespace(should_exit=False), asyncio.Event()
    assistant = SimpleNamespace(wind_down=told.set)
    with serving._heeding(cast(Any, server), cast(Any, assistant)):
        os.kill(os.getpid(), number)
        await asyncio.wait_for(told.wait(), 30)
        assert server.should_exit


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Bot API server that knows another token."""
    with separate_process(tmp_path_factory.mktemp("botapi") / "deliveries.jsonl") as remote:
        yield remote.url


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_token_the_platform_refuses_is_told_and_not_shown(nep: CommandLine, platform: str, command: str) -> None:
    ended = nep(command, telegram_token=WRONG_TOKEN, telegram_api=platform)
    ended.refuses("BotFather")
    assert WRONG_TOKEN not in ended.said


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_token_that_cannot_be_one_is_told_and_not_shown(nep: CommandLine, command: str) -> None:
    ended = nep(command, telegram_token="planted-nonsense")
    ended.refuses("BotFather")
    assert "planted-nonsense" not in ended.said


@pytest.fixture(scope="module")
def zalo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    """A Zalo Bot Platform server with one bot."""
    with zalo_process(tmp_path_factory.mktemp("zalobots") / "deliveries.jsonl") as remote:
        yield remote


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("token", ["10000009:another-token-0123456789", "planted-nonsense"])
def test_a_zalo_token_that_is_refused_is_told_and_not_shown(
    nep: CommandLine, zalo: Remote, command: str, token: str
) -> None:
    ended = nep(command, zalo_bot_tokens=f"{zalo.token} {token}", zalo_bot_api=zalo.url)
    ended.refuses("zalo_bot_tokens", "Zalo Bot Creator")
    assert token not in ended.said
    assert zalo.token not in ended.said


def test_a_zalo_bot_is_checked_by_name_and_its_health_told_by_number(nep: CommandLine, zalo: Remote) -> None:
    given = {"zalo_bot_tokens": zalo.token, "zalo_bot_api": zalo.url}
    assert "zalo bots: good, bot.10000001" in nep("check", **given).said
    url = f"http://127.0.0.1:{nep.settings['port']}"
    with running(nep, **given) as process:
        assert json.loads(fetch(f"{url}/healthz"))["zalo_bots"] == {"10000001": "good"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    nep("check", zalo_bot_tokens=zalo.token, zalo_bot_api="http://127.0.0.1:1").refuses(
        "http://127.0.0.1:1 cannot be reached", "zalo_bot_api"
    )


def test_an_unreachable_platform_fails_the_check_and_not_the_office(nep: CommandLine) -> None:
    nowhere = {"telegram_token": WRONG_TOKEN, "telegram_api": "http://127.0.0.1:1"}
    nep("check", **nowhere).refuses("http://127.0.0.1:1 cannot be reached", "telegram_api")
    with running(nep, **nowhere) as process:
        assert json.loads(fetch(f"http://127.0.0.1:{nep.settings['port']}/healthz"))["ok"] is True
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
