"""Answers of the Bot API, or of whatever sits in its place: a result, or trouble of a known kind."""

import pytest

from bot.exchange import Answer
from bot.telegram.session import answered
from bot.troubles import NOT_JSON, REFUSAL, UNREADABLE, CallFailed, Trouble

TOKEN = "1:secret"


@pytest.mark.parametrize(
    ("status", "header", "body", "expected"),
    [
        (200, "", b"", Trouble(UNREADABLE, 200, "0 bytes")),
        (200, "", b'{"ok":true,"result":{"message_id":', Trouble(UNREADABLE, 200, "34 bytes")),
        (200, "", b'{"ok":false,"result":{"message_id":7}}', Trouble(UNREADABLE, 200, "38 bytes")),
        (200, "", b'{"result":{"message_id":7}}', Trouble(UNREADABLE, 200, "27 bytes")),
        (200, "", b"[]", Trouble(UNREADABLE, 200, "2 bytes")),
        (200, "", b"[" * 100_000, Trouble(UNREADABLE, 200, "100000 bytes")),
        (200, "", b'{"ok":true,"result":"\xff"}', Trouble(UNREADABLE, 200, "24 bytes")),
        (502, "", b"<h1>502</h1>", Trouble(NOT_JSON, 502, "12 bytes")),
        (429, "8", b"slow down", Trouble(NOT_JSON, 429, "9 bytes", 8)),
        (429, "", b'{"ok":false,"parameters":{"retry_after":7}}', Trouble(REFUSAL, 429, "", 7)),
        (429, "9", b'{"ok":false,"parameters":{"retry_after":"soon"}}', Trouble(REFUSAL, 429, "", 9)),
        (429, "Wed, 21 Oct", b'{"ok":false,"parameters":[]}', Trouble(REFUSAL, 429, "", 0)),
        (502, "", b'{"ok":false,"error_code":502}', Trouble(REFUSAL, 502, "")),
        (400, "", b'{"ok":false,"description":"no /bot1:secret/x"}', Trouble(REFUSAL, 400, "no /bot***/x")),
        (400, "", b'{"ok":true,"result":{"message_id":7}}', Trouble(REFUSAL, 400, "")),
        (400, "", b'{"ok":false,"description":["odd"]}', Trouble(REFUSAL, 400, "['odd']")),
    ],
)  # fmt: skip
def test_what_is_no_result_is_trouble_of_a_known_kind(status: int, header: str, body: bytes, expected: Trouble) -> None:
    with pytest.raises(CallFailed) as failed:
        answered(Answer(status, header, body), TOKEN)
    assert failed.value.trouble == expected


def test_a_result_is_handed_on_as_it_is() -> None:
    raw = '{"ok":true,"result":{"message_id":7,"new_in_2027":{"á":1}}}'.encode()
    assert answered(Answer(200, "", raw), TOKEN) == {"message_id": 7, "new_in_2027": {"á": 1}}
