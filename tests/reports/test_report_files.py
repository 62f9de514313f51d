"""The report as Word and Excel: the same numbers, text that stays text, the layout, templates a clerk has edited."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from python_calamine import load_workbook
from sqlmodel import Session

from content.phrases import Phrases
from reports.gathering import Gathered, gather
from reports.letterhead import Letterhead, of_unit
from reports.report_docx import TemplateFault, write_docx
from reports.report_sheet import write_sheet
from reports.report_words import file_name
from reports.spans import span
from reports.templates import KINDS, build, read_words
from store.database import Database
from tests.participation.rounds import add_unit
from tests.reports.worked import AFTER, NUMBERS, wide_office, worked_example

DAY = date(2026, 11, 12)
HEAD = Letterhead(
    agency="Sở Nội vụ", superior="Ủy ban nhân dân tỉnh Khánh Hòa", abbreviation="SNV", place="Khánh Hòa",
    recipients=("Ủy ban nhân dân tỉnh", "Lưu: VT, VP"),
)  # fmt: skip
WIDE_NAMES = ("=TỔNG(1)", "+84", "-1", "@nhóm")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def worked(session: Session) -> Gathered:
    unit, _ = worked_example(session)
    return gathered(session, unit, "round")


def gathered(session: Session, unit_id: int, kind: str) -> Gathered:
    """The report of a span around the rounds."""
    wanted = span(session, unit_id, kind, DAY)
    assert wanted is not None
    found = gather(session, unit_id, wanted, {}, AFTER + timedelta(weeks=1))
    assert found is not None
    return found


def text_of(body: bytes) -> str:
    """All that is written in a Word file, tables included."""
    document = Document(io.BytesIO(body))
    return "\n".join("".join(run.text or "" for run in line.iter(f"{W}t")) for line in document.element.iter(f"{W}p"))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def cells_of(body: bytes) -> list[list[list[Any]]]:
    """The cells of every sheet."""
    book = load_workbook(io.BytesIO(body))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_word_and_excel_say_the_worked_example_exactly(phrases: Phrases, worked: Gathered) -> None:
    said = text_of(write_docx(phrases, worked, HEAD))
    for number in (*NUMBERS, "42 người", "được miễn 3", "Chưa tham gia: 6 người, trong đó 2 chưa kết nối"):
        assert number in said
    assert "Ngoài danh sách: 1 người" in said
    assert "Số liệu đến 17:00 ngày 20/11/2026, tạm tính." in said
    units, rounds, method = cells_of(write_sheet(phrases, worked))
    assert units[4][4:9] == [39.0, 33.0, "84,6%", 31.0, "79,5%"]
    numbers = [42.0, 3.0, 39.0, 37.0, "94,9%", 37.0, 36.0, "97,3%", 33.0, "84,6%", 31.0, "79,5%", 6.0, 2.0, 1.0, 0.0]
    assert rounds[4][3:19] == numbers
    assert "không hiển thị riêng" in str(method)


def test_all_text_is_composed_and_no_field_is_left(phrases: Phrases, worked: Gathered) -> None:
    body = write_docx(phrases, replace(worked, unit_name=unicodedata.normalize("NFD", "Phòng Tổ chức")), HEAD)
    said = text_of(body)
    assert unicodedata.is_normalized("NFC", said)
    assert "Phòng Tổ chức" in said
    assert not set("{}%") & set(said.replace("%)", "").replace("75%", "").replace("100%", "").replace("0%", ""))


def test_the_page_is_that_of_the_decree(phrases: Phrases, worked: Gathered) -> None:
    document = Document(io.BytesIO(write_docx(phrases, worked, HEAD)))
    for section in document.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
        margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
        assert [round(one.mm) for one in margins if one is not None] == [20, 20, 30, 15]
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header.paragraphs[0]._p.xml
        assert not section.first_page_header.paragraphs[0].text
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert len(document.sections) == 3
    assert document.core_properties.content_status == "Dự thảo"
    (rounds, units) = [table for table in document.tables if len(table.columns) > 2]
    for table in (rounds, units):
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)


def test_head_and_foot_leave_number_day_and_name_blank(phrases: Phrases, worked: Gathered) -> None:
    said = text_of(write_docx(phrases, worked, replace(HEAD, signer="Giám đốc")))
    for line in (
        "ỦY BAN NHÂN DÂN TỈNH KHÁNH HÒA", "SỞ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "Số:        /BC-SNV", "Khánh Hòa, ngày      tháng      năm 2026", "BÁO CÁO",
        "I. ĐẶC ĐIỂM TÌNH HÌNH", "II. CÔNG TÁC TRIỂN KHAI", "III. KẾT QUẢ", "IV. ĐÁNH GIÁ CHUNG",
        "Nơi nhận:", "- Ủy ban nhân dân tỉnh;", "- Lưu: VT, VP.", "GIÁM ĐỐC",
    ):  # fmt: skip
        assert line in said.split("\n"), line


@pytest.mark.parametrize(("kind", "number"), [("party", "Số        -BC/SNV"), ("mass", "Số:        /BC-SNV")])
def test_party_and_mass_organisations_do_not_bear_the_motto(
    phrases: Phrases, worked: Gathered, kind: str, number: str
) -> None:
    said = text_of(write_docx(phrases, worked, replace(HEAD, organisation=kind))).split("\n")  # type: ignore[arg-type]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" not in said
    assert ("ĐẢNG CỘNG SẢN VIỆT NAM" in said) is ("*" in said) is (kind == "party")
    assert number in said


def test_below_the_top_the_agency_is_the_superior_and_the_head_signs(session: Session, worked: Gathered) -> None:
    found = of_unit(session, HEAD, worked.rounds[0].figures.unit_id, DAY)
    assert (found.agency, found.superior, found.signer) == ("Sở Nội vụ", HEAD.superior, "Trưởng phòng")
    below = of_unit(session, HEAD, add_unit(session, "B", worked.rounds[0].figures.unit_id), DAY)
    assert (below.agency, below.superior, below.abbreviation) == ("Đơn vị B", "Sở Nội vụ", "")
    assert of_unit(session, HEAD, 999, DAY) == HEAD


def test_careless_names_survive_in_both_files(session: Session, phrases: Phrases) -> None:
    found = gathered(session, wide_office(session, units=12, rounds=2), "month")
    said = text_of(write_docx(phrases, found, Letterhead()))
    assert "SỞ MẪU & BẠN <THỬ>" in said
    units = cells_of(write_sheet(phrases, found))[0]
    named = [row[1] for row in units]
    assert set(WIDE_NAMES) <= set(named)
    assert set(WIDE_NAMES) <= {line.strip() for line in said.split("\n")}
    with zipfile.ZipFile(io.BytesIO(write_sheet(phrases, found))) as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist())
    again = write_sheet(phrases, replace(found, unit_name=str(named[5])))
    assert cells_of(again)[0][0][0] == named[5] == "=TỔNG(1)"


def test_what_is_hidden_stands_in_neither_file(session: Session, phrases: Phrases) -> None:
    found = gathered(session, wide_office(session, units=12, rounds=2), "month")
    hidden = [row.name for row in found.rows if row.is_hidden]
    assert len(hidden) == 2
    for row in cells_of(write_sheet(phrases, found))[0]:
        if row[1] in hidden and row[2] == 2:
            assert row[4:9] == ["không hiển thị riêng"] * 5 or row[4] != 6
    assert text_of(write_docx(phrases, found, HEAD)).count("không hiển thị riêng") == 2 * len(hidden) + 1


def test_the_name_of_the_file_says_that_it_is_a_draft(phrases: Phrases, worked: Gathered) -> None:
    assert file_name(phrases, worked, ".docx") == "DỰ THẢO - Báo cáo Đơn vị A - đợt 10.11.2026.docx"


@pytest.mark.parametrize("name", KINDS)
def test_the_shipped_templates_are_what_their_source_says(name: str, tmp_path: Path) -> None:
    build(read_words(), KINDS[name]).save(str(tmp_path / name))
    shipped = Document(str(Letterhead().path.parent / name))
    assert shipped.element.xml == Document(str(tmp_path / name)).element.xml


def edited(tmp_path: Path, old: str, new: str) -> Letterhead:
    """A copy of the shipped template in which a clerk has changed something."""
    document = Document(str(Letterhead().path))
    for run in document.element.iter(f"{W}t"):
        run.text = (run.text or "").replace(old, new)
    path = tmp_path / "mau-cua-toi.docx"
    document.save(str(path))
    return replace(HEAD, template=str(path))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ don_vi }}", "{{ donvi }}", ['không có chỗ điền tên "donvi"', 'thiếu chỗ điền bắt buộc "don_vi"']),
        ("{{ dot.mien }}", "{{ dot.nghi }}", ['không có chỗ điền tên "dot.nghi"']),
        ("{{ chu.ten }}", "{{ chu.ma }}", ['không có chỗ điền tên "chu.ma"']),
        ("{{ ky }}", "kỳ này", ['thiếu chỗ điền bắt buộc "ky"']),
        ("{{ ky }}", "{{ ky ", ["chỗ điền viết sai"]),
        ("{{ ky }}", "{{ ky }}{{ ky.__class__.x }}", ["chỗ điền viết sai"]),
    ],
)
def test_an_edited_template_is_checked_and_its_faults_are_told(
    phrases: Phrases, worked: Gathered, tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    with pytest.raises(TemplateFault) as fault:
        write_docx(phrases, worked, edited(tmp_path, old, new))
    for words in ("mau-cua-toi.docx", *told):
        assert words in str(fault.value)


def test_an_edited_template_that_fits_is_used(phrases: Phrases, worked: Gathered, tmp_path: Path) -> None:
    said = text_of(write_docx(phrases, worked, edited(tmp_path, "2. Thuận lợi", "2. Mặt được: {{ tham_gia }}")))
    assert "2. Mặt được: 33/39 (84,6%)" in said


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 not a zip", b"plain text"])
def test_what_is_no_word_file_is_told(phrases: Phrases, worked: Gathered, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "mau.docx"
    path.write_bytes(body)
    for template in (path, tmp_path / "khong-co.docx"):
        with pytest.raises(TemplateFault, match=r"không đọc được"):
            write_docx(phrases, worked, replace(HEAD, template=str(template)))
