"""Reports for heads: which period, which form, then the file itself, or a link where the channel cannot carry one."""

from datetime import date, timedelta

from bot.conversation.headship import choose, headed, not_theirs, unit_name
from bot.conversation.talk import Talk
from bot.filing import MOST_KEPT, keep_for
from bot.links import download
from content.message import Attachment, Choice, Message
from participation import units
from reports.gathering import Gathered, gather
from reports.letterhead import of_unit
from reports.report_docx import TemplateFault, write_docx
from reports.report_sheet import write_sheet
from reports.report_words import as_of, file_name, share_words, span_name
from reports.spans import KINDS, Span, rounds_of, span
from store import files, ledger

LINK_MINUTES = 60
FORMS = ("docx", "xlsx")


def ask(talk: Talk) -> Message:
    """``báo cáo``: the periods to choose from; with several units the person chooses first."""
    unit = choose(talk, "report")
    return unit if isinstance(unit, Message) else report(talk, unit)


def report(talk: Talk, unit_id: int, kind: str = "", day: int = 0, form: str = "") -> Message:
    """One step on: the periods of a unit, the forms of one of them, or the file. `day` is written 20261110.

    Only for who heads this very unit: what is hidden of a small group from above stays hidden.
    """
    if unit_id not in headed(talk):
        return not_theirs(talk, unit_id)
    wanted = _span(talk, unit_id, kind, day)
    if wanted is None:
        return _periods(talk, unit_id)
    if form not in FORMS:
        choices = tuple(talk.choice(f"report.chat.form.{one}", f"report:{unit_id}:{kind}:{day}:{one}") for one in FORMS)
        return Message(talk.words("report.chat.which_form", span=_name(talk, wanted)), choices)
    found = gather(talk.session, unit_id, wanted, talk.house.topics, talk.now)
    return _file(talk, unit_id, found, form) if found else _periods(talk, unit_id)


def _span(talk: Talk, unit_id: int, kind: str, day: int) -> Span | None:
    try:
        on = date(day // 10_000, day // 100 % 100, day % 100)
    except (TypeError, ValueError):
        return None
    return span(talk.session, unit_id, kind, on) if kind in KINDS and on <= talk.today else None


def _periods(talk: Talk, unit_id: int) -> Message:
    """Every kind of period around today that holds a round, and the month before."""
    month_before = talk.today.replace(day=1) - timedelta(days=1)
    days = [("round", talk.today), ("month", talk.today), ("month", month_before)]
    days += [(kind, talk.today) for kind in KINDS if kind not in ("round", "month")]
    choices = []
    for kind, on in days:
        found = span(talk.session, unit_id, kind, on)
        if found and rounds_of(talk.session, found, unit_id):
            label = _name(talk, found) if kind != "campaign" else talk.words("report.chat.campaign")
            choices.append(Choice(label, f"report:{unit_id}:{kind}:{on:%Y%m%d}"))
    name = unit_name(talk, unit_id)
    if not choices:
        return talk.say("statistics.no_round", unit=name)
    return Message(talk.words("report.chat.which_period", unit=name), tuple(choices))


def _name(talk: Talk, found: Span) -> str:
    name = span_name(talk.house.phrases, found)
    return name[:1].upper() + name[1:]


def _file(talk: Talk, unit_id: int, found: Gathered, form: str) -> Message:
    if files.held(talk.session, talk.person_id)[1] > MOST_KEPT:
        return talk.say("uploads.too_many_files")
    try:
        body = _body(talk, unit_id, found, form)
    except TemplateFault as fault:
        return talk.say("report.chat.template_fault", why=str(fault))
    name = file_name(talk.house.phrases, found, f".{form}")
    kept = keep_for(talk.session, name, body, talk.person_id, talk.now)
    ledger.audit(
        talk.session, f"person {talk.person_id}", "report", f"unit {unit_id}", talk.now, kind=found.span.kind, form=form
    )
    is_fileless = talk.account.channel in talk.house.fileless
    return Message(_caption(talk, found, kept, is_fileless), file=None if is_fileless else kept)


def _body(talk: Talk, unit_id: int, found: Gathered, form: str) -> bytes:
    if form == "xlsx":
        return write_sheet(talk.house.phrases, found)
    letterhead = of_unit(talk.session, talk.house.letterhead, unit_id, units.office_day(talk.now))
    return write_docx(talk.house.phrases, found, letterhead)


def _caption(talk: Talk, found: Gathered, kept: Attachment, is_fileless: bool) -> str:
    phrases = talk.house.phrases
    return talk.words(
        "report.chat.file",
        unit=found.unit_name,
        span=span_name(phrases, found.span),
        participation=share_words(phrases, found.participation),
        completion=share_words(phrases, found.completion),
        rounds=found.summed,
        before=sum(bool(line.was) for line in found.rounds),
        as_of=as_of(phrases, found),
        is_draft=kept.name.endswith(".docx"),
        is_fileless=is_fileless,
        link=_link(talk, kept.token) if is_fileless else "",
        minutes=LINK_MINUTES,
    )


def _link(talk: Talk, token: str) -> str:
    """A link to this file for this account alone; empty when the house has no public address."""
    house, ends_at = talk.house, talk.now + timedelta(minutes=LINK_MINUTES)
    return download(house.public_url, house.code_secret, token, talk.account.id or 0, ends_at)
