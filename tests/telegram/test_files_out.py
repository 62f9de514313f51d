"""Messages that carry a file: the text as its caption, the same buttons, the same four outcomes, never sent twice."""

import logging
from collections.abc import Callable

import pytest
from aiogram import Bot

from bot.telegram.flood import FloodPause
from bot.telegram.send import NO_FILE_SECONDS, TelegramChannel
from content.message import CAPTION, Attachment, Choice, Message
from scheduler.channel import Later, Refused, Sent, Unknown
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.telegram.conftest import parcel

REPORT = Message(
    "Đã đọc CauHoi_T12.xlsx: 40 dòng.",
    (Choice("Nhập 37 dòng hợp lệ", "load:1"), Choice("Hủy", "unload:1")),
    file=Attachment("token-of-the-file", 'Câu hỏi "T12"\r\n.xlsx'),
)
BYTES = bytes(range(256)) * 5000  # over a megabyte

Make = Callable[..., TelegramChannel]


@pytest.fixture
def make(bot: Bot, flood: FloodPause) -> Make:
    """Channels that find these bytes, or meet this trouble."""

    def build(found: bytes | Exception | None = BYTES) -> TelegramChannel:
        async def load(account_id: int, token: str) -> bytes | None:
            assert (account_id, token) == (1, "token-of-the-file")
            if isinstance(found, Exception):
                raise found
            return found

        return TelegramChannel(bot, flood, load=load)

    return build


async def test_a_file_goes_out_with_its_text_and_its_buttons(make: Make, api: BotApi, an: Person) -> None:
    outcome = await make().send(parcel(REPORT))
    assert outcome == Sent(str(an.last.message_id))
    assert an.last.text == REPORT.plain()
    assert an.last.labels == ["Nhập 37 dòng hợp lệ", "Hủy"]
    assert an.last.document == "Câu hỏi _T12_.xlsx"
    assert api.files[an.last.raw["document"]["file_id"]][1] == BYTES
    assert [(one.method, one.text) for one in api.deliveries] == [("sendDocument", REPORT.plain())]
    queued = await an.taps("Hủy")
    assert queued.body["callback_query"]["data"] == "tok_-EN123456789:2"


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [("cut_after", 1), ("truncated", 1), ("wrong_shape", 1), ("reset_before", 0), ("html_502", 0), ("bare_502", 0)],
)
async def test_what_cannot_be_proved_is_unknown_and_tried_once(
    make: Make, api: BotApi, an: Person, fault: str, delivered: int
) -> None:
    api.faults.add(fault, "sendDocument")
    assert isinstance(await make().send(parcel(REPORT)), Unknown)
    assert len(api.deliveries) == delivered
    assert [call.method for call in api.calls] == ["sendDocument"]


async def test_refusals_are_judged_as_those_of_a_text(make: Make, api: BotApi, an: Person, flood: FloodPause) -> None:
    channel = make()
    api.faults.add("html_413", "sendDocument")
    assert isinstance(await channel.send(parcel(REPORT)), Refused)
    await an.blocks()
    assert await channel.send(parcel(REPORT)) == Refused("BLOCKED: Forbidden: bot was blocked by the user", "blocked")
    await an.unblocks()
    api.faults.add("flood", "sendDocument", seconds=7)
    assert await channel.send(parcel(REPORT)) == Later(7, "FLOOD: Too Many Requests: retry after 7", whole_bot=True)
    assert flood.left() == 7
    assert api.deliveries == []


async def test_a_text_too_long_for_a_caption_is_refused_before_it_is_sent(make: Make, api: BotApi, an: Person) -> None:
    channel = make()
    longest = Message("x" * CAPTION, file=REPORT.file)
    assert isinstance(await channel.send(parcel(longest)), Sent)
    refused = await channel.send(parcel(Message("x" * (CAPTION + 1), file=REPORT.file)))
    assert refused == Refused(f"CONTENT: too long: {CAPTION + 1} characters, at most {CAPTION}")
    assert len(api.calls) == 1


@pytest.mark.parametrize("nothing", [None, b""])
async def test_a_file_that_is_gone_or_somebody_elses_is_not_sent(
    make: Make, api: BotApi, an: Person, nothing: bytes | None
) -> None:
    assert await make(nothing).send(parcel(REPORT)) == Refused("CONTENT: the file that goes with it is gone")
    assert api.calls == []


async def test_a_store_that_cannot_be_read_now_is_asked_again_later(
    make: Make, api: BotApi, an: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = await make(RuntimeError("planted words of a row")).send(parcel(REPORT))
    assert outcome == Later(NO_FILE_SECONDS, "FILE: RuntimeError")
    assert api.calls == []
    assert "planted" not in caplog.text
