"""The parts the roster and invitation commands are given, with a database of the test's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import typer
from typer.testing import CliRunner, Result

from app.commands import invite, roster
from content.phrases import Phrases
from store.database import Database


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """What the commands read."""

    code_secret: bytes = b"a key of the office"
    bot_username: str | None = "nep_cong_so_bot"
    zalo_oa_app_id: str = ""
    public_url: str | None = "https://nep.example.vn/"
    zalo_bot_tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """A house for tests."""

    database: Database
    phrases: Phrases
    clock: Callable[[], datetime]
    settings: DoorSettings = DoorSettings()

    def run(self, *words: object) -> Result:
        """One command line, e.g. ``run("roster", "import", path)``."""
        application = typer.Typer()
        application.add_typer(roster.commands(lambda: self), name="roster")
        application.command("invite")(invite.command(lambda: self))
        return CliRunner().invoke(application, [str(word) for word in words])
