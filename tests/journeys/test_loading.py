"""An admin loads forty questions in chat: three faults told, thirty-seven stored, approved by a colleague, sent out."""

import io
import re
from typing import Any

import pytest
from sqlmodel import Session, col, select

from content.loading.gate.confined import Confined
from participation.roster import Roster
from store.tables import QuestionVersion, RoundQuestion
from tests.content.loading.books import PLANTED, forty
from tests.journeys.cast import BINH, CHI, OFFICE, UNITS
from tests.journeys.conftest import Meets
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.phones import WebPhone, ZaloBotPhone
from tests.participation.workbooks import sheets

NAME = "CauHoi_T12.xlsx"
ADMINS = {
    "BINH": BINH._replace(roles=frozenset({"content_admin"})),
    "CHI": CHI._replace(roles=frozenset({"content_admin"})),
}
WITH_ADMINS = Roster(UNITS, tuple(ADMINS.get(one.staff_code, one) for one in OFFICE.people))


def workbook() -> bytes:
    """The forty questions under codes of their own, so that all of them are news; faults in rows 8, 15 and 22."""
    rows: list[list[Any]] = forty()
    for number, cells in enumerate(rows[1:], 1):
        cells[0] = f"T12-{number:02}"
        cells[4] = f"{cells[4][:-1]} (bản của cơ quan)?" if number not in (7, 14, 21) else cells[4]
    return sheets({"Câu hỏi": rows})


def loaded(session: Session) -> list[tuple[str, str]]:
    """Code and state of every question that came with a file."""
    rows = session.exec(
        select(QuestionVersion).where(col(QuestionVersion.upload_id).is_not(None)).order_by(col(QuestionVersion.code))
    )
    return [(row.code, row.state) for row in rows]


@pytest.fixture
async def binh(house: House, meets: Meets) -> Somebody:
    """Bình, who keeps content like Chi."""
    house.apply(WITH_ADMINS)
    return await meets("BINH")


async def test_forty_questions_with_three_faults_become_thirty_seven_drafts_and_then_a_round(
    house: House, meets: Meets, binh: Somebody, channel: str
) -> None:
    chi, an = await meets("CHI"), await meets("AN")
    await binh.says("/napcauhoi")
    assert binh.last.file == "mau-cau-hoi.xlsx"
    await binh.sends_file(NAME, workbook())
    received, marked, report = binh.heard[-3:]
    assert received.text == f"Đã nhận tệp {NAME}, đang kiểm tra."
    assert marked.file == "CauHoi_T12-loi.xlsx"
    binh.sees("40 dòng. Hợp lệ 37, lỗi 3. Chưa ghi dữ liệu nào.", *PLANTED, "1. Nhập 37 dòng hợp lệ", "2. Hủy để sửa")
    assert len(report.text) <= 1_500
    assert house.look(loaded) == []
    await binh.chooses("Nhập 37 dòng hợp lệ")
    binh.sees("mới 37, thay đổi 0, không đổi 0")
    assert [state for _, state in house.look(loaded)] == ["draft"] * 37
    await binh.says("1")  # typed again, as by somebody in doubt
    assert len(house.look(loaded)) == 37
    await binh.sends_file(NAME, workbook())
    binh.sees("mới 0, thay đổi 0, không đổi 37. Không có gì để nhập.")

    await chi.hears("vừa nạp 37 mục nội dung", "chờ người thứ hai duyệt")
    await chi.chooses("Xem và duyệt")
    await chi.chooses(1)
    chi.sees(NAME)
    await chi.chooses("Duyệt tất cả (37)")
    assert {state for _, state in house.look(loaded)} == {"approved"}
    await house.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2.")
    asked = select(QuestionVersion.upload_id).join(RoundQuestion)
    assert 1 in house.look(lambda session: session.exec(asked).all())


async def test_a_hostile_file_is_refused_with_a_sentence_and_a_colleague_hardly_notices(
    house: House, meets: Meets, binh: Somebody
) -> None:
    await binh.sends_file("hoa-don.xlsm", sheets({"Câu hỏi": [["x" * 6_000]]}))
    binh.sees("Chưa ghi dữ liệu nào.")
    an = await meets("AN")
    assert "Anh/Chị chọn một mục" in await an.says("menu")
    assert house.look(loaded) == []


async def test_a_file_of_somebody_without_the_role_is_not_taken(house: House, meets: Meets, channel: str) -> None:
    an = await meets("AN")
    if channel in ("telegram", "zalo-bot"):
        assert await an.sends_file(NAME, workbook()) == house.open.phrases("menu.text_only")
    else:  # an Official Account gives no link to the page that takes files
        told = {"web": "chỉ nhận tệp của người quản trị nội dung", "zalo-oa": house.open.phrases("menu.unclear")}
        with pytest.raises(AssertionError, match=re.escape(told[channel])):
            await an.sends_file(NAME, workbook())
    assert house.look(loaded) == []


async def test_what_comes_back_is_the_very_workbook_with_its_faults_marked(house: House, binh: Somebody) -> None:
    if not isinstance(binh.phone, WebPhone | ZaloBotPhone):
        pytest.skip("the bytes of what a Telegram bot sent are looked at in tests/telegram")
    await binh.sends_file(NAME, workbook())
    marked = await binh.phone.saves(binh.heard[-2])
    again = await Confined(house.open.phrases).check_file(NAME, marked, await _known(house))
    assert again.reading
    assert (again.reading.rows, again.reading.faulty) == (40, 3)
    assert io.BytesIO(marked).read(2) == b"PK"


async def _known(house: House) -> Any:
    from content import reviewing

    desk = house.assistant.uploads.house
    return await house.database.run(reviewing.known, desk.topics, desk.tracks)
