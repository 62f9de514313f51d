"""A month's quota: what it leaves room for, and that it counts what may have counted with the platform."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.doors import quota
from scheduler.doors.quota import Stage, Use
from scheduler.doors.terms import Terms, register
from store.database import Database
from tests.scheduler.stage import at, utc

USES = {
    "nothing yet": (Use(3000), Stage.FREE, 2700, 3000),
    "no limit": (Use(0, 50_000, 50_000), Stage.FREE, None, None),
    "just below 80 %": (Use(3000, 2399), Stage.FREE, 301, 601),
    "80 %": (Use(3000, 2400), Stage.WARNED, 300, 600),
    "80 % with what came in": (Use(3000, 1200, 1200), Stage.WARNED, 300, 600),
    "what came in does not count": (Use(3000, 1200, 1200, counts_received=False), Stage.FREE, 1500, 1800),
    "just below 90 %": (Use(3000, 2699), Stage.WARNED, 1, 301),
    "90 %": (Use(3000, 2700), Stage.REPLIES, 0, 300),
    "the last one": (Use(3000, 2999), Stage.REPLIES, 0, 1),
    "all of it": (Use(3000, 3000), Stage.SPENT, 0, 0),
    "more than all, for people write as well": (Use(3000, 2990, 25), Stage.SPENT, 0, 0),
    "a limit 90 % of which is no whole number": (Use(7, 6), Stage.WARNED, 1, 1),
    "and when that is reached": (Use(7, 7), Stage.SPENT, 0, 0),
}


@pytest.mark.parametrize("label", USES)
def test_how_far_a_month_is_used_up_and_what_room_it_leaves(label: str) -> None:
    use, stage, scheduled, replies = USES[label]
    assert (use.stage, use.room(scheduled=True), use.room(scheduled=False)) == (stage, scheduled, replies)


@pytest.mark.parametrize(("limit", "used"), [(limit, used) for limit in (1, 7, 10, 33, 3000) for used in range(36)])
def test_scheduled_messages_have_room_until_replies_alone_may_go(limit: int, used: int) -> None:
    use = Use(limit, used)
    assert (use.room(scheduled=True) == 0) == (use.stage in (Stage.REPLIES, Stage.SPENT))
    assert (use.room(scheduled=False) == 0) == (use.stage is Stage.SPENT)


MONTHS = [
    (at("2026-11-30", "23:59"), "2026-11", at("2026-12-01", "00:00")),
    (utc(at("2026-12-01", "00:00")), "2026-12", at("2027-01-01", "00:00")),
    (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "2026-12", at("2027-01-01", "00:00")),
]


@pytest.mark.parametrize(("moment", "name", "ends_at"), MONTHS)
def test_a_month_is_one_of_the_office_not_of_greenwich(moment: datetime, name: str, ends_at: datetime) -> None:
    assert (quota.month(moment), quota.month_ends_at(moment)) == (name, ends_at)


def test_what_went_through_is_counted_by_door_month_and_way(any_database: Database) -> None:
    november, december = at("2026-11-30", "10:00"), at("2026-12-01", "10:00")
    with any_database.transaction() as session:
        register(session, "zalo-bot:1", "zalo-bot:1", Terms(monthly_quota=10))
        register(session, "web", "web", Terms(counts_received=False))
        quota.count(session, "zalo-bot:1", quota.SENT, 3, november)
        quota.count(session, "zalo-bot:1", quota.SENT, 4, november + timedelta(minutes=1))
        quota.count(session, "zalo-bot:1", quota.RECEIVED, 2, november)
        quota.count(session, "zalo-bot:1", quota.SENT, 1, december)
        quota.count(session, "web", quota.RECEIVED, 5, november)
    with any_database.transaction() as session:
        assert quota.uses(session, november) == {"zalo-bot:1": Use(10, 7, 2), "web": Use(0, 0, 5, False)}
        assert quota.uses(session, december)["zalo-bot:1"] == Use(10, 1)


def test_what_was_not_sent_after_all_is_given_back_to_the_month_it_was_counted_in(any_database: Database) -> None:
    claimed_at = at("2026-11-30", "23:59")
    with any_database.transaction() as session:
        register(session, "zalo-bot:1", "zalo-bot:1", Terms(monthly_quota=10))
        quota.count(session, "zalo-bot:1", quota.SENT, 3, claimed_at)
        quota.give_back(session, "zalo-bot:1", 2, claimed_at)
        assert quota.uses(session, claimed_at)["zalo-bot:1"].sent == 1
