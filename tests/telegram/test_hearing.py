"""What is heard in raw updates, and above all what is not."""

import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.heard import BLOCKED, CHOICE, CONTACT, FILE, OTHER, TEXT, UNBLOCKED, Heard
from bot.telegram.hearing import hear, understand

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
AN = {"id": 11, "is_bot": False, "first_name": "An"}
PRIVATE = {"id": 11, "type": "private", "first_name": "An"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Nhóm"}


def message(chat: Any = PRIVATE, sender: Any = AN, **content: Any) -> dict[str, Any]:
    """An update with a message."""
    return {"update_id": 1, "message": {"message_id": 5, "date": 1, "chat": chat, "from": sender, **content}}


def tap(data: Any, sender: Any = AN, **more: Any) -> dict[str, Any]:
    """An update with a tap under a message of the private chat."""
    query = {"id": "77", "from": sender, "message": {"message_id": 5, "date": 0, "chat": PRIVATE}, "data": data, **more}
    return {"update_id": 2, "callback_query": query}


def member(status: Any, chat: Any = PRIVATE) -> dict[str, Any]:
    """An update with the bot's own membership."""
    return {"update_id": 3, "my_chat_member": {"chat": chat, "from": AN, "new_chat_member": {"status": status}}}


def contact(user_id: Any = 11, **more: Any) -> dict[str, Any]:
    """An update with a shared contact."""
    found = {"phone_number": "+84900000001", "first_name": "An", "user_id": user_id}
    return message(contact={key: value for key, value in found.items() if value is not None}, **more)


def heard(kind: str, **more: Any) -> Heard:
    """What is expected of An."""
    return Heard("telegram", "11", kind, NOW, **more)


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (message(text="2"), heard(TEXT, text="2")),
        (message(text="/start K7M2QX9T"), heard(TEXT, text="/start K7M2QX9T")),
        (message(text="/start@nep_cong_so_bot K7M2QX9T"), heard(TEXT, text="/start K7M2QX9T")),
        (message(text="/menu@Nep_Bot"), heard(TEXT, text="/menu")),
        (message(text="gửi an@co-quan.vn /menu@x"), heard(TEXT, text="gửi an@co-quan.vn /menu@x")),
        (message(text="thô\u0301ng kê"), heard(TEXT, text="thống kê")),
        (message(text="a\x00b\ud800c"), heard(TEXT, text="ab\ufffdc")),
        (tap("tok_-1:2"), heard(CHOICE, token="tok_-1", number=2)),
        (tap(f"{'x' * 56}:999"), heard(CHOICE, token="x" * 56, number=999)),
        (contact(), heard(CONTACT, phone="+84900000001")),
        (
            message(document={"file_id": "BQAC-_1", "file_name": "Câu hỏi.xlsx", "file_size": 7}, caption="tho\u0302"),
            heard(FILE, file_ref="BQAC-_1", file_name="Câu hỏi.xlsx", file_size=7, text="thô"),
        ),
        (message(document={"file_id": "B"}), heard(FILE, file_ref="B")),
        (
            message(document={"file_id": "B", "file_name": ["x"], "file_size": "9"}, caption=7),
            heard(FILE, file_ref="B"),
        ),
        (
            message(document={"file_id": "B", "file_name": "x\x00\ud800" + "y" * 900, "file_size": -1}),
            heard(FILE, file_ref="B", file_name="y" * 255),
        ),
        (member("kicked"), heard(BLOCKED)),
        (member("member"), heard(UNBLOCKED)),
    ],
)
def test_a_private_chat_is_heard(update: dict[str, Any], expected: Heard) -> None:
    assert understand(update, NOW) == expected
    assert hear(json.dumps(update), NOW) == expected


@pytest.mark.parametrize(
    "update",
    [
        message(sticker={"file_id": "x"}),
        message(photo=[{}], caption="2"),
        message(voice={}),
        message(document={}),
        message(document={"file_id": "../../etc"}),
        message(document={"file_id": "x" * 251}),
        message(document={"file_id": ["x"]}),
        message(document="x"),
        message(document={"file_id": "x"}, animation={"file_id": "x"}),
        message(poll={}),
        contact(user_id=12),
        contact(user_id=None),
        contact(forward_origin={"type": "user"}),
        contact(forward_date=1),
        message(contact={"phone_number": 84900000001, "user_id": 11}),
        message(contact="+84900000001"),
        *[
            tap(data)
            for data in (
                "", ":", "a:", ":1", "a:0", "a:01", "a:-1", "a:1000", "a:1 ", "a:1\n", "a:1:2", "a b:1", "â:1", "a:٢",
                f"{'x' * 57}:1", None, 7, ["a:1"], {"a": 1},
            )
        ],
    ],
)  # fmt: skip
def test_what_is_no_word_and_no_button_of_ours_is_something_else(update: dict[str, Any]) -> None:
    assert understand(update, NOW) == heard(OTHER)


@pytest.mark.parametrize(
    "update",
    [
        message(GROUP, text="2"),
        message({**PRIVATE, "type": "channel"}, text="2"),
        message(GROUP, contact={"phone_number": "1", "user_id": 11}),
        message(sender={"id": 11, "is_bot": True}, text="2"),
        message(sender={"id": 11}, text="2"),
        message(sender={"id": 12, "is_bot": False}, text="2"),
        message(sender=None, text="2"),
        message(business_connection_id="b", text="2"),
        message(pinned_message={}),
        message(message_auto_delete_timer_changed={}),
        message({"id": "11", "type": "private"}, {"id": "11", "is_bot": False}, text="2"),
        message({"id": True, "type": "private"}, {"id": True, "is_bot": False}, text="2"),
        tap("a:1", sender={"id": 12, "is_bot": False}),
        tap("a:1", message={"message_id": 1, "chat": GROUP}),
        tap("a:1", message=None, inline_message_id="x"),
        member("kicked", GROUP),
        member("administrator"),
        member(["kicked"]),
        member(None),
        {"update_id": 4, "edited_message": message(text="2")["message"]},
        {"update_id": 4, "channel_post": message(text="2")["message"]},
        {"update_id": 4, "business_message": message(text="2")["message"]},
        {"update_id": 4, "poll_answer": {"poll_id": "1", "user": AN, "option_ids": [0]}},
        {"update_id": 4, "something_of_2027": {"text": "2"}},
        {"update_id": 4, "message": "2"},
        {"update_id": 4, "inline_query": {"id": "1", "from": AN, "query": "trang phuc"}},
        message(chat={"id": -100, "type": "supergroup"}, document={"file_id": "x"}),
        {"update_id": 4},
        {},
    ],
)
def test_everything_else_is_not_heard(update: dict[str, Any]) -> None:
    assert understand(update, NOW) is None


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "2", '"x"', "[" * 200_000, '{"message":' * 5_000])
def test_a_body_that_is_no_update_is_not_heard(body: str) -> None:
    assert hear(body, NOW) is None


def test_a_hundred_thousand_bent_buttons_are_a_choice_or_something_else_and_never_an_exception() -> None:
    dice = random.Random(20261110)
    alphabet = "abcXYZ019_-:: \n\x00é٣\ud83d😀"
    kinds = set()
    for _ in range(100_000):
        bent = list(f"{dice.getrandbits(96):x}:{dice.randrange(1, 5)}")
        for _ in range(dice.randrange(4)):
            bent[dice.randrange(len(bent))] = dice.choice(alphabet)
        found = understand(tap("".join(bent)), NOW)
        assert found is not None
        assert (found.kind == CHOICE) == bool(found.token and 1 <= found.number <= 999)
        kinds.add(found.kind)
    assert kinds == {CHOICE, OTHER}


NAMES = (
    "message callback_query my_chat_member chat from id type is_bot text contact data user_id phone_number "
    "new_chat_member status"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5),
    max_leaves=25,
)


@settings(deadline=None)  # a busy machine is no fault
@given(JSON)
def test_no_shape_whatever_raises(update: object) -> None:
    assert understand(update, NOW) is None or isinstance(update, dict)


def test_hearing_and_rendering_do_not_load_aiogram() -> None:
    modules = "bot.telegram, bot.telegram.hearing, bot.telegram.render, bot.telegram.errors, bot.telegram.options"
    script = f"import sys, {modules}; print(sorted(set(sys.modules) & {{'aiogram', 'aiohttp', 'sqlalchemy'}}))"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
