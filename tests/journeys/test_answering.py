"""A round on a phone: every way to mean option B, every odd thing people send, and three messages in all."""

import pytest
from sqlmodel import Session, col, select

from store.tables import Answer, Delivery
from tests.journeys.cast import staff, with_people
from tests.journeys.conftest import Meets
from tests.journeys.house import House
from tests.journeys.phones import WebPhone

TUESDAY = ("2026-11-10", "09:00")


def answers(session: Session) -> list[tuple[int, int]]:
    """Person and option of every answer kept, in order."""
    return [(one.person_id, one.option) for one in session.exec(select(Answer).order_by(col(Answer.id)))]


def options(house: House) -> list[int]:
    """The options chosen so far."""
    return [option for _, option in house.look(answers)]


async def test_a_round_opens_on_tuesday_with_card_and_first_question_in_one_message(house: House, meets: Meets) -> None:
    an = await meets("AN")
    before = len(an.heard)
    await house.reaches("2026-11-10", "08:59")
    assert await an.messages(before) == []
    await house.reaches(*TUESDAY)
    (opening,) = await an.messages(before)
    question = house.question(1)
    assert opening.startswith("Quy định trong tuần · ")
    for part in ("Căn cứ: ", f"Câu 1/2. {question.stem}", "1. ", "2. ", "Hạn: 17:00 thứ Năm 12/11."):
        assert part in opening
    assert len(opening) <= 1500


async def test_seven_ways_to_say_option_two_all_mean_option_two(house: House, meets: Meets) -> None:
    house.apply(with_people(*staff("P1", 7)))
    people = [await meets(f"P1-0{number}") for number in range(1, 8)]
    await house.reaches(*TUESDAY)
    question, following = house.question(1), house.question(2)
    feedback = "Chính xác. " if question.right_options == "[2]" else "Chưa đúng. Phương án phù hợp là "
    for one, words in zip(people, ("b", "B.", "Câu B", "2", "phuong an 2", "hai", "/2"), strict=True):
        before = len(await one.messages())
        await one.says(words)
        one.sees(feedback, question.explanation, "Căn cứ: ", f"Câu 2/2. {following.stem}")
        assert len(one.heard) == before + 1, words
    assert options(house) == [2] * 7


async def test_a_round_of_two_questions_costs_three_messages(house: House, meets: Meets) -> None:
    an = await meets("AN")
    before = len(an.heard)
    await house.reaches(*TUESDAY)
    await an.looks()
    await an.chooses(2)
    await an.chooses(1)
    an.sees("Anh/Chị đã hoàn thành đợt 1: đúng ", "/2 câu", "Đợt sau: 09:00 thứ Ba 17/11", "Cảm ơn Anh/Chị")
    assert len(await an.messages(before)) == 3


@pytest.mark.usefixtures("buttons")
async def test_a_stale_button_and_a_second_answer_change_nothing(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches(*TUESDAY)
    opening = await an.looks()
    await an.chooses(2, on=opening)
    refused = await an.chooses(1, on=opening)
    assert refused.startswith("Câu này đã ghi nhận câu trả lời của Anh/Chị trước đó")
    an.sees("câu trả lời đầu tiên được giữ nguyên", "Câu 2/2. ")
    assert options(house) == [2]
    await an.says("1")
    await an.chooses(2, on=opening)
    an.sees("đã ghi nhận")
    assert options(house) == [2, 1]


async def test_odd_things_get_a_hint_and_are_not_recorded(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches(*TUESDAY)
    hint = await an.says("văn bản dài " * 250)
    assert hint.startswith("Trợ lý chưa hiểu câu trả lời. Với câu này, Anh/Chị gửi số 1, 2")
    assert await an.says("chắc là một hoặc hai") == hint
    assert await an.says("5") == hint
    assert await an.says("0") == hint
    assert "menu" in await an.sends_nothing_readable()
    assert options(house) == []
    await an.says("câu B")
    assert options(house) == [2]


async def test_an_empty_text_is_refused_and_not_recorded(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches(*TUESDAY)
    if isinstance(an.phone, WebPhone):
        answer = await an.phone.posts({"text": "  \n "})
        assert answer.status_code == 422
        assert answer.json() == {"problem": house.open.phrases("web.problem.malformed")}
    else:
        assert "Với câu này, Anh/Chị gửi số 1" in await an.says("\u2063")  # Telegram takes what only looks empty
    assert options(house) == []


@pytest.mark.usefixtures("buttons")
async def test_a_button_of_somebody_else_opens_nothing(house: House, meets: Meets) -> None:
    await meets("AN")
    chi = await meets("CHI")
    await house.reaches(*TUESDAY)
    to_an = select(Delivery.token).where(Delivery.kind == "open").order_by(col(Delivery.id))
    token = house.look(lambda session: session.exec(to_an).first())
    await chi.phone.presses_invented(str(token), 2)
    await chi.hears("Lựa chọn này không còn hiệu lực")
    assert options(house) == []


async def test_a_menu_in_between_does_not_take_the_answer_away(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches(*TUESDAY)
    await an.says("menu")
    an.sees("Làm trắc nghiệm (còn 2 câu)", "Quy định theo chủ đề")
    await an.says("câu b")
    assert options(house) == [2]
    an.sees("Câu 2/2. ")
    await an.says("menu")
    await an.says("2")
    an.sees("Quy định theo chủ đề. Anh/Chị chọn một mục:")
    assert options(house) == [2]


async def test_a_question_is_answered_at_night_at_once(house: House, meets: Meets) -> None:
    an = await meets("AN")
    await house.reaches("2026-11-10", "21:30")
    await an.says("trac nghiem")
    an.sees("Quy định trong tuần", "Câu 1/2. ")
    await an.says("/quydinh")
    an.sees("Quy định theo chủ đề")
