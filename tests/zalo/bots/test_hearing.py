"""News as it may come: every event name, both shapes, both keys of a picture, and things nobody has seen yet."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.heard import OTHER, TEXT, Heard
from bot.zalo.bots.hearing import arrival, hear

CHANNEL = "zalo-bot:10000001"
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
SAID = datetime(2025, 6, 19, 6, 55, 31, 602_000, tzinfo=UTC)


def news(
    name: str = "message.text.received", chat_type: str = "PRIVATE", sender: Any = None, **content: Any
) -> dict[str, Any]:
    """What the platform posts, flat."""
    message = {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
        "from": sender or {"id": "6ede9afa66b88fe6d6a9", "display_name": "An", "is_bot": False},
        "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": chat_type},
        **content,
    }
    return {"event_name": name, "message": message}


def understood(payload: Any) -> Heard | None:
    """What the door makes of it, by way of the inbox."""
    kept = arrival(CHANNEL, payload)
    return hear(CHANNEL, kept.body, NOW) if kept else None


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_text_is_heard_in_both_shapes(wrapped: bool) -> None:
    payload = news(text="Câu B")
    whole = {"ok": True, "result": payload} if wrapped else payload
    assert understood(whole) == Heard(CHANNEL, "6ede9afa66b88fe6d6a9", TEXT, NOW, text="Câu B", said_at=SAID)
    kept = arrival(CHANNEL, whole)
    assert kept is not None
    assert (kept.channel, kept.external_id) == (CHANNEL, "6ede9afa66b88fe6d6a9/2d758cb5e222177a4e35")


def test_a_text_is_heard_composed() -> None:
    heard = understood(news(text="ca\u0302u B\x00"))
    assert heard is not None
    assert heard.text == "c\u00e2u B"


@pytest.mark.parametrize("date", [None, "soon", -1])
def test_a_text_without_a_date_is_heard_all_the_same(date: object) -> None:
    assert understood(news(text="2", date=date)) == Heard(CHANNEL, "6ede9afa66b88fe6d6a9", TEXT, NOW, text="2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("message.image.received", {"photo": "https://x.vn/1.jpg", "caption": "2"}),
        ("message.image.received", {"photo_url": "https://x.vn/1.jpg"}),
        ("message.sticker.received", {"sticker": "bfe458", "url": "https://x.vn/s.png"}),
        ("message.voice.received", {"voice_url": "https://x.vn/v.aac"}),
        ("message.unsupported.received", {}),
        ("message.text.received", {"text": None}),
    ],
)
def test_what_is_no_text_is_heard_as_such(name: str, content: dict[str, Any]) -> None:
    assert understood(news(name, **content)) == Heard(CHANNEL, "6ede9afa66b88fe6d6a9", OTHER, NOW, said_at=SAID)


@pytest.mark.parametrize(
    "payload",
    [
        {"event_name": "message.unsupported.received"},
        {"event_name": "message.unsupported.received", "message": None},
        news("message.reaction.received", text="2"),
        news("message.link.received", text="2"),
        news("something.of.2027", text="2"),
        news(chat_type="GROUP", text="2"),
        news(text="2", sender={"id": "1", "is_bot": True}),
        news(text="2", chat={"id": ["x"], "chat_type": "PRIVATE"}),
        news(text="2", chat={"id": "../../x", "chat_type": "PRIVATE"}),
        {"event_name": "message.text.received", "message": [1]},
    ],
    ids=range(10),
)
def test_what_says_nothing_to_us_is_kept_and_not_heard(payload: dict[str, Any]) -> None:
    kept = arrival(CHANNEL, payload)
    assert kept is not None
    assert understood(payload) is None


@pytest.mark.parametrize("odd", [None, [], {}, "x", 7, {"ok": True}, {"ok": True, "result": None}, {"event_name": 7}])
def test_what_is_no_news_is_not_kept(odd: object) -> None:
    assert arrival(CHANNEL, odd) is None


@pytest.mark.parametrize("body", ["", "{", "null", "[" * 100_000, '{"event_name": []}'])
def test_an_odd_row_is_not_heard(body: str) -> None:
    assert hear(CHANNEL, body, NOW) is None


def test_a_reaction_does_not_pass_for_the_message_it_speaks_of() -> None:
    """Kept first, under the message's own key, it would hide a text that is posted again."""
    reaction, text = arrival(CHANNEL, news("message.reaction.received")), arrival(CHANNEL, news(text="2"))
    assert reaction is not None
    assert text is not None
    assert reaction.external_id != text.external_id


def test_the_same_message_again_has_the_same_key_whatever_else_has_changed() -> None:
    first, again = arrival(CHANNEL, news(text="2")), arrival(CHANNEL, {"ok": True, "result": news(text="2", date=1)})
    assert first is not None
    assert again is not None
    assert first.external_id == again.external_id
    assert json.loads(first.body)["message"]["text"] == "2"
