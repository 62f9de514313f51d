"""The first minute of somebody new to the product: the real demo process, a real browser, three phones."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.journeys.test_loading import workbook
from tests.web.browsing import Watch, chromium, launched

ROOT = Path(__file__).parent.parent.parent
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")
FILE = "Câu hỏi tháng 12.xlsx"
FIGURES = re.compile(r"Đợt 2 .*Tham gia: (\d+)/(\d+)", re.DOTALL)
expect.set_options(timeout=30_000)  # a loaded machine moves time slowly; nothing here waits longer than it must
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as somebody new starts it, in an empty folder; stopped as by Ctrl+C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "app", "demo", "--clock", "--port", str(port)]
    folder, environment = tmp_path_factory.mktemp("demo"), os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        while "http://" not in (line := demo.stdout.readline()):
            assert line, "the demo ended before it was ready"
        yield f"http://localhost:{port}/"
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=30) == 0


@pytest.fixture
async def page(address: str) -> AsyncIterator[Page]:
    """The page of three phones; it may not complain in its console nor ask another host."""
    watch = Watch(address)
    async with launched() as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
        opened = watch.over(await context.new_page())
        await opened.goto(address)
        yield opened
        await context.close()
    assert watch.complaints == []
    assert watch.outside == []


def phone(page: Page, place: int) -> FrameLocator:
    """One of the three phones, from the left."""
    return page.frame_locator("iframe").nth(place)


async def says(page: Page, place: int, text: str, answered: str | re.Pattern[str]) -> str:
    """Type into a phone, press Enter, and wait for words of the answer; returns the bubble they stand in."""
    field = phone(page, place).get_by_label("Tin nhắn của Anh/Chị")
    await field.fill(text)
    await field.press("Enter")
    answer = phone(page, place).get_by_text(answered).last
    await expect(answer).to_be_visible()
    return await answer.inner_text()


async def becomes(page: Page, place: int, name: str) -> None:
    """Choose who holds a phone, and wait until it is theirs: what is typed before goes with the page that leaves."""
    frame = page.locator("iframe").nth(place)
    former = await frame.get_attribute("src")
    await page.get_by_role("combobox").nth(place).fill(name)
    await page.get_by_role("option", name=name).first.click()
    await expect(frame).not_to_have_attribute("src", former or "")
    handle = await frame.element_handle()
    opened = await handle.content_frame() if handle else None
    assert opened is not None
    await opened.wait_for_url(lambda url: former not in url if former else True)
    await opened.wait_for_load_state("load")


async def test_a_newcomer_joins_and_answers_and_the_head_asks_for_figures(page: Page) -> None:
    await becomes(page, 1, "Trần Văn Long")
    before = FIGURES.search(await says(page, 1, "thống kê", FIGURES))
    assert before
    await page.get_by_text("Thử làm người mới").click()
    code = CODE.search(await page.locator("body").inner_text())
    assert code
    await expect(phone(page, 0).get_by_text("Kính chào Anh/Chị")).to_be_visible()
    await phone(page, 0).get_by_role("button", name="Đồng ý").last.click()
    await expect(phone(page, 0).get_by_text("Vui lòng nhập mã")).to_be_visible()
    await says(page, 0, code[0].lower(), "Xác nhận:")
    await says(page, 0, "1", "Tài khoản đã kết nối")
    await says(page, 0, "trac nghiem", "Câu 1/2.")
    await says(page, 0, "câu B", "Câu 2/2.")
    await says(page, 0, "1", "Anh/Chị đã hoàn thành đợt 2")
    assert code[0] not in (await phone(page, 0).locator("body").inner_text()).upper()
    await says(page, 1, "tk", f"Tham gia: {int(before[1]) + 1}/{before[2]} ")


async def test_time_moves_to_the_closing_and_on_to_the_next_round(page: Page) -> None:
    await page.get_by_role("button", name="Đến lúc đóng đợt").click()
    await expect(page.get_by_role("button", name="Đến lúc đóng đợt")).to_be_hidden()
    await page.get_by_role("button", name="Đến đợt sau").click()
    await expect(page.get_by_role("button", name="Đến lúc nhắc")).to_be_visible()
    await expect(phone(page, 2).get_by_text("Câu 1/2.").last).to_be_visible()


async def test_an_admin_loads_a_file_a_colleague_approves_it_and_the_next_round_asks_it(page: Page) -> None:
    chat = phone(page, 2)
    await says(page, 2, "nạp câu hỏi", "mau-cau-hoi.xlsx")
    await chat.get_by_label("Gửi tệp").set_input_files({"name": FILE, "mimeType": "", "buffer": workbook()})
    await expect(chat.get_by_text(f"Gửi tệp: {FILE}")).to_be_visible()
    await expect(chat.get_by_text("40 dòng. Hợp lệ 37, lỗi 3. Chưa ghi dữ liệu nào.")).to_be_visible()
    async with page.expect_download() as marked:
        await chat.get_by_role("link", name="Câu hỏi tháng 12-loi.xlsx").click()
    assert (await marked.value).suggested_filename == "Câu hỏi tháng 12-loi.xlsx"
    await chat.get_by_role("button", name="Nhập 37 dòng hợp lệ").click()
    await expect(chat.get_by_text("mới 37, thay đổi 0, không đổi 0").last).to_be_visible()
    await expect(phone(page, 0).locator("#attach")).to_be_hidden()  # a button that would only be refused
    sender = await page.get_by_role("combobox").nth(2).input_value()
    await page.get_by_role("combobox").nth(2).fill("Quản trị")
    others = [await one.inner_text() for one in await page.locator("#list-admin").get_by_role("option").all()]
    colleague = next(one.split("\n")[0] for one in others if not one.startswith(sender))
    await page.locator("#list-admin").get_by_role("option", name=colleague).click()
    await expect(chat.get_by_text(f"{sender} vừa nạp 37 mục nội dung")).to_be_visible()
    await chat.get_by_role("button", name="Xem và duyệt").click()
    await chat.get_by_role("button", name=FILE).click()
    await chat.get_by_role("button", name="Duyệt tất cả (37)").click()
    await expect(chat.get_by_text("Đã duyệt 37").last).to_be_visible()
    await page.get_by_role("button", name="Đến đợt sau").click()
    await expect(phone(page, 0).get_by_text("(bản của cơ quan)?").last).to_be_visible()
