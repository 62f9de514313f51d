"""From the consent link to a pair that works: by the callback of the running service, by a pasted address, and not."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.applications import Starlette

from bot.zalo.oa.consent import BUSY, FOREIGN, OLD, REFUSED, UNREACHABLE, Answer, NotConsented
from bot.zalo.oa.door import OaDoor
from bot.zalo.oa.options import Options
from bot.zalo.oa.rotation import NoAccess
from content.message import Message
from content.phrases import Phrases
from scheduler.channel import Parcel
from store import zalo_tokens
from store.database import Database
from store.tables import AuditEntry
from tests.conftest import Clock
from tests.zalo.oa.conftest import consent
from tests.zaloapi.oa.server import OaApi
from tests.zaloapi.oa.world import APP_ID


@pytest.fixture
async def door(options: Options, database: Database, clock: Clock, phrases: Phrases) -> AsyncIterator[OaDoor]:
    """The door before any consent."""
    opened = OaDoor(options, database, clock, phrases, lambda: None, b"the house's own secret")
    yield opened
    await opened.close()


def answer_of(url: str) -> Answer:
    """What the callback is called with."""
    given = parse_qs(urlsplit(url).query)
    return Answer(*(given.get(name, [""])[0] for name in ("code", "oa_id", "state")))


async def opens(door: OaDoor, url: str) -> httpx.Response:
    """The browser is led to the callback of the running service."""
    transport = httpx.ASGITransport(app=Starlette(routes=door.routes))
    async with httpx.AsyncClient(transport=transport) as browser:
        return await browser.get(url)


async def test_an_admin_agrees_and_the_running_service_does_the_rest(
    door: OaDoor, oa: OaApi, database: Database, phrases: Phrases
) -> None:
    await door.look()
    assert door.trouble == "zalo.oa.none"
    page = await opens(door, oa.tokens.agrees(door.consent.link()))
    assert (page.status_code, page.text) == (200, phrases("zalo.consent.done"))
    assert await door.check() == "Sở Mẫu"
    await door.look()
    assert door.trouble == ""
    with database.transaction() as session:
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.actor, entry.act) == ("zalo callback", "zalo_consent")


async def test_only_a_link_of_ours_leads_anywhere_and_only_for_an_hour(
    door: OaDoor, oa: OaApi, clock: Clock, phrases: Phrases
) -> None:
    agreed = oa.tokens.agrees(door.consent.link())
    forged = agreed.replace("state=", "state=a")
    late = oa.tokens.agrees(door.consent.link())
    for url in (forged, agreed.split("&state")[0], "https://nep.example/zalo/callback"):
        page = await opens(door, url)
        assert (page.status_code, page.text) == (400, phrases("zalo.consent.old"))
    assert oa.calls == []
    clock.forward(hours=1)
    assert (await opens(door, late)).status_code == 400


async def test_a_code_works_once_and_a_second_look_at_the_page_harms_nothing(door: OaDoor, oa: OaApi) -> None:
    url = oa.tokens.agrees(door.consent.link())
    assert (await opens(door, url)).status_code == 200
    again = await opens(door, url)
    assert again.status_code == 400
    assert "chỉ dùng một lần" in again.text
    assert await door.check() == "Sở Mẫu"


async def test_a_consent_takes_the_place_of_a_lost_pair_and_of_a_good_one(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock
) -> None:
    consent(database, oa, clock)
    for lose in (True, False):
        if lose:
            with database.transaction() as session:
                zalo_tokens.ask(session, APP_ID, 1, "x", clock())
                zalo_tokens.lose(session, APP_ID, 1, "x", "tried", clock())
            await door.look()
            assert door.trouble == "zalo.oa.lost"
        await door.consent.finish(answer_of(oa.tokens.agrees(door.consent.link())), "cli")
        await door.look()
        assert door.trouble == ""
        assert await door.check() == "Sở Mẫu"


async def test_nobody_logs_in_while_the_pair_is_being_renewed(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock
) -> None:
    consent(database, oa, clock)
    with database.transaction() as session:
        zalo_tokens.ask(session, APP_ID, 1, "another process", clock())
    answer = answer_of(oa.tokens.agrees(door.consent.link()))
    with pytest.raises(NotConsented, match=BUSY):
        await door.consent.finish(answer, "cli")
    clock.forward(minutes=2)
    await door.consent.finish(answer, "cli")
    assert await door.check() == "Sở Mẫu"


async def test_another_account_is_taken_on_the_operator_s_word_alone(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock
) -> None:
    consent(database, oa, clock)
    oa.tokens.oa_id = "999"
    answer = answer_of(oa.tokens.agrees(door.consent.link()))
    with pytest.raises(NotConsented, match=FOREIGN):
        await door.consent.finish(answer, "zalo callback")
    await door.consent.finish(answer, "cli", may_change=True)
    with database.transaction() as session:
        kept = zalo_tokens.read(session, APP_ID)
    assert kept is not None
    assert kept.oa_id == "999"


async def test_every_failure_says_what_it_is_and_leaves_the_pair_that_was(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock
) -> None:
    consent(database, oa, clock)
    for code, why in (("", OLD), ("có dấu", OLD), ("never issued", OLD), ("never-issued", REFUSED)):
        with pytest.raises(NotConsented, match=why):
            await door.consent.finish(Answer(code, oa.oa_id, ""), "cli")
        assert await door.check() == "Sở Mẫu"
    answer = answer_of(oa.tokens.agrees(door.consent.link()))
    await oa.goes_dark()
    with pytest.raises(NotConsented, match=UNREACHABLE):
        await door.consent.finish(answer, "cli")
    await oa.comes_back()
    await door.consent.finish(answer, "cli")


async def test_a_code_whose_answer_is_cut_off_is_found_out_later(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock
) -> None:
    consent(database, oa, clock)
    oa.faults.add("cut_after", "token")
    with pytest.raises(NotConsented, match=UNREACHABLE):
        await door.consent.finish(answer_of(oa.tokens.agrees(door.consent.link())), "cli")
    clock.forward(minutes=3)
    await door.look()
    assert door.trouble == "zalo.oa.lost"
    assert oa.tokens.reuses == []


async def test_the_link_can_be_made_and_used_by_different_processes(
    door: OaDoor, oa: OaApi, options: Options, database: Database, clock: Clock, phrases: Phrases
) -> None:
    other = OaDoor(options, database, clock, phrases, lambda: None, b"the house's own secret")
    assert (await opens(door, oa.tokens.agrees(other.consent.link()))).status_code == 200
    stranger = OaDoor(options, database, clock, phrases, lambda: None, b"another house's secret")
    assert (await opens(door, oa.tokens.agrees(stranger.consent.link()))).status_code == 400
    with pytest.raises(NoAccess, match="key"):
        await stranger.check()
    for one in (other, stranger):
        await one.close()


async def test_the_operator_is_told_once_a_day(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    consent(database, oa, clock)
    await oa.goes_dark()
    for days, expected in ((70, 0), (7, 1), (0, 1), (1, 2)):
        clock.forward(days=days)
        await door.look()
        assert caplog.text.count("./nep zalo login") == expected, days
        assert door.trouble == ("zalo.oa.ending" if expected else "")


async def test_the_operator_is_told_when_there_is_no_money_left(
    door: OaDoor, oa: OaApi, database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    consent(database, oa, clock)
    oa.person("1", follows=True)
    oa.sub_quota, oa.funded = 0, False
    clock.forward(days=3)
    consent(database, oa, clock)
    await door.channel.send(Parcel(1, "token", 1, "1", "round", Message("a")))
    for _ in range(2):
        await door.look()
    assert door.trouble == "zalo.oa.funds"
    assert caplog.text.count("fund the Zalo Cloud account") == 1
    clock.forward(hours=1)
    await door.look()
    assert door.trouble == ""


def test_secrets_of_the_options_do_not_show() -> None:
    options = Options("1", SecretStr("planted-a"), SecretStr("planted-b"), "https://x/y")
    assert "planted" not in repr(options)
