"""The worked example and the roll-up, asked for in chat: the numbers an inspector would compute by hand."""

import re
from datetime import date

import pytest
from sqlmodel import Session

from participation import exemptions
from participation.roster import Roster
from store.tables import Duty
from tests.botapi.server import BotApi
from tests.journeys import crowd
from tests.journeys.cast import BINH, DUNG, EM, UNITS, staff
from tests.journeys.conftest import Meets, Opens
from tests.journeys.house import House
from tests.journeys.phones import TelegramPhone

# Bình, Dũng and forty others: 42 people of Phòng Một at opening.
CODES = [person.staff_code for person in staff("P1", 40)]
FORTY_TWO = Roster(UNITS, (BINH, DUNG, *staff("P1", 40)))
AWAY, UNCONNECTED, REST = CODES[:3], CODES[3:5], CODES[5:]


async def worked_example(house: House) -> None:
    """42 at opening, 3 exempt, 37 connected, 36 accepted, 33 answered, 31 finished, 1 newcomer answered too."""
    for code, reason in zip(AWAY, ("nghỉ theo chế độ", "nghỉ theo chế độ", "đi học"), strict=True):
        person_id = house.look(house.person_id, code)
        house.look(exemptions.enter, person_id, date(2026, 11, 1), date(2026, 11, 30), reason, "test", house.clock())
    crowd.connect(house, [*AWAY, *REST])
    dung = await house.phone("telegram", "DUNG")
    dung.is_linked()
    assert isinstance(dung.phone, TelegramPhone)
    dung.phone.person.blocked = True  # without a word to us: the platform will refuse
    await house.reaches("2026-11-10", "09:00")
    house.apply(Roster(UNITS, (*FORTY_TWO.people, EM)))
    em = await house.phone("web", "EM")
    em.is_linked()
    await em.says("trắc nghiệm")
    await em.says("1")
    em.sees("Câu 2/2. ")
    await crowd.answer(house, REST[:33])
    await crowd.answer(house, REST[:31])


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_the_worked_example_comes_out_exactly_in_chat(opens: Opens, channel: str) -> None:
    async with BotApi(time_factor=0.001) as api, opens(api, FORTY_TWO) as house:
        binh = await house.phone(channel, "BINH")
        binh.is_linked()
        await worked_example(house)
        for words in ("thống kê", "thong ke", "tk", "/thongke"):
            await binh.says(words)
            binh.sees("Phòng Một · Đợt 1 (10/11–12/11)", "Tham gia: 33/39 (84,6%)", "Hoàn thành: 31/39 (79,5%)")
            binh.sees("Kết nối: 37/39 (94,9%)", "Gửi thành công: 36/37 (97,3%)")
            binh.sees("Chưa tham gia: 6 (2 chưa kết nối) · Miễn: 3", "Ngoài danh sách: 1")
            assert re.search(r"Số liệu đến 09:0\d ngày 10/11/2026, tạm tính\.", binh.last.text), binh.last.text
        await house.reaches("2026-11-13", "17:01")
        await binh.says("thống kê")
        binh.sees("33/39 (84,6%)", "31/39 (79,5%)", "37/39 (94,9%)", "36/37 (97,3%)")
        binh.sees("Số liệu đến 17:00 ngày 13/11/2026, đã chốt.")


async def test_a_parent_pools_eight_of_ten_and_thirty_of_sixty(house: House, meets: Meets) -> None:
    ten, sixty = [one.staff_code for one in staff("P1", 10)], [one.staff_code for one in staff("P2", 60)]
    house.apply(Roster(UNITS, (*staff("P1", 10), *staff("P2", 60))))

    def make_head(session: Session) -> None:
        person_id, unit_id = house.person_id(session, ten[0]), house.unit_id(session, "S")
        session.add(Duty(person_id=person_id, unit_id=unit_id, kind="head", from_on=date(2026, 1, 1)))

    house.look(make_head)
    head = await meets(ten[0])
    crowd.connect(house, [*ten[1:], *sixty])
    await house.reaches("2026-11-10", "09:00")
    await crowd.answer(house, [*ten[1:9], *sixty[:30]])
    await head.says("thống kê")
    head.sees(
        "Sở Mẫu · Đợt 1", "Tham gia: 38/70 (54,3%)", "1. Chưa tham gia   2. Chủ đề còn yếu   3. Nhắc nhẹ   4. Báo cáo"
    )
    assert "65" not in head.last.text
    await head.chooses("Theo đơn vị")
    head.sees("Phòng Một: 8/10 (80,0%)", "Phòng Hai: 30/60 (50,0%)", "Toàn đơn vị: 38/70 (54,3%)")
