"""The words of a report: what chat, Word and Excel say alike of a span, a share, a round and the way of counting."""

from content.phrases import Phrases
from participation.shares import Share
from reports.annex import Row
from reports.gathering import Gathered, RoundLine
from reports.spans import Span


def span_name(phrases: Phrases, span: Span) -> str:
    """E.g. the month and year."""
    values = {"from_on": span.from_on, "until_on": span.until_on, "number": span.number, "campaign": span.campaign}
    return phrases(f"report.span.{span.kind}", **values)


def file_name(phrases: Phrases, found: Gathered, ending: str) -> str:
    """What the file is saved as. It says that it is a draft."""
    kind = phrases(f"report.kind.{found.span.kind}")
    return phrases("report.file_name", unit=found.unit_name, kind=kind, day=found.span.from_on, ending=ending)


def share_words(phrases: Phrases, share: Share) -> str:
    """``33/39 (84,6%)``, or that there is nobody to count."""
    return str(share) or phrases("report.nobody")


def as_of(phrases: Phrases, found: Gathered) -> str:
    """The moment the figures are of, and whether they are final."""
    return phrases("report.as_of", as_of=found.as_of, is_final=found.is_final)


def counted_in(phrases: Phrases, found: Gathered) -> str:
    """People, or attempts where several rounds are added up."""
    return phrases("report.unit_of_counts", rounds=found.summed)


def row_name(phrases: Phrases, row: Row, *, is_below: bool = False) -> str:
    """A unit, or the staff who belong to it directly, whose unit may stand right above."""
    if row.is_own:
        return phrases("report.own_staff", unit="" if is_below else row.name)
    return phrases("report.was_name", unit=row.name, before=_before(phrases, row.change)) if row.change else row.name


def round_name(phrases: Phrases, line: RoundLine) -> str:
    """The round's number, with its plan where there are several."""
    return phrases("report.round", number=line.figures.number, plan=line.plan)


def round_days(phrases: Phrases, line: RoundLine) -> str:
    """From when to when a round ran."""
    return phrases("report.days", opens_at=line.figures.opens_at, closes_at=line.figures.closes_at)


def round_state(phrases: Phrases, line: RoundLine) -> str:
    """Open, provisional or final; and when it is in no sum."""
    state = phrases(f"report.state.{line.state}")
    return state if line.is_summed else phrases("report.left_out", state=state)


def round_note(phrases: Phrases, line: RoundLine) -> str:
    """The state, the corrected figure beside the published one, and that these are figures of before."""
    note = round_state(phrases, line)
    if line.corrected:
        note = phrases("report.after_correction", state=note, share=str(line.corrected))
    return phrases("report.was", note=note, before=_before(phrases, line.change)) if line.was else note


def history(phrases: Phrases, found: Gathered) -> list[str]:
    """What the unit came out of, with the rounds from before that."""
    groups: dict[tuple[str, tuple[str, ...]], list[RoundLine]] = {}
    for line in found.rounds:
        if line.was:
            groups.setdefault((line.change, line.was), []).append(line)
    return [
        phrases(
            "report.history",
            rounds=len(lines),
            opens_at=lines[0].figures.opens_at,
            closes_at=max(line.figures.closes_at for line in lines),
            before=_before(phrases, change),
            units=was,
        )
        for (change, was), lines in groups.items()
    ]


def amendments(phrases: Phrases, found: Gathered) -> list[str]:
    """Every correction with its reason."""
    return [
        phrases("report.amendment", number=one.number, entered_at=one.entered_at, reason=one.reason)
        for one in found.amendments
    ]


def method(phrases: Phrases, found: Gathered) -> list[str]:
    """How everything was counted, line by line."""
    text = phrases(
        "report.method",
        unit=found.unit_name,
        span=span_name(phrases, found.span),
        as_of=as_of(phrases, found),
        history=history(phrases, found),
        grace=found.grace_minutes,
        rounds=found.summed,
        all_rounds=len(found.rounds),
        open_rounds=sum(line.state == "open" for line in found.rounds),
        outside=found.total.outside,
    )
    return text.split("\n")


def _before(phrases: Phrases, change: str) -> str:
    return phrases(f"report.before.{change}")
