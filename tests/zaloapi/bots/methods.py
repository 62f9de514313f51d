"""The methods of the platform, by name. Parameters nobody has documented are refused: the real one ignores a typo."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.botapi.delivery_log import Delivery
from tests.botapi.markup import utf16
from tests.zaloapi.bots.bot import Bot
from tests.zaloapi.bots.people import Person, Seen
from tests.zaloapi.bots.refusing import IDLE, NOT_FOUND, QUOTA, Refusal, bad_request
from tests.zaloapi.bots.webhook import is_blocked

MOST = 2000  # characters of a text or a caption
LONGEST_POLL = 50
Answer = Any | Awaitable[Any]


@dataclass(frozen=True)
class Request:
    """One call; `fault` is what will happen to its answer."""

    bot: Bot
    method: str
    params: dict[str, Any]
    fault: str | None = None

    def person(self) -> Person:
        """Whom it is for; 404 for who never wrote to this bot (the manual: "invalid access"; nobody has seen it)."""
        person = self.bot.people.get(self._text("chat_id"))
        if person is None or not person.started:
            raise Refusal(*NOT_FOUND)
        return person

    def words(self, name: str, *, required: bool = True) -> str:
        """A text of 1 to 2,000 characters."""
        if not required and name not in self.params:
            return ""
        text = self._text(name)
        length = utf16(text) if self.bot.world.strict else len(text)
        if not 1 <= length <= MOST:
            raise bad_request(f"{name} must be of 1 to {MOST} characters")
        return text

    def show(self, person: Person, text: str, photo: bytes = b"") -> dict[str, Any]:
        """Put it on the screen, count it and log it, all before anybody is answered."""
        quota, world = self.bot.quota, self.bot.world
        if quota.is_used_up:
            raise Refusal(*QUOTA)
        quota.sent[quota.month] += 1
        seen = Seen(secrets.token_hex(10), text, photo)
        person.sees.append(seen)
        now = world.clock.now()
        world.log.record(Delivery(now, person.chat_id, seen.message_id, self.method, text, self.fault))
        return {"message_id": seen.message_id, "date": int(now * 1000)}

    def _text(self, name: str) -> str:
        value = self.params.get(name)
        if not isinstance(value, str) or not value:
            raise bad_request(f"{name} is required")
        return value


Handler = Callable[[Request], Answer]


def get_me(request: Request) -> Answer:
    """Who the bot is."""
    name = f"bot.{request.bot.number}"
    return {"id": request.bot.number, "account_name": name, "account_type": "BASIC", "can_join_groups": False}


async def get_updates(request: Request) -> Any:
    """One piece of news, or 408 when there is none in time. With a webhook set it is silently deaf."""
    timeout = request.params.get("timeout", 30)
    seconds = min(float(timeout), LONGEST_POLL) * request.bot.world.time_factor
    request.bot.events.polls += 1
    try:
        return await next_event(request, seconds)
    finally:
        request.bot.events.polls -= 1


async def next_event(request: Request, seconds: float) -> Any:
    """The oldest piece of news, waited for."""
    events = request.bot.events
    until = asyncio.get_running_loop().time() + seconds
    while True:
        events.arrived.clear()
        event = None if request.bot.webhook.url else events.take()
        left = until - asyncio.get_running_loop().time()
        if event is not None:
            return event.body
        if left <= 0:
            raise Refusal(*IDLE)
        try:
            async with asyncio.timeout(left):
                await events.arrived.wait()
        except TimeoutError:
            continue


async def set_webhook(request: Request) -> Any:
    """Saved first, probed then; `verification` tells what the probe found."""
    url, secret = str(request.params.get("url", "")), str(request.params.get("secret_token", ""))
    if not 8 <= len(secret) <= 256:
        raise bad_request("secret_token must be of 8 to 256 characters")
    if is_blocked(url):
        raise bad_request("webhook.err.blocked")
    verification = await request.bot.webhook.point_at(url, secret)
    return {"url": url, "updated_at": request.bot.webhook.updated_at, "verification": verification}


async def delete_webhook(request: Request) -> Any:
    """Back to polling. With none set some have seen 400, others success."""
    if not request.bot.webhook.url and request.bot.world.refuses_to_delete_nothing:
        raise bad_request("no webhook is set")
    await request.bot.webhook.point_at("", "")
    return {"url": "", "updated_at": request.bot.webhook.updated_at}


def get_webhook_info(request: Request) -> Answer:
    """The address and when it was set, nothing more."""
    return {"url": request.bot.webhook.url, "updated_at": request.bot.webhook.updated_at}


def send_message(request: Request) -> Answer:
    """A text."""
    text = request.words("text")
    return request.show(request.person(), text)


async def send_photo(request: Request) -> Any:
    """A picture that the platform fetches by its address."""
    caption, person = request.words("caption", required=False), request.person()
    address = str(request.params.get("photo", ""))
    if not address.startswith(("https://", "http://")):
        raise bad_request("photo must be an absolute address")
    status, kind, body = await request.bot.world.fetch(address)
    if status != 200 or not kind.startswith("image/"):
        raise bad_request(f"photo cannot be fetched: {status} {kind}")
    return request.show(person, caption, body)


def send_chat_action(request: Request) -> Answer:
    """Three dots. Answered without a result."""
    if request.params.get("action") != "typing":
        raise bad_request("unknown action")
    request.bot.typing.append(request.person().chat_id)
    return None


TELEGRAM_LEFTOVERS = {"offset", "limit", "allowed_updates"}  # known to the SDK alone, and ignored
METHODS: dict[str, tuple[Handler, set[str]]] = {
    "getMe": (get_me, set()),
    "getUpdates": (get_updates, {"timeout", *TELEGRAM_LEFTOVERS}),
    "setWebhook": (set_webhook, {"url", "secret_token"}),
    "deleteWebhook": (delete_webhook, set()),
    "getWebhookInfo": (get_webhook_info, set()),
    "sendMessage": (send_message, {"chat_id", "text", "parse_mode", "text_styles", "reply_to_message_id"}),
    "sendPhoto": (send_photo, {"chat_id", "photo", "caption", "reply_to_message_id"}),
    "sendChatAction": (send_chat_action, {"chat_id", "action"}),
}
