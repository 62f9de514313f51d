"""The outbox is looked through by its indexes: nothing done often reads all messages, or sorts all that wait."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import Session

from content.phrases import Phrases
from scheduler import outbox
from scheduler.asking import ask
from scheduler.calendar import Calendar
from scheduler.caps import release_next
from scheduler.claiming import Line
from scheduler.curfew import put_off_next
from scheduler.rounds import begin_now, close_round
from store.database import Database
from store.outbox import shown
from store.tables import Round
from tests.scheduler import stage
from tests.scheduler.fakes import wanted
from tests.scheduler.stage import PLAN, at

OPENING, EVENING = at("2026-11-10", "09:00"), at("2026-11-10", "20:00")
LINE = Line("web", "web", 1000, 0.0, "me")
Step = Callable[[Session, Phrases], Any]
STEPS: dict[str, Step] = {
    "opening": lambda session, phrases: ask(session, phrases, Calendar(), session.get_one(Round, 1), OPENING),
    "claim": lambda session, _: outbox.claim(session, LINE, OPENING, wanted, 8),
    "soonest": lambda session, _: outbox.soonest(session, LINE, OPENING, EVENING),
    "expire": lambda session, _: outbox.expire(session, "web", OPENING),
    "recover": lambda session, _: outbox.recover(session, "web", False, [], OPENING),
    "put back": lambda session, _: outbox.put_back(session, LINE, [1], OPENING),
    "buttons": lambda session, _: list(shown(session, ["token"], [1])),
    "held": lambda session, _: release_next(session, Calendar(), OPENING),
    "curfew": lambda session, _: put_off_next(session, Calendar(), EVENING),
    "closing": lambda session, _: close_round(session, 1, at("2026-11-12", "17:00")),
}


@pytest.mark.parametrize("label", STEPS)
def test_no_step_reads_all_messages(database: Database, phrases: Phrases, label: str) -> None:
    plans: dict[str, list[str]] = {}

    @event.listens_for(database.engine, "before_cursor_execute")
    def look(_connection: Connection, cursor: Any, statement: str, given: Any, _context: Any, is_many: bool) -> None:
        if "delivery" in statement and not is_many:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, given)
            plans[statement] = [row[3] for row in cursor.fetchall()]

    with Session(database.engine) as session:  # not committed
        stage.add_office(session, 3)
        begin_now(session, Calendar(), PLAN, OPENING)
        if label != "opening":
            ask(session, phrases, Calendar(), session.get_one(Round, 1), OPENING)
        session.flush()
        plans.clear()
        STEPS[label](session, phrases)
    assert plans
    assert not [(plan, step) for plan, steps in plans.items() for step in steps if step.startswith("SCAN delivery")]


def test_a_claim_takes_what_waits_in_the_order_of_the_index(any_database: Database, phrases: Phrases) -> None:
    plans: list[str] = []

    @event.listens_for(any_database.engine, "before_cursor_execute")
    def look(_connection: Connection, cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        if "ORDER BY delivery.due_at, delivery.id" in statement:
            cursor.execute(("EXPLAIN QUERY PLAN " if any_database.is_sqlite else "EXPLAIN ") + statement, given)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    with Session(any_database.engine) as session:
        stage.add_office(session, 3)
        begin_now(session, Calendar(), PLAN, OPENING)
        ask(session, phrases, Calendar(), session.get_one(Round, 1), OPENING)
        if not any_database.is_sqlite:  # with three rows it would rather sort them
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort", "incremental_sort"):
                session.connection().exec_driver_sql(f"SET LOCAL enable_{way} = off")
        assert len(outbox.claim(session, LINE, OPENING, wanted, 8)) == 3
    assert plans
    for plan in plans:
        assert "ix_delivery_waiting" in plan
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan
