"""Several Zalo bots share the load: people are bound to the bot they wrote to, and one that is full stops no other."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import Session, col, select

from store.tables import Account, Delivery
from tests.conftest import Clock
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.phones import ZaloBotPhone
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.bots.world import TOKENS

ONE, TWO = "zalo-bot:10000001", "zalo-bot:10000002"


@pytest.fixture
async def zalo(clock: Clock) -> AsyncIterator[ZaloBots]:
    """A platform with three bots of ours."""
    async with ZaloBots(tokens=TOKENS, moments=clock) as server:
        yield server


@pytest.fixture
async def house(opens: Opens, zalo: ZaloBots) -> AsyncIterator[House]:
    """The house with all three."""
    async with opens(None, zalo=zalo) as opened:
        yield opened


def somebody(house: House, zalo: ZaloBots, token: str, staff_code: str) -> Somebody:
    """A phone in front of one of the bots."""
    person = zalo.bots[token].person(staff_code)
    return Somebody(house, staff_code, ZaloBotPhone(person, house.browser(), house.settle))


def channels(session: Session) -> list[str]:
    """The channels of all accounts."""
    return sorted(session.exec(select(Account.channel)))


def openings(session: Session) -> dict[str, str]:
    """What became of the round's openings, by channel."""
    rows = session.exec(select(Delivery).where(Delivery.kind == "open").order_by(col(Delivery.id)))
    return {row.channel: row.state for row in rows}


async def test_everybody_hears_from_the_bot_they_wrote_to(house: House, zalo: ZaloBots) -> None:
    an = await somebody(house, zalo, TOKENS[0], "AN").joins()
    chi = await somebody(house, zalo, TOKENS[1], "CHI").joins()
    assert house.look(channels) == [ONE, TWO]
    await house.reaches("2026-11-10", "09:00")
    for one in (an, chi):
        await one.hears("Câu 1/2.")
        await one.says("câu b")
        one.sees("Câu 2/2.")
    counted = [(bot.quota.sent.total(), bot.quota.received.total()) for bot in zalo.bots.values()]
    assert counted == [(6, 5), (6, 5), (0, 0)]


async def test_a_bot_without_messages_left_keeps_its_queue_and_stops_no_other(house: House, zalo: ZaloBots) -> None:
    await somebody(house, zalo, TOKENS[0], "AN").joins()
    chi = await somebody(house, zalo, TOKENS[1], "CHI").joins()
    zalo.bot.quota.most = 0
    await house.reaches("2026-11-10", "09:00")
    await chi.hears("Câu 1/2.")
    assert house.look(openings) == {ONE: "waiting", TWO: "sent"}
    tried = len(zalo.refused)
    await house.tick()
    assert len(zalo.refused) == tried  # nothing is tried while the gate is closed
    zalo.bot.quota.most = 3000
    await house.reaches("2026-11-10", "10:05")
    assert house.look(openings) == {ONE: "sent", TWO: "sent"}


async def test_who_changes_the_bot_joins_again_and_hears_from_the_new_one(house: House, zalo: ZaloBots) -> None:
    old = await somebody(house, zalo, TOKENS[0], "AN").joins()
    new = await somebody(house, zalo, TOKENS[2], "AN").joins()
    heard = len(await old.messages())
    await house.reaches("2026-11-10", "09:00")
    await new.hears("Câu 1/2.")
    assert len(await old.messages()) == heard


async def test_a_stranger_and_a_protected_person_get_a_fixed_answer(house: House, zalo: ZaloBots) -> None:
    an = await somebody(house, zalo, TOKENS[0], "AN").joins()
    person = zalo.bot.person("AN")
    for act in (person.sends_unsupported, person.sends_voice, person.sends_photo, person.sends_sticker):
        await act()
        await house.settle()
        assert (await an.looks()).text == house.open.phrases("menu.text_only")
    heard = len(an.heard)
    await person.sends_unsupported(nameless=True)
    await person.says_in_group("câu b")
    await house.settle()
    assert len(await an.messages()) == heard
    await an.says("dữ liệu")
    await an.chooses("Xem toàn bộ dữ liệu")
    an.sees("Tài khoản Zalo Bot, kết nối lúc")
