"""Reviewing: drafts change nothing by themselves, a second person makes them current, and each is decided once."""

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from content import publishing, reviewing
from content.loading.drafts import CARD, QUESTION, SOURCE
from content.reviewing import Changes, OwnDraft, approve, decline, of_codes, of_upload, store_drafts
from content.sources import sources
from store import ledger
from store.database import Database
from store.tables import AuditEntry, CardVersion, QuestionVersion, SourceRow
from tests.content.loaded import CARD as A_CARD
from tests.content.loaded import NOW, OWN_RULES, add_admins, add_upload, file_of, question, versions
from tests.content.loaded import QUESTION as A_QUESTION

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def admins(any_database: Database) -> list[int]:
    """Hoa sends, Lan and Minh look at it."""
    with any_database.transaction() as session:
        return add_admins(session, "Hoa", "Lan", "Minh")


def load(session: Session, person_id: int, *entries: object, form: str = "excel") -> int:
    """A file sent and stored; returns its upload."""
    upload = add_upload(session, person_id)
    store_drafts(session, file_of(*entries, form=form), person_id, upload, NOW)  # type: ignore[arg-type]
    return upload


def test_what_was_loaded_waits_and_is_not_sent(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        load(session, admins[0], question(), A_CARD)
        assert versions(session) == [(1, "draft", False)]
        row = session.exec(select(QuestionVersion)).one()
        assert (row.origin, row.citation, row.entered_by_id) == (
            "office", "Điều 6 Quyết định 129/2007/QĐ-TTg", admins[0],
        )  # fmt: skip
        (waiting,) = reviewing.waiting(session)
        assert (waiting.name, waiting.person, waiting.sent_at) == ("CauHoi_T12.xlsx", "Hoa", NOW)
        assert (waiting.count(), waiting.count(QUESTION), waiting.count(CARD), waiting.incomplete) == (2, 1, 1, 0)


def test_the_same_file_again_changes_nothing(any_database: Database, admins: list[int]) -> None:
    reading = file_of(question("CQ-1"), question("CQ-2", stem="Khác?"), A_CARD, OWN_RULES)
    with any_database.transaction() as session:
        assert reviewing.compare(session, reading) == Changes(new=4)
        assert store_drafts(session, reading, admins[0], None, NOW) == Changes(new=4)
        assert reviewing.compare(session, reading) == Changes(same=4)
        assert store_drafts(session, reading, admins[1], None, LATER) == Changes(same=4)
        assert versions(session) == [(1, "draft", False)]


def test_the_same_file_again_after_approval_changes_nothing(any_database: Database, admins: list[int]) -> None:
    reading = file_of(question(), A_CARD, OWN_RULES)
    with any_database.transaction() as session:
        store_drafts(session, reading, admins[0], 7, NOW)
        approve(session, of_upload(session, 7), admins[1], LATER)
        assert store_drafts(session, reading, admins[0], 8, LATER) == Changes(same=3)


def test_what_rests_on_memory_is_scored_once_a_reviewer_has_checked_it(
    any_database: Database, admins: list[int]
) -> None:
    own = replace(OWN_RULES, verified="memory")
    reading = file_of(question("CQ-1", verified="memory"), question("CQ-2", source=own.code, verified="memory"), own)
    with any_database.transaction() as session:
        store_drafts(session, reading, admins[0], 7, NOW)
        assert approve(session, of_upload(session, 7), admins[1], LATER, checked=True).unscored == 0
        grades = {
            row.code: row.verified for row in session.exec(select(QuestionVersion).where(QuestionVersion.current))
        }
        assert grades == {"CQ-1": "text", "CQ-2": "text"}
        assert sources(session)[own.code].verified == "text"
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "content_approved")).one()
        assert json.loads(entry.body)["checked"] == sorted(["CQ-1", "CQ-2", own.code])
        assert store_drafts(session, reading, admins[0], 8, LATER) == Changes(same=3)


@pytest.mark.parametrize("change", [{"stem": "Khác?"}, {"difficulty": 3}, {"track": "y-te"}, {"right": (1,)}])
def test_a_changed_row_makes_a_new_version_and_keeps_the_one_seen(
    any_database: Database, admins: list[int], change: dict[str, Any]
) -> None:
    with any_database.transaction() as session:
        first = load(session, admins[0], question())
        approve(session, of_upload(session, first), admins[1], NOW)
        assert store_drafts(session, file_of(question(**change)), admins[0], 9, LATER) == Changes(changed=1)
        assert versions(session) == [(1, "approved", True), (2, "draft", False)]
        approve(session, of_upload(session, 9), admins[1], LATER)
        assert versions(session) == [(1, "approved", False), (2, "approved", True)]
        assert session.exec(select(QuestionVersion).where(QuestionVersion.version == 1)).one().stem == A_QUESTION.stem


def test_a_newer_draft_takes_the_place_of_an_older_one(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        first = load(session, admins[0], question())
        second = load(session, admins[0], question(stem="Câu đã sửa?"))
        assert versions(session) == [(1, "declined", False), (2, "draft", False)]
        assert of_upload(session, first) == []
        assert len(of_upload(session, second)) == 1


def test_nobody_approves_their_own(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question())
        with pytest.raises(OwnDraft):
            approve(session, of_upload(session, upload), admins[0], NOW)
        assert versions(session) == [(1, "draft", False)]


def test_an_approval_is_written_down(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(), A_CARD)
        approved = approve(session, of_upload(session, upload), admins[1], LATER)
        assert (approved.count, approved.unscored, approved.left_out) == (2, 0, ())
        row = session.exec(select(CardVersion)).one()
        assert (row.state, row.current, row.decided_by_id, row.decided_at) == ("approved", True, admins[1], LATER)
        (entry,) = session.exec(select(AuditEntry)).all()
        assert (entry.actor, entry.act, entry.subject) == (
            f"person {admins[1]}", "content_approved", f"upload {upload}",
        )  # fmt: skip
        assert "CQ-1" in entry.body
        assert ledger.broken_link(session) is None


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"explanation": ""}, ("explanation",)),
        ({"source": "", "article": ""}, ("source",)),
        ({"topic": "", "kind": "", "difficulty": 0}, ("topic", "kind", "difficulty")),
        ({"source": "NOWHERE"}, ("source",)),
    ],
)
def test_what_lacks_something_waits_on(
    any_database: Database, admins: list[int], change: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(), question("CQ-2", **change), form="gift")
        assert reviewing.waiting(session)[0].incomplete == 1
        approved = approve(session, of_upload(session, upload), admins[1], NOW)
        assert approved.count == 1
        assert [(left.code, left.lacks) for left in approved.left_out] == [("CQ-2", lacks)]
        assert versions(session, "CQ-2") == [(1, "draft", False)]


def test_a_format_that_cannot_carry_all_leaves_the_rest_as_it_stands(any_database: Database, admins: list[int]) -> None:
    thin = question(topic="", kind="", difficulty=0, explanation="", source="", article="", verified="memory")
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(card="CT-1", track="y-te"))
        approve(session, of_upload(session, upload), admins[1], NOW)
        assert store_drafts(session, file_of(thin, form="aiken"), admins[0], 5, NOW) == Changes(same=1)
        changed = replace(thin, stem="Câu đã sửa?")
        assert store_drafts(session, file_of(changed, form="aiken"), admins[0], 5, NOW) == Changes(changed=1)
        assert approve(session, of_upload(session, 5), admins[1], NOW).left_out == ()
        row = session.exec(select(QuestionVersion).where(col(QuestionVersion.current))).one()
        assert (row.stem, row.track, row.source_code, row.verified) == ("Câu đã sửa?", "y-te", "QD129", "text")


def test_a_source_binds_nothing_before_its_approval(any_database: Database, admins: list[int]) -> None:
    ended = replace(OWN_RULES, in_force_until=date(2026, 11, 30))
    with any_database.transaction() as session:
        first = load(session, admins[0], OWN_RULES, question(source="QC-SO", article="Điều 3"))
        assert "QC-SO" not in sources(session)
        assert reviewing.known(session, {}, {}).sources["QC-SO"] == "Quy chế 15/QC-SNV"
        assert approve(session, of_upload(session, first), admins[1], NOW).count == 2
        second = load(session, admins[0], ended)
        row = session.exec(select(QuestionVersion)).one()
        assert (row.in_force_from, row.in_force_until) == (date(2026, 10, 15), None)
        approve(session, of_upload(session, second), admins[1], NOW)
        session.refresh(row)
        assert row.in_force_until == date(2026, 11, 30)
        assert session.exec(select(SourceRow).where(SourceRow.code == "QC-SO")).one().origin == "office"


def test_a_new_source_goes_along_with_the_question_that_rests_on_it(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        load(session, admins[0], OWN_RULES, question(source="QC-SO"))
        assert approve(session, of_codes(session, ["CQ-1"])["CQ-1"], admins[1], NOW).count == 2
        assert "QC-SO" in sources(session)


def test_the_approvers_own_new_source_does_not_go_along(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        load(session, admins[1], OWN_RULES)
        load(session, admins[0], question(source="QC-SO"))
        approved = approve(session, of_codes(session, ["CQ-1"])["CQ-1"], admins[1], NOW)
        assert (approved.count, approved.left_out[0].lacks) == (0, ("source",))
        assert "QC-SO" not in sources(session)


def test_what_rests_on_memory_is_approved_but_said_not_to_be_scored(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(verified="memory"))
        assert approve(session, of_upload(session, upload), admins[1], NOW).unscored == 1
        assert session.exec(select(QuestionVersion)).one().verified == "memory"


def test_what_was_declined_may_be_sent_again(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(), OWN_RULES)
        assert decline(session, of_upload(session, upload), admins[1], NOW, "Cần nói rõ hơn") == 2
        assert reviewing.waiting(session) == []
        assert "Cần nói rõ hơn" in session.exec(select(AuditEntry)).one().body
        assert reviewing.compare(session, file_of(question(), OWN_RULES)) == Changes(new=2)
        load(session, admins[0], question())
        assert versions(session) == [(1, "declined", False), (2, "draft", False)]


def test_the_product_leaves_what_the_office_approved_alone(any_database: Database, admins: list[int]) -> None:
    from pathlib import Path

    from content.library import load_library

    library = load_library(Path(publishing.__file__).parent / "library")
    code = next(iter(library.questions))
    with any_database.transaction() as session:
        publishing.publish(session, library, NOW)
        upload = load(session, admins[0], question(code))
        publishing.publish(session, library, NOW)
        assert versions(session, code) == [(1, "approved", True), (2, "draft", False)]
        approve(session, of_upload(session, upload), admins[1], NOW)
        publishing.publish(session, library, LATER)
        assert versions(session, code) == [(1, "approved", False), (2, "approved", True)]


def test_of_two_who_approve_at_once_one_does(any_database: Database, admins: list[int]) -> None:
    with any_database.transaction() as session:
        upload = load(session, admins[0], question(), question("CQ-2", stem="Khác?"), OWN_RULES)
        pieces = of_upload(session, upload)
        assert [piece.kind for piece in pieces] == [SOURCE, QUESTION, QUESTION]
    counts: list[int] = []
    start = threading.Barrier(2)

    def act(person_id: int) -> None:
        start.wait()
        with any_database.transaction() as session:
            counts.append(approve(session, pieces, person_id, NOW).count)

    threads = [threading.Thread(target=act, args=(person_id,)) for person_id in admins[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 3]
    with any_database.transaction() as session:
        assert len(session.exec(select(AuditEntry)).all()) == 1
        assert versions(session) == [(1, "approved", True)]


def test_of_two_who_send_the_same_at_once_one_stores(any_database: Database, admins: list[int]) -> None:
    stored: list[Changes] = []
    start = threading.Barrier(2)

    def act(person_id: int) -> None:
        start.wait()
        with any_database.transaction() as session:
            stored.append(store_drafts(session, file_of(question()), person_id, None, NOW))

    threads = [threading.Thread(target=act, args=(person_id,)) for person_id in admins[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored, key=lambda changes: changes.new) == [Changes(same=1), Changes(new=1)]
