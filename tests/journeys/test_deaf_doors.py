"""A platform that cannot be polled for days is told of and halted though nothing is sent, and comes back by itself."""

import asyncio
from typing import Any

import pytest
from sqlmodel import Session, select

from app.commands.doctor import examine
from app.doors import configured
from store.tables import Door, Grant
from tests.conftest import Clock
from tests.journeys.cast import FOUNDED
from tests.journeys.conftest import Opens, platform
from tests.journeys.house import House, at
from tests.journeys.people import Somebody

OUTAGES = {"refuses connections": "", "502 in HTML": "html_502", "502 of its own": "bare_502"}


def doors(session: Session) -> dict[str, bool]:
    """Which doors are halted."""
    return {one.channel: one.halted_at is not None for one in session.exec(select(Door))}


async def operator(house: House) -> Somebody:
    """Bình, on the web page, keeps the machine."""
    binh = (await house.phone("web", "BINH")).is_linked()

    def grant(session: Session) -> None:
        session.add(Grant(person_id=house.person_id(session, "BINH"), role="operator", from_on=FOUNDED))

    house.look(grant)
    return binh


async def until(house: House, door: Any, trouble: str) -> None:
    """The poller has met, or is out of, its trouble, and the alarm rings."""
    async with asyncio.timeout(20):
        while not door.has_heard or bool(door.trouble) != bool(trouble):  # noqa: ASYNC110  # what is waited for is a poll
            await asyncio.sleep(0.002)
    await house.tick()


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("channel", ["telegram", "zalo-bot"])
async def test_days_without_a_poll_halt_a_door_and_the_first_good_one_opens_it(
    channel: str, outage: str, opens: Opens, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with platform(channel, clock) as servers, opens(**servers) as house:
        (server,) = servers.values()
        server.time_factor = 0.001  # a poll that waits hears of no outage before it ends
        door: Any = house.assistant.telegram or house.assistant.zalo_bots[0]
        binh = await operator(house)
        await until(house, door, "")
        assert examine(house.open, configured(house.open.settings)) == 0
        if fault := OUTAGES[outage]:
            server.faults.add(fault, "getUpdates", times=None)
        else:
            await server.goes_dark()
        await until(house, door, "network")
        assert await binh.says("sức khỏe")
        binh.sees(f"- {door.name}: đang không nhận được tin từ 08:00 thứ Hai 09/11")
        assert examine(house.open, configured(house.open.settings)) == 1
        assert f"{door.name}: DEAF since 2026-11-09 08:00: " in capsys.readouterr().out
        assert house.look(doors)[door.name] is False
        clock.to(at("2026-11-12", "08:01"))
        await house.tick()
        assert house.look(doors) == {door.name: True, "web": False}
        told = [text for text in await binh.messages() if f"Kênh {door.name} không nhận được tin" in text]
        assert len(told) == 1
        server.faults.clear()
        if server.is_dark:
            await server.comes_back()
        await until(house, door, "")
        assert house.look(doors)[door.name] is False
        assert examine(house.open, configured(house.open.settings)) == 0
