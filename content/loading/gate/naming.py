"""Names of files as strangers send them, made fit to be shown and stored. Nothing is ever opened by such a name."""

import re
import unicodedata
from pathlib import PurePosixPath

from content.fold import nfc

LONGEST = 80
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, direction marks, zero widths, surrogates, unassigned
SEPARATORS = re.compile(r"[/\\]")  # of Unix and of Windows
FORBIDDEN = re.compile(r'[<>:"|?*]')
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
NAMELESS = "file"


def clean_name(name: str) -> str:
    """The last part of a name, NFC, without invisible letters, at most 80 characters; its extension is kept.

    ``../../etc/cau hoi.xlsx`` → ``cau hoi.xlsx``; ``CON.txt`` → ``_CON.txt``; nothing → ``file``.
    """
    seen = "".join(letter for letter in name[-4096:] if unicodedata.category(letter) not in UNWANTED)
    last = " ".join(FORBIDDEN.sub("_", SEPARATORS.split(nfc(seen))[-1]).split()).strip(" .")
    extension = PurePosixPath(last).suffix
    if not EXTENSION.fullmatch(extension):
        extension = ""
    stem = last.removesuffix(extension) if extension else last
    if DEVICE.fullmatch(stem.split(".")[0].strip()):
        stem = f"_{stem}"
    return (stem[: LONGEST - len(extension)].rstrip(" .") or NAMELESS) + extension


def extension_of(name: str) -> str:
    """The extension of a name in small letters with its dot; empty when there is none."""
    return PurePosixPath(clean_name(name)).suffix.lower()
