"""The page behind a signed link: one file for one account, without script or cookie."""

import json
import re
import uuid
from datetime import timedelta

import httpx
import pytest

from bot import filing
from bot.filing import hear
from bot.heard import FILE, Heard
from bot.links import UPLOAD, opened, sign
from bot.web.forms import boundary_of, fields
from content.phrases import Phrases
from store.database import Database
from store.tables import Account
from tests.conftest import Clock
from tests.web.office import Office
from tests.web.staff import arrived, kept, link

SECRET = b"secret of the tests"
NAME = 'Câu "hỏi" 12.gift'


@pytest.fixture
def office_with_links(database: Database, clock: Clock, phrases: Phrases) -> Office:
    """An office whose web door takes signed links."""
    return Office(database, clock, phrases, link_secret=SECRET)


def test_a_link_opens_for_its_account_its_purpose_and_its_time_alone(clock: Clock) -> None:
    signed = sign(SECRET, UPLOAD, 51, clock() + timedelta(hours=1))
    assert re.fullmatch(r"[A-Za-z0-9._-]+", signed)
    assert opened(SECRET, UPLOAD, signed, clock()) == 51
    assert opened(SECRET, UPLOAD, signed, clock() + timedelta(minutes=59)) == 51
    assert opened(SECRET, UPLOAD, signed, clock() + timedelta(hours=1)) is None
    assert opened(SECRET, "report", signed, clock()) is None
    assert opened(b"another secret", UPLOAD, signed, clock()) is None
    later = str(int((clock() + timedelta(days=9)).timestamp()))
    account, until, seal = signed.split(".")
    for forged in (
        f"52.{until}.{seal}",
        f"{account}.{later}.{seal}",
        f"{account}.{until}.{'A' * 43}",
        "",
        "٥١.1." + seal,
    ):
        assert opened(SECRET, UPLOAD, forged, clock()) is None
    for at in range(len(signed)):
        other = "B" if signed[at] == "A" else "A"
        bent = signed[:at] + other + signed[at + 1 :]
        # the last letter of 43 carries two bits that mean nothing: comparing letters refuses those as well
        assert opened(SECRET, UPLOAD, bent, clock()) is None


async def test_a_file_sent_through_a_link_is_heard_on_the_channel_of_its_account(
    office_with_links: Office, clock: Clock
) -> None:
    async with office_with_links.open() as office, httpx.AsyncClient(base_url=office.url) as client:
        office.echo.is_asleep = True
        _, account_id = await office.database.run(lambda s: link(s, "z-7", "content_admin", channel="zalo"))
        path = "/tep/" + sign(SECRET, UPLOAD, account_id, clock() + timedelta(hours=1))
        page = await client.get(path)
        assert page.status_code == 200
        assert "<script" not in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
        said_id = _said_id(page)
        for _ in range(2):  # sent twice: the browser asks whether to send the form again
            sent = await client.post(path, data={"id": said_id}, files={"file": (NAME, b"::Q1:: x \r\n--\r\n\xff")})
            assert sent.status_code == 202
            assert "Đã nhận tệp" in sent.text
        assert await office.database.run(kept) == [("Câu _hỏi_ 12.gift", b"::Q1:: x \r\n--\r\n\xff", 1)]
        [body] = await office.database.run(arrived)
    token = json.loads(body)["file"]
    heard = hear(body, clock())
    expected = Heard("zalo", "z-7", FILE, clock(), file_ref=token, file_name="Câu _hỏi_ 12.gift", file_size=16)
    assert heard == expected
    assert hear("{}", clock()) is None


async def test_a_link_that_is_over_forged_or_whose_person_lost_the_role_opens_nothing(
    office_with_links: Office, clock: Clock
) -> None:
    async with office_with_links.open() as office, httpx.AsyncClient(base_url=office.url) as client:
        _, admin = await office.database.run(lambda s: link(s, "z-7", "content_admin", channel="zalo"))
        _, staff = await office.database.run(lambda s: link(s, "z-8", channel="zalo"))
        _, left = await office.database.run(lambda s: link(s, "z-9", "content_admin", channel="zalo"))

        def leave(session: object) -> None:
            session.get_one(Account, left).state = "unlinked"  # type: ignore[attr-defined]

        await office.database.run(leave)
        hour = clock() + timedelta(hours=1)
        signed = [
            sign(SECRET, UPLOAD, admin, clock()),
            sign(b"guess", UPLOAD, admin, hour),
            sign(SECRET, "other", admin, hour),
            sign(SECRET, UPLOAD, staff, hour),
            sign(SECRET, UPLOAD, left, hour),
            sign(SECRET, UPLOAD, 999, hour),
            "x",
        ]
        for one in signed:
            got = await client.get(f"/tep/{one}")
            sent = await client.post(f"/tep/{one}", data={"id": str(uuid.uuid4())}, files={"file": ("a.gift", b"a")})
            assert (got.status_code, sent.status_code) == (404, 404)
            assert "hết hạn" in got.text
            assert "<input" not in got.text
        assert await office.database.run(kept) == []


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        pytest.param({"files": {"file": ("a.gift", b"")}}, "trống", id="nothing chosen"),
        pytest.param({"files": {"file": ("a.gift", b"x" * (filing.MOST_BYTES + 1))}}, "5 MB", id="too big"),
        pytest.param({"content": b"x", "headers": {"Content-Type": "text/plain"}}, "trống", id="not a form"),
        pytest.param({"files": {"other": ("a.gift", b"x")}}, "trống", id="another field"),
    ],
)
async def test_what_cannot_be_kept_is_said_on_the_form(
    office_with_links: Office, clock: Clock, sent: dict[str, object], words: str
) -> None:
    async with office_with_links.open() as office, httpx.AsyncClient(base_url=office.url) as client:
        _, account_id = await office.database.run(lambda s: link(s, "z-7", "content_admin", channel="zalo"))
        path = "/tep/" + sign(SECRET, UPLOAD, account_id, clock() + timedelta(hours=1))
        form = {"data": {"id": str(uuid.uuid4())}} if "files" in sent else {}
        answer = await client.post(path, **form, **sent)  # type: ignore[arg-type]
        assert answer.status_code in (413, 422)
        assert words in answer.text
        assert "<form" in answer.text
        assert await office.database.run(kept) == []


async def test_without_a_secret_there_is_no_such_page(office: Office, clock: Clock) -> None:
    async with httpx.AsyncClient(base_url=office.url) as client:
        assert (await client.get("/tep/" + sign(b"", UPLOAD, 1, clock() + timedelta(hours=1)))).status_code == 404


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(b"", {}, id="nothing"),
        pytest.param(b"--b\r\n\r\nx\r\n--b--", {}, id="a part without a name"),
        pytest.param(b'--b\r\nContent-Disposition: form-data; name="a"\r\n--b--', {}, id="a part without content"),
        pytest.param(
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="x%22.txt"\r\nContent-Type: x\r\n'
            b"\r\n1\r\n\r\n2\r\n--b--\r\n",
            {"a": ('x".txt', b"1\r\n\r\n2")},
            id="a file",
        ),
        pytest.param(
            b'--b\r\nContent-Disposition: form-data; filename="n"; name="a"\r\n\r\n1\r\n'
            b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n2\r\n--b--',
            {"a": ("n", b"1")},
            id="twice the same name",
        ),
        pytest.param(b"--b\r\n" * 5_000, {}, id="boundaries alone"),
    ],
)
def test_forms_are_taken_apart_by_their_boundary(body: bytes, found: dict[str, tuple[str, bytes]]) -> None:
    assert fields(body, b"b") == found


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        ("multipart/form-data; boundary=----WebKitFormBoundaryA1", b"----WebKitFormBoundaryA1"),
        ('Multipart/Form-Data; boundary="a b"', None),
        ("multipart/form-data", None),
        ("multipart/form-data; boundary=" + "x" * 71, None),
        ("text/plain; boundary=a", None),
    ],
)
def test_a_form_says_what_parts_it(kind: str, boundary: bytes | None) -> None:
    assert boundary_of(kind) == boundary


def _said_id(page: httpx.Response) -> str:
    found = re.search(r'name="id" value="([^"]+)"', page.text)
    assert found
    return found[1]
