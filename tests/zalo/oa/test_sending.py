"""One parcel, every way a send can go wrong on a real connection, and what is concluded from it."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from bot.troubles import HOUR
from bot.zalo.oa.budget import Minute
from bot.zalo.oa.client import Client
from bot.zalo.oa.hearing import hear
from bot.zalo.oa.line import Line
from bot.zalo.oa.send import BUTTONS_OFF_AFTER, OaChannel
from bot.zalo.oa.supplies import Supplies
from content.message import Attachment, Choice, Message
from scheduler.channel import Later, Parcel, Refused, Sent, Unknown
from store.database import Database
from tests.botapi.photos import png_of
from tests.conftest import Clock
from tests.zalo.oa.conftest import Life, consent, passing
from tests.zalo.oa.test_rotation import Begin
from tests.zaloapi.oa.people import Person
from tests.zaloapi.oa.server import OaApi

AN = "246845883529197922"
QUESTION = Message(
    "Câu 1/2. Khi người dân đến nộp hồ sơ, việc nào phù hợp?",
    (Choice("Chào hỏi, mời ngồi", "answer:1:1:1"), Choice("Để người dân tự đọc", "answer:1:1:2")),
    "Trả lời bằng số 1–2.",
)
PICTURE = Message("Tham gia: 12/27.", file=Attachment("pic", "hinh.png", "Biểu đồ: 12/27."))


def parcel(message: Message = QUESTION, address: str = AN) -> Parcel:
    """A parcel for An, unless told otherwise."""
    return Parcel(1, "tok_-EN123456789", 1, address, "round", message)


@pytest.fixture
def an(oa: OaApi) -> Person:
    """An, who follows the account."""
    return oa.person(AN, follows=True)


@pytest.fixture
def life(database: Database, oa: OaApi, begin: Begin, clock: Clock) -> Life:
    """A process with a consent."""
    consent(database, oa, clock)
    return begin(database, "a")


def channel_of(life: Life, clock: Clock, **more: Any) -> OaChannel:
    """The channel as the drain gets it."""
    return OaChannel(Client(life.api, life.rotation, Minute(clock, 100), passing(clock)), clock, 100, **more)


@pytest.fixture
def channel(life: Life, clock: Clock) -> OaChannel:
    """A channel that carries no files."""
    return channel_of(life, clock)


async def test_a_question_arrives_with_a_button_for_each_number_and_the_tap_is_understood(
    channel: OaChannel, an: Person, clock: Clock
) -> None:
    outcome = await channel.send(parcel())
    assert outcome == Sent(an.last.message_id)
    assert an.last.text == QUESTION.plain()
    assert [(one.title, one.type) for one in an.last.buttons] == [("1", "oa.query.hide"), ("2", "oa.query.hide")]
    tapped = f'{{"event_name":"user_send_text","sender":{{"id":"{AN}"}},"message":{{"text":"{{}}"}}}}'
    heard = hear(tapped.replace("{}", an.last.buttons[1].payload), clock())
    assert heard is not None
    assert (heard.token, heard.number) == ("tok_-EN123456789", 2)
    assert channel.charged == {"reply": 1}


async def test_six_choices_are_typed(channel: OaChannel, an: Person) -> None:
    many = replace(QUESTION, choices=tuple(Choice(f"Mục {number}", f"say:{number}") for number in range(6)))
    assert isinstance(await channel.send(parcel(many)), Sent)
    assert an.last.buttons == ()
    assert "6. Mục 5" in an.last.text


@pytest.mark.parametrize("code", [-201, -233])
async def test_buttons_zalo_does_not_take_are_left_out_and_given_up_after_a_while(
    channel: OaChannel, oa: OaApi, an: Person, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    oa.buttons_refused = code
    for number in range(1, BUTTONS_OFF_AFTER + 2):
        assert isinstance(await channel.send(parcel()), Sent)
        assert len(an.sees) == number
    assert an.last.text == QUESTION.plain()
    assert oa.calls == ["cs"] * (2 * BUTTONS_OFF_AFTER + 1)
    assert "zalo_oa_template_type" in caplog.text


async def test_a_template_type_is_sent_where_zalo_wants_one(life: Life, clock: Clock, oa: OaApi, an: Person) -> None:
    oa.template_type = "button"
    assert isinstance(await channel_of(life, clock, template_type="button").send(parcel()), Sent)
    assert len(an.last.buttons) == 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-32, Later(60, "RATE: …", whole_bot=True)),
        (-211, Later(600, "QUOTA: …", whole_bot=True)),
        (-218, Later(6 * HOUR, "RECEIVER_FULL: …")),
        (-230, Refused("outside the interaction window", "window")),
        (-232, Refused("outside the interaction window", "window")),
        (-213, Refused("BLOCKED: …", "blocked")),
        (-227, Refused("BLOCKED: …", "blocked")),
        (-244, Refused("BLOCKED: …", "blocked")),
        (-204, Refused("OA_GONE: …", whole_bot=True)),
        (-205, Refused("OA_GONE: …", whole_bot=True)),
        (-209, Refused("APP_OFF: …", whole_bot=True)),
        (-212, Refused("APP_OFF: …", whole_bot=True)),
        (-219, Refused("APP_OFF: …", whole_bot=True)),
        (-221, Refused("PLAN: …", whole_bot=True)),
        (-223, Refused("NOT_GRANTED: …", whole_bot=True)),
        (-224, Refused("PLAN: …", whole_bot=True)),
        (-235, Refused("PLAN: …", whole_bot=True)),
        (-240, Refused("OUTDATED: …", whole_bot=True)),
        (-242, Refused("OUTDATED: …", whole_bot=True)),
        (-248, Refused("STANDARDS: …", whole_bot=True)),
        (-320, Later(HOUR, "NO_FUNDS: …")),
        (-321, Later(HOUR, "NO_FUNDS: …")),
        (-234, Later(HOUR, "NIGHT: …")),
        (-210, Refused("TOO_LONG: …")),
        (-100, Later(5, "EXPIRED_UPLOAD: …")),
        (-999, Unknown("NEW: …")),
    ],
)
async def test_zalo_s_own_no_is_understood(channel: OaChannel, oa: OaApi, an: Person, code: int, expected: Any) -> None:
    oa.faults.add("refuse", "cs", status=code, description="Zalo says why")
    outcome: Any = await channel.send(parcel())
    assert replace(outcome, reason=outcome.reason.replace(f"{code} Zalo says why", "…")) == expected
    assert an.sees == []


@pytest.mark.parametrize(("times", "arrives"), [(1, True), (2, False)])
async def test_what_zalo_failed_to_send_is_tried_once_more(
    channel: OaChannel, oa: OaApi, an: Person, times: int, arrives: bool
) -> None:
    oa.faults.add("refuse", "cs", status=-200, description="failed", times=times)
    outcome = await channel.send(parcel())
    assert outcome == (Sent(an.last.message_id) if arrives else Refused("FAILED: -200 failed"))
    assert len(an.sees) == arrives


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
    channel: OaChannel, oa: OaApi, an: Person, fault: str, delivered: int
) -> None:
    oa.faults.add(fault, "cs")
    assert isinstance(await channel.send(parcel()), Unknown)
    assert (len(oa.deliveries), oa.calls) == (delivered, ["cs"])


async def test_a_server_out_of_reach_is_tried_later_and_ever_more_patiently(
    channel: OaChannel, oa: OaApi, an: Person
) -> None:
    await oa.goes_dark()
    outcomes = [await channel.send(parcel()) for _ in range(6)]
    assert [one.seconds for one in outcomes if isinstance(one, Later)] == [1, 2, 4, 8, 16, 32]
    assert [one.whole_bot for one in outcomes if isinstance(one, Later)] == [False] * 4 + [True] * 2
    await oa.comes_back()
    assert isinstance(await channel.send(parcel()), Sent)


async def test_the_window_is_free_for_two_days_counted_for_a_week_and_closed_after(
    channel: OaChannel, oa: OaApi, an: Person, clock: Clock, life: Life
) -> None:
    oa.sub_quota = 1
    for hours, expected in ((48, "reply"), (24, "sub_quota"), (24, "billed")):
        clock.forward(hours=hours)
        assert isinstance(await channel.send(parcel()), Sent)
        assert channel.charged[expected] == 1, hours
    clock.forward(days=4)
    assert await channel.send(parcel()) == Refused("outside the interaction window", "window")
    await an.says("menu")
    assert isinstance(await channel.send(parcel()), Sent)
    assert channel.charged["reply"] == 2


async def test_without_money_one_message_an_hour_is_tried_and_what_is_free_goes_on(
    life: Life, oa: OaApi, an: Person, clock: Clock
) -> None:
    async def is_free(account_id: int) -> bool:
        return account_id == 2

    channel = channel_of(life, clock, supplies=Supplies(is_free=is_free))
    binh = oa.person("2", follows=True)
    oa.sub_quota, oa.funded = 0, False
    clock.forward(days=3)
    await binh.says("menu")
    for_an, for_binh = parcel(), parcel(address="2")._replace(account_id=2)
    first = await channel.send(for_an)
    assert isinstance(first, Later)
    assert (first.seconds, channel.unfunded_seconds) == (HOUR, HOUR)
    clock.forward(minutes=20)
    tried = len(oa.calls)
    assert [type(await channel.send(one)) for one in (for_an, for_binh, for_an)] == [Later, Sent, Later]
    assert len(oa.calls) == tried + 1
    clock.forward(minutes=40)
    assert isinstance(await channel.send(for_an), Later)
    assert channel.unfunded_seconds == HOUR
    oa.funded = True
    clock.forward(hours=1)
    assert isinstance(await channel.send(for_an), Sent)
    assert isinstance(await channel.send(for_an), Sent)
    assert (channel.unfunded_seconds, channel.charged["billed"], len(oa.calls)) == (0, 2, tried + 4)


async def test_a_token_that_ended_is_renewed_and_the_message_goes_out_once(
    channel: OaChannel, oa: OaApi, an: Person, clock: Clock
) -> None:
    clock.forward(hours=26)
    assert isinstance(await channel.send(parcel()), Sent)
    assert (len(an.sees), oa.calls, oa.tokens.reuses) == (1, ["cs", "token", "cs"], [])


async def test_without_a_consent_nothing_is_tried_and_the_queue_is_kept(
    database: Database, oa: OaApi, begin: Begin, clock: Clock, an: Person
) -> None:
    channel = channel_of(begin(database, "a"), clock)
    assert await channel.send(parcel()) == Refused("NO_ACCESS: zalo.oa.none", whole_bot=True)
    consent(database, oa, clock)
    oa.tokens.issue()
    outcome = await channel.send(parcel())
    assert outcome == Refused("NO_ACCESS: zalo.oa.lost", whole_bot=True)
    assert an.sees == []


async def test_a_picture_is_put_up_and_shown_with_its_words(life: Life, clock: Clock, an: Person) -> None:
    body = png_of(40, 20)

    async def load(_account_id: int, token: str) -> bytes | None:
        return body if token == "pic" else None

    channel = channel_of(life, clock, supplies=Supplies(load))
    numbered = replace(PICTURE, choices=(Choice("Chưa tham gia", "say:1"),))
    assert isinstance(await channel.send(parcel(numbered)), Sent)
    assert (an.last.image, an.last.text) == (body, "Tham gia: 12/27.\n1. Chưa tham gia")


@pytest.mark.parametrize("why", ["gone", "too big", "no picture", "cut", "refused with it"])
async def test_a_picture_that_cannot_be_shown_is_told_in_words(
    life: Life, clock: Clock, oa: OaApi, an: Person, why: str
) -> None:
    bodies = {"gone": None, "too big": png_of(8, 8) + bytes(1_100_000), "no picture": b"GIF89a"}

    async def load(_account_id: int, _token: str) -> bytes | None:
        return bodies.get(why, png_of(8, 8))

    if why == "cut":
        oa.faults.add("cut_after", "upload")
    if why == "refused with it":
        oa.faults.add("refuse", "cs", status=-201, description="template_type")
    assert isinstance(await channel_of(life, clock, supplies=Supplies(load)).send(parcel(PICTURE)), Sent)
    assert (an.last.image, an.last.text, len(an.sees)) == (None, "Tham gia: 12/27.\n\nBiểu đồ: 12/27.", 1)


async def test_a_file_is_told_as_a_line_that_leads_to_it(life: Life, clock: Clock, an: Person) -> None:
    told = Supplies(told=lambda account_id, attached: f"{attached.name}: https://nep.example/{account_id}")
    report = Message("Báo cáo.", file=Attachment("t", "bao-cao.docx"))
    assert isinstance(await channel_of(life, clock, supplies=told).send(parcel(report)), Sent)
    assert an.last.text == "Báo cáo.\n\nbao-cao.docx: https://nep.example/1"


async def test_a_store_that_cannot_tell_what_goes_along_is_asked_again(life: Life, clock: Clock, an: Person) -> None:
    async def load(_account_id: int, _token: str) -> bytes | None:
        raise OSError("no disk")

    outcome = await channel_of(life, clock, supplies=Supplies(load)).send(parcel(PICTURE))
    assert outcome == Later(5.0, "OSError")


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (parcel(Message("x" * 2001)), "CONTENT: too long: 2001 characters, at most 2000"),
        (parcel(Message("😀" * 1001)), "CONTENT: too long: 2002 characters, at most 2000"),
        (parcel(Message(" ")), "CONTENT: no text"),
        (parcel(address="abc"), "CONTENT: the address is no user id"),
    ],
)
async def test_what_zalo_cannot_carry_never_leaves_the_house(
    channel: OaChannel, oa: OaApi, spoiled: Parcel, reason: str
) -> None:
    assert await channel.send(spoiled) == Refused(reason)
    assert oa.calls == []


async def test_a_hundred_requests_fit_into_a_minute_and_the_next_one_waits(
    channel: OaChannel, oa: OaApi, an: Person, clock: Clock
) -> None:
    began = clock()
    for _ in range(130):
        assert isinstance(await channel.send(parcel(Message("a"))), Sent)
    assert oa.budget.over == 0
    assert (clock() - began).total_seconds() == pytest.approx(60)


async def test_no_token_stands_in_an_outcome_or_a_log_line(
    life: Life, oa: OaApi, an: Person, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert oa.tokens.family is not None
    token = oa.tokens.family.access
    channel = channel_of(life, clock)
    outcomes: list[object] = []
    for fault in ("cut_after", "bad_utf8", "html_502", "wrong_shape"):
        oa.faults.add(fault, "cs")
        outcomes.append(await channel.send(parcel()))
    oa.faults.add("refuse", "cs", status=-210, description=f"see access_token {token}")
    outcomes.append(await channel.send(parcel()))
    await oa.goes_dark()
    outcomes.append(await channel.send(parcel()))
    assert token not in repr(outcomes) + caplog.text
    assert "see access_token ***" in repr(outcomes)


async def test_an_address_that_is_none_stops_the_line() -> None:
    line = Line()
    with pytest.raises(Exception, match="misaddressed"):
        await line.call("GET", "http://[", {})
    await line.close()
