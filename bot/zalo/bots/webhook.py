"""News posted by the Bot Platform: checked, committed to the inbox, then confirmed with 200. Nothing else happens here.

How often it posts again what was not confirmed is not documented: 503 asks for it when the commit failed.
"""

import hmac
import json
import logging
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.intake import Intake
from bot.receiving import NoBody, body_of
from bot.troubles import DoorClosed
from bot.zalo.bots.hearing import arrival
from bot.zalo.bots.options import Options
from store.database import Database

BODY_LIMIT = 256 * 1024  # bytes; a text has 2,000 characters
BODY_SECONDS = 10.0
SECRET_HEADER = b"x-bot-api-secret-token"
SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}", re.ASCII)  # length by the manual; signs that need no care anywhere
THANKS = {"message": "Success"}  # as in the manual's sample

log = logging.getLogger(__name__)


def address_of(options: Options) -> str:
    """Where this bot's news is posted: below the house's address, under its number."""
    return f"{options.webhook.address.rstrip('/')}/{options.number}" if options.webhook else ""


def checked(options: Options) -> Options:
    """The options. DoorClosed for a webhook that would be open to anybody, show the token, or never be reached."""
    webhook = options.webhook
    if webhook is None:
        return options
    if not SECRET.fullmatch(webhook.secret.get_secret_value()):
        raise DoorClosed("zalobot.closed.secret")
    parts = urlsplit(webhook.address)
    if options.token.get_secret_value() in webhook.address or parts.scheme != "https" or not parts.hostname:
        raise DoorClosed("zalobot.closed.address")
    return options


def webhook_routes(
    options: Options, database: Database, clock: Callable[[], datetime], wake: Callable[[], None]
) -> list[Route]:
    """The one route of this bot, none while it polls.

    403 without the right secret, 413 for a body that is too long, 408 for one that never ends, 503 when the commit
    failed. What is no news is thanked for: whoever knows the secret may be the probe of setWebhook, whose body is not
    documented.
    """
    if options.webhook is None:
        return []
    secret = options.webhook.secret.get_secret_value().encode("ascii")
    intake = Intake(database, clock, wake)

    async def receive(request: Request) -> Response:
        given = next((value for name, value in request.scope["headers"] if name == SECRET_HEADER), b"")
        if not hmac.compare_digest(given, secret):
            return Response(status_code=403)
        try:
            body = await body_of(request, BODY_LIMIT, BODY_SECONDS)
        except NoBody as none:
            return Response(status_code=none.status)
        news = arrival(options.channel, _decoded(body))
        if news is None:
            return JSONResponse(THANKS)
        try:
            await intake.keep(news)
        except Exception as failed:  # whatever it was, nothing is kept: the answer must say so
            # A database error quotes the row, which holds what was said: only its class is logged.
            log.error("%s: news could not be kept: %s", options.channel, type(failed).__name__)
            return Response(status_code=503)
        return JSONResponse(THANKS)

    return [Route(urlsplit(address_of(options)).path, receive, methods=["POST"])]


def _decoded(body: bytes) -> object:
    """What was posted; None for what is no JSON."""
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
