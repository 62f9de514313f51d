"""The page Zalo leads the admin's browser to after consent."""

import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.zalo.oa.consent import OLD, Answer, Consent, NotConsented
from bot.zalo.oa.webhook import checked_path
from content.phrases import Phrases

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}

log = logging.getLogger(__name__)


def callback_routes(address: str, consent: Consent, phrases: Phrases) -> list[Route]:
    """The one route; only a link of ours leads to anything. Tells in a sentence what came of it."""

    async def receive(request: Request) -> Response:
        given = request.query_params
        answer = Answer(given.get("code", ""), given.get("oa_id", ""), given.get("state", ""))
        try:
            if not consent.is_ours(answer.state):
                raise NotConsented(OLD)
            await consent.finish(answer, "zalo callback")
        except NotConsented as failed:
            log.warning("no consent: %s", failed)
            return PlainTextResponse(phrases(failed.key), 400, HEADERS)
        log.info("an Official Account has given its consent")
        return PlainTextResponse(phrases("zalo.consent.done"), 200, HEADERS)

    return [Route(checked_path(address), receive, methods=["GET"])]
