"""The operator at the front desk of a real database: office commands, one line each, and what they said."""

from dataclasses import dataclass, field
from datetime import datetime

import typer
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from app.commands import absence, account, calendar, content, delegate, inbox, outbox, restored
from app.commands import round as round_
from content.phrases import Phrases
from scheduler.calendar import load_calendar
from scheduler.tick import tick
from store.database import Database
from store.ledger import broken_link
from store.tables import AuditEntry
from tests.conftest import Clock
from tests.participation.front_door import DoorSettings

GROUPS = {
    "absence": absence,
    "account": account,
    "calendar": calendar,
    "content": content,
    "delegate": delegate,
    "inbox": inbox,
    "outbox": outbox,
    "round": round_,
}


@dataclass(frozen=True)
class FrontDesk:
    """A house whose clock stands still until it is moved."""

    database: Database
    phrases: Phrases
    clock: Clock
    settings: DoorSettings = field(default_factory=DoorSettings)

    def does(self, *words: object) -> str:
        """A command that works; returns what it said."""
        code, said, complaint = self._run(words)
        assert (code, complaint) == (0, ""), complaint
        return said

    def refuses(self, *words: object) -> str:
        """A command that is refused in one line, exit code 1, with nothing written; returns that line."""
        before = self._written()
        code, said, complaint = self._run(words)
        assert (code, said) == (1, "")
        assert complaint.count("\n") == 1
        assert self._written() == before
        return complaint.strip()

    def goes_on_until(self, moment: datetime) -> None:
        """Time passes, and the alarm rings at its end."""
        with self.database.transaction() as session:
            tick(session, self.phrases, load_calendar(session), self.clock.to(moment))

    def audited(self) -> list[tuple[str, str, str]]:
        """Who did what to what, in order; the chain holds."""
        with self.database.transaction() as session:
            assert broken_link(session) is None
            entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
            return [(entry.actor, entry.act, entry.subject) for entry in entries]

    def _run(self, words: tuple[object, ...]) -> tuple[int, str, str]:
        application = typer.Typer()
        for name, room in GROUPS.items():
            application.add_typer(room.commands(lambda: self), name=name)
        application.command("restored")(restored.command(lambda: self))
        ended = CliRunner().invoke(application, [str(word) for word in words])
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
        return ended.exit_code, ended.stdout, ended.stderr

    def _written(self) -> int:
        with self.database.transaction() as session:
            return _fingerprint(session)


def _fingerprint(session: Session) -> int:
    """A fingerprint of every row of every table."""
    connection = session.connection()
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    rows = [str(connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()) for table in tables]  # noqa: S608 - own names
    return hash(tuple(rows))
