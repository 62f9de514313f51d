"""A workbook of forty questions with three planted faults gives exactly those three, whoever wrote the file."""

import csv
import io
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from content.loading.drafts import Reading
from content.loading.excel.layout import open_workbook
from content.loading.excel.marking import RED, mark
from content.loading.excel.workbook import read_workbook
from content.phrases import Phrases
from tests.content.loading.books import KNOWN, PLANTED, flaws, forty, mended, turned, warnings
from tests.content.loading.calc import CSV, Calc
from tests.participation.workbooks import sheets

SENTENCES = tuple(told.split(": ", 1)[1] for told in PLANTED)
NOTES = ("xl/comments1.xml", "xl/comments/comment1.xml")


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text) + "  "


def written(rows: list[list[object]], name: str = "Câu hỏi") -> bytes:
    return sheets({name: rows})


@pytest.fixture(scope="session")
def foreign(calc: Calc, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The forty questions as LibreOffice writes them: from an .xlsx by way of .ods, and from a .csv."""
    folder = tmp_path_factory.mktemp("foreign")
    first, table = folder / "first.xlsx", folder / "table.csv"
    first.write_bytes(written(forty()))
    with table.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(forty())
    (by_way_of_ods,) = calc.convert("xlsx", *calc.convert("ods", first))
    (from_table,) = calc.convert("xlsx", table, filter=CSV)
    return {"ods": by_way_of_ods.read_bytes(), "csv": from_table.read_bytes()}


@pytest.fixture(params=["excel", "decomposed", "ods", "csv"])
def body(request: pytest.FixtureRequest) -> bytes:
    """The file, from four hands."""
    if request.param == "excel":
        return written(forty())
    if request.param == "decomposed":
        return written(turned(forty(), decomposed), decomposed("Câu hỏi").strip())
    return bytes(request.getfixturevalue("foreign")[request.param])


def test_exactly_the_three_planted_faults_are_found(body: bytes, phrases: Phrases) -> None:
    reading = read_workbook(body, KNOWN, phrases)
    assert flaws(reading, phrases) == list(PLANTED)
    assert (reading.rows, reading.faulty, len(reading.questions)) == (40, 3, 37)
    assert warnings(reading, phrases) == []


def test_the_drafts_are_the_same_whoever_wrote_the_file(body: bytes, phrases: Phrases) -> None:
    assert read_workbook(body, KNOWN, phrases).questions == wanted(phrases).questions


def wanted(phrases: Phrases) -> Reading:
    return read_workbook(written(forty()), KNOWN, phrases)


def test_the_marked_copy_shows_each_fault_where_it_is(body: bytes, phrases: Phrases) -> None:
    copy = mark(body, read_workbook(body, KNOWN, phrases), phrases)
    notes = comments(copy)
    assert notes == {"J8": SENTENCES[0], "H15": SENTENCES[1], "E22": SENTENCES[2]}
    before, after = open_workbook(body), open_workbook(copy)
    assert list(before) == list(after)
    ((_, old),) = before.items()
    ((_, new),) = after.items()
    assert [list(cells[: len(old[0])]) for cells in new] == [list(cells) for cells in old]
    ours = {number: cells[-1] for number, cells in enumerate(new, 1) if cells[-1]}
    told = {row: what for row, what in ours.items() if row > 1}
    assert ours[1] == "Lỗi"
    assert told == {
        8: f'Cột "Đáp án": {SENTENCES[0]}',
        15: f'Cột "C": {SENTENCES[1]}',
        22: f'Cột "Câu hỏi": {SENTENCES[2]}',
    }


def test_faults_are_red_and_nothing_else_is(phrases: Phrases) -> None:
    body = written(forty())
    with zipfile.ZipFile(io.BytesIO(mark(body, read_workbook(body, KNOWN, phrases), phrases))) as archive:
        styles, sheet = archive.read("xl/styles.xml").decode(), archive.read("xl/worksheets/sheet1.xml").decode()
    fills = re.findall(r"<fill>(.*?)</fill>", styles)
    formats = re.findall(r"<xf [^>]*fillId=\"(\d+)\"", styles.split("<cellXfs")[1])
    red = {str(number) for number, fill in enumerate(formats) if RED[1:] in fills[int(fill)]}
    cells = {cell for cell, look in re.findall(r'<c r="(\w+)" s="(\d+)"', sheet) if look in red}
    assert cells == {"J8", "H15", "E22", "Q8", "Q15", "Q22"}


def comments(body: bytes) -> dict[str, str]:
    """The comments of the first sheet by cell, straight from the file."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        name = next(name for name in NOTES if name in archive.namelist())
        text = archive.read(name).decode()
    found = re.findall(r'<comment ref="(\w+)".*?>(.*?)</comment>', text, flags=re.DOTALL)
    return {cell: "".join(re.findall(r"<t(?: [^>]*)?>(.*?)</t>", inner, flags=re.DOTALL)) for cell, inner in found}


def test_a_marked_copy_put_right_is_loaded_in_full(body: bytes, phrases: Phrases) -> None:
    copy = mark(body, read_workbook(body, KNOWN, phrases), phrases)
    ((name, grid),) = open_workbook(copy).items()
    reading = read_workbook(sheets({name: mended(list(map(list, grid)))}), KNOWN, phrases)
    assert (flaws(reading, phrases), warnings(reading, phrases)) == ([], [])
    assert len(reading.questions) == 40


def test_marking_a_marked_copy_adds_no_second_column(phrases: Phrases) -> None:
    body = written(forty())
    once = mark(body, read_workbook(body, KNOWN, phrases), phrases)
    twice = mark(once, read_workbook(once, KNOWN, phrases), phrases)
    assert open_workbook(once) == open_workbook(twice)
    assert comments(once) == comments(twice)


def test_libreoffice_opens_the_marked_copy(calc: Calc, tmp_path: Path, phrases: Phrases) -> None:
    body = written(forty())
    path = tmp_path / "marked.xlsx"
    path.write_bytes(mark(body, read_workbook(body, KNOWN, phrases), phrases))
    (opened,) = calc.convert("xlsx", path)
    assert open_workbook(opened.read_bytes()) == open_workbook(path.read_bytes())
    assert set(comments(opened.read_bytes())) == {"J8", "H15", "E22"}
