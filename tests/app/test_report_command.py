"""`report`: the same numbers as `figures`, as Word and as Excel, and what it refuses in one line."""

import io
from pathlib import Path

import pytest
from docx import Document
from python_calamine import load_workbook
from sqlmodel import select

from app.commands.figures import show_figures
from app.commands.report import write_report
from app.opening import OpenHouse
from app.settings import Settings
from content.phrases import Phrases
from participation.figures import freeze
from store.database import Database
from store.tables import AuditEntry
from tests.conftest import Clock
from tests.reports.worked import AFTER, NUMBERS, worked_example


@pytest.fixture
def house(database: Database, phrases: Phrases, clock: Clock) -> OpenHouse:
    """The worked example, final."""
    clock.to(AFTER)
    with database.transaction() as session:
        _, round_ = worked_example(session)
        freeze(session, round_.id or 0, AFTER)
    return OpenHouse(Settings.model_construct(agency="Sở Mẫu", report_place="Khánh Hòa"), database, phrases, clock)


@pytest.mark.parametrize("period", ["round", "month", "quarter", "half", "year", "campaign"])
def test_word_excel_and_figures_say_the_same(
    house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str], period: str
) -> None:
    assert show_figures(house, "A", verify=False) == 0
    figures = capsys.readouterr().out
    for ending in ("docx", "xlsx"):
        assert write_report(house, "a", period, "", "", tmp_path / f"bao-cao.{ending}") == 0
    assert "1 rounds, final" in capsys.readouterr().out
    document = " ".join(line.text for line in Document(str(tmp_path / "bao-cao.docx")).paragraphs)
    book = load_workbook(io.BytesIO((tmp_path / "bao-cao.xlsx").read_bytes()))
    cells = book.get_sheet_by_name(book.sheet_names[1]).to_python()[4]
    for number in NUMBERS:
        assert number in figures
        assert number in document
    counted = [39.0, 37.0, "94,9%", 37.0, 36.0, "97,3%", 33.0, "84,6%", 31.0, "79,5%"]
    assert cells[5:15] == counted
    with house.database.transaction() as session:
        entries = session.exec(select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.act == "report")).all()
    assert entries == [("cli", "unit 1")] * 2


def test_days_of_ones_own_choice_make_a_period_too(house: OpenHouse, tmp_path: Path) -> None:
    out = tmp_path / "bao-cao.docx"
    assert write_report(house, "A", "round", "2026-11-01", "2026-11-20", out) == 0
    said = " ".join(line.text for line in Document(str(out)).paragraphs)
    assert "từ ngày 01/11/2026 đến ngày 20/11/2026" in said
    assert "Sở Mẫu" in said


@pytest.mark.parametrize(
    ("unit", "period", "first", "last", "out", "why"),
    [
        ("ZZ", "month", "", "", "a.docx", "unit ZZ is not in the office"),
        ("A", "decade", "", "", "a.docx", "'decade' is no period"),
        ("A", "month", "2026-1-1", "", "a.docx", "is no day"),
        ("A", "month", "2020-01-01", "", "a.docx", "no round of the unit closes in this period"),
        ("A", "month", "2026-11-02", "2026-11-01", "a.docx", "--until needs --from"),
        ("A", "month", "", "2026-11-01", "a.docx", "--until needs --from"),
        ("A", "month", "", "", "a.pdf", "the ending says the format"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_one_line(
    house: OpenHouse,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    unit: str,
    period: str,
    first: str,
    last: str,
    out: str,
    why: str,
) -> None:
    assert write_report(house, unit, period, first, last, tmp_path / out) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert why in told.err
    assert list(tmp_path.glob("a.*")) == []


def test_a_faulty_template_is_told_in_the_words_of_the_office(
    house: OpenHouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.settings.report_template = str(tmp_path / "mau.docx")
    assert write_report(house, "A", "month", "", "", tmp_path / "bao-cao.docx") == 1
    assert "Mẫu báo cáo mau.docx không đọc được" in capsys.readouterr().err
    assert not (tmp_path / "bao-cao.docx").exists()
