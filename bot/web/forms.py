"""A form with one file, as a browser sends it without any script (multipart/form-data, RFC 7578)."""

import re

BOUNDARY = re.compile(r"multipart/form-data;\s*boundary=\"?([A-Za-z0-9'()+_,./:=?-]{1,70})\"?\s*", re.IGNORECASE)
NAME = re.compile(r'(?:^|;)\s*name="([^"]*)"')
FILE_NAME = re.compile(r'(?:^|;)\s*filename="([^"]*)"')
MOST_PARTS = 8
OVERHEAD = 16 * 1024  # bytes that names and boundaries may take beside the file


def boundary_of(content_type: str) -> bytes | None:
    """What stands between the parts; None when the body is no such form."""
    found = BOUNDARY.fullmatch(content_type.strip())
    return found[1].encode() if found else None


def fields(body: bytes, boundary: bytes) -> dict[str, tuple[str, bytes]]:
    """The fields of a form by name, each with its file name (empty for words) and content; the first of a name counts.

    What does not look like a form has no fields. Browsers write a quotation mark in a name as ``%22``.
    """
    found: dict[str, tuple[str, bytes]] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 1)[1 : MOST_PARTS + 1]:
        head, gap, content = part.partition(b"\r\n\r\n")
        told = _disposition(head)
        name = NAME.search(told)
        if gap and name:
            file_name = FILE_NAME.search(told)
            found.setdefault(name[1], (file_name[1].replace("%22", '"') if file_name else "", content))
    return found


def _disposition(head: bytes) -> str:
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return value
    return ""
