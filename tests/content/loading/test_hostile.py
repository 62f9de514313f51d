"""Hostile files, through the real child: each gets a sentence, little memory and little time, and nobody waits."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from content.loading.drafts import Known
from content.loading.gate.confined import LIMITS, Confined
from content.phrases import Phrases
from tests.content.loading import makers
from tests.content.loading.measuring import costs_of_children

MEGABYTES = 300  # of resident memory: what a file may cost
XLSX = "q.xlsx"
TABLE: list[tuple[str, float, float, float, str]] = []

Maker = Callable[[], bytes]
OUT_OF_BOUNDS, NOT_EXCEL = "Tệp quá lớn", "Tệp không phải Excel .xlsx hoặc đã hỏng"
ODD, MACRO, LINK = "Tệp Excel có thành phần bên trong mang tên bất thường", "Tệp có chứa macro", "Tệp có liên kết"
EMBEDDED, LOCKED, HIDDEN, PICTURE = "Tệp có nhúng", "Tệp có mật khẩu", 'Tệp có sheet ẩn "Kho"', "Đây là hình ảnh"

ATTACKS: list[tuple[str, str, Maker, str]] = [
    # U1: too much of anything
    ("zip bomb of zeros", XLSX, lambda: makers.adding("xl/media/x.bin", b"\0" * 200_000_000), OUT_OF_BOUNDS),
    ("zip bomb in a sheet", XLSX, lambda: makers.with_part(makers.SHEET, b" " * 39_000_000), OUT_OF_BOUNDS),
    ("six million rows", XLSX, lambda: makers.many_rows(6_000_000), OUT_OF_BOUNDS),
    ("rows up to the inflated limit", XLSX, lambda: makers.many_rows(1_500_000), OUT_OF_BOUNDS),
    ("millions of empty rows", XLSX, lambda: makers.empty_rows(6_000_000), OUT_OF_BOUNDS),
    ("a wide sheet", XLSX, lambda: makers.wide_sheet(16_384), OUT_OF_BOUNDS),
    ("one cell at the far end", XLSX, makers.far_cell, OUT_OF_BOUNDS),
    ("huge shared texts", XLSX, lambda: makers.shared_strings(8, 4_000_000), "Tệp có ô dài"),
    ("one text too long", XLSX, lambda: makers.shared_strings(1, 900_000), "Tệp có ô dài"),
    ("very many shared texts", XLSX, lambda: makers.shared_strings(1_200_000, 4), OUT_OF_BOUNDS),
    ("dense tables of nothing", XLSX, lambda: makers.far_corners(20), OUT_OF_BOUNDS),
    ("every fault in every row", XLSX, lambda: makers.all_wrong(300), "*"),
    ("sizes that lie", XLSX, makers.lying_size, NOT_EXCEL),
    ("parts that overlap", XLSX, lambda: makers.overlapping(200), OUT_OF_BOUNDS),
    ("an archive in archives", "q.zip", lambda: makers.nested(5), "Đây là tệp nén"),
    ("an archive in a workbook", XLSX, lambda: makers.adding("xl/media/a.zip", makers.nested(3)), EMBEDDED),
    ("a thousand parts", XLSX, lambda: makers.rezipped(extra=[(f"x/{n}", b"") for n in range(1000)]), OUT_OF_BOUNDS),
    ("six megabytes", XLSX, lambda: b"PK\x03\x04" + b"\0" * 6_000_000, OUT_OF_BOUNDS),
    # U3: what XML may declare
    ("a billion laughs", XLSX, makers.billion_laughs, "Tệp Excel có phần khai báo bất thường"),
    ("one entity, often", XLSX, makers.quadratic_blowup, "Tệp Excel có phần khai báo bất thường"),
    ("a file of the machine", XLSX, makers.outside_entity, "Tệp Excel có phần khai báo bất thường"),
    # U4: what YAML may do
    ("YAML aliases", "q.yaml", makers.yaml_aliases, "*"),
    ("deep YAML", "q.yaml", lambda: makers.yaml_deep(10_000), "*"),
    ("deep YAML on many lines", "q.yaml", lambda: makers.yaml_deep(9) + b"\n [" * 90_000, "*"),
    ("a YAML tag", "q.yaml", lambda: b"questions: !!python/object/apply:os.system ['id']", "*"),
    ("a YAML bomb of keys", "q.yaml", lambda: b"questions:\n" + b"  - {a: 1, a: 2}\n" * 99_000, "*"),
    ("YAML anchors on every line", "q.yaml", lambda: b"questions:\n" + b"  - &a x\n" * 99_000, "*"),
    ("YAML tags, many to a line", "q.yaml", lambda: b"questions:\n" + b"  - [!a x, !b y, !c z]\n" * 99_000, "*"),
    ("YAML keys, many to a line", "q.yaml", lambda: b"cards:\n" + (b"  - {" + b"a: 1, " * 90 + b"}\n") * 9_000, "*"),
    ("a YAML table of keys", "q.yaml", lambda: b"cards:\n" + b"".join(b"k%d: 1\n" % n for n in range(99_000)), "*"),
    # U5: what Excel files may carry
    ("a macro", "q.xlsm", lambda: makers.adding("xl/vbaProject.bin"), MACRO),
    (
        "a macro type",
        XLSX,
        lambda: makers.with_replaced("[Content_Types].xml", b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
        MACRO,
    ),
    ("an old macro sheet", XLSX, lambda: makers.adding("xl/macrosheets/sheet1.xml", b"<x/>"), MACRO),
    ("another workbook", XLSX, lambda: makers.adding("xl/externalLinks/externalLink1.xml", b"<x/>"), LINK),
    ("a server", XLSX, lambda: makers.related("attachedTemplate", "https://x.example/t.xlsx"), LINK),
    ("a share of the office", XLSX, lambda: makers.related("hyperlink", r"file:///\\x.example\share"), LINK),
    ("a program by formula", XLSX, lambda: makers.formula("cmd|' /C calc'!A0"), LINK),
    ("a database", XLSX, lambda: makers.adding("xl/connections.xml", b"<x/>"), LINK),
    ("an embedded object", XLSX, lambda: makers.adding("xl/embeddings/oleObject1.bin"), EMBEDDED),
    ("a control", XLSX, lambda: makers.adding("xl/activeX/activeX1.xml", b"<x/>"), EMBEDDED),
    ("a password", XLSX, lambda: makers.ole("EncryptedPackage"), LOCKED),
    ("old Excel", "q.xls", lambda: makers.ole("Workbook"), LOCKED),
    ("a hidden sheet", XLSX, lambda: makers.hidden_sheet("hidden"), HIDDEN),
    ("a very hidden sheet", XLSX, lambda: makers.hidden_sheet("veryHidden"), HIDDEN),
    # U6: names within, and of the file
    ("a part that climbs", XLSX, lambda: makers.adding("../../etc/cron.d/x"), ODD),
    ("a part from the root", XLSX, lambda: makers.adding("/etc/cron.d/x"), ODD),
    ("a part for Windows", XLSX, lambda: makers.adding("xl\\..\\..\\x"), ODD),
    ("a part written backwards", XLSX, lambda: makers.adding("xl/\u202exslx.x"), ODD),
    ("a part with a zero", XLSX, lambda: makers.adding("xl/x.bin\0.xml"), ODD),
    ("one part twice", XLSX, lambda: makers.adding(makers.SHEET, b"<x/>"), ODD),
    ("a long name", "a" * 4096 + ".xlsx", lambda: makers.png(1, 1), PICTURE),
    ("a climbing name", "../../../etc/passwd", lambda: makers.png(1, 1), PICTURE),
    ("a name written backwards", "\u202egnp.xslx", lambda: makers.png(1, 1), PICTURE),
    ("a device", "CON.xlsx\0", lambda: makers.png(1, 1), PICTURE),
    # U7: pictures, and what is several things at once
    ("a picture of 50,000 by 50,000", "q.png", lambda: makers.png(50_000, 50_000), PICTURE),
    ("half a picture", XLSX, lambda: makers.png(100, 100, whole=False), PICTURE),
    ("a picture that is a workbook", XLSX, lambda: makers.png(9, 9) + makers.question_book(), PICTURE),
    ("a workbook that goes on", XLSX, lambda: makers.question_book() + makers.png(9, 9), NOT_EXCEL),
    ("a workbook begun late", XLSX, lambda: b"PK\x03\x04zz" + makers.question_book(), NOT_EXCEL),
    ("a GIF that is a script", "q.gift", lambda: b"GIF89a/*\0*/=1;{=a ~b}", PICTURE),
    ("a picture with a script", "q.svg", lambda: makers.SVG, PICTURE),
    ("a page", "q.gift", lambda: b"<html><script>x</script>{=a ~b}", "Đây là trang web"),
    ("a program", "q.txt", lambda: b"\x7fELF" + b"\0" * 100, "Đây là chương trình"),
    # texts that make parsers think long
    ("a run of weights", "q.gift", lambda: makers.gift_question("x{" + "~%" * 9_000 + "}"), "*"),
    ("braces never closed", "q.gift", lambda: makers.gift_question("{" * 19_000), "*"),
    ("braces on every line", "q.gift", lambda: b"{=\n" * 99_000, "*"),
    ("a line of a megabyte", "q.gift", lambda: makers.gift_question("x" * 1_000_000 + "{=a ~b}"), "Dòng 3 dài"),
    ("comments never closed", "q.gift", lambda: (b"// " + b"[tag:" * 3_000 + b"\n") * 300 + b"x{=a ~b}", "*"),
    ("tags never closed", "q.gift", lambda: makers.gift_question("[html]" + "<a " * 6_000 + "{=a ~b}"), "*"),
    ("references to nothing", "q.gift", lambda: makers.gift_question("[html]&#" + "9" * 15_000 + ";{=a ~b}"), "*"),
    ("many small questions", "q.gift", lambda: b"x{=a ~b}\n\n" * 49_000, "Tệp có quá 5000 câu hỏi"),
    ("backslashes", "q.gift", lambda: (b"\\" * 19_000 + b"{=a ~b}\n\n") * 250, "*"),
    ("an Aiken file without end", "q.txt", lambda: b"A. x\n" * 99_000 + b"ANSWER: A\n", "*"),
    ("very many Aiken questions", "q.txt", lambda: b"x\nA. a\nB. b\nANSWER: A\n" * 24_000, "Tệp có quá 5000 câu hỏi"),
    ("very many lines", "q.txt", lambda: b"\n" * 4_000_000 + b"ANSWER: A", "Tệp có quá 100000 dòng"),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Shows what each attack cost when asked to (``-s``)."""
    yield
    for name, wall, seconds, megabytes, told in TABLE:
        print(f"{name:38} {wall:5.2f} s {seconds:5.2f} s {megabytes:5.0f} MB  {told[:90]}")  # noqa: T201


@pytest.mark.parametrize(("name", "make", "told"), [(a[1], a[2], a[3]) for a in ATTACKS], ids=[a[0] for a in ATTACKS])
async def test_a_hostile_file_gets_a_sentence_and_little_else(
    phrases: Phrases, request: pytest.FixtureRequest, name: str, make: Maker, told: str
) -> None:
    body = make()
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    began = time.perf_counter()
    with costs_of_children() as costs:
        beating = asyncio.create_task(heart())
        checked = await Confined(phrases).check_file(name, body, Known())
        beating.cancel()
    wall = time.perf_counter() - began
    said = checked.refused or " | ".join(checked.faults)
    seconds, megabytes = sum(costs.seconds), max(costs.megabytes, default=0)
    TABLE.append((request.node.callspec.id, wall, seconds, megabytes, said))
    assert said or checked.reading
    assert told == "*" or checked.refused.startswith(told)
    assert megabytes < MEGABYTES
    assert costs.endings in ([], [0])  # told for what it is: no limit had to stop it
    assert seconds < LIMITS.cpu_for(len(body))
    assert not costs.endings or beats >= 10  # others were answered meanwhile
