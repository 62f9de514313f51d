"""A kept file behind a signed link: for the person it was kept for, for a while, from any browser."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import Session

from bot.links import DOWNLOAD, UPLOAD, sign
from content.phrases import Phrases
from store import files
from store.database import Database
from store.tables import Account
from tests.conftest import Clock
from tests.web.office import Office
from tests.web.staff import link

SECRET = b"secret of the tests"
NAME = "DỰ THẢO - Báo cáo.docx"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def office_with_links(database: Database, clock: Clock, phrases: Phrases) -> Office:
    """An office whose web door takes signed links."""
    return Office(database, clock, phrases, link_secret=SECRET)


def kept_for_somebody(session: Session, clock: Clock) -> tuple[int, int, str]:
    """Somebody on a channel without files, and a file kept for them: person, account, token."""
    person, account = link(session, "z1", channel="zalo-bot")
    return person, account, files.keep(session, NAME, KIND, b"PK draft", person, clock())


async def test_a_link_hands_out_its_file_until_it_ends(office_with_links: Office, clock: Clock) -> None:
    async with office_with_links.open() as office, httpx.AsyncClient(base_url=office.url) as browser:
        _, account, token = await office.database.run(kept_for_somebody, clock)
        path = f"/tai/{token}/{sign(SECRET, DOWNLOAD + token, account, clock() + timedelta(hours=1))}"
        got = await browser.get(path)
        assert (got.status_code, got.content, got.headers["content-type"]) == (200, b"PK draft", KIND)
        assert "filename*=UTF-8''D%E1%BB%B0%20TH%E1%BA%A2O" in got.headers["content-disposition"]
        assert got.headers["cache-control"] == "no-store"
        clock.forward(minutes=60)
        over = await browser.get(path)
        assert over.status_code == 404
        assert "đã hết hạn" in over.text
        assert b"PK draft" not in over.content


async def test_a_link_opens_no_other_file_for_no_other_account_and_not_after_the_account_is_cut_off(
    office_with_links: Office, clock: Clock
) -> None:
    ends_at = clock() + timedelta(hours=1)
    async with office_with_links.open() as office, httpx.AsyncClient(base_url=office.url) as browser:
        _, account, token = await office.database.run(kept_for_somebody, clock)
        _, other, others = await office.database.run(kept_for_somebody_else, clock)
        for purpose, signer, wanted in (
            (UPLOAD, account, token),
            (DOWNLOAD + others, account, token),
            (DOWNLOAD + others, account, others),
            (DOWNLOAD + token, other, token),
            (DOWNLOAD + token, 999, token),
        ):
            answer = await browser.get(f"/tai/{wanted}/{sign(SECRET, purpose, signer, ends_at)}")
            assert answer.status_code == 404, (purpose, signer, wanted)
        assert (await browser.get(f"/tai/{token}/nothing")).status_code == 404
        await office.database.run(cut_off, account)
        answer = await browser.get(f"/tai/{token}/{sign(SECRET, DOWNLOAD + token, account, ends_at)}")
        assert answer.status_code == 404


def kept_for_somebody_else(session: Session, clock: Clock) -> tuple[int, int, str]:
    """The same for another person."""
    person, account = link(session, "z2", channel="zalo-bot")
    return person, account, files.keep(session, NAME, KIND, b"PK other", person, clock())


def cut_off(session: Session, account_id: int) -> None:
    """A lost phone."""
    session.get_one(Account, account_id).state = "unlinked"
