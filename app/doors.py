"""Doors for the front door: which the settings open, and what each allows by the platforms' rules and the office's."""

from datetime import timedelta

from app.settings import Settings
from app.zalo_bots import channels
from scheduler.doors.terms import Terms

OA_OPEN, OA_FREE = timedelta(days=7), timedelta(hours=48)  # consultation messages: Zalo's rules of 2026-01-01


def configured(settings: Settings) -> frozenset[str]:
    """The channels these settings open. What is left out of them keeps its row and its count, and serves nobody."""
    others = {"telegram": settings.telegram_token, "zalo-oa": settings.zalo_oa_app_id}
    return frozenset(("web", *(name for name, given in others.items() if given), *channels(settings)))


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
