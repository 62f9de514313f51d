"""Four weeks of fifty people on one Zalo bot, counted by the platform: the month's messages are enough."""

from participation.roster import Roster
from tests.conftest import Clock
from tests.journeys.cast import BINH, SON, UNITS, staff
from tests.journeys.conftest import Opens
from tests.journeys.house import House
from tests.zaloapi.bots.people import Person
from tests.zaloapi.bots.server import ZaloBots

PEOPLE, LATE = 50, 10  # on one bot, as many as the Basic plan allows; so many answer only when reminded
WEEKS = (  # opening, reminder, review; the 24th is a public holiday, so that week's days move
    ("2026-11-10", "2026-11-11", "2026-11-12"),
    ("2026-11-17", "2026-11-18", "2026-11-19"),
    ("2026-11-25", "2026-11-26", "2026-11-27"),
    ("2026-12-01", "2026-12-02", "2026-12-03"),
)


async def all_say(house: House, people: list[Person], text: str) -> None:
    """Everybody types the same."""
    for person in people:
        await person.says(text)
    await house.settle()


async def all_join(house: House, people: list[Person]) -> None:
    """The whole way in, each with a code of their own."""
    await all_say(house, people, "chào")
    await all_say(house, people, "1")
    for person in people:
        await person.says(house.code_for(person.name))
    await house.settle()
    await all_say(house, people, "1")
    assert all("Tài khoản đã kết nối" in person.last.text for person in people)


async def answer_all(house: House, people: list[Person]) -> None:
    """Both questions, and what is due for review: everybody answers whatever is asked."""
    for _ in range(4):
        asked = [person for person in people if "Câu" in person.last.text and "Trả lời bằng" in person.last.text]
        await all_say(house, asked, "1")
    assert not any("Trả lời bằng số" in person.last.text for person in people)


async def test_a_month_of_fifty_people_and_two_questions_a_week_stays_under_three_thousand(
    opens: Opens, clock: Clock
) -> None:
    codes = [one.staff_code for one in staff("P1", PEOPLE - 1)]
    async with (
        ZaloBots(moments=clock) as zalo,
        opens(None, Roster(UNITS, (SON, BINH, *staff("P1", PEOPLE - 1))), zalo=zalo) as house,
    ):
        people = [zalo.bot.person(code) for code in ("BINH", *codes)]
        await all_join(house, people)
        for opening, reminder, review in WEEKS:
            await house.reaches(opening, "09:00")
            await answer_all(house, people[:-LATE])
            await house.reaches(reminder, "14:00")
            late = people[-LATE:]
            await all_say(house, late, "1")  # "answer now", in reply to the reminder
            await answer_all(house, late)
            await all_say(house, people[:1], "thống kê")
            assert f"Tham gia: {PEOPLE}/{PEOPLE}" in people[0].last.text
            await house.reaches(review, "09:00")
            await answer_all(house, people)
        await house.reaches("2026-12-04", "16:00")
        sent, received = zalo.bot.quota.sent.total(), zalo.bot.quota.received.total()
        assert zalo.refused == []  # no 429, no text too long
        assert sent == len(zalo.deliveries)
        assert sent >= PEOPLE * 4 * 3  # a round of two questions costs three messages
        assert sent + received < 3_000  # 1,138 + 794 when this was written
