"""The upload desk: whatever happens on the way, a file is checked, and its sender hears of it once."""

import asyncio
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import uploads as desk_room
from bot.filing import Unfetchable
from bot.uploads import UploadDesk
from content.loading.checked import Checked
from content.phrases import Phrases
from store import files, outbox, uploads
from store.database import Database
from store.tables import Account, Delivery, KeptFile, Upload
from tests.conftest import Clock
from tests.content.loaded import file_of, question
from tests.conversation.loaders import GOOD, NAME, Room, count


@pytest.fixture
def clock(clock: Clock) -> Clock:
    """Tuesday 10 November 2026, 09:00."""
    return clock


@pytest.fixture
def room(database: Database, phrases: Phrases, clock: Clock) -> Room:
    """A desk whose every file holds 37 good questions."""
    return Room(database, phrases, clock)


async def test_a_file_is_checked_with_what_the_house_knows_and_reported_once(room: Room) -> None:
    assert (await room.sends(room.an)).text == f"Đã nhận tệp {NAME}, đang kiểm tra."
    assert room.uploads() == [("waiting", 0)]
    assert await room.desk.drain() == 1
    [(name, body, known)] = room.checker.seen
    assert (name, body) == (NAME, b"PK")
    assert "QD129" in known.sources
    assert known.topics == {"trang-phuc": "Trang phục"}
    assert room.uploads() == [("checked", 1)]
    assert room.keys() == ["upload:1:report"]
    assert await room.desk.drain() == 0


async def test_the_marked_copy_comes_first_and_is_kept_for_the_sender_alone(
    room: Room, database: Database, clock: Clock
) -> None:
    room.checker.answers = [
        Checked(reading=file_of(question()), faults=('Dòng 8, cột "Đáp án": ghi E.',), marked=b"marked")
    ]
    await room.sends(room.an)
    await room.reported(room.an)
    assert room.keys() == ["upload:1:file", "upload:1:report"]
    marked, report = room.told(room.an)[-2:]
    assert marked.file
    assert marked.file.name == "CauHoi_T12-loi.xlsx"
    assert report.file is None
    kept = await database.run(files.fetch, marked.file.token, clock())
    assert kept
    assert (kept.body, kept.person_id) == (b"marked", room.an)
    assert kept.media_type.endswith("spreadsheetml.sheet")


class Killed(BaseException):
    """The process is gone at this very point."""


@pytest.mark.parametrize("point", ["fetch", "check", "report", "put", "commit"])
async def test_a_death_at_any_point_leaves_work_that_is_done_again_and_told_once(
    room: Room, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def die(*_given: object, **_named: object) -> None:
        raise Killed

    async def die_later(*_given: object) -> Checked:
        raise Killed

    await room.sends(room.an)
    with monkeypatch.context() as kill:
        match point:
            case "fetch":
                kill.setattr(files, "fetch", die)
            case "check":
                kill.setattr(room.desk, "check", die_later)
            case "report":
                kill.setattr(desk_room, "report", die)
            case "put":
                kill.setattr(outbox, "put", die)
            case "commit":
                put = outbox.put

                def put_and_die(*given: Any) -> None:
                    put(*given)
                    raise Killed

                kill.setattr(outbox, "put", put_and_die)
        with pytest.raises(Killed):
            await room.desk.work_once()
    assert room.uploads() == [("waiting", 1)]
    assert room.keys() == []
    await room.desk.drain()
    assert room.uploads() == [("checked", 2)]
    assert room.keys() == ["upload:1:report"]


async def test_two_desks_at_the_same_file_report_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    second = UploadDesk(room.database, room.house, {}, room.checker, lambda: None, room.clock)

    async def check(*given: object) -> Checked:
        await second.drain()
        return GOOD

    await room.sends(room.an)
    monkeypatch.setattr(room.desk, "check", check)
    assert await room.desk.drain() == 1
    assert room.keys() == ["upload:1:report"]


async def test_what_fails_three_times_is_given_up_with_an_apology_and_holds_up_nobody(room: Room) -> None:
    room.checker.answers = [OSError("no"), GOOD]
    await room.sends(room.an, "xấu.xlsx")
    await room.sends(room.an, "tốt.xlsx")
    await room.desk.work_once()
    await room.desk.work_once()
    assert room.checker.seen[1][0] == "tốt.xlsx"  # behind which the one that failed now waits
    room.checker.answers = [OSError("no")]
    report = await room.reported(room.an)
    assert room.uploads() == [("refused", 3), ("checked", 1)]
    assert "xấu.xlsx do trục trặc phía hệ thống. Chưa ghi dữ liệu nào." in report.text


async def test_a_file_that_takes_the_process_with_it_is_not_tried_for_ever(room: Room) -> None:
    await room.sends(room.an)
    for _ in range(3):
        await room.database.run(uploads.begin)  # and then the process is gone
    report = await room.reported(room.an)
    assert room.checker.seen == []
    assert room.uploads() == [("refused", 4)]
    assert "trục trặc" in report.text


async def test_a_file_that_cannot_be_had_any_more_is_said_so_at_once(room: Room) -> None:
    await room.sends(room.an)
    with room.database.transaction() as session:
        session.delete(session.exec(select(KeptFile)).one())
    report = await room.reported(room.an)
    assert room.uploads() == [("refused", 1)]
    assert "không lấy được tệp" in report.text


async def test_another_channels_files_come_through_its_own_fetcher(room: Room) -> None:
    asked = []

    async def fetch(file_ref: str) -> bytes:
        asked.append(file_ref)
        if len(asked) == 1:
            raise Unfetchable("uploads.gone")
        return b"from elsewhere"

    desk = UploadDesk(room.database, room.house, {"pigeon": fetch}, room.checker, lambda: None, room.clock)
    for _ in range(2):
        account = room.account(room.an)
        given = (room.an, account.id or 0, "pigeon", NAME, "ref-7", room.clock())
        await room.database.run(uploads.receive, *given)
        await desk.drain()
    assert asked == ["ref-7", "ref-7"]
    assert room.checker.seen[0][:2] == (NAME, b"from elsewhere")
    assert room.uploads() == [("refused", 1), ("checked", 1)]


async def test_who_left_meanwhile_is_told_nothing(room: Room) -> None:
    await room.sends(room.an)
    room.change(room.an, state="unlinked")
    await room.desk.drain()
    assert room.uploads() == [("cancelled", 1)]
    assert room.keys() == []


async def test_the_chat_goes_on_while_a_check_hangs_and_a_stop_ends_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = asyncio.Event()

    async def hang(*_given: object) -> Checked:
        hanging.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(room.desk, "check", hang)
    await room.sends(room.an)
    running = asyncio.create_task(room.desk.run())
    async with asyncio.timeout(5):
        await hanging.wait()
        for _ in range(20):
            assert "Anh/Chị chọn một mục" in (await room.says(room.binh, "menu")).text
        assert (await room.sends(room.binh)).text.startswith("Đã nhận tệp")
        room.desk.stop()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert room.uploads() == [("waiting", 1), ("waiting", 0)]


async def test_a_running_desk_works_when_it_is_woken_and_outlives_a_bad_moment(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, stumbled = asyncio.Event(), asyncio.Event()
    room.desk.answered = done.set
    begin = uploads.begin

    def stumble(session: Session) -> Upload | None:
        if not stumbled.is_set():
            stumbled.set()
            raise OSError("disk")
        return begin(session)

    monkeypatch.setattr(uploads, "begin", stumble)
    running = asyncio.create_task(room.desk.run())
    async with asyncio.timeout(5):
        while not stumbled.is_set():  # noqa: ASYNC110 - set on another thread
            await asyncio.sleep(0.001)
        await room.sends(room.an)
        room.desk.wake()
        await done.wait()
    room.desk.stop()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert room.uploads() == [("checked", 1)]


async def test_on_both_databases_an_upload_goes_from_waiting_to_its_end(
    any_database: Database, phrases: Phrases, clock: Clock
) -> None:
    room = Room(any_database, phrases, clock)
    await room.sends(room.an)
    await room.desk.drain()
    await room.presses(room.an, 1)
    with any_database.transaction() as session:
        row = session.exec(select(Upload)).one()
        assert (row.state, row.tries, row.found) == ("stored", 1, "")
        assert uploads.waiting(session) == 0
        assert uploads.sent_by(session, room.an) == 1
        assert files.held(session, room.an) == (1, 2)
        assert count(session, Account) == 2
        told = session.exec(select(Delivery.kind).where(col(Delivery.key).startswith("upload:1:notice"))).all()
        assert told == ["notice"]
