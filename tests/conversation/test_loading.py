"""Loading in talk: the report as the product promises it, one yes that counts once, and rights looked at every time."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot import filing
from bot.conversation import loading
from bot.conversation.talk import Talk
from bot.conversation.talking import act
from bot.heard import FILE, Heard
from bot.links import UPLOAD, opened
from content.loading.checked import Checked
from content.message import Message
from content.phrases import Phrases
from store import ledger
from store.database import Database
from store.tables import AuditEntry, Delivery, Grant, KeptFile, Person, QuestionVersion, SourceDraft
from tests.conftest import Clock
from tests.content.loaded import OWN_RULES, file_of, question
from tests.conversation.loaders import GOOD, NAME, Room, count

FAULTS = (
    'Dòng 8, cột "Đáp án": ghi E nhưng chỉ có phương án A–D.',
    'Dòng 15, cột "C": để trống trong khi đáp án là C.',
    'Dòng 22, cột "Câu hỏi": 318 ký tự, tối đa 200.',
)
assert GOOD.reading
MIXED = Checked(reading=replace(GOOD.reading, rows=40, faulty=3), faults=FAULTS, marked=b"PK marked")


@pytest.fixture
def room(database: Database, phrases: Phrases, clock: Clock) -> Room:
    """The desk finds 37 good questions and three faults."""
    return Room(database, phrases, clock, MIXED)


def stored(room: Room) -> int:
    """How many question drafts there are."""
    with room.database.transaction() as session:
        return count(session, QuestionVersion)


async def loaded(room: Room) -> Message:
    """An has sent her file and reads the report."""
    await room.sends(room.an)
    return await room.reported(room.an)


async def test_who_keeps_content_learns_what_can_be_sent_and_others_that_it_is_no_command(room: Room) -> None:
    answer = await room.says(room.an, "/napcauhoi")
    for word in ("Excel", "YAML", "GIFT", "Aiken", "5 MB", "người thứ hai duyệt"):
        assert word in answer.text
    assert "http" not in answer.text
    assert answer.file
    assert answer.file.name == "mau-cau-hoi.xlsx"
    assert len(answer.text) <= 600
    with room.database.transaction() as session:
        kept = session.exec(select(KeptFile)).one()
        assert (kept.token, kept.person_id, kept.body[:2]) == (answer.file.token, room.an, b"PK")
    with room.database.transaction() as session:
        session.exec(select(Grant).where(Grant.person_id == room.binh)).one().role = "operator"
    unknown = await room.says(room.binh, "chữ gì đó lạ lắm nhé")
    assert await room.says(room.binh, "nạp câu hỏi") == unknown


async def test_the_report_reads_as_promised(room: Room) -> None:
    report = await loaded(room)
    assert report.text == (
        "Đã đọc CauHoi_T12.xlsx: 40 dòng. Hợp lệ 37, lỗi 3. Chưa ghi dữ liệu nào.\n"
        '- Dòng 8, cột "Đáp án": ghi E nhưng chỉ có phương án A–D.\n'
        '- Dòng 15, cột "C": để trống trong khi đáp án là C.\n'
        '- Dòng 22, cột "Câu hỏi": 318 ký tự, tối đa 200.\n'
        "Tệp đã đánh dấu lỗi được gửi kèm.\n"
        "So với nội dung đang có: mới 37, thay đổi 0, không đổi 0."
    )
    assert [choice.label for choice in report.choices] == ["Nhập 37 dòng hợp lệ", "Hủy để sửa"]
    assert len(report.plain()) <= 600
    assert stored(room) == 0


async def test_a_yes_stores_all_of_it_tells_the_others_once_and_a_second_yes_changes_nothing(room: Room) -> None:
    await loaded(room)
    answer = await room.presses(room.an, 1)
    assert answer.text.startswith("Đã nhập CauHoi_T12.xlsx: mới 37, thay đổi 0, không đổi 0. Nội dung còn chờ")
    assert stored(room) == 37
    again = await room.presses(room.an, 1)
    assert again.text.startswith("Tệp CauHoi_T12.xlsx đã được nhập lúc 09:00")
    assert (await room.presses(room.an, 2)).text == again.text
    assert stored(room) == 37
    [notice] = room.told(room.binh)
    assert notice.text.startswith("Nguyễn Hoài An vừa nạp 37 mục nội dung (tệp CauHoi_T12.xlsx)")
    with room.database.transaction() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.act == "content_loaded")).all()
        assert [(entry.actor, entry.subject, entry.body) for entry in entries] == [
            (f"person {room.an}", "upload 1", '{"changed": 0, "new": 37, "same": 0}')
        ]
        assert ledger.broken_link(session) is None
        assert session.exec(select(Delivery.due_at).where(Delivery.kind == "notice")).one() == room.clock()
        assert {row.upload_id for row in session.exec(select(QuestionVersion))} == {1}


async def test_the_same_file_again_has_nothing_to_store_and_a_changed_row_is_one_change(room: Room) -> None:
    await loaded(room)
    await room.presses(room.an, 1)
    report = await loaded(room)
    assert "mới 0, thay đổi 0, không đổi 37. Không có gì để nhập." in report.text
    assert report.choices == ()
    rows = [question(f"CQ-{number}") for number in range(1, 38)]
    rows[4] = question("CQ-5", stem="Chị Hoa quên thẻ ở nhà sáng thứ Hai. Chị nên làm gì?")
    room.checker.answers = [Checked(reading=file_of(*rows))]
    report = await loaded(room)
    assert "mới 0, thay đổi 1, không đổi 36." in report.text
    assert (await room.presses(room.an, 1)).text.startswith("Đã nhập CauHoi_T12.xlsx: mới 0, thay đổi 1")
    assert stored(room) == 38


async def test_what_was_stored_is_exactly_what_was_read(room: Room) -> None:
    room.checker.answers = [Checked(reading=file_of(OWN_RULES, question(source="QC-SO"), form="yaml"))]
    report = await loaded(room)
    assert [choice.label for choice in report.choices] == ["Nhập 2 mục hợp lệ", "Hủy để sửa"]
    await room.presses(room.an, 1)
    with room.database.transaction() as session:
        rules, row = session.exec(select(SourceDraft)).one(), session.exec(select(QuestionVersion)).one()
        assert (rules.number, rules.in_force_from) == ("15/QC-SNV", OWN_RULES.in_force_from)
        assert (row.stem, row.source_code, row.right_options) == (question().stem, "QC-SO", "[2]")


async def test_a_no_stores_nothing_and_cannot_be_taken_back(room: Room) -> None:
    await loaded(room)
    assert "chưa ghi dữ liệu nào" in (await room.presses(room.an, 2)).text
    assert "không còn dùng được" in (await room.presses(room.an, 1)).text
    assert stored(room) == 0
    assert room.uploads() == [("cancelled", 1)]


async def test_a_report_lasts_seven_days(room: Room, clock: Clock) -> None:
    await loaded(room)
    clock.forward(days=7)
    assert "không còn dùng được" in (await room.presses(room.an, 1)).text
    assert stored(room) == 0


async def test_a_yes_without_the_role_or_from_somebody_else_is_no_yes(room: Room) -> None:
    await loaded(room)
    for upload_id in (1, 999):
        with room.database.transaction() as session:
            talk = Talk(session, room.house, room.account(room.binh), room.clock())
            answers = {act(talk, f"{name}:{upload_id}").text for name in ("load", "unload")}
            assert answers == {room.house.phrases("quiz.no_longer_valid")}
    with room.database.transaction() as session:
        session.exec(select(Grant).where(Grant.person_id == room.an)).one().until_on = room.clock().date() - timedelta(
            1
        )
    assert (await room.presses(room.an, 1)).text == room.house.phrases("quiz.no_longer_valid")
    assert room.uploads() == [("checked", 1)]
    assert stored(room) == 0


async def test_many_faults_and_long_ones_stay_within_what_a_phone_shows(room: Room) -> None:
    faults = tuple(f'Dòng {row}, cột "Giải thích": ' + "dài " * 80 for row in range(30))
    warnings = tuple(f"Dòng {row}: phương án đúng dài hơn hẳn các phương án khác." for row in range(9))
    assert MIXED.reading
    reading = replace(MIXED.reading, rows=67, faulty=30)
    room.checker.answers = [Checked(reading=reading, faults=faults, warnings=warnings, marked=b"x")]
    report = await loaded(room)
    assert len(report.plain()) <= 1_500
    shown = report.text.count('cột "Giải thích"')
    assert 3 <= shown <= 10
    assert f"và {30 - shown} lỗi nữa, xem tệp đính kèm." in report.text
    assert "điểm nữa." in report.text
    short = tuple(f"Dòng {row}: thiếu câu hỏi." for row in range(30))
    room.checker.answers = [Checked(reading=reading, faults=short, warnings=warnings[:5])]
    report = await loaded(room)
    assert report.text.count("thiếu câu hỏi") == 10
    assert "và 20 lỗi nữa.\n" in report.text
    assert report.text.count("phương án đúng dài hơn") == 5
    assert "điểm nữa" not in report.text


async def test_a_file_without_a_good_row_offers_nothing_to_store(room: Room) -> None:
    assert MIXED.reading
    reading = replace(MIXED.reading, rows=3, faulty=3, questions=())
    room.checker.answers = [Checked(reading=reading, faults=FAULTS, marked=b"x")]
    report = await loaded(room)
    assert "3 dòng. Hợp lệ 0, lỗi 3." in report.text
    assert "So với" not in report.text
    assert report.choices == ()


async def test_a_refused_file_says_why_and_that_nothing_was_written(room: Room) -> None:
    room.checker.answers = [Checked(refused="Tệp có chứa macro nên không được nhận.")]
    report = await loaded(room)
    assert report.text == (
        "Trợ lý chưa nhận được nội dung của CauHoi_T12.xlsx. Tệp có chứa macro nên không được nhận.\n"
        "Chưa ghi dữ liệu nào."
    )
    assert room.uploads() == [("refused", 1)]


async def test_a_file_of_somebody_who_lost_the_role_meanwhile_is_not_kept(room: Room, database: Database) -> None:
    with database.transaction() as session:
        session.exec(select(Grant).where(Grant.person_id == room.an)).one().role = "roster_admin"
    assert (await room.sends(room.an)).text == room.house.phrases("menu.text_only")
    assert room.uploads() == []
    with database.transaction() as session:
        assert count(session, KeptFile) == 0


async def test_a_channel_that_announces_too_much_is_told_before_anything_is_fetched(room: Room) -> None:
    with room.database.transaction() as session:
        talk = Talk(session, room.house, room.account(room.an), room.clock())
        heard = Heard("pigeon", "x", FILE, room.clock(), file_ref="r", file_name="a.xlsx", file_size=6_000_000)
        assert "lớn quá 5 MB" in loading.received(talk, heard).text
        nameless = heard._replace(file_size=0, file_name="\u202e\n")
        assert "Đã nhận tệp file, đang kiểm tra." in loading.received(talk, nameless).text
    assert room.uploads() == [("waiting", 0)]


async def test_files_of_one_person_wait_a_few_at_a_time(room: Room, database: Database) -> None:
    answers = [(await room.sends(room.an)).text for _ in range(4)]
    assert [answer.startswith("Đã nhận tệp") for answer in answers] == [True, True, True, False]
    assert "chờ kết quả" in answers[3]
    with database.transaction() as session:
        assert count(session, KeptFile) == 3


async def test_where_no_file_can_be_carried_a_link_of_an_hour_stands_in(room: Room, clock: Clock) -> None:
    room.change(room.an, channel="pigeon")
    answer = await room.says(room.an, "nạp câu hỏi")
    found = re.search(r"https://nep\.example/tep/(\S+)$", answer.text)
    assert found
    assert "60 phút" in answer.text
    assert answer.file is not None  # the template, which the channel turns into a link
    assert opened(room.house.code_secret, UPLOAD, found[1], clock()) == room.account(room.an).id
    assert opened(room.house.code_secret, UPLOAD, found[1], clock() + timedelta(hours=1)) is None


async def test_without_a_public_address_such_a_channel_leads_to_the_page(room: Room) -> None:
    room.change(room.an, channel="pigeon")
    room.house = room.reception.house = replace(room.house, public_url="")
    answer = await room.says(room.an, "nạp câu hỏi")
    assert "gửi tệp trên trang trò chuyện của cơ quan." in answer.text
    assert "http" not in answer.text


async def test_a_notice_waits_for_the_send_window_and_skips_who_may_not_be_disturbed(
    room: Room, clock: Clock, database: Database
) -> None:
    with database.transaction() as session:
        chi = Person(staff_code="QT9", name="Lê Quỳnh Chi", unit_id=1)
        session.add(chi)
        session.flush()
        session.add(Grant(person_id=chi.id or 0, role="content_admin", from_on=clock().date()))
    await loaded(room)
    clock.forward(hours=11)
    await room.presses(room.an, 1)
    with database.transaction() as session:
        rows = session.exec(select(Delivery).where(Delivery.kind == "notice").order_by(col(Delivery.id))).all()
        assert [(row.person_id, row.due_at.astimezone(clock().tzinfo).isoformat()) for row in rows] == [
            (room.binh, "2026-11-11T08:00:00+07:00")
        ]


async def test_a_file_sent_through_the_link_is_answered_in_the_chat_the_link_came_from(room: Room) -> None:
    room.change(room.an, channel="pigeon", address="hòm 7")
    room.said += 1
    given = (filing.INBOX, filing.Sender("pigeon", "hòm 7"), "form-1", NAME, b"PK", room.clock())
    for _ in range(2):
        await room.database.run(filing.take, *given)
    await room.reception.drain()
    assert (await room.reported(room.an)).text.startswith("Đã đọc CauHoi_T12.xlsx: 40 dòng.")
    assert room.checker.seen[0][:2] == (NAME, b"PK")
    with room.database.transaction() as session:
        assert set(session.exec(select(Delivery.channel))) == {"pigeon"}
    assert room.uploads() == [("checked", 1)]
