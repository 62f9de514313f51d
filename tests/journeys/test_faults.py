"""What platforms, the line and the store do wrong, through the whole house and on every door behind a platform.

Judged by the books: nothing lost, nothing counted twice, an unknown outcome neither sent again nor taken for a
delivery, and the percentages those of what people said.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from store.database import Database
from store.tables import Delivery, Round
from tests.botapi.faults import ACCEPTED
from tests.conftest import Clock
from tests.journeys.cast import staff, with_people
from tests.journeys.conftest import Meets, Opens, platform
from tests.journeys.house import House, at
from tests.journeys.people import Somebody
from tests.verdict import Verdict, judge

SEND = {"telegram": "sendMessage", "zalo-oa": "cs", "zalo-bot": "sendMessage"}
TEAM = ("AN", "BINH", "DUNG")  # Phòng Một, whose head is Bình
TUESDAY = ("2026-11-10", "09:00")
FINE = (0, 0, 0, 0, 0)


@pytest.fixture(params=SEND)
def channel(request: pytest.FixtureRequest) -> str:
    """Every door with a platform behind it."""
    return str(request.param)


@pytest.fixture
async def team(house: House, meets: Meets) -> list[Somebody]:
    """The three of Phòng Một, linked."""
    return [await meets(code) for code in TEAM]


def server(house: House) -> Any:
    """The platform of this house."""
    return house.api or house.oa or house.zalo


def openings(session: Session) -> list[tuple[str, int]]:
    """State and number of tries of every opening."""
    query = select(Delivery.state, Delivery.tries).where(Delivery.kind == "open").order_by(col(Delivery.id))
    return list(session.exec(query))


async def answer(house: House, people: list[Somebody]) -> dict[tuple[int, int], int]:
    """Everybody asks for the questions and answers both; what they said, by person and position."""
    said = {}
    for one in people:
        person_id = house.look(house.person_id, one.staff_code)
        await one.says("trắc nghiệm")
        for position, option in ((1, 1), (2, 2)):
            one.sees(f"Câu {position}/2. ")
            await one.says(str(option))
            said[person_id, position] = option
    return said


def verdict(house: House, said: dict[tuple[int, int], int], channel: str) -> Verdict:
    """What the books say of the round, held against the platform's own log and what people said."""
    name = house.assistant.zalo_bots[0].name if channel == "zalo-bot" else channel

    def work(session: Session) -> Verdict:
        round_id = session.exec(select(Round.id)).one() or 0
        return judge(session, round_id, said, server(house).deliveries, name)

    return house.look(work)


DOUBTS: dict[str, dict[str, tuple[int, str]]] = {  # what a platform itself says that proves nothing
    "telegram": {"restart": (500, "Internal Server Error: restart")},
    "zalo-oa": {"unheard of": (-999, "unheard of")},
    "zalo-bot": {"timeout in 200": (408, "Request timeout"), "internal in 200": (403, "Internal server error")},
}
FAULTS = ("cut_after", "short_body", "wrong_shape", "reset_before", "html_502")


@pytest.mark.parametrize("fault", [*FAULTS, *(name for told in DOUBTS.values() for name in told)])
async def test_an_opening_of_unknown_fate_is_not_sent_again_nor_taken_for_a_delivery(
    house: House, team: list[Somebody], channel: str, fault: str
) -> None:
    if fault in FAULTS:
        server(house).faults.add(fault, SEND[channel])
    elif fault in DOUBTS[channel]:
        status, description = DOUBTS[channel][fault]
        server(house).faults.add("refuse", SEND[channel], status=status, description=description)
    else:
        pytest.skip("said by another platform")
    await house.reaches(*TUESDAY)
    assert sorted(house.look(openings)) == [("sent", 1), ("sent", 1), ("unknown", 1)]
    await house.reaches("2026-11-11", "14:00")  # those who have not answered are reminded
    said = await answer(house, team)
    found = verdict(house, said, channel)
    assert (found.broken, found.unknown, found.unknown_delivered) == (FINE, 1, int(fault in ACCEPTED))
    assert sorted(house.look(openings)) == [("sent", 1), ("sent", 1), ("unknown", 1)]
    binh = team[1]
    await binh.says("thống kê")
    binh.sees("Tham gia: 3/3 (100%)", "Hoàn thành: 3/3 (100%)", "Gửi thành công: 2/3 (66,7%)")


STOPS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "telegram": {
        "too fast": ("flood", {"seconds": 35}),
        "token": ("refuse", {"status": 401, "description": "Unauthorized"}),
    },
    "zalo-oa": {
        "too fast": ("refuse", {"status": -32, "description": "over the limit"}),
        "token": ("refuse", {"status": -209, "description": "app is not activated"}),
    },
    "zalo-bot": {
        "too fast": ("flood", {}),
        "token": ("refuse", {"status": 401, "description": "Unauthorized"}),
    },
}


@pytest.mark.parametrize("reason", ["too fast", "token"])
async def test_a_no_to_the_whole_bot_stops_the_wave_and_nobody_misses_it_or_gets_it_twice(
    house: House, team: list[Somebody], channel: str, reason: str
) -> None:
    kind, told = STOPS[channel][reason]
    server(house).faults.add(kind, SEND[channel], **told)
    await house.reaches(*TUESDAY)
    delivered, called = len(server(house).deliveries), len(server(house).calls)
    assert delivered == 0
    house.clock.forward(seconds=5)
    await house.tick()
    sends = [call for call in server(house).calls[called:] if SEND[channel] in (call, getattr(call, "method", ""))]
    assert sends == []
    if house.api:
        house.api.clock.forward(60)
    await house.reaches("2026-11-10", "10:30")
    assert [state for state, _ in house.look(openings)] == ["sent"] * 3
    found = verdict(house, await answer(house, team), channel)
    assert (found.broken, found.unknown) == (FINE, 0)


async def test_a_platform_out_of_reach_in_the_middle_of_a_wave_gets_the_rest_when_it_is_back(
    house: House, team: list[Somebody], channel: str
) -> None:
    await server(house).goes_dark()
    await house.reaches(*TUESDAY)
    await house.reaches("2026-11-10", "10:00")
    assert [state for state, _ in house.look(openings)] == ["waiting"] * 3
    await server(house).comes_back()
    await house.reaches("2026-11-10", "10:05")
    for one in team:
        await one.hears("Câu 1/2. ")
    found = verdict(house, await answer(house, team), channel)
    assert (found.broken, found.unknown) == (FINE, 0)


async def again(house: House, back: int) -> None:
    """The platform hands out once more what came `back` pieces of news ago; 1 is the newest."""
    if house.api:
        house.api.redeliver(house.api.updates.confirmed[-back])
    elif house.zalo:
        house.zalo.bot.again(house.zalo.bot.events.handed_out[-back])
    elif house.oa:
        assert await house.oa.hook.again(-back) == 200
    await house.settle()


async def test_news_handed_out_again_late_and_out_of_order_answers_nothing_else(
    house: House, team: list[Somebody], channel: str
) -> None:
    await house.reaches(*TUESDAY)
    an = team[0]
    before = len(await an.messages())
    await an.says("1")
    await again(house, 1)
    an.sees("Câu 2/2. ")
    await again(house, 1)  # would be an answer to the second question, were it new
    await an.says("2")
    await again(house, 2)
    await again(house, 1)
    assert len(await an.messages(before)) == 2
    person_id = house.look(house.person_id, "AN")
    found = verdict(house, {(person_id, 1): 1, (person_id, 2): 2}, channel)
    assert (found.broken, found.answers) == (FINE, 2)


@pytest.fixture
def read_only(database: Database) -> Iterator[Callable[[bool], None]]:
    """A switch: while it is on, SQLite refuses whatever would write, as on a disk that has gone bad."""
    state = {"on": False}

    def set_it(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA query_only = {int(state['on'])}")

    event.listen(database.engine, "checkout", set_it)
    yield lambda on: state.update(on=on)
    event.remove(database.engine, "checkout", set_it)


async def test_news_that_meets_a_store_that_cannot_write_is_kept_later_and_counts_once(
    house: House, team: list[Somebody], channel: str, read_only: Callable[[bool], None]
) -> None:
    await house.reaches(*TUESDAY)
    an: Any = team[0].phone
    read_only(True)
    told = await an.person.says("1")
    if house.oa:
        assert told == 503
    else:
        door = house.assistant.telegram or house.assistant.zalo_bots[0]
        async with asyncio.timeout(20):
            while not door.trouble.endswith(".trouble.store"):  # noqa: ASYNC110  # what is waited for is a poll
                await asyncio.sleep(0.002)
    read_only(False)
    if house.oa:
        assert await house.oa.hook.tries_again() == [200]
        house.clock.forward(seconds=30)
    await house.settle()
    await team[0].hears("Câu 2/2. ")
    found = verdict(house, {(house.look(house.person_id, "AN"), 1): 1}, channel)
    assert (found.broken, found.answers) == (FINE, 1)


async def test_a_clock_put_back_and_one_that_leaps_ahead_open_nothing_twice(
    house: House, team: list[Somebody], channel: str
) -> None:
    await house.reaches(*TUESDAY)
    for hours in (-1, 1, -24, 25):
        house.clock.forward(hours=hours)
        await house.tick()
    assert house.look(openings) == [("sent", 1)] * 3
    found = verdict(house, await answer(house, team), channel)
    assert (found.broken, found.unknown) == (FINE, 0)


async def test_a_process_that_ends_in_the_middle_of_a_wave_leaves_its_flights_unknown_and_the_next_sends_the_rest(
    channel: str, opens: Opens, clock: Clock
) -> None:
    roster, codes = with_people(*staff("P1", 12)), [f"P1-{number:02}" for number in range(1, 13)]
    async with platform(channel, clock) as servers:
        async with opens(**servers, roster=roster) as first:
            for code in codes:
                (await first.phone(channel, code)).is_linked()
            await first.reaches("2026-11-10", "08:59")
            clock.to(at(*TUESDAY))
            server(first).faults.add("hang", SEND[channel], times=None, every=2)
            await first.assistant.tick()
            working = asyncio.create_task(first.assistant.drains[-1].run())
            async with asyncio.timeout(20):
                while states(first)["sending"] < 3 or states(first)["sent"] < 3:
                    await asyncio.sleep(0.01)
                    clock.forward(seconds=0.01)
            working.cancel()
        under_way = states(first)["sending"]
        server(first).faults.clear()
        async with opens(**servers, roster=roster) as house:
            team = [await house.phone(channel, code) for code in codes]
            await house.assistant.drains[-1]._keep_house()
            await house.tick()
            assert states(house) == Counter(sent=12 - under_way, unknown=under_way)
            found = verdict(house, await answer(house, team), channel)
            assert (found.broken, found.unknown) == (FINE, under_way)
            assert 0 < found.unknown_delivered <= under_way  # the newest may not have left yet
            assert {tries for _, tries in house.look(openings)} == {1}


def states(house: House) -> Counter[str]:
    """How many openings are in which state."""
    return Counter(state for state, _ in house.look(openings))
