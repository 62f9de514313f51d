"""One draft in talk: shown as people will read it, with what it lacks, and what its reviewer can do with it."""

import json
from collections.abc import Iterable

from bot.conversation.menu import is_content_admin
from bot.conversation.talk import Talk
from content import previewing, reviewing
from content.entries import SCORED
from content.loading.drafts import SOURCE
from content.message import Message
from content.reviewing import Draft, Piece
from participation.option_keys import letters

LONGEST = 1000  # characters of a text quoted in a message, which with all around it stays below 1,500
BAR = "\N{BOX DRAWINGS LIGHT VERTICAL} "


def piece(talk: Talk, kind: str, number: int, before: str = "") -> Message:
    """One draft, quoted, with its place in the file."""
    asked = Piece(kind, number)
    draft = reviewing.found(talk.session, asked) if is_content_admin(talk) else None
    if draft is None:
        return talk.say("review.gone" if is_content_admin(talk) else "menu.unclear")
    siblings = reviewing.of_upload(talk.session, draft.upload_id or 0)
    correction = reviewing.taken_back(talk.session, draft)
    text = talk.words(
        "review.piece",
        position=siblings.index(asked) + 1,
        total=len(siblings),
        kind=talk.words(f"review.kind.{kind}"),
        code=draft.code,
        changes=fields(talk, reviewing.differing(talk.session, draft)),
        resting=reviewing.resting_on(talk.session, draft.code) if kind == SOURCE else 0,
        topic=talk.house.topics.get(getattr(draft, "topic", ""), ""),
        difficulty=getattr(draft, "difficulty", 0),
        track=talk.house.tracks.get(getattr(draft, "track", ""), ""),
        body=quoted(talk, previewing.told(talk.session, talk.house.phrases, draft, talk.now)),
        gaps=fields(talk, reviewing.lacking(draft)),
        corrected_at=correction.entered_at if correction else None,
        corrected_to=letters(json.loads(correction.after)) if correction else "",
        ended_on=draft.in_force_until if kind != SOURCE else None,
        unscored=kind != SOURCE and draft.verified not in SCORED,
    )
    choices = []
    if draft.entered_by_id != talk.person_id:
        if not reviewing.lacking(draft):
            choices.append(talk.choice("review.approve_one", f"approve:{kind}:{number}"))
            if unconfirmed(talk, [asked]):
                choices.append(talk.choice("review.approve_checked", f"approve:{kind}:{number}:1"))
        choices.append(talk.choice("review.return_one", f"return:{kind}:{number}"))
    if (following := after(talk, asked)) is not None:
        choices.append(talk.choice("review.next", f"piece:{following.kind}:{following.id}"))
    if kind != SOURCE:
        choices.append(talk.choice("review.channels", f"preview:{kind}:{number}"))
    choices.append(talk.choice("review.whole", f"upload:{draft.upload_id or 0}"))
    return Message(f"{before}\n\n{text}" if before else text, tuple(choices))


def quoted(talk: Talk, text: str) -> str:
    """A text with a bar before every line, so that its own numbers are not taken for choices of this message."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n{talk.words('preview.cut')}"
    return "\n".join(f"{BAR}{line}".rstrip() for line in shown.split("\n"))


def gaps(talk: Talk, pieces: Iterable[Piece]) -> list[str]:
    """A line for every incomplete draft among these."""
    found = [draft for piece in pieces if (draft := reviewing.found(talk.session, piece)) is not None]
    return [
        talk.words("review.gap", code=draft.code, fields=fields(talk, lacks))
        for draft in found
        if (lacks := reviewing.lacking(draft))
    ]


def unconfirmed(talk: Talk, pieces: Iterable[Piece]) -> bool:
    """Whether any of these rests on memory and would not be scored without a reviewer's word."""
    found = (reviewing.found(talk.session, piece) for piece in pieces)
    return any(draft is not None and draft.verified not in SCORED for draft in found)


def fields(talk: Talk, names: Iterable[str]) -> str:
    """Names of fields as people call them, in one line."""
    return ", ".join(talk.words(f"review.fields.{name}") for name in names)


def after(talk: Talk, asked: Piece) -> Piece | None:
    """The draft behind this one in its file, the first one behind the last; None when it is alone."""
    siblings = reviewing.of_upload(talk.session, upload_of(talk, asked))
    if asked not in siblings or len(siblings) == 1:
        return None
    return siblings[(siblings.index(asked) + 1) % len(siblings)]


def upload_of(talk: Talk, asked: Piece) -> int:
    """The file a draft came in; 0 for none."""
    draft = reviewing.found(talk.session, asked)
    return (draft.upload_id or 0) if draft else 0


def sender(talk: Talk, asked: Piece) -> int | None:
    """Who sent a draft."""
    draft: Draft | None = reviewing.found(talk.session, asked)
    return draft.entered_by_id if draft else None
