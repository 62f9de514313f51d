"""The demo: three phones, anyone of the sample office, a clock that leaps; and nothing of it in real mode."""

import json
import uuid

import httpx
import pytest

from tests.web.conftest import CAST
from tests.web.office import Office
from tests.web.visitor import OURS, Visitor


@pytest.mark.parametrize(
    "path", ["/demo/demo-an/", "/demo/demo-an/lines", "/demo/demo-an/stream", "/demo/clock", "/chat/", "/chat/lines"]
)
async def test_in_real_mode_the_demo_does_not_exist(office: Office, path: str) -> None:
    async with httpx.AsyncClient(base_url=office.url, headers=OURS) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post("/demo/leap", json={"key": "reminder"})).status_code == 404
        said = {"id": str(uuid.uuid4()), "text": "a"}
        assert (await client.post("/demo/demo-an/say", json=said)).status_code == 404


async def test_the_page_shows_three_phones_and_says_that_all_is_fictional(demo_office: Office) -> None:
    async with httpx.AsyncClient(base_url=demo_office.url) as client:
        page = (await client.get("/")).text
    for person in CAST[:3]:
        assert f"/demo/{person.address}/" in page
    assert "hư cấu" in page
    assert "09:00 thứ Ba 10/11" in page
    assert "Đến lúc nhắc" in page
    assert "K7M2QX9T" in page


async def test_each_person_has_a_chat_of_their_own(demo_office: Office) -> None:
    async with Visitor(demo_office.url, "/demo/demo-an/") as an, Visitor(demo_office.url, "/demo/demo-binh/") as binh:
        await an.says("tôi là An")
        async with an.listens() as ear:
            await ear.until("Đã nghe: tôi là An")
        assert (await binh.lines())["lines"] == []
        async with Visitor(demo_office.url, "/demo/demo-an/") as same:
            assert [line["text"] for line in (await same.lines())["lines"]] == ["tôi là An", "Đã nghe: tôi là An"]


async def test_only_people_of_the_sample_office_can_be_played(demo_office: Office) -> None:
    async with Visitor(demo_office.url, f"/demo/{'a' * 32}/") as nobody:
        assert (await nobody.client.get("")).status_code == 404
        assert (await nobody.says("a")).status_code == 401
        assert (await nobody.client.get("lines")).status_code == 401


async def test_the_clock_leaps_to_what_is_on_offer_only(demo_office: Office) -> None:
    async with httpx.AsyncClient(base_url=demo_office.url, headers=OURS) as client:
        leapt = await client.post("/demo/leap", json={"key": "reminder"})
        assert leapt.json()["now"] == "14:00 thứ Tư 11/11"
        assert leapt.json()["leaps"][0] == {"key": "reminder", "label": "Đến lúc nhắc"}
        odd: object
        for odd in ({"key": "elsewhere"}, {}, [], "x"):
            assert (await client.post("/demo/leap", json=odd)).status_code == 404
        assert (await client.get("/demo/clock")).json() == {"now": "14:00 thứ Tư 11/11"}
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await client.post("/demo/leap", json={"key": "reminder"}, headers=foreign)).status_code == 403


async def test_an_invitation_link_leads_to_the_visitors_own_chat(demo_office: Office) -> None:
    async with httpx.AsyncClient(base_url=demo_office.url, follow_redirects=True) as client:
        answer = await client.get("/?code=K7M2QX9T")
    assert answer.url.path == "/chat/"
    assert "nep" in answer.cookies


async def test_names_with_markup_stay_names(demo_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "<img src=x onerror=alert(1)>'\"&"
    monkeypatch.setattr("tests.web.conftest.CAST", [type(CAST[0])("x", odd, odd, odd, "staff", "demo-x", odd)])
    async with httpx.AsyncClient(base_url=demo_office.url) as client:
        page = (await client.get("/")).text
    assert "<img src=x" not in page
    assert json.dumps("onerror")[1:-1] in page
