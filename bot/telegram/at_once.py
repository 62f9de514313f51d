"""What is answered at once, beside the inbox: taps and inline queries, which nobody waits for longer than seconds."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol


class Answers(Protocol):
    """Answers some updates by itself, best effort."""

    def offer(self, update: Mapping[str, Any]) -> None:
        """Take what is to be answered out of an update; never waits."""

    async def run(self) -> None:
        """Answer until cancelled."""


class AtOnce:
    """Several of them as one."""

    def __init__(self, *answers: Answers) -> None:
        self._answers = answers

    def offer(self, update: Mapping[str, Any]) -> None:
        """Let each of them look at an update."""
        for one in self._answers:
            one.offer(update)

    async def run(self) -> None:
        """Let all of them work."""
        async with asyncio.TaskGroup() as group:
            for one in self._answers:
                group.create_task(one.run())
