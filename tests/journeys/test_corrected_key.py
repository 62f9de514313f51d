"""A key was wrong: the content admin corrects it in chat, and whose answer became right hears so, once."""

import json

from participation.option_keys import letters
from participation.roster import Roster
from tests.journeys.cast import AN, BINH, CHI, DUNG, SON, UNITS
from tests.journeys.conftest import Meets
from tests.journeys.house import House

KEEPER = AN._replace(roles=frozenset({"content_admin"}))


async def test_a_key_is_corrected_in_chat_and_those_it_concerns_hear_so_on_friday(house: House, meets: Meets) -> None:
    house.apply(Roster(UNITS, (SON, BINH, KEEPER, CHI, DUNG)))
    an, binh, chi = await meets("AN"), await meets("BINH"), await meets("CHI")
    await house.reaches("2026-11-10", "09:00")
    question = house.question(1)
    (right,) = json.loads(question.right_options)
    wrong = 1 if right != 1 else 2
    for one, option in ((an, right), (binh, wrong), (chi, wrong)):
        await one.looks()
        await one.chooses(option)
    binh.sees("Chưa đúng. Phương án phù hợp là")
    await binh.says("kết quả")
    binh.sees("0/1")

    await house.reaches("2026-11-12", "17:30")
    await binh.says(f"/suadapan {question.code} {letters([wrong])} Đối chiếu lại văn bản")
    assert "Sửa đáp án" not in binh.last.text
    await an.says(f"sửa đáp án {question.code} {letters([wrong])} Đối chiếu lại văn bản")
    an.sees(
        question.stem, "Đã có 3 câu trả lời; 2 câu trả lời trong 1 đợt sẽ được tính lại là đúng", "Chưa ghi dữ liệu"
    )
    await an.chooses("Sửa đáp án")
    an.sees("2 câu trả lời trong 1 đợt nay được tính là đúng. 2 người được báo")

    before = {one: len(await one.messages()) for one in (an, binh, chi)}
    await house.reaches("2026-11-13", "07:59")
    assert [await one.messages(count) for one, count in before.items()] == [[], [], []]
    await house.reaches("2026-11-13", "08:00")
    assert await an.messages(before[an]) == []
    for one in (binh, chi):
        (note,) = await one.messages(before[one])
        assert json.loads(question.options)[wrong - 1] in note
        assert "nay được tính là đúng" in note
    await binh.says("kết quả")
    binh.sees("1/1")
