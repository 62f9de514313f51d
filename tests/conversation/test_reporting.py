"""Reports in talk: the head of a unit gets its file, on every channel; nobody else learns that the unit exists."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from docx import Document
from sqlmodel import Session, select

from bot.conversation import reporting
from bot.conversation.talk import House, Talk
from bot.conversation.talking import act, command
from bot.links import DOWNLOAD, UPLOAD, opened
from content.message import CAPTION, Message
from content.phrases import Phrases
from participation.figures import freeze
from reports.letterhead import Letterhead
from store import files
from store.database import Database
from store.tables import Account, AuditEntry, Duty, KeptFile, Person, Unit, UnitLineage
from tests.participation.rounds import LONG_AGO, add_people, add_unit, link
from tests.reports.worked import AFTER, NUMBERS, worked_example

UNIT = 1


@pytest.fixture
def talk(database: Database, phrases: Phrases) -> Iterator[Talk]:
    """The head of unit 1 speaks once the round of the worked example is final."""
    with database.transaction() as session:
        _, round_ = worked_example(session)
        freeze(session, round_.id or 0, AFTER)
        add_people(session, add_unit(session, "B"), 6)
        yield spoken(session, phrases, head(session))


def head(session: Session) -> int:
    """Who heads unit 1."""
    return session.exec(select(Duty.person_id).where(Duty.unit_id == UNIT, Duty.kind == "head")).one()


def spoken(session: Session, phrases: Phrases, person_id: int) -> Talk:
    """A turn of this person's."""
    account = session.exec(select(Account).where(Account.person_id == person_id)).first()
    account = account or session.get_one(Account, link(session, person_id, AFTER))
    house = House(phrases, "Sở Mẫu", b"key", "1", {}, public_url="https://nep.example", fileless=frozenset(("pigeon",)))
    return Talk(session, house, account, AFTER)


def asked(talk: Talk, label: str, form: str) -> Message:
    """The file of a period, chosen step by step."""
    periods = reporting.ask(talk)
    forms = act(talk, next(choice.action for choice in periods.choices if choice.label.startswith(label)))
    return act(talk, next(choice.action for choice in forms.choices if form in choice.label))


def audited(session: Session, act_: str) -> list[tuple[str, str]]:
    """Who did it to what."""
    return list(session.exec(select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.act == act_)))


@pytest.mark.parametrize("typed", ["/baocao", "báo cáo", "bao cao", "Báo cáo."])
def test_the_command_is_known(typed: str) -> None:
    assert command(typed) == "baocao"


def test_the_periods_that_hold_a_round_are_offered(talk: Talk) -> None:
    told = reporting.ask(talk)
    assert told.text == "Báo cáo của Đơn vị A. Anh/Chị chọn kỳ báo cáo:"
    assert [choice.label for choice in told.choices] == [
        "Đợt 1 (10/11 - 12/11/2026)", "Tháng 11 năm 2026", "Quý IV năm 2026", "6 tháng cuối năm 2026", "Năm 2026",
        "Cả cuộc vận động",
    ]  # fmt: skip


def test_a_merged_unit_gets_the_report_of_the_whole_span(talk: Talk) -> None:
    merged = add_unit(talk.session, "M")
    for old in talk.session.exec(select(Unit).where(Unit.id != merged)).all():
        old.valid_until_on = date(2026, 11, 13)
        talk.session.add(UnitLineage(unit_id=merged, predecessor_id=old.id or 0))
    talk.session.add(Duty(person_id=talk.person_id, unit_id=merged, kind="head", from_on=LONG_AGO))
    talk.session.flush()
    later = replace(talk, now=AFTER + timedelta(days=4))
    told = asked(later, "Tháng", "Word")
    assert "Báo cáo Đơn vị M, tháng 11 năm 2026.\nTham gia: 33/39 (84,6%)" in told.text
    assert "Gồm 1 đợt trước khi đơn vị sáp nhập, đổi tên hoặc chia tách, ghi rõ trong tệp." in told.text


@pytest.mark.parametrize("label", ["Đợt", "Tháng", "Quý", "6 tháng", "Năm", "Cả"])
def test_the_word_file_says_what_the_chat_says(talk: Talk, label: str) -> None:
    told = asked(talk, label, "Word")
    assert told.file
    assert told.file.name.startswith("DỰ THẢO - Báo cáo Đơn vị A - ")
    assert len(told.plain()) <= CAPTION
    assert "Tham gia: 33/39 (84,6%) · Hoàn thành: 31/39 (79,5%)" in told.text
    assert "Số liệu đến 17:00 ngày 13/11/2026, đã chốt." in told.text
    kept = files.fetch(talk.session, told.file.token, AFTER)
    assert kept is not None
    assert (kept.person_id, kept.media_type[-4:]) == (talk.person_id, "ment")
    said = " ".join(line.text for line in Document(io.BytesIO(kept.body)).paragraphs)
    for number in NUMBERS:
        assert number in said
    assert audited(talk.session, "report") == [(f"person {talk.person_id}", "unit 1")]


def test_the_excel_file_is_the_other_choice(talk: Talk) -> None:
    told = asked(talk, "Tháng", "Excel")
    assert told.file
    assert told.file.name == "DỰ THẢO - Báo cáo Đơn vị A - tháng 01.11.2026.xlsx"
    assert "dự thảo theo thể thức" not in told.text


@pytest.mark.parametrize("kind", ["deputy", "delegate"])
def test_deputies_and_delegates_get_it_while_their_time_lasts(talk: Talk, kind: str) -> None:
    (stand_in,) = add_people(talk.session, UNIT, 1)
    duty = Duty(person_id=stand_in, unit_id=UNIT, kind=kind, from_on=LONG_AGO)
    talk.session.add(duty)
    talk.session.flush()
    theirs = spoken(talk.session, talk.house.phrases, stand_in)
    assert asked(theirs, "Tháng", "Word").file
    duty.until_on = date(2026, 11, 12)
    talk.session.flush()
    assert reporting.ask(theirs).text.startswith("Mục này dành cho trưởng, phó đơn vị.")


@pytest.mark.parametrize("step", ["report:{}", "report:{}:month:20261113", "report:{}:month:20261113:docx"])
def test_another_unit_answers_like_one_that_does_not_exist(talk: Talk, step: str) -> None:
    below = add_unit(talk.session, "C", UNIT)
    answers = {act(talk, step.format(unit)).text for unit in (2, below, 999, "x")}
    assert len(answers) == 1
    assert answers.pop().startswith("Mục này dành cho trưởng, phó đơn vị.")
    assert [subject for _, subject in audited(talk.session, "refused_unit")] == [
        "unit 2", f"unit {below}", "unit 999", "unit x",
    ]  # fmt: skip
    assert talk.session.exec(select(KeptFile)).all() == []


def test_staff_and_those_who_have_left_get_nothing(talk: Talk) -> None:
    staff = spoken(talk.session, talk.house.phrases, talk.person_id - 1)
    assert act(staff, "report:1:month:20261113:docx").file is None
    talk.session.get_one(Person, talk.person_id).status = "left"
    talk.session.flush()
    assert act(talk, "report:1:month:20261113:docx").file is None


@pytest.mark.parametrize(
    "rest", ["x", "5:5", "month:0", "month:20261399", "month:x", "decade:20261113", "round:20200101"]
)
def test_an_odd_period_leads_back_to_the_choice(talk: Talk, rest: str) -> None:
    assert "chọn kỳ báo cáo" in act(talk, f"report:1:{rest}").text


def test_a_period_without_rounds_leads_back_to_the_choice(talk: Talk) -> None:
    assert "chọn kỳ báo cáo" in act(talk, "report:1:month:20260113:docx").text


def test_where_no_file_can_go_a_link_for_this_account_and_file_stands_in(talk: Talk) -> None:
    talk.account.channel = "pigeon"
    told = asked(talk, "Tháng", "Word")
    assert told.file is None
    found = re.search(r"https://nep\.example/tai/([\w-]+)/([\w.-]+)", told.text)
    assert found
    token, signed = found.groups()
    assert files.fetch(talk.session, token, AFTER)
    assert opened(b"key", DOWNLOAD + token, signed, AFTER) == talk.account.id
    assert opened(b"key", DOWNLOAD + "another", signed, AFTER) is None
    assert opened(b"key", UPLOAD, signed, AFTER) is None
    offline = replace(talk, house=replace(talk.house, public_url=""))
    assert "Kênh này không gửi được tệp." in asked(offline, "Tháng", "Word").text


def test_a_faulty_template_is_told_and_no_file_is_kept(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "mau.docx").write_bytes(b"nothing")
    house = replace(talk.house, letterhead=Letterhead(template=str(tmp_path / "mau.docx")))
    told = asked(replace(talk, house=house), "Tháng", "Word")
    assert "Mẫu báo cáo mau.docx không đọc được" in told.text
    assert talk.session.exec(select(KeptFile)).all() == []


def test_nobody_fills_the_disk_with_reports(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_KEPT", 1000)
    assert asked(talk, "Tháng", "Word").file
    assert asked(talk, "Tháng", "Word").file is None
