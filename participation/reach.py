"""Reach: whom a round's message was tried for, who got it, and which accounts a platform refuses."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from participation import counters
from participation.counting import Counts
from store import ledger
from store.among import among
from store.tables import Account, Member

_MEMBERS: Any = Member.__table__  # type: ignore[attr-defined]


def attempted(session: Session, openings: Iterable[tuple[int, int]], at: datetime) -> None:
    """Opening messages are about to be sent, each named by round and person (the first attempt counts)."""
    _reached(session, openings, "attempted", at)


def accepted(session: Session, openings: Iterable[tuple[int, int]], at: datetime) -> None:
    """The platform accepted opening messages, named by round and person. Not a read receipt: bots get none."""
    _reached(session, openings, "accepted", at)


def block(session: Session, account_id: int, at: datetime, reason: str) -> None:
    """The platform refuses this account. The person stays in every denominator and may come back."""
    account = session.get_one(Account, account_id)
    if account.state == "active":
        account.state = "blocked"
        session.add(account)
        ledger.record(session, "blocked", at, person_id=account.person_id, account_id=account_id, reason=reason)


def close_window(session: Session, account_id: int, at: datetime) -> None:
    """The platform says that this account's interaction window was closed when we tried; what is heard opens it."""
    account = session.get_one(Account, account_id, populate_existing=True)
    if account.last_heard_at is None or account.last_heard_at <= at:
        account.closed_at = at
        session.add(account)


def unblock(session: Session, account_id: int, at: datetime) -> None:
    """The person is reachable again: wrote something, or lifted the block."""
    account = session.get_one(Account, account_id)
    if account.state == "blocked":
        account.state = "active"
        session.add(account)
        ledger.record(session, "unblocked", at, person_id=account.person_id, account_id=account_id)


def _reached(session: Session, openings: Iterable[tuple[int, int]], what: str, at: datetime) -> None:
    """Note the moment with the members who have none yet, and count those who are in the base."""
    by_round: dict[int, list[int]] = {}
    for round_id, person_id in openings:
        by_round.setdefault(round_id, []).append(person_id)
    for round_id, people in sorted(by_round.items()):
        given = {"round": round_id, "people": people, "at": at}
        fresh = session.connection().execute(NOTE[what], given).all()
        counted = Counter(unit_id for unit_id, exempt, answers in fresh if answers or not exempt)
        for unit_id, number in counted.items():
            counters.add(session, round_id, unit_id, Counts(**{what: number}))


def _note(what: str) -> Any:
    moment = _MEMBERS.c[f"{what}_at"]
    return (
        update(_MEMBERS)
        .where(_MEMBERS.c.round_id == bindparam("round"), among(_MEMBERS.c.person_id, "people"), moment.is_(None))
        .values({moment: bindparam("at")})
        .returning(_MEMBERS.c.unit_id, _MEMBERS.c.exempt, _MEMBERS.c.answers)
    )


# Built once: they stand in every claim and every settling.
NOTE = {what: _note(what) for what in ("attempted", "accepted")}
