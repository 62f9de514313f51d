"""The error table, row by row: the example of every rule meets that rule and no earlier one."""

import pytest

from bot.telegram.errors import RULES, close_if_hopeless, outcome_of, rule_for
from bot.troubles import (
    CUT,
    HOUR,
    MISADDRESSED,
    NOT_CONNECTED,
    NOT_JSON,
    REFUSAL,
    UNREADABLE,
    CallFailed,
    DoorClosed,
    Trouble,
)
from scheduler.channel import Later, Refused, Sent, Unknown

EDITED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
SAME = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
TAG = 'Bad Request: can\'t parse entities: Unsupported start tag "nguyen" at byte offset 5'
LATE = "Bad Request: query is too old and response timeout expired or query ID is invalid"

TABLE = [
    ("MISADDRESSED", Trouble(MISADDRESSED, 0, "InvalidURL"), Refused("", whole_bot=True)),
    ("T_CONNECT", Trouble(NOT_CONNECTED, 0, "ClientConnectorError"), Later(1, "")),
    ("T_AFTER_WRITE", Trouble(CUT, 0, "ServerDisconnectedError"), Unknown("")),
    ("T_2XX_UNPARSABLE", Trouble(UNREADABLE, 200, '{"ok":true,"result":{"message_id":'), Unknown("")),
    ("T_413", Trouble(NOT_JSON, 413, "413 Request Entity Too Large"), Refused("")),
    ("T_413", Trouble(REFUSAL, 413, "Request Entity Too Large"), Refused("")),
    ("T_5XX_NONJSON", Trouble(NOT_JSON, 502, "<h1>502 Bad Gateway</h1>"), Unknown("")),
    ("FLOOD", Trouble(REFUSAL, 429, "Too Many Requests: retry after 7", 7), Later(7, "", whole_bot=True)),
    ("FLOOD", Trouble(REFUSAL, 429, "Too Many Requests: retry after 10072", 10072), Later(10072, "", whole_bot=True)),
    ("FLOOD", Trouble(REFUSAL, 429, "Too Many Requests"), Later(60, "", whole_bot=True)),
    ("FLOOD", Trouble(NOT_JSON, 429, "12 bytes"), Later(60, "", whole_bot=True)),
    ("INTERMEDIARY", Trouble(NOT_JSON, 403, "blocked by the user of this proxy"), Later(60, "", whole_bot=True)),
    ("INTERMEDIARY", Trouble(NOT_JSON, 302, "0 bytes"), Later(60, "", whole_bot=True)),
    ("TOKEN_DEAD", Trouble(REFUSAL, 401, "Unauthorized"), Refused("", whole_bot=True)),
    ("NO_METHOD", Trouble(REFUSAL, 404, "Not Found: method not found"), Refused("", whole_bot=True)),
    ("BAD_URL_OR_TOKEN", Trouble(REFUSAL, 404, "Not Found"), Refused("", whole_bot=True)),
    ("CONFLICT", Trouble(REFUSAL, 409, SAME), Later(60, "")),
    (
        "MISDIRECTED",
        Trouble(REFUSAL, 421, "Misdirected Request: unallowed token specified"),
        Refused("", whole_bot=True),
    ),
    ("BLOCKED", Trouble(REFUSAL, 403, "Forbidden: bot was blocked by the user"), Refused("", "blocked")),
    ("DEACTIVATED", Trouble(REFUSAL, 403, "Forbidden: user is deactivated"), Refused("", "blocked")),
    (
        "NEVER_STARTED",
        Trouble(REFUSAL, 403, "Forbidden: bot can't initiate conversation with a user"),
        Refused("", "blocked"),
    ),
    ("SOFT_403", Trouble(REFUSAL, 403, "Forbidden: bot can't send messages to the user"), Later(6 * HOUR, "")),
    ("GROUP_GONE", Trouble(REFUSAL, 403, "Forbidden: bot was kicked from the supergroup chat"), Refused("")),
    ("OTHER_403", Trouble(REFUSAL, 403, "Forbidden: something new"), Refused("")),
    ("MIGRATED", Trouble(REFUSAL, 400, "Bad Request: group chat was upgraded to a supergroup chat"), Refused("")),
    ("NOT_MODIFIED", Trouble(REFUSAL, 400, EDITED), Sent("")),
    ("EDIT_GONE", Trouble(REFUSAL, 400, "Bad Request: message to edit not found"), Refused("")),
    ("EDIT_GONE", Trouble(REFUSAL, 400, "Bad Request: MESSAGE_ID_INVALID"), Refused("")),
    ("DELETE_GONE", Trouble(REFUSAL, 400, "Bad Request: message to delete not found"), Sent("")),
    ("CALLBACK_LATE", Trouble(REFUSAL, 400, LATE), Refused("")),
    ("REPLY_GONE", Trouble(REFUSAL, 400, "Bad Request: message to be replied not found"), Refused("")),
    ("THREAD_GONE", Trouble(REFUSAL, 400, "Bad Request: message thread not found"), Refused("")),
    ("CHAT_UNKNOWN", Trouble(REFUSAL, 400, "Bad Request: chat not found"), Refused("")),
    ("ENTITIES", Trouble(REFUSAL, 400, TAG), Refused("")),
    ("TOO_LONG", Trouble(REFUSAL, 400, "Bad Request: message is too long"), Refused("")),
    ("EMPTY", Trouble(REFUSAL, 400, "Bad Request: message text is empty"), Refused("")),
    ("KEYBOARD", Trouble(REFUSAL, 400, "Bad Request: BUTTON_DATA_INVALID"), Refused("")),
    ("POLL_BAD", Trouble(REFUSAL, 400, "Bad Request: wrong poll data specified"), Refused("")),
    ("MEDIA", Trouble(REFUSAL, 400, "Bad Request: wrong file identifier/HTTP URL specified"), Refused("")),
    (
        "RIGHTS",
        Trouble(REFUSAL, 400, "Bad Request: not enough rights to send text messages to the chat"),
        Refused(""),
    ),
    ("LOGGED_OUT", Trouble(REFUSAL, 400, "Logged out"), Refused("", whole_bot=True)),
    ("OTHER_400", Trouble(REFUSAL, 400, "Bad Request: SOMETHING_NEW"), Refused("")),
    ("RESTART", Trouble(REFUSAL, 500, "Internal Server Error: restart"), Unknown("")),
    (
        "OTHER_5XX",
        Trouble(REFUSAL, 500, "Internal Server Error: sent message was immediately deleted and can't be returned"),
        Unknown(""),
    ),
    ("OTHER_5XX", Trouble(REFUSAL, 502, ""), Unknown("")),
    ("NEW", Trouble(REFUSAL, 418, "I'm a teapot"), Unknown("")),
]


@pytest.mark.parametrize(("name", "trouble", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_an_example_meets_its_rule(name: str, trouble: Trouble, expected: object) -> None:
    assert rule_for(trouble).name == name
    outcome = outcome_of(trouble)
    assert type(outcome) is type(expected)
    if not isinstance(outcome, Sent):
        assert outcome.reason.startswith(f"{name}: ")
    for field in ("seconds", "person", "whole_bot", "platform_message_id"):
        assert getattr(outcome, field, None) == getattr(expected, field, None)


def test_every_rule_has_an_example() -> None:
    assert {rule.name for rule in RULES} == {name for name, _, _ in TABLE} - {"NEW"}


def test_nothing_but_telegram_s_refusal_or_a_missing_connection_proves_that_nothing_was_sent() -> None:
    unproved = [
        Trouble(kind, status, description)
        for kind in (CUT, UNREADABLE, NOT_JSON, REFUSAL)
        for status in ([0] if kind == CUT else [200] if kind == UNREADABLE else [500, 502, 503, 504, 520])
        for description in ("Too Many Requests: retry after 7", "Forbidden: bot was blocked by the user", "")
    ]
    assert all(isinstance(outcome_of(trouble), Unknown) for trouble in unproved)


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        (Trouble(REFUSAL, 401, "Unauthorized"), "telegram.closed.token"),
        (Trouble(REFUSAL, 404, "Not Found"), "telegram.closed.token"),
        (Trouble(REFUSAL, 404, "Not Found: method not found"), "telegram.closed.server"),
        (Trouble(REFUSAL, 400, "Logged out"), "telegram.closed.server"),
        (Trouble(MISADDRESSED), "telegram.closed.server"),
    ],
)
def test_trouble_that_no_waiting_ends_closes_the_door(trouble: Trouble, key: str) -> None:
    with pytest.raises(DoorClosed) as closed:
        close_if_hopeless(trouble)
    assert closed.value.key == key


def test_other_trouble_leaves_the_door_open() -> None:
    for trouble in (
        Trouble(CUT),
        Trouble(NOT_CONNECTED),
        Trouble(REFUSAL, 429),
        Trouble(REFUSAL, 400, "chat not found"),
    ):
        close_if_hopeless(trouble)
    assert str(CallFailed(Trouble(REFUSAL, 409, "Conflict"))) == "refusal 409 Conflict"
