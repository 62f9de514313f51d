"""Correcting a key in chat: shown first, done on a word, by content admins alone."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, command, respond, with_words
from bot.heard import TEXT, Heard
from content.message import Message
from content.phrases import Phrases
from store.database import Database
from store.tables import Account, Answer, AuditEntry, Delivery, Grant, KeyCorrection, Plan, QuestionVersion
from tests.participation.rounds import LONG_AGO, OPENS, add_people, add_questions, add_unit, answer, link, open_round

WHY = "Đối chiếu lại Điều 9: khoản 2"


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """A content admin speaks; six people answered question 1 with A, A, B, B, C, C, the admin with A."""
    with database.transaction() as session:
        unit = add_unit(session, "A")
        admin, *people = add_people(session, unit, 7)
        session.add(Grant(person_id=admin, role="content_admin", from_on=LONG_AGO))
        account = session.get_one(Account, link(session, admin, OPENS))
        for person in people[:3]:
            link(session, person, OPENS)
        round_ = open_round(session, add_questions(session, 1))
        session.exec(select(Plan)).one().active = False  # its shape is empty, and it asks for no caps
        for place, person in enumerate(people):
            answer(session, round_, person, 1, 1 + place // 2)
        answer(session, round_, admin, 1, 1)
        house = House(phrases, "Sở Mẫu", b"key", "1", {})
        yield Talk(session, house, account, OPENS + timedelta(hours=2))


def say(talk: Talk, text: str) -> Message:
    (message,) = respond(talk, Heard(talk.account.channel, talk.account.address, TEXT, talk.now, text))
    return message


def key(session: Session) -> list[int]:
    session.expire_all()
    found: list[int] = json.loads(session.get_one(QuestionVersion, 1).right_options)
    return found


@pytest.mark.parametrize("said", ["/suadapan", "sửa đáp án", "Sua dap an.", "SUADAPAN"])
def test_the_command_alone_explains_itself(talk: Talk, said: str) -> None:
    assert command(said) == "suadapan"
    assert "/suadapan NN-01 B" in say(talk, said).text


@pytest.mark.parametrize("said", ["/suadapan cau-1 A", "sửa đáp án cau-1 A", "Sua Dap An cau-1 a", "suadapan cau-1 1"])
def test_what_it_would_do_is_shown_and_nothing_is_written(talk: Talk, said: str) -> None:
    shown = say(talk, f"{said} {WHY}")
    assert shown.text.splitlines() == [
        "Sửa đáp án câu cau-1",
        "Tình huống 1?",
        "A. Một",
        "B. Hai",
        "C. Ba",
        "Đáp án đang dùng: B. Đáp án mới: A.",
        f"Lý do: {WHY}",
        "Đã có 7 câu trả lời; 3 câu trả lời trong 1 đợt sẽ được tính lại là đúng. Không ai bị trừ điểm."
        " Chưa ghi dữ liệu nào.",
    ]
    assert [choice.label for choice in shown.choices] == ["Sửa đáp án", "Hủy"]
    assert key(talk.session) == [2]
    assert talk.session.exec(select(KeyCorrection)).all() == []


def test_confirmed_it_is_done_told_and_noted(talk: Talk) -> None:
    confirm, cancel = say(talk, f"/suadapan cau-1 A {WHY}").choices
    assert "chọn một mục" in act(talk, cancel.action).text
    done = act(talk, confirm.action)
    assert done.text.startswith(
        "Đã sửa đáp án câu cau-1: từ B thành A.\n3 câu trả lời trong 1 đợt nay được tính là đúng. 3 người được báo"
    )
    assert "tham gia và hoàn thành không đổi" in done.text
    assert "Lời giải thích của câu hỏi chưa đổi" in done.text
    assert key(talk.session) == [1]
    (kept,) = talk.session.exec(select(KeyCorrection)).all()
    assert (kept.reason, kept.entered_by) == (WHY, f"person {talk.person_id}")
    (act_,) = talk.session.exec(select(AuditEntry).where(AuditEntry.act == "correct_key")).all()
    assert act_.actor == f"person {talk.person_id}"
    notes = talk.session.exec(select(Delivery).where(Delivery.kind == "rekey").order_by(col(Delivery.id))).all()
    assert {note.key for note in notes} == {f"rekey:{kept.id}:{person}" for person in (1, 2, 3)}
    assert "Phương án đúng: Một" in Message.loads(notes[0].body).text
    assert "đang dùng đúng đáp án A" in act(talk, confirm.action).text  # pressed twice


def test_several_right_options_may_be_named(talk: Talk) -> None:
    shown = say(talk, f"/suadapan cau-1 A,B {WHY}")
    act(talk, shown.choices[0].action)
    assert key(talk.session) == [1, 2]
    assert sum(talk.session.exec(select(Answer.is_right))) == 5


def test_what_was_shown_must_still_stand(talk: Talk) -> None:
    first = say(talk, f"/suadapan cau-1 A {WHY}").choices[0]
    second = say(talk, f"/suadapan cau-1 C {WHY}").choices[0]
    act(talk, second.action)
    assert "đã được sửa trong lúc Anh/Chị xem" in act(talk, first.action).text
    assert key(talk.session) == [3]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/suadapan cau-1 vì sai", "mã câu hỏi, đáp án đúng và lý do"),
        ("/suadapan cau-1", "mã câu hỏi, đáp án đúng và lý do"),
        ("/suadapan cau-9 A lý do", "mang mã cau-9"),
        ("/suadapan cau-1 B lý do", "đang dùng đúng đáp án B"),
        ("/suadapan cau-1 E lý do", "từ A đến C"),
        ("/suadapan cau-1 A,B,C lý do", "mọi phương án"),
        ("/suadapan cau-1 A", "viết thêm lý do"),
        (f"/suadapan cau-1 A {'lý do ' * 60}", "Lý do dài quá 300 ký tự"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(talk: Talk, said: str, told: str) -> None:
    message = say(talk, said)
    assert told in message.text
    assert message.choices == ()
    assert key(talk.session) == [2]


def test_for_others_the_command_does_not_exist(talk: Talk) -> None:
    confirm = say(talk, f"/suadapan cau-1 A {WHY}").choices[0]
    grant = talk.session.exec(select(Grant)).one()
    grant.role = "roster_admin"
    talk.session.add(grant)
    talk.session.flush()
    unknown = talk.house.phrases("menu.unclear")
    assert say(talk, "/suadapan").text == unknown
    assert say(talk, f"/suadapan cau-1 A {WHY}").text == unknown
    assert act(talk, confirm.action).text == unknown
    assert key(talk.session) == [2]


def test_words_behind_the_command_stay_as_typed() -> None:
    assert with_words("Sửa đáp án NN-01 B Vì Điều 9") == ("sua dap an", "NN-01 B Vì Điều 9")
