"""The signature over the raw bytes: the one test vector, and everything that must not pass for it."""

import json

import pytest

from bot.zalo.oa.signature import is_signed

APP_ID, STAMP, SECRET = "360846524940903967", "1540363714987", b"test-oa-secret"
RIGHT = b"5b3ec536fe3479246b78f011f80e045c5d9d3c1e2f1805f6c6bf112c22c648bd"
BODY = (
    b'{"app_id":"360846524940903967","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    b'"event_name":"user_send_text","message":{"text":"#quiz:12:B","msg_id":"96d3cdf3af150460909"},'
    b'"timestamp":"1540363714987"}'
)


@pytest.mark.parametrize("header", [RIGHT, b"mac=" + RIGHT, b" mac=" + RIGHT.upper() + b" "])
def test_the_vector_is_right_with_and_without_its_prefix(header: bytes) -> None:
    assert is_signed(BODY, header, APP_ID, STAMP, SECRET)


@pytest.mark.parametrize(
    "header", [b"", b"mac=", RIGHT[:-1], RIGHT[:-1] + b"0", b"mac=mac=" + RIGHT, b"sha256=" + RIGHT, b"\xff" * 64]
)
def test_anything_else_in_the_header_is_wrong(header: bytes) -> None:
    assert not is_signed(BODY, header, APP_ID, STAMP, SECRET)


def test_other_bytes_stamp_secret_or_app_are_wrong() -> None:
    assert not is_signed(json.dumps(json.loads(BODY)).encode(), RIGHT, APP_ID, STAMP, SECRET)
    assert not is_signed(BODY + b"\n", RIGHT, APP_ID, STAMP, SECRET)
    assert not is_signed(BODY, RIGHT, APP_ID, "1540363714988", SECRET)
    assert not is_signed(BODY, RIGHT, APP_ID, STAMP, b"the app secret")
    assert not is_signed(BODY, RIGHT, "1", STAMP, SECRET)
