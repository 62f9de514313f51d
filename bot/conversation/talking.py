"""Talking: what was heard is understood as one action, and the action answers. The same on every channel."""

from datetime import date, datetime, timedelta

from bot.conversation import (
    days,
    finding,
    joining,
    leave,
    loading,
    menu,
    quiz,
    typed,
)
from bot.conversation.commands import ACTIONS, COMMANDS, COURTESIES, SAID, WITH_WORDS
from bot.conversation.talk import Talk
from bot.heard import BLOCKED, CHOICE, CONTACT, FILE, HERE, TEXT, UNBLOCKED, Heard
from content.fold import fold
from content.message import Message
from participation import reach
from scheduler.doors import readdressing
from store import outbox

LONGEST_COMMAND = 3  # words
CLOCKS_DIFFER = timedelta(minutes=5)  # a platform's and ours
DAYS_OFFERED = ("leavedays", "delegatedays")  # actions that end in a first and a last day


def respond(talk: Talk, heard: Heard) -> list[Message]:
    """What the assistant says to one utterance; nothing where not a word was said."""
    account = talk.account
    if heard.kind == BLOCKED:
        reach.block(talk.session, account.id or 0, talk.now, "blocked by the person")
        readdressing.leave(talk.session, account.id or 0, talk.now)
        return []
    reach.unblock(talk.session, account.id or 0, talk.now)
    if heard.kind in (UNBLOCKED, HERE):
        return []
    if account.state != "active":
        return [joining.respond(talk, heard, offered(talk, heard))]
    if heard.kind == CHOICE:
        return [act(talk, offered(talk, heard))]
    if heard.kind == TEXT:
        return [_typed(talk, heard)]
    if heard.kind == FILE:
        return [loading.received(talk, heard)]
    return [talk.say("joining.already_linked" if heard.kind == CONTACT else "menu.text_only")]


def offered(talk: Talk, heard: Heard) -> str:
    """The action of the button pressed, or of the number typed in reply to the last choices; empty when none."""
    if heard.kind == CHOICE:
        return _action(outbox.by_token(talk.session, heard.token, talk.account.id or 0), heard.number)
    prompt = outbox.prompt(talk.session, talk.account)
    return _action(prompt, _typed_number(prompt, heard.text))


def act(talk: Talk, action: str) -> Message:
    """Do what a choice means; every right and every deadline is checked again where it acts."""
    name, *rest = action.split(":")
    if name not in ACTIONS:
        return talk.say("quiz.no_longer_valid")
    return ACTIONS[name](talk, *(int(part) if part.isdigit() else part for part in rest))


def command(text: str) -> str:
    """The command a text is, with or without slash and diacritics; empty when it is none."""
    return COMMANDS.get(fold(text).strip(" /.!?"), "")


def with_words(text: str) -> tuple[str, str]:
    """The command a text begins with and the words behind it, e.g. ``tim kiem`` and ``trang phục``; else two blanks."""
    words = text.split()
    for count in range(min(LONGEST_COMMAND, len(words) - 1), 0, -1):
        called = fold(" ".join(words[:count])).lstrip("/")
        if called in WITH_WORDS:
            return called, " ".join(words[count:])
    return "", ""


def plain_choice(text: str) -> int | None:
    """The number a text names when it can mean nothing else wherever choices are shown; else None."""
    return None if command(text) or with_words(text)[0] else typed.chosen(text)


def is_older(heard: Heard, shown_at: datetime | None) -> bool:
    """Whether a text was said before what it would answer was on its way, by far more than clocks differ.

    Zalo posts again for hours what we did not confirm: then a number was meant for what was shown before.
    """
    return heard.said_at is not None and shown_at is not None and heard.said_at < shown_at - CLOCKS_DIFFER


def _typed(talk: Talk, heard: Heard) -> Message:
    text = heard.text
    said = command(text)
    if said:
        return SAID[said](talk)
    called, rest = with_words(text)
    if called and not _is_label(talk, text):
        return WITH_WORDS[called](talk, rest)
    if typed.chosen(text) is not None and _is_question(outbox.prompt(talk.session, talk.account)):
        # What nearly everybody types: no need to look what else it could mean.
        return (
            quiz.again(talk) if is_older(heard, outbox.prompted_at(talk.session, talk.account)) else _chosen(talk, text)
        )
    told = None if _is_label(talk, text) else _days_asked_for(talk, text) or leave.hear(talk, text)
    if told:
        return told
    if fold(text).strip(" .!") in COURTESIES:
        return menu.thanks(talk)
    if fold(text).startswith(("/start ", "start ")):
        return menu.greeting(talk)
    return _chosen(talk, text)


def _days_asked_for(talk: Talk, text: str) -> Message | None:
    """Days typed where a choice of days was offered: the same action, with the days that were typed."""
    prompt = outbox.prompt(talk.session, talk.account)
    offered = (_action(prompt, 1)).split(":")
    if offered[0] not in DAYS_OFFERED:
        return None
    *wish, first, _ = offered
    typed_days = days.until(text, max(talk.today, date.fromordinal(int(first))))
    if typed_days is None:
        return None
    return act(talk, ":".join([*wish, *(str(day.toordinal()) for day in typed_days)]))


def _chosen(talk: Talk, text: str) -> Message:
    """A typed choice: of the last choices shown here, else of the question open to the person anywhere."""
    prompt = outbox.prompt(talk.session, talk.account)
    number = _typed_number(prompt, text)
    if number is None:
        asked = _is_question(prompt)
        return (None if asked else finding.offer(talk, text)) or _unclear(talk, prompt)
    action = _action(prompt, number)
    if action and not (typed.is_letter(text) and not action.startswith(("answer:", "recall:"))):
        return act(talk, action)
    elsewhere = quiz.open_action(talk, number)
    if elsewhere and (prompt is None or typed.is_letter(text)):
        return act(talk, elsewhere)
    return act(talk, action) if action else _unclear(talk, prompt)


def _typed_number(prompt: str | None, text: str) -> int | None:
    number = typed.chosen(text)
    if number is None and prompt is not None and len(text) <= typed.LONGEST * 2:
        labels = [fold(choice.label) for choice in _message(prompt).choices]
        said = fold(text)
        number = labels.index(said) + 1 if labels.count(said) == 1 else None
    return number


def _is_label(talk: Talk, text: str) -> bool:
    """Whether a text is a choice word for word: then it is no command, whatever its first word."""
    prompt = outbox.prompt(talk.session, talk.account)
    labels = [choice.label for choice in _message(prompt).choices] if prompt else []
    return fold(text) in map(fold, [*labels, *quiz.open_labels(talk)])


def _is_question(prompt: str | None) -> bool:
    choices = _message(prompt).choices if prompt else ()
    return bool(choices) and choices[0].action.startswith(("answer:", "recall:"))


def _action(prompt: str | None, number: int | None) -> str:
    if prompt is None or number is None:
        return ""
    choices = _message(prompt).choices
    return choices[number - 1].action if 1 <= number <= len(choices) else ""


def _message(prompt: str) -> Message:
    return Message.loads(prompt) if '"choices"' in prompt else Message("")


def _unclear(talk: Talk, prompt: str | None) -> Message:
    count = len(_message(prompt).choices) if prompt else 0
    if not count:
        return talk.say("menu.unclear")
    numbers = talk.words("menu.numbers", count=count)
    return talk.say("quiz.unclear" if _is_question(prompt) else "menu.out_of_range", numbers=numbers)
