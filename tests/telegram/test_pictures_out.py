"""Messages that carry a picture: a photo with the text below, else a document, else the words; never sent twice."""

from collections.abc import Callable

import pytest
from aiogram import Bot

from bot.telegram.flood import FloodPause
from bot.telegram.send import TelegramChannel
from content.message import Attachment, Choice, Message
from scheduler.channel import Refused, Sent, Unknown
from tests.botapi.people import Person
from tests.botapi.photos import png_of
from tests.botapi.server import BotApi
from tests.telegram.conftest import parcel

ALT = "Hình: tham gia, đợt 12: 33/39 (84,6%)."
DIGEST = Message(
    "Phòng Một · Đợt 12\nTham gia: 33/39 (84,6%)",
    (Choice("Chưa tham gia", "absent:1:1"),),
    file=Attachment("token-of-the-picture", "tham-gia-dot-12.png", ALT),
)

Make = Callable[[bytes | None], TelegramChannel]


@pytest.fixture
def make(bot: Bot, flood: FloodPause) -> Make:
    """Channels that find these bytes."""

    def build(found: bytes | None) -> TelegramChannel:
        async def load(_account_id: int, _token: str) -> bytes | None:
            return found

        return TelegramChannel(bot, flood, load=load)

    return build


async def test_a_picture_stands_above_its_text_and_buttons(make: Make, api: BotApi, an: Person) -> None:
    picture = png_of(1080, 900)
    assert await make(picture).send(parcel(DIGEST)) == Sent(str(an.last.message_id))
    assert (an.last.text, an.last.labels, an.last.document) == (DIGEST.plain(), ["Chưa tham gia"], None)
    assert an.last.photo is not None
    assert api.files[an.last.photo][1] == picture
    assert an.last.raw["photo"][-1]["height"] == 900
    assert [one.method for one in api.deliveries] == ["sendPhoto"]


@pytest.mark.parametrize("picture", [png_of(100, 2001), png_of(5000, 5001), b"no picture"])
async def test_what_is_refused_as_a_photo_goes_as_a_document_once(
    make: Make, api: BotApi, an: Person, picture: bytes
) -> None:
    assert await make(picture).send(parcel(DIGEST)) == Sent(str(an.last.message_id))
    assert [call.method for call in api.calls] == ["sendPhoto", "sendDocument"]
    assert (an.last.document, an.last.text, an.last.labels) == (
        "tham-gia-dot-12.png",
        DIGEST.plain(),
        ["Chưa tham gia"],
    )
    assert len(an.sees) == 1


@pytest.mark.parametrize("nothing", [None, b""])
async def test_without_its_picture_a_message_stands_on_its_words(
    make: Make, api: BotApi, an: Person, nothing: bytes | None
) -> None:
    assert isinstance(await make(nothing).send(parcel(DIGEST)), Sent)
    assert an.last.text == f"{DIGEST.text}\n\n{ALT}\n1. Chưa tham gia"
    assert [one.method for one in api.deliveries] == ["sendMessage"]


@pytest.mark.parametrize(("fault", "delivered"), [("cut_after", 1), ("wrong_shape", 1), ("html_502", 0)])
async def test_an_unproved_photo_is_unknown_and_tried_in_no_other_way(
    make: Make, api: BotApi, an: Person, fault: str, delivered: int
) -> None:
    api.faults.add(fault, "sendPhoto")
    assert isinstance(await make(png_of(8, 6)).send(parcel(DIGEST)), Unknown)
    assert [call.method for call in api.calls] == ["sendPhoto"]
    assert len(api.deliveries) == delivered


async def test_other_refusals_are_final(make: Make, api: BotApi, an: Person) -> None:
    await an.blocks()
    assert await make(png_of(8, 6)).send(parcel(DIGEST)) == Refused(
        "BLOCKED: Forbidden: bot was blocked by the user", "blocked"
    )
    assert [call.method for call in api.calls] == ["sendPhoto"]


def test_a_picture_is_kept_in_the_outbox_and_older_bodies_are_still_read() -> None:
    assert Message.loads(DIGEST.dumps()) == DIGEST
    older = '{"text": "T", "choices": [], "closing": "", "inline": false, "file": ["token", "a.xlsx"]}'
    assert Message.loads(older).file == Attachment("token", "a.xlsx")
    assert Message.loads(older).in_words() == Message.loads(older)
