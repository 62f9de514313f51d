"""LibreOffice in tests: another program's hands on our files. Tests that need it skip themselves where it is not."""

import shutil
import subprocess
from pathlib import Path

import pytest

CSV = "CSV:44,34,76,1"  # comma, double quote, UTF-8, from the first line


class Calc:
    """Converts files with a profile of its own, so that no other run is in the way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = shutil.which("soffice") or shutil.which("libreoffice")
        if self._program is None:
            pytest.skip("no soffice here; `./nep test` installs libreoffice-calc where apt-get is there")

    def convert(self, form: str, *paths: Path, filter: str = "") -> list[Path]:
        """The files in another form (xlsx, ods, csv), in the order given."""
        folder = self._folder / f"out-{len(list(self._folder.iterdir()))}"
        subprocess.run(
            [
                str(self._program),
                f"-env:UserInstallation={(self._folder / 'profile').as_uri()}",
                "--headless",
                *([f"--infilter={filter}"] if filter else []),
                "--convert-to",
                form,
                "--outdir",
                str(folder),
                *map(str, paths),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return [folder / f"{path.stem}.{form.split(':')[0]}" for path in paths]
