"""One parcel out, one outcome back: what arrives, what surely does not, and what nobody can know."""

import logging
from dataclasses import replace

import pytest

from bot.zalo.bots.channel import ZaloBotChannel
from bot.zalo.bots.client import Client
from bot.zalo.bots.options import Options
from content.message import Attachment, Choice, Message
from content.phrases import Phrases
from scheduler.channel import Later, Refused, Sent, Unknown
from tests.conftest import Clock
from tests.zalo.bots.conftest import QUESTION, REST, parcel
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

LONG = Message("\n\n".join(["Đoạn văn dài. " * 60] * 3), QUESTION.choices, QUESTION.closing)
PICTURE = Message("Tham gia 33/39 (84,6%)", file=Attachment("tok", "a.png", "Hình: tham gia qua 2 đợt."))
FILE = Message("Báo cáo tháng 11", (Choice("Về", "say:menu"),), file=Attachment("tok", "BaoCao.docx"))


async def test_a_question_arrives_as_numbered_lines(channel: ZaloBotChannel, an: Person) -> None:
    outcome = await channel.send(parcel(an))
    assert an.last.text == QUESTION.plain()
    assert outcome == Sent(an.last.message_id)
    assert channel.name == "zalo-bot:10000001"


async def test_a_long_text_arrives_in_order_with_the_choices_last(channel: ZaloBotChannel, an: Person) -> None:
    assert isinstance(await channel.send(parcel(an, LONG)), Sent)
    assert len(an.sees) == 2
    assert all(len(seen.text) <= 1900 for seen in an.sees)
    assert an.last.text.endswith(QUESTION.closing)


@pytest.mark.parametrize(
    "fault",
    ["cut_after", "short_body", "truncated", "empty", "wrong_shape", "bad_utf8", "hang", "html_502", "bare_502"],
)
async def test_what_may_have_arrived_is_unknown_and_stays_so(
    options: Options, api: ZaloBots, an: Person, phrases: Phrases, clock: Clock, fault: str
) -> None:
    client = Client(replace(options, connect_seconds=0.5, read_seconds=0.2))
    channel = ZaloBotChannel(client, options, phrases, clock, lambda _account, _token: "")
    api.faults.add(fault)
    assert isinstance(await channel.send(parcel(an)), Unknown)
    await client.close()
    assert len(an.sees) == (0 if fault in ("html_502", "bare_502") else 1)


@pytest.mark.parametrize("fault", ["cut_after", "html_502", "refuse", "flood", "reset_before"])
async def test_once_a_part_was_shown_no_failure_of_another_starts_over(
    channel: ZaloBotChannel, api: ZaloBots, an: Person, fault: str
) -> None:
    api.faults.add(fault, every=2, times=None)
    outcome = await channel.send(parcel(an, LONG))
    assert isinstance(outcome, Unknown)
    assert outcome.reason.startswith("part 2 of 2: ")
    assert an.sees[0].text.startswith("Đoạn văn")


async def test_a_first_part_that_failed_leaves_the_rest_unsent(
    channel: ZaloBotChannel, api: ZaloBots, an: Person
) -> None:
    api.faults.add("refuse", status=400, description="Bad request: text")
    assert isinstance(await channel.send(parcel(an, LONG)), Refused)
    assert an.sees == []


@pytest.mark.parametrize("polite", [False, True])
async def test_a_used_up_quota_closes_the_gate_for_the_offices_time(
    channel: ZaloBotChannel, api: ZaloBots, an: Person, clock: Clock, polite: bool
) -> None:
    api.polite = polite
    api.bot.quota.most = 0
    assert await channel.send(parcel(an)) == Later(REST, "QUOTA: Quota exceeded", whole_bot=True)
    calls = len(api.calls)
    clock.forward(minutes=10)
    again = await channel.send(parcel(an))
    assert isinstance(again, Later)
    assert (again.seconds, again.whole_bot) == (REST - 600, True)
    assert len(api.calls) == calls
    api.bot.quota.most = 3000
    clock.forward(minutes=50)
    assert isinstance(await channel.send(parcel(an)), Sent)


async def test_404_is_the_chat_while_the_bot_is_known_and_else_the_bot(
    channel: ZaloBotChannel, api: ZaloBots, an: Person
) -> None:
    stranger = api.bot.person("Chi")
    assert await channel.send(parcel(stranger)) == Refused("NOT_FOUND: Not found")
    for method in ("sendMessage", "getMe"):
        api.faults.add("refuse", method, status=404, description="Not found")
    assert await channel.send(parcel(an)) == Refused("NOT_FOUND: Not found", whole_bot=True)
    api.faults.add("refuse", status=404, description="Not found")
    api.faults.add("html_502", "getMe")
    assert isinstance(await channel.send(parcel(an)), Later)
    assert an.sees == []


async def test_a_line_that_is_down_closes_the_gate_after_five_tries(
    channel: ZaloBotChannel, api: ZaloBots, an: Person
) -> None:
    await api.goes_dark()
    outcomes = [await channel.send(parcel(an)) for _ in range(5)]
    assert [(one.seconds, one.whole_bot) for one in outcomes if isinstance(one, Later)] == [
        (1, False), (2, False), (4, False), (8, False), (16, True),
    ]  # fmt: skip
    await api.comes_back()
    assert isinstance(await channel.send(parcel(an)), Sent)


async def test_a_picture_is_fetched_by_its_link_and_else_told_in_words(
    channel: ZaloBotChannel, api: ZaloBots, an: Person
) -> None:
    async def fetch(url: str) -> tuple[int, str, bytes]:
        return (200, "image/png", url.encode()) if is_there else (404, "text/html", b"")

    is_there, api.fetch = True, fetch
    assert isinstance(await channel.send(parcel(an, PICTURE)), Sent)
    assert (an.last.text, an.last.photo) == (PICTURE.text, b"https://nep.example.vn/tai/tok/7")
    is_there = False
    assert isinstance(await channel.send(parcel(an, PICTURE)), Sent)
    assert (an.last.text, an.last.photo) == (PICTURE.in_words().plain(), b"")
    api.faults.add("cut_after", "sendPhoto")
    is_there = True
    assert isinstance(await channel.send(parcel(an, PICTURE)), Unknown)
    assert len(an.sees) == 3


async def test_a_file_goes_as_a_link_in_front_of_the_choices(channel: ZaloBotChannel, an: Person) -> None:
    await channel.send(parcel(an, FILE))
    assert an.last.text == (
        "Báo cáo tháng 11\n\nTệp BaoCao.docx, tải trong 60 phút bằng liên kết riêng: "
        "https://nep.example.vn/tai/tok/7\n1. Về"
    )


async def test_without_a_public_address_words_stand_in_for_both(
    client: Client, options: Options, phrases: Phrases, clock: Clock, an: Person
) -> None:
    channel = ZaloBotChannel(client, options, phrases, clock, lambda _account, _token: "")
    await channel.send(parcel(an, PICTURE))
    assert an.last.text == PICTURE.in_words().plain()
    await channel.send(parcel(an, FILE))
    assert "Tệp BaoCao.docx chưa gửi được qua Zalo. Anh/Chị xem trên trang trò chuyện" in an.last.text


async def test_an_address_that_is_none_is_refused_before_any_call(
    channel: ZaloBotChannel, api: ZaloBots, an: Person
) -> None:
    assert isinstance(await channel.send(parcel(an)._replace(address="../x")), Refused)
    assert api.calls == []


async def test_the_token_is_in_no_outcome_and_no_log(
    channel: ZaloBotChannel, api: ZaloBots, an: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = [str(await channel.send(parcel(an)))]
    api.faults.add("refuse", status=400, description=f"bot{api.bot.token} said something")
    told.append(str(await channel.send(parcel(an))))
    api.faults.add("cut_after")
    told.append(str(await channel.send(parcel(an))))
    await api.goes_dark()
    told.append(str(await channel.send(parcel(an))))
    assert "***" in told[1]
    assert all(api.bot.token.split(":")[1] not in text for text in [*told, caplog.text])
