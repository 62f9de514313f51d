"""Terms are written down as a door opens; how it was keeps standing while the same bot is behind it."""

from datetime import timedelta

from sqlmodel import Session

from scheduler.doors.terms import Terms, register
from store.database import Database
from store.tables import Door
from tests.scheduler.fakes import START

OA = Terms(open_for=timedelta(days=7), free_for=timedelta(hours=48))


def door(session: Session) -> Door:
    return session.get_one(Door, "zalo-oa", populate_existing=True)


def test_a_door_is_written_down_with_its_terms_and_again_with_others(any_database: Database) -> None:
    with any_database.transaction() as session:
        register(session, "zalo-oa", "zalo-oa:1", OA)
        assert (door(session).open_seconds, door(session).free_seconds) == (604_800, 172_800)
        register(session, "zalo-oa", "zalo-oa:1", Terms(monthly_quota=50, falls_back=False))
        found = door(session)
        assert (found.open_seconds, found.monthly_quota, found.falls_back) == (0, 50, False)


def test_health_outlives_a_restart_but_not_a_change_of_bots(any_database: Database) -> None:
    with any_database.transaction() as session:
        register(session, "zalo-oa", "zalo-oa:1", OA)
        door(session).failing_since_at = START
        session.flush()
        register(session, "zalo-oa", "zalo-oa:1", OA)
        assert door(session).failing_since_at == START
        register(session, "zalo-oa", "zalo-oa:2", OA)
        assert (door(session).bot, door(session).failing_since_at) == ("zalo-oa:2", None)
