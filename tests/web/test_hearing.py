"""What an inbox body of the web page means."""

from datetime import UTC, datetime

import pytest

from bot.heard import CHOICE, TEXT, Heard
from bot.web.hearing import hear

AT = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        pytest.param(
            '{"address": "an", "text": "câu B", "id": "1"}', Heard("web", "an", TEXT, AT, text="câu B"), id="text"
        ),
        pytest.param(
            '{"address": "an", "token": "t", "number": 2, "id": "1"}',
            Heard("web", "an", CHOICE, AT, token="t", number=2),
            id="choice",
        ),
        pytest.param('{"address": "an"}', None, id="nothing said"),
        pytest.param("[1]", None, id="not an object"),
        pytest.param("{", None, id="not JSON"),
    ],
)
def test_a_body_becomes_what_was_heard(body: str, heard: Heard | None) -> None:
    assert hear(body, AT) == heard
