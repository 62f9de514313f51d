"""Rights and wishes are looked at again at the moment of sending."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from content.phrases import Phrases
from participation import pausing
from scheduler.calendar import Calendar
from scheduler.rounds import open_now
from scheduler.wanted import still_wanted
from store.database import Database
from store.tables import Account, Consent, Delivery, Duty, Member, Person, Round
from tests.scheduler import stage
from tests.scheduler.stage import LONG_AGO, PLAN, at

OPENING = at("2026-11-10", "09:00")
LATER = OPENING + timedelta(hours=1)
Change = Callable[[Session, Delivery], Any]


def member(session: Session, row: Delivery) -> Member:
    return session.get_one(Member, (row.round_id, row.person_id))


def account(session: Session, row: Delivery) -> Account:
    return session.get_one(Account, row.account_id)


def leaves(session: Session, row: Delivery) -> None:
    session.get_one(Person, row.person_id).status = "left"


def pauses(session: Session, row: Delivery) -> None:
    pausing.pause(session, row.person_id or 0, 3, OPENING)


def pauses_and_resumes(session: Session, row: Delivery) -> None:
    pauses(session, row)
    pausing.resume(session, row.person_id or 0, OPENING)


def withdraws(session: Session, row: Delivery) -> None:
    session.add(
        Consent(person_id=row.person_id or 0, purpose="quiz", version="1", given_at=OPENING, withdrawn_at=OPENING)
    )


def unlinks(session: Session, row: Delivery) -> None:
    account(session, row).state = "unlinked"


def hands_the_phone_on(session: Session, row: Delivery) -> None:
    unit_id = session.get_one(Person, row.person_id).unit_id
    other = Person(staff_code="khac", name="Người khác", unit_id=unit_id)
    session.add(other)
    session.flush()
    account(session, row).person_id = other.id


def is_exempted(session: Session, row: Delivery) -> None:
    member(session, row).exempt = "leave"


def answers(session: Session, row: Delivery) -> None:
    member(session, row).answers = 1


def declines(session: Session, row: Delivery) -> None:
    member(session, row).declined_reminders = True


def is_away_today(session: Session, row: Delivery) -> None:
    stage.grant_leave(session, [row.person_id or 0], "2026-11-10", "2026-11-10", OPENING)


def closes(session: Session, row: Delivery) -> None:
    session.get_one(Round, row.round_id).state = "closed"


def runs_out(session: Session, row: Delivery) -> None:
    session.get_one(Round, row.round_id).closes_at = LATER


def nothing(session: Session, row: Delivery) -> None:
    """Nothing happens."""


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (nothing, {"open", "remind", "nudge", "review", "reply"}),
        (leaves, {"reply"}),
        (pauses, {"reply"}),
        (pauses_and_resumes, {"open", "remind", "nudge", "review", "reply"}),
        (withdraws, {"reply"}),
        (unlinks, {"reply"}),
        (hands_the_phone_on, {"reply"}),
        (is_exempted, {"review", "reply"}),
        (answers, {"review", "reply"}),
        (declines, {"open", "review", "reply"}),
        (is_away_today, {"open", "review", "reply"}),
        (closes, {"review", "reply"}),
        (runs_out, {"review", "reply"}),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else "",
)
def test_what_still_goes_out_after(any_database: Database, phrases: Phrases, change: Change, kinds: set[str]) -> None:
    with any_database.transaction() as session:
        stage.add_office(session, 1)
        open_now(session, phrases, Calendar(), PLAN, OPENING)
    wanted = set()
    with any_database.transaction() as session:
        row = session.exec(select(Delivery)).one()
        change(session, row)
        session.flush()
        round_id = row.round_id
        for kind in ("open", "remind", "nudge", "review", "reply"):
            row.kind, row.round_id = kind, None if kind == "review" else round_id
            if still_wanted(session, row, LATER):
                wanted.add(kind)
    assert wanted == kinds


@pytest.mark.parametrize(("until_on", "wanted"), [(None, True), (date(2026, 11, 10), True), (date(2026, 11, 9), False)])
def test_figures_go_only_to_whoever_heads_the_unit_when_they_are_sent(
    any_database: Database, until_on: date | None, wanted: bool
) -> None:
    with any_database.transaction() as session:
        (person_id,) = stage.add_office(session, 1)
        unit_id = session.get_one(Person, person_id).unit_id
        session.add(Duty(person_id=person_id, unit_id=unit_id, kind="head", from_on=LONG_AGO, until_on=until_on))
        account_id = session.exec(select(Account.id)).one()
        row = Delivery(
            key=f"digest:1:{unit_id}:{person_id}",
            token="t",
            account_id=account_id or 0,
            person_id=person_id,
            channel="web",
            kind="digest",
            lane=1,
            body="{}",
            due_at=LATER.astimezone(UTC),
        )
        assert still_wanted(session, row, LATER) is wanted
