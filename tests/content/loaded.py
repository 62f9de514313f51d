"""Loaded files as values, for tests: questions, cards and sources as a reader leaves them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, select

from content.entries import Grade, Source
from content.loading.drafts import CardDraft, QuestionDraft, Reading, SourceDraft
from content.sources import LIBRARY, keep_sources
from store.tables import Account, Grant, Person, QuestionVersion, Unit, Upload

NOW = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # Monday 14:05 in Hà Nội
LONG_AGO = date(2020, 1, 1)
QD129 = Source(
    "QD129", "Quyết định", "129/2007/QĐ-TTg", "Quy chế văn hóa công sở", "Thủ tướng Chính phủ",
    date(2007, 8, 2), None, None, None, Grade.PRESS,
)  # fmt: skip

QUESTION = QuestionDraft(
    code="CQ-1",
    topic="trang-phuc",
    kind="situation",
    difficulty=1,
    stem="Sáng thứ Hai, anh Minh quên thẻ ở nhà. Anh nên làm gì?",
    options=("Vào làm như mọi ngày", "Báo bộ phận văn thư và xin thẻ tạm", "Xin về nhà lấy thẻ"),
    right=(2,),
    explanation="Thẻ giúp người dân biết đang làm việc với ai.",
    source="QD129",
    article="Điều 6",
    card="",
    track="",
    verified="text",
)
CARD = CardDraft("CT-1", "trang-phuc", "Đeo thẻ khi làm việc", "Thẻ đeo ở chỗ dễ thấy.", "QD129", "Điều 6", "", "text")
OWN_RULES = SourceDraft(
    "QC-SO", "Quy chế", "15/QC-SNV", "Quy chế làm việc", "Sở Nội vụ",
    date(2026, 10, 1), date(2026, 10, 15), None, "", "text",
)  # fmt: skip


def question(code: str = "CQ-1", **changes: Any) -> QuestionDraft:
    """A question like any other, with changes."""
    return replace(QUESTION, code=code, **changes)


def file_of(*entries: QuestionDraft | CardDraft | SourceDraft, form: str = "excel") -> Reading:
    """A reading without faults."""
    return Reading(
        format=form,
        rows=len(entries),
        questions=tuple(entry for entry in entries if isinstance(entry, QuestionDraft)),
        cards=tuple(entry for entry in entries if isinstance(entry, CardDraft)),
        sources=tuple(entry for entry in entries if isinstance(entry, SourceDraft)),
    )


def add_admins(session: Session, *names: str) -> list[int]:
    """Content admins with an account each, in a unit of their own, and the source the questions rest on."""
    keep_sources(session, [QD129], LIBRARY)
    unit = Unit(code="VP", name="Văn phòng", kind="Phòng", valid_from_on=LONG_AGO)
    session.add(unit)
    session.flush()
    ids = []
    for number, name in enumerate(names, 1):
        person = Person(staff_code=f"QT{number}", name=name, unit_id=unit.id or 0)
        session.add(person)
        session.flush()
        session.add(Grant(person_id=person.id or 0, role="content_admin", from_on=LONG_AGO))
        session.add(Account(channel="web", address=f"admin-{number}", person_id=person.id, state="active"))
        ids.append(person.id or 0)
    session.flush()
    return ids


def add_upload(session: Session, person_id: int, name: str = "CauHoi_T12.xlsx") -> int:
    """A file somebody sent in chat."""
    account = session.exec(select(Account).where(Account.person_id == person_id)).one()
    upload = Upload(
        person_id=person_id, account_id=account.id or 0, channel="web", name=name, file_ref="1", state="stored",
        received_at=NOW, settled_at=NOW,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    return upload.id or 0


def versions(session: Session, code: str = "CQ-1") -> list[tuple[int, str, bool]]:
    """Version, state and whether it is current, of every version of a question."""
    query = select(QuestionVersion).where(QuestionVersion.code == code).order_by(col(QuestionVersion.version))
    return [(row.version, row.state, row.current) for row in session.exec(query)]
