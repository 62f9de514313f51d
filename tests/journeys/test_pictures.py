"""Pictures for heads: the weekly digest brings one, and the last rounds are asked for; each for who heads the unit."""

import json
import struct
from datetime import date

from sqlmodel import Session, select

from participation.roster import Roster
from store.tables import Delivery, Duty, KeptFile, Unit, UnitLineage
from tests.journeys import crowd
from tests.journeys.cast import AN, BINH, CHI, SON, UNITS, staff
from tests.journeys.conftest import Meets
from tests.journeys.house import House
from tests.journeys.people import Somebody

ONE, TWO = staff("P1", 8), staff("P2", 9)
OFFICE = Roster(UNITS, (SON, BINH, AN, CHI, *staff("S", 6), *ONE, *TWO))
CODES = [person.staff_code for person in (*ONE, *TWO)]


async def size_of(somebody: Somebody) -> tuple[int, int]:
    """Width and height of the picture on the newest message."""
    assert somebody.last.picture, somebody.last.text
    picture = await somebody.phone.looks_at(somebody.last)
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def delegate(house: House, code: str, unit: str) -> None:
    """Somebody stands in for the head of a unit all month."""

    def work(session: Session) -> None:
        head, person = house.person_id(session, "BINH"), house.person_id(session, code)
        session.add(
            Duty(
                person_id=person,
                unit_id=house.unit_id(session, unit),
                kind="delegate",
                from_on=date(2026, 11, 1),
                until_on=date(2026, 11, 30),
                named_by_id=head,
            )
        )

    house.look(work)


def alts(house: House) -> dict[str, str]:
    """What the pictures of all digests say in words, by the first line of their text."""

    def work(session: Session) -> dict[str, str]:
        bodies = [json.loads(body) for body in session.exec(select(Delivery.body).where(Delivery.kind == "digest"))]
        return {body["text"].splitlines()[0]: body["file"][2] if "file" in body else "" for body in bodies}

    return house.look(work)


async def test_the_weekly_digest_brings_a_picture_to_heads_deputies_and_delegates(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    delegate(house, "AN", "P1")
    son, binh, an, chi = [await meets(code) for code in ("SON", "BINH", "AN", "CHI")]
    crowd.connect(house, CODES)
    await house.reaches("2026-11-10", "09:00")
    await crowd.answer(house, CODES[:12])
    await house.reaches("2026-11-13", "15:29")
    assert [shown.picture for one in (son, binh, an, chi) for shown in await one.phone.reads() if shown.picture] == []
    await house.reaches("2026-11-13", "15:30")
    await son.hears("Sở Mẫu · Đợt 1", "Tham gia: 12/27 (44,4%)")
    assert (await size_of(son))[0] == 1080
    for head in (binh, an, chi):  # one round alone makes no line, and their units have none below
        await head.hears("Đợt 1", "Tham gia: ")
        assert head.last.picture == ""
    told = alts(house)["Sở Mẫu · Đợt 1 (10/11–12/11)"]
    assert "Phòng Một 8/10 (80,0%); Phòng Hai 4/10 (40,0%); Thuộc trực tiếp 0/7 (0%)." in told
    assert "Toàn đơn vị: tham gia 12/27 (44,4%), hoàn thành 0/27 (0%)." in told
    await house.reaches("2026-11-20", "15:30")
    await binh.hears("Phòng Một · Đợt 2", "Tham gia: 0/10 (0%), đợt trước 8/10 (80,0%)")
    width, height = await size_of(binh)
    assert (width, height) < (1081, 1081)
    await an.hears("Phòng Một · Đợt 2")
    assert await an.phone.looks_at(an.last) == await binh.phone.looks_at(binh.last)
    assert "Đợt 1 (12/11): 8/10 (80,0%), đã chốt." in alts(house)["Phòng Một · Đợt 2 (17/11–19/11)"]


async def test_the_last_rounds_are_shown_to_who_heads_the_unit_alone(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, an, son = [await meets(code) for code in ("BINH", "AN", "SON")]
    crowd.connect(house, CODES)
    await binh.says("xu hướng")
    binh.sees("Phòng Một chưa có đợt nào.")
    await house.reaches("2026-11-10", "09:00")
    await crowd.answer(house, CODES[:4])
    await binh.says("/xuhuong")
    binh.sees("Đợt 1 (10/11–12/11): 4/10 (40,0%), tạm tính", "Số liệu đến 09:0")
    assert binh.last.picture == ""
    await house.reaches("2026-11-18", "10:00")
    await binh.says("Xu Huong")
    binh.sees("Phòng Một · Tham gia qua 2 đợt gần nhất", "Đợt 1 (10/11–12/11): 4/10 (40,0%)\n")
    binh.sees("Đợt 2 (17/11–19/11): 0/10 (0%), tạm tính")
    assert (await size_of(binh))[0] == 1080
    await son.says("xu hướng")
    son.sees("Sở Mẫu · Tham gia qua 2 đợt gần nhất")
    refused = await an.says("xu hướng")
    assert "dành cho trưởng, phó đơn vị" in refused
    assert an.last.picture == ""


async def test_rounds_before_a_merger_count_what_the_unit_came_out_of(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh = await meets("BINH")
    crowd.connect(house, CODES)
    await house.reaches("2026-11-10", "09:00")
    await crowd.answer(house, CODES[:12])

    def merge(session: Session) -> None:
        new = Unit(code="P3", name="Phòng Ba", kind="Phòng", valid_from_on=date(2026, 11, 16))
        session.add(new)
        session.flush()
        for code in ("P1", "P2"):
            old = house.unit_id(session, code)
            session.add(UnitLineage(unit_id=new.id or 0, predecessor_id=old))
        duty = session.exec(select(Duty).where(Duty.person_id == house.person_id(session, "BINH"))).one()
        duty.unit_id = new.id or 0

    await house.reaches("2026-11-16", "08:00")
    house.look(merge)
    await binh.says("xu hướng")
    binh.sees("Phòng Ba", "Đợt 1 (10/11–12/11): 12/20 (60,0%) (*)")
    binh.sees("(*) Số liệu của Phòng Hai, Phòng Một trước khi sáp nhập, đổi tên hoặc chia tách.")


async def test_a_picture_is_its_readers_alone_and_is_kept_as_a_drawing(house: House, meets: Meets) -> None:
    house.apply(OFFICE)
    binh, chi = await meets("BINH"), await meets("CHI")
    await house.reaches("2026-11-18", "10:00")
    await binh.says("xu hướng")
    owners = house.look(lambda session: [(row.media_type, row.person_id) for row in session.exec(select(KeptFile))])
    assert owners == [("image/svg+xml", house.look(house.person_id, "BINH"))]
    if binh.phone.channel == "web":
        assert (await chi.phone.client.get(binh.last.picture)).status_code == 404  # type: ignore[attr-defined]
    sizes = house.look(lambda session: [len(row.body) for row in session.exec(select(KeptFile))])
    assert max(sizes) < 10_000
