"""One person, two doors: the one chosen is used, the other stands in for it, and everybody is counted once."""

from datetime import timedelta

from sqlmodel import Session, col, select

from scheduler.doors.terms import Terms
from store.tables import Account, Delivery, Member
from tests.journeys.house import House
from tests.journeys.people import Somebody
from tests.journeys.phones import TelegramPhone


async def two_phones(house: House) -> tuple[Somebody, Somebody]:
    """An on Telegram, and on the web page, which was heard last."""
    an, elsewhere = await house.phone("telegram", "AN"), await house.phone("web", "AN")
    an.is_linked()
    house.clock.forward(minutes=1)
    elsewhere.is_linked()
    return an, elsewhere


def openings(session: Session) -> list[tuple[str, str]]:
    """Channel and state of every opening message."""
    query = select(Delivery.channel, Delivery.state).where(Delivery.kind == "open").order_by(col(Delivery.id))
    return list(session.exec(query))


async def test_the_door_somebody_chose_is_used_though_another_was_heard_last(both: House) -> None:
    an, elsewhere = await two_phones(both)
    await elsewhere.says("kênh nhận tin")
    elsewhere.sees("1) Trang trò chuyện", "2) Telegram")
    await elsewhere.chooses("Nhận trước ở Telegram")
    elsewhere.sees("do Anh/Chị chọn", "1) Telegram")
    await both.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2. ")
    assert both.look(openings) == [("telegram", "sent")]


async def test_whoever_blocks_one_door_is_reached_by_the_other_and_counted_once(both: House) -> None:
    an, elsewhere = await two_phones(both)
    binh = (await both.phone("web", "BINH")).is_linked()
    await elsewhere.says("kênh nhận tin")
    await elsewhere.chooses("Nhận trước ở Telegram")
    assert isinstance(an.phone, TelegramPhone)
    an.phone.person.blocked = True  # and Telegram has not told us yet
    await both.reaches("2026-11-10", "09:00")
    assert both.look(openings) == [("web", "sent"), ("web", "sent")]
    await elsewhere.hears("Câu 1/2. ")
    await elsewhere.says("b")
    await elsewhere.says("a")
    elsewhere.sees("Anh/Chị đã hoàn thành đợt 1")
    await binh.says("thống kê")
    binh.sees("Tham gia: 1/3 (33,3%)", "Kết nối: 2/3 (66,7%)", "Gửi thành công: 2/2 (100%)")


async def test_outside_the_window_heads_read_it_and_a_word_brings_what_waited(both: House) -> None:
    an = (await both.phone("web", "AN")).is_linked()
    binh = (await both.phone("telegram", "BINH")).is_linked()
    drain = both.assistant.drains[0]
    drain.limits = type(drain.limits)(
        drain.limits.in_flight, drain.limits.spare, terms=Terms(open_for=timedelta(days=7))
    )

    def fall_silent(session: Session) -> None:
        for account in session.exec(select(Account).where(Account.channel == "web")):
            account.last_heard_at = both.clock() - timedelta(days=8)

    both.look(fall_silent)
    await both.reaches("2026-11-10", "09:30")
    assert sorted(both.look(openings)) == [("telegram", "sent"), ("web", "held")]
    attempted = select(Member.attempted_at).where(col(Member.attempted_at).is_not(None))
    assert both.look(lambda session: len(session.exec(attempted).all())) == 1
    await binh.says("chưa tham gia")
    binh.sees("Ngoài cửa sổ tương tác (đã kết nối; Trợ lý chỉ gửi được khi họ nhắn tin trước):\n- Nguyễn Hoài An")
    await an.says("cảm ơn")
    assert "Câu 1/2. " in (await an.looks()).text
    assert [state for _, state in both.look(openings)] == ["sent", "sent"]
