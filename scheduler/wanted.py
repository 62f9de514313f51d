"""Wanted: rights and wishes are looked at again when a message is about to go out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlmodel import Session, col

from participation import delegating, leave_decisions, pausing, units
from participation.counting import is_withdrawn
from scheduler.calendar import office_day
from scheduler.quiet import is_on_leave
from store.among import among
from store.columns import UtcMoment
from store.tables import Account, Delivery, Exemption, Member, Pause, Person, Round

SCHEDULED = ("open", "remind", "nudge", "review", "digest", "rekey", "notice", "decision", "window")
NOW, TODAY = bindparam("now", type_=UtcMoment), bindparam("today", type_=Date)


def _reached() -> Any:
    """Accounts that still belong to somebody at work who has not taken consent back; and whether a pause runs."""
    paused = (
        select(col(Pause.id)).where(col(Pause.person_id) == col(Person.id), *pausing.is_in_force(NOW, TODAY)).exists()
    )
    return (
        select(col(Account.id), col(Person.id), paused)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            among(col(Account.id), "accounts"),
            col(Account.state) == "active",
            col(Person.status) == "working",
            ~is_withdrawn(Person.id),
        )
    )


def _to_begin() -> Any:
    """Who has not begun a running round, nor is exempt; and whether a reminder is declined or would disturb a leave."""
    away = (
        select(col(Exemption.id)).where(col(Exemption.person_id) == col(Member.person_id), is_on_leave(TODAY)).exists()
    )
    return (
        select(col(Member.round_id), col(Member.person_id), col(Member.declined_reminders) | away)
        .join(Round, col(Round.id) == col(Member.round_id))
        .where(
            among(col(Member.round_id), "rounds"),
            among(col(Member.person_id), "people"),
            col(Member.exempt) == "",
            col(Member.answers) == 0,
            col(Round.state) == "open",
            col(Round.closes_at) > NOW,
        )
    )


# Built once: putting these statements together costs ten times as much as running them.
REACHED, TO_BEGIN = _reached(), _to_begin()


def still_wanted(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Whether a planned message should still go out; see `wanted`."""
    return wanted(session, [delivery], now)[0]


def wanted(session: Session, deliveries: Sequence[Delivery], now: datetime) -> list[bool]:
    """For each planned message whether it should still go out. A reply to one's own message always should."""
    scheduled = [one for one in deliveries if one.kind in SCHEDULED]
    if not scheduled:
        return [True] * len(deliveries)
    session.flush()  # what has just been changed counts
    find = session.connection().execute
    times: dict[str, Any] = {"now": now, "today": office_day(now)}
    given = times | {"accounts": [one.account_id for one in scheduled]}
    paused = {(account, person): is_paused for account, person, is_paused in find(REACHED, given).all()}
    given = times | {
        "rounds": {one.round_id for one in scheduled},
        "people": [one.person_id for one in scheduled],
    }
    quiet = {(round_, person): is_quiet for round_, person, is_quiet in find(TO_BEGIN, given).all()}

    def goes_out(one: Delivery) -> bool:
        if one.kind not in SCHEDULED:
            return True
        is_paused = paused.get((one.account_id, one.person_id))
        if is_paused is None:  # nobody the message was written for is there any more
            return False
        if one.kind == "decision":  # on what the person asked for, perhaps for the very days of a pause
            return True
        if is_paused:
            return False
        if one.kind in OWN_REASONS:
            return OWN_REASONS[one.kind](session, one, now)
        if one.round_id is None:
            return True
        is_quiet = quiet.get((one.round_id, one.person_id))
        return is_quiet is not None and not (is_quiet and one.kind in ("remind", "nudge"))

    return [goes_out(one) for one in deliveries]


def _may_be_told(session: Session, delivery: Delivery, now: datetime) -> bool:
    """A notice goes to whom it concerns on the day of sending: by its key, ``leave:request:person`` and the like."""
    about, number, *_ = delivery.key.split(":")
    person_id, today = delivery.person_id or 0, office_day(now)
    if about == "leave":
        return leave_decisions.still_waits(session, int(number), person_id, today)
    if about == "delegated":
        return delegating.concerns(session, int(number), person_id, today)
    if about == "door":
        return "operator" in units.roles(session, person_id, today)
    return "content_admin" in units.roles(session, person_id, today)  # to content admins, while they are


def _is_silent_still(session: Session, delivery: Delivery, _now: datetime) -> bool:
    """Nothing was heard since it was written. The key ends in the second of the account's last word."""
    account = session.get_one(Account, delivery.account_id)
    heard_at = account.last_heard_at
    return heard_at is not None and delivery.key.endswith(f":{int(heard_at.timestamp())}")


def _has_duty(session: Session, delivery: Delivery, now: datetime) -> bool:
    """Figures go to whoever heads the unit on the day of sending. The key reads ``digest:round:unit:person``."""
    unit_id = int(delivery.key.split(":")[2])
    return any(holder == delivery.person_id for holder, _ in units.duties(session, unit_id, office_day(now)))


OWN_REASONS = {"digest": _has_duty, "notice": _may_be_told, "window": _is_silent_still}
