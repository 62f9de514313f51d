"""Files as people and attackers make them. Every maker gives the bytes of one file."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence

from tests.participation.workbooks import sheets

HEADINGS = ("Câu hỏi", "A", "B", "C", "D", "Đáp án", "Chủ đề", "Loại", "Độ khó", "Giải thích", "Căn cứ")
ROW = (
    "Người dân đến trước giờ làm việc năm phút, anh chị làm gì?", "Mời ngồi chờ", "Yêu cầu ra ngoài", "Làm ngơ",
    "Hẹn hôm sau", "A", "giao-tiep", "Tình huống", "Dễ", "Giữ thái độ lịch sự.", "QD129",
)  # fmt: skip

SHEET_TOP = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
SHEET_END = b"</sheetData></worksheet>"
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
STRINGS = "xl/sharedStrings.xml"
LINKS = "xl/_rels/workbook.xml.rels"


def question_book(rows: Iterable[Sequence[object]] = (ROW,)) -> bytes:
    """A small good workbook."""
    return sheets({"Câu hỏi": [HEADINGS, *rows]})


def rezipped(
    change: Callable[[str, bytes], bytes] = lambda _, content: content,
    extra: Iterable[tuple[str, bytes]] = (),
    made_of: bytes | None = None,
) -> bytes:
    """A good workbook with some parts changed and others added, also under names that are there already."""
    buffer = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(made_of or question_book()))
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, change(name, source.read(name)))
        for name, content in extra:
            entry = zipfile.ZipInfo("x")
            entry.filename, entry.compress_type = name, zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a name that is there already
                made.writestr(entry, content)
    return buffer.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook, one part of which is something else."""
    return rezipped(lambda part, old: content if part == name else old)


def with_replaced(name: str, old: bytes, new: bytes) -> bytes:
    """A good workbook with something replaced in one part."""
    return rezipped(lambda part, content: content.replace(old, new) if part == name else content)


def adding(name: str, content: bytes = b"x") -> bytes:
    """A good workbook with one more part."""
    return rezipped(extra=[(name, content)])


def many_rows(count: int) -> bytes:
    """A sheet of so many rows, one letter each."""
    return with_part(SHEET, SHEET_TOP + b"<row><c><v>1</v></c></row>" * count + SHEET_END)


def empty_rows(count: int) -> bytes:
    """A sheet of so many rows without cells."""
    return with_part(SHEET, SHEET_TOP + b"<row/>" * count + SHEET_END)


def wide_sheet(columns: int) -> bytes:
    """One row of so many cells."""
    return with_part(SHEET, SHEET_TOP + b"<row>" + b"<c><v>1</v></c>" * columns + b"</row>" + SHEET_END)


def far_cell() -> bytes:
    """One cell in the last row and column Excel knows."""
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_part(SHEET, SHEET_TOP + cell + SHEET_END)


def shared_strings(count: int, length: int) -> bytes:
    """So many shared texts of so many letters."""
    top = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return with_part(STRINGS, top + (b"<si><t>" + b"x" * length + b"</t></si>") * count + b"</sst>")


def entities(text: str, declared: str) -> bytes:
    """Shared texts that begin with declarations of their own."""
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE sst [{declared}]>'
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{text}</t></si></sst>'
    )
    return with_part(STRINGS, xml.encode())


def billion_laughs() -> bytes:
    """Nine entities, each ten of the one before."""
    levels = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))]
    return entities("&a9;", "".join(levels))


def quadratic_blowup() -> bytes:
    """One long entity, named very often."""
    return entities("&a;" * 50_000, f'<!ENTITY a "{"x" * 50_000}">')


def outside_entity() -> bytes:
    """An entity that is a file of the machine."""
    return entities("&a;", '<!ENTITY a SYSTEM "file:///etc/passwd">')


def lying_size() -> bytes:
    """A part of 30 MB whose directory entry says ten bytes."""
    data = bytearray(adding("xl/media/x.bin", b"0" * 30_000_003))
    size = struct.pack("<I", 30_000_003)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


def overlapping(copies: int) -> bytes:
    """A directory that names the same 10 MB many times over, as parts that share their bytes."""
    buffer = io.BytesIO(adding("xl/media/x.bin", b"0" * 10_000_000))
    with zipfile.ZipFile(buffer, "a") as made:
        last = made.infolist()[-1]
        for number in range(copies):
            entry = zipfile.ZipInfo(f"xl/media/{number}.bin")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(entry, name, getattr(last, name))
            made.filelist.append(entry)
        made._didModify = True  # type: ignore[attr-defined]
    return buffer.getvalue()


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive."""
    body = b"0" * 1_000_000
    for _ in range(depth):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("inner.zip", body)
        body = buffer.getvalue()
    return body


def related(kind: str, target: str) -> bytes:
    """A workbook with a relationship that leads outside."""
    link = (
        f'<Relationship Id="rId99" TargetMode="External" Target="{target}" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
    )
    return with_replaced(LINKS, b"</Relationships>", link.encode())


def formula(text: str) -> bytes:
    """A workbook with one formula."""
    cell = f'<row r="9"><c r="A9"><f>{text}</f><v>1</v></c></row></sheetData>'
    return with_replaced(SHEET, b"</sheetData>", cell.encode())


def hidden_sheet(state: str) -> bytes:
    """A workbook whose second sheet nobody sees."""
    body = sheets({"Câu hỏi": [HEADINGS, ROW], "Kho": [["x"]]})
    shown, hidden = b'<sheet name="Kho"', f'<sheet name="Kho" state="{state}"'.encode()
    return rezipped(lambda _, content: content.replace(shown, hidden), made_of=body)


def ole(stream: str) -> bytes:
    """What looks like a compound file with one stream: old Excel, old Word, or anything under a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + stream.encode("utf-16-le") + b"\0" * 4096


def png(width: int, height: int, *, whole: bool = True) -> bytes:
    """A picture that claims a size; its data are a few zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    made = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return made if whole else made[: len(made) // 2]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def yaml_aliases() -> bytes:
    """306 bytes that would become gigabytes."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    return "\n".join(["questions:", "a0: &a0 [x]", *levels]).encode()


def yaml_deep(levels: int) -> bytes:
    """Lists in lists."""
    return b"questions: " + b"[" * levels


def gift_question(body: str) -> bytes:
    """A GIFT file whose second question is this."""
    return f"::CH-1::Một câu bình thường?{{=có ~không}}\n\n{body}\n".encode()


def archive_of(name: str) -> bytes:
    """An archive with one part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(name, b"<x/>")
    return buffer.getvalue()


def far_corners(count: int) -> bytes:
    """So many sheets, each with one cell as far away as is allowed: dense tables of nothing."""
    empty = [[""] * 40] * 5_018
    return sheets({f"Tờ {number}": [["x"], *empty, [*[""] * 39, "x"]] for number in range(count)})


def all_wrong(rows: int) -> bytes:
    """A workbook in which every row has every fault."""
    return sheets({"Câu hỏi": [HEADINGS, *([("x" * 300, "a", "a", "", "d", "Z", "?", "?", "?", "y", "?")] * rows)]})
