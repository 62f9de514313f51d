"""Counters move with the people they count: once for each commit, never for a rollback, and not at all once final."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from participation import counters, exemptions, figures
from participation.answering import closing_moment
from participation.census import census
from participation.counting import Counts
from participation.figures import correct_exemption, corrections, counts_by_unit, round_figures
from store import migrations
from store.database import Database
from store.tables import Member, Round, RoundUnit
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, link, open_round

SOON = CLOSES + timedelta(minutes=5)  # within the grace


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


class Office:
    """Two units, the second below the first, two people each; a round is open."""

    def __init__(self, session: Session) -> None:
        self.top = add_unit(session, "A")
        self.below = add_unit(session, "B", self.top)
        self.people = [*add_people(session, self.top, 2), *add_people(session, self.below, 2)]
        self.questions = add_questions(session, 2)
        self.round = open_round(session, self.questions)
        self.round_id = self.round.id or 0


def _kept(session: Session) -> dict[int, Counts]:
    """What stands in the rows, with nothing written down first."""
    rows = session.connection().exec_driver_sql("SELECT unit_id, participants, rights FROM round_unit").all()
    return {unit: Counts(participants=people, rights=rights) for unit, people, rights in rows}


def test_a_change_stands_in_the_row_after_the_commit_and_not_before(any_database: Database) -> None:
    with any_database.transaction() as session:
        office = Office(session)
    with any_database.transaction() as session:
        for question in office.questions:
            answer(session, session.get_one(Round, office.round_id), office.people[2], question)
        assert _kept(session)[office.below] == Counts()
    with any_database.transaction() as session:
        assert _kept(session) == {office.top: Counts(), office.below: Counts(participants=1, rights=2)}


def test_what_is_rolled_back_is_not_counted(any_database: Database) -> None:
    with any_database.transaction() as session:
        office = Office(session)
    with Session(any_database.engine) as session:
        answer(session, session.get_one(Round, office.round_id), office.people[0], office.questions[0])
        session.rollback()
        answer(session, session.get_one(Round, office.round_id), office.people[1], office.questions[0])
        session.commit()
        kept = counters.of_units(session, office.round_id)
        assert kept[office.top].participants == 1
        assert kept == census(session, office.round_id)


def test_counts_read_in_the_same_transaction_hold_what_it_has_changed(session: Session) -> None:
    office = Office(session)
    answer(session, office.round, office.people[2], office.questions[0])
    assert counters.below(session, office.round_id, office.top).participants == 1
    assert counters.below(session, office.round_id, office.below).participants == 1
    assert counters.of_units(session, office.round_id, {office.top}) == {
        office.top: Counts(snapshot=2, absent_unconnected=2)
    }


async def test_transactions_that_touch_the_same_units_crosswise_do_not_stop_each_other(any_database: Database) -> None:
    """On PostgreSQL four of them run at once; written as they come, the changes would wait for each other in a ring."""
    with any_database.transaction() as session:
        office = Office(session)
    places = [office.top, office.below]

    def moves(session: Session, turn: int) -> None:
        for unit in places if turn % 2 else reversed(places):
            counters.add(session, office.round_id, unit, Counts(participants=1))

    await asyncio.gather(*(any_database.run(moves, turn) for turn in range(80)))
    with any_database.transaction() as session:
        assert {unit: counts.participants for unit, counts in _kept(session).items()} == dict.fromkeys(places, 80)


def test_final_counts_do_not_move(session: Session) -> None:
    office = Office(session)
    figures.freeze(session, office.round_id, CLOSES + timedelta(days=1))
    published = counts_by_unit(session, office.round)
    answer(session, office.round, office.people[0], office.questions[0])  # heard in time, dealt with a day late
    link(session, office.people[1], CLOSES + timedelta(days=2))
    assert counts_by_unit(session, office.round) == published
    assert all(row.is_final for row in session.exec(select(RoundUnit)))


def test_counts_kept_wrongly_are_put_right_before_they_are_published_and_told(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office(session)
    answer(session, office.round, office.people[0], office.questions[0])
    right = counts_by_unit(session, office.round)
    counters.add(session, office.round_id, office.below, Counts(participants=1))
    with caplog.at_level(logging.ERROR):
        figures.freeze(session, office.round_id, CLOSES + timedelta(days=1))
    assert counts_by_unit(session, office.round) == right
    assert f"unit {office.below}: counts were kept as" in caplog.text


def test_who_played_along_in_a_unit_the_round_does_not_know_is_in_no_figure(session: Session) -> None:
    office = Office(session)
    newcomer = add_people(session, add_unit(session, "C", office.top), 1)[0]
    known = add_people(session, office.below, 1)[0]
    for person in (newcomer, known):
        for question in office.questions:
            answer(session, office.round, person, question)
    assert {unit: counts.outside for unit, counts in counts_by_unit(session, office.round).items()} == {
        office.top: 0,
        office.below: 1,
    }


def test_leave_entered_within_the_grace_steps_back_for_an_answer_that_still_counts(session: Session) -> None:
    office = Office(session)
    office.round.state = "closed"
    correct_exemption(session, office.round_id, office.people[0], "Đi công tác", "BINH", SOON)
    told = round_figures(session, office.round_id, office.top, SOON)
    assert told is not None
    assert told.corrected is not None
    assert str(told.corrected.participation) == "0/3 (0%)"
    answer(session, office.round, office.people[0], office.questions[0], hours=(SOON - OPENS).total_seconds() / 3600)
    told = round_figures(session, office.round_id, office.top, closing_moment(office.round))
    assert told is not None
    assert (str(told.participation), told.corrected) == ("1/4 (25,0%)", None)
    figures.freeze(session, office.round_id, CLOSES + timedelta(days=1))
    assert corrections(session, office.round_id, office.top) == []


def test_a_correction_takes_out_what_its_person_counts_for_at_freezing(session: Session) -> None:
    """Whoever links an account between the correction and the freezing is counted as connected, and corrected so."""
    office = Office(session)
    office.round.state = "closed"
    correct_exemption(session, office.round_id, office.people[0], "Nghỉ phép", "BINH", SOON)
    link(session, office.people[0], SOON)
    figures.freeze(session, office.round_id, CLOSES + timedelta(days=1))
    told = round_figures(session, office.round_id, office.top, CLOSES + timedelta(days=2))
    assert told is not None
    assert told.corrected is not None
    assert (str(told.connected), str(told.corrected.connection)) == ("1/4 (25,0%)", "0/3 (0%)")


def test_counts_are_carried_over_by_the_migration_open_and_final_ones(any_database: Database) -> None:
    with any_database.transaction() as session:
        office = Office(session)
        for person in office.people[:3]:
            link(session, person, OPENS)
        exemptions.enter(session, office.people[1], OPENS.date(), CLOSES.date(), "phép", "test", OPENS)
        newcomer = add_people(session, office.below, 1)[0]
        for person in (office.people[0], newcomer):
            for question in office.questions:
                answer(session, office.round, person, question)
        figures.freeze(session, office.round_id, CLOSES + timedelta(days=1))
        later = open_round(session, office.questions, OPENS + timedelta(days=7), CLOSES + timedelta(days=7))
        answer(session, later, office.people[3], office.questions[0], days=7, hours=1)
    before = _everything(any_database)
    migrations.downgrade(any_database.engine, "0005")
    migrations.upgrade(any_database.engine)
    assert _everything(any_database) == before
    assert [(row["is_final"], row["exempt"], row["outside"]) for row in before[0]] == [
        *((True, 1, 0), (True, 0, 1)),
        *((False, 0, 0), (False, 0, 0)),
    ]


def _everything(database: Database) -> tuple[list[dict[str, Any]], list[tuple[int, bool, bool]]]:
    with database.transaction() as session:
        units = session.exec(select(RoundUnit).order_by(RoundUnit.round_id, RoundUnit.unit_id)).all()  # type: ignore[arg-type]
        running = select(Member).join(Round).where(Round.state != "frozen").order_by(Member.person_id)  # type: ignore[arg-type]
        members = [(one.person_id, one.connected, one.withdrawn) for one in session.exec(running)]
        return [unit.model_dump() for unit in units], members
