"""Filing: a file somebody sends is kept together with the news of it, and handed out to its owner alone."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from bot.heard import FILE, Heard
from content.loading.gate.bounds import CONTENT_MEGABYTES, MEGABYTE
from content.loading.gate.naming import clean_name, extension_of
from content.message import Attachment
from participation import units
from store import files, inbox
from store.files import Kept
from store.inbox import Arrival
from store.tables import Account

MOST_BYTES = CONTENT_MEGABYTES * MEGABYTE  # of one file
MOST_KEPT = 50 * MEGABYTE  # of one person's files together, so that nobody fills the disk
UNKNOWN_TYPE = "application/octet-stream"
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
INBOX = "link"  # updates that came by a signed link, whatever channel their sender talks on
SENDERS = frozenset(("content_admin", "roster_admin"))


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose chat a file belongs to."""

    channel: str
    address: str


class NotTaken(Exception):
    """A file that is not kept. `key` is the phrase that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Unfetchable(Exception):
    """A file that cannot be had any more, however often it is asked for. `key` is the phrase that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def may_send(session: Session, sender: Sender, now: datetime) -> bool:
    """Whether files of this chat are kept at all: it belongs to somebody who loads content or the roster."""
    person_id = _person_id(session, sender)
    return person_id is not None and bool(SENDERS & units.roles(session, person_id, units.office_day(now)))


def take(
    session: Session, inbox_channel: str, sender: Sender, said_id: str, name: str, body: bytes, now: datetime
) -> None:
    """Keep a file and put the news of it into the inbox; the same `said_id` again changes nothing. Raises NotTaken."""
    if not may_send(session, sender, now):
        raise NotTaken("uploads.no_files")
    person_id = _person_id(session, sender) or 0
    if not body:
        raise NotTaken("uploads.empty_file")
    name = clean_name(name)
    token = files.keep(session, name, UNKNOWN_TYPE, body, person_id, now)
    said = {"channel": sender.channel, "address": sender.address, "file": token, "name": name, "size": len(body)}
    arrival = Arrival(
        inbox_channel, f"{sender.address}:{said_id}", json.dumps({**said, "id": said_id}, ensure_ascii=False)
    )
    if not inbox.keep(session, [arrival], now):
        files.drop(session, token)  # we had it: the first answer was lost on its way
    elif files.held(session, person_id)[1] > MOST_KEPT:
        raise NotTaken("uploads.too_many_files")


def hand_out(session: Session, sender: Sender, token: str, now: datetime) -> Kept | None:
    """A kept file, for the very person it was kept for; anybody else learns no more than that there is none."""
    kept = files.fetch(session, token, now)
    person_id = _person_id(session, sender)
    return kept if kept is not None and person_id is not None and kept.person_id == person_id else None


def kept_for(session: Session, account_id: int, token: str, now: datetime) -> Kept | None:
    """A kept file for the person behind an account; None for anybody else's and for one that is gone."""
    sender = sender_of(session, account_id)
    return hand_out(session, sender, token, now) if sender else None


def keep_for(session: Session, name: str, body: bytes, person_id: int, now: datetime) -> Attachment:
    """Keep a file of ours for a person; returns what goes with a message."""
    kind = MEDIA_TYPES.get(extension_of(name), UNKNOWN_TYPE)
    return Attachment(files.keep(session, name, kind, body, person_id, now), name)


def sender_of(session: Session, account_id: int) -> Sender | None:
    """The chat behind an account, while somebody is linked to it."""
    account = session.get(Account, account_id)
    return Sender(account.channel, account.address) if account is not None and account.state == "active" else None


def _person_id(session: Session, sender: Sender) -> int | None:
    query = select(Account.person_id).where(
        Account.channel == sender.channel, Account.address == sender.address, Account.state == "active"
    )
    return session.exec(query).first()


def hear(body: str, heard_at: datetime) -> Heard | None:
    """A file that came by a signed link, as if its sender's own channel had carried it."""
    try:
        kept = json.loads(body)
        channel, address, token, name, size = (kept[key] for key in ("channel", "address", "file", "name", "size"))
    except (ValueError, KeyError, TypeError):
        return None
    return Heard(channel, address, FILE, heard_at, file_ref=token, file_name=name, file_size=size)
