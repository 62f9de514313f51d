"""Talking: what was heard is understood as one action, and the action answers. The same on every channel."""

from collections.abc import Callable
from datetime import date

from bot.conversation import (
    days,
    delegation,
    drafts,
    finding,
    joining,
    keys,
    leave,
    leave_review,
    loading,
    lookup,
    menu,
    missing,
    nudging,
    pausing,
    personal,
    preview,
    quality,
    quiz,
    reporting,
    review,
    schedule,
    statistics,
    topics,
    trend,
    typed,
    validity,
)
from bot.conversation.talk import Talk
from bot.heard import BLOCKED, CHOICE, CONTACT, FILE, TEXT, UNBLOCKED, Heard
from content.fold import fold
from content.message import Message
from participation import reach
from store import outbox
from store.tables import Delivery

COMMANDS: dict[str, str] = {
    **dict.fromkeys(("start", "bat dau", "batdau"), "start"),
    **dict.fromkeys(("menu", "thuc don"), "menu"),
    **dict.fromkeys(("quydinh", "quy dinh", "quy dinh theo chu de"), "quydinh"),
    **dict.fromkeys(("timkiem", "tim kiem", "tim", "tracuu", "tra cuu"), "timkiem"),
    **dict.fromkeys(("tracnghiem", "trac nghiem", "lam bai", "lam tiep"), "tracnghiem"),
    **dict.fromkeys(("ketqua", "ket qua"), "ketqua"),
    **dict.fromkeys(("tamdung", "tam dung"), "tamdung"),
    **dict.fromkeys(("tieptuc", "tiep tuc", "di lam lai", "toi di lam lai", "toi da di lam lai"), "tieptuc"),
    **dict.fromkeys(("nghiphep", "nghi phep", "bao nghi", "baonghi", "xin nghi"), "nghiphep"),
    **dict.fromkeys(("nghi", "duyetnghi", "duyet nghi"), "nghi"),
    **dict.fromkeys(("ghinghi", "ghi nghi"), "ghinghi"),
    **dict.fromkeys(("uyquyen", "uy quyen"), "uyquyen"),
    **dict.fromkeys(("dulieu", "du lieu"), "dulieu"),
    **dict.fromkeys(("trogiup", "tro giup", "help", "giup"), "trogiup"),
    **dict.fromkeys(("caidat", "cai dat"), "caidat"),
    **dict.fromkeys(("thongke", "thong ke", "tk"), "thongke"),
    **dict.fromkeys(("chuathamgia", "chua tham gia"), "chuathamgia"),
    **dict.fromkeys(("nhacnhe", "nhac nhe", "nhac"), "nhacnhe"),
    **dict.fromkeys(("chude", "chu de", "chu de yeu", "chu de con yeu"), "chude"),
    **dict.fromkeys(("xuhuong", "xu huong"), "xuhuong"),
    **dict.fromkeys(("baocao", "bao cao"), "baocao"),
    **dict.fromkeys(("lichgui", "lich gui"), "lichgui"),
    **dict.fromkeys(("noidung", "noi dung"), "noidung"),
    **dict.fromkeys(("duyet", "duyet noi dung"), "duyet"),
    **dict.fromkeys(("xemthu", "xem thu"), "xemthu"),
    **dict.fromkeys(("hethan", "het han", "sap het han"), "hethan"),
    **dict.fromkeys(("napcauhoi", "nap cau hoi"), "napcauhoi"),
    **dict.fromkeys(("suadapan", "sua dap an"), "suadapan"),
    **dict.fromkeys(("thongkecau", "thong ke cau", "thong ke cau hoi"), "thongkecau"),
}

COURTESIES = frozenset(("cam on", "cam on nhe", "cam on tro ly", "ok", "vang", "da", "da vang", "duoc roi"))

SAID: dict[str, Callable[[Talk], Message]] = {
    "start": menu.greeting,
    "menu": menu.menu,
    "quydinh": lookup.topics,
    "timkiem": finding.ask,
    "tracnghiem": quiz.resume,
    "ketqua": personal.results,
    "tamdung": pausing.ask,
    "tieptuc": leave.resume,
    "nghiphep": leave.ask,
    "nghi": leave_review.ask,
    "ghinghi": leave_review.how,
    "uyquyen": delegation.ask,
    "dulieu": personal.overview,
    "trogiup": menu.help_,
    "caidat": menu.settings,
    "thongke": statistics.ask,
    "chuathamgia": missing.ask,
    "nhacnhe": nudging.ask,
    "chude": topics.ask,
    "xuhuong": trend.ask,
    "baocao": reporting.ask,
    "lichgui": schedule.ask,
    "noidung": menu.content,
    "duyet": review.ask,
    "xemthu": preview.ask,
    "hethan": validity.ask,
    "napcauhoi": loading.ask,
    "suadapan": keys.ask,
    "thongkecau": quality.ask,
}

WITH_WORDS: dict[str, Callable[[Talk, str], Message]] = {
    **dict.fromkeys(("tamdung", "tam dung"), pausing.ask),
    **dict.fromkeys(("nghiphep", "baonghi"), leave.by_words),
    **dict.fromkeys(("ghinghi", "ghi nghi"), leave_review.preview),
    **dict.fromkeys(("uyquyen", "uy quyen"), delegation.by_words),
    **dict.fromkeys(("xemthu", "xem thu"), preview.by_code),
    **dict.fromkeys(("suadapan", "sua dap an"), keys.preview),
    **dict.fromkeys(("thongkecau", "thong ke cau"), quality.of_one),
    **dict.fromkeys(("quydinh", "quy dinh", "timkiem", "tim kiem", "tim", "tracuu", "tra cuu"), finding.find),
}
"""Commands that take what is typed behind them, as it was typed."""

LONGEST_COMMAND = 3  # words
DAYS_OFFERED = ("leavedays", "delegatedays")  # actions that end in a first and a last day

ACTIONS: dict[str, Callable[..., Message]] = {
    "say": lambda talk, word: SAID[word](talk),
    "answer": quiz.answer,
    "recall": quiz.recall,
    "mute": quiz.mute,
    "away": quiz.away,
    "topics": lookup.topics,
    "topic": lookup.topic,
    "card": lookup.card,
    "find": finding.page,
    "pause": pausing.pause,
    "leaveask": leave.ask_days,
    "leavedays": leave.on_days,
    "leavewhy": leave.report,
    "leaveonly": leave.only_paused,
    "leaveback": leave.withdraw,
    "leaves": leave_review.page,
    "leaveshow": leave_review.show,
    "leaveok": leave_review.approve,
    "leaveno": leave_review.refuse,
    "leaveenter": leave_review.enter,
    "delegations": delegation.overview,
    "delegatewho": delegation.who,
    "delegateto": delegation.until,
    "delegatedays": delegation.preview,
    "delegate": delegation.confirm,
    "undelegate": delegation.revoke,
    "export": personal.export,
    "erase": personal.erase,
    "figures": statistics.figures,
    "units": statistics.by_unit,
    "trend": trend.trend,
    "missing": missing.newest,
    "report": reporting.report,
    "rekey": keys.correct,
    "absent": missing.in_round,
    "nudge": nudging.preview,
    "nudgeok": nudging.send,
    "weak": topics.weakest,
    "uploads": review.ask,
    "upload": review.upload,
    "approve": review.approve,
    "return": review.return_,
    "piece": drafts.piece,
    "preview": preview.preview,
    "load": loading.store,
    "unload": loading.cancel,
    "ahead": schedule.ahead,
}


def respond(talk: Talk, heard: Heard) -> list[Message]:
    """What the assistant says to one utterance; nothing to a block or unblock."""
    account = talk.account
    if heard.kind == BLOCKED:
        reach.block(talk.session, account.id or 0, talk.now, "blocked by the person")
        return []
    reach.unblock(talk.session, account.id or 0, talk.now)
    if heard.kind == UNBLOCKED:
        return []
    if account.state != "active":
        return [joining.respond(talk, heard, offered(talk, heard))]
    if heard.kind == CHOICE:
        return [act(talk, offered(talk, heard))]
    if heard.kind == TEXT:
        return [_typed(talk, heard.text)]
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


def _typed(talk: Talk, text: str) -> Message:
    said = command(text)
    if said:
        return SAID[said](talk)
    called, rest = with_words(text)
    if called and not _is_label(talk, text):
        return WITH_WORDS[called](talk, rest)
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


def _typed_number(prompt: Delivery | None, text: str) -> int | None:
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


def _is_question(prompt: Delivery | None) -> bool:
    choices = _message(prompt).choices if prompt else ()
    return bool(choices) and choices[0].action.startswith(("answer:", "recall:"))


def _action(prompt: Delivery | None, number: int | None) -> str:
    if prompt is None or number is None:
        return ""
    choices = _message(prompt).choices
    return choices[number - 1].action if 1 <= number <= len(choices) else ""


def _message(prompt: Delivery) -> Message:
    return Message.loads(prompt.body) if '"choices"' in prompt.body else Message("")


def _unclear(talk: Talk, prompt: Delivery | None) -> Message:
    count = len(_message(prompt).choices) if prompt else 0
    if not count:
        return talk.say("menu.unclear")
    numbers = talk.words("menu.numbers", count=count)
    return talk.say("quiz.unclear" if _is_question(prompt) else "menu.out_of_range", numbers=numbers)
