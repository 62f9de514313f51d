"""Files over the page: taken in once and from admins alone, handed out to the very person they are kept for."""

import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message as Event

from bot import filing
from bot.receiving import TooSlow, body_of
from bot.web import files as room
from store import files
from store.database import Database
from tests.conftest import Clock
from tests.web.conftest import CAST
from tests.web.office import Office
from tests.web.staff import address_of, arrived, becomes, kept, link
from tests.web.visitor import Visitor

NAME = "Câu hỏi tháng 12.xlsx"
BODY = b"PK\x03\x04 not looked at here \xff\x00"
OCTETS = "application/octet-stream"


def headers(said_id: str = "", name: str = NAME, **more: str) -> dict[str, str]:
    """What the page says about a file."""
    from urllib.parse import quote

    told = {"Content-Type": OCTETS, "X-Message-Id": said_id or str(uuid.uuid4()), "X-File-Name": quote(name)}
    return {key: value for key, value in (told | more).items() if value != "-"}


async def send(visitor: Visitor, body: bytes = BODY, **told: str) -> httpx.Response:
    """Send a file as the page does."""
    return await visitor.client.post("file", content=body, headers=headers(**told))


@pytest.fixture
async def admin(office: Office, visitor: Visitor) -> Visitor:
    """A content admin at the page; the reception sleeps, so that what arrived stays to be looked at."""
    office.echo.is_asleep = True
    await becomes(office.database, visitor, "content_admin")
    return visitor


async def test_a_file_is_kept_with_the_news_of_it_and_confirmed(office: Office, admin: Visitor) -> None:
    said_id = str(uuid.uuid4())
    answer = await send(admin, said_id=said_id)
    assert (answer.status_code, answer.json()) == (202, {"id": said_id})
    assert await office.database.run(kept) == [(NAME, BODY, 1)]
    [told] = [json.loads(body) for body in await office.database.run(arrived)]
    token = told.pop("file")
    assert len(token) == 32
    assert told == {
        "channel": "web",
        "address": address_of(admin),
        "name": NAME,
        "size": len(BODY),
        "id": said_id,
    }


async def test_the_same_id_again_is_confirmed_again_and_kept_once(office: Office, admin: Visitor) -> None:
    said_id = str(uuid.uuid4())
    answers = [await send(admin, said_id=said_id) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len(await office.database.run(kept)) == 1
    assert len(await office.database.run(arrived)) == 1


@pytest.mark.parametrize("roles", [(), ("operator",)], ids=["staff", "operator"])
async def test_files_of_others_are_refused_and_nothing_is_kept(
    office: Office, visitor: Visitor, roles: tuple[str, ...]
) -> None:
    stranger = await send(visitor)
    await becomes(office.database, visitor, *roles)
    answers = [stranger, await send(visitor)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert "chỉ nhận tệp của người quản trị nội dung" in answers[1].json()["problem"]
    assert (await visitor.lines())["files"] is False
    assert await office.database.run(kept) == []
    assert await office.database.run(arrived) == []


@pytest.mark.parametrize("role", ["content_admin", "roster_admin"])
async def test_the_page_learns_whether_it_may_offer_files(office: Office, visitor: Visitor, role: str) -> None:
    assert (await visitor.lines())["files"] is False
    await becomes(office.database, visitor, role)
    assert (await visitor.lines())["files"] is True
    assert "files" not in await visitor.lines(after=0)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour"),
        pytest.param({"Content-Type": "text/plain"}, 422, id="a form in disguise"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=x"}, 422, id="a form"),
        pytest.param({"X-File-Name": "-"}, 422, id="no name"),
        pytest.param({"X-File-Name": "a" * 2_001}, 422, id="an endless name"),
        pytest.param({"X-Message-Id": "-"}, 422, id="no id"),
        pytest.param({"X-Message-Id": "1' OR 1=1"}, 422, id="no id of ours"),
    ],
)
async def test_only_our_page_and_only_as_it_does(
    office: Office, admin: Visitor, told: dict[str, str], status: int
) -> None:
    answer = await admin.client.post("file", content=BODY, headers=headers(**told))
    assert answer.status_code == status
    assert await office.database.run(kept) == []


async def test_without_a_cookie_nobody_sends_or_gets_anything(office: Office) -> None:
    async with httpx.AsyncClient(base_url=office.url) as client:
        ours = {"Sec-Fetch-Site": "same-origin"}
        sent = await client.post("/file", content=BODY, headers=headers() | ours)
        got = await client.get("/file/abc")
    assert (sent.status_code, got.status_code) == (401, 404)


async def test_a_file_too_big_is_cut_off_whether_it_says_so_or_not(office: Office, admin: Visitor) -> None:
    async def dribble() -> AsyncIterator[bytes]:
        for _ in range(6 * 16):
            yield b"x" * 65_536

    announced = await send(admin, b"x" * (filing.MOST_BYTES + 1))
    chunked = await admin.client.post("file", content=dribble(), headers=headers())
    assert [announced.status_code, chunked.status_code] == [413, 413]
    assert "5 MB" in announced.json()["problem"]
    assert await office.database.run(kept) == []
    assert (await send(admin, b"x" * filing.MOST_BYTES)).status_code == 202


async def test_a_file_that_does_not_come_in_time_is_not_called_too_big(
    office: Office, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "FILE_SECONDS", 0.0)
    answer = await send(admin, b"x" * 3_000_000)
    assert answer.status_code == 408
    assert "chưa đến đủ" in answer.json()["problem"]
    assert await office.database.run(kept) == []


async def test_an_empty_file_is_not_kept(office: Office, admin: Visitor) -> None:
    answer = await send(admin, b"")
    assert answer.status_code == 422
    assert "trống" in answer.json()["problem"]
    assert await office.database.run(kept) == []


async def test_one_person_cannot_fill_the_disk(office: Office, admin: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "MOST_KEPT", 100)
    answers = [await send(admin, b"x" * 40) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert len(await office.database.run(kept)) == 2
    assert len(await office.database.run(arrived)) == 2


async def test_who_leaves_half_way_leaves_nothing_and_who_dribbles_is_not_waited_for() -> None:
    events: list[Event] = [{"type": "http.request", "body": b"PK", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Event:
        return events.pop(0)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(TooSlow):
        await body_of(request, 100, room.FILE_SECONDS)

    async def stall() -> Event:
        import asyncio

        await asyncio.sleep(3_600)
        return {}

    with pytest.raises(TooSlow):
        await body_of(Request({"type": "http", "method": "POST", "headers": []}, stall), 100, 0.01)


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        pytest.param("../../etc/passwd", "passwd", id="folders"),
        pytest.param("a\u202exslx.exe", "axslx.exe", id="a mark that turns the direction"),
        pytest.param("a\r\nb.xlsx", "ab.xlsx", id="line breaks"),
        pytest.param("Ca\u0302u hoi\u0309.xlsx", "Câu hoỉ.xlsx", id="decomposed"),
    ],
)
async def test_names_are_made_fit_to_be_shown(office: Office, admin: Visitor, sent: str, known: str) -> None:
    await send(admin, name=sent)
    [(name, _, _)] = await office.database.run(kept)
    assert name == known


async def test_a_kept_file_goes_to_its_person_under_its_name_and_is_not_cached(
    office: Office, visitor: Visitor, clock: Clock
) -> None:
    person_id = await becomes(office.database, visitor)
    token = await office.database.run(files.keep, NAME, "text/html", b"<script>", person_id, clock())
    answer = await visitor.client.get(f"file/{token}")
    assert (answer.status_code, answer.content) == (200, b"<script>")
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"file.xlsx\"; filename*=UTF-8''C%C3%A2u%20h%E1%BB%8Fi%20th%C3%A1ng%2012.xlsx"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_file_of_somebody_else_answers_as_one_that_is_not_there(
    office: Office, visitor: Visitor, clock: Clock
) -> None:
    async with Visitor(office.url) as other:
        owner, _ = await becomes(office.database, visitor), await becomes(office.database, other, "content_admin")
        theirs = await office.database.run(files.keep, NAME, OCTETS, BODY, owner, clock())
        nobodys = await office.database.run(files.keep, NAME, OCTETS, BODY, None, clock())
        answers = [await other.client.get(f"file/{token}") for token in (theirs, nobodys, "never-there", "..", "a b")]
        assert {answer.status_code for answer in answers} <= {404, 200}
        assert [answer.status_code for answer in answers[:3]] == [404] * 3
        assert len({answer.text for answer in answers[:3]}) == 1
    async with Visitor(office.url) as stranger:
        assert (await stranger.client.get(f"file/{nobodys}")).status_code == 404
    clock.forward(days=7)
    assert (await visitor.client.get(f"file/{theirs}")).status_code == 404


async def test_who_is_no_longer_linked_gets_no_file(
    office: Office, visitor: Visitor, clock: Clock, database: Database
) -> None:
    from sqlmodel import select

    from store.tables import Account

    person_id = await becomes(database, visitor)
    token = await database.run(files.keep, NAME, OCTETS, BODY, person_id, clock())
    with database.transaction() as session:
        session.exec(select(Account)).one().state = "unlinked"
    assert (await visitor.client.get(f"file/{token}")).status_code == 404


async def test_on_the_demos_phones_too_the_path_says_who_asks(demo_office: Office, clock: Clock) -> None:
    chi, an = CAST[2].address, CAST[0].address
    demo_office.echo.is_asleep = True
    person_id, _ = await demo_office.database.run(link, chi, "content_admin")
    await demo_office.database.run(link, an)
    token = await demo_office.database.run(files.keep, NAME, OCTETS, BODY, person_id, clock())
    async with Visitor(demo_office.url) as visitor:
        sent = [await visitor.client.post(f"demo/{one}/file", content=BODY, headers=headers()) for one in (chi, an)]
        got = [await visitor.client.get(f"demo/{one}/file/{token}") for one in (chi, an, "demo-nobody")]
    assert [answer.status_code for answer in sent] == [202, 403]
    assert [answer.status_code for answer in got] == [200, 404, 404]
