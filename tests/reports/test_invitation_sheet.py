"""The sheet to print and the command that makes it: everything escaped, codes nowhere but on the sheet."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno
from sqlmodel import select

from content.phrases import Phrases
from participation.invitations import Issued, find, shown
from reports.invitation_sheet import Doors, invitation_sheet, telegram_link, web_link
from store.database import Database
from store.tables import AuditEntry, Invitation
from tests.conftest import Clock
from tests.participation.front_door import DoorSettings, FrontDoor
from tests.participation.office import OFFICE, account, applied, person_id

EXPIRES = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
AN = Issued(1, "AN", "Nguyễn Hoài An", "Chuyên viên", 1, "Phòng Một", "K7M2QX9T", EXPIRES)
BINH = Issued(2, "BINH", "<b>Bình</b> & \"con\"", "", 1, "Phòng Một", "BCFGHJKM", EXPIRES)  # fmt: skip
CHI = Issued(3, "CHI", "Lê Quỳnh Chi", "Chuyên viên", 2, "Phòng <Hai>", "NPQRSTVX", EXPIRES)
BOTH = Doors("@nep_bot", "https://nep.example.vn/")


def test_every_person_has_a_card_under_the_own_unit(phrases: Phrases) -> None:
    page = invitation_sheet([AN, BINH, CHI], BOTH, phrases)
    assert page.count("<section>") == 2
    assert page.count("<article>") == 3
    assert page.index("Phòng Một") < page.index("K7M2-QX9T") < page.index("Phòng &lt;Hai&gt;") < page.index("NPQR-STVX")
    assert "Mã dùng một lần, có hiệu lực đến 10/12/2026." in page
    assert "break-before: page" in page


def test_everything_is_escaped(phrases: Phrases) -> None:
    page = invitation_sheet([BINH, CHI], BOTH, phrases)
    assert "<b>" not in page
    assert "&lt;b&gt;Bình&lt;/b&gt; &amp; " in page
    assert "<Hai>" not in page


def test_the_page_needs_nothing_from_elsewhere(phrases: Phrases) -> None:
    page = invitation_sheet([AN], BOTH, phrases)
    assert not re.search(r"(src|href)\s*=|@import|url\(|<script", page)
    assert page.count("<svg") == 2


def test_the_picture_is_the_link_and_the_link_is_not_written(phrases: Phrases) -> None:
    page = invitation_sheet([AN], BOTH, phrases)
    for link in ("https://t.me/nep_bot?start=K7M2QX9T", "https://nep.example.vn/#code=K7M2QX9T"):
        drawn = segno.make(link, error="m", micro=False).svg_inline(omitsize=True)
        path = re.findall(r' d="([^"]+)"', drawn)[0]
        assert path in page
        assert link not in page


@pytest.mark.parametrize(
    ("doors", "pictures", "said"),
    [
        (Doors(), 0, "Gửi mã tham gia cho Trợ lý"),
        (Doors(bot_username="nep_bot"), 1, "tìm @nep_bot rồi gửi mã"),
        (Doors(public_url="https://nep.example.vn"), 1, "mở https://nep.example.vn rồi nhập mã"),
        (Doors(zalo=True), 0, "Zalo: nhắn mã tham gia"),
    ],
)
def test_only_the_doors_that_are_open_are_shown(phrases: Phrases, doors: Doors, pictures: int, said: str) -> None:
    page = invitation_sheet([AN], doors, phrases)
    assert page.count("<svg") == pictures
    assert said in page


def test_links_carry_the_code_in_the_form_the_doors_take() -> None:
    assert telegram_link("@nep_bot", "K7M2QX9T") == "https://t.me/nep_bot?start=K7M2QX9T"
    assert web_link("https://nep.example.vn/chat/", "K7M2QX9T") == "https://nep.example.vn/chat/#code=K7M2QX9T"


@pytest.fixture
def door(database: Database, phrases: Phrases, clock: Clock) -> FrontDoor:
    with database.transaction() as session:
        applied(session, OFFICE, clock())
    return FrontDoor(database, phrases, clock)


def codes_on(sheet: Path) -> list[str]:
    return re.findall(r'<p class="code">([^<]+)</p>', sheet.read_text(encoding="utf-8"))


def test_the_sheet_holds_working_codes_and_the_screen_none(door: FrontDoor, tmp_path: Path) -> None:
    sheet = tmp_path / "moi.html"
    outcome = door.run("invite", "--all", "--out", sheet)
    assert outcome.exit_code == 0
    codes = codes_on(sheet)
    assert len(set(codes)) == 6
    assert f"Đã ghi 6 phiếu mời vào {sheet}." in outcome.output
    assert not any(code in outcome.output or code.replace("-", "") in outcome.output for code in codes)
    assert sheet.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob(".invite-*")) == []
    with door.database.transaction() as session:
        assert all(find(session, code, door.settings.code_secret, door.clock()) for code in codes)
        assert session.exec(select(AuditEntry.act).where(AuditEntry.act == "invited")).all() == ["invited"]


def test_a_unit_means_everyone_in_it_and_below_not_yet_connected(door: FrontDoor, tmp_path: Path) -> None:
    with door.database.transaction() as session:
        linked = account(session)
        linked.person_id, linked.state = person_id(session, "AN"), "active"
    door.run("invite", "--unit", "p1", "--out", tmp_path / "moi.html")
    page = (tmp_path / "moi.html").read_text(encoding="utf-8")
    assert len(codes_on(tmp_path / "moi.html")) == 2
    assert "Trần Thái Bình" in page
    assert "Hồ Thị Em" in page


def test_one_person_gets_one_even_when_connected(door: FrontDoor, tmp_path: Path) -> None:
    with door.database.transaction() as session:
        linked = account(session)
        linked.person_id, linked.state = person_id(session, "AN"), "active"
    assert door.run("invite", "--person", "an", "--out", tmp_path / "moi.html").exit_code == 0
    assert len(codes_on(tmp_path / "moi.html")) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--unit", "X9"], 'Không có đơn vị mã "X9".'),
        (["--person", "X9"], 'Không có người đang làm việc mã "X9".'),
        ([], "Đề nghị chọn đúng một phạm vi"),
        (["--all", "--unit", "P1"], "Đề nghị chọn đúng một phạm vi"),
    ],
)
def test_what_cannot_be_done_is_said(door: FrontDoor, tmp_path: Path, words: list[str], told: str) -> None:
    outcome = door.run("invite", *words, "--out", tmp_path / "moi.html")
    assert outcome.exit_code == 1
    assert told in outcome.output
    assert not (tmp_path / "moi.html").exists()


def test_when_the_sheet_cannot_be_written_no_code_was_issued(door: FrontDoor, tmp_path: Path) -> None:
    outcome = door.run("invite", "--all", "--out", tmp_path / "no" / "moi.html")
    assert outcome.exit_code == 1
    assert "Chưa cấp mã nào." in outcome.output
    with door.database.transaction() as session:
        assert session.exec(select(Invitation)).all() == []


def test_without_a_bot_the_sheet_shows_the_web_page_alone(door: FrontDoor, tmp_path: Path) -> None:
    settings = DoorSettings(bot_username=None)
    FrontDoor(door.database, door.phrases, door.clock, settings).run("invite", "--all", "--out", tmp_path / "moi.html")
    assert (tmp_path / "moi.html").read_text(encoding="utf-8").count("<svg") == 6


def test_a_code_on_paper_reads_in_two_halves() -> None:
    assert shown(AN.code) == "K7M2-QX9T"
