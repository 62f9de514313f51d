"""Leases: one holder at a time, until it gives back or stops renewing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from scheduler import lease
from store.database import Database
from tests.scheduler.fakes import START

LATER = START + timedelta(seconds=31)


def test_a_second_process_is_refused_until_the_lease_runs_out(any_database: Database) -> None:
    with any_database.transaction() as session:
        assert lease.hold(session, "tick", "first", 30, START)
        assert not lease.hold(session, "tick", "second", 30, START + timedelta(seconds=29))
        assert lease.hold(session, "tick", "second", 30, LATER)
        assert not lease.hold(session, "tick", "first", 30, LATER)


def test_the_holder_prolongs_its_own_lease(any_database: Database) -> None:
    with any_database.transaction() as session:
        assert lease.hold(session, "tick", "first", 30, START)
        assert lease.hold(session, "tick", "first", 30, START + timedelta(seconds=20))
        assert not lease.hold(session, "tick", "second", 30, LATER)


def test_a_released_lease_is_free_and_nobody_releases_anothers(any_database: Database) -> None:
    with any_database.transaction() as session:
        lease.hold(session, "tick", "first", 30, START)
        lease.release(session, "tick", "second")
        assert not lease.hold(session, "tick", "second", 30, START)
        lease.release(session, "tick", "first")
        assert lease.hold(session, "tick", "second", 30, START)


def test_of_eight_who_ask_at_once_one_gets_it(any_database: Database) -> None:
    def ask(holder: str) -> bool:
        with any_database.transaction() as session:
            return lease.hold(session, "tick", holder, 30, START)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, [f"holder {number}" for number in range(8)])) == 1


def test_only_unexpired_leases_with_the_prefix_count_as_alive(any_database: Database) -> None:
    with any_database.transaction() as session:
        lease.hold(session, "drain:telegram_1:a", "a", 30, START)
        lease.hold(session, "drain:telegram_1:b", "b", 90, START)
        lease.hold(session, "drain:telegramX1:c", "c", 90, START)
        assert lease.holders(session, "drain:telegram_1:", START) == {"a", "b"}
        assert lease.holders(session, "drain:telegram_1:", LATER) == {"b"}
