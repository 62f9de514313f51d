"""Finding a regulation by its words, on every channel; and what was meant as an answer is never taken for a search."""

from datetime import date

import pytest
from sqlmodel import Session

from store.tables import CardVersion
from tests.journeys.conftest import Meets
from tests.journeys.house import House, at

LAST = date(2026, 12, 31)
ADDED = at("2026-11-01", "08:00")


def add(session: Session, code: str, title: str, text: str, until_on: date | None = None) -> None:
    """A card of the office's own, with words that no other card has."""
    session.add(
        CardVersion(
            code=code,
            version=1,
            checksum=code,
            topic="giao-tiep-nhan-dan",
            title=title,
            text=text,
            citation="Điều 3 Quy định 7/QĐ-SM",
            verified="text",
            in_force_from=date(2026, 1, 1),
            in_force_until=until_on,
            added_at=ADDED,
            origin="office",
        )
    )


def add_fishery(session: Session) -> None:
    """Two cards about ngư trường, one about khinh khí cầu."""
    add(session, "NT1", "Ngư trường buổi sớm", "Ngư trường mở cửa lúc bình minh.")
    add(session, "NT2", "Ngư trường buổi muộn", "Ngư trường đóng cửa lúc hoàng hôn.", LAST)
    add(session, "KK", "Khinh khí cầu", "Khinh khí cầu không bay khi có giông.", LAST)


async def test_hits_are_numbered_and_say_what_they_rest_on_and_how_long(house: House, meets: Meets) -> None:
    house.look(add_fishery)
    an = await meets("AN")
    await an.says("tìm ngư trường")
    an.sees(
        'Có 2 quy định phù hợp với "ngư trường":',
        "Ngư trường buổi sớm – Điều 3 Quy định 7/QĐ-SM, còn hiệu lực\n",
        "Ngư trường buổi muộn – Điều 3 Quy định 7/QĐ-SM, còn hiệu lực đến hết ngày 31/12/2026",
        "Gửi số để xem. Hiệu lực của căn cứ tính đến ngày 09/11/2026.",
    )
    await an.says(str(an.last.number_of("Ngư trường buổi muộn")))
    an.sees("hoàng hôn", "Căn cứ: Điều 3 Quy định 7/QĐ-SM (còn hiệu lực đến hết ngày 31/12/2026).")


@pytest.mark.parametrize(
    "said",
    [
        "/timkiem khinh khi cau",
        "tim khing khi cau",
        "tra cứu khinh khí",
        "/quydinh khinh khí cầu",
        "quy định khinh khí",
    ],
)
async def test_a_single_hit_is_shown_with_its_card_at_once(house: House, meets: Meets, said: str) -> None:
    house.look(add_fishery)
    an = await meets("AN")
    await an.says(said)
    an.sees("Khinh khí cầu không bay khi có giông.", "Căn cứ: Điều 3 Quy định 7/QĐ-SM")


async def test_more_hits_than_a_screen_holds_are_turned_over(house: House, meets: Meets) -> None:
    def many(session: Session) -> None:
        for number in range(11):
            add(session, f"M{number}", f"Ngư trường số {number}", "Ngư trường mở cửa.")

    house.look(many)
    an = await meets("AN")
    await an.says("tim ngu truong")
    an.sees("Có 11 quy định", "8. ", "9. Xem thêm")
    first = set(an.last.text.splitlines()[1:9])
    await an.chooses("Xem thêm")
    an.sees("Có 11 quy định", "3. ")
    assert "4. " not in an.last.text
    assert {line[3:] for line in first}.isdisjoint(line[3:] for line in an.last.text.splitlines()[1:4])


async def test_the_command_alone_explains_itself_and_offers_topics(meets: Meets) -> None:
    an = await meets("AN")
    for alone in ("/timkiem", "tìm kiếm", "tìm", "tra cứu", "tìm ???"):
        await an.says(alone)
        an.sees("Ví dụ: tìm trang phục", "1. ")
    await an.says("/quydinh")
    an.sees("Quy định theo chủ đề. Anh/Chị chọn một mục:", 'gửi "tìm" kèm từ cần tìm')
    await an.chooses("Xem thêm chủ đề")
    await an.says("quy định theo chủ đề")
    an.sees("Anh/Chị chọn một mục")


async def test_what_is_not_found_is_said_so_and_topics_are_offered(meets: Meets) -> None:
    an = await meets("AN")
    await an.says("tìm xyzzy plugh")
    an.sees('Chưa tìm thấy quy định phù hợp với "xyzzy plugh"')
    await an.chooses("Quy định theo chủ đề")
    an.sees("Anh/Chị chọn một mục")


async def test_words_without_a_command_are_looked_up_when_nothing_is_asked(house: House, meets: Meets) -> None:
    house.look(add_fishery)
    an = await meets("AN")
    await an.says("khinh khi cau bay khi nao")
    an.sees("Khinh khí cầu không bay khi có giông.")
    await an.says("ngư trường")
    an.sees("Có 2 quy định phù hợp")
    for chatter in ("hôm nay trời đẹp quá", "chúc cả nhà ngủ ngon", "giông"):
        await an.says(chatter)
        an.sees('gửi "menu"')
        assert "quy định phù hợp" not in an.last.text
    assert "Cảm ơn" in await an.says("cảm ơn")


async def test_while_a_question_is_open_words_are_no_search_and_options_are_answers(house: House, meets: Meets) -> None:
    house.look(add_fishery)
    an = await meets("AN")
    await house.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2.")
    await an.says("khinh khí cầu")
    an.sees("Trợ lý chưa hiểu câu trả lời.", 'gửi "tìm" kèm từ cần tìm')
    await an.says("tìm khinh khí cầu")
    an.sees("không bay khi có giông")
    await an.says("ngư trường buổi sớm")  # the question is still open, though something else was shown since
    assert "Ngư trường" not in an.last.text
    await an.says("câu a")
    an.sees("Câu 2/2.")


async def test_a_menu_line_that_begins_like_a_command_is_the_line(meets: Meets) -> None:
    an = await meets("AN")
    await an.says("menu")
    await an.says("Quy định theo chủ đề")
    an.sees("Quy định theo chủ đề. Anh/Chị chọn một mục:")


async def test_strangers_find_nothing(meets: Meets) -> None:
    em = await meets("EM", joined=False)
    await em.says("tìm trang phục")
    em.sees("1. Đồng ý")
