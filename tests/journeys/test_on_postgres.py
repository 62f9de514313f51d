"""One journey on a real PostgreSQL: join on Telegram, finish on the web, ask as the head."""

from pathlib import Path

import pytest

from app.opening import OpenHouse, furnish
from content.phrases import Phrases
from store.database import Database
from tests.botapi.server import BotApi
from tests.conftest import Clock
from tests.journeys.house import opened, settings

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("any_database", ["postgres"], indirect=True)
async def test_a_round_on_two_channels_over_postgres(
    any_database: Database, phrases: Phrases, clock: Clock, tmp_path: Path
) -> None:
    async with BotApi(time_factor=0.001) as api:
        house = OpenHouse(settings(any_database, tmp_path, api), any_database, phrases, clock)
        async with opened(house, furnish(house), api) as lively:
            an = await (await lively.phone("telegram", "AN")).joins()
            binh = await (await lively.phone("web", "BINH")).joins()
            await lively.reaches("2026-11-10", "09:00")
            opening = await an.looks()
            await an.says("Câu B")
            await an.chooses(1, on=opening)
            an.sees("Câu này đã ghi nhận", "Câu 2/2. ")
            elsewhere = await (await lively.phone("web", "AN")).joins()
            await elsewhere.says("trac nghiem")
            await elsewhere.says("1")
            elsewhere.sees("Anh/Chị đã hoàn thành đợt 1")
            await binh.says("tk")
            binh.sees("Tham gia: 1/3 (33,3%)", "Hoàn thành: 1/3 (33,3%)", "Kết nối: 2/3 (66,7%)", "tạm tính")
            await lively.reaches("2026-11-13", "17:00")
            await binh.says("thong ke")
            binh.sees("Tham gia: 1/3 (33,3%)", "đã chốt")
