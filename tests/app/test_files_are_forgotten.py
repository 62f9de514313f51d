"""Files and uploads: seven days, then they are gone; and a person sees, and may have erased, what is kept of them."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.housekeeping import tidy
from bot.conversation import personal
from bot.conversation.talk import House, Talk
from content.message import Message
from content.phrases import Phrases
from participation import privacy
from reports.pictures import Picture, illustrated
from store import files, uploads
from store.database import Database
from store.tables import Account, KeptFile, Upload
from tests.conftest import Clock
from tests.scheduler import stage

STATES = (uploads.WAITING, uploads.CHECKED, uploads.STORED)


@pytest.fixture
def people(any_database: Database, clock: Clock) -> Database:
    """An and Bình, each with a kept file and an upload in every state."""
    with any_database.transaction() as session:
        for person_id in stage.add_people(session, stage.add_unit(session), 2, linked=2):
            account = session.exec(select(Account).where(Account.person_id == person_id)).one()
            files.keep(session, "mau.xlsx", "", b"PK", person_id, clock())
            for state in STATES:
                given = (person_id, account.id or 0, "web", f"{state}.xlsx", "ref", clock())
                row = session.get_one(Upload, uploads.receive(session, *given))
                if state != uploads.WAITING:
                    uploads.settle(session, row, state, clock(), "{}" if state == uploads.CHECKED else "")
    return any_database


def kept(session: Session) -> list[tuple[str, str, str]]:
    """State, name and content of every upload."""
    rows = session.exec(select(Upload).order_by(col(Upload.id)))
    return [(row.state, row.name, row.found) for row in rows]


def test_after_seven_days_files_go_and_so_does_what_nobody_said_yes_to(people: Database, clock: Clock) -> None:
    with people.transaction() as session:
        tidied = tidy(session, clock() + timedelta(days=6))
        assert tidied
        assert (tidied.files, tidied.uploads) == (0, 0)
    with people.transaction() as session:
        tidied = tidy(session, clock() + timedelta(days=7))
        assert tidied
        assert (tidied.files, tidied.uploads) == (2, 2)
    with people.transaction() as session:
        assert session.exec(select(KeptFile)).all() == []
        mine = [("waiting", "waiting.xlsx", ""), ("cancelled", "checked.xlsx", ""), ("stored", "stored.xlsx", "")]
        assert kept(session) == mine * 2


def test_a_picture_stays_as_long_as_the_words_it_goes_with(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        (person_id,) = stage.add_people(session, stage.add_unit(session), 1, linked=1)
        told = illustrated(
            session, Message("Đợt 12"), Picture("<svg/>", "33/39 (84,6%)", "dot-12.png"), person_id, clock()
        )
        assert told.file
        token = told.file.token
        assert files.fetch(session, token, clock() + timedelta(days=89))
        assert files.fetch(session, token, clock() + timedelta(days=90)) is None


def test_a_person_sees_uploads_and_kept_files_and_erasing_takes_theirs_alone(
    people: Database, clock: Clock, phrases: Phrases
) -> None:
    with people.transaction() as session:
        an, binh = session.exec(select(Account).order_by(col(Account.id))).all()
        talk = Talk(session, House(phrases, "Sở Mẫu", b"key", "1", {}), an, clock())
        assert "- Tệp đã gửi để nạp: 3; tệp đang lưu tạm: 1\nTrưởng đơn vị" in personal.overview(talk).text
        privacy.erase(session, an.person_id or 0, clock())
    with people.transaction() as session:
        assert session.exec(select(KeptFile.person_id)).all() == [binh.person_id]
        states = [("cancelled", "", ""), ("cancelled", "", ""), ("stored", "", "")]
        assert kept(session) == [*states, *((state, f"{state}.xlsx", "{}" * (state == "checked")) for state in STATES)]
