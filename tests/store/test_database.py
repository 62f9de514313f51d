"""The store's own promises: transactions, moments, inbox and outbox rows, on both databases."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import Session, select

from store import inbox, ledger, migrations
from store.database import Database
from store.inbox import Arrival
from store.tables import AuditEntry, InboxRow, QuestionVersion, Setting

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


def test_models_and_migrations_agree(any_database: Database) -> None:
    from alembic import command

    assert migrations.is_current(any_database.engine)
    command.check(migrations.config(any_database.engine))


def test_migrations_step_down_and_up_again(any_database: Database) -> None:
    migrations.downgrade(any_database.engine, "base")
    assert not migrations.is_current(any_database.engine)
    migrations.upgrade(any_database.engine)
    assert migrations.is_current(any_database.engine)


def test_what_was_answered_before_the_library_had_a_life_is_carried_over(any_database: Database) -> None:
    migrations.downgrade(any_database.engine, "0001")
    with any_database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO question_version (id, code, version, checksum, topic, kind, difficulty, stem, options,"
            " right_options, explanation, citation, verified, in_force_from, current, added_at)"
            " VALUES (7, 'Q1', 1, 'x', 't', 'situation', 1, 'S?', '[]', '[1]', 'V', 'C', 'text', '2026-01-01', true,"
            " '2026-01-01 00:00:00')"
        )
    migrations.upgrade(any_database.engine)
    with any_database.transaction() as session:
        kept = session.get_one(QuestionVersion, 7)
        assert (kept.state, kept.origin, kept.track, kept.current) == ("approved", "library", "", True)
    migrations.downgrade(any_database.engine, "0001")
    migrations.upgrade(any_database.engine)
    with any_database.transaction() as session:
        assert session.get_one(QuestionVersion, 7).stem == "S?"


def test_a_block_that_raises_leaves_nothing(any_database: Database) -> None:
    def stumbles() -> None:
        with any_database.transaction() as session:
            session.add(Setting(name="a", value="1"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumbles()
    with any_database.transaction() as session:
        assert session.get(Setting, "a") is None


def test_a_naive_moment_is_refused(any_database: Database) -> None:
    with pytest.raises(StatementError, match="naive moment"), any_database.transaction() as session:
        inbox.keep(session, [Arrival("web", "1", "{}")], datetime(2026, 11, 10))  # noqa: DTZ001


def test_a_moment_comes_back_aware_and_equal(any_database: Database) -> None:
    with any_database.transaction() as session:
        inbox.keep(session, [Arrival("web", "1", "{}")], NOON)
    with any_database.transaction() as session:
        row = session.exec(select(InboxRow)).one()
    assert row.received_at == NOON
    assert row.received_at.tzinfo is not None


def test_the_same_update_is_kept_once(any_database: Database) -> None:
    with any_database.transaction() as session:
        assert inbox.keep(session, [Arrival("telegram", "7", "a"), Arrival("telegram", "8", "b")], NOON) == 2
        assert inbox.keep(session, [Arrival("telegram", "7", "a"), Arrival("web", "7", "c")], NOON) == 1
        assert [row.body for row in inbox.waiting(session, 10)] == ["a", "b", "c"]


def test_a_stumbling_update_is_parked_after_three_tries(any_database: Database) -> None:
    with any_database.transaction() as session:
        inbox.keep(session, [Arrival("web", "1", "{}")], NOON)
        row_id = inbox.waiting(session, 1)[0].id or 0
        for _ in range(3):
            inbox.stumble(session, row_id, "ValueError")
        assert inbox.waiting(session, 1) == []
        assert inbox.count(session, "parked") == 1


def test_handled_updates_are_forgotten_after_two_days(any_database: Database) -> None:
    with any_database.transaction() as session:
        inbox.keep(session, [Arrival("web", "1", "{}"), Arrival("web", "2", "{}")], NOON)
        inbox.done(session, [inbox.waiting(session, 1)[0].id or 0])
        assert inbox.forget_old(session, NOON + timedelta(hours=49)) == 1
        assert [row.external_id for row in inbox.waiting(session, 9)] == ["2"]


async def test_forty_concurrent_increments_lose_nothing(any_database: Database) -> None:
    def increment(session: Session) -> None:
        row = session.exec(select(Setting).where(Setting.name == "n").with_for_update()).one()
        row.value = str(int(row.value) + 1)
        session.add(row)

    with any_database.transaction() as session:
        session.add(Setting(name="n", value="0"))
    await asyncio.gather(*(any_database.run(increment) for _ in range(40)))
    with any_database.transaction() as session:
        assert session.get_one(Setting, "n").value == "40"


def test_who_reads_keeps_nobody_from_writing_and_sees_one_state_of_the_store(database: Database) -> None:
    with database.transaction() as session:
        session.add(Setting(name="n", value="0"))
    with database.reading() as looking:
        assert looking.get_one(Setting, "n").value == "0"
        with database.transaction() as session:
            session.get_one(Setting, "n").value = "1"
        assert looking.get_one(Setting, "n", populate_existing=True).value == "0"
    with database.reading() as looking:
        assert looking.get_one(Setting, "n").value == "1"


def test_what_is_written_while_reading_is_rolled_back(any_database: Database) -> None:
    with any_database.reading() as looking:
        looking.add(Setting(name="n", value="0"))
        looking.flush()
    with any_database.transaction() as session:
        assert session.get(Setting, "n") is None


async def test_a_look_under_way_lets_others_write(any_database: Database) -> None:
    reading, written = threading.Event(), threading.Event()

    def look(session: Session) -> list[Setting]:
        found = list(session.exec(select(Setting)))
        reading.set()
        assert written.wait(60), "the writer waits for the reader"
        return found

    def write(session: Session) -> None:
        session.add(Setting(name="n", value="0"))

    looking = asyncio.create_task(any_database.look(look))
    await asyncio.to_thread(reading.wait, 60)
    await any_database.run(write)
    written.set()
    assert await looking == []


def test_the_audit_chain_shows_tampering(any_database: Database) -> None:
    with any_database.transaction() as session:
        for number in range(3):
            ledger.audit(session, "NV001", "apply_roster", f"file {number}", NOON, added=number)
        assert ledger.broken_link(session) is None
        second = session.get_one(AuditEntry, 2)
        second.act = "something_else"
        session.add(second)
        session.flush()
        assert ledger.broken_link(session) == 2
