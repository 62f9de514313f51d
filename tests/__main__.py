"""`./nep test`: everything CI runs, in order, stopping at the first thing that is wrong.

``./nep test`` alone runs it all; arguments go to pytest, e.g. ``./nep test tests/store -k inbox``.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "bot", "scheduler", "reports", "participation", "content", "store", "bench", "tests")
CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy", "--no-error-summary", *ROOMS),
    ("lint-imports",),
    ("deptry", "."),
)
PACKAGES = (
    (("chromium", "chromium-browser", "google-chrome"), "chromium", "the browser journey"),
    (("localc",), "libreoffice-calc", "workbooks written by LibreOffice"),
    (("lowriter",), "libreoffice-writer", "reports opened by LibreOffice"),
    (("pdftotext",), "poppler-utils", "reports as they are printed"),
    # Letters as wide as those of Times New Roman, which a report is written in: else its lines break elsewhere.
    (("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",), "fonts-liberation", "reports as printed"),
)


def main(arguments: Sequence[str]) -> int:
    """Run the checks and the tests, or the tests alone when told which; returns the exit code."""
    if not arguments:
        for check in CHECKS:
            print("·", *check, flush=True)  # noqa: T201 - this is what the command is for
            if code := _run(*check):
                return code
        for programs, package, purpose in PACKAGES:
            _get(programs, package, purpose)
    return _run("pytest", *(arguments or ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")))


def _run(tool: str, *arguments: str) -> int:
    """One tool of this very environment."""
    return subprocess.run([str(Path(sys.executable).parent / tool), *arguments], cwd=ROOT, check=False).returncode


def _get(programs: Sequence[str], package: str, purpose: str) -> None:
    """A program, or the file at a path, that some tests need, where a package manager can give it."""
    if any(shutil.which(one) or Path(one).is_file() for one in programs) or shutil.which("apt-get") is None:
        return
    print(f"· installing {package} for {purpose}", flush=True)  # noqa: T201
    quiet: dict[str, Any] = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    quiet["env"] = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", package], check=False, **quiet)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
