"""Joining: a code or one's own phone number, consent, the masked name, confirmation. A guess reveals nothing."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from participation import counters
from participation.accounts import LINKED
from participation.invitations import find
from participation.phones import canonical_phone
from store import ledger
from store.tables import Account, Consent, Invitation, Person, Unit

TRIES = 5
LOCKED_FOR = timedelta(hours=1)
PURPOSE = "participation"


@dataclass(frozen=True, slots=True)
class Match:
    """Someone on the roster, partly masked; waits for confirmation. `consented`: consent was already given here."""

    masked_name: str
    unit_name: str
    title: str
    consented: bool


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing fits: wrong, used, expired, revoked and unknown are one and the same answer."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many wrong tries; right ones are not looked at either."""

    until: datetime


@dataclass(frozen=True, slots=True)
class AlreadyLinked:
    """This account belongs to someone already; codes are not looked at."""

    person_id: int


@dataclass(frozen=True, slots=True)
class Joined:
    """The account is linked."""

    person_id: int
    name: str
    unit_name: str
    title: str


@dataclass(frozen=True, slots=True)
class NothingPending:
    """There is nothing to confirm: no code was given here, or it was confirmed before."""


@dataclass(frozen=True, slots=True)
class ConsentMissing:
    """Consent comes first."""


CodeOutcome = Match | NoMatch | Locked | AlreadyLinked
ConfirmOutcome = Joined | NoMatch | AlreadyLinked | NothingPending | ConsentMissing


@dataclass(frozen=True, slots=True)
class Pending:
    """What `Account.asked` remembers between the steps of joining, under the key `joining`. Never a code in clear."""

    person_id: int = 0
    invitation_id: int = 0  # 0: came by phone number
    consent_version: str = ""
    consent_at: str = ""


def try_code(session: Session, account: Account, code: str, secret: bytes, now: datetime) -> CodeOutcome:
    """A code was given. A match is remembered for `confirm`; five wrong ones lock the account for an hour."""
    if refusal := _refusal(account, now):
        return refusal
    invitation = find(session, code, secret, now)
    if invitation is None:
        return _wrong(session, account, now)
    return _match(session, account, invitation.person_id, invitation.id or 0)


def link_by_phone(session: Session, account: Account, phone: str, now: datetime) -> CodeOutcome:
    """The sender's own number, vouched for by the platform: one person at work, or the answer of a wrong code."""
    if refusal := _refusal(account, now):
        return refusal
    number = canonical_phone(phone)
    owners = session.exec(select(Person.id).where(Person.phone == (number or "?"), Person.status == "working")).all()
    if len(owners) != 1 or owners[0] is None:
        return _wrong(session, account, now)
    return _match(session, account, owners[0], 0)


def give_consent(session: Session, account: Account, version: str, now: datetime) -> None:
    """Agreement to the text of that version; it becomes a `Consent` row when the account is linked."""
    _remember(session, account, consent_version=version, consent_at=now.isoformat())


def confirm(session: Session, account: Account, now: datetime) -> ConfirmOutcome:
    """ "Yes, that is me." Of two accounts with one code exactly one is linked: the code is taken by one UPDATE."""
    pending = _pending(account)
    if account.state in LINKED and account.person_id is not None:
        return AlreadyLinked(account.person_id)
    if not pending.person_id:
        return NothingPending()
    if not pending.consent_version:
        return ConsentMissing()
    person = session.get(Person, pending.person_id, populate_existing=True)
    if person is None or person.status != "working" or not _take(session, account, pending, now):
        _remember(session, account, person_id=0, invitation_id=0)
        return NoMatch(TRIES - account.wrong_codes)
    return _link(session, account, person, pending, now)


def has_consented(account: Account) -> bool:
    """Whether this account agreed already and only a code is missing."""
    return bool(_pending(account).consent_version)


def pending_match(session: Session, account: Account) -> Match | None:
    """Who waits to be confirmed on this account, or None."""
    pending = _pending(account)
    return _match(session, account, pending.person_id, pending.invitation_id) if pending.person_id else None


def forget(session: Session, account: Account) -> None:
    """ "That is not me": what was pending is dropped, consent with it; the code stays unused."""
    _keep(session, account, None)


def unlink(session: Session, account_id: int, now: datetime) -> None:
    """The account is nobody's way in from now on. Does nothing for one that is not linked.

    It keeps `person_id`: erasing a leaver's data has to find what was said here. Rights hang on `state` alone.
    """
    account = session.get(Account, account_id)
    if account is None or account.state not in LINKED or account.person_id is None:
        return
    ledger.record(session, "unlinked", now, person_id=account.person_id, account_id=account_id)
    account.state, account.linked_at, account.asked, account.prompt_id = "unlinked", None, "", None
    session.add(account)
    counters.look_again(session, account.person_id)


def masked_name(name: str) -> str:
    """``Nguyễn Thị Hà`` → ``N. T. Hà``; a single word keeps its first letter only."""
    words = name.split()
    if len(words) < 2:
        return "".join(f"{word[0]}." for word in words)
    return " ".join([*(f"{word[0]}." for word in words[:-1]), words[-1]])


def _refusal(account: Account, now: datetime) -> AlreadyLinked | Locked | None:
    if account.state in LINKED and account.person_id is not None:
        return AlreadyLinked(account.person_id)
    if account.locked_until_at is not None and now < account.locked_until_at:
        return Locked(account.locked_until_at)
    return None


def _wrong(session: Session, account: Account, now: datetime) -> NoMatch | Locked:
    _remember(session, account, person_id=0, invitation_id=0)
    account.wrong_codes += 1
    outcome: NoMatch | Locked = NoMatch(TRIES - account.wrong_codes)
    if account.wrong_codes >= TRIES:
        until = now + LOCKED_FOR
        account.wrong_codes, account.locked_until_at = 0, until
        ledger.record(session, "code_locked", now, account_id=account.id)
        ledger.audit(session, f"account:{account.id}", "code_locked", f"account:{account.id}", now)
        outcome = Locked(until)
    session.add(account)
    session.flush()
    return outcome


def _match(session: Session, account: Account, person_id: int, invitation_id: int) -> Match:
    _remember(session, account, person_id=person_id, invitation_id=invitation_id)
    person = session.get_one(Person, person_id)
    unit = session.get_one(Unit, person.unit_id)
    return Match(masked_name(person.name), unit.name, person.title, bool(_pending(account).consent_version))


def _take(session: Session, account: Account, pending: Pending, now: datetime) -> bool:
    """Mark the invitation used, if nobody was faster; a phone number needs none."""
    if not pending.invitation_id:
        return True
    taken = session.execute(
        update(Invitation)
        .where(
            col(Invitation.id) == pending.invitation_id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
            col(Invitation.expires_at) > now,
        )
        .values(used_at=now, used_by_account_id=account.id)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def _link(session: Session, account: Account, person: Person, pending: Pending, now: datetime) -> Joined:
    person_id = pending.person_id
    account.person_id, account.state, account.linked_at = person_id, "active", now
    account.wrong_codes, account.locked_until_at = 0, None
    _keep(session, account, None)
    given_at = datetime.fromisoformat(pending.consent_at)
    version = pending.consent_version
    session.add(
        Consent(person_id=person_id, account_id=account.id, purpose=PURPOSE, version=version, given_at=given_at)
    )
    via = "code" if pending.invitation_id else "phone"
    ledger.record(session, "consented", given_at, person_id=person_id, account_id=account.id, version=version)
    ledger.record(
        session, "linked", now, person_id=person_id, unit_id=person.unit_id, account_id=account.id,
        channel=account.channel, via=via,
    )  # fmt: skip
    counters.look_again(session, person_id)
    return Joined(person_id, person.name, session.get_one(Unit, person.unit_id).name, person.title)


def _pending(account: Account) -> Pending:
    return Pending(**_asked(account).get("joining", {}))


def _remember(session: Session, account: Account, **changed: Any) -> None:
    _keep(session, account, Pending(**{**asdict(_pending(account)), **changed}))


def _keep(session: Session, account: Account, pending: Pending | None) -> None:
    """Write the pending step; whatever else the conversation keeps in `asked` stays."""
    asked = {key: value for key, value in _asked(account).items() if key != "joining"}
    if pending is not None and pending != Pending():
        asked["joining"] = asdict(pending)
    account.asked = json.dumps(asked, ensure_ascii=False, sort_keys=True) if asked else ""
    session.add(account)
    session.flush()


def _asked(account: Account) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(account.asked) if account.asked else {}
    return asked
