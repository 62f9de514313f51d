"""Health and metrics: whether the process works, and the counts an operator watches. No personal data."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.doors import configured
from scheduler import outbox
from scheduler.doors.overview import Seen, overview
from store import inbox
from store.tables import Pace

if TYPE_CHECKING:
    from app.wiring import Assistant


DOOR_GAUGES: tuple[tuple[str, str, Callable[[Seen], float]], ...] = (
    (
        "nep_door_failing_seconds",
        "For how long a channel has failed or heard nothing",
        lambda one: one.failing_seconds,
    ),
    (
        "nep_door_halted",
        "Whether a channel's scheduled messages are halted",
        lambda one: one.door.halted_at is not None,
    ),
    ("nep_door_used", "Messages of this month that count against the quota", lambda one: one.use.used),
    ("nep_door_quota", "Messages a month may have, 0 for no limit", lambda one: one.use.limit),
    ("nep_door_outside_window", "People nothing may be sent to before they write", lambda one: one.outside),
)


def routes(assistant: Callable[[], "Assistant"]) -> list[Route]:
    """`/healthz` for a supervisor, `/metrics` for a collector on the same machine."""

    async def healthz(_request: Request) -> Response:
        running = assistant()
        try:
            counts = await running.house.database.run(_counts)
        except SQLAlchemyError as fault:
            return JSONResponse({"ok": False, "database": type(fault).__name__}, status_code=503)
        doors = {name: getattr(running, f"{name}_now") for name in ("telegram", "zalo_oa", "zalo_bots")}
        return JSONResponse({"ok": True, **counts, **doors})

    async def metrics(_request: Request) -> Response:
        running = assistant()
        now = running.house.clock()
        try:
            counts = await running.house.database.run(_counts)
            gates = await running.house.database.run(_gates, now)
            known = await running.house.database.run(overview, now)
        except SQLAlchemyError as fault:
            return PlainTextResponse(f"database: {type(fault).__name__}\n", status_code=503)
        in_use = configured(running.house.settings)
        doors = [one for one in known if one.door.channel in in_use]
        body = _exposition(running, counts, now, gates, doors)
        return PlainTextResponse(body, media_type="text/plain; version=0.0.4")

    return [Route("/healthz", healthz), Route("/metrics", metrics)]


def _counts(session: Session) -> dict[str, dict[str, int]]:
    return {
        "inbox": {state: inbox.count(session, state) for state in ("waiting", "parked")},
        "outbox": outbox.counts(session),
    }


def _gates(session: Session, now: datetime) -> dict[str, float]:
    """For each bot how many seconds its gate stays closed; 0 while it may send."""
    return {
        row.bot: max(0.0, (row.gate_until_at - now).total_seconds()) if row.gate_until_at else 0.0
        for row in session.exec(select(Pace))
    }


def _exposition(
    assistant: "Assistant",
    counts: dict[str, dict[str, int]],
    now: datetime,
    gates: Mapping[str, float] | None = None,
    doors: Sequence[Seen] = (),
) -> bytes:
    registry = CollectorRegistry()
    for name, states in counts.items():
        gauge = Gauge(f"nep_{name}", f"Rows of the {name} by state", ["state"], registry=registry)
        for state, count in states.items():
            gauge.labels(state).set(count)
    closed = Gauge("nep_gate_closed", "Seconds for which nothing is sent for a bot", ["bot"], registry=registry)
    for bot, seconds in (gates or {}).items():
        closed.labels(bot).set(seconds)
    for name, help_, measure in DOOR_GAUGES:
        gauge = Gauge(name, help_, ["channel"], registry=registry)
        for one in doors:
            gauge.labels(one.door.channel).set(measure(one))
    ticks = Gauge("nep_ticks", "Rings of the alarm since the start", ["result"], registry=registry)
    ticks.labels("all").set(assistant.alarm.rings)
    ticks.labels("failed").set(assistant.alarm.failures)
    Gauge("nep_updates_handled", "Updates handled since the start", registry=registry).set(assistant.reception.handled)
    Gauge("nep_clock_seconds", "The process's own time", registry=registry).set(now.timestamp())
    return generate_latest(registry)
