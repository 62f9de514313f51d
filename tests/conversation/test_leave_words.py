"""Sentences that report leave, on Tuesday 10 November 2026, and sentences that do not."""

from datetime import date

import pytest

from bot.conversation.leave_words import report

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("text", "first", "last", "group"),
    [
        ("tôi đang nghỉ", "", "", ""),
        ("Tôi đang nghỉ.", "", "", ""),
        ("toi dang nghi", "", "", ""),
        ("em xin nghỉ ạ", "", "", ""),
        ("đang công tác", "", "", "mission"),
        ("tôi đi học", "", "", "training"),
        ("tôi nghỉ từ 24/11 đến 30/11", "11-24", "11-30", ""),
        ("nghỉ phép 24/11-30/11", "11-24", "11-30", "leave"),
        ("đang công tác đến 30/11", "11-10", "11-30", "mission"),
        ("nghỉ đến thứ Sáu", "11-10", "11-13", ""),
        ("mai em nghỉ ạ", "11-11", "11-11", ""),
        ("ngày mai tôi nghỉ", "11-11", "11-11", ""),
        ("hôm nay tôi nghỉ ốm", "11-10", "11-10", "leave"),
        ("tôi nghỉ 3 ngày vì con ốm", "11-10", "11-12", ""),
        ("tôi xin phép nghỉ từ mai", "11-11", "", ""),
        ("Báo cáo, em đi tập huấn tuần sau", "11-16", "11-22", "training"),
        ("tôi được nghỉ thai sản từ 1/12 đến 31/5", "12-01", "05-31", "leave"),
    ],
)
def test_leave_is_heard(text: str, first: str, last: str, group: str) -> None:
    told = report(text, TODAY)
    assert told is not None
    shown = [f"{day:%m-%d}" if day else "" for day in (told.days.first, told.days.last)]
    assert [*shown, told.group] == [first, last, group]


@pytest.mark.parametrize(
    "text",
    [
        "nghỉ lễ",
        "nghỉ phép năm",
        "nghỉ phép bao nhiêu ngày",
        "tôi nghỉ phép bao nhiêu ngày?",
        "quy định nghỉ 30/4",
        "tôi nghỉ việc",
        "tôi nghỉ hưu từ 1/12",
        "tôi không nghỉ",
        "công tác",
        "công tác cán bộ",
        "tôi công tác tại phòng một",
        "học",
        "xin chào",
        "24/11",
        "Nghỉ giữa giờ đến 9 giờ",
        "2",
        "",
    ],
)
def test_other_sentences_are_not_leave(text: str) -> None:
    assert report(text, TODAY) is None


@pytest.mark.parametrize("text", ["tôi nghỉ từ 30/2 đến 3/3", "nghỉ đến 5/11", "tôi nghỉ 24/11 và 27/11"])
def test_odd_days_are_leave_all_the_same(text: str) -> None:
    told = report(text, TODAY)
    assert told is not None
    assert told.days.is_odd
