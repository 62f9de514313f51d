"""`python -m app …` as a process of its own, as often as a test likes: forked from one that has imported everything."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    said: str

    def refuses(self, *words: str) -> None:
        """It failed with one message that holds these words, and no traceback."""
        assert self.code == 1, self.said
        assert "Traceback" not in self.said
        for word in words:
            assert word in self.said, self.said


class CommandLine:
    """Runs commands with `NEP_…` variables; what is given here counts for all of them."""

    def __init__(self, parent: "subprocess.Popen[str]", **settings: object) -> None:
        self._parent, self.settings = parent, settings

    def __call__(self, *arguments: object, **settings: object) -> Ended:
        """Run one command to its end."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        given = environment(**(self.settings | settings))
        asked = {"arguments": [str(argument) for argument in arguments], "environment": given}
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        return Ended(**json.loads(self._parent.stdout.readline()))


def environment(**settings: object) -> dict[str, str]:
    """The environment with these settings and no others of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NEP_")}
    return clean | {f"NEP_{name.upper()}": str(value) for name, value in settings.items()}


@contextmanager
def command_line(**settings: object) -> Iterator[CommandLine]:
    """The parent process, ended afterwards."""
    command = [sys.executable, "-m", "tests.app.command_line"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        try:
            yield CommandLine(parent, **settings)
        finally:
            assert parent.stdin is not None
            parent.stdin.close()
            parent.wait(10)


def serve() -> None:
    """Read commands as JSON lines and answer each with its exit code and its words."""
    import app.commands.check
    import app.commands.demo
    import app.commands.figures
    import app.commands.migrate  # noqa: F401 - imported once for all the children

    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as words:
            child = os.fork()
            if child == 0:
                os._exit(_command(asked["arguments"], asked["environment"], words.fileno()))
            _, status = os.waitpid(child, 0)
            words.seek(0)
            said = words.read().decode()
        sys.stdout.write(json.dumps({"code": os.waitstatus_to_exitcode(status), "said": said}) + "\n")
        sys.stdout.flush()


def _command(arguments: list[str], given: Mapping[str, str], words: int) -> int:
    from app.__main__ import main

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(words, 1)
    os.dup2(words, 2)
    os.environ.clear()
    os.environ.update(given)
    sys.argv = ["nep", *arguments]
    try:
        main()
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):  # what the interpreter itself does with it
            sys.stderr.write(code + "\n")
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        return code or 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    serve()
