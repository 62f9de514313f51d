"""Days in words, on Tuesday 10 November 2026: what people write, and what is no day or no period."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import days

TODAY = date(2026, 11, 10)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("24/11-30/11", "11-24", "11-30"),
        ("24/11 - 30/11", "11-24", "11-30"),
        ("24/11 – 30/11/2026", "11-24", "11-30"),
        ("24-30/11", "11-24", "11-30"),
        ("24.11-30.11", "11-24", "11-30"),
        ("từ 24/11 đến 30/11", "11-24", "11-30"),
        ("tu 24/11 den het 30/11", "11-24", "11-30"),
        ("TỪ NGÀY 24/11 ĐẾN HẾT NGÀY 30/11.", "11-24", "11-30"),
        ("từ 24/11 tới 30/11", "11-24", "11-30"),
        ("từ 24 đến 30/11", "11-24", "11-30"),
        ("từ ngày 24 đến ngày 30", "11-24", "11-30"),
        ("từ 24/11 đến 30", "11-24", "11-30"),
        ("từ 28/11 đến 3", "11-28", "12-03"),
        ("từ 28 đến 3/12", "11-28", "12-03"),
        ("24-30", "11-24", "11-30"),
        ("từ 24-11 đến 30-11", "11-24", "11-30"),
        ("từ 05-12 đến 07-12", "12-05", "12-07"),
        ("24-11-2026 đến 30-11-2026", "11-24", "11-30"),
        ("2026-11-24 đến 2026-11-30", "11-24", "11-30"),
        ("từ ngày 24 tháng 11 đến ngày 30 tháng 11 năm 2026", "11-24", "11-30"),
        ("từ ngày 24 đến ngày 30 tháng 11", "11-24", "11-30"),
        ("24/11/26-30/11/26", "11-24", "11-30"),
        ("đến 30/11", "11-10", "11-30"),
        ("đến hết ngày 30", "11-10", "11-30"),
        ("đến ngày 5", "11-10", "12-05"),
        ("đến mùng 5/12", "11-10", "12-05"),
        ("từ nay đến 30/11", "11-10", "11-30"),
        ("từ hôm qua đến 12/11", "11-09", "11-12"),
        ("hôm nay", "11-10", "11-10"),
        ("hết hôm nay", "11-10", "11-10"),
        ("chiều nay", "11-10", "11-10"),
        ("ngày mai", "11-11", "11-11"),
        ("mai", "11-11", "11-11"),
        ("ngày kia", "11-12", "11-12"),
        ("ngày mốt", "11-12", "11-12"),
        ("từ mai đến thứ Sáu", "11-11", "11-13"),
        ("đến thứ Sáu", "11-10", "11-13"),
        ("đến thứ sáu tuần sau", "11-10", "11-20"),
        ("đến t6", "11-10", "11-13"),
        ("den thu 6", "11-10", "11-13"),
        ("thứ ba", "11-10", "11-10"),
        ("thứ Hai", "11-16", "11-16"),
        ("thứ tư tuần này", "11-11", "11-11"),
        ("từ thứ hai đến thứ sáu tuần này", "11-09", "11-13"),
        ("từ thứ hai đến thứ tư tuần sau", "11-16", "11-18"),
        ("từ 24/11 đến thứ sáu", "11-24", "11-27"),
        ("đến chủ nhật", "11-10", "11-15"),
        ("đến hết CN", "11-10", "11-15"),
        ("tuần này", "11-10", "11-15"),
        ("đến hết tuần", "11-10", "11-15"),
        ("cả tuần sau", "11-16", "11-22"),
        ("từ mai đến hết tuần sau", "11-11", "11-22"),
        ("đến cuối tháng", "11-10", "11-30"),
        ("tháng sau", "12-01", "12-31"),
        ("tháng 12", "12-01", "12-31"),
        ("đến hết tháng 12", "11-10", "12-31"),
        ("3 ngày", "11-10", "11-12"),
        ("ba ngày", "11-10", "11-12"),
        ("trong 1 tuần", "11-10", "11-16"),
        ("2 tuần từ 24/11", "11-24", "12-07"),
        ("từ 24/11, 3 ngày", "11-24", "11-26"),
        ("1 ngày 24/11", "11-24", "11-24"),
        ("3 ngày đến 30/11", "11-28", "11-30"),
        ("24/11", "11-24", "11-24"),
        ("ngày 24", "11-24", "11-24"),
        ("24/11, 25/11", "11-24", "11-25"),
        ("5/11", "11-05", "11-05"),
        ("từ 9/11 đến 12/11", "11-09", "11-12"),
    ],
)
def test_days_are_understood(text: str, first: str, last: str) -> None:
    assert days.read(text, TODAY) == days.Said(date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("28/12-3/1", "2026-12-28", "2027-01-03"),
        ("từ 28/12/2026 đến 3/1", "2026-12-28", "2027-01-03"),
        ("từ 28/12 đến 3/1/2027", "2026-12-28", "2027-01-03"),
        ("10/3", "2027-03-10", "2027-03-10"),
        ("từ tháng 12 đến tháng 5", "2026-12-01", "2027-05-31"),
    ],
)
def test_a_year_that_is_not_said_is_the_near_one(text: str, first: str, last: str) -> None:
    assert days.read(text, TODAY) == days.Said(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["từ 24/11", "từ mai", "bắt đầu từ ngày 24/11"])
def test_a_beginning_alone_has_no_end(text: str) -> None:
    said = days.read(text, TODAY)
    assert said.first is not None
    assert (said.last, said.rest, said.is_odd) == (None, "", False)


@pytest.mark.parametrize(
    "text",
    [
        "31/11",
        "từ 30/2 đến 3/3",
        "24/13",
        "từ 30/11 đến 24/11/2026",
        "đến 5/11",
        "24/11 và 27/11",
        "24/11, 26/11, 28/11",
        "5-7",
        "đến 24/11 từ 3/12 đến 5/12",
        "từ 24/11 đến 30/11 3 ngày",
    ],
)
def test_days_that_cannot_be_are_odd(text: str) -> None:
    said = days.read(text, TODAY)
    assert said.is_odd
    assert (said.first, said.last) == (None, None)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("", ""),
        ("nghỉ lễ", "nghi le"),
        ("0 ngày", ""),
        ("tôi nghỉ từ 24/11 đến 30/11", "toi nghi"),
        ("mai tôi nghỉ", "toi nghi"),
        ("điều 24", "dieu 24"),
        ("nghị định 30/2020/NĐ-CP", "nghi dinh 30 2020 nd cp"),
        ("SVC012", "svc012"),
        ("nghỉ phép bao nhiêu ngày?", "nghi phep bao nhieu ?"),
    ],
)
def test_what_is_no_word_of_time_is_handed_back(text: str, rest: str) -> None:
    assert days.read(text, TODAY).rest == rest


@given(first=st.integers(-59, 300), length=st.integers(0, 300), today=st.dates(date(2024, 1, 1), date(2031, 12, 31)))
def test_a_period_written_out_is_read_as_it_was_written(first: int, length: int, today: date) -> None:
    begin = today + timedelta(days=first)
    end = begin + timedelta(days=length)
    for written in (
        f"từ {begin:%d/%m/%Y} đến {end:%d/%m/%Y}",
        f"{begin.day}/{begin.month}-{end.day}/{end.month}",
        f"tu ngay {begin.day} thang {begin.month} den het ngay {end.day} thang {end.month}",
    ):
        assert days.read(written, today) == days.Said(begin, end), written


@given(text=st.text(max_size=40), today=st.dates(date(2024, 1, 1), date(2031, 12, 31)))
def test_no_text_is_too_strange(text: str, today: date) -> None:
    said = days.read(text, today)
    assert said.first is None or said.last is None or said.first <= said.last
