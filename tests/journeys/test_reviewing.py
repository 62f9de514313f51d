"""Two admins and a file: looked at piece by piece, previewed, one question let through and one sent back."""

from sqlmodel import Session, col, select

from content.loading.text.yaml_writing import write_yaml
from store.tables import QuestionVersion, RoundQuestion
from tests.content.loaded import question
from tests.journeys.conftest import Meets
from tests.journeys.house import House
from tests.journeys.test_loading import WITH_ADMINS

NAME = "CauHoi_T12.yaml"
GOOD = question("T12-01", card="", topic="deo-the", stem="Sáng thứ Hai, anh Minh quên thẻ ở nhà. Anh nên làm gì trước?")
ODD = question("T12-02", topic="deo-the", stem="Câu này còn phải xem lại?", options=("Có", "Không"), right=(1,))
FILE = write_yaml([GOOD, ODD]).encode()


def asked(session: Session) -> list[str]:
    """The codes of everything any round has asked."""
    return list(session.exec(select(QuestionVersion.code).join(RoundQuestion).order_by(col(QuestionVersion.code))))


async def test_one_goes_out_and_one_goes_back(house: House, meets: Meets) -> None:
    house.apply(WITH_ADMINS)
    binh, chi, an = await meets("BINH"), await meets("CHI"), await meets("AN")
    await binh.sends_file(NAME, FILE)
    await binh.chooses("Nhập 2 mục hợp lệ")
    await binh.says("duyệt")
    binh.sees("1. (của Anh/Chị) CauHoi_T12.yaml · 2 câu · 08:00 ngày 09/11")
    await binh.chooses(1)
    binh.sees("Nội dung này do chính Anh/Chị gửi")

    await chi.says("/duyet")
    chi.sees("1. CauHoi_T12.yaml · 2 câu · Trần Thái Bình · 08:00 ngày 09/11")
    await chi.says("1")
    await chi.says("xem từng mục")
    chi.sees("Mục 1/2 · Câu hỏi T12-01", "│ 2. Báo bộ phận văn thư và xin thẻ tạm", "Phương án phù hợp là 2.")
    await chi.chooses("Xem trên từng kênh")
    chi.sees("Xem thử Câu hỏi T12-01 · chờ duyệt · mở đợt kèm thẻ", "Telegram: ", "Zalo Bot: ", "Zalo OA: ")
    assert len(chi.last.text) <= 1_500
    await chi.says("xem thử t12-02")
    chi.sees("Xem thử Câu hỏi T12-02")
    await chi.says("duyệt")
    await chi.says("1")
    await chi.chooses("Xem từng mục")
    await chi.chooses("Duyệt mục này")
    chi.sees("Đã duyệt 1 mục.", "Mục 1/1 · Câu hỏi T12-02")
    stale = chi.last
    await chi.chooses("Trả lại mục này")
    await chi.chooses("Cần sửa câu chữ")
    chi.sees("Đã trả lại 1 mục.")
    if chi.phone.has_buttons:
        await chi.chooses("Duyệt mục này", on=stale)
        chi.sees("Mục này đã được xử lý.")

    await house.tick()
    await binh.hears("Tệp CauHoi_T12.yaml", "1 mục đã duyệt", "1 mục trả lại: Cần sửa câu chữ")
    heard = len(binh.heard)
    await house.reaches("2026-11-10", "09:00")
    await an.hears("Câu 1/2.")
    assert "T12-01" in house.look(asked)
    await house.reaches("2026-11-24", "12:00")
    assert "T12-02" not in house.look(asked)
    assert [text for text in await binh.messages(heard) if NAME in text] == []


async def test_the_menu_leads_there_and_others_find_nothing(house: House, meets: Meets) -> None:
    house.apply(WITH_ADMINS)
    chi, an = await meets("CHI"), await meets("AN")
    await chi.says("nội dung")
    chi.sees("1. Nạp câu hỏi, thẻ", "2. Duyệt nội dung", "3. Sắp hết hiệu lực", "4. Lịch gửi")
    await chi.says("3")
    chi.sees("Trong 30 ngày tới không có căn cứ nào hết hiệu lực.")
    for words in ("nội dung", "/duyet", "xem thử GT-T1", "hết hạn"):
        assert "Trợ lý chưa hiểu" in await an.says(words)
