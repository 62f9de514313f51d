"""Joining: consent before anything else, a masked name, and answers that give nothing away."""

import re

from sqlmodel import Session, select

from store.tables import Account, Consent, Invitation
from tests.journeys.conftest import Meets
from tests.journeys.house import House

WRONG = ("K7M2-QX9T", "ZZZZ9999", "22223333", "k7m2 qx9v")


def accounts(session: Session) -> list[Account]:
    """Every account there is."""
    return list(session.exec(select(Account)))


async def test_consent_comes_first_then_the_code_then_the_masked_name(house: House, meets: Meets) -> None:
    an = await meets("AN", joined=False)
    await an.says("/start")
    an.sees("Kính chào Anh/Chị", "Sở Mẫu", "trả lời tự động", "không xem được đáp án", "1. Đồng ý")
    await an.chooses("Xem chi tiết")
    an.sees("Mục đích", "Quyền", "Luật 91/2025/QH15")
    await an.chooses("Đồng ý")
    an.sees("mã 8 ký tự")
    code = house.code_for("AN")
    await an.says(f"{code[:4].lower()}-{code[4:].lower()}")
    an.sees("N. H. An", "Phòng Một", "Chuyên viên")
    assert "Nguyễn" not in an.last.text
    assert "Hoài" not in an.last.text
    assert not house.look(lambda session: session.exec(select(Consent)).all())
    await an.says("1")
    an.sees("Cảm ơn Nguyễn Hoài An", "Phòng Một")
    consent = house.look(lambda session: session.exec(select(Consent)).one())
    assert (consent.purpose, consent.version, consent.withdrawn_at) == ("participation", "1", None)


async def test_a_code_in_the_link_still_waits_for_consent(house: House, meets: Meets) -> None:
    an = await meets("AN", joined=False)
    await an.says(f"/start {house.code_for('AN')}")
    an.sees("Kính chào", "1. Đồng ý")
    assert "An," not in an.last.text
    await an.says("đồng ý")
    an.sees("N. H. An")
    await an.chooses("Đúng")
    an.sees("Tài khoản đã kết nối")


async def test_wrong_used_and_unknown_codes_are_answered_alike(house: House, meets: Meets) -> None:
    used = house.code_for("AN")
    an = await meets("AN", joined=False)
    await an.says("/start")
    await an.chooses("Đồng ý")
    await an.says(used)
    await an.chooses("Đúng")
    revoked = house.code_for("CHI")
    house.code_for("CHI")
    chi = await meets("CHI", joined=False)
    await chi.says("/start")
    await chi.chooses("Đồng ý")
    answers = [await chi.says(code) for code in ("K7M2-QX9T", used, revoked)]
    assert len(set(answers)) == 1
    assert answers[0].startswith("Mã không khớp hoặc không còn dùng được.")


async def test_a_wrong_code_in_a_link_is_answered_like_a_right_one(house: House, meets: Meets) -> None:
    an, chi = await meets("AN", joined=False), await meets("CHI", joined=False)
    assert await an.says(f"/start {house.code_for('AN')}") == await chi.says("/start K7M2QX9T")


async def test_five_wrong_codes_lock_the_account_for_an_hour_and_right_ones_too(house: House, meets: Meets) -> None:
    an = await meets("AN", joined=False)
    await an.says("/start")
    await an.chooses("Đồng ý")
    for code in WRONG:
        assert "không khớp" in await an.says(code)
    locked = await an.says("BBBB2222")
    assert re.search(r"thử lại sau 09:0\d thứ Hai 09/11", locked)
    right = house.code_for("AN")
    assert await an.says(right) == locked
    house.clock.forward(minutes=61)
    await an.says(right)
    an.sees("N. H. An")


async def test_a_stranger_learns_nothing_but_how_to_join(house: House, meets: Meets) -> None:
    em = await meets("EM", joined=False)
    for words in ("thống kê", "chưa tham gia", "trắc nghiệm", "dữ liệu", "quy định", "Nguyễn Hoài An"):
        answer = await em.says(words)
        assert answer.startswith("Kính chào Anh/Chị."), words  # before consent: who speaks, and nothing else
    assert all(account.person_id is None for account in house.look(accounts))


async def test_not_me_drops_the_match_and_leaves_the_code_unused(house: House, meets: Meets) -> None:
    chi = await meets("CHI", joined=False)
    await chi.says("/start")
    await chi.chooses("Đồng ý")
    await chi.says(house.code_for("AN"))
    await chi.chooses("Không phải tôi")
    chi.sees("đã bỏ qua mã này")
    assert house.look(lambda session: session.exec(select(Invitation)).one()).used_at is None


async def test_later_keeps_nothing_and_a_second_start_begins_anew(house: House, meets: Meets) -> None:
    an = await meets("AN", joined=False)
    await an.says("bắt đầu")
    await an.chooses("Để sau")
    an.sees("chưa gắn tài khoản này với tên Anh/Chị")
    assert [account.asked for account in house.look(accounts)] == [""]
    await an.says("/batdau")
    an.sees("Kính chào Anh/Chị")


async def test_a_courtesy_is_answered_with_one(meets: Meets) -> None:
    an = await meets("AN")
    await an.says("menu")
    for words in ("cảm ơn", "Vâng", "ok"):
        assert (await an.says(words)).startswith("Cảm ơn Anh/Chị."), words
