"""The same week on every door, typed from the first word to the head's figures: only the rendering differs.

What each side said is printed at the end of the run, door by door.
"""

from collections.abc import Callable

import pytest

from tests.botapi.server import BotApi
from tests.conftest import TOLD, Clock
from tests.journeys.conftest import Meets, Opens
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.zaloapi.bots.server import ZaloBots
from tests.zaloapi.oa.server import OaApi

FIGURES = """\
Phòng Một · Đợt 1 (10/11–12/11)
Tham gia: 2/3 (66,7%)
Hoàn thành: 1/3 (33,3%)
Chưa tham gia: 1 (1 chưa kết nối) · Miễn: 0
Kết nối: 2/3 (66,7%) · Gửi thành công: 2/2 (100%)
"""


class Transcript:
    """What was typed and what was answered, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def says(self, who: Somebody, words: str) -> str:
        """Somebody types; returns the answer."""
        answer = await who.says(words)
        self.lines += [f"{who.staff_code} > {words}", *(f"    {line}" for line in answer.splitlines())]
        return answer

    async def hears(self, who: Somebody) -> str:
        """Somebody looks at what has come by itself."""
        told = (await who.looks()).text
        self.lines += [f"{who.staff_code} <", *(f"    {line}" for line in told.splitlines())]
        return told


async def plays(house: House, an: Somebody, binh: Somebody) -> Transcript:
    """One answers everything, the head answers half and asks for the figures on Friday."""
    told = Transcript()
    await house.reaches("2026-11-10", "09:00")
    assert "Câu 1/2. " in await told.hears(an)
    assert "Câu 2/2. " in await told.says(an, "câu B")
    assert "Anh/Chị đã hoàn thành đợt 1" in await told.says(an, "1")
    await house.reaches("2026-11-11", "14:00")
    assert "Đợt 1 đang mở" in await told.hears(binh)
    assert "Câu 1/2. " in await told.says(binh, "1")
    assert "Câu 2/2. " in await told.says(binh, "hai")
    await house.reaches("2026-11-13", "15:30")
    assert FIGURES in await told.hears(binh)
    assert FIGURES in await told.says(binh, "thong ke")
    return told


async def test_the_same_week_gives_the_same_figures_on_every_door(
    house: House, meets: Meets, channel: str, record_property: Callable[[str, object], None]
) -> None:
    an, binh = await meets("AN"), await meets("BINH")
    told = await plays(house, an, binh)
    record_property(TOLD, f"the week on {channel}:\n" + "\n".join(told.lines))


@pytest.mark.parametrize("pair", [("telegram", "zalo-oa"), ("zalo-bot", "web")], ids="-".join)
async def test_an_office_spread_over_all_doors_at_once_gives_them_too(
    opens: Opens, clock: Clock, pair: tuple[str, str]
) -> None:
    """Both are linked on two doors; each is counted once, and nobody hears anything twice."""
    second = {"telegram": "web", "zalo-oa": "zalo-bot", "zalo-bot": "telegram", "web": "zalo-oa"}
    async with (
        BotApi(time_factor=0.001) as api,
        OaApi(moments=clock) as oa,
        ZaloBots(moments=clock) as zalo,
        opens(api, oa=oa, zalo=zalo) as house,
    ):
        people, others = [], []
        for code, channel in zip(("AN", "BINH"), pair, strict=True):
            others.append((await house.phone(second[channel], code)).is_linked())
            people.append((await house.phone(channel, code)).is_linked())
            await people[-1].says("menu")  # the door heard from last is the one written to
        before = [len(await other.messages()) for other in others]
        await plays(house, *people)
        assert [len(await other.messages()) for other in others] == before
