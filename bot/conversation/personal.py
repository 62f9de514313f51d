"""What is stored about me: see it, receive all of it in pages, have it erased. And my results."""

from bot.conversation.talk import Talk
from content.message import Message
from participation import privacy

ON_A_PAGE = 6  # answers in one message, to stay within a phone's screen or two


def overview(talk: Talk) -> Message:
    """What kinds of data are stored, with counts, and what can be done about them."""
    kept = privacy.everything(talk.session, talk.person_id)
    return Message(
        talk.words("personal.overview", kept=kept, answers=len(kept.answers)),
        (
            talk.choice("personal.export", "export:1"),
            talk.choice("personal.erase", "erase:ask"),
            talk.choice("menu.back", "say:menu"),
        ),
    )


def export(talk: Talk, page: int) -> Message:
    """Everything stored, a page at a time."""
    kept = privacy.everything(talk.session, talk.person_id)
    pages = max(1, -(-len(kept.answers) // ON_A_PAGE))
    shown = kept.answers[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    text = talk.words("personal.export_page", kept=kept, page=page, pages=pages, answers=shown)
    more = (talk.choice("personal.next_page", f"export:{page + 1}"),) if page < pages else ()
    return Message(text, (*more, talk.choice("menu.back", "say:menu")), inline=True)


def erase(talk: Talk, step: str) -> Message:
    """Ask once, then erase."""
    if step == "ask":
        return Message(
            talk.words("personal.erase_ask"),
            (talk.choice("personal.erase_yes", "erase:yes"), talk.choice("personal.erase_no", "say:menu")),
            inline=True,
        )
    privacy.erase(talk.session, talk.person_id, talk.now, keep_account_id=talk.account.id)
    return talk.say("personal.erased")


def results(talk: Talk) -> Message:
    """My own results of the last rounds."""
    rounds: dict[int, list[bool]] = {}
    for answer in privacy.everything(talk.session, talk.person_id).answers:
        rounds.setdefault(answer.number, []).append(answer.is_right)
    if not rounds:
        return talk.say("personal.no_results")
    lines = [(number, sum(rights), len(rights)) for number, rights in sorted(rounds.items(), reverse=True)]
    return talk.say(
        "personal.results",
        lines=lines[:8],
        rounds=len(lines),
        rights=sum(line[1] for line in lines),
        total=sum(line[2] for line in lines),
    )
