"""What an Excel file may hold besides cells, and what of it is let through because everybody's files have it."""

import io
import zipfile

import pytest

from content.loading.drafts import FileRefused, Known
from content.loading.excel.marking import mark
from content.loading.excel.template import write_template
from content.loading.excel.workbook import read_workbook
from content.loading.gate.archive import check_archive
from content.loading.gate.bounds import CONTENT, Bounds
from content.phrases import Phrases
from participation.roster.file import write_template as write_roster_template
from participation.roster.reading import BOUNDS as ROSTER
from tests.content.loading import makers


def refusal(body: bytes, bounds: Bounds | None = None) -> str:
    """The key of the reason, or nothing when the file is fit to be read."""
    try:
        check_archive(body, bounds or Bounds())
    except FileRefused as reason:
        return reason.key
    return ""


def rows(first: int, last: int) -> bytes:
    """A sheet with these two rows filled."""
    cells = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in (first, last))
    return makers.with_part(makers.SHEET, makers.SHEET_TOP + cells.encode() + makers.SHEET_END)


def text(length: int) -> bytes:
    """A sheet with one text in the cell itself, in two runs."""
    half = "ạ" * (length // 2)
    cell = f'<row><c t="inlineStr"><is><r><t>{half}</t></r><r><t>{half}</t></r></is></c></row>'
    return makers.with_part(makers.SHEET, makers.SHEET_TOP + cell.encode() + makers.SHEET_END)


def commented(count: int) -> bytes:
    """Comments as Excel keeps them."""
    return b"<comments>" + b"<comment><text><r><t>Ghi E</t></r></text></comment>" * count + b"</comments>"


def charted(count: int) -> bytes:
    """The values of a chart."""
    pieces = b"<c:f>Sheet1!$A$1</c:f><c:pt><c:v>12,5</c:v></c:pt>" * count
    return b'<c:chart xmlns:c="x">' + pieces + b"</c:chart>"


def drawn(count: int) -> bytes:
    """A text box of many lines."""
    return b'<a:x xmlns:a="x">' + b"<a:p><a:t>Mot dong ghi chu</a:t></a:p>" * count + b"</a:x>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(makers.question_book(), id="a plain workbook"),
        pytest.param(makers.related("hyperlink", "https://vbpl.vn/129"), id="a link people may follow"),
        pytest.param(makers.related("hyperlink", "mailto:an@co-quan.vn"), id="an address"),
        pytest.param(makers.formula("SUM(A1:A3)"), id="a sum"),
        pytest.param(makers.formula('IF(A1="a|b","x","y")'), id="a bar in a text"),
        pytest.param(makers.adding("docProps/thumbnail.jpeg", b"\xff\xd8\xff"), id="a small picture of it"),
        pytest.param(makers.adding("xl/media/image1.png", makers.png(9, 9)), id="a picture"),
        pytest.param(makers.adding("xl/printerSettings/printerSettings1.bin", b"\0" * 2000), id="the printer"),
        pytest.param(makers.adding("xl/drawings/vmlDrawing1.vml", b"<xml><br></xml>"), id="comments' shapes"),
        pytest.param(rows(1, 5_000), id="as many rows as there may be"),
        pytest.param(text(5_000), id="a long text"),
        pytest.param(makers.adding("xl/comments1.xml", commented(400)), id="very many comments"),
        pytest.param(makers.adding("xl/charts/chart1.xml", charted(900)), id="a chart"),
        pytest.param(makers.adding("xl/drawings/drawing1.xml", drawn(400)), id="a text box"),
    ],
)
def test_what_everybodys_files_have_is_let_through(body: bytes) -> None:
    assert refusal(body) == ""


@pytest.mark.parametrize(
    ("body", "key"),
    [
        pytest.param(rows(1, 5_001), "refused.too_large", id="a row too far"),
        pytest.param(text(5_002), "refused.long_cell", id="a text too long in two runs"),
        pytest.param(makers.formula("'[1]Sheet'!A1|x!y"), "refused.external", id="a conversation with a program"),
        pytest.param(makers.formula('DDE("cmd";"/c";"x")'), "refused.external", id="the same by name"),
        pytest.param(makers.formula('WEBSERVICE("http://x")'), "refused.external", id="a web service"),
        pytest.param(makers.related("hyperlink", "javascript:x"), "refused.external", id="a link that acts"),
        pytest.param(makers.related("image", "https://x.example/i.png"), "refused.external", id="a picture elsewhere"),
        pytest.param(makers.adding("xl/queryTables/queryTable1.xml"), "refused.external", id="a query"),
        pytest.param(makers.adding("xl/ctrlProps/ctrlProp1.xml"), "refused.embedded", id="a form control"),
        pytest.param(makers.adding("customUI/customUI14.xml", b"<x/>"), "refused.macro", id="buttons of its own"),
        pytest.param(makers.adding("xl/vbaProjectSignature.bin"), "refused.macro", id="a signed macro"),
        pytest.param(makers.adding("xl/embeddings/book.xlsx"), "refused.embedded", id="a workbook in it"),
        pytest.param(makers.adding("xl/" + "x" * 300 + ".xml", b"<x/>"), "refused.odd_parts", id="an endless name"),
        pytest.param(makers.adding("c:x.xml", b"<x/>"), "refused.odd_parts", id="a drive"),
        pytest.param(makers.with_part(makers.BOOK, b"<workbook>"), "refused.not_xlsx", id="broken XML"),
        pytest.param(
            makers.with_part(makers.BOOK, b'<?xml version="1.0" encoding="x"?><workbook/>'),
            "refused.not_xlsx",
            id="letters of nobody's",
        ),
    ],
)
def test_what_does_not_belong_in_a_table_is_refused(body: bytes, key: str) -> None:
    assert refusal(body) == key


def test_a_hidden_sheet_is_refused_by_name_unless_it_is_ours() -> None:
    body = makers.hidden_sheet("veryHidden")
    with pytest.raises(FileRefused) as caught:
        check_archive(body)
    assert (caught.value.key, caught.value.values) == ("refused.hidden_sheet", {"name": "Kho"})
    assert refusal(body, Bounds(hidden=frozenset({"kho"}))) == ""


def test_rows_of_titles_and_headings_do_not_count() -> None:
    assert refusal(rows(1, 5_010), Bounds(above=10)) == ""
    assert refusal(rows(1, 5_011), Bounds(above=10)) == "refused.too_large"


def test_sheets_elements_and_cells_are_counted() -> None:
    assert refusal(makers.question_book(), Bounds(sheets=0)) == "refused.too_large"
    assert refusal(makers.question_book(), Bounds(elements=20)) == "refused.too_large"
    assert refusal(rows(1, 400), Bounds(dense=400)) == ""
    assert refusal(rows(1, 400), Bounds(dense=399)) == "refused.too_large"


def test_a_password_on_a_single_part_is_a_password() -> None:
    body = bytearray(makers.question_book())
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as archive:
        start = archive.start_dir
    body[start + 8] |= 1
    assert refusal(bytes(body)) == "refused.locked"


def test_our_own_files_are_let_through(phrases: Phrases) -> None:
    known = Known(topics={"giao-tiep": "Giao tiếp"}, sources={"QD129": "Quyết định 129/2007/QĐ-TTg"})
    assert refusal(write_template(phrases, known), CONTENT) == ""
    rows = [[f"Câu {number}?", "a", "b", "c", "d", "E"] for number in range(300)]
    body = makers.question_book(rows)
    marked = mark(body, read_workbook(body, known, phrases), phrases)
    assert refusal(marked, CONTENT) == ""
    assert refusal(write_roster_template(phrases), ROSTER) == ""
