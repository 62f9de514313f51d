"""Pausing: ten days without a scheduled message, replies all the same, and back at a word or by itself."""

from tests.journeys.conftest import Meets
from tests.journeys.house import House


async def test_ten_days_of_pause_keep_every_scheduled_message_away(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await an.says("tạm dừng 10 ngày")
    an.sees("tạm dừng gửi tin định kỳ đến hết ngày 18/11/2026")
    before = len(an.heard)
    await house.reaches("2026-11-18", "16:40")
    assert await an.messages(before) == []
    await an.says("trắc nghiệm")
    an.sees("Câu 1/2. ")


async def test_continuing_brings_the_reminder_of_the_open_round(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await an.says("/tamdung")
    await an.chooses('Đến khi tôi gửi "tiếp tục"')
    before = len(an.heard)
    await house.reaches("2026-11-10", "10:00")
    assert await an.messages(before) == []
    await an.says("tiep tuc")
    an.sees("sẽ lại nhận tin định kỳ")
    await house.reaches("2026-11-11", "14:00")
    await an.hears("Đợt 1 đang mở", "1. Trả lời ngay", "3. Không nhắc đợt này")


async def test_a_pause_ends_by_itself(house: House, meets: Meets, channel: str) -> None:
    an = await meets("AN")
    await an.says("tam dung 3 ngay")
    an.sees("đến hết ngày 11/11/2026")
    before = len(an.heard)
    await house.reaches("2026-11-16", "17:00")
    later = before + len(await an.messages(before))
    # The pause is over by the last working day before an Official Account may not write any more: it says so.
    assert later == before + (channel == "zalo-oa")
    await house.reaches("2026-11-17", "09:00")
    (opening,) = await an.messages(later)
    assert opening.startswith("Quy định trong tuần")
