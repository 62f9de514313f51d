"""Following the XML parts of a workbook as they stream past: extent, lengths, links and hidden sheets; nothing kept.

Sheets become dense tables in memory: one cell at XFD1048576 would claim hundreds of gigabytes.
"""

from functools import lru_cache
from xml.parsers.expat import ParserCreate

from content.fold import fold
from content.loading.drafts import FileRefused
from content.loading.gate.bounds import Bounds
from content.loading.gate.plain import Runs, elements, lowest

FILLED = ("v", "is", "f")  # borders drawn around empty cells do no harm
TEXTS = ("t", "v", "f")
WHOLE = frozenset(("si", "is", "c", "f", "v", "comment", "p"))  # where a text begins that may come in several runs
PLAIN = WHOLE | {"t", "row"}  # names that nearly all elements have, and that need no look for a prefix
HYPERLINK = "/hyperlink"
HARMLESS = ("http://", "https://", "mailto:")


class Following:
    """What all parts of one workbook share: the bounds, and how many elements and cells of tables may still come."""

    def __init__(self, bounds: Bounds, beyond: FileRefused) -> None:
        self.bounds, self.beyond = bounds, beyond
        self.left, self.dense = bounds.elements, bounds.dense


class Part:
    """One XML part. Refuses the first thing out of bounds or unwelcome; raises ExpatError for broken XML.

    Document types are refused: no workbook needs one, and entities are how small files grow.
    """

    def __init__(self, following: Following, name: str) -> None:
        self._following, self._bounds, self._name = following, following.bounds, name
        self._row = self._cell_row = self._column = self._length = 0
        self._lowest = self._rightmost = 0  # of the filled cells
        self._last_row = self._bounds.rows + self._bounds.above
        self._formula: list[str] | None = None
        self._in_text = False
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._starts
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._runs = Runs(self._bounds.cell)

    def feed(self, piece: bytes, last: bool = False) -> None:
        """The next bytes of the part. Raises FileRefused or ExpatError.

        Runs of plain rows and texts are counted and spared the parser, for which nothing else changes: a run is whole
        elements, it follows one of its kind, which the parser sees end and which is not the root, and the last of the
        run is left to it. Where it would not stand among elements, the parser meets a `<` out of place and refuses.
        """
        at = 0
        for start, end in self._runs.within(piece, self._rightmost):
            self._parser.Parse(piece[at:start])
            self._passes(piece[start:end])
            at = end
        self._parser.Parse(piece[at:], last)
        if last:
            self._formula_ends()
            self._following.dense -= self._lowest * self._rightmost
            if self._following.dense < 0:
                raise self._following.beyond

    def _passes(self, run: bytes) -> None:
        """What a run adds up to; its filled cells stand no further right than those before it."""
        self._following.left -= elements(run)
        self._lowest = max(self._lowest, lowest(run))
        if self._following.left < 0 or self._lowest > self._last_row:
            raise self._following.beyond

    def _doctype(self, *_: object) -> None:
        raise FileRefused("refused.entities")

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        self._following.left -= 1
        if self._following.left < 0:
            raise self._following.beyond
        if self._formula is not None:
            self._formula_ends()
        kind = name if name in PLAIN else name.rpartition(":")[2]
        if kind == "c":
            self._cell(attributes.get("r", ""))
        elif kind in FILLED:
            self._filled()
        elif kind == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif kind in NAMED:
            NAMED[kind](self, attributes)
        if kind in WHOLE:
            self._length = 0
        self._in_text = kind in TEXTS
        if kind == "f":
            self._formula = []

    def _formula_ends(self) -> None:
        """A formula is whole when the next element begins: ends of elements go by unseen, there are so many."""
        _check_formula("".join(self._formula or ()))
        self._formula = None

    def _text(self, text: str) -> None:
        if not self._in_text:
            return
        self._length += len(text)
        if self._length > self._bounds.cell:
            raise FileRefused("refused.long_cell", limit=self._bounds.cell)
        if self._formula is not None:
            self._formula.append(text)

    def _cell(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        self._column = _number(letters) if letters else self._column + 1
        self._cell_row = int(reference[len(letters) :] or self._row)

    def _filled(self) -> None:
        if self._cell_row > self._last_row or self._column > self._bounds.columns:
            raise self._following.beyond
        if self._cell_row > self._lowest:
            self._lowest = self._cell_row
        if self._column > self._rightmost:
            self._rightmost = self._column

    def _sheet(self, attributes: dict[str, str]) -> None:
        """A sheet listed by the workbook; in other parts elements of that name carry no state."""
        name = attributes.get("name", "")
        if attributes.get("state", "visible") != "visible" and fold(name) not in self._bounds.hidden:
            raise FileRefused("refused.hidden_sheet", name=name[:31])

    def _relationship(self, attributes: dict[str, str]) -> None:
        """A link out of the workbook. Excel makes one of every address typed, and nothing follows it before a person
        does; anything else would be fetched on opening, and a link to a file or a share gives names away.
        """
        if attributes.get("TargetMode", "").lower() != "external":
            return
        harmless = attributes.get("Target", "").lower().startswith(HARMLESS)
        if not (harmless and attributes.get("Type", "").endswith(HYPERLINK)):
            raise FileRefused("refused.external")

    def _content_type(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            raise FileRefused("refused.macro")

    def _data_link(self, _: dict[str, str]) -> None:
        raise FileRefused("refused.external")


NAMED = {
    "sheet": Part._sheet,
    "Relationship": Part._relationship,
    "Override": Part._content_type,
    "Default": Part._content_type,
    "ddeLink": Part._data_link,
    "oleLink": Part._data_link,
}


def _check_formula(formula: str) -> None:
    """Formulas are never worked out here; those that would start a program or call a server elsewhere are refused."""
    upper = formula.upper()
    if ("|" in upper and "!" in upper) or "DDE(" in upper or "WEBSERVICE(" in upper:
        raise FileRefused("refused.external")


@lru_cache(maxsize=1024)
def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + ord(letter) - 64
    return number
