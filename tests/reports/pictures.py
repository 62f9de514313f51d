"""The pictures of reports in docs/images, drawn from figures of the fictional sample office: nothing in them is real.

Run ``python -m tests.reports.pictures`` after changing how a report or a picture looks; with a folder behind it, every
page of every kind of report is left there to be looked at. It needs LibreOffice, pdftoppm and fonts-liberation2:
Liberation Serif has the widths of Times New Roman, which the document asks for.
"""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from app.sample_office import sample_roster
from content.phrases import Phrases
from participation import answering
from participation.figures import freeze
from participation.roster import PersonRow, Roster, UnitRow
from participation.units import unit_by_code
from reports.charts import png
from reports.gathering import Gathered, gather
from reports.letterhead import Letterhead, of_unit
from reports.pictures import picture_of_round, picture_of_trend
from reports.report_docx import write_docx
from reports.report_sheet import write_sheet
from reports.spans import span
from reports.trend import trend
from store.database import Database, sqlite_url
from store.migrations import upgrade
from store.tables import Account, Member, Person, Round
from tests.conftest import HANOI
from tests.participation.office import applied
from tests.participation.rounds import add_questions, link, open_round

IMAGES = Path(__file__).parent.parent.parent / "docs" / "images"
PHRASES = Path(__file__).parent.parent.parent / "content" / "phrases"
HEAD = Letterhead(
    agency="Sở Văn minh công sở tỉnh Mẫu", superior="Ủy ban nhân dân tỉnh Mẫu", abbreviation="SVMCS", place="Tỉnh Mẫu",
    recipients=("Ủy ban nhân dân tỉnh Mẫu", "Giám đốc Sở", "Các đơn vị thuộc Sở", "Lưu: VT, VP"), signer="Giám đốc Sở",
)  # fmt: skip
FIRST = datetime(2026, 6, 2, 9, tzinfo=HANOI)  # a Tuesday
WEEKS, QUIET = 26, (13, 20)  # how many weeks, and those without a round
STATIONS = 34  # so many that the annex takes more than one page
MERGED = 18  # the week in which two teams become one
DOTS = 80  # to the inch
SHOWN = {
    "bao-cao-trang-1.png": "co-quan-1.png",
    "bao-cao-phu-luc.png": "co-quan-5.png",  # where the table of the annex goes on
    "tham-gia-theo-don-vi.png": "tham-gia-theo-don-vi.png",
    "xu-huong.png": "xu-huong.png",
}


class Half:
    """Half a year of the sample office, with a station in every ward of the fictional province."""

    def __init__(self, session: Session) -> None:
        self.session, self.chance = session, random.Random(7)
        self.roster = _with_stations(sample_roster())
        applied(session, self.roster, FIRST)
        for person in session.exec(select(Person.id).order_by(col(Person.id))).all():
            if person and self.chance.random() < 0.95:
                link(session, person, FIRST)
        question = add_questions(session, 1)[0]
        self.rounds: list[Round] = []
        for week in range(WEEKS):
            if week == MERGED:
                applied(session, _merged(self.roster), FIRST + timedelta(weeks=week, hours=-2))
            if week not in QUIET:
                self._hold(FIRST + timedelta(weeks=week), question, is_last=week == WEEKS - 1)
        self.now = FIRST + timedelta(weeks=WEEKS - 1, days=3)

    def unit(self, code: str) -> int:
        """The id of a unit."""
        found = unit_by_code(self.session, code, self.now.date())
        assert found
        return found.id

    def report(self, code: str, kind: str) -> Gathered:
        """What is gathered of a unit."""
        wanted = span(self.session, self.unit(code), kind, self.now.date())
        found = gather(self.session, self.unit(code), wanted, {"giao-tiep": "Giao tiếp"}, self.now) if wanted else None
        assert found
        return found

    def _hold(self, opens: datetime, question: int, *, is_last: bool) -> None:
        closes = opens + timedelta(days=2, hours=8)
        round_ = open_round(self.session, [question], opens, closes)
        linked = set(self.session.exec(select(Account.person_id)).all())
        keen = 0.62 + 0.2 * len(self.rounds) / WEEKS
        for member in self.session.exec(select(Member).where(Member.round_id == round_.id)).all():
            if member.person_id not in linked:
                continue
            member.attempted_at, member.accepted_at = opens, opens if self.chance.random() < 0.98 else None
            if self.chance.random() < keen + 0.1 * (member.unit_id % 3 - 1):
                option = self.chance.choice((1, 2, 2, 2))
                answering.answer(self.session, member.person_id, round_.id or 0, question, option, None, opens)
        self.session.flush()
        round_.state = "closed"
        if not is_last:
            freeze(self.session, round_.id or 0, closes + timedelta(days=1))
        self.rounds.append(round_)


def _with_stations(roster: Roster) -> Roster:
    units, people = list(roster.units), list(roster.people)
    for number in range(1, STATIONS + 1):
        code, row = f"TRAM{number:02}", len(units) + 2
        name = f"Trạm Dịch vụ công phường Mẫu số {number}"
        units.append(UnitRow(row, code, name, "Trạm", "TT-DV", valid_from_on=date(2025, 7, 1)))
        for _ in range(3 if number == 9 else 5 + number % 6):
            staff = f"SVC{len(people) + 1:03}"
            people.append(PersonRow(len(people) + 2, staff, f"Người {len(people)}", code, phone=f"09{len(people):08}"))
    return Roster(tuple(units), tuple(people))


def _merged(roster: Roster) -> Roster:
    """The two teams of the service centre become one."""
    old = ("TT-DV-TN", "TT-DV-HT")
    made = UnitRow(99, "TT-DV-TH", "Tổ Tiếp nhận và Hỗ trợ", "Tổ", "TT-DV", old, date(2026, 10, 1))
    units = [unit for unit in roster.units if unit.code not in old]
    people = [
        one._replace(unit_code=made.code, duty=one.duty if one.unit_code == old[0] else "")
        if one.unit_code in old
        else one
        for one in roster.people
    ]
    return Roster((*units, made), tuple(people))


def reports(phrases: Phrases, half: Half) -> Iterator[tuple[str, bytes]]:
    """Files by name: the whole office over half a year, a merged team, the heads of other organisations."""
    office, team = half.report("SO-MAU", "half"), half.report("TT-DV-TH", "half")
    yield "co-quan.docx", write_docx(phrases, office, HEAD)
    letterhead = of_unit(half.session, HEAD, half.unit("TT-DV-TH"), half.now.date())
    yield "to.docx", write_docx(phrases, team, letterhead)
    yield "bang-co-quan.xlsx", write_sheet(phrases, office)
    yield "bang-to.xlsx", write_sheet(phrases, team)
    for kind in ("party", "mass"):
        agency = "Đảng ủy Sở Văn minh công sở" if kind == "party" else "Công đoàn Sở Văn minh công sở"
        superior = "Đảng bộ các cơ quan tỉnh Mẫu" if kind == "party" else "Công đoàn tỉnh Mẫu"
        head = replace(HEAD, organisation=kind, agency=agency, superior=superior)
        yield f"{kind}.docx", write_docx(phrases, team, head)


def drawings(phrases: Phrases, half: Half) -> Iterator[tuple[str, bytes]]:
    """PNG by name: the last round by unit, and the trend of the merged team."""
    bars = picture_of_round(half.session, phrases, half.unit("SO-MAU"), half.rounds[-1], half.now)
    rounds = trend(half.session, half.unit("TT-DV-TH"), half.now)
    assert bars
    assert rounds
    yield "tham-gia-theo-don-vi.png", png(bars.svg)
    yield "xu-huong.png", png(picture_of_trend(phrases, rounds).svg)


def printed(files: list[Path], folder: Path) -> None:
    """The pages of Word and Excel files as PNG, named after the file and the page."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True)
    for file in files:
        page = folder / file.stem
        subprocess.run(["pdftoppm", "-png", "-r", str(DOTS), str(page.with_suffix(".pdf")), str(page)], check=True)


def write(folder: Path) -> None:
    """Every report and drawing, and each page as a picture."""
    phrases = Phrases.load(PHRASES)
    database = Database(sqlite_url(folder / "office.db"))
    upgrade(database.engine)
    with database.transaction() as session:
        half = Half(session)
        made = {**dict(reports(phrases, half)), **dict(drawings(phrases, half))}
    database.close()
    for name, body in made.items():
        (folder / name).write_bytes(body)
    printed([folder / name for name in made if not name.endswith(".png")], folder)


def main(kept: str = "") -> None:
    """Renew docs/images; with a folder, everything stays there to be looked at page by page."""
    with TemporaryDirectory() as passing:
        folder = Path(kept or passing)
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)
        for name, source in SHOWN.items():
            shutil.copy(folder / source, IMAGES / name)


if __name__ == "__main__":
    main(*sys.argv[1:2])
