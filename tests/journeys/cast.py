"""The cast and their office: An, Bình her head, Chi in the other room, Dũng, and Em the newcomer."""

from datetime import date

from participation.roster import PersonRow, Roster, UnitRow

FOUNDED = date(2025, 7, 1)
AGENCY = "Sở Mẫu"

UNITS = (
    UnitRow(2, "S", "Sở Mẫu", "Sở", valid_from_on=FOUNDED),
    UnitRow(3, "P1", "Phòng Một", "Phòng", "S", valid_from_on=FOUNDED),
    UnitRow(4, "P2", "Phòng Hai", "Phòng", "S", valid_from_on=FOUNDED),
)
SON = PersonRow(2, "SON", "Đỗ Minh Sơn", "S", "Giám đốc", "0900000001", duty="head")
BINH = PersonRow(3, "BINH", "Trần Thái Bình", "P1", "Trưởng phòng", "0900000002", duty="head")
AN = PersonRow(4, "AN", "Nguyễn Hoài An", "P1", "Chuyên viên", "0900000003")
CHI = PersonRow(5, "CHI", "Lê Quỳnh Chi", "P2", "Phó trưởng phòng", "0900000004", duty="deputy")
DUNG = PersonRow(6, "DUNG", "Phạm Tiến Dũng", "P1", "Chuyên viên", "0900000005")
EM = PersonRow(7, "EM", "Hồ Thị Em", "P1", "Chuyên viên", "0900000006")

OFFICE = Roster(UNITS, (SON, BINH, AN, CHI, DUNG))


def with_people(*more: PersonRow) -> Roster:
    """The office with more people in it."""
    return Roster(UNITS, (*OFFICE.people, *more))


def staff(unit_code: str, count: int) -> list[PersonRow]:
    """So many plain people of a unit."""
    return [
        PersonRow(100 + number, f"{unit_code}-{number:02}", f"Người Số {number}", unit_code, "Chuyên viên", None)
        for number in range(1, count + 1)
    ]
