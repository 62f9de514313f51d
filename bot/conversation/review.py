"""Reviewing in talk: what colleagues sent and nobody has decided on; approve it or return it. Never one's own."""

from collections.abc import Sequence

from bot.conversation import drafts
from bot.conversation.menu import is_content_admin
from bot.conversation.talk import Talk
from content import reviewing
from content.loading.drafts import CARD, QUESTION, SOURCE
from content.message import Choice, Message
from content.reviewing import LeftOut, Piece, Waiting
from scheduler.notices import tell_sender

AT_ONCE = 6  # files on one screen
LISTED = 5  # incomplete pieces named in one message
REASONS = ("review.reason.source", "review.reason.wording", "review.reason.key", "review.reason.duplicate")


def ask(talk: Talk, page: int = 1) -> Message:
    """``duyệt``: the files that wait, colleagues' first, a screen at a time."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    files = sorted(reviewing.waiting(talk.session), key=lambda file: file.person_id == talk.person_id)
    if not files:
        return talk.say("review.none")
    shown = files[(page - 1) * AT_ONCE : page * AT_ONCE]
    choices = [Choice(_line(talk, file), f"upload:{file.upload_id}") for file in shown]
    if (rest := len(files) - page * AT_ONCE) > 0:
        choices.append(talk.choice("review.more", f"uploads:{page + 1}", count=rest))
    own = any(file.person_id == talk.person_id for file in files)
    others = any(file.person_id != talk.person_id for file in files)
    return Message(talk.words("review.list", others=others, own=own), (*choices, talk.choice("menu.back", "say:menu")))


def upload(talk: Talk, upload_id: int, before: str = "") -> Message:
    """One file: how much it holds, what is incomplete, and what can be done with it."""
    file = _file(talk, upload_id)
    if file is None:
        return Message(before) if before else _gone(talk)
    own = file.person_id == talk.person_id
    gaps = drafts.gaps(talk, file.pieces)
    text = talk.words(
        "review.upload",
        line=_line(talk, file),
        gaps=gaps[:LISTED],
        more=max(0, len(gaps) - LISTED),
        own=talk.words("review.own") if own else "",
    )
    complete = file.count() - file.incomplete
    choices = [talk.choice("review.see", f"piece:{file.pieces[0].kind}:{file.pieces[0].id}")]
    if own:
        choices.append(talk.choice("review.withdraw", f"return:upload:{upload_id}"))
    else:
        if complete:
            choices.append(talk.choice("review.approve_all", f"approve:upload:{upload_id}", count=complete))
        if complete and drafts.unconfirmed(talk, file.pieces):
            choices.append(talk.choice("review.approve_checked", f"approve:upload:{upload_id}:1"))
        choices.append(talk.choice("review.return", f"return:upload:{upload_id}"))
    choices.append(talk.choice("review.back", "say:duyet"))
    return Message(f"{before}\n\n{text}" if before else text, tuple(choices))


def approve(talk: Talk, scope: str, number: int, checked: int = 0) -> Message:
    """Approve a whole file, or one piece of it; says how much went live and what is missing.

    `checked` 1: what rested on memory was held against the text of law.
    """
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    pieces = _pieces(talk, scope, number)
    if not pieces:
        return _gone(talk)
    upload_id = drafts.upload_of(talk, pieces[0])
    following = drafts.after(talk, pieces[0]) if scope != "upload" else None
    try:
        approved = reviewing.approve(talk.session, pieces, talk.person_id, talk.now, checked=checked == 1)
    except reviewing.OwnDraft as own:
        return talk.say(own.key)
    gaps = _left_out(talk, approved.left_out)
    told = talk.words(
        "review.approved",
        count=approved.count,
        unscored=approved.unscored,
        gaps=gaps[:LISTED],
        more=max(0, len(gaps) - LISTED),
    )
    return _onward(talk, scope, upload_id, following, told)


def return_(talk: Talk, scope: str, number: int, reason: int = 0) -> Message:
    """Return a whole file or one piece to its sender, or withdraw one's own; asks for the reason first."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    pieces = _pieces(talk, scope, number)
    if not pieces:
        return _gone(talk)
    own = drafts.sender(talk, pieces[0]) == talk.person_id
    if not 1 <= reason <= len(REASONS):
        return _ask_why(talk, scope, number, own)
    upload_id = drafts.upload_of(talk, pieces[0])
    following = drafts.after(talk, pieces[0]) if scope != "upload" else None
    why = "" if own else talk.words(REASONS[reason - 1])
    returned = reviewing.decline(talk.session, pieces, talk.person_id, talk.now, why)
    told = talk.words("review.withdrawn" if own else "review.returned", count=returned)
    return _onward(talk, scope, upload_id, following, told, why, own)


def _ask_why(talk: Talk, scope: str, number: int, own: bool) -> Message:
    back = talk.choice("review.keep", f"upload:{number}" if scope == "upload" else f"piece:{scope}:{number}")
    if own:
        yes = talk.choice("review.withdraw_yes", f"return:{scope}:{number}:1")
        return Message(talk.words("review.withdraw_ask"), (yes, back))
    reasons = [talk.choice(key, f"return:{scope}:{number}:{place}") for place, key in enumerate(REASONS, 1)]
    return Message(talk.words("review.why"), (*reasons, back))


def _onward(
    talk: Talk, scope: str, upload_id: int, following: Piece | None, told: str, why: str = "", own: bool = False
) -> Message:
    """What was done, then the next piece or what is left of the file; the sender hears once nothing is left to do."""
    file = _file(talk, upload_id)
    if not own and (file is None or scope == "upload"):
        tell_sender(talk.session, talk.house.phrases, upload_id, talk.now, why)
    if file is None:
        return Message(told, (talk.choice("review.back", "say:duyet"), talk.choice("menu.back", "say:menu")))
    if following is not None:
        return drafts.piece(talk, following.kind, following.id, told)
    return upload(talk, upload_id, told)


def _file(talk: Talk, upload_id: int) -> Waiting | None:
    if not is_content_admin(talk):
        return None
    return next((file for file in reviewing.waiting(talk.session) if file.upload_id == upload_id), None)


def _pieces(talk: Talk, scope: str, number: int) -> list[Piece]:
    if scope == "upload":
        return reviewing.of_upload(talk.session, number)
    piece = Piece(scope, number)
    return [piece] if reviewing.found(talk.session, piece) else []


def _left_out(talk: Talk, left_out: Sequence[LeftOut]) -> list[str]:
    """A line for each piece that lacks something, and one for all that somebody else decided on meanwhile."""
    lines = [
        talk.words("review.gap", code=left.code, fields=drafts.fields(talk, left.lacks))
        for left in left_out
        if left.lacks != (reviewing.GONE,)
    ]
    gone = len(left_out) - len(lines)
    return [*lines, talk.words("review.decided_elsewhere", count=gone)] if gone else lines


def _line(talk: Talk, file: Waiting) -> str:
    pieces = talk.words(
        "review.pieces", questions=file.count(QUESTION), cards=file.count(CARD), sources=file.count(SOURCE)
    )
    name = file.name or talk.words("review.no_file")
    if file.person_id == talk.person_id:
        return talk.words("review.line_own", name=name, pieces=pieces, sent_at=file.sent_at)
    return talk.words("review.line", name=name, pieces=pieces, person=file.person, sent_at=file.sent_at)


def _gone(talk: Talk) -> Message:
    return talk.say("review.gone" if is_content_admin(talk) else "menu.unclear")
