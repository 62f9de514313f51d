"""My data: seen, received page by page, erased from every table; frozen figures keep their numbers."""

from sqlmodel import Session, SQLModel, col, select

from participation.recount import recount
from store.tables import Consent, Round
from tests.journeys.conftest import Meets
from tests.journeys.house import House
from tests.journeys.people import Somebody

# What stays about a person, and why: the employer's roster, counted places without answers, the append-only log,
# invitations by hash, consent with its withdrawal.
STAYS = {"person", "placement", "duty", "role_grant", "round_member", "ledger", "invitation", "consent", "correction"}
WEEKS = [("2026-11-10", "09:00"), ("2026-11-17", "09:00"), ("2026-11-25", "09:00"), ("2026-12-01", "09:00")]


def rows_about(session: Session, person_id: int) -> set[str]:
    """Tables that hold a row of this person."""
    tables = [table for table in SQLModel.metadata.sorted_tables if "person_id" in table.c]
    return {t.name for t in tables if session.execute(t.select().where(t.c.person_id == person_id)).first()}


def everything_said(session: Session) -> str:
    """All texts of post kept in the store: inbox, outbox, transcript."""
    kept: list[str] = []
    for name in ("inbox", "delivery", "transcript_line", "recall_ask"):
        table = SQLModel.metadata.tables[name]
        kept += [str(dict(row._mapping)) for row in session.execute(table.select())]
    return "\n".join(kept)


async def four_rounds(house: House, an: Somebody) -> None:
    """An answers two questions in each of four weeks."""
    for week in WEEKS:
        await house.reaches(*week)
        await an.looks()
        await an.chooses(2)
        await an.chooses(1)


async def test_everything_is_shown_page_by_page(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await four_rounds(house, an)
    await an.says("du lieu")
    an.sees("Nguyễn Hoài An", "AN", "Phòng Một", "Câu trả lời trắc nghiệm: 8", "1. Xem toàn bộ dữ liệu")
    await an.chooses("Xem toàn bộ dữ liệu")
    an.sees("trang 1/2", "0900000003", "Đồng ý (bản 1)", "Đợt 1, ", "1. Trang sau")
    first = an.last.text
    await an.chooses("Trang sau")
    an.sees("trang 2/2", "Đợt 4, ")
    assert len(first) <= 4096
    await an.says("ket qua")
    an.sees("chỉ Anh/Chị xem được", "Tổng cộng 4 đợt")


async def test_erasing_leaves_nothing_but_frozen_numbers(house: House, meets: Meets) -> None:
    an, binh = await meets("AN"), await meets("BINH")
    await four_rounds(house, an)
    await house.reaches("2026-12-04", "17:30")
    await binh.says("thống kê")
    figures = binh.last.text
    person_id, address = house.look(house.person_id, "AN"), an.phone.address
    await an.says("dữ liệu")
    await an.chooses("Xóa dữ liệu của tôi")
    an.sees("Anh/Chị có chắc không?", "2. Không xóa")
    await an.chooses("Xóa dữ liệu của tôi")
    an.sees("Đã xóa dữ liệu của Anh/Chị và rút lại sự đồng ý")

    assert house.look(rows_about, person_id) <= STAYS
    consent = house.look(lambda session: session.exec(select(Consent).where(Consent.person_id == person_id)).one())
    assert consent.withdrawn_at is not None
    await binh.says("thống kê")
    assert binh.last.text.splitlines()[:5] == figures.splitlines()[:5]
    newest = house.look(lambda session: session.exec(select(Round).order_by(col(Round.id).desc())).first())
    assert newest is not None
    assert newest.state == "frozen"
    for round_id in range(1, (newest.id or 0) + 1):
        counts = house.look(recount, round_id).counts
        assert sum(unit.participants for unit in counts.values()) == 1

    heard = len(await an.messages())
    await house.reaches("2026-12-08", "16:00")  # another round has opened, and 48 hours are over
    assert len(await an.messages()) == heard
    assert address not in house.look(everything_said)


async def test_who_has_erased_everything_may_join_again_and_is_a_stranger_until_then(
    house: House, meets: Meets
) -> None:
    an = await meets("AN")
    await an.says("dữ liệu")
    await an.says("2")
    await an.says("1")
    an.sees("Đã xóa dữ liệu")
    assert "Kính chào" in await an.says("thống kê")
    await an.joins()
    await house.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2. ")
