"""What is stored about me: see it, receive all of it in pages, have it erased. And my results."""

from bot.conversation.talk import Talk
from content.message import Message
from participation import privacy

ON_A_PAGE = 1_000  # characters of answers in one message, which together with its head stays below 1,500


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
    pages = paged([talk.words("personal.answer", answer=answer) for answer in kept.answers])
    shown = pages[page - 1] if 1 <= page <= len(pages) else []
    text = talk.words("personal.export_page", kept=kept, page=page, pages=len(pages), answers=shown)
    more = (talk.choice("personal.next_page", f"export:{page + 1}"),) if page < len(pages) else ()
    return Message(text, (*more, talk.choice("menu.back", "say:menu")), inline=True)


def paged(lines: list[str]) -> list[list[str]]:
    """The lines in pages of at most `ON_A_PAGE` characters; always at least one page."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(map(len, pages[-1])) + len(line) > ON_A_PAGE:
            pages.append([])
        pages[-1].append(line)
    return pages


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
