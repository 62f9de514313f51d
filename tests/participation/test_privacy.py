"""Erasing: nothing is left to be counted twice, leavers go after thirty days, and strangers keep their post."""

from datetime import timedelta

from sqlmodel import select

from participation import figures, privacy
from participation.figures import counts_by_unit
from store.database import Database
from store.tables import Account, Answer, Member, Person, Placement
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, link, open_round


def test_who_erases_joins_anew_and_answers_again_is_counted_once(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        (an,) = add_people(session, unit, 1)
        questions = add_questions(session, 2)
        round_ = open_round(session, questions)
        link(session, an, OPENS)
        answer(session, round_, an, questions[0])
        privacy.erase(session, an, OPENS + timedelta(hours=2))
        assert counts_by_unit(session, round_)[unit].participants == 0
        assert counts_by_unit(session, round_)[unit].withdrawn == 1
        link(session, an, OPENS + timedelta(hours=3))
        answer(session, round_, an, questions[0], hours=4)
        counts = counts_by_unit(session, round_)[unit]
        assert (counts.participants, counts.finished, counts.withdrawn) == (1, 0, 0)


def test_frozen_counts_stay_and_the_score_behind_them_goes(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        (an,) = add_people(session, unit, 1)
        questions = add_questions(session, 1)
        round_ = open_round(session, questions)
        link(session, an, OPENS)
        answer(session, round_, an, questions[0])
        figures.freeze(session, round_.id or 0, CLOSES + timedelta(days=1))
        privacy.erase(session, an, CLOSES + timedelta(days=2))
        counts = counts_by_unit(session, round_)[unit]
        assert (counts.participants, counts.finished, counts.rights) == (1, 1, 1)
        session.expire_all()
        assert session.get_one(Member, (round_.id, an)).rights == 0
        assert session.exec(select(Answer)).all() == []


def test_a_leaver_is_erased_after_thirty_days_and_nobody_else_is(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit = add_unit(session, "A")
        an, chi = add_people(session, unit, 2)
        for person in (an, chi):
            link(session, person, OPENS)
        session.get_one(Person, an).status = "left"
        session.add(Placement(person_id=an, unit_id=unit, title="", status="left", from_at=OPENS))
        session.flush()
        assert privacy.erase_leavers(session, OPENS + timedelta(days=29)) == 0
        assert privacy.erase_leavers(session, OPENS + timedelta(days=31)) == 1
        assert privacy.erase_leavers(session, OPENS + timedelta(days=32)) == 0
        assert [one.name for one in session.exec(select(Person).order_by(Person.staff_code))] == ["", "Người 2"]
        assert session.exec(select(Account.person_id).where(Account.state == "active")).all() == [chi]
