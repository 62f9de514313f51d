"""From one raw entry to a draft: a source, a card or a question. What is wrong stays with the reading of the entry."""

from collections.abc import Callable

from content.loading.checks.entry import EntryReading
from content.loading.checks.ground import Ground, card_code, citation_of, source_code
from content.loading.checks.key import read_options
from content.loading.checks.names import derived
from content.loading.drafts import CardDraft, QuestionDraft, SourceDraft
from content.parsing import CITED_LEAD, CITED_LENGTH

LATER = frozenset({"topic", "kind", "difficulty", "explanation", "source"})  # may wait until approval
MEMORY = "memory"


def _coded(reading: EntryReading, code_of: Callable[[Ground, dict[str, str]], str], ground: Ground) -> str:
    reading.code()
    return code_of(ground, _said(reading))


def _said(reading: EntryReading) -> dict[str, str]:
    return {name: reading.written(name) for name in reading.entry.fields}


def source_draft(reading: EntryReading, ground: Ground) -> SourceDraft:
    """A source; its days must make sense among themselves."""
    draft = SourceDraft(
        code=_coded(reading, source_code, ground),
        form=reading.text("form"),
        number=reading.text("number"),
        title=reading.text("title"),
        issuer=reading.text("issuer"),
        issued_on=reading.day("issued_on"),
        in_force_from=reading.day("in_force_from"),
        in_force_until=reading.day("in_force_until"),
        replaced_by=reading.reference("replaced_by", ground.sources, "loading.flaw.unknown_source"),
        verified=reading.word("verified") or MEMORY,
        row=reading.entry.row,
    )
    starts_on, ends_on = draft.in_force_from or draft.issued_on, draft.in_force_until
    if draft.issued_on and draft.in_force_from and draft.in_force_from < draft.issued_on:
        reading.flaw("in_force_from", "loading.flaw.before_issue")
    elif starts_on and ends_on and ends_on < starts_on:
        reading.flaw("in_force_until", "loading.flaw.ends_before")
    if draft.replaced_by == draft.code:
        reading.flaw("replaced_by", "loading.flaw.replaced_by_itself")
    elif draft.replaced_by and not reading.written("in_force_until"):
        reading.flaw("in_force_until", "loading.flaw.replaced_without_end")
    called = ground.sources.named(citation_of(_said(reading)))
    if called and draft.code not in called:
        reading.flaw("number", "loading.flaw.source_known", code=min(called))
    ground.grades[draft.code] = draft.verified
    return draft


def card_draft(reading: EntryReading, ground: Ground) -> CardDraft:
    """A card."""
    topic, source, track, verified = _filed(reading, ground)
    return CardDraft(
        code=_coded(reading, card_code, ground),
        topic=topic,
        title=reading.text("title"),
        text=reading.text("text"),
        source=source,
        article=reading.text("article"),
        track=track,
        verified=verified,
        row=reading.entry.row,
    )


def question_draft(reading: EntryReading, ground: Ground) -> QuestionDraft:
    """A question. One without a code gets one made from its stem, so that the same file again means the same one."""
    topic, source, track, verified = _filed(reading, ground)
    options, right = read_options(reading)
    stem = reading.text("stem")
    draft = QuestionDraft(
        code=ground.questions.spelt(reading.code() or derived("CH", reading.written("stem"))),
        topic=topic,
        kind=reading.word("kind"),
        difficulty=int(reading.word("difficulty") or 0),
        stem=stem,
        options=options,
        right=right,
        explanation=reading.text("explanation"),
        source=source,
        article=reading.text("article"),
        card=reading.reference("card", ground.cards, "loading.flaw.unknown_card"),
        track=track,
        verified=verified,
        row=reading.entry.row,
    )
    _leave_room_for_source(reading, draft, ground)
    return draft


def _filed(reading: EntryReading, ground: Ground) -> tuple[str, str, str, str]:
    """Topic, source, track and grade: where an entry without a grade has its source beside it, that one's counts."""
    topic = reading.reference("topic", ground.topics, "loading.flaw.unknown_topic")
    source = reading.reference("source", ground.sources, "loading.flaw.unknown_source")
    track = reading.reference("track", ground.tracks, "loading.flaw.unknown_track")
    return topic, source, track, reading.word("verified") or ground.grades.get(source, MEMORY)


def _leave_room_for_source(reading: EntryReading, draft: QuestionDraft, ground: Ground) -> None:
    if not draft.explanation or not draft.source:
        return
    cited = " ".join(part for part in (draft.article, ground.citations.get(draft.source, "")) if part)
    length = len(draft.explanation) + CITED_LEAD + len(cited)
    if length > CITED_LENGTH:
        reading.flaw("explanation", "loading.flaw.cited_too_long", length=length, limit=CITED_LENGTH)
