"""What is stored about a person, all of it on request; and erasing it.

Law 91/2025/QH15 Art. 4 and Decree 356/2025/NĐ-CP Art. 5: a person may see, receive and have erased what is kept.
Erasing takes accounts, answers, reviews, pauses, leave not approved, messages and files; final counts name nobody.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from participation import counters
from participation.counting import Counts, counts_of
from store import files, ledger, transcript, uploads
from store.tables import (
    Account,
    Answer,
    Consent,
    Delivery,
    Exemption,
    Invitation,
    Member,
    Pause,
    Person,
    Placement,
    QuestionVersion,
    Recall,
    RecallAsk,
    Round,
    Unit,
)

KEEP_LEAVERS = timedelta(days=30)  # long enough to undo a mistaken roster, then a leaver's data goes


@dataclass(frozen=True, slots=True)
class AnswerKept:
    """One answer a person gave: the round's number, the question, the option's text, whether it was right."""

    number: int
    stem: str
    option: str
    is_right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything stored about one person, for the person alone."""

    name: str
    staff_code: str
    unit: str
    title: str
    phone: str
    accounts: tuple[tuple[str, datetime | None], ...]
    consents: tuple[tuple[str, datetime, datetime | None], ...]
    answers: tuple[AnswerKept, ...]
    reviews: int
    pauses: int
    messages: int
    exemptions: int
    files: int = 0
    uploads: int = 0


def everything(session: Session, person_id: int) -> Kept:
    """All that is stored about a person."""
    person = session.get_one(Person, person_id)
    accounts = session.exec(select(Account).where(Account.person_id == person_id)).all()
    consents = session.exec(select(Consent).where(Consent.person_id == person_id)).all()
    return Kept(
        name=person.name,
        staff_code=person.staff_code,
        unit=session.get_one(Unit, person.unit_id).name,
        title=person.title,
        phone=person.phone or "",
        accounts=tuple((account.channel, account.linked_at) for account in accounts),
        consents=tuple((consent.version, consent.given_at, consent.withdrawn_at) for consent in consents),
        answers=tuple(_answers(session, person_id)),
        reviews=len(session.exec(select(RecallAsk.id).where(RecallAsk.person_id == person_id)).all()),
        pauses=len(session.exec(select(Pause.id).where(Pause.person_id == person_id)).all()),
        messages=len(session.exec(select(Delivery.id).where(Delivery.person_id == person_id)).all()),
        exemptions=len(session.exec(select(Exemption.id).where(Exemption.person_id == person_id)).all()),
        files=files.held(session, person_id)[0],
        uploads=uploads.sent_by(session, person_id),
    )


def erase(session: Session, person_id: int, now: datetime, *, keep_account_id: int | None = None) -> None:
    """Erase what chat collected about a person and take consent back; the roster entry stays the employer's.

    `keep_account_id` keeps that one account as a stranger's, so that the last word can still be sent to it.
    """
    accounts = list(session.exec(select(Account).where(Account.person_id == person_id)))
    _erase_messages(session, [account.id or 0 for account in accounts], person_id)
    for account in accounts:
        ledger.record(session, "unlinked", now, person_id=person_id, account_id=account.id)
        _forget_account(account, now, keep=account.id == keep_account_id)
        session.add(account)
    _erase_scores(session, person_id)
    _erase_outside(session, person_id)
    files.forget_person(session, person_id)
    uploads.forget_person(session, person_id, now)
    for table in (Answer, Recall, RecallAsk, Pause):
        session.execute(delete(table).where(col(table.person_id) == person_id))
    reported = delete(Exemption).where(col(Exemption.person_id) == person_id, col(Exemption.approved_at).is_(None))
    session.execute(reported)  # an approved absence stays: figures rest on it
    session.execute(
        update(Invitation)
        .where(col(Invitation.person_id) == person_id, col(Invitation.used_at).is_(None))
        .values(revoked_at=now)
    )
    session.execute(
        update(Consent)
        .where(col(Consent.person_id) == person_id, col(Consent.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )
    ledger.record(session, "erased", now, person_id=person_id)
    counters.look_again(session, person_id)


def erase_leavers(session: Session, now: datetime) -> int:
    """Erase people who left the service over `KEEP_LEAVERS` ago, name and phone included; returns how many."""
    gone = session.exec(
        select(Placement.person_id)
        .join(Person, col(Person.id) == col(Placement.person_id))
        .where(Person.status == "left", Person.name != "", Placement.status == "left")
        .where(col(Placement.until_at).is_(None), Placement.from_at < now - KEEP_LEAVERS)
    ).all()
    for person_id in set(gone):
        erase(session, person_id, now)
        person = session.get_one(Person, person_id)
        person.name, person.phone, person.title = "", None, ""
        session.add(person)
    return len(set(gone))


def _answers(session: Session, person_id: int) -> list[AnswerKept]:
    query = (
        select(Answer, QuestionVersion, Round)
        .join(QuestionVersion, col(QuestionVersion.id) == col(Answer.question_version_id))
        .join(Round, col(Round.id) == col(Answer.round_id))
        .where(Answer.person_id == person_id)
        .order_by(col(Answer.id))
    )
    return [
        AnswerKept(
            round_.number, question.stem, json.loads(question.options)[given.option - 1], given.is_right, given.heard_at
        )
        for given, question, round_ in session.exec(query).all()
    ]


def _forget_account(account: Account, now: datetime, *, keep: bool) -> None:
    account.person_id = None
    account.asked = ""
    account.prompt_id = None
    account.linked_at = None
    account.chosen_at = None
    account.state = "stranger" if keep else "unlinked"
    if not keep:
        account.address = f"erased-{account.id}-{int(now.timestamp())}"


def _erase_messages(session: Session, account_ids: list[int], person_id: int) -> None:
    """What was said both ways; the rows of the outbox stay, so that nothing is ever sent twice."""
    transcript.forget(session, account_ids)
    session.execute(
        update(Delivery)
        .where(col(Delivery.person_id) == person_id, col(Delivery.state).in_(("waiting", "held")))
        .values(state="dropped", reason="erased")
    )
    session.execute(
        update(Delivery)
        .where(col(Delivery.account_id).in_(account_ids))
        .values(body='{"erased": true}', person_id=None)
    )


def _erase_scores(session: Session, person_id: int) -> None:
    """Final counts stay, the score behind them goes; in other rounds who takes consent back has not taken part.

    Else a question answered again after joining anew would be counted a second time.
    """
    running = counters.running(session, person_id)
    session.execute(
        update(Member)
        .where(col(Member.person_id) == person_id, col(Member.round_id).not_in([member.round_id for member in running]))
        .values(rights=0)
    )
    for member in running:
        before = counts_of(member)
        member.answers, member.rights, member.answered_at, member.finished_at = 0, 0, None, None
        session.add(member)
        counters.moved(session, member, before)


def _erase_outside(session: Session, person_id: int) -> None:
    """Who played along outside the snapshot, has not any more in rounds that are not final."""
    query = select(Answer.round_id, Answer.unit_id).where(Answer.person_id == person_id, col(Answer.counted).is_(False))
    firsts: dict[int, int] = {}
    for round_id, unit_id in session.exec(query.order_by(col(Answer.id))):
        firsts.setdefault(round_id, unit_id)
    for round_id, unit_id in firsts.items():
        counters.add(session, round_id, unit_id, Counts(outside=-1))
