"""One parcel, every way a send can go wrong on a real connection, and what is concluded from it."""

import asyncio
import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError
from pydantic import SecretStr

from bot.telegram.flood import FloodPause
from bot.telegram.options import Options
from bot.telegram.render import Unrenderable, render
from bot.telegram.send import TelegramChannel, text_body
from bot.troubles import HOUR
from content.message import Choice, Message
from scheduler.channel import Later, Refused, Sent, Unknown
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.telegram.conftest import QUESTION, parcel


async def test_a_question_arrives_as_text_with_buttons_for_its_numbers(channel: TelegramChannel, an: Person) -> None:
    outcome = await channel.send(parcel())
    assert outcome == Sent(str(an.last.message_id))
    assert an.last.text == QUESTION.plain()
    assert an.last.buttons == [["1", "2", "3"]]


async def test_markup_in_a_text_is_shown_as_it_stands(channel: TelegramChannel, an: Person) -> None:
    nasty = 'Nguyễn <b>An</b> & <a href="https://x.example">bấm</a> `_*[]() &lt; ‮\u200b'
    assert isinstance(await channel.send(parcel(Message(nasty))), Sent)
    assert an.last.text == nasty.strip()
    assert not an.last.raw.get("entities")


def test_no_link_is_ever_previewed() -> None:
    told = json.loads(text_body(11, Message("https://x.example"), "token"))
    assert told == {"chat_id": 11, "text": "https://x.example", "link_preview_options": {"is_disabled": True}}


def test_what_is_prepared_once_says_what_each_is_to_be_told() -> None:
    message = Message('Hỏi "gì"? \\u0000 {} %s', (Choice("Có", "a:1"), Choice("Không", "a:2")))
    for chat_id, token in ((11, "ab_c-1"), (12, "ABC")):
        rendered = render(message, token)
        told = json.loads(text_body(chat_id, message, token))
        assert (told["chat_id"], told["text"], told["reply_markup"]) == (chat_id, rendered.text, rendered.reply_markup)
    with pytest.raises(Unrenderable):
        text_body(11, message, 'x"')


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [
        ("cut_after", 1),
        ("short_body", 1),
        ("truncated", 1),
        ("empty", 1),
        ("wrong_shape", 1),
        ("bad_utf8", 1),
        ("reset_before", 0),
        ("html_502", 0),
        ("bare_502", 0),
    ],
)
async def test_what_cannot_be_proved_is_unknown(
    channel: TelegramChannel, api: BotApi, an: Person, fault: str, delivered: int
) -> None:
    api.faults.add(fault)
    assert isinstance(await channel.send(parcel()), Unknown)
    assert len(api.deliveries) == delivered
    assert [call.method for call in api.calls] == ["sendMessage"]


async def test_an_answer_that_never_comes_is_unknown_after_a_while(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, api: BotApi, an: Person
) -> None:
    api.faults.add("hang")
    impatient = replace(options, connect_seconds=0.3, read_seconds=0.1)
    assert isinstance(await TelegramChannel(make_bot(impatient), flood).send(parcel()), Unknown)
    assert len(api.deliveries) == 1


async def test_half_a_surrogate_pair_does_not_stop_a_message(channel: TelegramChannel, an: Person) -> None:
    assert isinstance(await channel.send(parcel(Message("hỏng \ud800 giữa chừng"))), Sent)
    assert an.last.text == "hỏng \ufffd giữa chừng"


async def test_an_answer_that_comes_slowly_but_comes_is_sent(channel: TelegramChannel, api: BotApi, an: Person) -> None:
    api.faults.add("slow", seconds=0.05)
    assert isinstance(await channel.send(parcel()), Sent)


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Refused("BLOCKED: …", "blocked")),
        (403, "Forbidden: user is deactivated", Refused("DEACTIVATED: …", "blocked")),
        (403, "Forbidden: bot can't send messages to the user", Later(6 * HOUR, "SOFT_403: …")),
        (400, "Bad Request: chat not found", Refused("CHAT_UNKNOWN: …")),
        (400, "Bad Request: message is not modified", Sent("")),
        (401, "Unauthorized", Refused("TOKEN_DEAD: …", whole_bot=True)),
        (500, "Internal Server Error: restart", Unknown("RESTART: …")),
    ],
)
async def test_telegram_s_own_no_is_understood(
    channel: TelegramChannel, api: BotApi, an: Person, status: int, description: str, expected: object
) -> None:
    api.faults.add("refuse", status=status, description=description)
    outcome = await channel.send(parcel())
    if not isinstance(outcome, Sent):
        outcome = replace(outcome, reason=outcome.reason.replace(description, "…"))
    assert outcome == expected


async def test_a_person_who_blocked_the_bot_is_refused_by_the_real_path(channel: TelegramChannel, an: Person) -> None:
    await an.blocks()
    outcome = await channel.send(parcel())
    assert isinstance(outcome, Refused)
    assert outcome.person == "blocked"


async def test_a_429_closes_the_gate_and_no_call_is_made_before_it_opens(
    channel: TelegramChannel, api: BotApi, an: Person, clock: Clock
) -> None:
    api.faults.add("flood", seconds=7)
    first = await channel.send(parcel())
    assert isinstance(first, Later)
    assert (first.seconds, first.whole_bot) == (7.0, True)
    clock.forward(seconds=3)
    second = await channel.send(parcel())
    assert isinstance(second, Later)
    assert (second.seconds, second.whole_bot) == (4.0, True)
    assert api.early_calls == []
    assert len(api.calls) == 1
    clock.forward(seconds=4)
    api.clock.forward(8)
    assert isinstance(await channel.send(parcel()), Sent)


async def test_a_refused_connection_is_tried_later_and_ever_more_patiently(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause
) -> None:
    nobody = replace(options, api_url=f"http://127.0.0.1:{free_port()}")
    channel = TelegramChannel(make_bot(nobody), flood)
    outcomes = [await channel.send(parcel()) for _ in range(8)]
    assert all(isinstance(outcome, Later) for outcome in outcomes)
    assert [outcome.seconds for outcome in outcomes if isinstance(outcome, Later)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [outcome.whole_bot for outcome in outcomes if isinstance(outcome, Later)] == [False] * 4 + [True] * 4


async def test_a_name_that_does_not_resolve_and_an_address_that_is_none(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause
) -> None:
    nowhere = TelegramChannel(make_bot(replace(options, api_url="http://nowhere.invalid")), flood)
    assert isinstance(await nowhere.send(parcel()), Later)
    nonsense = TelegramChannel(make_bot(replace(options, api_url="http://[")), flood)
    outcome = await nonsense.send(parcel())
    assert isinstance(outcome, Refused)
    assert outcome.whole_bot


async def test_tls_that_cannot_be_had_is_proved_not_sent(
    make_bot: Callable[..., Bot], options: Options, flood: FloodPause, api: BotApi
) -> None:
    channel = TelegramChannel(make_bot(replace(options, api_url=api.url.replace("http://", "https://"))), flood)
    assert isinstance(await channel.send(parcel()), Later)
    assert api.deliveries == []


@pytest.mark.parametrize(
    "odd",
    [
        ClientDecodeError("odd", ValueError("odd"), "odd"),
        TypeError("odd"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
        RuntimeError("odd"),
    ],
    ids=lambda odd: type(odd).__name__,
)
async def test_no_exception_of_any_other_line_escapes(
    channel: TelegramChannel, bot: Bot, monkeypatch: pytest.MonkeyPatch, odd: Exception
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise odd

    monkeypatch.setattr(bot.session, "call", broken)
    assert await channel.send(parcel()) == Unknown(f"UNEXPECTED: {type(odd).__name__}")


async def test_cancelling_a_send_is_left_to_the_drain(channel: TelegramChannel, api: BotApi, an: Person) -> None:
    api.faults.add("hang")
    sending = asyncio.create_task(channel.send(parcel()))
    await an.hears_back()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (parcel(Message("x" * 4097)), "CONTENT: too long: 4097 characters, at most 4096"),
        (
            parcel(Message("?", (Choice("Có", "say:yes"),)), names="có dấu"),
            "CONTENT: the delivery token fits no button",
        ),
        (parcel(address="không phải số"), "CONTENT: the address is no private chat"),
        (parcel(address="-100123"), "CONTENT: the address is no private chat"),
    ],
)
async def test_what_telegram_cannot_carry_never_leaves_the_house(
    channel: TelegramChannel, api: BotApi, spoiled: object, reason: str
) -> None:
    assert await channel.send(spoiled) == Refused(reason)  # type: ignore[arg-type]  # parcels all of them
    assert api.calls == []


async def test_the_token_stands_in_no_log_line_and_no_outcome(
    make_bot: Callable[..., Bot],
    options: Options,
    flood: FloodPause,
    api: BotApi,
    an: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    planted = "7777777777:" + "PLANTED-token-that-nobody-may-ever-see"
    outcomes: list[object] = []
    for url in (api.url, f"http://127.0.0.1:{free_port()}", "http://[", "http://nowhere.invalid"):
        bot = make_bot(replace(options, token=SecretStr(planted), api_url=url))
        outcomes.append(await TelegramChannel(bot, flood).send(parcel()))
    api.token = planted
    channel = TelegramChannel(make_bot(replace(options, token=SecretStr(planted))), flood)
    for fault in ("cut_after", "bad_utf8", "html_502", "wrong_shape"):
        api.faults.add(fault)
        outcomes.append(await channel.send(parcel()))
    api.faults.add("refuse", status=400, description=f"Bad Request: see /bot{planted}/sendMessage")
    outcomes.append(await channel.send(parcel()))
    assert "PLANTED" not in caplog.text
    assert "PLANTED" not in repr(outcomes)
    assert "OTHER_400: Bad Request: see /bot***/sendMessage" in repr(outcomes)


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
