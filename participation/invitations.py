"""Invitations: personal, single-use, expiring codes. Only a keyed hash is kept; the code is seen once, on paper."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from content.fold import fold
from participation.units import office_day, subtree_ids
from store import ledger
from store.tables import Account, Invitation, Person, Unit

# No letter or digit that looks like another, and no vowel, D, W or Y: a Vietnamese keyboard leaves the code alone.
ALPHABET = "23456789BCFGHJKMNPQRSTVXZ"
LENGTH = 8
VALID_DAYS = 30
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """A code in clear with whose it is. It exists in memory and on the printed sheet, nowhere else."""

    person_id: int
    staff_code: str
    name: str
    title: str
    unit_id: int
    unit_name: str
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Issued(person_id={self.person_id})"  # a code must not reach a log through a traceback


def shown(code: str) -> str:
    """``K7M2QX9T`` as people read it: ``K7M2-QX9T``."""
    return f"{code[:4]}-{code[4:]}"


def canonical(typed: str) -> str:
    """What was typed without case, accents, spaces and hyphens; empty when it cannot be a code."""
    letters = "".join(letter for letter in fold(typed).upper() if letter.isalnum())
    return letters if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else ""


def code_hash(code: str, secret: bytes) -> str:
    """HMAC-SHA256 of the canonical code, so that a stolen database does not give the codes away."""
    return hmac.new(secret, code.encode(), hashlib.sha256).hexdigest()


def waiting(session: Session, unit_id: int | None, now: datetime) -> list[int]:
    """People at work without a linked account, in a unit and below it, or everywhere when no unit is given."""
    linked = select(Account.person_id).where(
        col(Account.state).in_(("active", "blocked")), col(Account.person_id).is_not(None)
    )
    query = select(Person.id).where(Person.status == "working", col(Person.id).not_in(linked))
    if unit_id is not None:
        query = query.where(col(Person.unit_id).in_(subtree_ids(session, unit_id, office_day(now))))
    return [person_id for person_id in session.exec(query) if person_id is not None]


def issue(
    session: Session, person_ids: Collection[int], secret: bytes, now: datetime, days: int = VALID_DAYS
) -> list[Issued]:
    """A new code for each of these people who is at work, by unit and name; older unused codes are revoked."""
    people = _people(session, sorted(set(person_ids)))
    codes: set[str] = set()
    while len(codes) < len(people):
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not code.isalpha() and not code.isdigit():  # a code of both kinds can be told from a word when logs are cut
            codes.add(code)
    expires_at = now + timedelta(days=days)
    issued = [Issued(*person, code, expires_at) for person, code in zip(people, codes, strict=True)]
    revoke(session, [one.person_id for one in issued], now)
    rows = [
        {
            "person_id": one.person_id,
            "code_hash": code_hash(one.code, secret),
            "issued_at": now,
            "expires_at": expires_at,
        }
        for one in issued
    ]
    if rows:
        session.execute(insert(Invitation), rows)
        ledger.record(session, "invited", now, count=len(rows))
    return issued


def revoke(session: Session, person_ids: Sequence[int], now: datetime) -> None:
    """Unused codes of these people stop working."""
    for start in range(0, len(person_ids), AT_ONCE):
        session.execute(
            update(Invitation)
            .where(
                col(Invitation.person_id).in_(person_ids[start : start + AT_ONCE]),
                col(Invitation.used_at).is_(None),
                col(Invitation.revoked_at).is_(None),
            )
            .values(revoked_at=now)
        )


def find(session: Session, code: str, secret: bytes, now: datetime) -> Invitation | None:
    """The invitation a typed code opens; None when wrong, used, revoked, expired or its person has left."""
    # The look-up runs for hopeless codes too: every refusal does the same work.
    query = (
        select(Invitation)
        .join(Person, col(Person.id) == Invitation.person_id)
        .where(
            Invitation.code_hash == code_hash(canonical(code), secret),
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > now,
            Person.status == "working",
        )
    )
    return session.exec(query).first()


def _people(session: Session, person_ids: list[int]) -> list[tuple[int, str, str, str, int, str]]:
    found: list[tuple[int, str, str, str, int, str]] = []
    for start in range(0, len(person_ids), AT_ONCE):
        query = (
            select(Person.id, Person.staff_code, Person.name, Person.title, Unit.id, Unit.name)  # type: ignore[call-overload]
            .join(Unit, col(Unit.id) == Person.unit_id)
            .where(col(Person.id).in_(person_ids[start : start + AT_ONCE]), Person.status == "working")
        )
        found += [tuple(row) for row in session.exec(query)]
    return sorted(found, key=lambda person: (person[5], person[4], fold(person[2]), person[1]))
