"""Events posted by Zalo: checked over the raw bytes, committed to the inbox, then confirmed with 200 within 2 s.

After its last try Zalo switches the webhook off, so nothing a handler does later ever shows here.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake import Intake
from bot.receiving import NoBody, body_of
from bot.troubles import DoorClosed
from bot.zalo.oa.hearing import account_of, external_id
from bot.zalo.oa.options import CHANNEL, Options
from bot.zalo.oa.signature import is_signed
from store import zalo_tokens
from store.database import Database
from store.inbox import Arrival

BODY_LIMIT = 1024 * 1024  # bytes
BODY_SECONDS = 1.5  # Zalo waits 2 s for all of it
SIGNATURE = b"x-zevent-signature"
PROBE = b"{}"  # posted unsigned when the address is saved
OLDEST_SECONDS = 24 * 3600  # the ladder of tries ends after two hours; the inbox knows repeats for 48
LONGEST_STAMP = 20
FRESH = timedelta(seconds=30)

log = logging.getLogger(__name__)


def checked_path(address: str) -> str:
    """The path of our own public address. DoorClosed when it is none that Zalo takes."""
    parts = urlsplit(address)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if len(parts.path) < 2 or not (parts.scheme == "https" or (local and parts.scheme == "http")):
        raise DoorClosed("zalo.oa.address")
    return parts.path


def webhook_routes(
    options: Options, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]
) -> list[Route]:
    """The one route Zalo posts to.

    200 for what is kept, for a repeat, for events that are nothing for us, and for the unsigned probe. 401 without the
    right signature or with a body a day old, 413 over 1 MB, 408 for a body that does not come, 503 when it could not
    be committed, so that Zalo tries again.
    """
    secret_key = options.secret_key.get_secret_value().encode()
    ours, intake = _Ours(database, options.app_id, clock), Intake(database, clock, wake)

    async def receive(request: Request) -> Response:
        try:
            raw = await body_of(request, BODY_LIMIT, BODY_SECONDS)
        except NoBody as none:
            return Response(status_code=none.status)
        if raw == PROBE and _signature(request) is None:
            return Response(status_code=200)
        event = _signed(raw, _signature(request) or b"", options.app_id, secret_key, clock())
        if event is None:
            log.warning("a webhook of %s bytes was refused: its signature does not fit (zalo_oa_secret_key?)", len(raw))
            return Response(status_code=401)
        return await keep(event, raw)

    async def keep(event: Mapping[str, Any], raw: bytes) -> Response:
        said_id = external_id(event)
        if said_id is None:
            return Response(status_code=200)
        arrival = Arrival(CHANNEL, said_id, raw.decode())
        try:
            if await ours.has(account_of(event)):
                await intake.keep(arrival)
        except Exception as failed:  # whatever it was, nothing is kept: the answer must say so
            # A database error quotes the row, which holds what was said: only its class is logged.
            log.error("an event could not be kept: %s", type(failed).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    return [Route(checked_path(options.webhook), receive, methods=["POST"])]


class _Ours:
    """An app has one address for all its accounts, and people have another id at each: ours alone is listened to."""

    def __init__(self, database: Database, app_id: str, clock: Callable[[], datetime]) -> None:
        self._database, self._app_id, self._clock = database, app_id, clock
        self._known, self._read_at = "", datetime.min.replace(tzinfo=UTC)

    async def has(self, oa_id: str) -> bool:
        """Whether this is the account that agreed, as known for at most `FRESH`; a consent may have come meanwhile."""
        if self._known != oa_id or self._clock() - self._read_at > FRESH:
            kept = await self._database.run(zalo_tokens.read, self._app_id)
            self._known, self._read_at = kept.oa_id if kept else "", self._clock()
        return self._known == oa_id or not self._known or not oa_id


def _signed(raw: bytes, header: bytes, app_id: str, secret_key: bytes, now: datetime) -> Mapping[str, Any] | None:
    """The event, when it is ours, signed, and not a day old."""
    try:
        event = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    stamp = str(event.get("timestamp", "")) if isinstance(event, dict) else ""
    is_stamp = stamp.isascii() and stamp.isdigit() and len(stamp) < LONGEST_STAMP
    if not is_stamp or event.get("app_id") != app_id or not is_signed(raw, header, app_id, stamp, secret_key):
        return None
    return event if now.timestamp() - int(stamp) / 1000 < OLDEST_SECONDS else None


def _signature(request: Request) -> bytes | None:
    return next((value for name, value in request.scope["headers"] if name == SIGNATURE), None)
