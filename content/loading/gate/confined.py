"""Reading files from outside in a child process of its own, which may fail in any way without harm to this one."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from pathlib import Path

from content.loading.checked import Checked
from content.loading.drafts import FileRefused, Known
from content.loading.gate.bounds import check_size
from content.loading.gate.exchanging import read_answer, request
from content.loading.gate.naming import clean_name
from content.loading.gate.wire import Garbled
from content.phrases import Phrases

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]  # where the rooms lie
MEGABYTE = 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use.

    `megabytes` of address space, so that less is resident; `cpu_seconds` of its own work, which a busy machine does not
    shorten, and more for each megabyte of the file, since a small file has no business taking long, up to `most`;
    `wall_seconds` after which it is killed whatever it does; `answer_megabytes` it may say.
    """

    megabytes: int = 280
    cpu_seconds: float = 1.9
    cpu_per_megabyte: float = 30  # Excel packs a thousand questions into 150 kB; they take a second or two
    most_cpu_seconds: float = 15  # 5,000 questions beside 2,000 known ones take 5, on a busy machine twice that
    wall_seconds: float = 30
    answer_megabytes: int = 16

    def cpu_for(self, length: int) -> float:
        """Seconds of work a file of so many bytes may cost."""
        return min(self.most_cpu_seconds, self.cpu_seconds + self.cpu_per_megabyte * length / MEGABYTE)


LIMITS = Limits()


class Confined:
    """Checks files, so many at once and no more; one for the whole process, made where the parts are put together."""

    def __init__(self, phrases: Phrases, at_once: int = 2, limits: Limits = LIMITS) -> None:
        self._phrases, self._limits = phrases, limits
        self._turns = asyncio.Semaphore(at_once)

    async def check_file(self, name: str, body: bytes, known: Known) -> Checked:
        """The dry run of one file. Whatever the file does to the child, the answer is a `Checked`, never an exception.

        `name` as the sender gave it, `body` the whole file; what is too large is refused without a child.
        """
        try:
            check_size(body)
        except FileRefused as refusal:
            return Checked(refused=self._phrases(refusal.key, **refusal.values))
        async with self._turns:
            said = await _asked(request(clean_name(name), body, known), self._limits, len(body))
        try:
            # In a thread: thousands of drafts take a while to put together, and others are being answered.
            return await asyncio.to_thread(read_answer, said) if said is not None else self._beyond()
        except Garbled:
            log.warning("reading a file ended in %s bytes of nonsense", len(said or b""))
            return self._beyond()

    def _beyond(self) -> Checked:
        return Checked(refused=self._phrases("refused.beyond"))


def check_file_now(name: str, body: bytes, known: Known, phrases: Phrases) -> Checked:
    """The same for a caller without an event loop: the command line."""
    return asyncio.run(Confined(phrases).check_file(name, body, known))


async def _asked(sent: bytes, limits: Limits, length: int) -> bytes | None:
    """What a new child says to this, or None when it was killed, ended badly or said too much. Always reaped."""
    bounds = (str(limits.megabytes), str(limits.cpu_for(length)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-B", "-s", "-m", "content.loading.gate.child", *bounds,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT, env=_environment(), start_new_session=True,
    )  # fmt: skip
    said = code = None
    try:
        async with asyncio.timeout(limits.wall_seconds):
            async with asyncio.TaskGroup() as both:
                both.create_task(_tell(process.stdin, sent))
                hearing = both.create_task(_hear(process, limits.answer_megabytes * MEGABYTE))
            said, code = hearing.result(), await process.wait()
    except TimeoutError:
        pass  # killed below
    finally:
        await _end(process)
    if code != 0:
        fault = (said or b"")[:200].decode("ascii", "replace") if code == 1 else ""
        log.warning("reading a file ended with %s %s", "its time" if code is None else code, fault)
        return None
    return said


def _environment() -> dict[str, str]:
    """What the child knows of the world: where programs are, and that text is UTF-8. No setting, no secret."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


async def _tell(stream: asyncio.StreamWriter | None, sent: bytes) -> None:
    """Hand the file over; a child that is gone needs no more of it."""
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for at in range(0, len(sent), CHUNK):
            stream.write(sent[at : at + CHUNK])
            await stream.drain()
    stream.close()


async def _hear(process: Process, most: int) -> bytes | None:
    """All it says, or None once that is more than `most` bytes; then it is killed."""
    pieces, length = [], 0
    while process.stdout and (piece := await process.stdout.read(CHUNK)):
        pieces.append(piece)
        length += len(piece)
        if length > most:
            _kill(process)
            return None
    return b"".join(pieces)


async def _end(process: Process) -> None:
    """Kill what is left of the child and its group, and wait until it is gone."""
    if process.returncode is None:
        _kill(process)
        if process.stdout:
            await process.stdout.read()  # what was said and not heard would keep the pipe open
        await process.wait()


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
