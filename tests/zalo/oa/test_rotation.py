"""The pair of tokens renews itself; whatever dies on the way, no refresh token is ever used twice."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, delete

from bot.zalo.oa.line import Line
from bot.zalo.oa.options import Options
from bot.zalo.oa.renewal import ASKING, SILENT, STALE
from bot.zalo.oa.rotation import Access, NoAccess
from bot.zalo.oa.safe import Safe
from store import zalo_tokens
from store.database import Database
from store.tables import ZaloTokens
from store.zalo_tokens import Kept
from tests.conftest import TOLD, Clock
from tests.scheduler.fakes import Crash, Death, InlineDatabase, Steps
from tests.zalo.oa.conftest import Life, consent
from tests.zaloapi.oa.server import OaApi
from tests.zaloapi.oa.world import APP_ID

Begin = Callable[..., Life]


class SteppedLine(Line):
    """A step before every request and after every answer."""

    def __init__(self, step: Callable[[], None]) -> None:
        super().__init__(2, 5)
        self._step = step

    async def call(self, verb: str, url: str, headers: dict[str, str], **body: Any) -> dict[str, Any]:
        self._step()
        told = await super().call(verb, url, headers, **body)
        self._step()
        return told


def kept(database: Database) -> Kept:
    """The pair as it stands."""
    with database.transaction() as session:
        found = zalo_tokens.read(session, APP_ID)
    assert found is not None
    return found


async def works(oa: OaApi, life: Life) -> bool:
    """Whether the access token the store holds is the one Zalo takes."""
    return oa.tokens.check((await life.rotation.access()).token.get_secret_value()) == 0


async def test_a_pair_is_renewed_five_hours_ahead_and_not_before(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(any_database, oa, clock)
    life = begin(any_database, "a")
    clock.forward(hours=19, minutes=59)
    await life.rotation.turn()
    assert (oa.tokens.issued, kept(any_database).generation) == (1, 1)
    clock.forward(minutes=1)
    await life.rotation.turn()
    assert (oa.tokens.issued, kept(any_database).generation) == (2, 2)
    assert await works(oa, life)
    for _ in range(30):
        clock.forward(hours=20)
        await life.rotation.turn()
    assert (oa.tokens.issued, oa.tokens.reuses) == (32, [])


async def test_a_crash_at_every_step_uses_no_refresh_token_twice_and_loses_only_what_was_on_the_wire(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock, record_property: Callable[[str, object], None]
) -> None:
    ends: dict[int, str] = {}
    for step in range(1, 100):
        with any_database.transaction() as session:
            session.execute(delete(ZaloTokens))
        consent(any_database, oa, clock)
        clock.forward(hours=21)
        before = oa.tokens.issued
        steps, death = Steps(at=step), Death()
        steps.then = death
        dying = begin(InlineDatabase(any_database, steps, death), f"dying {step}", SteppedLine(steps))
        with suppress(Crash):
            await dying.rotation.turn()
        if not death.dead:
            break
        issued = oa.tokens.issued - before
        heir = begin(InlineDatabase(any_database), f"heir {step}")
        await heir.rotation.turn()  # too early to judge somebody else's silence
        for _ in range(3):
            clock.forward(seconds=121)
            await heir.rotation.turn()
        stands = kept(any_database)
        ends[step] = "lost" if stands.lost_at else "good"
        if stands.lost_at:
            assert issued == 1, "given up though Zalo had issued nothing"
            assert stands.generation == 1
        else:
            assert await works(oa, heir), f"step {step}"
        assert stands.asked_at is None
    assert oa.tokens.reuses == []
    assert len(ends) >= 8
    assert list(ends.values()).count("lost") == 2  # the answer heard, and the commit not begun
    record_property(TOLD, f"crashes at {len(ends)} steps of a renewal, 0 reuses, 2 on the wire need a new consent")


async def test_a_crash_at_every_step_of_looking_after_a_silent_renewal_loses_nothing(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    crashes = 0
    for step in range(1, 100):
        with any_database.transaction() as session:
            session.execute(delete(ZaloTokens))
        consent(any_database, oa, clock)
        clock.forward(hours=21)
        with any_database.transaction() as session:
            assert zalo_tokens.ask(session, APP_ID, 1, "died before the request left", clock())
        clock.forward(seconds=121)
        steps, death = Steps(at=step), Death()
        steps.then = death
        line = SteppedLine(steps)
        dying = begin(InlineDatabase(any_database, steps, death), f"dying {step}", line)
        dying.rotation._exchange = nobody
        with suppress(Crash):
            await dying.rotation.turn()
        if not death.dead:
            break
        crashes = step
        clock.forward(seconds=121)
        heir = begin(any_database, f"heir {step}")
        await heir.rotation.turn()
        assert await works(oa, heir), step
        assert kept(any_database).generation == 2
    assert oa.tokens.reuses == []
    assert crashes >= 6


async def nobody(_generation: int) -> None:
    """No process could be started."""


async def test_a_pair_that_is_written_late_takes_the_place_of_what_was_given_up(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(any_database, oa, clock)
    clock.forward(hours=21)
    heir = begin(any_database, "heir")
    keeping = zalo_tokens.answered

    class Locked(InlineDatabase):
        async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
            if work is keeping:
                clock.forward(seconds=121)
                await heir.rotation.turn()
                assert kept(any_database).lost_at is not None
            return await super().run(work, *args, **kwargs)

    slow = begin(Locked(any_database), "slow")
    await slow.rotation.turn()
    stands = kept(any_database)
    assert (stands.generation, stands.lost_at, stands.reason) == (2, None, "")
    assert await works(oa, heir)


def test_a_renewal_is_over_or_ended_before_anybody_judges_its_silence() -> None:
    usual = Options("1", SecretStr(""), SecretStr(""), "")
    patience = timedelta(seconds=usual.connect_seconds + usual.read_seconds)
    assert STALE + patience < ASKING < SILENT


async def test_two_processes_at_once_use_one_refresh_token_once(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(any_database, oa, clock)
    lives = [begin(any_database, name) for name in "abcd"]
    for generation in range(2, 8):
        clock.forward(hours=21)
        await asyncio.gather(*(life.rotation.turn() for life in lives))
        assert kept(any_database).generation == generation
    assert (oa.tokens.issued, oa.tokens.reuses) == (7, [])


async def test_heirs_that_come_at_once_do_not_both_go_on(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(any_database, oa, clock)
    clock.forward(hours=21)
    with any_database.transaction() as session:
        assert zalo_tokens.ask(session, APP_ID, 1, "died before the request left", clock())
    clock.forward(seconds=121)
    lives = [begin(any_database, name) for name in "abcd"]
    await asyncio.gather(*(life.rotation.turn() for life in lives))
    assert (oa.tokens.issued, oa.tokens.reuses, kept(any_database).generation) == (2, [], 2)


@pytest.mark.parametrize("fault", ["cut_after", "short_body", "truncated", "empty", "wrong_shape", "bad_utf8"])
async def test_an_answer_that_is_lost_on_the_way_is_told_and_not_asked_for_again(
    database: Database, oa: OaApi, begin: Begin, clock: Clock, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    oa.faults.add(fault, "token")
    life = begin(database, "a")
    await life.rotation.turn()
    clock.forward(seconds=121)
    await life.rotation.turn()
    stands = kept(database)
    if fault == "wrong_shape":  # whole, and without tokens: Zalo's no
        assert stands.reason.startswith("Zalo refused the renewal")
    else:
        assert stands.reason == "Zalo has issued a newer pair that is not known here"
    assert (oa.tokens.reuses, oa.tokens.issued) == ([], 2)
    assert "./nep zalo login" in caplog.text


@pytest.mark.parametrize("fault", ["reset_before", "html_502", "bare_502"])
async def test_a_request_that_zalo_did_not_take_is_made_again(
    database: Database, oa: OaApi, begin: Begin, clock: Clock, fault: str
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    oa.faults.add(fault, "token")
    life = begin(database, "a")
    await life.rotation.turn()
    if fault != "bare_502":
        assert kept(database).generation == 1
    clock.forward(seconds=121)
    await life.rotation.turn()
    assert (kept(database).generation, oa.tokens.issued, oa.tokens.reuses) == (2, 2, [])


async def test_a_server_that_is_down_costs_nothing_and_is_tried_again_at_once(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    life = begin(database, "a")
    await oa.goes_dark()
    await life.rotation.turn()
    assert kept(database).asked_at is None
    await oa.comes_back()
    await life.rotation.turn()
    assert (kept(database).generation, oa.tokens.reuses) == (2, [])


async def test_too_many_requests_leave_the_refresh_token_unused(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    oa.faults.add("refuse", "token", status=-32, description="rate")
    life = begin(database, "a")
    await life.rotation.turn()
    await life.rotation.turn()
    assert (kept(database).generation, oa.tokens.reuses) == (2, [])


async def test_a_renewal_cut_off_too_long_ago_is_not_guessed_at(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    with database.transaction() as session:
        zalo_tokens.ask(session, APP_ID, 1, "dead", clock())
    clock.forward(hours=5)
    await begin(database, "a").rotation.turn()
    stands = kept(database)
    assert stands.lost_at is not None
    assert "too late" in stands.reason
    assert oa.calls == []


@pytest.mark.parametrize("renewed_since", [False, True])
async def test_after_a_restore_the_pair_is_looked_at_before_it_is_used(
    database: Database, oa: OaApi, begin: Begin, clock: Clock, renewed_since: bool
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    if renewed_since:
        assert oa.tokens.family is not None
        oa.tokens.exchange(
            {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": oa.tokens.family.refresh}, oa.app_secret
        )
    with database.transaction() as session:
        assert zalo_tokens.doubt(session, clock()) == 1
    life = begin(database, "a")
    for _ in range(3):
        await life.rotation.turn()
        clock.forward(minutes=1)
    assert oa.tokens.reuses == []
    assert (kept(database).lost_at is not None) is renewed_since
    assert kept(database).generation == (1 if renewed_since else 2)


async def test_a_store_that_cannot_take_the_new_pair_is_waited_for(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)

    class Full(InlineDatabase):
        failures = 3

        async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
            if work is zalo_tokens.answered and self.failures:
                self.failures -= 1
                raise OperationalError("disk full", None, Exception())
            return await super().run(work, *args, **kwargs)

    life = begin(Full(database), "a")
    await life.rotation.turn()
    assert kept(database).generation == 2
    assert await works(oa, life)


async def test_a_stop_in_the_middle_waits_for_the_answer(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    clock.forward(hours=21)
    oa.faults.add("slow", "token", seconds=0.2)
    life = begin(database, "a")
    turning = asyncio.create_task(life.rotation.turn())
    while "token" not in oa.calls:  # noqa: ASYNC110  # what is waited for happens in the server
        await asyncio.sleep(0.001)
    turning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turning
    await life.rotation.close()
    assert kept(database).generation == 2
    assert await works(oa, life)


async def test_after_a_refused_token_the_other_process_s_newer_one_is_taken(
    any_database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(any_database, oa, clock)
    one, other = begin(any_database, "a"), begin(any_database, "b")
    stale = await one.rotation.access()
    clock.forward(hours=21)
    await other.rotation.turn()
    newer = await one.rotation.after(stale)
    assert (newer.generation, oa.tokens.issued) == (2, 2)
    clock.forward(hours=30)  # dead by time: renewed on the spot, by one of those who notice
    both = await asyncio.gather(one.rotation.after(newer), other.rotation.after(newer), return_exceptions=True)
    assert any(isinstance(found, Access) and found.generation == 3 for found in both)
    assert all(isinstance(found, Access) or (isinstance(found, NoAccess) and found.soon) for found in both)
    assert (oa.tokens.issued, oa.tokens.reuses) == (3, [])


async def test_a_refused_renewal_is_told_once_and_not_tried_again(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    consent(database, oa, clock)
    oa.tokens.issue()  # a consent elsewhere has taken the place of ours
    life = begin(database, "a")
    clock.forward(hours=21)
    await life.rotation.turn()
    await life.rotation.turn()
    assert oa.calls == ["token"]
    assert kept(database).reason == "Zalo refused the renewal: -14014 Invalid refresh token"
    with pytest.raises(NoAccess) as none:
        await life.rotation.after(await life.rotation.access())
    assert not none.value.soon


async def test_without_a_consent_or_with_another_key_there_is_no_access(
    database: Database, oa: OaApi, begin: Begin, clock: Clock
) -> None:
    life = begin(database, "a")
    with pytest.raises(NoAccess, match="none"):
        await life.rotation.access()
    consent(database, oa, clock)
    life.rotation._safe = Safe(b"another key")
    with pytest.raises(NoAccess, match="key"):
        await life.rotation.access()
    clock.forward(hours=21)
    await life.rotation.turn()
    assert oa.calls == []


async def test_no_token_stands_in_the_store_or_in_any_log_line(
    database: Database, oa: OaApi, begin: Begin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    consent(database, oa, clock)
    life = begin(database, "a")
    secrets = [oa.app_secret]
    for fault in (None, "html_502", "cut_after"):
        assert oa.tokens.family is not None
        secrets += [oa.tokens.family.access, oa.tokens.family.refresh]
        clock.forward(hours=21)
        if fault:
            oa.faults.add(fault, "token")
        await life.rotation.turn()
        clock.forward(seconds=121)
        await life.rotation.turn()

    def columns(session: Session) -> str:
        return repr(session.get_one(ZaloTokens, APP_ID))

    with database.transaction() as session:
        written = columns(session) + repr(zalo_tokens.read(session, APP_ID))
    assert len(secrets) == 7
    for secret in secrets:
        assert secret not in caplog.text + written
    assert repr(await life.rotation.access()).count("*") >= 10


def test_the_alarm_comes_fourteen_days_before_the_refresh_token_ends(
    database: Database, clock: Clock, oa: OaApi
) -> None:
    consent(database, oa, clock)
    for days, alarm, is_lost in ((0, False, False), (75, False, False), (76, True, False), (90, True, True)):
        with database.transaction() as session:
            standing = zalo_tokens.standing(session, APP_ID, clock() + timedelta(days=days))
        assert standing is not None
        assert (standing.alarm, standing.is_lost) == (alarm, is_lost), days
    with database.transaction() as session:
        assert zalo_tokens.standing(session, "another app", clock()) is None
