"""The report on a file: how much of it is good, what is wrong, what would change, and the question whether to go on."""

import json
from dataclasses import replace

from bot.conversation.talk import Talk
from bot.filing import keep_for
from content import reviewing
from content.drafting import Changes
from content.loading.checked import Checked
from content.loading.drafts import Reading
from content.loading.gate.naming import extension_of
from content.loading.gate.wire import as_json
from content.message import Message
from store import uploads
from store.tables import Upload

FAULTS, WARNINGS = 10, 5
ROOM = 1_050, 300  # characters for all faults and all warnings, so that the whole stays below 1,500
LINE = 220  # characters of one of them


def report(talk: Talk, upload: Upload, checked: Checked) -> list[Message]:
    """Bring a checked upload to its next state; returns what its sender is told: the marked file first, if any."""
    reading = checked.reading
    if checked.refused or reading is None:
        uploads.settle(talk.session, upload, uploads.REFUSED, talk.now)
        return [talk.say("uploads.refused", name=upload.name, reason=checked.refused)]
    changes = reviewing.compare(talk.session, reading)
    has_news = changes.new + changes.changed > 0
    found = json.dumps(as_json(_without_flaws(reading)), ensure_ascii=False) if has_news else ""
    uploads.settle(talk.session, upload, uploads.CHECKED if has_news else uploads.CANCELLED, talk.now, found)
    marked = [_marked(talk, upload, checked.marked)] if checked.marked else []
    return [*marked, _told(talk, upload, checked, reading, changes)]


def apology(talk: Talk, upload: Upload, key: str) -> list[Message]:
    """The file could not be checked, through no fault of its own or because it cannot be had any more."""
    uploads.settle(talk.session, upload, uploads.REFUSED, talk.now)
    return [talk.say(key, name=upload.name)]


def fitting(lines: tuple[str, ...], most: int, room: int) -> list[str]:
    """The first of these lines, so many and no more than have room; a long one is cut."""
    shown: list[str] = []
    for line in lines[:most]:
        short = line if len(line) <= LINE else line[: LINE - 1] + "…"
        if sum(map(len, shown)) + len(short) > room:
            break
        shown.append(short)
    return shown


def _told(talk: Talk, upload: Upload, checked: Checked, reading: Reading, changes: Changes) -> Message:
    good = reading.rows - reading.faulty
    faults = fitting(checked.faults, FAULTS, ROOM[0])
    warnings = fitting(checked.warnings, WARNINGS, ROOM[1])
    text = talk.words(
        "uploads.report",
        name=upload.name,
        rows=reading.rows,
        good=good,
        faulty=reading.faulty,
        piece=_piece(talk, reading),
        faults=faults,
        more_faults=len(checked.faults) - len(faults),
        warnings=warnings,
        more_warnings=len(checked.warnings) - len(warnings),
        marked=checked.marked is not None,
        changes=changes,
    )
    if not changes.new + changes.changed:
        return Message(text)
    yes = talk.choice("uploads.yes", f"load:{upload.id}", good=good, piece=_piece(talk, reading))
    return Message(text, (yes, talk.choice("uploads.no", f"unload:{upload.id}")))


def _piece(talk: Talk, reading: Reading) -> str:
    """What one entry of such a file is called."""
    return talk.words("uploads.row" if reading.format == "excel" else "uploads.entry")


def _marked(talk: Talk, upload: Upload, body: bytes) -> Message:
    stem = upload.name.removesuffix(extension_of(upload.name))
    name = talk.words("uploads.marked_name", stem=stem, ending=extension_of(upload.name))
    return Message(talk.words("uploads.marked"), file=keep_for(talk.session, name, body, upload.person_id, talk.now))


def _without_flaws(reading: Reading) -> Reading:
    return replace(reading, flaws=(), warnings=())
