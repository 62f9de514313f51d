"""Writing content as Excel: the template is complete, and whatever goes out comes back in."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from content.cells import clean, written
from content.loading.drafts import CardDraft, Known, QuestionDraft, SourceDraft
from content.loading.excel.columns import BY_KEY, SHEETS
from content.loading.excel.layout import open_workbook
from content.loading.excel.template import write_template, write_workbook
from content.loading.excel.workbook import read_workbook
from content.phrases import Phrases
from tests.conftest import ROOT
from tests.content.loading.books import KNOWN, flaws, library_drafts, warnings
from tests.content.loading.calc import Calc
from tests.participation.workbooks import Rows, sheets

PHRASES = Phrases.load(ROOT / "content" / "phrases")
SHEET_NAMES = ["Câu hỏi", "Thẻ", "Căn cứ", "Hướng dẫn", "Danh mục"]
SOURCE = SourceDraft(
    "QC1",
    "Quy chế",
    "15/QC-SM",
    "Quy chế làm việc",
    "Sở Mẫu",
    date(2025, 7, 1),
    None,
    date(2026, 6, 30),
    "QD129",
    "text",
)
CARD = CardDraft("VH-T9", "trang-phuc", "Áo có cổ", "Gọn gàng.", "QC1", "Điều 3", "y-te", "press")
TEXT = st.text(min_size=1, max_size=60).map(clean).filter(lambda text: 0 < len(text) <= 60)
OPTIONS = st.lists(TEXT, min_size=2, max_size=4, unique_by=lambda text: text.casefold())


def question(stem: str = "Họp lúc mấy giờ?", options: tuple[str, ...] = ("Bảy", "Tám"), **other: str) -> QuestionDraft:
    return QuestionDraft(
        code="VH-9",
        topic="gio-giac",
        kind="knowledge",
        difficulty=1,
        stem=stem,
        options=options,
        right=(2,),
        explanation=other.get("explanation", "Đã hẹn thì đúng giờ."),
        source="QD129",
        article=other.get("article", ""),
        card="",
        track="",
        verified="text",
    )


def test_the_template_has_every_column_and_reads_as_empty() -> None:
    body = write_template(PHRASES, KNOWN)
    grids = open_workbook(body)
    assert list(grids) == SHEET_NAMES
    for sheet in SHEETS:
        grid = grids[PHRASES(sheet.key)]
        assert grid[0] == [PHRASES(column.key) for column in sheet.columns]
        assert len(grid) == (3 if sheet.kind == "question" else 2)
    reading = read_workbook(body, KNOWN, PHRASES)
    assert flaws(reading, PHRASES) == ["Tệp chưa có câu hỏi, thẻ hoặc căn cứ nào."]
    assert (reading.rows, reading.warnings) == (0, ())


def test_the_examples_would_be_good_questions_under_other_codes() -> None:
    """Who overwrites the code of an example and nothing else loads a question without a fault."""
    grids = open_workbook(write_template(PHRASES, KNOWN))
    made: dict[str, Rows] = {
        name: [grids[name][0], *([f"X{row[0]}", *row[1:]] for row in grids[name][1:])] for name in SHEET_NAMES[:3]
    }
    reading = read_workbook(sheets(made), KNOWN, PHRASES)
    assert (flaws(reading, PHRASES), warnings(reading, PHRASES)) == ([], [])
    assert (len(reading.questions), len(reading.cards), len(reading.sources)) == (2, 1, 1)


def test_drop_downs_draw_on_the_visible_lists() -> None:
    body = write_template(PHRASES, KNOWN)
    lists = open_workbook(body)["Danh mục"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
        assert 'state="frozen"' in page
        assert len(re.findall("<dataValidation ", page)) == len(SHEETS[0].columns)
        assert b"hidden" not in archive.read("xl/workbook.xml")
    found = re.findall(r"<formula1>'Danh mục'!\$([A-Z])\$2:\$[A-Z]\$(\d+)</formula1>", page)
    offered = [[lists[row][ord(letter) - 65] for row in range(1, int(last))] for letter, last in found]
    assert offered == [
        list(KNOWN.topics.values()),
        ["Tình huống", "Kiến thức"],
        ["1 - Dễ", "2 - Vừa", "3 - Khó"],
        list(KNOWN.sources.values()),
        ["Đã đọc văn bản gốc", "Theo báo chí, cổng thông tin", "Theo tài liệu khác", "Theo trí nhớ, chưa kiểm"],
        list(KNOWN.tracks.values()),
    ]


def test_a_house_without_tracks_offers_none() -> None:
    assert list(open_workbook(write_template(PHRASES, Known()))) == SHEET_NAMES


def test_input_messages_fit_what_excel_allows() -> None:
    for sheet in SHEETS:
        for column in sheet.columns:
            assert len(PHRASES(column.note, limit=column.limit)) <= 255
            assert len(PHRASES(column.key)) <= 32
            assert BY_KEY[sheet.key].column(column.name) is column


def test_the_library_goes_out_and_comes_back_equal() -> None:
    drafts = library_drafts()
    reading = read_workbook(write_workbook(PHRASES, KNOWN, drafts, [CARD], [SOURCE]), KNOWN, PHRASES)
    assert (flaws(reading, PHRASES), warnings(reading, PHRASES)) == ([], [])
    assert (reading.questions, reading.cards, reading.sources) == (drafts, (CARD,), (SOURCE,))


def test_libreoffice_saves_what_we_wrote_and_it_comes_back_equal(calc: Calc, tmp_path: Path) -> None:
    drafts = library_drafts()
    path = tmp_path / "library.xlsx"
    path.write_bytes(write_workbook(PHRASES, KNOWN, drafts, [CARD], [SOURCE]))
    (saved,) = calc.convert("xlsx", path)
    reading = read_workbook(saved.read_bytes(), KNOWN, PHRASES)
    assert flaws(reading, PHRASES) == []
    assert (reading.questions, reading.cards, reading.sources) == (drafts, (CARD,), (SOURCE,))


def test_what_a_draft_lacks_is_an_empty_cell_to_fill_in() -> None:
    bare = QuestionDraft("CH-1", "", "", 0, "Họp lúc mấy giờ?", ("Bảy", "Tám"), (2,), "", "", "", "", "", "")
    reading = read_workbook(write_workbook(PHRASES, KNOWN, [bare]), KNOWN, PHRASES)
    assert {flaw.column for flaw in reading.flaws} == {"topic", "kind", "difficulty", "explanation", "source"}
    assert {flaw.key for flaw in reading.flaws} == {"loading.flaw.empty"}


@settings(max_examples=40)
@given(stem=TEXT, options=OPTIONS, explanation=TEXT)
def test_any_text_survives_writing_and_reading(stem: str, options: list[str], explanation: str) -> None:
    draft = question(stem, tuple(options), explanation=explanation)
    reading = read_workbook(write_workbook(PHRASES, KNOWN, [draft]), KNOWN, PHRASES)
    assert (reading.flaws, reading.questions) == ((), (draft,))


def test_texts_that_look_like_formulas_survive_and_stay_text() -> None:
    texts = (
        "=1+1",
        "+84",
        "-Nguyễn",
        "@SUM(A1)",
        "{=1}",
        "https://example.org",
        "0123",
        "1e5",
        "_x000D_",
        "'x",
        "TRUE",
    )
    drafts = [question(text, (text, f"{text}.")) for text in texts]
    for draft in drafts:
        body = write_workbook(PHRASES, KNOWN, [draft])
        assert read_workbook(body, KNOWN, PHRASES).questions == (draft,)
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            pages = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
        assert all(b"<f>" not in page and b"<f " not in page for page in pages)


def test_the_guide_names_every_column() -> None:
    with CalamineWorkbook.from_filelike(io.BytesIO(write_template(PHRASES, KNOWN))) as workbook:
        rows = workbook.get_sheet_by_name("Hướng dẫn").to_python()
    said = " ".join(written(cell) for row in rows for cell in row)
    assert all(PHRASES(column.key) in said for sheet in SHEETS for column in sheet.columns)
