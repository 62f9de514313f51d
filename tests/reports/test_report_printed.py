"""The Word file as LibreOffice prints it: pages, repeated headings, page numbers and Vietnamese come out whole."""

import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from content.phrases import Phrases
from reports.gathering import gather
from reports.letterhead import Letterhead
from reports.report_docx import write_docx
from reports.spans import span
from store.database import Database, sqlite_url
from tests.reports.worked import AFTER, NUMBERS, wide_office, worked_example

HEAD = Letterhead(agency="Sở Mẫu", superior="Ủy ban nhân dân tỉnh", abbreviation="SM", place="Khánh Hòa")
DAY = date(2026, 11, 12)
SECONDS = 120


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, phrases: Phrases) -> dict[str, list[str]]:
    """The pages of two reports as text: one unit in one round, and sixty units over two rounds."""
    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        pytest.skip("needs LibreOffice Writer (soffice) and poppler-utils (pdftotext)")
    folder = tmp_path_factory.mktemp("printed")
    for name in ("one", "wide"):
        shutil.copy(sqlite_template, folder / f"{name}.db")
        database = Database(sqlite_url(folder / f"{name}.db"))
        with database.transaction() as session:
            unit = worked_example(session)[0] if name == "one" else wide_office(session, units=60, rounds=2)
            wanted = span(session, unit, "round" if name == "one" else "month", DAY)
            found = gather(session, unit, wanted, {}, AFTER + timedelta(weeks=2)) if wanted else None
            assert found is not None
            (folder / f"{name}.docx").write_bytes(write_docx(phrases, found, HEAD))
        database.close()
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *map(str, folder.glob("*.docx"))], capture_output=True, timeout=SECONDS, check=False)
    if not (folder / "one.pdf").exists():
        pytest.skip("this LibreOffice cannot read Word files: its Writer part is not installed")
    return {name: pages(folder / f"{name}.pdf") for name in ("one", "wide")}


def pages(file: Path) -> list[str]:
    """The text of each page."""
    told = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    return told.stdout.split("\f")[:-1]


def test_the_worked_example_is_printed_with_its_numbers(printed: dict[str, list[str]]) -> None:
    whole = " ".join(" ".join(printed["one"]).split())
    for text in (*NUMBERS, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Nơi nhận:"):
        assert text in whole


def test_the_number_of_a_page_stands_on_top_from_the_second_page_of_each_part(printed: dict[str, list[str]]) -> None:
    firsts = [page.split("\n")[0].strip() for page in printed["wide"]]
    assert firsts[1] == "2"
    annex = next(at for at, page in enumerate(printed["wide"]) if "KẾT QUẢ THEO ĐƠN VỊ" in page)
    assert firsts[annex] == "Phụ lục I"
    assert firsts[annex + 1] == "2"


def test_no_page_holds_nothing_but_its_number(printed: dict[str, list[str]]) -> None:
    for told in printed.values():
        assert [page for page in told if len(page.split()) < 2] == []


def test_a_table_that_breaks_has_its_heading_on_every_page(printed: dict[str, list[str]]) -> None:
    annex = next(at for at, page in enumerate(printed["wide"]) if "KẾT QUẢ THEO ĐƠN VỊ" in page)
    told = [" ".join(page.split()) for page in printed["wide"][annex : annex + 2]]
    assert [bool(re.search("STT Đơn vị .{0,9}Tham gia Hoàn thành", page)) for page in told] == [True, True]
    assert "Phòng Nghiệp vụ số 06" in told[0]
    assert "Phòng Nghiệp vụ số 60" in told[1]
