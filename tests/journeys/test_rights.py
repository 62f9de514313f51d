"""Who sees what: figures for heads, names for the direct head alone, and one answer for what is not theirs."""

import pytest
from sqlmodel import Session, col, select

from participation.roster import Roster
from store import ledger
from store.tables import AuditEntry
from tests.journeys.cast import BINH, OFFICE, UNITS
from tests.journeys.conftest import Meets
from tests.journeys.house import House

NOT_THEIRS = "Mục này dành cho trưởng, phó đơn vị."


def acts(session: Session) -> list[tuple[str, str]]:
    """Act and subject of every audit entry, in order."""
    return [(one.act, one.subject) for one in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]


async def test_names_of_the_absent_go_to_the_direct_head_alone(house: House, meets: Meets) -> None:
    son, binh, an = await meets("SON"), await meets("BINH"), await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    await binh.says("chua tham gia")
    binh.sees("Phòng Một · Đợt 1: 3 người chưa tham gia", "Đã kết nối:", "Nguyễn Hoài An", "Trần Thái Bình")
    binh.sees("Chưa kết nối", "Phạm Tiến Dũng", "không kèm kết quả trả lời")
    assert "Chi" not in binh.last.text
    await son.says("/chuathamgia")
    for name in ("Nguyễn Hoài An", "Phạm Tiến Dũng", "Lê Quỳnh Chi", "Trần Thái Bình"):
        assert name not in son.last.text
    assert (await an.says("chưa tham gia")).startswith(NOT_THEIRS)
    assert (await an.says("thống kê")).startswith(NOT_THEIRS)


@pytest.mark.usefixtures("buttons")
async def test_an_old_button_opens_nothing_once_the_duty_has_ended(house: House, meets: Meets) -> None:
    binh = await meets("BINH")
    await house.reaches("2026-11-10", "09:00")
    await binh.says("thống kê")
    statement = binh.last
    await binh.chooses("Chưa tham gia")
    others = tuple(one for one in OFFICE.people if one.staff_code != "BINH")
    house.apply(Roster(UNITS, (*others, BINH._replace(duty="", title="Chuyên viên"))))
    assert (await binh.chooses("Chưa tham gia", on=statement)).startswith(NOT_THEIRS)
    assert "Nguyễn" not in binh.last.text
    unit_id = house.look(house.unit_id, "P1")
    assert house.look(acts)[-1] == ("refused_unit", f"unit {unit_id}")
    assert house.look(ledger.broken_link) is None


@pytest.mark.usefixtures("buttons")
async def test_a_button_taken_from_another_heads_screen_is_no_button(house: House, meets: Meets) -> None:
    binh, chi = await meets("BINH"), await meets("CHI")
    await house.reaches("2026-11-10", "09:00")
    await chi.says("thống kê")
    await binh.phone.presses_invented(chi.phone.token_of(chi.last), 1)
    assert "không còn hiệu lực" in (await binh.looks()).text
    assert "Chi" not in binh.last.text
