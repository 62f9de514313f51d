"""Sharing a card into another chat, through the whole house: for who is linked, in force only, kept nowhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlmodel import Session, select

from bot.filing import keep_for, kept_for
from store.tables import Account, CardVersion, InboxRow
from tests.botapi.inline import InlineAnswer
from tests.botapi.people import Person
from tests.botapi.server import BotApi
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.phones import TelegramPhone


@pytest.fixture
async def house(opens: Opens) -> AsyncIterator[House]:
    """The house with Telegram."""
    async with BotApi(time_factor=0.001) as api, opens(api) as house:
        yield house


async def answered(house: House, person: Person, typed: str) -> InlineAnswer:
    """Type the bot's name and these words in some group; what is offered."""
    before = len(person.offered)
    await person.asks_inline(typed)
    async with asyncio.timeout(10):
        while len(person.offered) == before:  # noqa: ASYNC110  # what is waited for lives in the server
            await asyncio.sleep(0.002)
    return person.offered[-1]


async def person_of(house: House, staff_code: str, *, joined: bool) -> Person:
    """Somebody on Telegram."""
    somebody = await house.phone("telegram", staff_code)
    if joined:
        somebody.is_linked()
    assert isinstance(somebody.phone, TelegramPhone)
    return somebody.phone.person


async def test_a_card_is_shared_with_its_source_and_where_it_comes_from(house: House) -> None:
    an = await person_of(house, "AN", joined=True)
    answer = await answered(house, an, "trang phuc")
    best = answer.offers[0]
    card = house.look(lambda session: session.exec(select(CardVersion).where(CardVersion.code == best.result_id)).one())
    assert (best.title, best.description) == (card.title, card.citation)
    assert "trang phục" in card.title.lower()
    assert all(words in best.text for words in (card.text, card.citation, "còn hiệu lực"))
    assert best.text.endswith("Chia sẻ từ Trợ lý Văn hóa công sở của Sở Mẫu; nội dung để học tập.")
    assert len(answer.offers) <= 10
    assert house.look(lambda session: session.exec(select(InboxRow)).all()) == []
    assert (await answered(house, an, "xyzzy")).offers == []
    assert (await answered(house, an, "")).offers == []


async def test_a_card_out_of_force_is_not_shared(house: House) -> None:
    an = await person_of(house, "AN", joined=True)
    code = (await answered(house, an, "trang phuc")).offers[0].result_id

    def end(session: Session) -> None:
        card = session.exec(select(CardVersion).where(CardVersion.code == code)).one()
        card.in_force_until = house.clock().date().replace(day=1)
        session.add(card)

    house.look(end)
    assert code not in [one.result_id for one in (await answered(house, an, "trang phuc")).offers]


async def test_a_stranger_and_who_has_left_are_offered_to_connect(house: House) -> None:
    em = await person_of(house, "EM", joined=False)
    answer = await answered(house, em, "trang phuc")
    assert (answer.offers, answer.button) == ([], ("Kết nối với Trợ lý", "ketnoi"))
    await em.says("/start ketnoi")
    await house.settle()
    assert "1. Đồng ý" in em.last.text


async def test_a_kept_file_goes_to_its_owner_alone(house: House) -> None:
    await person_of(house, "AN", joined=True)
    await person_of(house, "CHI", joined=True)

    def look(session: Session) -> list[bytes | None]:
        an, chi = (session.exec(select(Account).where(Account.person_id == house.person_id(session, code))).one()
                   for code in ("AN", "CHI"))  # fmt: skip
        kept = keep_for(session, "a.xlsx", b"PK", an.person_id or 0, house.clock())
        found = [kept_for(session, one, kept.token, house.clock()) for one in (an.id or 0, chi.id or 0, 999)]
        return [one.body if one else None for one in found]

    assert house.look(look) == [b"PK", None, None]
