"""Heads at work: a nudge, the units below, weak topics; and who may, told as stories of each who asks."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from participation.roster import Roster
from store import ledger
from store.tables import AuditEntry, Delivery, Duty
from tests.journeys import crowd
from tests.journeys.cast import BINH, OFFICE, SON, UNITS, staff
from tests.journeys.conftest import Meets
from tests.journeys.house import House

NOT_THEIRS = "Mục này dành cho trưởng, phó đơn vị."
COMMANDS = ("thống kê", "chưa tham gia", "nhắc nhẹ", "chủ đề")


def nudges(session: Session) -> list[str]:
    """Who a nudge was written for, by key."""
    return list(session.exec(select(Delivery.key).where(Delivery.kind == "nudge").order_by(col(Delivery.key))))


def acts(session: Session) -> list[str]:
    """The acts of the audit log, in order."""
    return [one.act for one in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


async def test_a_head_nudges_once_and_who_has_answered_hears_nothing(house: House, meets: Meets) -> None:
    binh, an = await meets("BINH"), await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    await binh.says("1")
    await house.reaches("2026-11-11", "09:30")
    await binh.says("thống kê")
    await binh.chooses("Nhắc nhẹ")
    binh.sees("Gửi lời nhắc đến 1 người đã kết nối, chưa tham gia.", "- 1 người chưa kết nối")
    binh.sees("1. Gửi   2. Xem danh sách   3. Hủy")
    assert house.look(nudges) == []
    await binh.chooses("Gửi")
    binh.sees("đang được gửi đến 1 người")
    await an.hears("Lời nhắc từ Phòng Một: đợt 1 còn mở đến 17:00 thứ Năm 12/11", "1. Trả lời ngay")
    assert "Bình" not in an.last.text
    assert (await binh.says("nhac nhe")).startswith("Phòng Một đã có lời nhắc của đợt 1 lúc 09:30 thứ Tư 11/11")
    binh.sees("người gửi: Trần Thái Bình")
    await an.chooses("Trả lời ngay")
    an.sees("Câu 1/2.")
    assert "nudge" in house.look(acts)
    assert house.look(ledger.broken_link) is None


async def test_the_office_head_nudges_everybody_below_but_nobody_twice(house: House, meets: Meets) -> None:
    son, binh, an, chi = await meets("SON"), await meets("BINH"), await meets("AN"), await meets("CHI")
    await house.reaches("2026-11-10", "09:00")
    await house.reaches("2026-11-11", "09:00")
    await binh.says("nhắc nhẹ")
    await binh.chooses("Gửi")
    await son.says("nhắc nhẹ")
    son.sees("Gửi lời nhắc đến 2 người", "- 2 người đã được nhắc trong đợt này")
    await son.chooses("Gửi")
    await chi.hears("Lời nhắc từ Sở Mẫu")
    await an.hears("Lời nhắc từ Phòng Một")
    assert len(house.look(nudges)) == 4
    assert (await chi.says("nhắc nhẹ")).startswith("Sở Mẫu đã có lời nhắc của đợt 1")


async def test_who_had_a_message_this_morning_is_nudged_tomorrow_not_today(house: House, meets: Meets) -> None:
    binh, an = await meets("BINH"), await meets("AN")
    await house.reaches("2026-11-10", "10:00")
    await binh.says("nhắc nhẹ")
    binh.sees("Hôm đó họ đã có tin theo lịch nên nhận vào ngày gửi kế tiếp, nếu đợt còn mở.")
    await binh.chooses("Gửi")
    binh.sees("sẽ gửi đến 2 người vào ngày gửi kế tiếp")
    await house.reaches("2026-11-10", "16:40")
    assert "Lời nhắc" not in "".join(await an.messages())
    await house.reaches("2026-11-11", "08:05")
    await an.hears("Lời nhắc từ Phòng Một: đợt 1 còn mở đến 17:00 thứ Năm 12/11")


async def test_a_nudge_at_night_waits_for_morning_and_not_for_who_has_answered_by_then(
    house: House, meets: Meets
) -> None:
    binh, an = await meets("BINH"), await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    await house.reaches("2026-11-11", "20:00")  # the automatic reminder went out at 14:00
    await binh.says("nhắc nhẹ")
    binh.sees("Gửi lời nhắc đến 2 người", "vào 08:00 thứ Năm 12/11 (giờ gửi kế tiếp)")
    await binh.chooses("Gửi")
    before = len(await an.messages())
    await an.says("trắc nghiệm")
    await an.says("1")
    await house.reaches("2026-11-12", "08:00")
    assert "Lời nhắc" not in "".join((await an.messages())[before:])
    await binh.hears("Lời nhắc từ Phòng Một: đợt 1 còn mở đến 17:00 hôm nay")


async def test_staff_and_a_sibling_head_are_told_nothing_of_a_unit(house: House, meets: Meets) -> None:
    an, chi = await meets("AN"), await meets("CHI")
    await house.reaches("2026-11-10", "09:00")
    for command in COMMANDS:
        assert (await an.says(command)).startswith(NOT_THEIRS)
        assert "Phòng Một" not in await chi.says(command)


@pytest.mark.usefixtures("buttons")
async def test_a_head_who_was_moved_keeps_old_buttons_that_open_nothing(house: House, meets: Meets) -> None:
    binh = await meets("BINH")
    await house.reaches("2026-11-11", "09:00")
    await binh.says("thống kê")
    figures = binh.last
    await binh.says("nhắc nhẹ")
    preview = binh.last
    moved = BINH._replace(unit_code="P2", duty="", title="Chuyên viên")
    house.apply(Roster(UNITS, (*(one for one in OFFICE.people if one.staff_code != "BINH"), moved)))
    for label, on in (("Gửi", preview), ("Nhắc nhẹ", figures), ("Chủ đề còn yếu", figures)):
        assert (await binh.chooses(label, on=on)).startswith(NOT_THEIRS)
    assert house.look(nudges) == []
    assert house.look(acts)[-3:] == ["refused_unit"] * 3


async def test_a_delegate_may_within_the_period_alone(house: House, meets: Meets) -> None:
    an = await meets("AN")
    binh, chi = await meets("BINH"), await meets("CHI")

    def name(session: Session) -> None:
        unit, head, deputy = (house.unit_id(session, "P1"), *(house.person_id(session, one) for one in ("BINH", "AN")))
        duty = Duty(
            person_id=deputy,
            unit_id=unit,
            kind="delegate",
            from_on=date(2026, 11, 11),
            until_on=date(2026, 11, 11),
            named_by_id=head,
        )
        session.add(duty)

    house.look(name)
    await house.reaches("2026-11-10", "10:00")
    for command in COMMANDS:
        assert (await an.says(command)).startswith(NOT_THEIRS)
    await house.reaches("2026-11-11", "09:00")
    assert "Trần Thái Bình" in await an.says("chưa tham gia")
    await an.says("nhắc nhẹ")
    await an.chooses("Gửi")
    assert "đang được gửi đến 2 người" in an.heard[-2].text  # one of the two is the one who asked
    await binh.says("nhắc nhẹ")
    binh.sees("người gửi: Nguyễn Hoài An")
    await house.reaches("2026-11-12", "09:30")
    for command in COMMANDS:
        assert (await an.says(command)).startswith(NOT_THEIRS)
    assert "Lời nhắc" not in "".join(await chi.messages())


async def test_the_head_of_a_tree_opens_each_unit_and_an_agenda_for_monday(house: House, meets: Meets) -> None:
    son = await meets("SON")
    one, two = staff("P1", 8), staff("P2", 20)
    house.apply(Roster(UNITS, (SON, *one, *two)))
    crowd.connect(house, [person.staff_code for person in (*one, *two)])
    await house.reaches("2026-11-10", "09:00")
    codes = [person.staff_code for person in two[:12]]
    await crowd.answer(house, codes, rightly=[place < 4 for place in range(12)])
    await son.says("thống kê")
    await son.chooses("Theo đơn vị")
    son.sees("Từ 16 đến 50 người:", "- Phòng Hai: 12/20 (60,0%)", "2 nhóm ít người không hiển thị riêng")
    assert "Phòng Một" not in son.last.text
    await son.chooses("Phòng Hai")
    son.sees("Phòng Hai · Đợt 1", "Tham gia: 12/20 (60,0%)")
    assert "1. Chủ đề còn yếu   2. Nhắc nhẹ" in son.last.text  # names and the report are for its own head
    assert "Báo cáo" not in son.last.text
    await son.chooses("Chủ đề còn yếu")
    son.sees("chưa có đợt nào kết thúc", "để không suy ra được câu trả lời của từng người")
    await house.reaches("2026-11-13", "09:00")
    await son.says("chủ đề")
    son.sees("4/12 (33,3%)", "Gợi ý: dành 5 phút tại buổi giao ban sáng thứ Hai", "đọc lại thẻ")
    assert "Người Số" not in son.last.text
    await son.chooses("Đọc lại thẻ")
    son.sees("Căn cứ")
