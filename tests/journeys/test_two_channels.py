"""One person with two accounts: the second joins by a fresh code, and everything is counted once."""

from collections.abc import Sequence

import pytest
from sqlmodel import Session, col, select

from store.tables import Account, Answer
from tests.journeys.house import House

ORDERS = [("telegram", "web"), ("web", "telegram")]


def options(session: Session) -> Sequence[int]:
    """The options of every answer kept, in order."""
    return session.exec(select(Answer.option).order_by(col(Answer.id))).all()


@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_a_round_begun_on_one_channel_is_finished_on_the_other_and_counts_once(
    both: House, first: str, second: str
) -> None:
    an = await both.phone(first, "AN")
    binh = await both.phone("web", "BINH")
    an.is_linked()
    binh.is_linked()
    await both.reaches("2026-11-10", "09:00")
    opening = await an.looks()
    await an.chooses(2)
    await both.reaches("2026-11-11", "10:00")
    elsewhere = await (await both.phone(second, "AN")).joins()
    assert "Câu 2/2. " in await elsewhere.says("/tracnghiem")
    await elsewhere.says("a")
    elsewhere.sees("Anh/Chị đã hoàn thành đợt 1")
    assert (await an.chooses(1, on=opening)).startswith("Câu này đã ghi nhận")
    assert both.look(options) == [2, 1]
    assert len(both.look(lambda session: session.exec(select(Account.person_id)).all())) == 3
    await binh.says("thống kê")
    binh.sees("Tham gia: 1/3 (33,3%)", "Hoàn thành: 1/3 (33,3%)", "Kết nối: 2/3 (66,7%)")


@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_on_two_channels_the_first_answer_stands(both: House, first: str, second: str) -> None:
    an, elsewhere = await both.phone(first, "AN"), await both.phone(second, "AN")
    an.is_linked()
    elsewhere.is_linked()
    await both.reaches("2026-11-10", "09:00")
    await an.says("trắc nghiệm")
    shown = await elsewhere.looks() if await elsewhere.phone.reads() else None
    if shown is None:
        await elsewhere.says("trắc nghiệm")
        shown = elsewhere.last
    await an.says("b")
    assert (await elsewhere.chooses(1, on=shown)).startswith("Câu này đã ghi nhận")
    assert both.look(options) == [2]


async def test_a_typed_letter_answers_the_open_question_though_only_a_menu_stands_here(both: House) -> None:
    an, elsewhere = await both.phone("telegram", "AN"), await both.phone("web", "AN")
    an.is_linked()
    elsewhere.is_linked()
    await elsewhere.says("menu")
    both.clock.forward(seconds=1)
    await an.says("menu")
    await both.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2. ")
    await elsewhere.says("câu B")
    elsewhere.sees("Câu 2/2. ")
    assert both.look(options) == [2]


async def test_a_typed_number_means_the_menu_that_stands_here(both: House) -> None:
    an, elsewhere = await both.phone("telegram", "AN"), await both.phone("web", "AN")
    an.is_linked()
    elsewhere.is_linked()
    await both.reaches("2026-11-10", "09:00")
    await elsewhere.says("menu")
    await elsewhere.says("2")
    elsewhere.sees("Quy định theo chủ đề. Anh/Chị chọn một mục:")
    assert both.look(options) == []


async def test_the_opening_goes_to_the_account_heard_last_and_to_no_other(both: House) -> None:
    an, elsewhere = await both.phone("telegram", "AN"), await both.phone("web", "AN")
    an.is_linked()
    elsewhere.is_linked()
    both.clock.forward(minutes=1)
    await an.says("menu")
    counts = len(await an.messages()), len(await elsewhere.messages())
    await both.reaches("2026-11-10", "09:00")
    assert (len(await an.messages()), len(await elsewhere.messages())) == (counts[0] + 1, counts[1])
