"""Files that are not what they say, or would unpack to more than any office."""

import io
import zipfile
from collections.abc import Callable

import pytest

from content.phrases import Phrases
from participation.roster import RosterFaults
from participation.roster.reading import read_roster
from tests.participation.workbooks import workbook


def rezipped(change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with some entries changed or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, change(name, source.read(name)))
        for name, content in (extra or {}).items():
            made.writestr(name, content)
    return buffer.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    """A good workbook with something replaced in its sheets."""
    return rezipped(lambda name, content: content.replace(old, new) if "worksheets" in name else content)


def lying_about_size() -> bytes:
    """A workbook whose directory says that a very large entry is small."""
    data = bytearray(rezipped(lambda _, content: content, {"x.bin": b"0" * 1_000_003}))
    size = (1_000_003).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


NOT_XLSX = "Tệp không phải Excel .xlsx hoặc đã hỏng"
LOCKED = "Tệp có mật khẩu hoặc là Excel đời cũ"
MACRO = "Tệp có chứa macro"
LARGE = "Tệp quá lớn"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "Tệp trống", id="nothing"),
        pytest.param(b"Ma can bo,Ho ten\n", NOT_XLSX, id="a csv"),
        pytest.param(workbook()[:3000], NOT_XLSX, id="half a file"),
        pytest.param(rezipped(lambda _, content: content[:-40]), NOT_XLSX, id="broken xml"),
        pytest.param(lying_about_size(), NOT_XLSX, id="sizes that lie"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, LOCKED, id="an old or locked file"),
        pytest.param(rezipped(lambda _, content: content, {"xl/vbaProject.bin": b"x"}), MACRO, id="a macro"),
        pytest.param(
            rezipped(lambda _, content: content.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")),
            MACRO,
            id="a macro type",
        ),
        pytest.param(in_sheet(b'r="A1"', b'r="XFD1048576"'), LARGE, id="a cell at the far end"),
        pytest.param(in_sheet(b'r="A1"', b'r="A100001"'), LARGE, id="a row too far"),
        pytest.param(in_sheet(b'r="A1"', b'r="ao1"'), LARGE, id="a column too far"),
        pytest.param(
            in_sheet(b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row></sheetData>"),
            LARGE,
            id="cells without addresses",
        ),
        pytest.param(
            in_sheet(b"</sheetData>", b'<row><c r="A9999999"><is><t>x</t></is></c></row></sheetData>'),
            LARGE,
            id="text in the cell itself, too far",
        ),
        pytest.param(
            in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
            "Tệp Excel có phần khai báo bất thường",
            id="a document type",
        ),
        pytest.param(
            rezipped(lambda _, content: content, {"xl/media/x.bin": b"\0" * 101 * 1024 * 1024}), LARGE, id="a zip bomb"
        ),
        pytest.param(b"PK" + b"x" * 21 * 1024 * 1024, LARGE, id="too many bytes"),
        pytest.param(
            rezipped(lambda _, content: content, {f"x/{number}": b"" for number in range(1001)}),
            LARGE,
            id="too many entries",
        ),
    ],
)
def test_a_bad_file_gets_one_clear_sentence(phrases: Phrases, data: bytes, told: str) -> None:
    with pytest.raises(RosterFaults) as caught:
        read_roster(data, phrases)
    lines = caught.value.told(phrases)
    assert len(lines) == 1
    assert lines[0].startswith(told)


def test_borders_around_empty_cells_do_no_harm(phrases: Phrases) -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert len(read_roster(in_sheet(b"</sheetData>", far), phrases).people) == 1


def test_a_zip_of_something_else_is_no_workbook(phrases: Phrases) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    with pytest.raises(RosterFaults) as caught:
        read_roster(buffer.getvalue(), phrases)
    assert [fault.key for fault in caught.value.faults] == ["refused.not_xlsx"]
