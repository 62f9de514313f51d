"""Serving: the web server on our own socket and event loop, and a stop that loses nothing."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import import_module
from typing import Any

import uvicorn

from app.wiring import Assistant

_new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with suppress(ImportError):  # not to be had on Windows
    _new_loop = import_module("uvloop").new_event_loop

COLLECT_AFTER = 20_000  # objects between two looks for garbage; Python's 700 are made by a handful of messages

log = logging.getLogger(__name__)


class PortTaken(Exception):
    """The port cannot be listened on. `str` says which, why, and what to do."""


def listen(host: str, port: int, setting: str) -> socket.socket:
    """A socket bound to the address. Raises `PortTaken`; `setting` names what to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except OSError as fault:
        bound.close()
        raise PortTaken(
            f"port {port} on {host} cannot be used ({fault.strerror}): stop what listens there or change {setting}"
        ) from None
    return bound


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run what serves on the quickest event loop this system has; returns its exit code."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        return runner.run(main)


async def serve(assistant: Assistant, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Run the whole house until a signal says stop; then open pages end, messages in flight land, all is written."""
    config = uvicorn.Config(
        assistant.pages,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    server = _Server(config, assistant, ready)
    with _heeding(server, assistant):
        await assistant.run(lambda: server.serve(sockets=[bound]))


@contextmanager
def _heeding(server: uvicorn.Server, assistant: Assistant) -> Iterator[None]:
    """SIGTERM and SIGINT end the serving, from the first tick to the last outcome; a second Ctrl-C ends at once.

    Ticks and pages may take seconds to end: a broadcast does not go on meanwhile.
    """
    loop = asyncio.get_running_loop()

    def heed(number: signal.Signals) -> None:
        server.should_exit = True
        assistant.wind_down()
        if number == signal.SIGINT:
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heed, number)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    """Uvicorn, telling us when it is up and letting open streams go before it waits for them.

    Its own handling of signals is left out: it raises a signal again once the pages are down, which would end the
    process before messages in flight have landed.
    """

    def __init__(self, config: uvicorn.Config, assistant: Assistant, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._assistant, self._ready = assistant, ready

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What the start has built lives as long as the process: going through it for garbage would stop all answers.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("stopping")
        self._assistant.web_channel.hang_up()
        await super().shutdown(sockets)
