"""Which of a person's accounts is written to: their own order, and whichever of them can take it now."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from scheduler.doors import quota
from scheduler.doors.admission import STOPPED
from scheduler.doors.preference import preferred_accounts, ranked
from scheduler.doors.terms import Terms
from store.database import Database
from store.tables import Account, Door, Setting
from tests.scheduler.doors.people import OA, add_person, open_doors
from tests.scheduler.fakes import START

DAY = timedelta(days=1)
ORDERS: dict[str, tuple[list[tuple[datetime | None, datetime | None]], list[int]]] = {
    "whichever was heard last": ([(None, START), (None, START + DAY)], [2, 1]),
    "one never heard comes last": ([(None, None), (None, START)], [2, 1]),
    "the chosen one, though another was heard later": ([(START, START), (None, START + DAY)], [1, 2]),
    "the one chosen last": ([(START, START), (START + DAY, START)], [2, 1]),
    "the newest, where all else is equal": ([(None, START), (None, START)], [2, 1]),
}


@pytest.mark.parametrize("label", ORDERS)
def test_the_order_of_a_persons_accounts(label: str) -> None:
    given, expected = ORDERS[label]
    accounts = [
        Account(id=number, channel="web", address=str(number), chosen_at=chosen_at, last_heard_at=heard_at)
        for number, (chosen_at, heard_at) in enumerate(given, 1)
    ]
    assert [account.id for account in ranked(accounts)] == expected


CASES: dict[str, tuple[Mapping[str, Terms], timedelta, str]] = {
    "the one heard last": ({"zalo-oa": OA, "telegram": Terms()}, DAY, "zalo-oa"),
    "its window has closed: the next one": ({"zalo-oa": OA, "telegram": Terms()}, 8 * DAY, "telegram"),
    "its window has closed, and it must not be passed over": (
        {"zalo-oa": Terms(open_for=7 * DAY, falls_back=False), "telegram": Terms()},
        8 * DAY,
        "zalo-oa",
    ),
    "both are closed: it waits where it would have gone": ({"zalo-oa": OA, "telegram": OA}, 8 * DAY, "zalo-oa"),
    "doors nobody wrote down are open": ({}, 8 * DAY, "zalo-oa"),
}


@pytest.mark.parametrize("label", CASES)
def test_where_a_message_goes(any_database: Database, label: str) -> None:
    terms, silent, expected = CASES[label]
    with any_database.transaction() as session:
        open_doors(session, terms)
        person_id, _ = add_person(session, {"telegram": START - silent - DAY, "zalo-oa": START - silent})
        found = preferred_accounts(session, START, [person_id])
        assert found[person_id].channel == preferred_accounts(session, START)[person_id].channel == expected


@pytest.mark.parametrize("why", ["quota", "outage", "stopped"])
def test_a_door_closed_to_everybody_is_passed_over_where_that_helps(any_database: Database, why: str) -> None:
    with any_database.transaction() as session:
        open_doors(session, {"zalo-oa": Terms(monthly_quota=10), "telegram": Terms()})
        person_id, _ = add_person(session, {"telegram": START - DAY, "zalo-oa": START})
        if why == "quota":
            quota.count(session, "zalo-oa", quota.SENT, 9, START)
        elif why == "outage":
            session.get_one(Door, "zalo-oa").halted_at = START
        else:
            session.add(Setting(name=STOPPED, value=START.isoformat()))
        session.flush()
        expected = "zalo-oa" if why == "stopped" else "telegram"
        assert preferred_accounts(session, START, [person_id])[person_id].channel == expected
