"""Finding cards: with and without accents, with a slip, half typed; and whatever else people put into a text field."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from content.entries import Grade, Source, Topic
from content.library import Card, Library, load_library
from content.publishing import publish
from content.ranking import Ranking
from content.searching import Search
from store.database import Database
from tests.conftest import ROOT, Clock

TODAY = date(2026, 11, 10)
LAW = Source("L1", "Quyết định", "129/2007/QĐ-TTg", "Quy chế", "TTCP", TODAY, date(2007, 9, 1), None, None, Grade.TEXT)
OLD = replace(LAW, code="L2", number="7/2008/NĐ-CP", in_force_until=TODAY + timedelta(days=20))
TOPICS = {"trang-phuc": "Trang phục", "dat-dai": "Đất đai", "giao-tiep": "Giao tiếp"}


def card(code: str, title: str, text: str, topic: str = "giao-tiep", source: str = "L1") -> Card:
    """A card of a law."""
    return Card(code, topic, title, text, source, "Điều 9", Grade.TEXT)


CARDS = (
    card("TP", "Trang phục khi làm việc", "Ăn mặc gọn gàng, lịch sự, đi giày hoặc dép có quai hậu.", "trang-phuc"),
    card("DT", "Đeo thẻ khi làm nhiệm vụ", "Thẻ có ảnh, họ tên, chức danh.", "trang-phuc"),
    card("DD", "Hồ sơ đất", "Hồ sơ về đất nộp ở bộ phận một cửa.", "dat-dai", "L2"),
    card("DAT", "Đạt chuẩn văn hóa", "Cơ quan đạt chuẩn khi nếp làm việc đã thành thói quen."),
    card("HN", "Hòa nhã với đồng nghiệp", "Lắng nghe, hòa nhã, không to tiếng."),
)
SHIPPED = load_library(ROOT / "content" / "library")


def library(*cards: Card) -> Library:
    """These cards and what they rest on."""
    topics = {code: Topic(code, name, "cong-so") for code, name in TOPICS.items()}
    sources = {source.code: source for source in (LAW, OLD)}
    return replace(SHIPPED, sources=sources, topics=topics, cards={one.code: one for one in cards}, questions={})


@pytest.fixture
def session(database: Database, clock: Clock) -> Iterator[Session]:
    """A store that holds the cards."""
    with database.transaction() as session:
        publish(session, library(*CARDS), clock())
        yield session


@pytest.fixture
def search() -> Search:
    """A search that has not been built yet."""
    return Search(TOPICS)


def codes(search: Search, session: Session, typed: str, on: date = TODAY) -> list[str]:
    """What is found, best first."""
    return [hit.code for hit in search.find(session, typed, on)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("trang phục", "TP"),
        ("TRANG PHUC", "TP"),
        ("tra\u0302ng phu\u0323c", "TP"),
        ("trnag phuc", "TP"),
        ("trang phuk", "TP"),
        ("trang pphuc", "TP"),
        ("trag phuc", "TP"),
        ("trang phujc", "TP"),
        ("trang phu5c", "TP"),
        ("trang ph", "TP"),
        ("deo the", "DT"),
        ("đeo thẻ", "DT"),
        ("hoà nhã", "HN"),
        ("hoa nha", "HN"),
        ("7/2008/nđ-cp", "DD"),
        ("dat dai", "DD"),
        ("có cần đeo thẻ không", "DT"),
    ],
)
def test_the_card_that_was_meant_comes_first(search: Search, session: Session, typed: str, first: str) -> None:
    assert codes(search, session, typed)[:1] == [first]


def test_exact_accents_come_first_and_the_others_still_come(search: Search, session: Session) -> None:
    hits = search.find(session, "đất", TODAY)
    assert [(hit.code, hit.exact) for hit in hits] == [("DD", True), ("DAT", False)]
    hits = search.find(session, "đạt", TODAY)
    assert [(hit.code, hit.exact) for hit in hits] == [("DAT", True), ("DD", False)]
    assert {hit.code for hit in search.find(session, "dat", TODAY)} == {"DD", "DAT"}


def test_a_hit_says_what_it_rests_on_and_until_when(search: Search, session: Session) -> None:
    [hit] = search.find(session, "bộ phận một cửa", TODAY)
    assert (hit.title, hit.topic, hit.citation) == ("Hồ sơ đất", "dat-dai", "Điều 9 Quyết định 7/2008/NĐ-CP")
    assert hit.until_on == OLD.in_force_until


def test_what_is_out_of_force_is_found_no_more(search: Search, session: Session) -> None:
    assert codes(search, session, "hồ sơ đất", TODAY + timedelta(days=20)) == ["DD"]
    assert codes(search, session, "hồ sơ đất", TODAY + timedelta(days=21)) == []


def test_every_correction_as_near_is_searched(search: Search, session: Session, clock: Clock) -> None:
    publish(session, library(card("A", "Cửa lớn", "nai"), card("B", "Cửa ngõ", "nha")), clock())
    assert set(codes(search, session, "nia")) == {"A", "B"}


@pytest.mark.parametrize("typed", ["xyzzy", "", " ", "?", "hôm nay trời đẹp quá", "🌼", "\x00", "một hai ba bốn"])
def test_what_is_not_there_is_not_found(search: Search, session: Session, typed: str) -> None:
    assert codes(search, session, typed) == []


@pytest.mark.parametrize(
    "hostile", ['"', "AND OR NOT NEAR(", "trang*", "title:x", "🌼🇻🇳", "a\x00b", "'; DROP", "\ud800"]
)
def test_whatever_is_typed_beside_it_the_words_are_found(search: Search, session: Session, hostile: str) -> None:
    assert "TP" in codes(search, session, f"{hostile} trang phục trang phục gọn gàng lịch sự")
    codes(search, session, hostile)


@given(st.text(max_size=80))
def test_no_text_is_too_odd_to_be_searched_for(typed: str) -> None:
    assert len(RANKING.find(typed, 3)) <= 3


RANKING = Ranking([[(one.title, 3.0), (one.text, 1.0)] for one in SHIPPED.cards.values()])


def test_a_very_long_text_is_cut_short() -> None:
    assert RANKING.find("trang phục " * 4000, 5) == RANKING.find("trang phục", 5)
    assert len(RANKING.find("công sở " + "x" * 100_000, 80)) <= 80


def test_a_new_version_a_withdrawal_and_another_date_are_noticed(
    search: Search, session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []
    original = Search._built

    def counted(self: Search, *given: Any) -> Any:
        built.append(given)
        return original(self, *given)

    monkeypatch.setattr(Search, "_built", counted)
    assert codes(search, session, "dép quai hậu") == ["TP"] == codes(search, session, "quai hậu")
    assert len(built) == 1
    publish(session, library(replace(CARDS[0], text="Mặc áo dài."), *CARDS[1:]), clock())
    assert codes(search, session, "dép quai hậu") == []
    assert codes(search, session, "áo dài") == ["TP"]
    publish(session, library(*CARDS[1:]), clock())
    assert codes(search, session, "áo dài") == []
    assert len(built) == 3
    ended = replace(library(*CARDS[1:]), sources={"L1": replace(LAW, in_force_until=TODAY), "L2": OLD})
    publish(session, ended, clock())
    assert search.find(session, "đeo thẻ", TODAY)[0].until_on == TODAY
    assert len(built) == 4


def test_many_threads_may_search_while_it_is_being_built(any_database: Database, search: Search, clock: Clock) -> None:
    with any_database.transaction() as session:
        publish(session, library(*CARDS), clock())

    def look(number: int) -> list[str]:
        with any_database.transaction() as session:
            return codes(search, session, "trang phuc", TODAY + timedelta(days=number % 2))

    with ThreadPoolExecutor(4) as threads:
        assert [found[0] for found in threads.map(look, range(40))] == ["TP"] * 40
