"""Everything one kill loop needs: an office in a folder of its own, a Bot API server, and lives to be ended."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from app.opening import OpenHouse, load_phrases, open_database
from app.settings import Settings
from scheduler import outbox
from store import inbox
from store.database import Database
from tests.botapi.remote import Remote, separate_process
from tests.kill.lives import Lives, lives
from tests.kill.office import Cast, prepare

TUESDAY = datetime(2026, 11, 10, 2, 5, tzinfo=UTC)  # 09:05 at the office: messages may go out until 11:15
IN_FLIGHT, RATE, LATENCY = 8, 30, 0.1


@dataclass(frozen=True)
class Scene:
    """An opened round whose messages wait; `life` is not begun. `deliveries` and `store` are files to watch."""

    cast: Cast
    life: Lives
    remote: Remote
    database: Database
    url: str
    deliveries: Path
    store: Path


@contextmanager
def scene(folder: Path, on_telegram: int, on_web: int) -> Iterator[Scene]:
    """Set up, and taken down with everything that runs."""
    ahead = TUESDAY - datetime.now(UTC)
    settings = Settings.model_construct(
        agency="Sở Mẫu",
        database=str(folder / "nep.db"),
        code_secret_file=str(folder / "code.secret"),
        port=free_port(),
        telegram_in_flight=IN_FLIGHT,
        telegram_rate=RATE,
    )
    database = open_database(settings)
    deliveries = folder / "deliveries.jsonl"
    with separate_process(deliveries, latency=LATENCY) as remote:
        environment = {f"NEP_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
        environment |= {"NEP_TELEGRAM_TOKEN": remote.token, "NEP_TELEGRAM_API": remote.url}
        house = OpenHouse(settings, database, load_phrases(), lambda: datetime.now(UTC) + ahead)
        with lives(environment, ahead / timedelta(seconds=1), folder / "process.log") as life:
            cast = prepare(house, on_telegram, on_web)
            remote.meet(cast.telegram)
            url = f"http://127.0.0.1:{settings.port}"
            yield Scene(cast, life, remote, database, url, deliveries, Path(settings.database))
    database.close()


def is_quiet(session: Session) -> bool:
    """Whether everything that came in is handled and everything that was written is out."""
    counts = outbox.counts(session)
    return not (inbox.count(session, "waiting") + counts.get("waiting", 0) + counts.get("sending", 0))


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
