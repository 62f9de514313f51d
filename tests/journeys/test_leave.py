"""Leave and delegation as stories: who is told, what the figures say, and what old buttons and old rights are worth."""

from sqlmodel import Session, select

from participation.counting import Counts
from participation.figures import RoundFigures, counts_by_unit, round_figures
from participation.recount import recount
from participation.roster import PersonRow, Roster
from store import ledger
from store.tables import Round
from tests.journeys.cast import AN, BINH, CHI, DUNG, SON, UNITS
from tests.journeys.conftest import Meets
from tests.journeys.house import House

NOT_THEIRS = "Mục này dành cho trưởng, phó đơn vị."
HA = PersonRow(8, "HA", "Vũ Thu Hà", "P1", "Phó trưởng phòng", "0900000007", duty="deputy")
LAN = PersonRow(9, "LAN", "Bùi Thị Lan", "P1", "Chuyên viên", "0900000008")
OFFICE = Roster(UNITS, (SON, BINH, HA, AN, CHI, DUNG, LAN))


def figures(house: House, unit: str = "P1") -> RoundFigures:
    """The newest round's figures of a unit; every count of the round agrees with the log."""

    def work(session: Session) -> RoundFigures:
        round_ = session.exec(select(Round).order_by(Round.number.desc())).first()  # type: ignore[attr-defined]
        assert round_ is not None
        assert recount(session, round_.id or 0).differs(counts_by_unit(session, round_)) == []
        found = round_figures(session, round_.id or 0, house.unit_id(session, unit), house.clock())
        assert found is not None
        return found

    return house.look(work)


async def test_an_reports_leave_and_binh_approves_it_on_his_phone(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    an, binh, ha, son, chi, lan = [await meets(code) for code in ("AN", "BINH", "HA", "SON", "CHI", "LAN")]
    before = [len(await one.messages()) for one in (son, chi, lan)]
    await an.says("tôi nghỉ từ 9/11 đến 13/11")
    an.sees("không gửi tin định kỳ từ ngày 09/11/2026 đến hết 13/11/2026")
    await an.chooses("Nghỉ theo chế độ")
    an.sees("chuyển đến người phụ trách")
    await house.tick()
    for one in (binh, ha):
        await one.hears("Nguyễn Hoài An (Phòng Một) báo nghỉ từ ngày 09/11/2026 đến hết 13/11/2026")
        assert "chế độ" not in one.last.text
    assert [len(await one.messages()) for one in (son, chi, lan)] == before
    asked = ha.last
    await binh.chooses("Duyệt")
    binh.sees("Đã duyệt: Nguyễn Hoài An")
    await ha.chooses("Không duyệt", on=asked)
    ha.sees("đã được người khác xét")
    await house.tick()
    await an.hears("đã được duyệt")
    await house.reaches("2026-11-11", "14:30")
    assert "Câu 1/2" not in "".join(await an.messages())
    assert figures(house).counts.exempt == 1
    await lan.hears("Đợt 1 đang mở")
    assert house.look(ledger.broken_link) is None


async def test_a_leave_approved_after_closing_is_a_correction_beside_the_published_figure(
    house: House, meets: Meets
) -> None:
    house.apply(OFFICE)
    an, binh = await meets("AN"), await meets("BINH")
    await an.says("đang công tác đến 13/11")
    an.sees("Đã ghi nhận")
    await house.reaches("2026-11-13", "15:00")
    published = figures(house).counts
    await binh.says("duyệt nghỉ")
    await binh.chooses("Nguyễn Hoài An · 09/11–13/11")
    await binh.chooses("Duyệt")
    binh.sees("Đính chính: đợt 1 đã đóng, số đã công bố giữ nguyên")
    found = figures(house)
    assert found.counts == published
    assert found.corrected is not None
    assert (found.counts.base, found.corrected.base) == (published.base, published.base - 1)
    await binh.says("thống kê")
    binh.sees(f"0/{published.base} (0%)")


async def test_a_refused_leave_is_told_courteously_and_counts_nobody_out(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    an, binh = await meets("AN"), await meets("BINH")
    await an.says("đang công tác đến 13/11")
    await binh.says("/nghi")
    await binh.chooses("Nguyễn Hoài An · 09/11–13/11")
    await binh.chooses("Không duyệt")
    await house.tick()
    await an.hears("chưa được duyệt miễn", "trao đổi với người phụ trách")
    await house.reaches("2026-11-10", "09:00")
    assert figures(house).counts.exempt == 0
    await an.says("tiếp tục")
    await house.reaches("2026-11-11", "14:00")
    await an.hears("Đợt 1 đang mở")


async def test_an_comes_back_early_and_counts_in_the_next_round(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    an, binh = await meets("AN"), await meets("BINH")
    await an.says("đang công tác đến 27/11")
    await binh.says("/nghi")
    await binh.chooses("Nguyễn Hoài An · 09/11–27/11")
    await binh.chooses("Duyệt")
    await house.reaches("2026-11-16", "09:00")
    first = figures(house)
    assert (first.is_final, first.counts.exempt) == (True, 1)
    await an.says("tôi đi làm lại")
    an.sees("Chào Anh/Chị trở lại", "Các đợt mở từ nay tính Anh/Chị")
    await house.reaches("2026-11-17", "09:00")
    await an.hears("Câu 1/2")
    assert figures(house).counts.exempt == 0


async def test_a_request_that_was_withdrawn_before_the_window_never_reaches_the_head(
    house: House, meets: Meets
) -> None:
    house.apply(OFFICE)
    an, binh = await meets("AN"), await meets("BINH")
    await house.reaches("2026-11-09", "19:00")
    before = len(await binh.messages())
    await an.says("mai tôi nghỉ")
    await an.chooses("Lý do khác")
    await an.says("nghỉ phép")
    await an.chooses("Rút: 10/11/2026")
    await house.reaches("2026-11-10", "08:30")
    assert await binh.messages(before) == []


async def test_a_heads_leave_goes_one_floor_up(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, ha, son = await meets("BINH"), await meets("HA"), await meets("SON")
    before = len(await ha.messages())
    await binh.says("đang công tác đến 13/11")
    await house.tick()
    await son.hears("Trần Thái Bình (Phòng Một) báo nghỉ")
    assert await ha.messages(before) == []
    await son.chooses("Duyệt")
    son.sees("Đã duyệt: Trần Thái Bình")


async def test_who_no_longer_heads_the_unit_decides_nothing(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    an, binh = await meets("AN"), await meets("BINH")
    await an.says("đang công tác đến 13/11")
    await house.tick()
    await binh.hears("báo nghỉ")
    asked = binh.last
    moved = BINH._replace(unit_code="P2", duty="head")
    house.apply(Roster(UNITS, (SON, moved, HA, AN, CHI._replace(duty="", title="Chuyên viên"), DUNG, LAN)))
    await binh.chooses("Duyệt", on=asked)
    binh.sees("Mục này không có")
    assert "Nguyễn" not in await binh.says("/nghi")


async def test_lan_stands_in_for_her_head_and_only_in_those_days(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, ha, lan, chi = [await meets(code) for code in ("BINH", "HA", "LAN", "CHI")]
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)
    await binh.says("/uyquyen LAN từ 10/11 đến 12/11")
    binh.sees("Ủy quyền cho Bùi Thị Lan", "Phòng Một", "từ 10/11/2026 đến hết 12/11/2026")
    await binh.chooses("Xác nhận")
    await house.tick()
    await lan.hears("Anh/Chị được ủy quyền", "Phòng Một")
    await ha.hears("Bùi Thị Lan được ủy quyền thay mặt Phòng Một")
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)  # not before the first day
    await house.reaches("2026-11-10", "10:00")
    await lan.says("chưa tham gia")
    lan.sees("Phòng Một · Đợt 1", "Nguyễn Hoài An")
    assert (await lan.says("thống kê")) == (await binh.says("thống kê"))
    assert "không ủy quyền tiếp" in await lan.says("ủy quyền")
    assert "Nguyễn Hoài An" not in await chi.says("chưa tham gia")
    await lan.says("thống kê")
    statement = lan.last
    await house.reaches("2026-11-13", "08:00")
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)
    if lan.phone.has_buttons:
        assert (await lan.chooses("Chưa tham gia", on=statement)).startswith(NOT_THEIRS)


async def test_a_revoked_delegate_sees_nothing_at_once(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, ha, lan = [await meets(code) for code in ("BINH", "HA", "LAN")]
    await binh.says("ủy quyền LAN từ hôm nay đến 30/11")
    await binh.chooses("Xác nhận")
    assert not (await lan.says("thống kê")).startswith(NOT_THEIRS)
    await ha.says("ủy quyền")
    await ha.chooses("Thu hồi: Bùi Thị Lan")
    ha.sees("Đã thu hồi")
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)
    for one in (lan, binh):
        assert any("Ủy quyền của Bùi Thị Lan tại Phòng Một đã được thu hồi" in text for text in await one.messages())


async def test_a_delegation_ends_with_the_duty_of_who_named_it(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, lan = await meets("BINH"), await meets("LAN")
    await binh.says("ủy quyền LAN từ hôm nay đến 30/11")
    await binh.chooses("Xác nhận")
    assert not (await lan.says("thống kê")).startswith(NOT_THEIRS)
    house.apply(Roster(UNITS, (SON, BINH._replace(duty="", title="Chuyên viên"), HA, AN, CHI, DUNG, LAN)))
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)


async def test_a_delegate_who_is_moved_elsewhere_stands_in_no_longer(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, lan = await meets("BINH"), await meets("LAN")
    await binh.says("ủy quyền LAN từ hôm nay đến 30/11")
    await binh.chooses("Xác nhận")
    house.apply(Roster(UNITS, (SON, BINH, HA, AN, CHI, DUNG, LAN._replace(unit_code="P2"))))
    assert (await lan.says("thống kê")).startswith(NOT_THEIRS)
    await binh.says("ủy quyền")
    binh.sees("chưa ủy quyền cho ai")


async def test_a_head_enters_leave_for_one_of_hers(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, an, chi = await meets("BINH"), await meets("AN"), await meets("CHI")
    await house.reaches("2026-11-10", "10:00")
    assert figures(house).counts == Counts(snapshot=5, connected=2, attempted=2, accepted=2, absent_unconnected=3)
    await binh.says("/ghinghi DUNG từ 10/11 đến 20/11")
    binh.sees("Ghi nghỉ cho Phạm Tiến Dũng", "Đợt nằm trọn trong những ngày này: 1")
    await binh.chooses("Đi học, tập huấn")
    binh.sees("Được miễn: đợt 1")
    found = figures(house).counts
    assert (found.exempt, found.base) == (1, 4)
    for one in (an, chi):
        await one.says("/ghinghi DUNG từ 10/11 đến 20/11")
        one.sees("Mục này không có")
