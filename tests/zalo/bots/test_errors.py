"""Every answer the platform, a proxy or the network may give to a send, and what it means for the parcel."""

import pytest

from bot.troubles import CUT, MISADDRESSED, NOT_CONNECTED, NOT_JSON, REFUSAL, UNREADABLE, DoorClosed, Trouble
from bot.zalo.bots.errors import close_if_hopeless, is_idle, outcome_of, rule_for
from scheduler.channel import Later, Refused, Unknown

CASES = [
    ("MISADDRESSED", Trouble(MISADDRESSED, 0, "InvalidURL"), Refused, True),
    ("CONNECT", Trouble(NOT_CONNECTED, 0, "ClientConnectorError"), Later, False),
    ("AFTER_WRITE", Trouble(CUT, 0, "ServerDisconnectedError"), Unknown, False),
    ("UNREADABLE", Trouble(UNREADABLE, 200, "12 bytes"), Unknown, False),
    ("TIMEOUT", Trouble(REFUSAL, 408, "Request timeout"), Unknown, False),
    ("TIMEOUT", Trouble(NOT_JSON, 408, "9 bytes"), Unknown, False),
    ("BROKEN", Trouble(NOT_JSON, 502, "90 bytes"), Unknown, False),
    ("BROKEN", Trouble(REFUSAL, 504, "Gateway timeout"), Unknown, False),
    ("TOO_BIG", Trouble(NOT_JSON, 413, "90 bytes"), Refused, False),
    ("INTERMEDIARY", Trouble(NOT_JSON, 403, "90 bytes"), Later, True),
    ("INTERMEDIARY", Trouble(NOT_JSON, 302, "0 bytes"), Later, True),
    ("QUOTA", Trouble(REFUSAL, 429, "Quota exceeded"), Later, True),
    ("TOKEN_DEAD", Trouble(REFUSAL, 401, "Unauthorized"), Refused, True),
    ("BAD_CALL", Trouble(REFUSAL, 400, "Bad request: unknown method"), Refused, True),
    ("NOT_FOUND", Trouble(REFUSAL, 404, "Not found"), Refused, False),
    ("INTERNAL", Trouble(REFUSAL, 403, "Internal server error"), Unknown, False),
    ("INTERNAL", Trouble(REFUSAL, 403, ""), Unknown, False),
    ("FORBIDDEN", Trouble(REFUSAL, 403, "Forbidden: the user has blocked this bot"), Refused, False),
    ("BAD_REQUEST", Trouble(REFUSAL, 400, "Bad request: text is required"), Refused, False),
    ("NEW", Trouble(REFUSAL, 418, "I'm a teapot"), Unknown, False),
    ("NEW", Trouble(REFUSAL, 200, ""), Unknown, False),
]


@pytest.mark.parametrize(("name", "trouble", "kind", "whole_bot"), CASES, ids=[str(case[1]) for case in CASES])
def test_every_trouble_has_its_rule(name: str, trouble: Trouble, kind: type, whole_bot: bool) -> None:
    outcome = outcome_of(trouble, 3600.0)
    assert rule_for(trouble).name == name
    assert type(outcome) is kind
    assert getattr(outcome, "whole_bot", False) is whole_bot
    assert outcome.reason.startswith(f"{name}: ")  # type: ignore[union-attr]


def test_a_used_up_quota_rests_as_long_as_the_office_says() -> None:
    outcome = outcome_of(Trouble(REFUSAL, 429, "Quota exceeded"), 7200.0)
    assert outcome == Later(7200.0, "QUOTA: Quota exceeded", whole_bot=True)


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        (Trouble(REFUSAL, 401, "Unauthorized"), "zalobot.closed.token"),
        (Trouble(REFUSAL, 404, "Not found"), "zalobot.closed.token"),
        (Trouble(MISADDRESSED, 0, "InvalidURL"), "zalobot.closed.server"),
        (Trouble(REFUSAL, 400, "Bad request: unknown path"), "zalobot.closed.server"),
    ],
)
def test_what_no_waiting_ends_closes_the_door(trouble: Trouble, key: str) -> None:
    with pytest.raises(DoorClosed) as closed:
        close_if_hopeless(trouble)
    assert closed.value.key == key


@pytest.mark.parametrize(
    "trouble", [Trouble(CUT), Trouble(NOT_JSON, 502), Trouble(REFUSAL, 429), Trouble(NOT_CONNECTED)]
)
def test_what_may_pass_closes_nothing(trouble: Trouble) -> None:
    close_if_hopeless(trouble)


@pytest.mark.parametrize(
    ("trouble", "idle"),
    [
        (Trouble(REFUSAL, 408, "Request timeout"), True),
        (Trouble(REFUSAL, 504, "Timeout"), True),
        (Trouble(REFUSAL, 504, "Bad gateway"), False),
        (Trouble(NOT_JSON, 504, "90 bytes"), False),
    ],
)
def test_a_poll_without_news_is_told_from_an_outage(trouble: Trouble, idle: bool) -> None:
    assert is_idle(trouble) is idle
