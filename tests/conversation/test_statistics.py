"""Figures in talk: what is not theirs answers like what does not exist, and the attempt is remembered."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, command
from content.phrases import Phrases
from store.database import Database
from store.tables import Account, AuditEntry, Duty, Member, Person, Plan, QuestionVersion, UnitLineage
from tests.participation.rounds import (
    CLOSES,
    LONG_AGO,
    OPENS,
    add_people,
    add_questions,
    add_unit,
    answer,
    link,
    open_round,
)


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """The head of unit 1 speaks; unit 2 is somebody else's."""
    with database.transaction() as session:
        one, two = add_unit(session, "A"), add_unit(session, "B")
        (head,) = add_people(session, one, 1)
        add_people(session, two, 6)
        session.add(Duty(person_id=head, unit_id=one, kind="head", from_on=LONG_AGO))
        account = session.get_one(Account, link(session, head, OPENS))
        open_round(session, add_questions(session, 1))
        session.exec(select(Plan)).one().active = False  # its shape says nothing of caps
        house = House(phrases, "Sở Mẫu", b"key", "1", {})
        yield Talk(session, house, account, OPENS + timedelta(hours=1))


def subjects(session: Session) -> list[str]:
    """What was refused, in order."""
    return list(session.exec(select(AuditEntry.subject).where(AuditEntry.act == "refused_unit")))


@pytest.mark.parametrize(
    "action",
    [
        "figures:{}",
        "missing:{}",
        "absent:1:{}",
        "units:1:{}",
        "figures:{}:1",
        "weak:{}",
        "nudge:{}:1",
        "nudge:{}",
        "nudgeok:{}:1",
    ],
)
def test_another_unit_answers_like_one_that_does_not_exist(talk: Talk, action: str) -> None:
    theirs, nobodys = act(talk, action.format(2)), act(talk, action.format(999))
    assert theirs == nobodys
    assert theirs.text.startswith("Mục này dành cho trưởng, phó đơn vị.")
    assert subjects(talk.session) == ["unit 2", "unit 999"]


@pytest.mark.parametrize(
    "action", ["figures:1", "missing:1", "absent:1:1", "units:1:1", "figures:1:1", "weak:1", "nudge:1"]
)
def test_their_own_unit_answers(talk: Talk, action: str) -> None:
    assert "Đơn vị A" in act(talk, action).text
    assert subjects(talk.session) == []


@pytest.mark.parametrize(
    "action", ["", "nonsense", "drop:table", "answer:1:999:1", "card:999", "export:1", "pause:999"]
)
def test_an_odd_action_never_raises(talk: Talk, action: str) -> None:
    assert act(talk, action).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("thống kê", "thongke"),
        ("thong ke", "thongke"),
        ("TK", "thongke"),
        ("/thongke", "thongke"),
        ("Thống  kê.", "thongke"),
        (unicodedata.normalize("NFD", "thống kê"), "thongke"),
        ("/chuathamgia", "chuathamgia"),
        ("Chưa tham gia?", "chuathamgia"),
        ("/tracnghiem", "tracnghiem"),
        ("làm tiếp", "tracnghiem"),
        ("Nhắc nhẹ", "nhacnhe"),
        ("/nhacnhe", "nhacnhe"),
        ("chủ đề", "chude"),
        ("thống kê giúp tôi", ""),
        ("", ""),
    ],
)
def test_commands_are_known_with_and_without_slash_and_diacritics(typed: str, meant: str) -> None:
    assert command(typed) == meant


def below(talk: Talk, *sizes: int) -> list[int]:
    """Units of these sizes below unit 1, and a round that knows them; returns their ids."""
    units = [add_unit(talk.session, f"A{number}", 1) for number in range(1, len(sizes) + 1)]
    for unit, size in zip(units, sizes, strict=True):
        add_people(talk.session, unit, size)
    question = talk.session.exec(select(QuestionVersion.id)).one()
    round_ = open_round(talk.session, [question or 0])
    for member in talk.session.exec(select(Member).where(Member.round_id == round_.id)):
        if member.unit_id in units and member.person_id % 2:
            answer(talk.session, round_, member.person_id, question or 0)
    return units


@pytest.mark.parametrize(
    "action",
    ["figures:{}:2", "figures:{}", "units:2:{}", "weak:{}", "nudge:{}:2", "nudgeok:{}:2", "absent:2:{}", "missing:{}"],
)
def test_a_hidden_unit_answers_from_above_like_one_that_does_not_exist(talk: Talk, action: str) -> None:
    """Of three below, one has three people; the next smallest is hidden with it, only the third can be asked for."""
    small, other, shown = below(talk, 3, 6, 20)
    nobodys = act(talk, action.format(999))
    for unit in (small, other):
        assert act(talk, action.format(unit)) == nobodys
    assert act(talk, action.format(shown)) != nobodys
    assert subjects(talk.session) == ["unit 999", f"unit {small}", f"unit {other}"]


def test_each_child_unit_that_is_shown_leads_to_its_figures_a_screen_at_a_time(talk: Talk) -> None:
    units = below(talk, *([20] * 9), 60, 6)
    first = act(talk, "units:2:1")
    assert first.text.index("Trên 50 người:") < first.text.index("Từ 16 đến 50 người:")
    assert "(trang 1/2)" in first.text
    assert [choice.label for choice in first.choices[-2:]] == ["Các đơn vị tiếp theo", "Về số liệu chung"]
    second = act(talk, first.choices[-2].action)
    led = [choice.action for choice in (*first.choices, *second.choices) if choice.action.startswith("figures:")]
    assert {int(action.split(":")[1]) for action in led} - {1} <= set(units)
    told = act(talk, first.choices[0].action)
    assert "Đơn vị A10 · Đợt 2" in told.text
    assert [choice.label for choice in told.choices] == ["Chủ đề còn yếu", "Nhắc nhẹ"]


def test_what_was_hidden_in_the_round_before_is_not_told_beside_this_one(talk: Talk) -> None:
    """Unit A1 had four people and has twenty now: from above its earlier figure stays hidden."""
    small, *_ = below(talk, 4, 6, 30)
    add_people(talk.session, small, 16)
    question = talk.session.exec(select(QuestionVersion.id)).one()
    open_round(talk.session, [question or 0])
    told = act(talk, f"figures:{small}:3")
    assert "Tham gia: 0/20 (0%)\n" in told.text
    assert "Đợt trước" not in [choice.label for choice in told.choices]
    talk.session.add(Duty(person_id=talk.person_id, unit_id=small, kind="deputy", from_on=LONG_AGO))
    talk.session.flush()
    assert ", đợt trước 2/4 (50,0%)" in act(talk, f"figures:{small}:3").text


def test_a_small_unit_is_told_to_its_own_head_without_results(talk: Talk) -> None:
    told = act(talk, "figures:1:1").text
    assert "Tham gia: 0/1 (0%)" in told
    assert "Đơn vị có 1 người nên không hiển thị kết quả trả lời" in told
    assert "mỗi chủ đề có dưới 5 người" in act(replace(talk, now=CLOSES + timedelta(days=1)), "weak:1").text


def test_a_merged_unit_finds_its_rounds_from_before_and_says_so(talk: Talk) -> None:
    one, two = below(talk, 6, 8)
    merged = add_unit(talk.session, "M", 1)
    talk.session.add_all(UnitLineage(unit_id=merged, predecessor_id=old) for old in (one, two))
    talk.session.add(Duty(person_id=talk.person_id, unit_id=merged, kind="head", from_on=LONG_AGO))
    talk.session.flush()
    before = act(talk, f"figures:{merged}").text
    assert "Đơn vị M · Đợt 2" in before
    assert "số liệu gộp của: Đơn vị A1; Đơn vị A2." in before
    assert "Tham gia: 7/14 (50,0%)" in before
    for person in talk.session.exec(select(Person).where(col(Person.unit_id).in_((one, two)))):
        person.unit_id = merged
    question = talk.session.exec(select(QuestionVersion.id)).one()
    open_round(talk.session, [question or 0])
    now = act(talk, f"figures:{merged}").text
    assert "Tham gia: 0/14 (0%), đợt trước 7/14 (50,0%)" in now
    assert "Đợt trước tính theo đơn vị trước khi sáp nhập, đổi tên hoặc chia tách: Đơn vị A1; Đơn vị A2." in now


def test_names_come_a_screen_at_a_time_the_unconnected_with_what_to_do(talk: Talk) -> None:
    people = add_people(talk.session, 1, 44)
    for person in people[:30]:
        link(talk.session, person, OPENS)
    question = talk.session.exec(select(QuestionVersion.id)).one()
    open_round(talk.session, [question or 0])
    pages = [act(talk, f"absent:2:1:{page}") for page in (1, 2, 3)]
    assert [page.text.count("\n- ") for page in pages] == [20, 20, 5]
    assert ["in lại giấy mời" in page.text for page in pages] == [False, True, True]
    assert [page.choices[0].label for page in pages] == ["Xem tiếp danh sách", "Xem tiếp danh sách", "Nhắc nhẹ"]
    assert max(len(page.plain()) for page in pages) < 1500


def test_weak_topics_read_like_an_agenda_and_name_nobody(talk: Talk) -> None:
    people = add_people(talk.session, 1, 9)
    (question,) = talk.session.exec(select(QuestionVersion)).all()
    round_ = open_round(talk.session, [question.id or 0])
    for person in people[:6]:
        answer(talk.session, round_, person, question.id or 0, 1)
    assert "chưa có đợt nào kết thúc" in act(talk, "weak:1").text
    told = act(replace(talk, now=CLOSES + timedelta(days=1)), "weak:1")
    assert "- giao-tiep: 0/6 (0%)" in told.text
    assert "Gợi ý: dành 5 phút tại buổi giao ban sáng thứ Hai" in told.text
    assert "Người" not in told.text
