"""Leave in words: what a person may type, what is asked, what whoever decides sees; and delegation."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session, select

from bot.conversation import talking
from bot.conversation.talk import House, Talk
from bot.heard import TEXT, Heard
from content.message import Message
from content.phrases import Phrases
from participation import pausing
from store.database import Database
from store.outbox import Outgoing, put
from store.tables import Account, AuditEntry, Delivery, Duty, Exemption, Grant, Person
from tests.participation.rounds import LONG_AGO, OPENS, add_people, add_unit, link


class Chat:
    """Several people of two units, each with a chat; today is Tuesday 10 November 2026."""

    def __init__(self, session: Session, phrases: Phrases) -> None:
        self.session, self.house = session, House(phrases, "Sở Mẫu", b"key", "1", {})
        self.unit, self.other = add_unit(session, "A"), add_unit(session, "B")
        self.head, self.deputy, self.an, self.dung = add_people(session, self.unit, 4)
        self.chi, self.keeper = add_people(session, self.other, 2)
        for person, kind in ((self.head, "head"), (self.deputy, "deputy")):
            session.add(Duty(person_id=person, unit_id=self.unit, kind=kind, from_on=LONG_AGO))
        session.add(Duty(person_id=self.chi, unit_id=self.other, kind="head", from_on=LONG_AGO))
        session.add(Grant(person_id=self.keeper, role="roster_admin", from_on=LONG_AGO))
        everyone = (self.head, self.deputy, self.an, self.dung, self.chi, self.keeper)
        self.accounts = {person: link(session, person, OPENS) for person in everyone}
        self.said = 0

    def talk(self, person: int) -> Talk:
        return Talk(self.session, self.house, self.session.get_one(Account, self.accounts[person]), OPENS)

    def says(self, person: int, text: str) -> Message:
        """Type a text; the answer becomes what a number refers to."""
        talk = self.talk(person)
        heard = Heard("web", talk.account.address, TEXT, OPENS, text=text)
        (answer,) = talking.respond(talk, heard)
        self.said += 1
        key = f"reply:{self.said}:0"
        put(self.session, [Outgoing(key, talk.account.id or 0, "web", "reply", answer.dumps(), OPENS)])
        if answer.choices:
            sent = self.session.exec(select(Delivery).where(Delivery.key == key)).one()
            talk.account.prompt_id = sent.id
            self.session.add(talk.account)
            self.session.flush()
        return answer

    def code(self, person: int) -> str:
        return self.session.get_one(Person, person).staff_code

    def requests(self) -> list[Exemption]:
        return list(self.session.exec(select(Exemption).order_by(Exemption.id)))  # type: ignore[arg-type]

    def notices(self, kind: str = "notice") -> list[tuple[int | None, str]]:
        rows = self.session.exec(select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id))  # type: ignore[arg-type]
        return [(row.person_id, Message.loads(row.body).plain()) for row in rows]


@pytest.fixture
def chat(database: Database, phrases: Phrases) -> Iterator[Chat]:
    with database.transaction() as session:
        yield Chat(session, phrases)


def labels(message: Message) -> list[str]:
    return [choice.label for choice in message.choices]


@pytest.mark.parametrize(
    "said",
    [
        "tôi nghỉ từ 24/11 đến 30/11",
        "/nghiphep 24/11-30/11",
        "/tamdung từ 24/11 đến 30/11",
        "tạm dừng từ ngày 24/11 đến 30/11",
    ],
)
def test_days_that_are_said_pause_at_once_and_only_the_group_is_asked(chat: Chat, said: str) -> None:
    asked = chat.says(chat.an, said)
    assert "không gửi tin định kỳ từ ngày 24/11/2026 đến hết 30/11/2026" in asked.text
    assert labels(asked)[:4] == ["Nghỉ theo chế độ", "Đi học, tập huấn", "Đi công tác", "Lý do khác"]
    assert chat.requests() == []
    told = chat.says(chat.an, "1")
    assert "Đề nghị miễn đã chuyển đến người phụ trách" in told.text
    (request,) = chat.requests()
    assert (request.from_on, request.until_on, request.reason) == (date(2026, 11, 24), date(2026, 11, 30), "leave")
    assert (request.approved_at, request.entered_by) == (None, "self")


def test_a_group_that_was_said_is_not_asked(chat: Chat) -> None:
    told = chat.says(chat.an, "đang công tác đến 30/11")
    assert "Đã ghi nhận Anh/Chị nghỉ từ ngày 10/11/2026 đến hết 30/11/2026" in told.text
    assert pausing.running(chat.session, chat.an, OPENS) is not None
    assert [one.reason for one in chat.requests()] == ["mission"]


@pytest.mark.parametrize("said", ["tôi đang nghỉ", "/nghiphep", "nghỉ phép", "báo nghỉ", "nghỉ"])
def test_without_days_one_short_question_with_choices(chat: Chat, said: str) -> None:
    asked = chat.says(chat.an, said)
    assert labels(asked) == [
        "Một ngày, 10/11/2026",
        "Đến hết Chủ nhật 15/11/2026",
        "1 tuần, đến 16/11/2026",
        "2 tuần, đến 23/11/2026",
        "Tôi không nghỉ",
    ]
    assert chat.requests() == []


@pytest.mark.parametrize(
    ("typed", "last"),
    [("đến thứ Sáu", "13/11/2026"), ("30/11", "30/11/2026"), ("10/11-30/11", "30/11/2026"), ("3 ngày", "12/11/2026")],
)
def test_the_question_takes_typed_days_too(chat: Chat, typed: str, last: str) -> None:
    chat.says(chat.an, "tôi đang nghỉ")
    assert f"từ ngày 10/11/2026 đến hết {last}" in chat.says(chat.an, typed).text


def test_a_beginning_alone_is_asked_for_its_end(chat: Chat) -> None:
    asked = chat.says(chat.an, "tôi nghỉ từ 24/11")
    assert "Anh/Chị nghỉ từ 24/11/2026 đến khi nào" in asked.text
    assert "từ ngày 24/11/2026 đến hết 30/11/2026" in chat.says(chat.an, "đến 30/11").text


def test_odd_days_are_asked_again(chat: Chat) -> None:
    assert "chưa rõ các ngày này" in chat.says(chat.an, "tôi nghỉ từ 30/2 đến 3/3").text
    assert "chưa rõ các ngày này" in chat.says(chat.an, "tạm dừng từ 30/11/2026 đến 24/11/2026").text
    assert "nhiều nhất 366 ngày" in chat.says(chat.an, "đang công tác từ 24/11/2026 đến 30/11/2028").text
    assert chat.requests() == []


def test_who_wants_no_request_only_pauses(chat: Chat) -> None:
    chat.says(chat.an, "tôi nghỉ 3 ngày")
    assert "chỉ tạm dừng tin" in chat.says(chat.an, "5").text
    assert chat.requests() == []
    assert chat.notices() == []
    assert pausing.running(chat.session, chat.an, OPENS) is not None


def test_those_who_decide_get_one_message_with_name_and_days_and_no_reason(chat: Chat) -> None:
    chat.says(chat.an, "tôi nghỉ ốm từ 24/11 đến 30/11")
    told = chat.notices()
    assert [person for person, _ in told] == [chat.head, chat.deputy]
    assert "Người 3 (Đơn vị A) báo nghỉ từ ngày 24/11/2026 đến hết 30/11/2026" in told[0][1]
    assert "1. Duyệt   2. Không duyệt   3. Để sau" in told[0][1]
    for word in ("ốm", "chế độ"):
        assert word not in told[0][1]
    chat.says(chat.an, "tôi nghỉ ốm từ 24/11 đến 30/11")
    assert len(chat.notices()) == 2


def test_a_head_decides_from_the_list_and_the_person_is_told(chat: Chat) -> None:
    chat.says(chat.an, "đang công tác đến 30/11")
    chat.says(chat.dung, "đang công tác đến 20/11")
    listed = chat.says(chat.head, "duyệt nghỉ")
    assert "Có 2 báo nghỉ" in listed.text
    assert labels(listed)[:2] == ["Người 3 · 10/11–30/11", "Người 4 · 10/11–20/11"]
    assert "Người 3 (Đơn vị A)" in chat.says(chat.head, "1").text
    assert "Đã duyệt: Người 3" in chat.says(chat.head, "1").text
    chat.says(chat.deputy, "/nghi")
    chat.says(chat.deputy, "1")
    assert "không duyệt báo nghỉ của Người 4" in chat.says(chat.deputy, "2").text
    assert "Không có báo nghỉ nào" in chat.says(chat.head, "/nghi").text
    (an, approved), (dung, refused) = chat.notices("decision")
    assert (an, dung) == (chat.an, chat.dung)
    assert "đã được duyệt" in approved
    assert "chưa được duyệt miễn" in refused


def test_the_second_to_decide_is_told_so(chat: Chat) -> None:
    chat.says(chat.an, "đang công tác đến 30/11")
    for person in (chat.head, chat.deputy):
        chat.says(person, "duyệt nghỉ")
        chat.says(person, "1")
    chat.says(chat.head, "1")
    assert "đã được người khác xét" in chat.says(chat.deputy, "2").text
    assert [one.refused_at for one in chat.requests()] == [None]


def test_a_request_of_another_unit_does_not_exist(chat: Chat) -> None:
    chat.says(chat.an, "đang công tác đến 30/11")
    (request,) = chat.requests()
    for action in ("leaveshow", "leaveok", "leaveno"):
        for number in (request.id, 999):
            assert "Mục này không có" in talking.act(chat.talk(chat.chi), f"{action}:{number}").text
    acts = chat.session.exec(select(AuditEntry.act)).all()
    assert acts.count("refused_leave") == 6
    assert chat.requests()[0].decided_by == ""


def test_a_heads_own_leave_goes_to_the_roster_admin_when_nobody_is_above(chat: Chat) -> None:
    chat.says(chat.head, "đang công tác đến 30/11")
    assert [person for person, _ in chat.notices()] == [chat.keeper]
    chat.says(chat.keeper, "duyệt nghỉ")
    chat.says(chat.keeper, "1")
    assert "Đã duyệt: Người 1" in chat.says(chat.keeper, "1").text


def test_back_at_work_takes_it_back(chat: Chat) -> None:
    chat.says(chat.an, "đang công tác đến 30/11")
    assert "Chào Anh/Chị trở lại" in chat.says(chat.an, "tôi đi làm lại").text
    assert "Không có báo nghỉ nào" in chat.says(chat.head, "/nghi").text
    assert pausing.running(chat.session, chat.an, OPENS) is None


def test_leave_ahead_is_withdrawn_by_choice(chat: Chat) -> None:
    chat.says(chat.an, "nghỉ phép 24/11-30/11")
    asked = chat.says(chat.an, "tiếp tục")
    assert labels(asked) == ["Rút: 24/11–30/11", "Giữ nguyên"]
    assert "chờ xét" in chat.says(chat.an, "nghỉ phép").text
    assert "Đã rút báo nghỉ" in chat.says(chat.an, "1").text
    assert "bình thường" in chat.says(chat.an, "tiếp tục").text
    assert len(chat.says(chat.an, "nghỉ phép").choices) == 5


def test_a_head_enters_leave_after_a_preview(chat: Chat) -> None:
    shown = chat.says(chat.head, f"/ghinghi {chat.code(chat.an)} từ 24/11 đến 30/11")
    assert "Chưa ghi dữ liệu nào" in shown.text
    assert chat.requests() == []
    assert "Đã duyệt: Người 3" in chat.says(chat.head, "3").text
    (made,) = chat.requests()
    assert (made.reason, made.entered_by) == ("mission", f"person {chat.head}")
    assert [person for person, _ in chat.notices("decision")] == [chat.an]
    assert "đã được ghi nghỉ" in talking.act(chat.talk(chat.head), shown.choices[0].action).text


def test_who_may_not_enter_leave_gets_one_answer_for_all(chat: Chat) -> None:
    for person, code in (
        (chat.an, chat.code(chat.dung)),
        (chat.head, chat.code(chat.chi)),
        (chat.head, "NV999"),
        (chat.head, chat.code(chat.head)),
        (chat.deputy, chat.code(chat.head)),
    ):
        assert "Mục này không có" in chat.says(person, f"ghi nghỉ {code} 24/11-30/11").text
    assert "Ghi nghỉ cho Người 1" in chat.says(chat.keeper, f"ghi nghỉ {chat.code(chat.head)} 24/11-30/11").text
    assert "ví dụ" in chat.says(chat.head, f"ghi nghỉ {chat.code(chat.an)}").text
    assert chat.says(chat.head, "ghi nghỉ").text == chat.says(chat.head, "/ghinghi").text


def test_a_delegate_is_named_after_a_preview_and_revoked(chat: Chat) -> None:
    shown = chat.says(chat.head, f"/uyquyen {chat.code(chat.an)} từ 10/11 đến 30/11")
    assert "Ủy quyền cho Người 3" in shown.text
    assert chat.says(chat.an, "thống kê").text.startswith("Mục này dành cho trưởng")
    assert "Đã ủy quyền cho Người 3" in chat.says(chat.head, "1").text
    assert [person for person, _ in chat.notices()] == [chat.an, chat.deputy]
    assert not chat.says(chat.an, "thống kê").text.startswith("Mục này dành cho trưởng")
    assert "không ủy quyền tiếp" in chat.says(chat.an, "ủy quyền").text
    assert "đã được ủy quyền" in chat.says(chat.deputy, f"ủy quyền {chat.code(chat.an)} 3 ngày").text
    listed = chat.says(chat.deputy, "ủy quyền")
    assert labels(listed)[0] == "Thu hồi: Người 3"
    assert "Đã thu hồi" in chat.says(chat.deputy, "1").text
    assert chat.says(chat.an, "thống kê").text.startswith("Mục này dành cho trưởng")
    assert [person for person, _ in chat.notices("decision")] == [chat.head, chat.an]
    assert "đã hết" in talking.act(chat.talk(chat.head), listed.choices[0].action).text


def test_a_delegate_is_chosen_from_the_people_of_the_unit(chat: Chat) -> None:
    add_people(chat.session, chat.unit, 8)
    chat.says(chat.head, "ủy quyền")
    first = chat.says(chat.head, "1")
    assert (len(first.choices), labels(first)[-1]) == (9, "Xem tiếp")
    second = chat.says(chat.head, "9")
    assert set(labels(second)) & set(labels(first)) == set()
    chat.says(chat.head, "1")
    assert "Ủy quyền cho" in chat.says(chat.head, "từ 24/11 đến 30/11").text
    assert "từ 24/11/2026 đến hết 30/11/2026" in chat.says(chat.head, "1").text
    (made,) = chat.session.exec(select(Duty).where(Duty.kind == "delegate"))
    assert (made.from_on, made.until_on, made.named_by_id) == (date(2026, 11, 24), date(2026, 11, 30), chat.head)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("{chi} từ 24/11 đến 30/11", "Không có cán bộ nào"),
        ("NV999 từ 24/11 đến 30/11", "Không có cán bộ nào"),
        ("{head} từ 24/11 đến 30/11", "hoặc chính là Anh/Chị"),
        ("{deputy} từ 24/11 đến 30/11", "đang phụ trách"),
        ("{an} từ 24/11/2026 đến 22/2/2027", "nhiều nhất 90 ngày"),
        ("{an} từ 9/11 đến 12/11", "nhiều nhất 90 ngày"),
        ("{an} khi nào cũng được", "nhiều nhất 90 ngày"),
        ("{an}", "đến khi nào"),
    ],
)
def test_what_stands_against_a_delegation_is_told(chat: Chat, said: str, answer: str) -> None:
    codes = {name: chat.code(getattr(chat, name)) for name in ("chi", "head", "deputy", "an")}
    assert answer in chat.says(chat.head, f"ủy quyền {said.format(**codes)}").text
    assert chat.session.exec(select(Duty).where(Duty.kind == "delegate")).all() == []


def test_staff_and_heads_of_other_units_name_nobody(chat: Chat) -> None:
    assert "trưởng, phó đơn vị" in chat.says(chat.an, "ủy quyền").text
    assert "trưởng, phó đơn vị" in chat.says(chat.an, f"ủy quyền {chat.code(chat.dung)} 3 ngày").text
    for action in (f"delegatewho:{chat.unit}:1", f"delegations:{chat.unit}", f"delegateto:{chat.unit}:{chat.an}"):
        assert "trưởng, phó đơn vị" in talking.act(chat.talk(chat.chi), action).text
    day = date(2026, 11, 24).toordinal()
    assert "trưởng" in talking.act(chat.talk(chat.chi), f"delegate:{chat.unit}:{chat.an}:{day}:{day}").text
    assert chat.session.exec(select(Duty).where(Duty.kind == "delegate")).all() == []
