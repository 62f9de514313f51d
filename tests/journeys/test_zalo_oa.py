"""What only an Official Account has: following and leaving, taps that are texts, tokens that die on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from store import zalo_tokens
from store.tables import Account, Delivery
from tests.conftest import Clock
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.phones import OaPhone
from tests.zaloapi.oa.server import OaApi


@pytest.fixture
async def house(opens: Opens, clock: Clock) -> AsyncIterator[House]:
    """The house with an Official Account."""
    async with OaApi(moments=clock) as oa, opens(None, oa=oa) as opened:
        yield opened


async def met(house: House, code: str) -> tuple[Somebody, OaPhone]:
    """Somebody who has joined, and their phone."""
    somebody = (await house.phone("zalo-oa", code)).is_linked()
    assert isinstance(somebody.phone, OaPhone)
    return somebody, somebody.phone


def account(session: Session) -> Account:
    """The one account there is."""
    return session.exec(select(Account)).one()


def second_opening(session: Session, address: str) -> tuple[str, int]:
    """State and tries of what the second round has for an address."""
    query = select(Delivery).join(Account, col(Account.id) == col(Delivery.account_id))
    found = session.exec(query.where(Account.address == address, Delivery.kind == "open", Delivery.round_id == 2)).one()
    return found.state, found.tries


async def test_who_leaves_gets_nothing_until_they_follow_again(house: House) -> None:
    an, phone = await met(house, "AN")
    await phone.person.leaves()
    await house.settle()
    assert house.look(account).state == "blocked"
    await house.reaches("2026-11-10", "09:00")
    assert await an.messages() == []
    assert await phone.person.follows_us() == 200
    await house.settle()
    assert house.look(account).state == "active"
    assert await an.messages() == []  # following is no question
    await an.says("trắc nghiệm")
    an.sees("Câu 1/2. ")


async def test_eight_days_of_silence_are_not_written_into_but_listed_and_end_with_what_waited(house: House) -> None:
    assert house.oa is not None
    an, phone = await met(house, "AN")
    binh, _ = await met(house, "BINH")
    house.silent.add(phone.person.user_id)
    await house.reaches("2026-11-13", "16:00")
    await an.hears("Kênh này chỉ cho Trợ lý gửi tin đến 08:00 thứ Hai 16/11", "1. Tiếp tục nhận tin")
    heard = len(an.heard)
    await house.reaches("2026-11-17", "09:30")
    assert await an.messages(heard) == []
    assert house.look(second_opening, phone.address) == ("held", 0)
    await binh.says("chưa tham gia")
    binh.sees("Ngoài cửa sổ tương tác", "- Nguyễn Hoài An")
    await an.says("chào Trợ lý")
    (opening,) = [text for text in await an.messages(heard) if "Câu 1/2. " in text]
    assert opening.startswith("Quy định trong tuần")


async def test_every_kind_of_interaction_is_remembered_and_reading_is_none(house: House, clock: Clock) -> None:
    an, phone = await met(house, "AN")
    for act in (phone.person.follows_us, phone.person.opens_chat, phone.person.sends_image):
        at = clock.forward(hours=1)
        assert await act() == 200
        await house.settle()
        assert house.look(account).last_heard_at == at, act.__name__
    clock.forward(hours=1)
    assert await phone.person.reads() == 200
    await house.settle()
    assert house.look(account).last_heard_at == at
    assert len(await an.messages()) == 1  # the picture has got its hint, the rest no answer


async def test_a_message_waits_while_the_account_has_not_agreed_and_comes_after(house: House, clock: Clock) -> None:
    assert house.oa is not None
    an, _ = await met(house, "AN")
    clock.forward(hours=1)
    house.oa.tokens.issue()  # a consent elsewhere: ours is dead, and so is its refresh token
    await an.phone.says("menu")
    assert await an.messages() == []
    assert house.look(lambda session: session.exec(select(Delivery.state)).all()) == ["waiting"]
    door = house.assistant.zalo_oa
    assert door is not None
    await door.look()
    assert house.assistant.zalo_oa_now == "zalo.oa.lost"
    agreed = await house.browser().get(house.oa.tokens.agrees(door.consent.link()))
    assert agreed.status_code == 200
    clock.forward(minutes=11)
    await house.settle()
    await an.hears("Anh/Chị chọn một mục")
    assert house.assistant.zalo_oa_now == "zalo.oa.lost"
    await door.look()
    assert house.assistant.zalo_oa_now == "good"


async def test_a_token_that_dies_before_a_wave_is_renewed_and_nobody_misses_the_opening(house: House) -> None:
    assert house.oa is not None
    people = [(await met(house, code))[0] for code in ("AN", "BINH", "DUNG")]
    await house.reaches("2026-11-10", "08:59")
    tokens = house.oa.tokens
    assert tokens.family is not None
    issued, tokens.family.access = tokens.issued, "ended by Zalo"  # the refresh token lives
    await house.reaches("2026-11-10", "09:00")
    for person in people:
        await person.hears("Câu 1/2. ")
    assert (tokens.issued, tokens.reuses) == (issued + 1, [])


async def test_the_running_house_renews_the_tokens_by_itself_and_stops_in_order(house: House, clock: Clock) -> None:
    assert house.oa is not None
    tokens = house.oa.tokens
    clock.forward(hours=21)

    async def serve() -> None:
        async with asyncio.timeout(20):
            while tokens.issued < 2:  # noqa: ASYNC110  # what is waited for happens in the server
                await asyncio.sleep(0.01)

    await house.assistant.run(serve)
    with house.database.transaction() as session:
        kept = zalo_tokens.read(session, house.oa.app_id)
    assert kept is not None
    assert (kept.generation, kept.asked_at, tokens.reuses) == (2, None, [])


@pytest.mark.parametrize(("fault", "delivered"), [("cut_after", 1), ("html_502", 0)])
async def test_a_message_of_unknown_fate_is_never_sent_again(
    house: House, clock: Clock, fault: str, delivered: int
) -> None:
    assert house.oa is not None
    an, _ = await met(house, "AN")
    before = len(house.oa.deliveries)
    house.oa.faults.add(fault, "cs")
    await an.phone.says("menu")
    clock.forward(minutes=11)
    await house.settle()
    assert house.look(lambda session: session.exec(select(Delivery.state)).all()) == ["unknown"]
    assert len(house.oa.deliveries) - before == delivered
    assert house.oa.calls.count("cs") == 1


async def test_tokens_and_secrets_reach_no_log_line_and_no_table(house: House, clock: Clock, log_file: Path) -> None:
    assert house.oa is not None
    oa, door = house.oa, house.assistant.zalo_oa
    assert door is not None
    an, _ = await met(house, "AN")
    planted = {oa.app_secret, oa.secret_key}
    for fault in (None, "cut_after", "html_502", "wrong_shape"):
        assert oa.tokens.family is not None
        planted |= {oa.tokens.family.access, oa.tokens.family.refresh}
        if fault:
            oa.faults.add(fault, "cs")
        await an.phone.says("menu")
        clock.forward(hours=21)
        await door.look()
    await oa.hook.post(oa.hook.url, b'{"app_id":"1","timestamp":"1"}', {"X-ZEvent-Signature": oa.secret_key})
    written = read(log_file) + house.look(everything)
    assert len(planted) == 10
    assert "tokens of the Official Account are renewed" in written
    assert [secret for secret in planted if secret in written] == []


def everything(session: Session) -> str:
    """Every row of every table."""
    tables = SQLModel.metadata.sorted_tables
    return "\n".join(repr(session.connection().execute(text(f"SELECT * FROM {one.name}")).all()) for one in tables)  # noqa: S608


def read(path: Path) -> str:
    """A whole file."""
    return path.read_text(encoding="utf-8")
