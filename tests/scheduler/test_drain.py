"""The drain in virtual time: pace, gate, replies first, stopping, faults of channel and database."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from scheduler import outbox, pace
from scheduler.channel import Later, Outcome, Refused
from scheduler.drain import Drain, Limits, drain_once
from store.database import Database
from store.outbox import INTERACTIVE
from store.tables import Account, Delivery, Lease
from tests.conftest import Clock
from tests.scheduler.fakes import (
    InlineDatabase,
    LoopClock,
    RememberingChannel,
    Steps,
    add_accounts,
    add_letter,
    live,
    peak,
    states,
    wanted,
)

BOT = "telegram:8123"
FLOOD = Later(35, "retry after 35", whole_bot=True)


def build(database: Database, channel: RememberingChannel, clock: LoopClock, limits: Limits | None = None) -> Drain:
    return Drain(database, channel, BOT, wanted, now=clock, limits=limits)


async def work(drain: Drain, seconds: float) -> None:
    """Run a drain for so long, then stop it gracefully."""
    async with asyncio.TaskGroup() as group:
        group.create_task(drain.run())
        await asyncio.sleep(seconds)
        drain.stop()


def post(database: Database, people: int, each: int = 1) -> None:
    with database.transaction() as session:
        for who in add_accounts(session, people):
            for number in range(each):
                add_letter(session, who, f"{who}/{number}")


@pytest.mark.parametrize(("rate", "people"), [(25.0, 80), (200.0, 260)])
def test_a_broadcast_goes_out_at_full_speed_and_never_above_the_cap(
    database: Database, rate: float, people: int
) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, rate=rate, seconds=0.1)
    post(database, people)
    limits = Limits(in_flight=int(rate * 0.3) + 5)
    live(work(build(InlineDatabase(database), channel, clock, limits), 10))
    assert set(states(database).values()) == {"sent"}
    moments = [call.at for call in channel.calls]
    assert peak(moments) == rate
    assert (moments[-1] - moments[0]).total_seconds() < people / rate + 0.3


def test_an_account_with_a_hundred_requests_a_minute_sends_a_hundred_messages_in_each(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, rate=100 / 60, seconds=0.2)
    post(database, 260)
    live(work(build(InlineDatabase(database), channel, clock), 200))
    moments = [call.at for call in channel.calls]
    assert len(moments) == 260
    assert peak(moments, timedelta(minutes=1)) == 100
    assert (moments[-1] - moments[0]).total_seconds() < 159


def test_never_more_in_flight_than_allowed_however_slow_the_platform(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=20)
    post(database, 30)
    live(work(build(InlineDatabase(database), channel, clock), 110))
    assert channel.most_at_once == Limits().in_flight - Limits().spare
    assert set(states(database).values()) == {"sent"}


def test_a_chat_gets_its_messages_in_order_a_second_apart(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=0.3)
    post(database, 1, each=4)
    live(work(build(InlineDatabase(database), channel, clock), 10))
    assert channel.texts() == ["1/0", "1/1", "1/2", "1/3"]
    moments = [call.at for call in channel.calls]
    assert peak(moments) == 1
    assert (moments[-1] - moments[0]).total_seconds() < 3.1


@pytest.mark.parametrize("seconds", [0.05, 3.0])
def test_winding_down_a_broadcast_begins_no_message_more_and_replies_go_on(database: Database, seconds: float) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=seconds)
    post(database, 200)

    async def wind_down() -> list[str]:
        drain = build(InlineDatabase(database), channel, clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(drain.run())
            await asyncio.sleep(1.017)
            drain.replies_only()
            claimed = {key for key, state in states(database).items() if state != "waiting"}
            with database.transaction() as session:
                who = session.exec(select(Account.id).where(Account.address == "a200")).one()
                add_letter(session, who or 0, "reply", lane=INTERACTIVE, due_at=clock())
            drain.wake()
            await asyncio.sleep(10)
            drain.stop()
        return sorted(claimed)

    claimed = live(wind_down())
    after = states(database)
    assert claimed
    assert sorted(key for key, state in after.items() if state == "sent") == sorted([*claimed, "reply"])
    assert list(after.values()).count("waiting") == 200 - len(claimed)


@pytest.mark.parametrize("seconds", [0.05, 30.0])
def test_a_reply_overtakes_the_broadcast_even_while_every_send_hangs(database: Database, seconds: float) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=seconds)
    post(database, 200)

    async def reply() -> None:
        drain = build(InlineDatabase(database), channel, clock)
        async with asyncio.TaskGroup() as group:
            group.create_task(drain.run())
            await asyncio.sleep(2.017)
            with database.transaction() as session:
                who = session.exec(select(Account.id).where(Account.address == "a200")).one()
                add_letter(session, who or 0, "reply", lane=INTERACTIVE, due_at=clock())
            asked_at = clock()
            drain.wake()
            await asyncio.sleep(1)
            (answered_at,) = [call.at for call in channel.calls if call.parcel.message.text == "reply"]
            assert answered_at - asked_at <= timedelta(seconds=pace.HORIZON)
            drain.stop()

    live(reply())


@pytest.mark.parametrize("seconds", [1, 35, 10_072])
def test_no_call_is_made_inside_a_closed_gate_not_even_after_a_restart(database: Database, seconds: float) -> None:
    clock = LoopClock()
    flood = Later(seconds, f"retry after {seconds}", whole_bot=True)
    channel = RememberingChannel(clock, answers={"a3": [flood]})
    post(database, 12)
    limits = Limits(poll=seconds / 30)
    live(work(build(InlineDatabase(database), channel, clock, limits), 0.5))
    shut_at = next(call.at for call in channel.calls if call.parcel.address == "a3")
    clock.restart()
    live(work(build(InlineDatabase(database), channel, clock, limits), seconds + 9))
    after = [call.at for call in channel.calls if call.at > shut_at]
    assert min(after) > shut_at + timedelta(seconds=seconds)
    assert peak(after) <= 13
    assert sorted(channel.texts()) == sorted(f"{number}/0" for number in range(1, 13))
    assert len(channel.calls) == 13


def test_parcels_claimed_before_a_flood_are_held_back_not_sent_into_it(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, answers={"a1": [FLOOD]})
    post(database, 5)
    live(work(build(InlineDatabase(database), channel, clock, Limits(horizon=0.2)), 1))
    assert len(channel.calls) == 1
    assert set(states(database).values()) == {"waiting"}


def test_a_dead_token_costs_at_most_what_was_in_flight_and_loses_nothing(database: Database) -> None:
    clock = LoopClock()
    dead = Refused("Unauthorized", whole_bot=True)
    channel = RememberingChannel(clock, seconds=1.0, answers={f"a{n}": [dead] for n in range(1, 41)})
    post(database, 40)
    live(work(build(InlineDatabase(database), channel, clock, Limits(poll=30)), 300))
    assert len(channel.calls) <= Limits().in_flight
    assert states(database) == dict.fromkeys(states(database), "waiting")


def test_a_wave_of_blocked_accounts_keeps_everybody_elses_post_going(database: Database) -> None:
    clock = LoopClock()
    blocked: dict[str, list[Outcome | Exception]] = {
        f"a{n}": [Refused("bot was blocked by the user", person="blocked")] for n in range(1, 11)
    }
    channel = RememberingChannel(clock, answers=blocked)
    post(database, 20, each=2)
    live(work(build(InlineDatabase(database), channel, clock), 10))
    found = list(states(database).values())
    assert (found.count("refused"), found.count("dropped"), found.count("sent")) == (10, 10, 20)
    assert len(channel.calls) == 30


def test_an_exception_in_a_channel_becomes_unknown_and_tells_nothing_of_what_was_said(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, answers={"a1": [ValueError("Kính gửi 0912345678")]})
    post(database, 2)
    live(work(build(InlineDatabase(database), channel, clock), 2))
    with database.transaction() as session:
        (unsure,) = outbox.unknowns(session)
    assert unsure.reason == "ValueError"
    assert "0912345678" not in caplog.text
    assert channel.texts() == ["2/0"]


def test_stopping_lets_what_is_in_flight_land_and_leaves_nothing_unknown(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=80)
    post(database, 20)
    live(work(build(InlineDatabase(database), channel, clock), 0.21))
    found = list(states(database).values())
    assert found.count("sent") == len(channel.arrived) == len(channel.calls) > 0
    assert found.count("waiting") == 20 - len(channel.calls)
    with database.transaction() as session:
        assert session.exec(select(Lease)).all() == []


def test_what_does_not_land_in_time_is_cut_off_and_listed(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=1000)
    post(database, 3)
    live(work(build(InlineDatabase(database), channel, clock), 1))
    with database.transaction() as session:
        assert [unsure.reason for unsure in outbox.unknowns(session)] == ["cut off"] * 3
    assert clock.last < clock.start + timedelta(seconds=100)


def test_a_cancelled_drain_leaves_its_parcels_to_the_next_one_as_unknown(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=5)
    post(database, 3)

    async def cancel() -> None:
        task = asyncio.create_task(build(InlineDatabase(database), channel, clock).run())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])

    live(cancel())
    clock.restart()
    live(work(build(InlineDatabase(database), channel, clock), 1))
    assert set(states(database).values()) == {"unknown"}
    assert len(channel.calls) == 3


def test_a_database_out_of_reach_is_waited_for(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock, seconds=0.1)
    post(database, 10)

    def refuse() -> None:
        if timedelta(seconds=0.2) < clock() - clock.start < timedelta(seconds=60):
            raise OperationalError("INSERT", {"text": "Kính gửi 0912345678"}, Exception("database is locked"))

    live(work(build(InlineDatabase(database, refuse), channel, clock), 100))
    assert set(states(database).values()) == {"sent"}
    assert len(channel.calls) == 10
    assert "OperationalError" in caplog.text
    assert "0912345678" not in caplog.text


def test_a_process_that_stood_still_does_not_send_what_others_may_have_judged(database: Database) -> None:
    clock = LoopClock()
    channel = RememberingChannel(clock)
    post(database, 1)

    def stand_still() -> None:
        clock.start += timedelta(hours=1)

    # Step 4 is the end of the transaction that claims: the process sleeps an hour right there.
    steps = Steps(at=4, then=stand_still)
    live(work(build(InlineDatabase(database, steps), channel, clock), 5))
    assert states(database) == {"1/0": "sent"}
    (call,) = channel.calls
    with database.transaction() as session:
        claimed_at = session.exec(select(Delivery.claimed_at)).one()
    assert claimed_at is not None
    assert call.at - claimed_at < timedelta(seconds=1)


def test_a_living_neighbours_parcels_are_left_alone_until_its_lease_runs_out(database: Database) -> None:
    clock = LoopClock()
    hanging = RememberingChannel(clock, seconds=1000)
    post(database, 1)

    async def two() -> None:
        inline = InlineDatabase(database)
        first = Drain(inline, hanging, BOT, wanted, now=clock, alone=False)
        second = Drain(inline, RememberingChannel(clock), BOT, wanted, now=clock, alone=False)
        task = asyncio.create_task(first.run())
        await asyncio.sleep(1)
        other = asyncio.create_task(second.run())
        await asyncio.sleep(120)
        assert states(database) == {"1/0": "sending"}
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(45)
        assert states(database) == {"1/0": "unknown"}
        second.stop()
        await other

    live(two())


async def test_drain_once_sends_everything_due_and_steps_over_gaps(any_database: Database, clock: Clock) -> None:
    async def sleep(seconds: float) -> None:
        clock.forward(seconds=seconds)

    channel = RememberingChannel(clock)
    with any_database.transaction() as session:
        for who in add_accounts(session, 3):
            for number in range(2):
                add_letter(session, who, f"{who}/{number}", due_at=clock())
        add_letter(session, 1, "next week", due_at=clock() + timedelta(days=7))
    assert await drain_once(any_database, channel, wanted, clock, sleep) == 6
    assert channel.texts() == ["1/0", "2/0", "3/0", "1/1", "2/1", "3/1"]
    assert states(any_database)["next week"] == "waiting"


async def test_drain_once_says_when_its_clock_stands_still(database: Database, clock: Clock) -> None:
    async def sleep(_seconds: float) -> None:
        return

    post(database, 1, each=2)
    with pytest.raises(RuntimeError, match="clock stands still"):
        await drain_once(database, RememberingChannel(clock), wanted, clock, sleep)


async def test_the_drain_works_on_real_threads_and_is_woken_at_once(any_database: Database, clock: Clock) -> None:
    channel = RememberingChannel(clock, chat_gap=0.0)
    post(any_database, 2)
    drain = Drain(any_database, channel, BOT, wanted, now=clock, limits=Limits(poll=30))
    async with asyncio.TaskGroup() as group:
        group.create_task(drain.run())
        while len(channel.arrived) < 2:
            await asyncio.sleep(0)
            clock.forward(milliseconds=1)
        with any_database.transaction() as session:
            add_letter(session, 1, "reply", lane=INTERACTIVE, due_at=clock())
        drain.wake()
        while len(channel.arrived) < 3:
            await asyncio.sleep(0)
            clock.forward(milliseconds=1)
        drain.stop()
    assert set(states(any_database).values()) == {"sent"}
