"""`content drafts`, `approve`, `decline`, `lapsing`: the life of content from the operator's side."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.commands.acting import ACTOR, By, Refused, carry_out, content_admin, shown
from app.commands.roster import House
from content import reviewing
from content.loading.drafts import CARD, QUESTION, SOURCE
from content.phrases import Phrases
from content.reviewing import Approved, OwnDraft, Piece, Waiting
from content.validity import lapsing, unscored
from participation.units import office_day
from scheduler.notices import tell_sender
from store import ledger

Codes = Annotated[list[str] | None, typer.Argument(metavar="CODE...", help="Single drafts by code.")]
Upload = Annotated[int, typer.Option("--upload", metavar="N", help="All of one file: see content drafts.")]


def add(group: typer.Typer, open_house: Callable[[], House]) -> None:
    """Hang the commands onto the `content` group."""

    @group.command("drafts")
    def drafts() -> None:
        """What waits for approval, by file."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: _drafts(session)))

    @group.command("approve")
    def approve(
        codes: Codes = None,
        upload: Upload = 0,
        by: By = "",
        checked: Annotated[
            bool, typer.Option("--checked", help="What rests on memory was held against the text of law.")
        ] = False,
    ) -> None:
        """Approve drafts for a content admin who did not send them; they may be sent from then on."""
        house = open_house()
        raise typer.Exit(
            carry_out(
                house, lambda session, now: _approve(session, house.phrases, codes or [], upload, by, checked, now)
            )
        )

    @group.command("decline")
    def decline(
        codes: Codes = None,
        upload: Upload = 0,
        by: By = "",
        reason: Annotated[str, typer.Option("--reason", help="Told to the sender.")] = "",
    ) -> None:
        """Return drafts to their sender, or withdraw one's own."""
        house = open_house()
        raise typer.Exit(
            carry_out(
                house, lambda session, now: _decline(session, house.phrases, codes or [], upload, by, reason, now)
            )
        )

    @group.command("lapsing")
    def lapsing_() -> None:
        """What rests on a source that has ended or will within 30 days, and what is not scored."""
        raise typer.Exit(carry_out(open_house(), lambda session, now: lapses(session, now)))


def lapses(session: Session, now: datetime) -> list[str]:
    """What lapses and what is not scored, a line each."""
    today = office_day(now)
    lines = []
    for lapse in lapsing(session, today):
        codes = ", ".join((*lapse.cards, *lapse.questions))
        successor = f", replaced by {lapse.successor}" if lapse.successor else ""
        when = "ended" if lapse.is_over(today) else "ends"
        lines.append(f"{when} {lapse.until_on}  {lapse.source}  {lapse.citation}{successor}: {codes}")
    memory = [code for codes in unscored(session) for code in codes]
    lines = lines or ["nothing lapses within 30 days"]
    return [*lines, f"not scored, from memory: {', '.join(memory)}"] if memory else lines


def _drafts(session: Session) -> list[str]:
    return [line for file in reviewing.waiting(session) for line in _file(session, file)] or ["nothing waits"]


def _file(session: Session, file: Waiting) -> list[str]:
    counts = ", ".join(f"{count} {kind}s" for kind in (QUESTION, CARD, SOURCE) if (count := file.count(kind)))
    lines = [f"upload {file.upload_id}  {file.name or '(no file)'}  {file.person}  {shown(file.sent_at)}  {counts}"]
    for piece in file.pieces:
        draft = reviewing.found(session, piece)
        lacks = ", ".join(reviewing.lacking(draft)) if draft else ""
        lines.append(f"  {piece.kind} {draft.code if draft else ''}{f'  lacks {lacks}' if lacks else ''}")
    return lines


def _approve(
    session: Session, phrases: Phrases, codes: Sequence[str], upload: int, by: str, checked: bool, now: datetime
) -> list[str]:
    person = content_admin(session, by, now)
    pieces, files = _pieces(session, codes, upload)
    try:
        approved = reviewing.approve(session, pieces, person, now, checked=checked)
    except OwnDraft:
        raise Refused(f"{by.upper()} sent this: a second content admin has to approve it") from None
    _done(session, phrases, files, bool(upload), by, now)
    return _told(approved)


def _told(approved: Approved) -> list[str]:
    lines = [f"approved: {approved.count}"]
    if approved.unscored:
        lines.append(f"of these from memory, not scored: {approved.unscored}")
    return lines + [f"left out: {left.code or 'a draft'} lacks {', '.join(left.lacks)}" for left in approved.left_out]


def _decline(
    session: Session, phrases: Phrases, codes: Sequence[str], upload: int, by: str, reason: str, now: datetime
) -> list[str]:
    person = content_admin(session, by, now)
    pieces, files = _pieces(session, codes, upload)
    returned = reviewing.decline(session, pieces, person, now, reason.strip())
    _done(session, phrases, files, bool(upload), by, now, reason.strip())
    return [f"declined: {returned}"]


def _pieces(session: Session, codes: Sequence[str], upload: int) -> tuple[list[Piece], set[int]]:
    """The drafts meant, and the files they came in."""
    if bool(codes) == bool(upload):
        raise Refused("say which drafts: codes, or --upload N; see ./nep content drafts")
    named = reviewing.of_codes(session, codes)
    if unknown := [code for code, pieces in named.items() if not pieces]:
        raise Refused(f"no draft waits under {', '.join(unknown)}: see ./nep content drafts")
    pieces = reviewing.of_upload(session, upload) if upload else [piece for one in named.values() for piece in one]
    if not pieces:
        raise Refused(f"nothing of upload {upload} waits: see ./nep content drafts")
    drafts = [reviewing.found(session, piece) for piece in pieces]
    return pieces, {draft.upload_id for draft in drafts if draft is not None and draft.upload_id}


def _done(
    session: Session, phrases: Phrases, files: set[int], whole: bool, by: str, now: datetime, reason: str = ""
) -> None:
    """Whoever sent a file hears of it once nothing of it waits, or all of it was looked at."""
    ledger.audit(session, ACTOR, "acted_for", f"person {by.strip().upper()}", now, uploads=sorted(files))
    for upload_id in files:
        if whole or not reviewing.of_upload(session, upload_id):
            tell_sender(session, phrases, upload_id, now, reason)
