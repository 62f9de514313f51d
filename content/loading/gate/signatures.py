"""What a file is by its first bytes: an Excel workbook, a text, or something to be refused by its name."""

import codecs
import io
import re
import zipfile

from content.loading.drafts import FileRefused
from content.loading.gate.archive import OLD_OFFICE, check_archive

EXCEL, TEXT = "excel", "text"

# Beginnings of files, and what the sender is told was sent. Never decoded, whatever follows (U7).
BEGINNINGS = (
    (b"\x89PNG", "refused.picture"),
    (b"\xff\xd8\xff", "refused.picture"),
    (b"GIF8", "refused.picture"),
    (b"BM", "refused.picture"),
    (b"II*\0", "refused.picture"),
    (b"MM\0*", "refused.picture"),
    (b"%PDF", "refused.pdf"),
    (b"{\\rtf", "refused.word"),
    (b"Rar!", "refused.packed"),
    (b"7z\xbc\xaf", "refused.packed"),
    (b"\x1f\x8b", "refused.packed"),
    (b"BZh", "refused.packed"),
    (b"\xfd7zXZ", "refused.packed"),
    (b"\x28\xb5\x2f\xfd", "refused.packed"),
    (b"MZ", "refused.program"),
    (b"\x7fELF", "refused.program"),
    (b"\xca\xfe\xba\xbe", "refused.program"),
    (b"\xcf\xfa\xed\xfe", "refused.program"),
    (b"#!", "refused.program"),
    (b"OggS", "refused.recording"),
    (b"ID3", "refused.recording"),
    (b"\x1aE\xdf\xa3", "refused.recording"),
)
LETTERS = (b"BM", b"MZ", b"BZh", b"ID3")  # which may as well begin a question
WORD_STREAM = "WordDocument".encode("utf-16-le")
MARKS = (  # a UTF-32 mark begins like a UTF-16 one, so it is looked for first
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")


def check_signature(body: bytes) -> str:
    """EXCEL or TEXT. Raises FileRefused for any other kind of file, saying which it is."""
    if body.startswith(b"PK"):
        _check_zip(body)
        return EXCEL
    if body.startswith(OLD_OFFICE):
        if WORD_STREAM in body:
            raise FileRefused("refused.word")
        check_archive(body)
    for beginning, key in BEGINNINGS:
        if body.startswith(beginning) and not (beginning in LETTERS and _is_text(body)):
            raise FileRefused(key)
    if body[:4] == b"RIFF":
        raise FileRefused("refused.picture" if body[8:12] == b"WEBP" else "refused.recording")
    if body[4:8] == b"ftyp":
        raise FileRefused("refused.picture" if body[8:12] in (b"heic", b"mif1", b"avif") else "refused.recording")
    if b"%PDF-" in body[:1024]:
        raise FileRefused("refused.pdf")
    return TEXT


def decoded_text(body: bytes) -> str:
    """The letters of a text file, its lines ended by ``\\n``. Raises FileRefused when it is none or not Unicode."""
    encoding = next((name for mark, name in MARKS if body.startswith(mark)), "utf-8")
    try:
        text = body.decode(encoding or "ascii")
    except UnicodeDecodeError as reason:
        raise FileRefused(
            "refused.not_text" if CONTROLS.search(body[:4096].decode("latin-1")) else "refused.encoding"
        ) from reason
    if CONTROLS.search(text):
        raise FileRefused("refused.not_text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise FileRefused("refused.empty")
    return text


def _is_text(body: bytes) -> bool:
    """Whether the beginning holds no control character."""
    return CONTROLS.search(body[:4096].decode("latin-1")) is None


def _check_zip(body: bytes) -> None:
    """Raises FileRefused for an archive that is another kind of document, by the names of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as reason:
        raise FileRefused("refused.not_xlsx") from reason
    if "xl/workbook.xml" in names:
        return
    if "word/document.xml" in names:
        raise FileRefused("refused.word")
    if "ppt/presentation.xml" in names:
        raise FileRefused("refused.slides")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise FileRefused("refused.other_sheet")
    raise FileRefused("refused.packed")
