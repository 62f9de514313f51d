"""A person at the page, in a real browser. `chat_url` decides whose page: here the echo's, elsewhere the product's."""

import hashlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import APIResponse, Browser, Page, Route, expect
from sqlmodel import Session, select

from content.message import Attachment, Message
from store import files
from store.tables import Grant
from tests.web.browsing import Watch, chromium, launched
from tests.web.conftest import CAST
from tests.web.office import Office
from tests.web.staff import kept, link

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine: apt-get install chromium"),
]

PHONE = {"width": 360, "height": 740}
FIELD = "Tin nhắn của Anh/Chị"


@pytest.fixture
def chat_url(office: Office) -> str:
    """The page under test."""
    return office.url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium."""
    async with launched() as opened:
        yield opened


@pytest.fixture
async def watch(chat_url: str) -> AsyncIterator[Watch]:
    """No page of a test may complain in its console or ask another host."""
    watching = Watch(chat_url)
    yield watching
    assert watching.complaints == []
    assert watching.outside == []


@pytest.fixture
async def page(browser: Browser, chat_url: str, watch: Watch) -> AsyncIterator[Page]:
    """A phone with the page open and the greeting on it."""
    context = await browser.new_context(viewport=PHONE, locale="vi-VN")  # type: ignore[arg-type]
    opened = watch.over(await context.new_page())
    await opened.goto(chat_url)
    await expect(opened.get_by_role("button", name="Đồng ý")).to_be_visible()
    yield opened
    await context.close()


async def overflow(page: Page) -> int:
    """How many pixels stick out on the right."""
    sticking_out: int = await page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')].filter((one) => !one.closest('.spoken, .skip'))"
        ".map((one) => one.getBoundingClientRect().right)) - innerWidth"
    )
    return sticking_out


async def test_on_a_narrow_phone_one_types_taps_reloads_and_finds_everything(page: Page) -> None:
    log = page.get_by_role("log")
    await expect(log.get_by_text("/start")).to_have_count(0)
    await page.get_by_label(FIELD).fill("câu hỏi")
    await page.get_by_role("button", name="Gửi").click()
    await page.get_by_role("button", name="Hướng dẫn đầy đủ").click()
    await expect(log.get_by_text("2. Hướng dẫn đầy đủ một lần bằng phiếu", exact=True).last).to_be_visible()
    await expect(log.get_by_text("Đã chọn phương án 2.")).to_be_visible()
    await page.get_by_label(FIELD).fill("một từ dài " + "x" * 300)
    await page.keyboard.press("Enter")
    await expect(log.get_by_text("Đã nghe: một từ dài")).to_be_visible()
    assert await overflow(page) <= 0
    before = await log.inner_text()
    await page.reload()
    await expect(log.get_by_text("Đã nghe: một từ dài")).to_be_visible()
    await expect(page.get_by_role("button", name="Hướng dẫn đầy đủ")).to_have_class("choice chosen")
    assert await log.inner_text() == before
    assert before.count("Kính chào") == 1


async def test_the_keyboard_alone_is_enough(page: Page) -> None:
    field = page.get_by_label(FIELD)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Tới ô nhập tin")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(field).to_be_focused()
    await page.keyboard.type("dòng một")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("dòng hai")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã nghe: dòng một\ndòng hai")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("")
    await page.get_by_role("button", name="Đồng ý").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Đã chọn phương án 1.")).to_be_visible()


async def test_words_typed_without_a_network_wait_survive_a_reload_and_arrive_once(
    page: Page, office: Office, watch: Watch
) -> None:
    log = page.get_by_role("log")
    await page.route("**/say", lambda route: route.abort())
    await page.get_by_label(FIELD).fill("gửi khi mất mạng")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Chưa gửi được, sẽ thử lại")).to_be_visible()
    await page.unroute("**/say")
    await page.reload()
    await expect(log.get_by_text("Đã nghe: gửi khi mất mạng")).to_have_count(1)
    await expect(log.get_by_text("gửi khi mất mạng", exact=True)).to_have_count(1)
    await expect(page.locator("#pending article")).to_have_count(0)
    watch.complaints.clear()  # the browser reports the requests that were cut on purpose


async def test_markup_stays_text(page: Page) -> None:
    odd = '<img src="https://evil.example/x" onerror="document.title=1"><script>document.title=2</script>'
    await page.get_by_label(FIELD).fill(odd)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"Đã nghe: {odd}")).to_be_visible()
    assert await page.locator("main img, main script").count() == 0


async def test_an_invitation_link_is_used_and_disappears_from_the_address(page: Page, chat_url: str) -> None:
    await page.goto(f"{chat_url}/?code=K7M2QX9T")
    await expect(page.get_by_text("Kính chào Anh/Chị")).to_have_count(2)
    assert "K7M2QX9T" not in page.url
    assert "K7M2QX9T" not in await page.get_by_role("log").inner_text()


async def test_a_second_window_greets_no_second_time_and_shows_the_same(
    page: Page, chat_url: str, watch: Watch
) -> None:
    second = watch.over(await page.context.new_page())
    await second.goto(chat_url)
    await page.get_by_label(FIELD).fill("ở cửa sổ một")
    await page.get_by_label(FIELD).press("Enter")
    for window in (page, second):
        await expect(window.get_by_text("Đã nghe: ở cửa sổ một")).to_have_count(1)
        await expect(window.get_by_text("Kính chào Anh/Chị")).to_have_count(1)


async def test_a_file_is_chosen_with_the_keyboard_waits_for_the_network_and_is_kept_once(
    page: Page, office: Office, watch: Watch
) -> None:
    page.on("filechooser", lambda _: None)  # the browser is told in good time that we choose for it
    await expect(page.locator("#attach")).to_be_hidden()
    [cookie] = await page.context.cookies()
    address = hashlib.sha256(cookie["value"].encode()).hexdigest()[:32]
    await office.database.run(link, address, "content_admin")
    await page.reload()
    attach = page.get_by_label("Gửi tệp")
    await expect(attach).to_be_visible()
    await page.get_by_label(FIELD).focus()
    await page.keyboard.press("Tab")
    await expect(attach).to_be_focused()
    lost: list[APIResponse] = []

    async def lose(route: Route) -> None:
        if not lost:
            lost.append(await route.fetch())  # it arrives, and nobody learns of it
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/file", lose)
    office.echo.is_asleep = True  # else the page would learn from the transcript that the file has arrived
    async with page.expect_file_chooser() as chooser:
        await page.keyboard.press("Enter")
    name = "Câu hỏi rất dài tên " + "d" * 60 + ".gift"
    await (await chooser.value).set_files({"name": name, "mimeType": "", "buffer": b"::Q1:: {=a ~b}"})
    unsent = page.get_by_text("Chưa gửi được, sẽ thử lại")
    await expect(unsent).to_be_visible()
    await expect(unsent).to_have_count(0)
    office.echo.is_asleep = False
    office.echo.wake()
    await expect(page.locator("#pending article")).to_have_count(0)
    assert [answer.status for answer in lost] == [202]
    assert [body for _, body, _ in await office.database.run(kept)] == [b"::Q1:: {=a ~b}"]
    assert await overflow(page) <= 0
    watch.complaints.clear()  # the browser reports the request that was cut on purpose


async def test_a_file_too_big_or_not_theirs_to_send_is_said_beside_it(page: Page, office: Office, watch: Watch) -> None:
    [cookie] = await page.context.cookies()
    address = hashlib.sha256(cookie["value"].encode()).hexdigest()[:32]
    person_id, _ = await office.database.run(link, address, "content_admin")
    await page.reload()
    attach = page.get_by_label("Gửi tệp")
    await attach.set_input_files({"name": "to.xlsx", "mimeType": "", "buffer": b"x" * (5 * 1024 * 1024 + 1)})
    await expect(page.get_by_text("Tệp lớn quá 5 MB")).to_be_visible()

    def lose_role(session: Session) -> None:
        session.exec(select(Grant).where(Grant.person_id == person_id)).one().role = "operator"

    await office.database.run(lose_role)
    await attach.set_input_files({"name": "vua.xlsx", "mimeType": "", "buffer": b"x" * (4 * 1024 * 1024)})
    await expect(page.get_by_text("Trợ lý chỉ nhận tệp của người quản trị nội dung")).to_be_visible()
    assert await office.database.run(kept) == []
    watch.complaints.clear()  # the browser reports the refusal


async def test_three_phones_stand_side_by_side_and_each_can_be_anyone(browser: Browser, demo_office: Office) -> None:
    watch = Watch(demo_office.url)
    page = watch.over(await browser.new_page(viewport={"width": 1280, "height": 800}))
    await page.goto(demo_office.url)
    for number in range(3):
        await expect(page.frame_locator("iframe").nth(number).get_by_role("button", name="Đồng ý")).to_be_visible()
    chooser = page.get_by_role("combobox").first
    await chooser.fill("pham van")  # without diacritics
    await chooser.press("Enter")
    await expect(page.locator("iframe").first).to_have_attribute("src", f"/demo/{CAST[3].address}/")
    await expect(page.get_by_text("K7M2QX9T")).to_be_visible()
    await page.get_by_role("button", name="Đến lúc nhắc").click()
    await expect(page.locator("#now")).to_have_text("14:00 thứ Tư 11/11")
    await page.reload()
    await expect(page.locator("iframe").first).to_have_attribute("src", f"/demo/{CAST[3].address}/")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert await overflow(page) <= 0
    await page.close()
    assert watch.complaints == []
    assert watch.outside == []


async def test_a_picture_fills_a_narrow_phone_says_what_it_shows_and_leads_to_its_full_size(
    browser: Browser, page: Page, office: Office
) -> None:
    [cookie] = [one for one in await page.context.cookies() if one["name"] == "nep"]
    address = hashlib.sha256(cookie["value"].encode()).hexdigest()[:32]
    person_id, _ = await office.database.run(link, address)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="900"><text y="50">33/39</text></svg>'
    token = await office.database.run(
        files.keep, "hinh.png", "image/svg+xml", drawing.encode(), person_id, office.clock()
    )
    message = Message("Tham gia: 33/39 (84,6%)", file=Attachment(token, "hinh.png", "Hình: 33/39 (84,6%)."))
    await office.echo.tell(address, message)
    shown = page.get_by_role("img", name="Hình: 33/39 (84,6%).")
    await expect(shown).to_be_visible()
    await expect(shown).to_have_js_property("naturalWidth", 1080)
    box = await shown.bounding_box()
    assert box is not None
    assert 300 < box["width"] < PHONE["width"]
    assert await overflow(page) <= 0
    async with page.context.expect_page() as opening:
        await shown.click()
    assert f"file/{token}" in (await opening.value).url
