"""The process in which files from outside are read: ``python -m content.loading.gate.child MEGABYTES CPU_SECONDS``.

Standard input: one line of JSON (name and what is known), then the bytes of the file until the end. Standard output:
one line of JSON (a `Checked` without its marked copy), then the marked copy, if any. It limits itself first.
"""

import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

MEGABYTE = 1024 * 1024
OPEN_FILES = 48
NICENESS = 5  # answering people comes before reading their files
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FORBIDDEN = (
    "socket.", "subprocess.", "ctypes.", "shutil.", "tempfile.", "pty.", "webbrowser.", "urllib.", "ftplib.", "sqlite3",
    "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "os.kill", "os.chmod", "os.chown",
    "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.setxattr", "os.symlink", "os.truncate", "os.utime",
)  # fmt: skip


def confine(megabytes: int, cpu_seconds: float) -> None:
    """Take away what reading a file does not need; what follows cannot give it back."""
    os.nice(NICENESS)
    limit = megabytes * MEGABYTE
    _limit(resource.RLIMIT_AS, limit)
    _limit(resource.RLIMIT_CPU, int(cpu_seconds) + 1)
    _limit(resource.RLIMIT_FSIZE, 0)  # pipes are not files
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _limit(resource.RLIMIT_NPROC, 0)
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)  # finer than whole seconds; SIGPROF ends the process
    sys.addaudithook(refuse)


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: no network, no other process, no file written or changed. Raises PermissionError."""
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open":
        _, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or flags & WRITING:
            raise PermissionError(event)


def main() -> int:
    """Check the file on standard input. A fault is told by kind and place alone: its text may quote the file."""
    confine(int(sys.argv[1]), float(sys.argv[2]))
    try:
        serve()
    except Exception as fault:
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(fault.__traceback__)]
        print(type(fault).__name__, *places[-3:])  # noqa: T201 - standard output is how the parent hears
        return 1
    return 0


def serve() -> None:
    """Read the request, write the answer."""
    # Only now, under limits: the rest of the program, and then the file.
    from content.loading.gate.exchanging import read_request, write_answer
    from content.loading.gate.inspecting import inspect_file
    from content.phrases import Phrases

    phrases = Phrases.load(Path(__file__).parents[2] / "phrases", known_good=True)
    name, known, body = read_request(sys.stdin.buffer)
    write_answer(sys.stdout.buffer, inspect_file(name, body, known, phrases))


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main())
