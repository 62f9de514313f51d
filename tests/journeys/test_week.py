"""The default week, hour by hour, and the week of a public holiday."""

import json

import pytest
from sqlmodel import Session, col, select

from store.tables import Answer, Delivery
from tests.journeys.conftest import Meets
from tests.journeys.house import House

SCHEDULED = ("open", "remind", "review", "digest")


def scheduled(session: Session) -> list[str]:
    """What went out by itself: kind and moment of every scheduled message."""
    sent = select(Delivery).where(col(Delivery.kind).in_(SCHEDULED), Delivery.state == "sent")
    return [f"{one.kind} {one.due_at:%d/%m %H:%M}" for one in session.exec(sent.order_by(col(Delivery.id)))]


async def test_a_whole_week_from_opening_to_digest(house: House, meets: Meets) -> None:
    an, binh, dung = await meets("AN"), await meets("BINH"), await meets("DUNG")
    await house.reaches("2026-11-10", "09:00")
    await an.looks()
    await an.chooses(2)
    counts = {one.staff_code: len(await one.messages()) for one in (an, binh, dung)}
    await house.reaches("2026-11-11", "13:59")
    assert len(await dung.messages()) == counts["DUNG"]
    await house.reaches("2026-11-11", "14:00")
    await dung.hears("Đợt 1 đang mở, Anh/Chị chưa trả lời câu nào", "Hạn: 17:00 thứ Năm 12/11", "2. Tôi đang nghỉ")
    assert "!" not in dung.last.text
    assert len(await an.messages()) == counts["AN"]  # who has begun is not reminded
    await house.tick()
    await dung.chooses("Trả lời ngay")
    dung.sees("Câu 1/2. ")
    await house.reaches("2026-11-12", "17:14")
    await dung.chooses(1)
    dung.sees("Câu 2/2. ")
    await house.reaches("2026-11-12", "17:16")
    late = await an.says("1")
    assert "không được tính" in late
    assert len(house.look(lambda session: session.exec(select(Answer)).all())) == 2
    await house.reaches("2026-11-13", "15:29")
    before = len(await binh.messages())
    await house.reaches("2026-11-13", "15:30")
    assert len(await binh.messages()) == before + 1
    await binh.hears("Phòng Một · Đợt 1 (10/11–12/11)", "Tham gia: 2/3 (66,7%)", "15:30 ngày 13/11/2026, tạm tính")
    times = house.look(scheduled)
    assert times == ["open 10/11 02:00"] * 3 + ["remind 11/11 07:00"] * 2 + ["digest 13/11 08:30"]


@pytest.mark.usefixtures("buttons")
async def test_a_button_pressed_after_the_grace_is_refused_politely(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    opening = await an.looks()
    await house.reaches("2026-11-12", "17:16")
    refused = await an.chooses(2, on=opening)
    assert refused == ("Đợt 1 đã kết thúc lúc 17:00 thứ Năm 12/11 nên câu trả lời này không được tính. Cảm ơn Anh/Chị.")
    assert house.look(lambda session: session.exec(select(Answer)).all()) == []


async def test_the_way_out_of_a_reminder_is_kept(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches("2026-11-11", "14:00")
    await an.looks()
    await an.chooses("Tôi đang nghỉ hoặc đi công tác")
    an.sees("không nhắc thêm", "đến khi nào", "3. 1 tuần, đến 17/11/2026", "5. Tôi không nghỉ")
    await an.says("3")
    an.sees("không gửi tin định kỳ từ ngày 11/11/2026 đến hết 17/11/2026", "3. Đi công tác")


async def test_in_a_holiday_week_the_slot_and_its_deadline_move_together(house: House, meets: Meets) -> None:
    """Tuesday 24 November 2026 is a public holiday; what was wrong on 10 November comes back that week."""
    an = await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    await an.looks()
    wrong = next(number for number in (1, 2) if number not in rights(house))
    await an.chooses(wrong)
    an.sees("Chưa đúng.", "Câu này sẽ ôn lại sau khoảng hai tuần")
    stem = house.question(1).stem
    await house.reaches("2026-11-20", "16:00")
    before = len(await an.messages())
    await house.reaches("2026-11-24", "16:40")
    assert await an.messages(before) == []
    await house.reaches("2026-11-25", "09:00")
    (opening,) = await an.messages(before)
    assert "Hạn: 17:00 thứ Sáu 27/11." in opening
    await an.chooses(1)
    await house.reaches("2026-11-27", "09:00")
    await an.hears(f"Câu ôn 1/1. {stem}")
    assert "Hạn" not in an.last.text
    await an.says("1")
    an.sees("Phần ôn lại không tính vào số liệu tham gia")
    await house.reaches("2026-11-27", "17:14")
    await an.says("trắc nghiệm")
    an.sees("Câu 2/2. ")


def rights(house: House) -> list[int]:
    """The right options of the first question."""
    found: list[int] = json.loads(house.question(1).right_options)
    return found
