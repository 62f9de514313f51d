"""How a question does: share right, discrimination, hasty answers; of five people at least, of nobody by name."""

import json
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from content.phrases import Phrases
from participation.item_statistics import EASY, HARD, HASTY, WEAK, ItemStatistics, item_statistics, worth_a_look
from participation.key_changes import UnknownCode
from participation.rescoring import correct_key
from participation.shares import Share
from reports import item_quality
from store.database import Database
from store.tables import Delivery, QuestionVersion, Round
from tests.participation.rounds import CLOSES, OPENS, add_people, add_questions, add_unit, answer, link, open_round


def opened(session: Session, people: int, questions: int = 3) -> tuple[Round, list[int], list[int]]:
    """One unit with people, and a round of questions whose second option is right."""
    staff, asked = add_people(session, add_unit(session, "A"), people), add_questions(session, questions)
    return open_round(session, asked), staff, asked


def sent(session: Session, round_: Round, person: int, at: datetime, kind: str = "open", body: str = "{}") -> None:
    """A message went out to a person and was settled at that moment."""
    key = f"{kind}:{person}:{at.isoformat()}"
    session.add(
        Delivery(
            key=key, token=key, account_id=link(session, person, OPENS), person_id=person, channel="web", kind=kind,
            lane=1, round_id=round_.id if kind == "open" else None, body=body, due_at=at, state="sent", settled_at=at,
        )
    )  # fmt: skip


def of(session: Session, code: str = "cau-1") -> ItemStatistics:
    found = item_statistics(session, code)
    assert found is not None
    return found


def test_fewer_than_five_people_say_nothing(any_database: Database) -> None:
    with any_database.transaction() as session:
        round_, people, (first, *_) = opened(session, 6)
        for person in people[:4]:
            answer(session, round_, person, first, 1)
        assert item_statistics(session, "cau-1") is None
        assert worth_a_look(session, CLOSES) == []
        answer(session, round_, people[4], first, 2)
        found = of(session, " CAU-1 ")
        assert (found.code, found.people, str(found.right)) == ("cau-1", 5, "1/5 (20,0%)")
        assert (found.discrimination, found.fast, found.flags) == (None, None, (HARD,))
        with pytest.raises(UnknownCode):
            item_statistics(session, "cau-9")


def test_only_the_first_answer_of_people_who_are_counted_is_looked_at(any_database: Database) -> None:
    with any_database.transaction() as session:
        round_, people, (first, *_) = opened(session, 5)
        (newcomer,) = add_people(session, 1, 1)
        for place, person in enumerate([*people, newcomer]):
            answer(session, round_, person, first, 2 if place < 3 else 1)
        again = open_round(session, [first], OPENS + timedelta(days=7), CLOSES + timedelta(days=7))
        for person in people:
            answer(session, again, person, first, 2, days=7, hours=1)
        assert of(session).right == Share(3, 5)


@pytest.mark.parametrize(
    ("right", "flags"), [(20, (EASY,)), (19, (EASY,)), (18, ()), (7, ()), (6, (HARD,)), (0, (HARD,))]
)
def test_too_easy_begins_at_95_percent_and_too_hard_ends_at_30(
    database: Database, right: int, flags: tuple[str, ...]
) -> None:
    with database.transaction() as session:
        round_, people, (first, *_) = opened(session, 20)
        for place, person in enumerate(people):
            answer(session, round_, person, first, 2 if place < right else 1)
        assert of(session).flags == flags


def test_discrimination_is_the_correlation_with_the_rest(any_database: Database) -> None:
    """Worked by hand: 16 right here of whom 12 got the other one right, 16 wrong here of whom 4 did: r = 0.5."""
    with any_database.transaction() as session:
        round_, people, (first, second, _) = opened(session, 32)
        for place, person in enumerate(people):
            is_right = place < 16
            answer(session, round_, person, first, 2 if is_right else 1)
            knows = place < 12 or place >= 28
            answer(session, round_, person, second, 2 if knows else 3, hours=2)
        found = of(session)
        assert found.discrimination == pytest.approx(0.5)
        assert found.flags == ()
        # With A right as well nobody is wrong any more: nothing can be told apart.
        correct_key(session, "cau-1", {1, 2}, "Sai", "cli", CLOSES)
        assert (of(session).right, of(session).discrimination, of(session).flags) == (Share(32, 32), None, (EASY,))


def test_a_question_the_knowing_get_wrong_is_weak_and_thirty_people_are_needed(database: Database) -> None:
    with database.transaction() as session:
        round_, people, (first, second, _) = opened(session, 30)
        for place, person in enumerate(people):
            answer(session, round_, person, first, 2 if place < 15 else 1)
            if place:
                answer(session, round_, person, second, 1 if place < 15 else 2, hours=2)
        assert of(session).discrimination is None  # 29 have another answer
        answer(session, round_, people[0], second, 1, hours=2)
        found = of(session)
        assert found.discrimination == pytest.approx(-1.0)
        assert found.flags == (WEAK,)


def test_hasty_answers_are_measured_from_the_moment_of_asking(any_database: Database) -> None:
    with any_database.transaction() as session:
        round_, people, (first, second, _) = opened(session, 7)
        at = OPENS + timedelta(hours=1)
        asks = json.dumps({"choices": [["Một", f"answer:{round_.id}:{first}:1"]]}, ensure_ascii=False)
        for person in people[:3]:
            sent(session, round_, person, at - timedelta(seconds=3))
        sent(session, round_, people[3], at - timedelta(seconds=4))
        # Asked again by a reply: the last asking counts, and a later one not at all.
        sent(session, round_, people[4], OPENS)
        sent(session, round_, people[4], at - timedelta(seconds=2), "reply", asks)
        sent(session, round_, people[4], at + timedelta(seconds=2), "reply", asks)
        sent(session, round_, people[5], at + timedelta(seconds=1))  # sent after the answer: unknown
        for person in people:
            answer(session, round_, person, first)
            answer(session, round_, person, second, hours=1, seconds=2 if person < people[2] else 9)
        assert of(session).fast == Share(4, 5)
        assert HASTY in of(session).flags
        assert of(session, "cau-2").fast == Share(2, 7)  # from the answer before it
        assert HASTY in of(session, "cau-2").flags


def test_other_versions_with_the_same_options_belong_to_the_question(database: Database) -> None:
    with database.transaction() as session:
        round_, people, (first, *_) = opened(session, 5, 1)
        for person in people:
            answer(session, round_, person, first)
        old = session.get_one(QuestionVersion, first)
        old.current = False
        session.add(QuestionVersion(**old.model_dump(exclude={"id"}) | {"version": 2, "stem": "Mới?", "current": True}))
        session.flush()
        assert (of(session).stem, of(session).people) == ("Mới?", 5)
        newest = session.get_one(QuestionVersion, 2)
        newest.options = '["Khác", "Hẳn"]'
        session.add(newest)
        session.flush()
        assert item_statistics(session, "cau-1") is None


def test_the_eight_with_most_against_them_are_worth_a_look(database: Database, phrases: Phrases) -> None:
    with database.transaction() as session:
        round_, people, questions = opened(session, 5, 10)
        for place, question in enumerate(questions):
            for person in people:
                answer(session, round_, person, question, 1 if place else 2, seconds=10 * place + 10)
        found = worth_a_look(session, CLOSES)
        assert len(found) == 8
        assert {item.flags for item in found} == {(EASY,), (HARD,)}
        told = item_quality.listing(phrases, found)
        assert told.startswith(
            "Các câu hỏi trong 90 ngày qua nên xem lại (8 câu đầu):\n- cau-1: đúng 5/5 (100%); quá dễ (từ 95% đúng)\n"
        )
        assert worth_a_look(session, OPENS + timedelta(days=90)) == []  # long ago
        assert item_quality.listing(phrases, []).startswith("Chưa có câu hỏi nào trong 90 ngày qua cần xem lại.")


def test_one_question_in_words(phrases: Phrases) -> None:
    found = ItemStatistics("NN-01", "Câu gì?", 40, Share(10, 40), -0.125, Share(9, 40), (HARD, WEAK, HASTY))
    assert item_quality.one(phrases, found).splitlines() == [
        "Câu NN-01 · Câu gì?",
        "Số người trả lời lần đầu: 40",
        "Đúng: 10/40 (25,0%)",
        "Độ phân biệt: -0,12",
        "Trả lời trong 3 giây: 9/40 (22,5%)",
        "Nên xem lại: quá khó hoặc sai đáp án (tối đa 30% đúng); không phân biệt (độ phân biệt dưới 0,1);"
        " nhiều người chọn trong 3 giây (trên 20%).",
        "Số liệu gộp của toàn cơ quan, không theo người hay đơn vị.",
    ]
    plain = item_quality.one(phrases, ItemStatistics("NN-01", "Câu gì?", 5, Share(3, 5), None, None, ()))
    assert "chưa tính được (cần ít nhất 30 người)" in plain
    assert "Chưa thấy dấu hiệu cần xem lại." in plain
