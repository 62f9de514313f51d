"""A tiny reception for the tests of the web door: it repeats what it hears, and knows a question and a menu."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, select

from bot.heard import CHOICE, Heard
from bot.web.channel import WebChannel
from bot.web.hearing import hear
from content.message import Choice, Message
from scheduler.channel import Parcel
from store import inbox, outbox, transcript
from store.database import Database
from store.tables import Account, Delivery
from store.transcript import Spoken

GREETING = Message(
    "Kính chào Anh/Chị. Đây là Trợ lý Văn hóa công sở của Sở Nội vụ tỉnh Bình Sơn, trả lời tự động.\n"
    "Mỗi tuần gửi tối đa 3 tin trong giờ làm việc, mỗi lần khoảng 2 phút.\n"
    "Hệ thống lưu họ tên, đơn vị, thời điểm và kết quả trả lời. Trưởng đơn vị biết Anh/Chị có tham gia hay không, "
    "không xem được đáp án.",
    (Choice("Đồng ý", "say:yes"), Choice("Xem chi tiết", "say:more"), Choice("Để sau", "say:later")),
    inline=True,
)
QUESTION = Message(
    "Quy định trong tuần · Giao tiếp với người dân\n"
    "Hướng dẫn hồ sơ đầy đủ, rõ ràng ngay lần đầu để người dân không phải đi lại.\n"
    "Căn cứ: Điều 6 Nghị định 61/2018/NĐ-CP.\n\n"
    "Câu 1/2. Hồ sơ của người dân thiếu một giấy tờ. Anh/Chị xử lý thế nào?",
    (
        Choice("Trả lại, đề nghị người dân tự tìm hiểu", "answer:1:1"),
        Choice("Hướng dẫn đầy đủ một lần bằng phiếu", "answer:1:2"),
        Choice("Nhận tạm, khi nào cần sẽ báo", "answer:1:3"),
    ),
    "Trả lời bằng số 1–3. Hạn: 17:00 thứ Năm 12/11.",
)
FIGURES = Message(
    "Phòng Công chức, viên chức · Đợt 12 (10–12/11)\nTham gia: 33/39 (84,6%), đợt trước 81,5%\n"
    "Hoàn thành: 31/39 (79,5%)\nChưa tham gia: 6 (2 chưa kết nối) · Miễn: 3\n"
    "Số liệu đến 09:00 ngày 10/11/2026, tạm tính.",
    (Choice("Chưa tham gia", "say:missing"), Choice("Chủ đề còn yếu", "say:topics"), Choice("Nhắc nhẹ", "say:nudge")),
    inline=True,
)
KNOWN = {"/start": GREETING, "câu hỏi": QUESTION, "thống kê": FIGURES}


class Echo:
    """Wake it after an arrival: it deals with what is waiting, in order, then sends what it has written."""

    def __init__(self, database: Database, channel: WebChannel, clock: Callable[[], datetime]) -> None:
        self._database, self._channel, self._clock = database, channel, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self.is_asleep = False

    def wake(self) -> None:
        """Something has arrived. Asleep, it leaves the inbox alone."""
        if self.is_asleep:
            return
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def tell(self, address: str, told: str | Message) -> None:
        """The assistant speaks first."""
        message = told if isinstance(told, Message) else Message(told)
        await self._deliver(await self._database.run(self._write, address, message))

    async def settle(self) -> None:
        """Wait until everything that woke it is done."""
        await asyncio.gather(*self._tasks)

    async def _work(self) -> None:
        async with self._one_at_a_time:
            for parcel in await self._database.run(self._handle):
                await self._deliver(parcel)

    async def _deliver(self, parcel: Parcel) -> None:
        await self._channel.send(parcel)
        await self._channel.send(parcel)  # as after a crash: the second must not show

    def _handle(self, session: Session) -> list[Parcel]:
        parcels = []
        for row in inbox.waiting(session, 100):
            heard = hear(row.body, row.received_at)
            assert heard is not None
            assert row.id is not None
            account = _account(session, heard.address)
            assert account.id is not None
            transcript.heard(session, [Spoken(account.id, row.id, row.body, heard.text, row.received_at)])
            parcels.append(self._write(session, heard.address, _reply(heard)))
            inbox.done(session, [row.id])
        return parcels

    def _write(self, session: Session, address: str, message: Message) -> Parcel:
        account_id = _account(session, address).id
        assert account_id is not None
        key = f"echo:{len(session.exec(select(Delivery.id)).all())}"
        outbox.put(session, [outbox.Outgoing(key, account_id, "web", "reply", message.dumps(), self._clock())])
        written = session.exec(select(Delivery).where(Delivery.key == key)).one()
        assert written.id is not None
        return Parcel(written.id, written.token, account_id, address, "reply", message)


def _reply(heard: Heard) -> Message:
    if heard.kind == CHOICE:
        return Message(f"Đã chọn phương án {heard.number}.")
    return KNOWN.get(heard.text.lower().split(" ")[0], KNOWN.get(heard.text.lower(), Message(f"Đã nghe: {heard.text}")))


def _account(session: Session, address: str) -> Account:
    account = session.exec(select(Account).where(Account.channel == "web", Account.address == address)).first()
    if account is None:
        account = Account(channel="web", address=address)
        session.add(account)
        session.flush()
    return account
