"""POST /v3.0/oa/message/cs and the upload of images: shapes, lengths, the interaction window, what it costs."""

from typing import Any

from tests.botapi.delivery_log import Delivery
from tests.zaloapi.oa.people import FREE, WINDOW, Button, Person, Seen
from tests.zaloapi.oa.world import World

TEXT_LIMIT, BUTTON_LIMIT, TITLE_LIMIT, PAYLOAD_LIMIT = 2000, 5, 100, 1000
IMAGE_LIMIT = 1024 * 1024
QUERIES = ("oa.query.show", "oa.query.hide")
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class No(Exception):
    """One refused call: the number and the words Zalo says no with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def send(world: World, asked: dict[str, Any], fault: str | None) -> dict[str, Any]:
    """A consultation message: checked as a whole, then shown; the `data` of the answer."""
    user_id = asked.get("recipient", {}).get("user_id")
    if not isinstance(user_id, str) or user_id not in world.people:
        raise No(-201, "recipient.user_id is invalid")
    person = world.people[user_id]
    text, buttons, image = shape(world, asked.get("message", {}))
    quota = price(world, person)
    seen = Seen(f"{world.next_number():020x}", text, buttons, image)
    person.sees.append(seen)
    told = text or ("image" if image else "")
    world.log.record(Delivery(world.clock.now(), user_id, seen.message_id, "sendMessage", told, fault))
    answer: dict[str, Any] = {"message_id": seen.message_id, "user_id": user_id}
    answer["sent_time"] = str(int(world.clock.now() * 1000))
    return answer | ({"quota": {"quota_type": quota}} if quota else {})


def upload(world: World, body: bytes) -> dict[str, Any]:
    """An image for later: jpg or png up to 1 MB."""
    if len(body) > IMAGE_LIMIT:
        raise No(-210, "file size is over the limit")
    if not body.startswith(PICTURES):
        raise No(-201, "file type is invalid")
    attachment_id = f"img{world.next_number():016d}"
    world.images[attachment_id] = body
    return {"attachment_id": attachment_id}


def shape(world: World, message: dict[str, Any]) -> tuple[str, tuple[Button, ...], bytes | None]:
    """What would be shown; the first thing that is wrong with it refuses the whole message."""
    text = message.get("text", "")
    if len(text) > TEXT_LIMIT:
        raise No(-210, "message.text is over the limit")
    payload = message.get("attachment", {}).get("payload", {})
    elements = payload.get("elements")
    image = picture(world, payload) if elements else None
    buttons = tuple(button(one) for one in payload.get("buttons", ()))
    if len(buttons) > BUTTON_LIMIT:
        raise No(-201, "buttons are over the limit")
    if buttons and world.buttons_refused:
        raise No(world.buttons_refused, "message type is not supported")
    if buttons and payload.get("template_type", "") != world.template_type:
        raise No(-201, "template_type is invalid")
    if not text and image is None:
        raise No(-201, "message is empty")
    return text, buttons, image


def picture(world: World, payload: dict[str, Any]) -> bytes:
    """The one image of a media template."""
    (element,) = payload["elements"]
    if payload.get("template_type") != "media" or element.get("media_type") != "image":
        raise No(-201, "template_type is invalid")
    if element.get("attachment_id") not in world.images:
        raise No(-100, "attachment is expired")
    return world.images[element["attachment_id"]]


def button(one: dict[str, Any]) -> Button:
    """A query button within its limits."""
    title, kind, payload = one.get("title"), one.get("type"), one.get("payload")
    if not isinstance(title, str) or not 0 < len(title) <= TITLE_LIMIT:
        raise No(-201, "button title is invalid")
    if kind not in QUERIES or not isinstance(payload, str) or not 0 < len(payload) <= PAYLOAD_LIMIT:
        raise No(-201, "button payload is invalid")
    return Button(title, kind, payload)


def price(world: World, person: Person) -> str:
    """What the message is charged to; empty when it is billed. Outside the window nothing goes."""
    if person.banned:
        raise No(-227, "user is banned or inactive")
    if person.restricted:
        raise No(-244, "user has restricted this message type")
    if person.last_at is None:
        raise No(-232, "user has not interacted with the OA")
    silent = world.clock.now() - person.last_at
    if silent > WINDOW:
        raise No(-230, "user has not interacted with the OA in the past 7 days")
    if silent <= FREE:
        return "reply"
    if world.sub_quota > 0:
        world.sub_quota -= 1
        return "sub_quota"
    if not world.funded:
        raise No(-321, "Zalo Cloud account has no balance")
    return ""
