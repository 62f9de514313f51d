"""The web door in ordinary and in demo mode."""

from collections.abc import AsyncIterator

import pytest

from bot.web.demo import DemoDoor, DemoPerson, Leap
from content.phrases import Phrases
from store.database import Database
from tests.conftest import Clock
from tests.web.office import Office
from tests.web.visitor import Visitor

CAST = [
    DemoPerson("an", "Nguyễn Thị An", "Phòng Công chức, viên chức", "Chuyên viên", "staff", "demo-an"),
    DemoPerson("binh", "Trần Văn Bình", "Phòng Công chức, viên chức", "Trưởng phòng", "head", "demo-binh"),
    DemoPerson("chi", "Lê Thị Chi", "Văn phòng Sở", "Chuyên viên", "admin", "demo-chi"),
    DemoPerson("em", "Phạm Văn Em", "Văn phòng Sở", "Nhân viên", "newcomer", "demo-em", "K7M2QX9T"),
]


@pytest.fixture
async def office(database: Database, clock: Clock, phrases: Phrases) -> AsyncIterator[Office]:
    """The real mode: one visitor, one cookie."""
    async with Office(database, clock, phrases).open() as opened:
        yield opened


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[Visitor]:
    """Someone who has opened the page."""
    async with Visitor(office.url) as arrived:
        yield arrived


@pytest.fixture
async def demo_office(database: Database, clock: Clock, phrases: Phrases) -> AsyncIterator[Office]:
    """The demo with its three phones and one moment to leap to."""

    async def people() -> list[DemoPerson]:
        return CAST

    async def leap(key: str) -> None:
        clock.forward(days=1, hours=5)

    demo = DemoDoor(people, lambda: [Leap("reminder", "Đến lúc nhắc"), Leap("close", "Đến lúc đóng đợt")], leap, clock)
    async with Office(database, clock, phrases, demo=demo).open() as opened:
        yield opened
