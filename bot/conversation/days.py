"""Days as people write them: ``24/11-30/11``, ``từ 24 đến 30/11``, ``đến thứ Sáu``, ``3 ngày từ mai``, ``tuần sau``.

Pure: the same text on the same day means the same days. What is not a day is handed back, for others to judge.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.conversation.typed import NUMBER_WORDS
from content.fold import fold

BEHIND, AHEAD = timedelta(days=60), timedelta(days=304)  # a day without a year is meant near today
LENGTHS = {"ngay": 1, "hom": 1, "tuan": 7, "thang": 30}
OFFSETS = {"hom nay": 0, "bua nay": 0, "chieu nay": 0, "sang nay": 0, "hom qua": -1, "ngay mai": 1, "hom sau": 1}
OFFSETS |= {"sang mai": 1, "chieu mai": 1, "mai": 1, "ngay kia": 2, "ngay mot": 2, "nay": 0, "bay gio": 0}
WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
NEXT = "sau|toi"
TAKEN = "\x00"  # stands for a day that was understood; no text that people send holds it

_NUMBER = rf"\d{{1,3}}|{'|'.join(word for word in NUMBER_WORDS if word != 'tu')}"  # "tu" is "from" far more often
_TOKEN = re.compile(
    rf"""(?<![\w/.])(?:
      (?P<iso>\d{{4}}-\d\d?-\d\d?)
    | (?P<d0>\d{{1,2}})\s*[-–—]\s*(?P<d1>\d{{1,2}})[/.](?P<m1>\d{{1,2}})(?:[/.](?P<y1>\d{{4}}|\d\d))?
    | (?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})(?:[/.](?P<y>\d{{4}}|\d\d))?
    | (?P<dl>\d{{1,2}})-(?P<ml>\d{{1,2}})-(?P<yl>\d{{4}})
    | (?P<dh>\d{{1,2}})-(?P<mh>\d{{1,2}})
    | (?P<dt>\d{{1,2}})\s?thang\s?(?P<mt>\d{{1,2}})(?:\s?(?:nam|[/.])\s?(?P<yt>\d{{4}}))?
    | thang\s?(?P<month>\d{{1,2}})
    | (?:thu\s?|t(?=[2-7]\b))(?P<weekday>{"|".join(WEEKDAYS)})(?:\s(?:tuan\s)?(?P<which>nay|{NEXT}))?
    | (?P<sunday>chu\snhat|cn)(?:\s(?:tuan\s)?(?P<sunday_which>nay|{NEXT}))?
    | (?:ca\s)?(?P<span>tuan|thang)\s(?P<span_which>nay|{NEXT})
    | (?P<offset>{"|".join(OFFSETS).replace(" ", "[ ]")})
    | (?P<count>{_NUMBER})\s?(?P<length>{"|".join(LENGTHS)})
    | (?P<bare>\d{{1,2}})
    )(?![\w/]|\.\d)""",
    re.VERBOSE,
)
_UNTIL = re.compile(r"(?:(?:^|\W)(?:den|toi|het)|[-–—~>])(?: het)?(?: cuoi)?(?: ngay)?(?: mung| mong)? ?$")
_FROM = re.compile(r"(?:^|\W)(?:tu|ke tu|bat dau|bat dau tu)(?: ngay)?(?: mung| mong)? ?$")
_NAMED = re.compile(r"\b(?:ngay|mung|mong) ?$")
_ANOTHER = re.compile(r" ?(?:den|toi|[-–—~]) ?(?:ngay |mung |mong )?\d")
_THIS = re.compile(rf"\b((?:het|cuoi) (?:tuan|thang))(?! (?:nay|{NEXT})| ?\d)")
_JOINTS = re.compile(r"\b(?:tu|ke|bat dau|den|het|ngay|mung|mong|trong|vong|khoang|cuoi)\b|[-–—~>]")


@dataclass(frozen=True, slots=True)
class Said:
    """The days a text names: both ends, the first alone, or none. `rest` is what is no word of time, folded.

    `is_odd`: a day that does not exist, an end before the beginning, or more days than two ends.
    """

    first: date | None = None
    last: date | None = None
    rest: str = ""
    is_odd: bool = False


@dataclass(frozen=True, slots=True)
class _Day:
    """One day as it stands in the text, what is not said left at 0; or a whole week or month up to `span`."""

    day: int = 0
    month: int = 0
    year: int = 0
    exact: date | None = None
    span: date | None = None
    is_weekday: bool = False
    is_until: bool = False
    is_from: bool = False


class _Odd(Exception):
    """The text names days that cannot be."""


def read(text: str, today: date) -> Said:
    """The days of a text, seen from today; a text without any is all `rest`."""
    plain = _THIS.sub(r"\1 nay", fold(text).strip(" .!,;"))
    matches = [match for match in _TOKEN.finditer(plain) if not match["bare"] or _may_be_bare(plain, match)]
    rest = _rest(plain, matches)
    try:
        first, last = _ends(*_told(plain, matches, today), today)
    except (_Odd, ValueError, OverflowError):
        return Said(rest=rest, is_odd=True)
    if first is not None and last is not None and last < first:
        return Said(rest=rest, is_odd=True)
    return Said(first, last, rest)


def until(text: str, first: date) -> tuple[date, date] | None:
    """What is typed where an end is asked for: a whole period, or from `first` to the one day named. None for less."""
    said = read(text, first)
    if said.first is None or said.last is None or set(said.rest.split()) - {"toi"}:
        return None
    is_one = said.first == said.last and said.first > first
    return (first if is_one else said.first), said.last


def _told(plain: str, matches: list[re.Match[str]], today: date) -> tuple[list[_Day], int]:
    """The days a text names, and the length in days, 0 when it names none."""
    days: list[_Day] = []
    length = 0
    for match in matches:
        before = plain[: match.start()]
        if match["length"]:
            length += (NUMBER_WORDS.get(match["count"]) or int(match["count"])) * LENGTHS[match["length"]]
        else:
            is_until, is_from = _is_until(before, bool(days)), bool(_FROM.search(before))
            is_marked = is_until or is_from or bool(_ANOTHER.match(plain, match.end()))
            first, *second = _days_of(match, today, is_marked=is_marked)
            days += [replace(first, is_until=is_until, is_from=is_from), *second]
    return days, length


def _days_of(found: re.Match[str], today: date, *, is_marked: bool) -> list[_Day]:
    if found["iso"]:
        return [_Day(exact=date(*map(int, found["iso"].split("-"))))]
    if found["d0"]:  # ``24-30/11``: one token, both ends
        return [_Day(int(found["d0"])), replace(_written(found["d1"], found["m1"], found["y1"]), is_until=True)]
    if found["dh"]:
        return _hyphened(int(found["dh"]), int(found["mh"]), is_marked)
    for day, month, year in (("d", "m", "y"), ("dl", "ml", "yl"), ("dt", "mt", "yt")):
        if found[day]:
            return [_written(found[day], found[month], found[year])]
    if found["month"]:
        first = _after(_Day(1, int(found["month"])), today.replace(day=1))
        return [_Day(exact=first, span=_following_month(first) - timedelta(days=1))]
    if found["offset"]:
        return [_Day(exact=today + timedelta(days=OFFSETS[found["offset"]]))]
    if found["span"]:
        return [_whole(found["span"], found["span_which"], today)]
    if found["bare"]:
        return [_Day(int(found["bare"]))]
    which = found["which"] or found["sunday_which"] or ""
    named = 6 if found["sunday"] else WEEKDAYS[found["weekday"]]
    return [_Day(exact=_weekday(named, which, today), is_weekday=not which)]


def _hyphened(first: int, second: int, is_marked: bool) -> list[_Day]:
    """``24-30`` are two days, ``24-11`` is one day of November; ``5-7`` may be either, so it is neither."""
    if second > 12:
        return [_Day(first), _Day(second, is_until=True)]
    if first > 12 or is_marked:
        return [_Day(first, second)]
    raise _Odd


def _written(day: str | None, month: str | None, year: str | None) -> _Day:
    century = 2000 if year and len(year) == 2 else 0
    return _Day(int(day or 0), int(month or 0), century + int(year) if year else 0)


def _weekday(named: int, which: str, today: date) -> date:
    """That day of this week or the next; without a word about the week, the next such day, today included."""
    monday = today - timedelta(days=today.weekday())
    if which:
        return monday + timedelta(days=named + (0 if which == "nay" else 7))
    return today + timedelta(days=(named - today.weekday()) % 7)


def _whole(span: str, which: str, today: date) -> _Day:
    """A week or month: what is left of this one, or all of the next."""
    is_next = which != "nay"
    if span == "tuan":
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * is_next)
        return _Day(exact=max(today, monday), span=monday + timedelta(days=6))
    first = _following_month(today) if is_next else today
    return _Day(exact=first, span=_following_month(first) - timedelta(days=1))


def _following_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _may_be_bare(plain: str, match: re.Match[str]) -> bool:
    """A number alone is a day behind a word of time or before one: ``từ 24 đến 30/11``, ``đến ngày 30``."""
    before = plain[: match.start()]
    is_marked = _is_until(before, False) or _FROM.search(before) or _NAMED.search(before)
    return bool(is_marked or _ANOTHER.match(plain, match.end()))


def _is_until(before: str, is_second: bool) -> bool:
    """Whether a day ends a period. ``toi`` is also "I": at the beginning it ends nothing."""
    found = _UNTIL.search(before)
    if found is None:
        return False
    return "toi" not in found[0] or is_second or "den" in found[0] or bool(re.search(r"\w", before[: found.start()]))


def _ends(days: list[_Day], length: int, today: date) -> tuple[date | None, date | None]:
    if len(days) > 2 or (len(days) == 2 and (length or days[0].is_until)):
        raise _Odd
    if len(days) == 2:
        first, last = _both(days[0], days[1], today)
        if not (days[0].is_from or days[1].is_until) and (last - first).days > 1:
            raise _Odd  # two days, not all those between them
        return first, last
    if not days:
        return (today, today + timedelta(days=length - 1)) if length else (None, None)
    one = days[0]
    at = _near(one, today)
    if length:
        stretch = timedelta(days=length - 1)
        return (at - stretch, at) if one.is_until else (at, at + stretch)
    if one.is_until:
        return today, one.span or at
    if one.is_from:
        return at, None
    return at, one.span or at


def _both(begin: _Day, end: _Day, today: date) -> tuple[date, date]:
    """A month, year or week said at one end alone holds for the other as well."""
    if not begin.exact and ((end.month and not begin.month) or (end.year and not begin.year)):
        last = _near(end, today)
        first = _before(begin, last)
        if last - first > AHEAD:
            raise _Odd
        return first, last
    first = _near(begin, today)
    last = end.span or _after(end, first)
    while begin.is_weekday and last < first:
        first -= timedelta(days=7)
    return first, last


def _near(day: _Day, today: date) -> date:
    """The day meant from today: of a day and month the one not long ago or ahead, of a mere day the next."""
    if day.exact:
        return day.exact
    if day.year:
        return date(day.year, day.month, day.day)
    if not day.month:
        return _after(day, today)
    near = [one for one in _candidates(day, today) if today - BEHIND <= one <= today + AHEAD]
    if not near:
        raise _Odd
    return near[0]


def _after(day: _Day, first: date) -> date:
    if day.exact or day.year:
        at = _near(day, first)
        while day.is_weekday and at < first:
            at += timedelta(days=7)
        return at
    later = [one for one in _candidates(day, first) if one >= first]
    if not later:
        raise _Odd
    return later[0]


def _before(day: _Day, last: date) -> date:
    earlier = [one for one in _candidates(day, last) if one <= last]
    if not earlier:
        raise _Odd
    return earlier[-1]


def _candidates(day: _Day, near: date) -> list[date]:
    """Every day it may be, in order, from a year before to a year after; months that lack it left out."""
    months = [day.month] if day.month else range(1, 13)
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        for month in months:
            try:
                found.append(date(year, month, day.day))
            except ValueError:
                continue
    return found


def _rest(plain: str, matches: list[re.Match[str]]) -> str:
    """What is left when days and the words that join them are taken out."""
    for match in reversed(matches):
        plain = f"{plain[: match.start()]}{TAKEN}{plain[match.end() :]}"
    plain = re.sub(rf"(?<=\S )toi (?={TAKEN}|ngay)", "", plain).replace(TAKEN, " ")
    return " ".join(re.sub(r"[,.;:!()/]", " ", _JOINTS.sub(" ", plain)).split())
