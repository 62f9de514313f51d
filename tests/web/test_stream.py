"""Nothing is lost and nothing comes twice, whatever happens to the connection."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.web.channel import WebChannel
from bot.web.stream import Rhythm
from content.message import Message
from content.phrases import Phrases
from scheduler.channel import Later, Parcel
from store import transcript
from store.database import Database, sqlite_url
from store.tables import Account
from tests.conftest import Clock
from tests.web.echo import Echo
from tests.web.office import Office
from tests.web.visitor import Visitor


async def address_of(office: Office) -> str:
    def newest(session: Any) -> str:
        return str(session.exec(select(Account.address)).one())

    return await office.database.run(newest)


async def test_history_first_then_what_comes(office: Office, visitor: Visitor) -> None:
    await visitor.says("trước")
    async with visitor.listens() as ear:
        await ear.until("Đã nghe: trước")
        await visitor.says("sau")
        assert [line["text"] for line in await ear.until("Đã nghe: sau")] == ["sau", "Đã nghe: sau"]


async def test_a_dropped_connection_resumes_where_it_stopped(office: Office, visitor: Visitor) -> None:
    heard: list[dict[str, Any]] = []
    for turn in range(6):
        last = str(heard[-1]["id"]) if heard else None
        async with visitor.listens(last_event_id=last) as ear:
            if turn:
                heard.append(await ear.next())
            await visitor.says(f"câu {turn}")
            heard.append(await ear.next())
        await office.echo.settle()  # the reply is written while nobody listens
    async with visitor.listens(last_event_id=str(heard[-1]["id"])) as ear:
        heard.append(await ear.next())
    expected = [text for turn in range(6) for text in (f"câu {turn}", f"Đã nghe: câu {turn}")]
    assert [line["text"] for line in heard] == expected
    assert len({line["id"] for line in heard}) == len(heard)


async def test_the_header_of_a_reconnecting_browser_counts_more_than_its_old_address(
    office: Office, visitor: Visitor
) -> None:
    for number in range(3):
        await visitor.says(str(number))
    await office.echo.settle()
    lines = (await visitor.lines())["lines"]
    async with visitor.listens(after=lines[0]["id"], last_event_id=str(lines[3]["id"])) as ear:
        assert (await ear.next())["id"] == lines[4]["id"]
    async with visitor.listens(after=lines[3]["id"], last_event_id="0") as ear:
        assert (await ear.next())["id"] == lines[0]["id"]
    async with visitor.listens(after=lines[1]["id"], last_event_id="not a number") as ear:
        assert (await ear.next())["id"] == lines[2]["id"]


async def test_a_restart_of_the_server_loses_nothing(database: Database, clock: Clock, phrases: Phrases) -> None:
    office = Office(database, clock, phrases)
    async with office.open():
        visitor = Visitor(office.url)
        await visitor.client.get("")
        said_id = str(uuid.uuid4())
        await visitor.says("trước khi dừng", said_id)
        async with visitor.listens() as ear:
            last = (await ear.until("Đã nghe: trước khi dừng"))[-1]["id"]
    async with office.open():
        await visitor.says("trước khi dừng", said_id)
        await visitor.says("sau khi chạy lại")
        async with visitor.listens(after=last) as ear:
            assert [line["text"] for line in await ear.until("Đã nghe: sau khi chạy lại")] == [
                "sau khi chạy lại",
                "Đã nghe: sau khi chạy lại",
            ]
    await visitor.client.aclose()


async def test_stopping_ends_open_streams_at_once(database: Database, clock: Clock, phrases: Phrases) -> None:
    async with Office(database, clock, phrases).open() as office:
        visitor = Visitor(office.url)
        await visitor.client.get("")
        await visitor.says("a")
        listening = visitor.listens()
        ear = await listening.__aenter__()
        await ear.until("Đã nghe: a")
        assert office.channel.bells.total() == 1
    with pytest.raises(EOFError):
        await ear.next()
    await listening.__aexit__(None, None, None)
    await visitor.client.aclose()
    assert office.channel.bells.total() == 0


async def test_lines_written_by_another_process_are_found_by_looking(
    database: Database, clock: Clock, phrases: Phrases
) -> None:
    rhythm = Rhythm(look_seconds=0.05)
    async with Office(database, clock, phrases, rhythm=rhythm).open() as office, Visitor(office.url) as visitor:
        await visitor.says("a")
        async with visitor.listens() as ear:
            await ear.until("Đã nghe: a")
            elsewhere = Office(database, clock, phrases)
            async with elsewhere.open():
                await elsewhere.echo.tell(await address_of(office), "Từ nơi khác")
            assert (await ear.next())["text"] == "Từ nơi khác"


async def test_a_quiet_stream_shows_that_it_is_alive(database: Database, clock: Clock, phrases: Phrases) -> None:
    rhythm = Rhythm(look_seconds=0.01, heartbeat_seconds=0.02)
    seen = b""
    async with (
        Office(database, clock, phrases, rhythm=rhythm).open() as office,
        Visitor(office.url) as visitor,
        visitor.client.stream("GET", "stream") as answer,
    ):
        async for part in answer.aiter_raw():
            seen += part
            if seen.count(b"\n:\n\n") >= 2:
                break
    assert seen.startswith(b"retry: 2000\n\n")


async def test_an_address_may_open_only_so_many_streams(office: Office, visitor: Visitor) -> None:
    async with visitor.listens(), visitor.listens(), visitor.listens(), visitor.listens():
        refused = await visitor.client.get("stream")
        assert refused.status_code == 429
        async with Visitor(office.url) as other, other.listens():
            assert office.channel.bells.total() == 5


async def test_a_listener_who_left_is_forgotten(database: Database, clock: Clock, phrases: Phrases) -> None:
    async with Office(database, clock, phrases).open() as office, Visitor(office.url) as visitor:
        for _ in range(10):
            async with visitor.listens() as ear:
                await visitor.says("a")
                await ear.next()
            async with asyncio.timeout(5):
                while office.channel.bells.total():  # noqa: ASYNC110 - nothing rings when the last listener leaves
                    await asyncio.sleep(0)


async def test_an_erased_transcript_starts_the_page_over(office: Office, visitor: Visitor) -> None:
    await visitor.says("xóa đi")
    async with visitor.listens() as ear:
        last = (await ear.until("Đã nghe: xóa đi"))[-1]["id"]

        def erase(session: Any) -> int:
            return transcript.forget(session, [session.exec(select(Account.id)).one()])

        assert await office.database.run(erase) == 2
        office.channel.bells.ring(await address_of(office))
        assert (await ear.next())["event"] == "reset"
    assert await visitor.lines(after=last) == {"lines": [], "more": False, "rewritten": True}
    assert await visitor.lines() == {"lines": [], "more": False, "rewritten": False, "files": False}


async def test_older_lines_come_in_portions(office: Office, visitor: Visitor) -> None:
    for number in range(5):
        await visitor.says(str(number))
        await office.echo.settle()
    newest = await visitor.lines(limit=4)
    assert [line["text"] for line in newest["lines"]] == ["3", "Đã nghe: 3", "4", "Đã nghe: 4"]
    assert newest["more"]
    rest = await visitor.lines(limit=100, before=newest["lines"][0]["id"])
    assert len(rest["lines"]) == 6
    assert not rest["more"]
    forward = await visitor.lines(limit=3, after=rest["lines"][0]["id"])
    assert [line["text"] for line in forward["lines"]] == ["Đã nghe: 0", "1", "Đã nghe: 1"]
    assert forward["more"]


async def test_nobody_hears_what_was_said_to_another(office: Office, visitor: Visitor) -> None:
    await visitor.says("riêng tư")
    await office.echo.settle()
    async with Visitor(office.url) as stranger:
        assert (await stranger.lines())["lines"] == []
        await stranger.says("b")
        async with stranger.listens() as ear:
            assert (await ear.next())["text"] == "b"


async def test_many_talk_at_once_and_each_line_arrives_once(office: Office) -> None:
    async def talk(name: str) -> list[str]:
        async with Visitor(office.url) as one, one.listens() as ear:
            for number in range(5):
                await asyncio.gather(*(one.says(f"{name}{number}", str(uuid.UUID(int=number))) for _ in range(2)))
            lines = await ear.until(f"Đã nghe: {name}4")
            return [line["text"] for line in lines]

    names = [f"người {number} câu " for number in range(8)]
    for name, texts in zip(names, await asyncio.gather(*map(talk, names)), strict=True):
        assert sorted(texts) == sorted(f"{start}{name}{number}" for number in range(5) for start in ("", "Đã nghe: "))


async def test_a_parcel_sent_twice_is_one_line(office: Office, visitor: Visitor) -> None:
    echo: Echo = office.echo  # its every parcel goes out twice
    await visitor.says("a")
    await echo.settle()
    assert [line["text"] for line in (await visitor.lines())["lines"]] == ["a", "Đã nghe: a"]


async def test_a_store_that_fails_is_tried_again_later(tmp_path: Path, clock: Clock) -> None:
    empty = Database(sqlite_url(tmp_path / "never-migrated.db"))
    outcome = await WebChannel(empty, clock).send(Parcel(1, "token", 1, "a" * 32, "reply", Message("x")))
    empty.close()
    assert outcome == Later(5.0, "OperationalError")
