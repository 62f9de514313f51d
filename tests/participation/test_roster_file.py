"""Writing a roster: whatever goes out comes back in, and the sample office is such a file."""

import io
import re
import zipfile

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.sample_office import SAMPLE, sample_roster, write_sample
from content.cells import cell_text, clean
from content.phrases import Phrases
from participation.phones import canonical_phone
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.file import write_roster, write_template
from participation.roster.reading import read_roster
from participation.roster.sheets import PEOPLE_COLUMNS, UNIT_COLUMNS
from tests.conftest import ROOT

PHRASES = Phrases.load(ROOT / "content" / "phrases")
ANY_TEXT = st.text(min_size=1, max_size=60).map(clean).filter(lambda text: 0 < len(text) <= 60)


@given(name=ANY_TEXT, title=ANY_TEXT, unit=ANY_TEXT)
def test_any_text_survives_writing_and_reading(name: str, title: str, unit: str) -> None:
    roster = Roster((UnitRow(2, "P", unit, "Phòng"),), (PersonRow(2, "A", name, "P", title),))
    assert read_roster(write_roster(roster, PHRASES), PHRASES) == roster


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_names_that_look_like_formulas_survive_and_stay_text() -> None:
    names = ["-Nguyễn", "=1+1", "+84", "@SUM(A1)", "{=1}", "https://example.org", "0123", "1e5", "_x000D_", "'x"]
    people = tuple(PersonRow(number, f"A{number}", name, "P") for number, name in enumerate(names, 2))
    data = write_roster(Roster((UnitRow(2, "P", "P", "Phòng"),), people), PHRASES)
    assert [person.name for person in read_roster(data, PHRASES).people] == names
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert all(b"<f>" not in archive.read(name) and b"<f " not in archive.read(name) for name in archive.namelist())


def test_the_template_has_every_column_and_drop_downs(phrases: Phrases) -> None:
    data = write_template(phrases)
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        assert workbook.sheet_names == ["Đơn vị", "Cán bộ", "Hướng dẫn"]
        for name, columns in (("Đơn vị", UNIT_COLUMNS), ("Cán bộ", PEOPLE_COLUMNS)):
            rows = workbook.get_sheet_by_name(name).to_python()
            assert rows == [[phrases(column.key) for column in columns]]
        guide = " ".join(cell_text(cell) for row in workbook.get_sheet_by_name("Hướng dẫn").to_python() for cell in row)
    assert "Nguyễn Thị Ví Dụ" in guide
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        people = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "đang làm việc,thôi việc" in people
    assert 'state="frozen"' in people
    assert len(re.findall("<dataValidation ", people)) == len(PEOPLE_COLUMNS)


def test_input_messages_fit_what_excel_allows(phrases: Phrases) -> None:
    for column in (*UNIT_COLUMNS, *PEOPLE_COLUMNS):
        assert len(phrases(column.note)) <= 255
        assert len(phrases(column.key)) <= 32


def test_the_sample_office_is_read_without_a_fault(phrases: Phrases) -> None:
    assert read_roster(SAMPLE.read_bytes(), phrases) == sample_roster()


def test_the_sample_office_file_is_what_its_source_gives(phrases: Phrases) -> None:
    # Another version of the writer may pack the same cells differently, so cells are compared, not bytes.
    assert read_roster(write_sample(phrases), phrases) == read_roster(SAMPLE.read_bytes(), phrases)
    assert write_sample(phrases) == write_sample(phrases)


def test_the_sample_office_has_the_shape_the_demo_needs() -> None:
    roster = sample_roster()
    sizes = {unit.code: sum(person.unit_code == unit.code for person in roster.people) for unit in roster.units}
    depth = {"": 0}
    for unit in roster.units:
        depth[unit.code] = depth[unit.parent_code] + 1
    assert 12 <= len(roster.units) <= 14
    assert 115 <= len(roster.people) <= 125
    assert max(depth.values()) == 3
    assert 4 in sizes.values()
    assert {person.unit_code for person in roster.people if person.duty == "head"} == set(sizes)
    assert sorted(role for person in roster.people for role in person.roles) == [
        "content_admin", "content_admin", "operator", "roster_admin",
    ]  # fmt: skip


def test_the_sample_office_is_plainly_fictional() -> None:
    roster = sample_roster()
    assert roster.units[0].name == "Sở Văn minh công sở tỉnh Mẫu"
    assert all(person.phone == f"0900000{person.staff_code[3:]}" for person in roster.people)
    assert all(canonical_phone(person.phone or "") == person.phone for person in roster.people)
    assert len({person.name for person in roster.people}) == len(roster.people)
