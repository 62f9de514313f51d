"""Photos as the real server takes them: an image, of 10 MB and of a shape that it will show."""

import struct
import zlib

from telegram import constants

from tests.botapi.refusing import bad_request

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = int(constants.FileSizeLimit.PHOTOSIZE_UPLOAD)
MOST_TOGETHER, MOST_RATIO = 10_000, 20  # core.telegram.org/bots/api#sendphoto: width plus height, one to the other


def dimensions(content: bytes) -> tuple[int, int]:
    """Width and height, or the refusal of what is not shown as a photo."""
    if not content.startswith(SIGNATURE) or len(content) < 24:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if len(content) > MOST_BYTES:
        raise bad_request("file is too big")
    width, height = struct.unpack(">II", content[16:24])
    if width + height > MOST_TOGETHER or max(width, height) > MOST_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def png_of(width: int, height: int) -> bytes:
    """A grey picture of that size."""
    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
