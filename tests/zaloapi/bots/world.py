"""Everything the platform remembers, and the knobs for what its manual leaves open."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from tests.botapi.clock import Clock, Moments
from tests.botapi.delivery_log import Delivery, DeliveryLog
from tests.botapi.faults import Faults
from tests.botapi.rates import Call
from tests.zaloapi.bots.bot import Bot

TOKENS = tuple(f"{number}:" + f"TestZaloBotTokenForOurOwnServer-_{number}" for number in range(10_000_001, 10_000_004))

Fetched = tuple[int, str, bytes]  # status, type, body


class World:
    """The bots behind some tokens. Every part is public: tests look at it and turn its knobs.

    `polite` sends a refusal with the HTTP status of its code; otherwise with 200, as the manual leaves open. `flat`
    posts news without the envelope. `strict` counts 2,000 UTF-16 units, the stricter reading of "characters".
    """

    def __init__(
        self,
        *,
        tokens: tuple[str, ...] = TOKENS[:1],
        log: Path | None = None,
        moments: Moments | None = None,
        time_factor: float = 1.0,
    ) -> None:
        self.clock = Clock(moments)
        self.time_factor = time_factor
        self.latency = 0.0
        self.polite = False
        self.flat = False
        self.strict = True
        self.pauses = [1.0, 5.0, 30.0]  # seconds between tries of a webhook; how often the real one tries is not told
        self.probe_body = b"{}"
        self.refuses_to_delete_nothing = False
        self.faults = Faults()
        self.log = DeliveryLog(log)
        self.calls: list[Call] = []
        self.refused: list[tuple[str, int, str]] = []
        self.crashes: list[Exception] = []
        self.hosts: dict[str, str] = {}
        self.fetch: Callable[[str], Awaitable[Fetched]] = self._fetch
        self.bots = {token: Bot(self, token) for token in tokens}

    @property
    def bot(self) -> Bot:
        """The first bot, where there is but one."""
        return next(iter(self.bots.values()))

    @property
    def deliveries(self) -> list[Delivery]:
        """What reached people so far, over all bots."""
        return self.log.entries

    def address_of(self, url: str) -> str | None:
        """Where a public address really leads in this test; `hosts` maps host names to local addresses."""
        parts = urlsplit(url)
        local = self.hosts.get(parts.netloc)
        return urlunsplit((*urlsplit(local)[:2], parts.path, parts.query, "")) if local else None

    async def _fetch(self, url: str) -> Fetched:
        address = self.address_of(url)
        if address is None:
            return 0, "", b""
        async with aiohttp.ClientSession() as session, session.get(address, allow_redirects=False) as answer:
            return answer.status, answer.content_type, await answer.read()
