"""``xem thử MÃ``: a card or question as each channel will show it, with its length and what would not fit."""

from typing import Any

from bot.conversation.drafts import quoted
from bot.conversation.menu import is_content_admin
from bot.conversation.talk import Talk
from bot.shown import Shown
from content import previewing
from content.loading.drafts import CARD, QUESTION
from content.message import Choice, Message
from store.tables import CardVersion, QuestionVersion

Version = CardVersion | QuestionVersion
TABLES: dict[str, Any] = {CARD: CardVersion, QUESTION: QuestionVersion}


def ask(talk: Talk) -> Message:
    """The word alone: how it is used."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    return talk.say("preview.how", example=previewing.an_example(talk.session))


def by_code(talk: Talk, said: str) -> Message:
    """What the code names; with several versions, the person chooses."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    code = said.strip(" .!?\"'")
    found = previewing.of_code(talk.session, code)
    if not found:
        return talk.say("preview.unknown", code=code[:40])
    if len(found) == 1:
        return _shown(talk, found[0], "")
    choices = tuple(Choice(_which(talk, version), f"preview:{_kind(version)}:{version.id}") for version in found)
    return Message(talk.words("preview.several", code=found[0].code), choices)


def preview(talk: Talk, kind: str, number: int, form: str = "") -> Message:
    """One version in one of its forms."""
    if not is_content_admin(talk):
        return talk.say("menu.unclear")
    version: Version | None = talk.session.get(TABLES[kind], number) if kind in TABLES else None
    return _shown(talk, version, form) if version is not None else talk.say("review.gone")


def _shown(talk: Talk, version: Version, form: str) -> Message:
    forms = previewing.messages(talk.session, talk.house.phrases, version, talk.now)
    form = form if form in forms else next(iter(forms))
    head = talk.words(
        "preview.head",
        kind=talk.words(f"review.kind.{_kind(version)}"),
        code=version.code,
        state=_state(talk, version),
        form=talk.words(f"preview.form.{form}"),
    )
    others = [
        Choice(_see(talk, other), f"preview:{_kind(version)}:{version.id}:{other}") for other in forms if other != form
    ]
    if version.state == "draft":
        others.append(talk.choice("review.whole", f"upload:{version.upload_id or 0}"))
    text = "\n".join([head, *_by_channel(talk, forms[form]), *_beyond(talk, forms[form])])
    return Message(text, (*others, talk.choice("menu.back", "say:menu")))


def _by_channel(talk: Talk, message: Message) -> list[str]:
    """The text once, when all channels show the same, with a line for each; else each text before its channels."""
    shown = {name: show(message) for name, show in talk.house.previews.items()}
    lines: list[str] = []
    for text in dict.fromkeys(one.text for one in shown.values()):
        lines.append(quoted(talk, text))
        lines += [_line(talk, name, one) for name, one in shown.items() if one.text == text]
    return lines


def _line(talk: Talk, name: str, shown: Shown) -> str:
    return talk.words(
        "preview.line",
        channel=talk.words(f"preview.channel.{name.replace('-', '_')}"),
        length=_grouped(shown.length),
        limit=_grouped(shown.limit),
        buttons=" · ".join(label.partition(".")[0] for label in shown.buttons),
        misfits=[talk.words(key) for key in shown.misfits],
    )


def _grouped(number: int) -> str:
    """``4.096``; empty for zero."""
    return f"{number:,}".replace(",", ".") if number else ""


def _beyond(talk: Talk, message: Message) -> list[str]:
    limits = {"soft": previewing.SOFT, "hard": _grouped(previewing.HARD)}
    return [talk.words(key, **limits) for key in previewing.beyond(message)]


def _see(talk: Talk, form: str) -> str:
    return talk.words("preview.see", form=talk.words(f"preview.form.{form}"))


def _which(talk: Talk, version: Version) -> str:
    kind = talk.words(f"review.kind.{_kind(version)}")
    return talk.words("preview.which", kind=kind, code=version.code, state=_state(talk, version))


def _state(talk: Talk, version: Version) -> str:
    return talk.words("preview.state.current" if version.current else "preview.state.draft")


def _kind(version: Version) -> str:
    return CARD if isinstance(version, CardVersion) else QUESTION
