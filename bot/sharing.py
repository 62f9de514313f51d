"""Sharing: cards somebody may put into another chat, found by a few words. For people who are linked to us alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from bot.conversation.talk import House
from content import browsing
from content.composing import card_text
from participation.exemptions import OFFICE_ZONE
from store.tables import Account

AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Shared:
    """One card: `text` is what stands in the other chat, with its source and where it comes from."""

    code: str
    title: str
    source: str
    text: str


Share = Callable[[str, str], Awaitable[list[Shared] | None]]  # by address and what was typed


def shared(
    session: Session, house: House, channel: str, address: str, typed: str, now: datetime
) -> list[Shared] | None:
    """The best cards for what was typed; None for somebody who is not linked. Nothing of it is kept."""
    query = select(Account.id).where(Account.channel == channel, Account.address == address, Account.state == "active")
    if session.exec(query).first() is None:
        return None
    today = now.astimezone(OFFICE_ZONE).date()
    found = [hit.code for hit in house.search.find(session, typed, today, AT_MOST)]
    cards = browsing.named(session, found, today)
    return [
        Shared(
            card.code,
            card.title,
            card.citation,
            house.phrases("lookup.shared", card=card_text(house.phrases, card), agency=house.agency),
        )
        for card in (cards[code] for code in found if code in cards)
    ]
