"""A restored database sends nothing by itself that may have gone out since the backup."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from scheduler.restoring import distrust
from store.database import Database
from store.tables import Account, Campaign, Delivery, Occurrence, Plan

NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)


def test_restored_messages_are_listed_and_not_sent(any_database: Database) -> None:
    states = [(state, channel) for state in ("waiting", "held", "sending", "sent") for channel in ("telegram", "web")]
    with any_database.transaction() as session:
        account = Account(channel="web", address="an")
        session.add(account)
        session.flush()
        for state, channel in states:
            key = f"{state}:{channel}"
            about = {"account_id": account.id or 0, "kind": "open", "lane": 1, "body": "{}"}
            session.add(Delivery(key=key, token=key, state=state, channel=channel, due_at=NOW, **about))  # type: ignore[arg-type]
    with any_database.transaction() as session:
        distrust(session, ("web",), NOW)
    with any_database.transaction() as session:
        after = {(row.key, row.state) for row in session.exec(select(Delivery))}
    kept = {(f"{state}:web", state) for state, _ in states} | {("sent:telegram", "sent")}
    assert after == kept | {(f"{state}:telegram", "unknown") for state in ("waiting", "held", "sending")}


def test_restored_occurrences_that_would_send_late_are_written_off(any_database: Database) -> None:
    long_ago, ahead = NOW - timedelta(days=3), NOW + timedelta(days=2)
    with any_database.transaction() as session:
        campaign = Campaign(code="c", name="C", starts_on=long_ago.date())
        session.add(campaign)
        session.flush()
        plan = Plan(campaign_id=campaign.id or 0, code="p", name="P", shape="{}")
        session.add(plan)
        session.flush()
        for kind, due_at in (("open", long_ago), ("freeze", long_ago), ("open", ahead)):
            session.add(Occurrence(plan_id=plan.id or 0, kind=kind, due_at=due_at, fires_at=due_at))
    with any_database.transaction() as session:
        distrust(session, ("web",), NOW)
    with any_database.transaction() as session:
        after = {(row.kind, row.due_at, row.state) for row in session.exec(select(Occurrence))}
    assert after == {("open", long_ago, "missed"), ("freeze", long_ago, "waiting"), ("open", ahead, "waiting")}
