"""Doors for the front door: what each kind of channel allows, by the platforms' rules and the office's settings."""

from datetime import timedelta

from app.settings import Settings
from scheduler.doors.terms import Terms

OA_OPEN, OA_FREE = timedelta(days=7), timedelta(hours=48)  # consultation messages: Zalo's rules of 2026-01-01


def terms_for(settings: Settings, channel: str) -> Terms:
    """The terms of a channel by its name, e.g. ``telegram`` or ``zalo-bot:2``."""
    kind = channel.split(":")[0]
    return Terms(
        monthly_quota=settings.zalo_bot_monthly_quota if kind == "zalo-bot" else 0,
        counts_received=settings.zalo_bot_counts_received,
        open_for=OA_OPEN if kind == "zalo-oa" else None,
        free_for=OA_FREE if kind == "zalo-oa" else None,
        falls_back=settings.door_fallback,
        patience=timedelta(days=settings.door_outage_days),
    )
