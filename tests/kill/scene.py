"""Everything one kill loop needs: an office in a folder of its own, a Bot API server, and lives to be ended."""

import random
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from app.opening import OpenHouse, load_phrases, open_database
from app.settings import Settings
from scheduler import outbox
from store import inbox
from store.database import Database
from store.tables import Delivery
from tests.botapi.remote import Remote, separate_process
from tests.kill.beside import Beside
from tests.kill.lives import Lives, lives
from tests.kill.moments import Moments, wait_until
from tests.kill.office import Cast, prepare

TUESDAY = datetime(2026, 11, 10, 2, 5, tzinfo=UTC)  # 09:05 at the office: messages may go out until 11:15
IN_FLIGHT, RATE, LATENCY = 8, 30, 0.1
DELIVERIES = "deliveries.jsonl"


@dataclass
class Scene:
    """An office in a folder of its own, and lives of its process to be ended. `deliveries` and `store` can be watched.

    `left` holds what each kill so far left under way: the ids of deliveries claimed and not settled, web page apart.
    """

    house: OpenHouse
    life: Lives
    deliveries: Path
    store: Path
    url: str
    left: list[set[int]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """The store, also while nobody works it."""
        return self.house.database

    def is_quiet(self) -> bool:
        """Whether everything that came in is handled and everything that was written is out."""
        with self.database.transaction() as session:
            counts = outbox.counts(session)
            return not (inbox.count(session, "waiting") + counts.get("waiting", 0) + counts.get("sending", 0))

    def kill_again_and_again(
        self, kills: int, most: int, chance: random.Random, ready: Callable[[], None] = lambda: None
    ) -> None:
        """Each life, once it is `ready`, gets out at the most so many messages before it is killed."""
        moments = Moments(self.deliveries, self.store, chance)
        for _ in range(kills):
            self.life.start()
            ready()
            moments.wait(most)
            self.life.kill()
            with self.database.transaction() as session:
                under_way = select(Delivery.id).where(Delivery.state == "sending", Delivery.channel != "web")
                self.left.append({one or 0 for one in session.exec(under_way)})

    def work_off(self, quiet: Callable[[], bool], told: Callable[[], object], *people: Beside) -> None:
        """The last life serves and works everything off; then people stop, it works that off too, and is stopped."""
        wait_until(self._serves, 30, self.life.told)
        for finish in (lambda: None, *(one.stop for one in people)):
            finish()
            wait_until(lambda: quiet() and self.is_quiet(), 120, lambda: f"{told()}\n{self.life.told()}")
        self.life.stop()

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=10) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except OSError:
            return False

    def unknown(self) -> set[int]:
        """The ids of all deliveries of unknown outcome."""
        with self.database.transaction() as session:
            return {one or 0 for one in session.exec(select(Delivery.id).where(Delivery.state == "unknown"))}


@contextmanager
def office(folder: Path, port: int, environment: dict[str, str], **given: Any) -> Iterator[Scene]:
    """An office nobody has filled yet, taken down with everything that runs. Its clock says Tuesday morning."""
    ahead = TUESDAY - datetime.now(UTC)
    settings = Settings.model_construct(
        agency="Sở Mẫu",
        database=str(folder / "nep.db"),
        code_secret_file=str(folder / "code.secret"),
        port=port,
        **given,
    )
    database = open_database(settings)
    told = {f"NEP_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
    house = OpenHouse(settings, database, load_phrases(), lambda: datetime.now(UTC) + ahead)
    with lives(told | environment, ahead / timedelta(seconds=1), folder / "process.log") as life:
        yield Scene(house, life, folder / DELIVERIES, Path(settings.database), f"http://127.0.0.1:{port}")
    database.close()


@contextmanager
def on_telegram(folder: Path, people: int, on_web: int) -> Iterator[tuple[Scene, Remote, Cast]]:
    """An opened round whose messages wait for people on Telegram and on the web page; no life has begun."""
    with separate_process(folder / DELIVERIES, latency=LATENCY) as remote:
        environment = {"NEP_TELEGRAM_TOKEN": remote.token, "NEP_TELEGRAM_API": remote.url}
        limits = {"telegram_in_flight": IN_FLIGHT, "telegram_rate": RATE}
        with office(folder, free_port(), environment, **limits) as scene:
            cast = prepare(scene.house, people, on_web)
            remote.meet(cast.telegram)
            yield scene, remote, cast


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
