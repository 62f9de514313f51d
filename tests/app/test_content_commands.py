"""`content …` on a real database: from file to approval, by two people, and what each command says."""

from pathlib import Path

import pytest
from sqlmodel import select

from content.loading.text.gift_writing import write_gift
from content.loading.text.yaml_writing import write_yaml
from content.message import Message
from content.phrases import Phrases
from store.database import Database
from store.tables import Delivery, QuestionVersion
from tests.app.command_line import CommandLine
from tests.app.front_desk import FrontDesk
from tests.conftest import Clock
from tests.content.loaded import CARD, OWN_RULES, add_admins, question, versions


@pytest.fixture
def desk(database: Database, phrases: Phrases, clock: Clock) -> FrontDesk:
    """Two content admins, QT1 and QT2; nothing loaded yet."""
    with database.transaction() as session:
        add_admins(session, "Hoa", "Lan")
    return FrontDesk(database, phrases, clock)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two questions, a card and a source of the office."""
    path = tmp_path / "CauHoi_T12.yaml"
    path.write_text(
        write_yaml([question(card="CT-1"), question("CQ-2", stem="Khác?", source="QC-SO")], [CARD], [OWN_RULES])
    )
    return path


def load(desk: FrontDesk, file: Path, by: str = "QT1") -> str:
    return desk.does("content", "load", file, "--apply", "--by", by)


def test_a_dry_run_reports_and_writes_nothing(desk: FrontDesk, file: Path) -> None:
    said = desk.does("content", "load", file)
    assert "Đã đọc CauHoi_T12.yaml: 4 mục. Hợp lệ 4, lỗi 0." in said
    assert "mới 4, thay đổi 0" in said
    assert "dry run" in said
    assert desk.does("content", "drafts") == "nothing waits\n"


def test_from_file_to_approval_by_two_people(desk: FrontDesk, file: Path) -> None:
    assert "stored as upload 1: 4 new, 0 changed, 0 as they were" in load(desk, file)
    assert "nothing new" in load(desk, file)
    waiting = desk.does("content", "drafts")
    assert "upload 1  CauHoi_T12.yaml  Hoa  2026-11-10 09:00  2 questions, 1 cards, 1 sources" in waiting
    assert "QT1 sent this" in desk.refuses("content", "approve", "--upload", 1, "--by", "QT1")
    assert desk.does("content", "approve", "--upload", 1, "--by", "qt2") == "approved: 4\n"
    assert desk.does("content", "drafts") == "nothing waits\n"
    acts = [(actor, act) for actor, act, _ in desk.audited()]
    assert acts == [("cli", "content_loaded"), ("person 2", "content_approved"), ("cli", "acted_for")]
    with desk.database.transaction() as session:
        assert versions(session) == [(1, "approved", True)]
        notice = session.exec(select(Delivery).where(Delivery.kind == "notice")).one()
        assert notice.person_id == 1
        assert "4 mục đã duyệt" in Message.loads(notice.body).text


def test_single_drafts_go_by_their_codes(desk: FrontDesk, file: Path) -> None:
    load(desk, file)
    assert desk.does("content", "approve", "CQ-1", "--by", "QT2") == "approved: 1\n"
    returned = desk.does("content", "decline", "CQ-2", "--by", "QT2", "--reason", "Cần nói rõ hơn")
    assert returned == "declined: 1\n"
    assert "no draft waits under CQ-1" in desk.refuses("content", "approve", "CQ-1", "--by", "QT2")


def test_what_a_format_cannot_carry_is_left_out_and_named(desk: FrontDesk, tmp_path: Path) -> None:
    path = tmp_path / "cau.gift"
    path.write_text(write_gift([question(topic="", explanation="", source="", article="", verified="")]))
    load(desk, path)
    said = desk.does("content", "approve", "--upload", 1, "--by", "QT2")
    assert said.startswith("approved: 0\nleft out: CQ-1 lacks topic, ")
    assert "explanation, source" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("approve", "CQ-1"), "say for whom"),
        (("approve", "CQ-1", "--by", "QT9"), "nobody at work"),
        (("approve", "--by", "QT2"), "say which drafts"),
        (("approve", "CQ-1", "--upload", 1, "--by", "QT2"), "say which drafts"),
        (("approve", "--upload", 7, "--by", "QT2"), "nothing of upload 7 waits"),
        (("decline", "NOPE", "--by", "QT2"), "no draft waits under NOPE"),
        (("preview", "NOPE"), "no question or card has the code NOPE"),
        (("export", "cau.docx"), "the ending says the format"),
    ],
)
def test_refusals_say_why(desk: FrontDesk, file: Path, words: tuple[object, ...], why: str) -> None:
    load(desk, file)
    assert why in desk.refuses("content", *words)


def test_who_keeps_no_content_may_not(desk: FrontDesk, file: Path) -> None:
    with desk.database.transaction() as session:
        from tests.scheduler.stage import add_people

        add_people(session, 1, 1)
    load(desk, file)
    assert "1-0 is no content admin" in desk.refuses("content", "approve", "CQ-1", "--by", "1-0")


@pytest.mark.parametrize("ending", ["xlsx", "yaml", "gift", "txt"])
def test_what_was_exported_comes_back_without_a_change(
    desk: FrontDesk, file: Path, tmp_path: Path, ending: str
) -> None:
    load(desk, file)
    desk.does("content", "approve", "--upload", 1, "--by", "QT2")
    out = tmp_path / f"ra.{ending}"
    said = desk.does("content", "export", out)
    assert ("carries questions alone" in said) == (ending in ("gift", "txt"))
    report = desk.does("content", "load", out)
    assert "mới 0, thay đổi 0" in report


def test_drafts_can_be_exported_completed_and_loaded_again(desk: FrontDesk, file: Path, tmp_path: Path) -> None:
    load(desk, file)
    out = tmp_path / "cho-duyet.yaml"
    assert "2 questions, 1 cards, 2 sources" in desk.does("content", "export", out, "--drafts")
    assert "mới 0, thay đổi 0" in desk.does("content", "load", out)


def test_a_preview_shows_every_form_on_every_channel(desk: FrontDesk, file: Path) -> None:
    load(desk, file)
    said = desk.does("content", "preview", "cq-1")
    for words in ("opening", "alone", "feedback", "-- telegram:", "-- web:", "-- zalo-bot:", "-- zalo-oa:"):
        assert words in said
    alone = desk.does("content", "preview", "CQ-1", "--channel", "zalo-bot")
    assert "zalo-bot: " in alone
    assert "telegram" not in alone


def test_what_lapses_is_listed(desk: FrontDesk, file: Path, tmp_path: Path) -> None:
    from dataclasses import replace
    from datetime import date

    load(desk, file)
    desk.does("content", "approve", "--upload", 1, "--by", "QT2")
    assert desk.does("content", "lapsing") == "nothing lapses within 30 days\n"
    ended = tmp_path / "het.yaml"
    ended.write_text(write_yaml([], [], [replace(OWN_RULES, in_force_until=date(2026, 11, 30))]))
    load(desk, ended)
    desk.does("content", "approve", "--upload", 2, "--by", "QT2")
    assert desk.does("content", "lapsing") == "ends 2026-11-30  QC-SO  Quy chế 15/QC-SNV: CQ-2\n"


def test_the_template_is_written(desk: FrontDesk, tmp_path: Path) -> None:
    out = tmp_path / "mau.xlsx"
    assert desk.does("content", "template", out) == f"{out} written\n"
    assert out.read_bytes().startswith(b"PK")


def test_a_file_that_is_none_is_refused_in_one_sentence(desk: FrontDesk, tmp_path: Path) -> None:
    path = tmp_path / "hong.xlsx"
    path.write_bytes(b"not a workbook")
    assert desk.refuses("content", "load", path)


def test_check_is_green_over_what_ships(nep: CommandLine) -> None:
    ended = nep("content", "check")
    assert ended.code == 0, ended.said
    assert "library: good" in ended.said
    assert "grades: text " in ended.said
    assert "tracks: for everybody " in ended.said
    assert "waiting for approval: 0 in 0 files" in ended.said


def test_check_finds_what_is_current_and_incomplete(nep: CommandLine, office: Path) -> None:
    from store.database import sqlite_url
    from tests.scheduler.stage import add_questions

    database = Database(sqlite_url(office))
    with database.transaction() as session:
        add_questions(session, "giao-tiep", 1)
        session.exec(select(QuestionVersion)).one().explanation = ""
    database.close()
    nep("content", "check").refuses("WRONG: giao-tiep-1 is current and lacks explanation")
