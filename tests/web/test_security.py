"""Cookies, headers and posts of other sites."""

import uuid
from http.cookies import SimpleCookie

import httpx
import pytest

from content.phrases import Phrases
from store.database import Database
from tests.conftest import Clock
from tests.web.office import Office
from tests.web.visitor import Visitor


def cookie(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    """The name of the only cookie and its attributes."""
    [(name, morsel)] = SimpleCookie(answer.headers["set-cookie"]).items()
    return name, {key: str(value) for key, value in morsel.items() if value} | {"value": morsel.value}


async def test_the_first_page_gives_a_token_that_scripts_and_other_sites_never_see(office: Office) -> None:
    name, given = cookie(await _get(office.url))
    assert name == "nep"
    assert len(given["value"]) == 43
    assert given["httponly"] == "True"
    assert given["samesite"] == "lax"
    assert given["path"] == "/"
    assert "secure" not in given
    assert "domain" not in given


async def test_over_https_the_cookie_is_bound_to_the_host(database: Database, clock: Clock, phrases: Phrases) -> None:
    async with Office(database, clock, phrases, secure=True).open() as office:
        answer = await _get(office.url)
    name, given = cookie(answer)
    assert name == "__Host-nep"
    assert given["secure"] == "True"
    assert given["path"] == "/"
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_a_known_visitor_keeps_the_token_and_a_made_up_one_is_replaced(office: Office, visitor: Visitor) -> None:
    token = visitor.client.cookies["nep"]
    again = cookie(await visitor.client.get(""))[1]["value"]
    assert again == token
    odd = cookie(await _get(office.url, cookies={"nep": "tự đặt".encode().hex()}))[1]["value"]
    assert len(odd) == 43


async def test_the_token_itself_is_not_in_the_store(office: Office, visitor: Visitor) -> None:
    await visitor.says("a")
    await office.echo.settle()
    token = visitor.client.cookies["nep"]
    dump = await office.database.run(lambda s: "\n".join(s.connection().connection.iterdump()))
    assert "Đã nghe: a" in dump
    assert token not in dump


@pytest.mark.parametrize("path", ["/", "/lines", "/static/chat.css", "/static/chat.js"])
async def test_every_response_carries_the_headers(office: Office, visitor: Visitor, path: str) -> None:
    answer = await visitor.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == ("no-cache" if "static" in str(answer.url) else "no-store")


async def test_the_page_has_no_inline_script_or_style_and_asks_no_other_host(office: Office) -> None:
    page = (await _get(office.url)).text
    assert "<style" not in page
    assert "style=" not in page
    assert "onclick" not in page
    assert "http://" not in page.replace("http://localhost", "")
    assert "https://" not in page
    assert page.count("<script") == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 202, id="our page"),
        pytest.param({"Sec-Fetch-Site": "none"}, 202, id="the person's own doing"),
        pytest.param({"Origin": "{url}"}, 202, id="an older browser on our page"),
        pytest.param({}, 403, id="nobody says where it comes from"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour under the same domain"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "{url}"}, 403, id="both, and they differ"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed frame"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, 415, id="a form in disguise"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Content-Type": ""}, 415, id="no type"),
    ],
)
async def test_only_our_own_page_may_post(office: Office, headers: dict[str, str], status: int) -> None:
    async with httpx.AsyncClient(base_url=office.url) as client:
        await client.get("/")
        sent = {"Content-Type": "application/json"} | {
            name: value.replace("{url}", office.url) for name, value in headers.items()
        }
        answer = await client.post("/say", content='{"id": "%s", "text": "a"}' % uuid.uuid4(), headers=sent)  # noqa: UP031
        lines = (await client.get("/lines")).json()["lines"] if status != 202 else []
    assert answer.status_code == status
    assert lines == []


async def test_reading_an_address_never_changes_anything(office: Office, visitor: Visitor) -> None:
    answers = [await visitor.client.get("say"), await visitor.client.put("say"), await visitor.client.delete("lines")]
    assert [answer.status_code for answer in answers] == [405] * 3


async def test_a_file_outside_the_folder_is_not_served(office: Office) -> None:
    answer = await _get(office.url + "/static/..%2f..%2fdoor.py")
    assert answer.status_code == 404


async def _get(url: str, cookies: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(cookies=cookies) as client:
        return await client.get(url)
