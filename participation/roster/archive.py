"""Whether an uploaded file is a plain .xlsx of a reasonable size, decided before anything builds tables from it."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers.expat import ExpatError, ParserCreate

from participation.roster import RosterFault, RosterFaults

MEGABYTE = 1024 * 1024
FILE_MEGABYTES = 20
INFLATED_MEGABYTES = 100  # 100,000 people are about 50 MB of sheet
ENTRIES = 1_000
ROWS = 100_000
COLUMNS = 40
FILLED = ("v", "is", "f")  # borders drawn around empty cells do no harm
OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx under a password


def check_archive(data: bytes) -> None:
    """Raises RosterFaults with one fault when the file is no .xlsx, is locked, has macros or would unpack too far."""
    if data.startswith(OLD_OFFICE):
        raise refused("roster.fault.encrypted")
    if len(data) > FILE_MEGABYTES * MEGABYTE:
        raise too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive)
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, NotImplementedError, ValueError, OSError) as reason:
        raise refused("roster.fault.not_xlsx") from reason


def refused(key: str, **values: object) -> RosterFaults:
    """A single fault of the file as a whole."""
    return RosterFaults([RosterFault(key, values=values)])


def too_large() -> RosterFaults:
    """The file, or what it unpacks to, is beyond any roster."""
    return refused("roster.fault.too_large", megabytes=FILE_MEGABYTES, rows=ROWS, columns=COLUMNS)


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > INFLATED_MEGABYTES * MEGABYTE:
        raise too_large()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refused("roster.fault.encrypted")
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise refused("roster.fault.macro")
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise refused("roster.fault.not_xlsx")
    left = INFLATED_MEGABYTES * MEGABYTE
    for entry in entries:
        left = _check_entry(archive, entry, left)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Inflate one entry piece by piece (sizes in the directory may lie); returns how many bytes may still come."""
    pieces = _pieces(archive, entry)
    extent = Extent() if entry.filename.lower().endswith(".xml") else None
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise too_large()
        if extent is not None:
            extent.feed(piece)
    if extent is not None:
        extent.feed(b"", last=True)
    return left


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while piece := stream.read(MEGABYTE):
            yield piece


class Extent:
    """Follows the filled cells of a sheet without keeping them, and refuses the first one out of bounds.

    Sheets become dense tables in memory: one cell at XFD1048576 would claim hundreds of gigabytes.
    Document types are refused: a roster needs none, and entities are how small files grow.
    """

    def __init__(self) -> None:
        self._row = self._cell_row = self._column = 0
        self._parser = ParserCreate()
        self._parser.StartElementHandler = self._element
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes, last: bool = False) -> None:
        """The next bytes of the entry. Raises RosterFaults, or ExpatError for broken XML."""
        self._parser.Parse(piece, last)

    def _doctype(self, *_: object) -> None:
        raise refused("roster.fault.not_xlsx")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif kind == "c":
            self._cell(attributes.get("r", ""))
        elif kind in FILLED and (self._cell_row > ROWS or self._column > COLUMNS):
            raise too_large()
        elif kind == "Override" and "macroEnabled" in attributes.get("ContentType", ""):
            raise refused("roster.fault.macro")

    def _cell(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        self._column = _number(letters) if letters else self._column + 1
        self._cell_row = int(reference[len(letters) :] or self._row)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
