"""Plain rows and texts are spared the parser: whatever the part, the verdict is that of the parser alone."""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.loading.drafts import FileRefused
from content.loading.gate import parts
from content.loading.gate.archive import BROKEN
from content.loading.gate.bounds import Bounds
from content.loading.gate.parts import Following, Part
from content.loading.gate.plain import Runs
from content.phrases import Phrases
from participation.roster import PersonRow, Roster, UnitRow
from participation.roster.file import write_roster
from tests.content.loading import makers

BOUNDS = Bounds(rows=60, columns=30, cell=20, elements=150, dense=300)
DECLARED = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


class NoRuns(Runs):
    """Leaves everything to the parser."""

    def within(self, piece: bytes, rightmost: int) -> Iterator[tuple[int, int]]:
        return iter(())


def verdict(pieces: Sequence[bytes], runs: type[Runs], bounds: Bounds = BOUNDS) -> str | tuple[int, int]:
    """The key of the refusal, or how many elements and cells may still come."""
    following = Following(bounds, FileRefused("refused.too_large"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "Runs", runs)
        part = Part(following, "xl/worksheets/sheet1.xml")
    try:
        for piece in pieces:
            part.feed(piece)
        part.feed(b"", last=True)
    except FileRefused as reason:
        return reason.key
    except BROKEN:
        return "refused.not_xlsx"
    return following.left, following.dense


def agree(pieces: Sequence[bytes], bounds: Bounds = BOUNDS) -> bool:
    """The same verdict with runs and without; of two reasons to refuse, either may come first."""
    found, right = verdict(pieces, Runs, bounds), verdict(pieces, NoRuns, bounds)
    return found == right or (isinstance(found, str) and isinstance(right, str))


def cell(reference: str, inner: str = "<v>1</v>") -> str:
    return f'<c r="{reference}" s="1" t="s">{inner}</c>'


def row(number: int | str, *cells: str) -> str:
    return f'<row r="{number}" spans="1:3">{"".join(cells)}</row>'


ROWS = [
    row(1, cell("A1"), cell("B1")), row(2, cell("A2"), cell("B2")), row(3, cell("B3"), '<c r="C3" s="2"/>'),
    row(7, '<c r="A7"/>', cell("A7", "<is><t>xạ</t></is>")), row(5, cell("A5")), row(5, cell("A6")),
    row(60, cell("A60")), row(61, cell("A61")), row(4, cell("Z4")), row(4, cell("AA4")), row(4, cell("AE4")),
    row(8, '<c r="XFD1048576" s="1"/>'), row(9, '<c r="XFD9" s="1"/>', cell("A9")), row(4, cell("a4")),
    row(4, cell("4")), row("", cell("A1")), row("04", cell("A04")), row(4, "<c><v>1</v></c>", "<c><v>1</v></c>"),
    "<row><c><v>1</v></c></row>",
    row(6, cell("A6", "<v>" + "1" * 20 + "</v>")), row(6, cell("A6", "<v>" + "1" * 21 + "</v>")),
    row(6, cell("A6", "<is><r><t>aaaaaaaaaaa</t></r><r><t>bbbbbbbbbbb</t></r></is>")),
    row(6, cell("A6", "<f>DDE(1)</f>")),
    row(6, cell("A6", "<f>cmd|")), row(6, cell("A6", "<f>cmd|</f>")), "!", row(6, cell("A6", "<v>a&amp;b</v>")),
    row(6, cell("A6", "<v>\ufffe</v>")), row(6, cell("A6", "<v>\x01</v>")), row(6, cell("A6", "<v>]]></v>")),
    '<row r="7" r="8">' + cell("A7") + "</row>", '<row r="7" s="1" spans="1:2">' + cell("A7") + "</row>", "<row/>",
]  # fmt: skip
TEXTS = [
    "<si><t>a</t></si>", "<si><t>b</t></si>", '<si><t xml:space="preserve"> ạ </t></si>', "<si><t></t></si>", "<si/>",
    f"<si><t>{'x' * 20}</t></si>", f"<si><t>{'x' * 21}</t></si>", f"<si><t>{'ạ' * 20}</t></si>", "<si><t>&lt;</t></si>",
    "<si><r><t>aaaaaaaaaaa</t></r><r><t>bbbbbbbbbbb</t></r></si>", "<si><t/></si>", "<si><t>\uffff</t></si>",
]  # fmt: skip
ODD = [
    "<!--", "-->", "<![CDATA[", "]]>", "<?x ", "?>", '<x a="', '">', "<x>", "</x>", "<row>", "</row>", "<row/>", "<si>",
    "</si>", "<c>", "<v>", "</v>", "</c>", "<f>", "</f>", "xxxxxxxxxxxx", "\n", "<", ">", "</worksheet>", "</sst>",
    "\x01", "<!DOCTYPE x>", "<sheetData>", "</sheetData>", "<t>", "</t>", "<extLst><v>1</v></extLst>", "é", "&amp;",
    "&", "DDE(", "\0",
]  # fmt: skip
HEADS = [
    DECLARED, b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="latin-1"?>',
    b'<?xml version="1.0" encoding="cp037"?>', b"<!-- -->", b"<!DOCTYPE x>", b" ", b"\xff\xfe",
]  # fmt: skip
ROOTS = ["worksheet", "sst", "row", "si", "x"]


@st.composite
def documents(draw: st.DrawFn) -> list[bytes]:
    """A part in pieces: mostly plain, with odd things in between, and now and then a byte that is another."""
    root = draw(st.sampled_from(ROOTS + ROOTS[:2] * 4))
    kinds = TEXTS if root in ("sst", "si") else ROWS
    plain = st.sampled_from(kinds[:3] * 3 + kinds)
    runs = draw(st.lists(st.lists(plain, max_size=12), max_size=5))
    odd = draw(st.lists(st.sampled_from(ODD), min_size=len(runs), max_size=len(runs)))
    oddly = draw(st.sampled_from([0, 0, 1, 2]))  # of which ends only some have something odd
    inner = "".join(
        "".join(run) + (what if at < oddly else "") for at, (run, what) in enumerate(zip(runs, odd, strict=True))
    )
    head = draw(st.sampled_from([DECLARED] * 8 + HEADS))
    body = bytearray(head + f"<{root}>{inner}</{root}>".encode())
    for at, byte in draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=1)):
        if draw(st.booleans()):
            body[at] = byte
    return cut(bytes(body), draw(st.lists(st.integers(1, 400), max_size=8)))


def cut(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The bytes in pieces of these sizes, and the rest."""
    pieces = []
    for size in sizes:
        pieces.append(body[:size])
        body = body[size:]
    return [*pieces, body]


@settings(max_examples=400, deadline=None)
@given(documents())
def test_the_verdict_is_that_of_the_parser_alone(pieces: list[bytes]) -> None:
    assert agree(pieces)


FIRST = row(1, cell("A1"), cell("B1"))
RUN = row(2, cell("A2")) + row(3, cell("A3")) + row(4, cell("A4"))
HOSTILE = {
    "rows in a comment": f"{FIRST}<!--{FIRST}{RUN}-->{FIRST}",
    "rows in CDATA of a text": row(6, cell("A6", f"<v><![CDATA[{FIRST}{RUN}]]></v>")),
    "rows in CDATA of a formula": row(6, cell("A6", f"<f><![CDATA[a|{FIRST}{RUN}b!]]></f>")),
    "rows in an instruction": f"<?x {FIRST}{RUN}?>",
    "rows in an attribute": f"<x a='{FIRST}{RUN}'/>",
    "an attribute that opens like a row's end": f"<x a='</row>{RUN}'/>",
    "rows in a tag": f"<x </row>{RUN}/>",
    "rows that never end": f"{FIRST}{RUN}<row>",
    "rows after the root": f"</worksheet>{FIRST}{RUN}<worksheet>",
    "a formula cut in two by rows": row(6, cell("A6", "<v>1</v><f>cmd|")) + RUN + "x!y",
    "too far down": f"{FIRST}{RUN}{row(61, cell('A61'))}{RUN}",
    "too far down in one that is not last": f"{FIRST}{row(9999999, cell('A9999999'))}{RUN}",
    "too far right": f"{FIRST}{RUN}{row(5, cell('AE5'))}{RUN}",
    "too many elements": f"{FIRST}{RUN * 20}",
    "a row without a number follows": f"{FIRST}{row(59, cell('A59'))}{row(60, cell('A60'))}<row><c><v>1</v></c></row>",
    "a value beside a far cell": FIRST + RUN + row(5, cell("A5"), '<c r="XFD5" s="1"/>') + "<v>1</v>",
    "a cell of another row": f"{FIRST}{RUN}{row(5, cell('A61'))}{RUN}",
    "what is no letter": FIRST + RUN + row(5, cell("A5", "<v>\ufffe</v>")) + RUN,
    "no column": f"<row r='1'/><row></row>{row(2, cell('2'))}{row(3, *[cell('3')] * 31)}{row(4, cell('4'))}",
    "a document type": f"<!DOCTYPE x>{FIRST}{RUN}",
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
@pytest.mark.parametrize("inner", [pytest.param(inner, id=label) for label, inner in HOSTILE.items()])
def test_rows_where_no_rows_belong_deceive_nobody(inner: str, size: int) -> None:
    body = DECLARED + f"<worksheet>{inner}</worksheet>".encode()
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    assert agree(pieces)
    assert agree([DECLARED + b"<worksheet>" + FIRST.encode(), body[len(DECLARED) + len("<worksheet>") :]])


@pytest.mark.parametrize("root", ["row", "si"])
def test_nothing_follows_a_root_that_is_itself_a_row_or_text(root: str) -> None:
    inner = FIRST + RUN if root == "row" else "<si><t>a</t></si>" * 4
    assert verdict([DECLARED + inner.encode()], Runs) == "refused.not_xlsx"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_go_through_the_parser(encoding: str) -> None:
    hidden = (FIRST + RUN * 3).encode()
    text = (hidden + b" " * (len(hidden) % 2)).decode("utf-16-le")  # rows, read as letters that each are two bytes
    assert agree([f"<worksheet><v>{text}</v></worksheet>".encode(encoding)])


def test_in_a_workbook_of_ours_nearly_all_is_plain(phrases: Phrases) -> None:
    units = tuple(UnitRow(number, f"P{number}", f"Phòng {number}", "Phòng") for number in range(2, 400))
    people = tuple(PersonRow(number, f"{number}", "An", "P2", phone=f"09{number:08}") for number in range(2, 2000))
    with zipfile.ZipFile(BytesIO(write_roster(Roster(units, people), phrases))) as archive:
        for name in ("xl/worksheets/sheet2.xml", makers.STRINGS):
            body, runs = archive.read(name), Runs(5_000)
            pieces = [body[:9_000], body[9_000:]]
            plain = sum(end - start for piece in pieces for start, end in runs.within(piece, 8))
            assert plain > 0.9 * len(body)
            assert agree(pieces, Bounds())
