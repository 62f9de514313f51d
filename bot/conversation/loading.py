"""Loading content in chat: what can be sent, a file is taken in, and after its report a yes or a no. Admins only."""

import json
from datetime import timedelta

from bot.conversation.menu import is_content_admin
from bot.conversation.talk import Talk
from bot.filing import MOST_BYTES, keep_for
from bot.heard import Heard
from bot.links import UPLOAD, sign
from content import reviewing
from content.loading.drafts import Reading
from content.loading.excel.template import write_template
from content.loading.gate.naming import clean_name
from content.loading.gate.wire import from_json
from content.message import Attachment, Message
from participation import units
from scheduler import notices
from store import files, ledger, uploads
from store.tables import Person, Upload

LINK_MINUTES = 60
MOST_WAITING = 3  # files of one person being checked at the same time


def ask(talk: Talk) -> Message:
    """``nạp câu hỏi``: what can be sent and how, with the template; to anybody else this is no command."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    is_fileless = talk.account.channel in talk.house.fileless
    text = talk.words(
        "uploads.ask", megabytes=MOST_BYTES >> 20, link=_link(talk), is_fileless=is_fileless, minutes=LINK_MINUTES
    )
    return Message(text, file=_template(talk))


def received(talk: Talk, heard: Heard) -> Message:
    """A file came in: note it for the desk. What nobody will check is not kept."""
    if not is_content_admin(talk):
        files.drop(talk.session, heard.file_ref)
        return talk.say("menu.text_only")
    if heard.file_size > MOST_BYTES:
        return talk.say("uploads.too_big")
    if uploads.waiting(talk.session, talk.person_id) >= MOST_WAITING:
        files.drop(talk.session, heard.file_ref)
        return talk.say("uploads.one_after_another")
    name = clean_name(heard.file_name)
    uploads.receive(talk.session, talk.person_id, talk.account.id or 0, heard.channel, name, heard.file_ref, talk.now)
    return talk.say("uploads.received", name=name)


def store(talk: Talk, upload_id: int) -> Message:
    """Yes: the drafts of the report are written, all of them in this transaction, and the other admins learn of it."""
    upload = _mine(talk, upload_id)
    if upload is None:
        return talk.say("quiz.no_longer_valid")
    if upload.state == uploads.STORED:
        return talk.say("uploads.already", name=upload.name, at=upload.settled_at)
    if upload.state != uploads.CHECKED or not upload.found or _is_over(talk, upload):
        return talk.say("uploads.over")
    changes = reviewing.store_drafts(talk.session, reading_of(upload), talk.person_id, upload.id, talk.now)
    uploads.settle(talk.session, upload, uploads.STORED, talk.now)
    counts = {"new": changes.new, "changed": changes.changed, "same": changes.same}
    ledger.audit(talk.session, f"person {talk.person_id}", "content_loaded", f"upload {upload_id}", talk.now, **counts)
    if changes.new + changes.changed:
        _tell_the_others(talk, upload, changes.new + changes.changed)
    return talk.say("uploads.stored", name=upload.name, **counts)


def cancel(talk: Talk, upload_id: int) -> Message:
    """No: what was found is let go of."""
    upload = _mine(talk, upload_id)
    if upload is None:
        return talk.say("quiz.no_longer_valid")
    if upload.state == uploads.STORED:
        return talk.say("uploads.already", name=upload.name, at=upload.settled_at)
    if upload.state == uploads.CHECKED:
        uploads.settle(talk.session, upload, uploads.CANCELLED, talk.now)
    return talk.say("uploads.cancelled")


def reading_of(upload: Upload) -> Reading:
    """What was read of a file, exactly as its report told."""
    return from_json(Reading, json.loads(upload.found))


def _mine(talk: Talk, upload_id: int) -> Upload | None:
    """The upload, for who sent it and still keeps content; nobody can change it until the transaction ends."""
    upload = uploads.hold(talk.session, upload_id)
    return upload if upload is not None and upload.person_id == talk.person_id and is_content_admin(talk) else None


def _is_over(talk: Talk, upload: Upload) -> bool:
    return upload.settled_at is None or talk.now >= upload.settled_at + uploads.KEEP


def _template(talk: Talk) -> Attachment:
    """The workbook to be filled, with the topics, tracks and sources of this house in its lists."""
    known = reviewing.known(talk.session, talk.house.topics, talk.house.tracks)
    body = write_template(talk.house.phrases, known)
    return keep_for(talk.session, talk.words("uploads.template_name"), body, talk.person_id, talk.now)


def _link(talk: Talk) -> str:
    """A link to the page that takes a file, where the channel cannot; else empty."""
    house = talk.house
    if talk.account.channel not in house.fileless or not house.public_url:
        return ""
    ends_at = talk.now + timedelta(minutes=LINK_MINUTES)
    return f"{house.public_url.rstrip('/')}/tep/{sign(house.code_secret, UPLOAD, talk.account.id or 0, ends_at)}"


def _tell_the_others(talk: Talk, upload: Upload, count: int) -> None:
    """Whoever else keeps content learns once, in the next send window, that something waits for a second person."""
    others = units.holders(talk.session, notices.ROLE, talk.today) - {talk.person_id}
    sender = talk.session.get_one(Person, talk.person_id).name
    text = talk.words("uploads.notice", sender=sender, count=count, name=upload.name)
    message = Message(text, (talk.choice("uploads.see", "say:duyet"),))
    notices.notify(talk.session, f"upload:{upload.id}:notice", sorted(others), message, talk.now)
