"""Whether a file is a plain .xlsx of a reasonable size, decided as it streams past, before anything builds tables.

What Excel files may carry besides cells is refused with its reason: macros, links to other files, embedded objects,
sheets nobody sees.
"""

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from content.loading.drafts import FileRefused
from content.loading.gate.bounds import CONTENT, MEGABYTE, Bounds, check_size
from content.loading.gate.parts import Following, Part

FIRST, PIECE = 8 * 1024, 256 * 1024  # bytes; before a first row was parsed, no run of rows is known
FIRST_ENTRY, END = b"PK\x03\x04", b"PK\x05\x06"
END_LENGTH = 22
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls and .doc, and any newer one under a password
LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds what the password hides
RATIO, RATIO_FROM = 200, MEGABYTE  # a part that unpacks 200-fold is made to; real sheets stay under 60
SHEETS = "xl/worksheets/sheet"
NEEDED = {"[content_types].xml", "xl/workbook.xml"}
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ExpatError, EOFError, NotImplementedError, ValueError, OSError),
    LookupError,  # an encoding nobody knows
)

# What the parts of a workbook are for, by the beginning of their names.
UNWELCOME = (
    (re.compile(r"(.*/)?vba[^/]*\.bin|xl/(macrosheets|dialogsheets)/.*|customui/.*"), "refused.macro"),
    (re.compile(r"xl/(externallinks|querytables|webextensions|model)/.*|xl/connections\.xml"), "refused.external"),
    (re.compile(r"xl/(embeddings|activex|ctrlprops)/.*|.*\.(exe|dll|js|vbs|bat|cmd|scr|ps1)"), "refused.embedded"),
    (re.compile(r".*\.(zip|rar|7z|xlsx|xlsm|docx|gz)"), "refused.embedded"),
)


def check_archive(body: bytes, bounds: Bounds = CONTENT) -> None:
    """Raises FileRefused with the first reason not to read these bytes as an Excel file."""
    if body.startswith(OLD_OFFICE):
        raise FileRefused("refused.locked" if LOCKED in body else "refused.old_excel")
    check_size(body, bounds.file_megabytes)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _check_frame(body, archive)
            _check_names(archive.infolist(), bounds)
            _check_parts(archive, bounds)
    except BROKEN as reason:
        raise FileRefused("refused.not_xlsx") from reason


def too_large(bounds: Bounds) -> FileRefused:
    """The file, or what it unpacks to, is beyond what its kind needs."""
    return FileRefused("refused.too_large", rows=bounds.rows, columns=bounds.columns, megabytes=bounds.file_megabytes)


def _check_frame(body: bytes, archive: zipfile.ZipFile) -> None:
    """The archive is the whole file: nothing stands before its first entry or after its end."""
    offsets = [entry.header_offset for entry in archive.infolist()]
    ends = body.rfind(END) + END_LENGTH + len(archive.comment) == len(body)
    if not body.startswith(FIRST_ENTRY) or not ends or min(offsets, default=1) != 0:
        raise FileRefused("refused.not_xlsx")


def _check_names(entries: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    names = [entry.orig_filename for entry in entries]
    lowered = [name.lower() for name in names]
    declared = sum(entry.file_size for entry in entries)
    sheets = sum(name.startswith(SHEETS) for name in lowered)
    if len(entries) > bounds.entries or sheets > bounds.sheets or declared > bounds.inflated_megabytes * MEGABYTE:
        raise too_large(bounds)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("refused.locked")
    if any(_strays(name) for name in names) or len(set(lowered)) < len(lowered):
        raise FileRefused("refused.odd_parts")
    for name in lowered:
        for pattern, key in UNWELCOME:
            if pattern.fullmatch(name):
                raise FileRefused(key)
    if not set(lowered) >= NEEDED:
        raise FileRefused("refused.not_xlsx")


def _strays(name: str) -> bool:
    """Whether the name of a part would lead out of the archive, or hides what it is."""
    parts = name.split("/")
    hides = any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cn"} for letter in name)
    return hides or len(name) > 200 or "\\" in name or ":" in name or name.startswith("/") or ".." in parts


def _check_parts(archive: zipfile.ZipFile, bounds: Bounds) -> None:
    """Inflate every part piece by piece, since sizes in the directory may lie, and follow the XML among them."""
    left = bounds.inflated_megabytes * MEGABYTE
    following = Following(bounds, too_large(bounds))
    for entry in archive.infolist():
        part = Part(following, entry.filename.lower()) if entry.filename.lower().endswith((".xml", ".rels")) else None
        inflated = 0
        for piece in _pieces(archive, entry):
            inflated += len(piece)
            if inflated > left or (inflated > RATIO_FROM and inflated > RATIO * max(entry.compress_size, 1)):
                raise too_large(bounds)
            if part is not None:
                part.feed(piece)
        if part is not None:
            part.feed(b"", last=True)
        left -= inflated


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        size = FIRST
        while piece := stream.read(size):
            yield piece
            size = PIECE
