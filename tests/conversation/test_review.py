"""Reviewing in talk: colleagues' files, one piece or all of them, and one notice to the sender."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, col, select

from bot.conversation.commands import SAID
from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, command
from content.message import Message
from content.phrases import Phrases
from content.reviewing import store_drafts
from scheduler.calendar import Calendar
from scheduler.rekeying import rekey
from store.database import Database
from store.tables import Account, Delivery, Grant
from tests.content.loaded import CARD, NOW, OWN_RULES, add_admins, add_upload, file_of, question, versions

TOPICS = {"trang-phuc": "Trang phục"}


class Admins:
    """Hoa, who sends files, and Lan, who looks at them; both in one transaction."""

    def __init__(self, session: Session, phrases: Phrases) -> None:
        self.session, self.house = session, House(phrases, "Sở Mẫu", b"key", "1", TOPICS)
        self.hoa, self.lan = add_admins(session, "Hoa", "Lan")

    def talk(self, person_id: int) -> Talk:
        account = self.session.exec(select(Account).where(Account.person_id == person_id)).one()
        return Talk(self.session, self.house, account, NOW)

    def sends(self, *entries: object, name: str = "CauHoi_T12.xlsx", form: str = "excel") -> int:
        """Hoa sends a file and says yes to its report."""
        upload = add_upload(self.session, self.hoa, name)
        store_drafts(self.session, file_of(*entries, form=form), self.hoa, upload, NOW)  # type: ignore[arg-type]
        return upload

    def notices(self) -> list[str]:
        """What went out by itself, in order."""
        rows = self.session.exec(select(Delivery).where(Delivery.kind == "notice").order_by(col(Delivery.id)))
        return [Message.loads(row.body).plain() for row in rows]


@pytest.fixture
def admins(database: Database, phrases: Phrases) -> Iterator[Admins]:
    with database.transaction() as session:
        yield Admins(session, phrases)


def chosen(talk: Talk, message: Message, label: str) -> Message:
    """What comes of choosing the line that begins so."""
    (choice,) = [choice for choice in message.choices if choice.label.startswith(label)]
    answer = act(talk, choice.action)
    assert len(answer.plain()) <= 1500
    return answer


def test_a_colleagues_file_is_listed_with_what_it_holds(admins: Admins) -> None:
    admins.sends(question(), question("CQ-2", stem="Khác?"), CARD, OWN_RULES)
    listed = SAID["duyet"](admins.talk(admins.lan))
    assert listed.choices[0].label == "CauHoi_T12.xlsx · 2 câu, 1 thẻ, 1 căn cứ · Hoa · 14:05 ngày 23/11"


def test_ones_own_file_waits_for_a_colleague(admins: Admins) -> None:
    admins.sends(question())
    hoa = admins.talk(admins.hoa)
    listed = SAID["duyet"](hoa)
    assert "Do Anh/Chị gửi" in listed.text
    opened = chosen(hoa, listed, "(của Anh/Chị)")
    assert [choice.label for choice in opened.choices] == ["Xem từng mục", "Rút lại", "Danh sách chờ duyệt"]
    assert "chính Anh/Chị gửi" in act(hoa, opened.choices[1].action.replace("return", "approve")).text
    assert versions(admins.session) == [(1, "draft", False)]


def test_approving_all_says_how_many_went_live_and_what_the_others_lack(admins: Admins) -> None:
    admins.sends(question(), question("CQ-2", explanation=""), form="gift")
    lan = admins.talk(admins.lan)
    opened = chosen(lan, SAID["duyet"](lan), "CauHoi")
    assert "- CQ-2: giải thích" in opened.text
    done = chosen(lan, opened, "Duyệt tất cả (1)")
    assert done.text.startswith("Đã duyệt 1 mục.")
    assert "- CQ-2: giải thích" in done.text
    assert versions(admins.session) == [(1, "approved", True)]
    (notice,) = admins.notices()
    assert "CauHoi_T12.xlsx" in notice
    assert "1 mục đã duyệt" in notice
    assert "1 mục còn thiếu thông tin" in notice


def test_one_by_one_each_is_shown_as_people_will_see_it(admins: Admins) -> None:
    admins.sends(question(), question("CQ-2", stem="Khác?"))
    lan = admins.talk(admins.lan)
    first = chosen(lan, act(lan, "upload:1"), "Xem từng mục")
    assert first.text.startswith("Mục 1/2 · Câu hỏi CQ-1 · mới · Trang phục · mức 1")
    assert "│ 2. Báo bộ phận văn thư và xin thẻ tạm" in first.text
    assert "Phương án phù hợp là 2." in first.text
    second = chosen(lan, first, "Duyệt mục này")
    assert second.text.startswith("Đã duyệt 1 mục.")
    assert "Mục 1/1 · Câu hỏi CQ-2" in second.text
    assert admins.notices() == []
    last = chosen(lan, second, "Trả lại mục này")
    assert "lý do" in last.text
    done = chosen(lan, last, "Cần sửa câu chữ")
    assert done.text == "Đã trả lại 1 mục."
    (notice,) = admins.notices()
    assert "1 mục trả lại: Cần sửa câu chữ" in notice


def test_a_whole_file_is_returned_with_a_reason_after_asking(admins: Admins) -> None:
    admins.sends(question(), CARD, OWN_RULES)
    lan = admins.talk(admins.lan)
    asked = chosen(lan, act(lan, "upload:1"), "Trả lại")
    assert versions(admins.session) == [(1, "draft", False)]
    assert chosen(lan, asked, "Cần bổ sung").text == "Đã trả lại 3 mục."
    assert versions(admins.session) == [(1, "declined", False)]
    assert SAID["duyet"](lan).text == "Hiện không có nội dung nào chờ duyệt."


def test_ones_own_file_can_be_withdrawn_and_nobody_is_told(admins: Admins) -> None:
    admins.sends(question())
    hoa = admins.talk(admins.hoa)
    asked = chosen(hoa, act(hoa, "upload:1"), "Rút lại")
    assert chosen(hoa, asked, "Đồng ý rút lại").text == "Đã rút lại 1 mục."
    assert admins.notices() == []


def test_a_source_is_shown_with_its_days(admins: Admins) -> None:
    admins.sends(replace(OWN_RULES, in_force_until=date(2027, 1, 31)))
    lan = admins.talk(admins.lan)
    shown = chosen(lan, act(lan, "upload:1"), "Xem từng mục")
    assert "Quy chế 15/QC-SNV: Quy chế làm việc (Sở Nội vụ)" in shown.text
    assert "Hết hiệu lực sau ngày 31/01/2027" in shown.text


def test_what_a_colleague_decided_meanwhile_is_gone(admins: Admins) -> None:
    admins.sends(question())
    lan = admins.talk(admins.lan)
    act(lan, "approve:upload:1")
    for action in ("approve:upload:1", "piece:question:1", "approve:question:1", "return:question:1", "upload:1"):
        assert act(lan, action).text.startswith("Mục này đã được xử lý."), action


@pytest.mark.parametrize(
    "action",
    ["say:duyet", "say:noidung", "say:xemthu", "say:hethan", "uploads:2", "upload:1", "approve:upload:1",
     "approve:question:1", "return:upload:1:1", "piece:question:1", "preview:question:1"],
)  # fmt: skip
def test_to_everybody_else_none_of_this_exists(admins: Admins, action: str) -> None:
    admins.sends(question())
    admins.session.exec(select(Grant).where(Grant.person_id == admins.lan)).one().role = "roster_admin"
    assert act(admins.talk(admins.lan), action).text.startswith("Trợ lý chưa hiểu.")
    assert versions(admins.session) == [(1, "draft", False)]


def test_many_files_come_a_screen_at_a_time(admins: Admins) -> None:
    for number in range(8):
        admins.sends(question(f"CQ-{number}"), name=f"Tep_{number}.xlsx")
    lan = admins.talk(admins.lan)
    first = SAID["duyet"](lan)
    second = chosen(lan, first, "Xem thêm (2)")
    assert [choice.label.split(" ")[0] for choice in second.choices[:2]] == ["Tep_6.xlsx", "Tep_7.xlsx"]


def test_the_menu_of_a_content_admin_leads_to_content(admins: Admins) -> None:
    admins.sends(question(), CARD)
    lan = admins.talk(admins.lan)
    menu = SAID["menu"](lan)
    assert len(menu.choices) <= 5
    content = chosen(lan, menu, "Nội dung")
    assert "Duyệt nội dung (2 mục chờ)" in [choice.label for choice in content.choices]
    assert "xem thử GT-T1" in SAID["trogiup"](lan).text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/duyet", "duyet"), ("Duyệt", "duyet"), ("hết hạn", "hethan"), ("nội dung", "noidung"), ("/xemthu", "xemthu")],
)
def test_words_of_content_admins_are_known(typed: str, meant: str) -> None:
    assert command(typed) == meant


def test_a_changed_question_says_in_what_it_differs(admins: Admins) -> None:
    admins.sends(question())
    lan = admins.talk(admins.lan)
    act(lan, "approve:upload:1")
    admins.sends(question(right=(3,), explanation="Vì vậy."))
    shown = chosen(lan, act(lan, "upload:2"), "Xem từng mục")
    assert "thay bản đang dùng" in shown.text
    assert "Khác bản đang dùng: đáp án, giải thích." in shown.text


def test_a_changed_source_says_how_much_rests_on_it(admins: Admins) -> None:
    admins.sends(OWN_RULES, question(source="QC-SO"))
    lan = admins.talk(admins.lan)
    act(lan, "approve:upload:1")
    admins.sends(replace(OWN_RULES, in_force_until=date(2027, 1, 31)))
    shown = chosen(lan, act(lan, "upload:2"), "Xem từng mục")
    assert "Khác bản đang dùng: ngày hết hiệu lực." in shown.text
    assert "Đang có 1 thẻ, câu hỏi dựa vào căn cứ này." in shown.text


def test_a_question_whose_source_ends_says_when(admins: Admins) -> None:
    admins.sends(replace(OWN_RULES, in_force_until=date(2027, 1, 31)), question(source="QC-SO"))
    lan = admins.talk(admins.lan)
    source = chosen(lan, act(lan, "upload:1"), "Xem từng mục")
    shown = chosen(lan, source, "Mục tiếp theo")
    assert "Căn cứ hết hiệu lực sau ngày 31/01/2027" in shown.text


def test_what_came_in_no_file_can_be_reviewed_as_well(admins: Admins) -> None:
    store_drafts(admins.session, file_of(question(), question("CQ-2", stem="Khác?")), admins.hoa, None, NOW)
    lan = admins.talk(admins.lan)
    opened = chosen(lan, SAID["duyet"](lan), "Không theo tệp · 2 câu")
    first = chosen(lan, opened, "Xem từng mục")
    assert first.text.startswith("Mục 1/2")
    assert chosen(lan, opened, "Duyệt tất cả (2)").text.startswith("Đã duyệt 2 mục.")


def test_a_file_that_brings_a_corrected_key_back_says_so(admins: Admins) -> None:
    act(admins.talk(admins.lan), f"approve:upload:{admins.sends(question(right=(1,)))}")
    words, actor = admins.house.phrases, f"person {admins.lan}"
    rekey(admins.session, words, Calendar(), "CQ-1", (2,), "Đọc lại văn bản", actor, NOW)
    again = admins.sends(question(right=(1,)))
    shown = chosen(admins.talk(admins.lan), act(admins.talk(admins.lan), f"upload:{again}"), "Xem từng mục")
    assert "từng được sửa thành B ngày" in shown.text
    other = admins.sends(question(right=(3,)))
    shown = chosen(admins.talk(admins.lan), act(admins.talk(admins.lan), f"upload:{other}"), "Xem từng mục")
    assert "từng được sửa" not in shown.text
