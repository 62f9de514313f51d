"""A corrected key: answers only rise, published figures stay, participation never moves, the recount agrees."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from content.entries import Grade, Kind, Question
from content.library import load_library
from content.publishing import Published, publish
from participation import answering, figures, recalling
from participation.counting import Counts
from participation.figures import counts_by_unit, round_figures
from participation.key_changes import AllRight, NoReason, NoSuchOption, SameKey, UnknownCode
from participation.option_keys import letters, read_key
from participation.periods import period_figures
from participation.privacy import erase
from participation.recount import recount
from participation.refusals import Refusal
from participation.rescoring import correct_key, prospect
from store import ledger
from store.database import Database
from store.tables import (
    Answer,
    AuditEntry,
    Correction,
    KeyCorrection,
    Member,
    Occurrence,
    QuestionVersion,
    Recall,
    RecallAsk,
    Round,
)
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, open_round

LATER = OPENS + timedelta(hours=2)
FROZEN = CLOSES + timedelta(days=1)
AFTER = FROZEN + timedelta(days=2)
WHY = "Đã đối chiếu lại Điều 9"


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        ("B", (2,), ""),
        ("b lý do", (2,), "lý do"),
        ("2 Sai đáp án", (2,), "Sai đáp án"),
        ("B,D vì đã đổi luật", (2, 4), "vì đã đổi luật"),
        ("D, b; A  hai\nba", (1, 2, 4), "hai\nba"),
        ("1+3", (1, 3), ""),
        ("B,B", (2,), ""),
        ("", (), ""),
        ("BD lý do", (), "BD lý do"),
        ("à lý do", (), "à lý do"),
        ("phương án B", (), "phương án B"),
    ],
)
def test_a_key_is_read_from_the_beginning_of_a_text(text: str, key: tuple[int, ...], rest: str) -> None:
    assert read_key(text) == (key, rest)


def test_options_are_shown_as_letters() -> None:
    assert (letters((2,)), letters((1, 4))) == ("B", "A, D")


def test_scenario_28_two_hundred_answers_and_the_key_was_wrong(any_database: Database) -> None:
    """Question 1: 60 chose A, 120 chose B (the key), 20 chose C. Right is A. All but ten finished."""
    with any_database.transaction() as session:
        one = add_unit(session, "A")
        two = add_unit(session, "B", one)
        people = add_people(session, one, 120) + add_people(session, two, 90)
        first, second = add_questions(session, 2)
        round_ = open_round(session, [first, second])
        for place, person in enumerate(people[:200]):
            answer(session, round_, person, first, 1 if place % 10 < 3 else 2 if place % 10 < 9 else 3)
            if place >= 10:
                answer(session, round_, person, second, 2)
    with any_database.transaction() as session:
        chosen = {option: 0 for option in (1, 2, 3)}
        for one_answer in session.exec(select(Answer).where(Answer.question_version_id == first)):
            chosen[one_answer.option] += 1
        assert chosen == {1: 60, 2: 120, 3: 20}
        figures.freeze(session, round_.id or 0, FROZEN)
    with any_database.transaction() as session:
        published = round_figures(session, round_.id or 0, one, AFTER)
        assert published is not None
        assert (str(published.participation), str(published.completion)) == ("200/210 (95,2%)", "190/210 (90,5%)")
        assert (str(published.score), published.corrected) == ("304/380 (80,0%)", None)
        expected = prospect(session, "CAU-1", {1})
        assert (expected.answers, expected.raised, expected.rounds) == (200, 60, 1)
        done = correct_key(session, "cau-1", {1}, WHY, "person 1", AFTER)
    assert (done.before, done.after, done.raised, done.rounds) == ((2,), (1,), 60, 1)
    assert len(done.people) == 60
    with any_database.transaction() as session:
        again = round_figures(session, round_.id or 0, one, AFTER)
        assert again is not None
        assert again.counts == published.counts
        assert again.corrected is not None
        # Of the 60 three had not finished: a score is that of the people who did.
        assert (again.corrected.rights, again.corrected.questions) == (304 + 57, 380)
        assert (again.corrected.participants, again.corrected.finished) == (200, 190)
        written = session.exec(select(Correction).order_by(col(Correction.unit_id))).all()
        assert [(row.unit_id, row.person_id, row.reason, row.entered_by) for row in written] == [
            (one, None, WHY, "person 1"),
            (two, None, WHY, "person 1"),
        ]
        rises = [json.loads(row.after)["rights"] - json.loads(row.before)["rights"] for row in written]
        assert rises == [33, 24]
        assert (
            recount(session, round_.id or 0).differs(counts_by_unit(session, session.get_one(Round, round_.id))) == []
        )
        (kept,) = session.exec(select(KeyCorrection)).all()
        assert (kept.question_code, kept.before, kept.after, kept.raised) == ("cau-1", "[2]", "[1]", 60)
        (act,) = session.exec(select(AuditEntry).where(AuditEntry.act == "correct_key")).all()
        assert (act.actor, act.subject, json.loads(act.body)["reason"]) == ("person 1", "question cau-1", WHY)
        assert ledger.broken_link(session) is None


def small_round(session: Session) -> tuple[int, list[int], list[int]]:
    """Six people of one unit answered question 1 with A, A, B, B, C, C, the first five question 2 rightly."""
    unit = add_unit(session, "A")
    people, questions = add_people(session, unit, 7), add_questions(session, 2)
    round_ = open_round(session, questions)
    for place, person in enumerate(people[:6]):
        answer(session, round_, person, questions[0], 1 + place // 2)
        if place < 5:
            answer(session, round_, person, questions[1], 2, hours=1.5)
    return unit, people, questions


def rights(session: Session, unit: int) -> Counts:
    found = round_figures(session, 1, unit, AFTER)
    assert found is not None
    return found.counts


@pytest.mark.parametrize("state", ["open", "closed"])
def test_a_round_that_is_not_final_simply_shows_the_new_rights(any_database: Database, state: str) -> None:
    with any_database.transaction() as session:
        unit, people, _ = small_round(session)
        before = rights(session, unit)
        session.get_one(Round, 1).state = state
        done = correct_key(session, "cau-1", {3}, WHY, "cli", LATER)
        assert (done.raised, done.people) == (2, tuple(people[4:6]))
        after = rights(session, unit)
        assert after == before + Counts(rights=1)  # the sixth has not finished
        assert session.exec(select(Correction)).all() == []
        assert recount(session, 1).differs(counts_by_unit(session, session.get_one(Round, 1))) == []
        assert [session.get_one(Member, (1, person)).rights for person in people] == [1, 1, 2, 2, 2, 1, 0]
        figures.freeze(session, 1, LATER)  # the same moment, and after it: what was raised belongs to the final figure
        assert recount(session, 1).differs(counts_by_unit(session, session.get_one(Round, 1))) == []
        assert rights(session, unit) == after


def test_two_corrections_only_ever_raise_and_the_published_score_stays(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit, people, _ = small_round(session)
        figures.freeze(session, 1, FROZEN)
        published = rights(session, unit)
        assert correct_key(session, "cau-1", {3}, WHY, "cli", FROZEN).raised == 2
        assert correct_key(session, "cau-1", {1}, WHY, "cli", AFTER).raised == 2
        assert [row.is_right for row in session.exec(select(Answer).where(Answer.question_version_id == 1))] == [
            True
        ] * 6
        found = round_figures(session, 1, unit, AFTER)
        assert found is not None
        assert found.counts == published
        assert found.corrected == published + Counts(rights=3)
        assert [
            json.loads(row.after)["rights"] for row in session.exec(select(Correction).order_by(col(Correction.id)))
        ] == [8, 10]
        assert recount(session, 1).differs(counts_by_unit(session, session.get_one(Round, 1))) == []
        raised = session.exec(select(Answer.raised_at).where(Answer.person_id == people[4])).first()
        assert raised is not None
        assert raised > FROZEN  # later than the freezing even when both happened at one moment


def test_later_answers_are_judged_by_the_new_key_and_periods_follow(any_database: Database) -> None:
    with any_database.transaction() as session:
        unit, people, questions = small_round(session)
        round_ = session.get_one(Round, 1)
        correct_key(session, "cau-1", {1}, WHY, "cli", LATER)
        verdict = answering.answer(session, people[6], 1, questions[0], 2, None, LATER)
        assert not verdict.is_right
        assert json.loads(verdict.question.right_options) == [1]
        round_.state = "closed"
        session.add(round_)
        session.flush()
        day = CLOSES.date()
        topics = period_figures(session, unit, day, day).topics
        # Question 1: A twice and B twice; question 2: five; out of 12 first answers.
        assert str(topics["giao-tiep"]) == "9/12 (75,0%)"


def test_every_version_with_the_same_options_is_put_right_and_becomes_the_offices(any_database: Database) -> None:
    with any_database.transaction() as session:
        add_questions(session, 1)
        first = session.get_one(QuestionVersion, 1)
        first.current = False
        same = dict(first.model_dump(exclude={"id"}))
        session.add(QuestionVersion(**same | {"version": 2, "stem": "Khác?", "current": True}))
        session.add(QuestionVersion(**same | {"version": 3, "state": "draft"}))
        session.add(QuestionVersion(**same | {"version": 4, "state": "draft", "right_options": "[3]"}))
        session.add(QuestionVersion(**same | {"version": 5, "options": '["Hai", "Một"]'}))
        session.flush()
        correct_key(session, "cau-1", [1], WHY, "cli", AFTER)
        rows = session.exec(select(QuestionVersion).order_by(col(QuestionVersion.version))).all()
        assert [row.right_options for row in rows] == ["[1]", "[1]", "[1]", "[3]", "[2]"]
        assert [row.origin for row in rows] == ["office", "office", "office", "library", "library"]
        as_value = Question(
            "cau-1", "giao-tiep", 1, Kind.SITUATION, "Khác?", ("Một", "Hai", "Ba"), (1,), "Vì vậy.", "", "", None,
            Grade.TEXT,
        )  # fmt: skip
        assert rows[1].checksum == as_value.checksum


def test_the_library_that_ships_does_not_bring_the_wrong_key_back(database: Database) -> None:
    library = load_library(Path(__file__).parents[2] / "content" / "library")
    code = next(code for code, question in library.questions.items() if question.right == (2,))
    with database.transaction() as session:
        publish(session, library, OPENS)
        correct_key(session, code, {1}, WHY, "cli", AFTER)
    with database.transaction() as session:
        assert publish(session, library, AFTER) == Published(0, 0)
        (current,) = session.exec(select(QuestionVersion).where(QuestionVersion.code == code)).all()
        assert (current.right_options, current.origin, current.current) == ("[1]", "office", True)
        assert current.checksum == replace(library.questions[code], right=(1,)).checksum


def test_an_old_wrong_key_can_be_corrected_after_a_new_version_has_the_right_one(database: Database) -> None:
    with database.transaction() as session:
        small_round(session)
        first = session.get_one(QuestionVersion, 1)
        first.current = False
        same = dict(first.model_dump(exclude={"id"}))
        session.add(QuestionVersion(**same | {"version": 2, "right_options": "[1]", "current": True}))
        session.flush()
        done = correct_key(session, "cau-1", [1], WHY, "cli", AFTER)
        assert (done.before, done.after, done.raised) == ((2,), (1,), 2)
        with pytest.raises(SameKey):
            correct_key(session, "cau-1", [1], WHY, "cli", AFTER)


@pytest.mark.parametrize(
    ("code", "right", "reason", "refusal"),
    [
        ("cau-1", {2}, WHY, SameKey),
        ("cau-9", {1}, WHY, UnknownCode),
        ("", {1}, WHY, UnknownCode),
        ("cau-1", {4}, WHY, NoSuchOption),
        ("cau-1", {0, 1}, WHY, NoSuchOption),
        ("cau-1", set(), WHY, NoSuchOption),
        ("cau-1", {1, 2, 3}, WHY, AllRight),
        ("cau-1", {1}, " \n", NoReason),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    database: Database, code: str, right: set[int], reason: str, refusal: type[Refusal]
) -> None:
    with database.transaction() as session:
        small_round(session)
    with database.transaction() as session:
        before = [row.model_dump() for row in session.exec(select(QuestionVersion))]
        with pytest.raises(refusal) as raised:
            correct_key(session, code, right, reason, "cli", AFTER)
        assert raised.value.key.startswith("rekey.")
        assert not session.dirty
        assert not session.new
        assert [row.model_dump() for row in session.exec(select(QuestionVersion))] == before
        assert session.exec(select(KeyCorrection)).all() == []
        assert session.exec(select(AuditEntry)).all() == []


def test_reviews_turn_right_too_and_the_question_comes_back_as_late_as_after_a_right_answer(
    any_database: Database,
) -> None:
    with any_database.transaction() as session:
        _, people, _ = small_round(session)
        occurrence = Occurrence(plan_id=1, kind="review", due_at=OPENS, fires_at=OPENS)
        session.add(occurrence)
        session.flush()
        # The first answered wrong in a review too, the second rightly by the key of then: that was the last word.
        for place, option in ((0, 1), (1, 2), (2, 3)):
            ask = RecallAsk(
                person_id=people[place], occurrence_id=occurrence.id or 0, question_version_id=1, position=1,
                asked_at=OPENS,
            )  # fmt: skip
            session.add(ask)
            session.flush()
            recalling.answer(session, people[place], ask.id or 0, option, LATER)
        done = correct_key(session, "cau-1", {1}, WHY, "cli", AFTER)
        assert (done.raised, done.people) == (2, tuple(people[:2]))
        assert [row.is_right for row in session.exec(select(RecallAsk).order_by(col(RecallAsk.id)))] == [
            True,
            True,
            False,
        ]
        spaced = [session.get_one(Recall, (person, "cau-1")) for person in people[:3]]
        assert [row.rights_in_row for row in spaced] == [1, 1, 0]
        days = [row.due_at - LATER if row.due_at else None for row in spaced]
        assert days == [timedelta(days=24), timedelta(days=24), timedelta(days=12)]
        assert spaced[0].first_right_at == LATER


def test_an_erased_person_is_neither_raised_nor_told(database: Database) -> None:
    with database.transaction() as session:
        unit, people, _ = small_round(session)
        figures.freeze(session, 1, FROZEN)
        erase(session, people[0], FROZEN)
        done = correct_key(session, "cau-1", {1}, WHY, "cli", AFTER)
        assert (done.raised, done.people) == (1, (people[1],))
        found = round_figures(session, 1, unit, AFTER)
        assert found is not None
        assert found.corrected == found.counts + Counts(rights=1)


def test_an_answer_given_meanwhile_is_waited_for_and_raised_too(any_database: Database) -> None:
    with any_database.transaction() as session:
        _, people, questions = small_round(session)
    done = []

    def correct() -> None:
        with any_database.transaction() as session:
            done.append(correct_key(session, "cau-1", {1}, WHY, "cli", LATER))

    with any_database.transaction() as session:
        answering.answer(session, people[6], 1, questions[0], 1, None, LATER)
        session.flush()
        other = threading.Thread(target=correct)
        other.start()
        other.join(0.3)
        assert done == []  # it waits for the one who is being judged by the old key
    other.join(20)
    assert done[0].people == (people[0], people[1], people[6])
