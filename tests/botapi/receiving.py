"""Methods by which a bot gets its updates: long polling and the webhook's settings."""

import asyncio
import re
from typing import Any

from tests.botapi.calls import Request, answers
from tests.botapi.limits import SECRET
from tests.botapi.refusing import Refusal, bad_request
from tests.botapi.world import World

LONGEST_POLL = 50
PAGE = 100
SPACING = 3.0
HAMMERING = 0.5
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@answers("getUpdates")
async def get_updates(request: Request) -> Any:
    """Confirm by offset, then wait for the next page."""
    world, params = request.world, request.params
    if request.webhook.url:
        raise Refusal(409, WEBHOOK_ACTIVE)
    world.updates.allow(params.get("allowed_updates"))
    terminated = world.poller.take_over()
    offset = int(params.get("offset") or 0)
    limit = min(max(int(params.get("limit") or PAGE), 1), PAGE)
    if world.anti_hammer:
        limit = await slow_down(world, offset, limit)
    wait = min(max(int(params.get("timeout") or 0), 0), LONGEST_POLL) * world.time_factor
    page = await next_page(world, offset, limit, wait, terminated)
    if world.poller.pending is terminated:
        world.poller.pending = None
    return page


async def next_page(world: World, offset: int, limit: int, wait: float, terminated: asyncio.Event) -> Any:
    """The first page that is not empty, or an empty one after `wait` seconds."""
    until = asyncio.get_running_loop().time() + wait
    while True:
        if terminated.is_set():
            await asyncio.sleep(SPACING * world.time_factor)
            raise Refusal(409, TERMINATED)
        world.updates.arrived.clear()
        page = world.updates.page(offset, limit)
        left = until - asyncio.get_running_loop().time()
        if page or left <= 0:
            return page
        await first_of(terminated, world.updates.arrived, left)


async def first_of(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Return when either event is set or the time is over."""
    waiting = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def slow_down(world: World, offset: int, limit: int) -> int:
    """The same offset again at once: three seconds' wait, and only one update within half a second."""
    loop, poller = asyncio.get_running_loop(), world.poller
    since = loop.time() - poller.last_at
    again = offset == poller.last_offset and since < SPACING * world.time_factor
    poller.last_offset, poller.last_at = offset, loop.time()
    if again:
        await asyncio.sleep(SPACING * world.time_factor - since)
    return 1 if again and since < HAMMERING * world.time_factor else limit


@answers("setWebhook")
async def set_webhook(request: Request) -> bool:
    """From now on updates are posted; an empty address switches that off."""
    params, world = request.params, request.world
    secret = str(params.get("secret_token") or "")
    if secret and (len(secret) > SECRET or not SECRET_TOKEN.fullmatch(secret)):
        raise bad_request("secret token contains unallowed characters")
    url = str(params.get("url") or "")
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    world.updates.allow(params.get("allowed_updates"))
    if params.get("drop_pending_updates"):
        world.updates.forget_all()
    if world.poller.pending is not None and url:
        world.poller.pending.set()
    await request.webhook.point_at(url, secret, int(params.get("max_connections") or 40))
    return True


@answers("deleteWebhook")
async def delete_webhook(request: Request) -> bool:
    """Back to polling."""
    if request.params.get("drop_pending_updates"):
        request.world.updates.forget_all()
    await request.webhook.point_at("", "", 40)
    return True


@answers("getWebhookInfo")
def get_webhook_info(request: Request) -> Any:
    """Where updates go and how that works out."""
    hook = request.webhook
    told: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(request.world.updates.waiting),
    }
    if hook.url:
        told["max_connections"] = hook.max_connections
    if hook.last_error:
        told["last_error_date"], told["last_error_message"] = hook.last_error
    return told
