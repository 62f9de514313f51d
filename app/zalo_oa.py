"""The Zalo Official Account for the front door: opened only when an app is named, and what to tell the operator."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from app.doors import OA_FREE
from app.opening import CannotOpen, OpenHouse
from app.zalo_renewal import options_of, renew_apart
from bot import filing
from bot.conversation.reporting import LINK_MINUTES
from bot.links import DOWNLOAD, sign
from bot.pictures import developed
from bot.troubles import CallFailed, DoorClosed
from bot.zalo.oa.door import OaDoor
from bot.zalo.oa.rotation import NoAccess
from bot.zalo.oa.supplies import Supplies
from content.message import Attachment
from store.tables import Account

REMEDIES = {
    "zalo.oa.none": "the account has not agreed yet: run ./nep zalo login",
    "zalo.oa.lost": "its tokens can be renewed no more: run ./nep zalo login",
    "zalo.oa.key": "its tokens were sealed with another code_secret_file: bring that back, or run ./nep zalo login",
    "zalo.oa.ending": "its refresh token ends soon and could not be renewed: run ./nep zalo login",
    "zalo.oa.funds": "what costs money is not sent: fund the Zalo Cloud account; messages within 48 hours go on",
    "zalo.oa.address": "zalo_oa_webhook and zalo_oa_callback must be https addresses with a path",
}


def remedy(key: str) -> str:
    """What the operator should do."""
    return REMEDIES.get(key, key)


def open_zalo_oa(house: OpenHouse, wake: Callable[[], None]) -> OaDoor:
    """The door of the account. Raises `CannotOpen` for an address that Zalo cannot reach."""
    settings = house.settings
    supplies = Supplies(_loader(house), _teller(house), _free(house), renew_apart)
    try:
        return OaDoor(
            options_of(settings),
            house.database,
            house.clock,
            house.phrases,
            wake,
            settings.code_secret,
            supplies=supplies,
        )
    except DoorClosed as closed:
        raise CannotOpen(remedy(closed.key)) from None


async def ask_zalo_oa(door: OaDoor) -> str:
    """How the account stands, in words. Raises `CannotOpen` with what to do."""
    try:
        name = await door.check()
    except NoAccess as none:
        raise CannotOpen(remedy(none.key)) from None
    except CallFailed as failed:
        raise CannotOpen(
            f"Zalo does not serve the account now ({failed}): check the network, then its console"
        ) from None
    standing = await door.standing()
    if standing is None or standing.alarm:
        raise CannotOpen(remedy("zalo.oa.lost" if standing and standing.is_lost else "zalo.oa.ending"))
    return f"good, {name}, permission until {standing.refresh_ends_at:%Y-%m-%d}, renewed by itself"


def _loader(house: OpenHouse) -> Callable[[int, str], Awaitable[bytes | None]]:
    async def load(account_id: int, token: str) -> bytes | None:
        kept = await house.database.run(filing.kept_for, account_id, token, house.clock())
        ready = await developed(kept) if kept else None
        return ready.body if ready else None

    return load


def _free(house: OpenHouse) -> Callable[[int], Awaitable[bool]]:
    async def is_free(account_id: int) -> bool:
        return await house.database.run(_is_heard_since, account_id, house.clock() - OA_FREE)

    return is_free


def _is_heard_since(session: Session, account_id: int, since: datetime) -> bool:
    account = session.get(Account, account_id)
    return account is not None and account.last_heard_at is not None and account.last_heard_at > since


def _teller(house: OpenHouse) -> Callable[[int, Attachment], str]:
    def told(account_id: int, attached: Attachment) -> str:
        settings = house.settings
        if not settings.public_url:
            return house.phrases("zalo.file_elsewhere", name=attached.name)
        ends_at = house.clock() + timedelta(minutes=LINK_MINUTES)
        signed = sign(settings.code_secret, DOWNLOAD + attached.token, account_id, ends_at)
        link = f"{settings.public_url.rstrip('/')}/tai/{attached.token}/{signed}"
        return house.phrases("zalo.file", name=attached.name, minutes=LINK_MINUTES, link=link)

    return told
