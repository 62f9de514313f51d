"""Updates posted by Telegram: checked, committed to the inbox, then confirmed with 200. Nothing else happens here."""

import hmac
import json
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake import Intake
from bot.receiving import NoBody, body_of
from bot.telegram.at_once import Answers
from bot.telegram.inline import is_inline
from bot.telegram.options import Options, WebhookOptions
from bot.telegram.receive import arrival, is_numbered
from bot.telegram.toasts import in_reply
from bot.troubles import DoorClosed
from store.database import Database

BODY_LIMIT = 1024 * 1024  # bytes
BODY_SECONDS = 10.0
SECRET_HEADER = b"x-telegram-bot-api-secret-token"
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)  # core.telegram.org/bots/api#setwebhook
RETRY_AFTER = {"Retry-After": "5"}  # seconds; Telegram honours it

log = logging.getLogger(__name__)


def checked(options: Options) -> WebhookOptions | None:
    """The webhook's options if one is wanted. DoorClosed when it would be open to anybody or show the token."""
    webhook = options.webhook
    if webhook is None:
        return None
    if not SECRET.fullmatch(webhook.secret.get_secret_value()):
        raise DoorClosed("telegram.closed.secret")
    parts = urlsplit(webhook.address)
    local = parts.hostname in ("127.0.0.1", "localhost")
    shown = options.token.get_secret_value() in webhook.address
    if shown or len(parts.path) < 2 or not (parts.scheme == "https" or (local and parts.scheme == "http")):
        raise DoorClosed("telegram.closed.address")
    return webhook


def webhook_routes(
    webhook: WebhookOptions,
    database: Database,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
    at_once: Answers,
    toast: str,
) -> list[Route]:
    """The one route Telegram posts to.

    401 without the right secret, 413 over 1 MB, 408 for a body that does not come, 400 for what is no update: Telegram
    sends only good JSON, so a bad body was damaged on its way and comes again whole. Inline queries are answered, not
    kept. 503 when the commit failed, so that Telegram keeps the update; what a handler does with it later never shows
    here, as errors would slow down all further updates. A tap is answered with the words of `toast` in the reply that
    confirms it.
    """
    secret = webhook.secret.get_secret_value().encode("ascii")
    intake = Intake(database, clock, wake)

    async def receive(request: Request) -> Response:
        if not _is_right(request, secret):
            return Response(status_code=401)
        try:
            body = await body_of(request, BODY_LIMIT, BODY_SECONDS)
        except NoBody as none:
            return Response(status_code=none.status)
        update, text = _decoded(body)
        if not is_numbered(update):
            return Response(status_code=400)
        if is_inline(update):
            at_once.offer(update)
            return Response(status_code=200)
        try:
            await intake.keep(arrival(update, text))
        except Exception as failed:  # whatever it was, nothing is kept: the answer must say so
            # A database error quotes the row, which holds what was said: only its class is logged.
            log.error("an update could not be kept: %s", type(failed).__name__)
            return Response(status_code=503, headers=RETRY_AFTER)
        return Response(in_reply(update, toast), media_type="application/json")

    return [Route(urlsplit(webhook.address).path, receive, methods=["POST"])]


def _is_right(request: Request, secret: bytes) -> bool:
    """Compared in constant time, as bytes: a header may hold anything."""
    given = next((value for name, value in request.scope["headers"] if name == SECRET_HEADER), b"")
    return hmac.compare_digest(given, secret)


def _decoded(body: bytes) -> tuple[Any, str]:
    """The update and its text as it came; (None, "") for what is no JSON. NUL cannot stand raw in JSON."""
    try:
        text = body.decode("utf-8")
        return json.loads(text), text
    except (ValueError, RecursionError):
        return None, ""
