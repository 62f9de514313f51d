"""The judge is tested too: what Zalo refuses, this server refuses, and a careless client is found out."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.botapi.photos import png_of
from tests.conftest import Clock
from tests.zaloapi.oa.hook import LADDER
from tests.zaloapi.oa.server import OaApi

AN = "246845883529197922"


@pytest.fixture
async def oa(clock: Clock) -> AsyncIterator[OaApi]:
    """The server on the clock of the test."""
    async with OaApi(moments=clock) as server:
        yield server


@pytest.fixture
async def http(oa: OaApi) -> AsyncIterator[httpx.AsyncClient]:
    """A client written by other people."""
    async with httpx.AsyncClient(base_url=oa.url) as client:
        yield client


async def refreshed(http: httpx.AsyncClient, oa: OaApi, refresh: str) -> dict[str, Any]:
    """One exchange of a refresh token."""
    form = {"refresh_token": refresh, "app_id": oa.app_id, "grant_type": "refresh_token"}
    answer = await http.post("/v4/oa/access_token", data=form, headers={"secret_key": oa.app_secret})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def said(http: httpx.AsyncClient, access: str, message: dict[str, Any]) -> dict[str, Any]:
    """One consultation message for An."""
    body = {"recipient": {"user_id": AN}, "message": message}
    answer = await http.post("/v3.0/oa/message/cs", json=body, headers={"access_token": access})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def test_a_refresh_token_works_once_and_the_access_token_before_dies(http: httpx.AsyncClient, oa: OaApi) -> None:
    first = oa.tokens.issue()
    second = await refreshed(http, oa, first["refresh_token"])
    assert second["expires_in"] == "90000"
    assert (oa.tokens.check(first["access_token"]), oa.tokens.check(second["access_token"])) == (-216, 0)
    assert "access_token" not in await refreshed(http, oa, first["refresh_token"])
    assert oa.tokens.reuses == [first["refresh_token"]]
    assert oa.tokens.check(second["access_token"]) == 0


async def test_tokens_end_by_time(http: httpx.AsyncClient, oa: OaApi, clock: Clock) -> None:
    pair = oa.tokens.issue()
    clock.forward(hours=25)
    assert oa.tokens.check(pair["access_token"]) == -220
    clock.forward(days=90)
    assert "access_token" not in await refreshed(http, oa, pair["refresh_token"])


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "a"}, 0),
        ({"text": "x" * 2001}, -210),
        ({}, -201),
        ({"text": "a", "attachment": {"payload": {"buttons": [{"title": "1", "type": "oa.query.hide"}]}}}, -201),
        ({"text": "a", "attachment": {"payload": {"buttons": [{"title": "1", "type": "x", "payload": "p"}]}}}, -201),
        (
            {"text": "a", "attachment": {"payload": {"template_type": "media", "elements": [{"media_type": "image"}]}}},
            -100,
        ),
    ],
)
async def test_a_message_is_shown_whole_or_not_at_all(
    http: httpx.AsyncClient, oa: OaApi, message: dict[str, Any], error: int
) -> None:
    an = oa.person(AN, follows=True)
    assert (await said(http, oa.tokens.issue()["access_token"], message))["error"] == error
    assert len(an.sees) == (error == 0)


@pytest.mark.parametrize(("count", "error"), [(5, 0), (6, -201)])
async def test_a_sixth_button_refuses_the_whole_message(
    http: httpx.AsyncClient, oa: OaApi, count: int, error: int
) -> None:
    oa.person(AN, follows=True)
    buttons = [{"title": str(number), "type": "oa.query.hide", "payload": "p"} for number in range(count)]
    message = {"text": "a", "attachment": {"type": "template", "payload": {"buttons": buttons}}}
    assert (await said(http, oa.tokens.issue()["access_token"], message))["error"] == error


async def test_images_are_put_up_and_shown(http: httpx.AsyncClient, oa: OaApi) -> None:
    an, access = oa.person(AN, follows=True), oa.tokens.issue()["access_token"]
    told = {}
    for body in (b"GIF89a", png_of(2, 2)):
        headers = {"access_token": access}
        answer = await http.post("/v2.0/oa/upload/image", files={"file": ("a.png", body)}, headers=headers)
        told = answer.json()
        assert told["error"] == (0 if body.startswith(b"\x89PNG") else -201)
    element = {"media_type": "image", "attachment_id": told["data"]["attachment_id"]}
    payload = {"template_type": "media", "elements": [element]}
    await said(http, access, {"text": "a", "attachment": {"type": "template", "payload": payload}})
    assert an.last.image == png_of(2, 2)


async def test_the_hundred_and_first_request_of_a_minute_is_refused(
    http: httpx.AsyncClient, oa: OaApi, clock: Clock
) -> None:
    oa.person(AN, follows=True)
    access = oa.tokens.issue()["access_token"]
    answers = [(await said(http, access, {"text": "a"}))["error"] for _ in range(101)]
    assert (answers[:100], answers[100], oa.budget.over) == ([0] * 100, -32, 1)
    clock.forward(seconds=60)
    assert (await said(http, access, {"text": "a"}))["error"] == 0


async def test_people_who_may_not_be_written_to(http: httpx.AsyncClient, oa: OaApi, clock: Clock) -> None:
    access = oa.tokens.issue()["access_token"]
    an = oa.person(AN)
    assert (await said(http, access, {"text": "a"}))["error"] == -232
    await an.follows_us()
    an.banned = True
    assert (await said(http, access, {"text": "a"}))["error"] == -227
    an.banned, an.restricted = False, True
    assert (await said(http, access, {"text": "a"}))["error"] == -244
    an.restricted, oa.sub_quota, oa.funded = False, 0, False
    clock.forward(hours=1)
    assert (await said(http, access, {"text": "a"}))["data"]["quota"] == {"quota_type": "reply"}
    access = oa.tokens.issue()["access_token"]
    clock.forward(days=3)
    access = oa.tokens.issue()["access_token"]
    assert (await said(http, access, {"text": "a"}))["error"] == -321
    assert (await http.post("/v2.0/oa/message", json={})).json()["error"] == -240


async def test_a_webhook_that_fails_is_tried_five_times_more_and_then_switched_off(oa: OaApi) -> None:
    async def down(_url: str, _raw: bytes, _headers: dict[str, str]) -> int:
        return 500

    oa.hook.url, oa.hook.post = "http://nowhere.invalid", down
    an = oa.person(AN)
    await an.says("a")
    began = oa.clock.now()
    for number in range(1, 6):
        assert oa.hook.enabled
        assert await oa.hook.tries_again() == [500]
        assert oa.hook.sent[-1][1]["num_retry"] == str(number)
        assert oa.hook.sent[-1][0] == oa.hook.sent[0][0]
    assert oa.clock.now() - began == sum(LADDER)
    assert not oa.hook.enabled
    assert await an.says("b") == 0
