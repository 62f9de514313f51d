"""Long runs of plain rows or plain shared texts, recognised by one pattern: nearly all there is in a big workbook.

Plain is what Excel, LibreOffice and our own files write for cells without formulas and texts without formats. What a
pattern does not know for certain is no run, and goes through the parser.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

# The beginning of a part that is UTF-8 for certain, and its root: sheets and the texts they share.
HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb'(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="(?:yes|no)")?\?>\s*)?'
    rb"<(worksheet|sst)[\s>]"
)
TEXT = rb"[\t\n\r\x20-\x25\x27-\x3b\x3d\x3f-\xff]"  # no control, &, < or >
ELSE = rb"!", rb"?"  # after <: a comment, CDATA, a document type, an instruction; runs are looked for in content alone
NEVER = b"\xef\xbf"  # begins U+FFFE and U+FFFF, which are UTF-8 and no XML
# In the order of the schema, so that none stands twice.
OF_ROWS = (
    b"spans", b"s", b"customFormat", b"ht", b"hidden", b"customHeight", b"outlineLevel", b"collapsed", b"thickTop",
    b"thickBot", b"x14ac:dyDescent",
)  # fmt: skip
NUMBER = re.compile(rb'<row r="([0-9]+)')


class Runs:
    """Finds the runs of one part as its pieces come."""

    def __init__(self, longest: int) -> None:
        """`longest`: characters of a text; more bytes than that are no plain text."""
        self._longest = longest
        self._root: bytes | None = None  # until the first piece
        self._plain = True

    def within(self, piece: bytes, rightmost: int) -> Iterator[tuple[int, int]]:
        """From where to where a piece holds runs, so far that no filled cell stands right of column `rightmost`.

        What stands before a run ends with an element like those in it, and the last of them stands after it.
        """
        at = 0
        if self._root is None:
            head = HEAD.match(piece)
            self._root, at = (head[1], head.end()) if head else (b"", 0)
        odd = any(mark in piece and b"<" + mark in piece[at:] for mark in ELSE) or piece.startswith(ELSE)
        self._plain = self._plain and bool(self._root) and not odd
        texts = self._root == b"sst"
        if not self._plain or not (texts or rightmost):
            return
        pattern = _texts(self._longest) if texts else _rows(rightmost, self._longest)
        for found in pattern.finditer(piece):
            start, end = found.start("run"), piece.rindex(b"<si>" if texts else b"<row ", *found.span("run"))
            if start < end and _is_utf8(piece[start:end]):
                yield start, end


def elements(run: bytes) -> int:
    """How many elements a run holds."""
    return run.count(b"<") - run.count(b"</")


def lowest(run: bytes) -> int:
    """The greatest number of a row, each of which has a filled cell; 0 in a run of texts."""
    return max(map(int, NUMBER.findall(run)), default=0)


@lru_cache
def _texts(longest: int) -> re.Pattern[bytes]:
    return re.compile(rb"</si>(?P<run>(?:<si>" + _text(longest) + rb"</si>)++)")


@lru_cache
def _rows(rightmost: int, longest: int) -> re.Pattern[bytes]:
    """Rows in which some cell is filled, and no filled one stands right of that column."""
    attributes = b"".join(rb'(?: %s="[0-9a-z.:]*+")?+' % name for name in OF_ROWS)
    columns = "|".join(map(_letters, range(1, rightmost + 1))).encode()
    value = rb"(?:<v>" + TEXT + rb"{0,%d}+</v>|<is>" % longest + _text(longest) + rb"</is>)"
    filled = rb'<c r="(?:' + columns + rb')(?P=number)"(?: s="[0-9]++")?+(?: t="[a-zA-Z]++")?+>' + value + rb"</c>"
    empty = rb'<c r="[A-Z]{1,3}+[0-9]{1,7}+"(?: s="[0-9]++")?+/>'
    cells = rb"(?:" + empty + rb")*+" + filled + rb"(?:" + filled + rb"|" + empty + rb")*+"
    row = rb'<row r="(?P<number>[1-9][0-9]{0,6}+)"' + attributes + rb">" + cells + rb"</row>"
    return re.compile(rb"</row>(?P<run>(?:" + row + rb")++)")


def _text(longest: int) -> bytes:
    return rb'<t(?: xml:space="preserve")?+>' + TEXT + rb"{0,%d}+</t>" % longest


def _letters(column: int) -> str:
    """1 → A, 27 → AA; so far as ZZ."""
    first, second = divmod(column - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def _is_utf8(run: bytes) -> bool:
    if run.isascii():
        return True
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return NEVER not in run
