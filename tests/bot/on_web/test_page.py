"""The page in a real browser: it opens quietly, answers, fits a phone and a desk, and shows markup as text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.letters import Errand
from bot.on_web.letters import WebCarrier
from bot.on_web.present import Present
from handlers.asking import Choice
from handlers.reply import File, Reply
from tests.bot.handed_in.hostile import picture as small_picture
from tests.bot.on_web.scripted import HARMFUL, PEOPLE, Opened, opened

CHROMIUM = Path("/usr/bin/chromium")
PICTURES = Path(__file__).parents[3] / "test-artefacts"
PHONE = (380, 780)
DESK = (1440, 900)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if not CHROMIUM.exists():
    pytest.skip("no browser at /usr/bin/chromium; install it with: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as tools:
        browser = await tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser, door: Opened, size: tuple[int, int], *, refused: str = "", **options
) -> AsyncIterator[Page]:
    """The page, connected; nothing but what was `refused` may be complained about in its console meanwhile."""
    complaints: list[str] = []
    foreign: list[str] = []
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(door.url) else foreign.append(asked.url))
    await page.goto(door.url)
    await expect(page.locator("#state")).to_have_attribute("data-state", "connected")
    yield page
    await context.close()
    assert [one for one in complaints if not refused or refused not in one] == []
    assert [url for url in foreign if not url.startswith("blob:")] == []


async def ask(page: Page, text: str) -> None:
    await page.locator("#question").fill(text)
    await page.keyboard.press("Enter")


async def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURES / f"web-{name}.png")


async def is_too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize(
    ("size", "scheme", "name"),
    [(PHONE, "light", "phone"), (DESK, "light", "desk"), (PHONE, "dark", "phone-dark")],
    ids=["on a phone", "at a desk", "on a phone in the dark"],
)
async def test_a_question_is_typed_and_a_choice_pressed_when_the_page_is_open(browser, size, scheme, name):
    async with opened() as door, visiting(browser, door, size, color_scheme=scheme) as page:
        await picture(page, f"{name}-open")
        await ask(page, "tôi còn thiếu gì")
        answer = page.locator("article.ours").nth(1)
        await expect(answer.locator("h2")).to_have_text("Đồng chí còn thiếu 1 tiêu chí: ngoại ngữ")
        await expect(answer.locator(".bases").first.locator("li")).to_have_count(2)
        await expect(answer.locator(".background")).to_contain_text("A, B, C")
        await picture(page, f"{name}-answer")
        await answer.get_by_role("button", name="Đề nghị cử đi học").click()
        await expect(page.locator("article.ours h2").last).to_have_text("Đã ghi đề nghị cử đi học.")
        assert door.desk.heard[1].choice == "study|ngoai_ngu"
        assert not await is_too_wide(page)
        await picture(page, f"{name}-choice")
        if name == "desk":
            await page.emulate_media(media="print")
            await picture(page, "print")


async def test_whoever_comes_by_a_link_from_another_site_is_who_they_were(browser):
    async with opened() as door:
        context = await browser.new_context()
        page = await context.new_page()
        link = f'<!doctype html><a href="{door.url}">Hỏi về tiêu chuẩn chức danh</a>'
        await context.route(
            "http://elsewhere.example/", lambda route: route.fulfill(content_type="text/html", body=link)
        )
        await page.goto(door.url)
        before = [one["value"] for one in await context.cookies(door.url)]
        await page.goto("http://elsewhere.example/")
        await page.get_by_role("link").click()
        await expect(page.locator("#state")).to_have_attribute("data-state", "connected")
        assert len(before) == 1
        assert [one["value"] for one in await context.cookies(door.url)] == before
        await context.close()


async def test_everything_is_reached_by_keyboard_when_there_is_no_mouse(browser):
    async with opened() as door, visiting(browser, door, DESK) as page:
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#question")).to_be_focused()
        await ask(page, "tôi còn thiếu gì")
        await expect(page.locator("article.ours")).to_have_count(2)
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name="Hỏi người phụ trách")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("article.ours h2").last).to_have_text("Nghe rõ: [ask_person]")


async def test_markup_is_shown_as_text_when_it_stands_in_words(browser):
    async with opened() as door, visiting(browser, door, PHONE) as page:
        await ask(page, "độc")
        answer = page.locator("article.ours").nth(1)
        await expect(answer.locator("h2")).to_have_text(HARMFUL)
        await expect(answer.locator(".choices button")).to_have_text(HARMFUL)
        await ask(page, HARMFUL)
        await expect(page.locator("article.ours h2").last).to_have_text(f"Nghe rõ: {HARMFUL}")
        door.desk.script["tệp độc"] = Reply("Đây", file=File(f"{HARMFUL}.docx", b"PK", "text/html"))
        await ask(page, "tệp độc")
        await expect(page.locator("a.file").last).to_contain_text("img src=x onerror")
        name = HARMFUL.partition("<script")[0] + ".jpg"
        await page.locator("#file").set_input_files([{"name": name, "mimeType": "image/jpeg", "buffer": b"x"}])
        await expect(page.locator("article.mine p.words").last).to_have_text(name)
        assert await page.locator("#log img, #log script").count() == 0
        assert await page.title() == "Nhắc Chuẩn"


async def test_a_person_is_chosen_and_a_file_taken_when_it_is_a_demonstration(browser):
    async with opened(people=PEOPLE) as door:
        async with visiting(browser, door, DESK) as page:
            await expect(page.locator(".demo")).to_be_visible()
            await page.get_by_role("button", name="Trần Thị Mẫu").click()
            await expect(page.locator("[data-person=CB001]")).to_have_attribute("aria-pressed", "true")
            await ask(page, "tôi còn thiếu gì")
            await expect(page.locator("article.ours")).to_have_count(2)
            assert door.desk.heard[0].person == "CB001"
            await picture(page, "demo-desk")
            await ask(page, "tệp")
            async with page.expect_download() as taken:
                await page.locator("a.file").click()
            assert (await taken.value).suggested_filename == "bao-cao.xlsx"
            await ask(page, "hình")
            shown = page.locator("img.picture")
            await expect(shown).to_have_attribute("alt", "Ngoại ngữ: 3 đã quá hạn")
            # A phone shows three dots of its own for each.
            assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
        async with visiting(browser, door, PHONE) as page:
            await picture(page, "demo-phone")
            assert not await is_too_wide(page)


async def test_a_photo_is_sent_in_pieces_and_one_is_shown_when_it_is_chosen(browser):
    async with opened() as door, visiting(browser, door, PHONE) as page:
        shows = File("minh-chung-1-1.jpg", small_picture(), "image/jpeg", "Tệp 1 của minh chứng số 1")
        door.desk.script["[None]"] = Reply("Đã lưu tệp", file=shows)
        photo = bytes(range(256)) * 2000
        chosen = {"name": "bằng.jpg", "mimeType": "image/jpeg", "buffer": photo}
        await page.locator("#file").set_input_files([chosen])
        await expect(page.locator("article.mine p.words").last).to_have_text("bằng.jpg")
        image = page.locator("img.picture")
        await expect(image).to_have_attribute("alt", "Tệp 1 của minh chứng số 1")
        assert await image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
        (asked,) = door.desk.heard
        assert asked.file is not None
        assert await asked.file.fetch(len(photo)) == photo
        assert not await is_too_wide(page)
        await picture(page, "phone-handed-in")


async def test_a_question_is_kept_and_answered_when_the_connection_breaks_and_returns(browser):
    async with opened() as door, visiting(browser, door, PHONE) as page:
        await door.hang_up()
        await expect(page.locator("#state")).to_have_attribute("data-state", "lost")
        await expect(page.locator("#state")).not_to_be_empty()
        await ask(page, "một")
        await picture(page, "phone-reconnecting")
        await expect(page.locator("article.ours h2").last).to_have_text("Nghe rõ: một")
        await expect(page.locator(".unsent")).to_have_count(0)
        assert len(door.desk.heard) == 1


async def test_the_words_change_in_place_when_the_other_language_is_chosen(browser):
    async with opened() as door, visiting(browser, door, PHONE) as page:
        await ask(page, "một")
        await expect(page.locator("article.ours")).to_have_count(2)
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await expect(page.locator("#question")).to_have_attribute("placeholder", "Type your question here")
        await expect(page.locator("article.ours")).to_have_count(2)


async def test_a_letter_is_shown_and_its_button_pressed_when_nobody_asked_anything(browser):
    present = Present()
    letter = Errand(
        1, "", Reply("Câu hỏi C2C2C2 đã có trả lời.", choices=(Choice("Xem trả lời", "inquiry", "C2C2C2"),)), 1
    )
    async with opened(present=present) as door, visiting(browser, door, PHONE) as page:
        (visitor,) = present.list_visitors()
        await WebCarrier(present, str).carry(replace(letter, address=visitor))
        await expect(page.locator("article.ours h2").last).to_have_text("Câu hỏi C2C2C2 đã có trả lời.")
        await page.get_by_role("button", name="Xem trả lời").click()
        await expect(page.locator("article.ours h2").last).to_have_text("Nghe rõ: [inquiry|C2C2C2]")


async def test_another_tab_shows_a_fresh_chat_when_somebody_leaves(browser):
    async with opened() as door, visiting(browser, door, DESK) as page:
        other = await page.context.new_page()
        await other.goto(door.url)
        await ask(other, "tôi còn thiếu gì")
        await expect(other.locator("article.ours")).to_have_count(2)
        await other.locator("#question").fill("câu chưa gửi")
        await leave(page)
        for tab in (page, other):
            await is_fresh(tab)
        await ask(other, "một")
        await expect(other.locator("article.ours h2").last).to_have_text("Nghe rõ: một")
        asked, left, after = door.desk.heard
        assert (left.choice, left.address) == ("data.leave", asked.address)
        assert after.address != asked.address


async def test_a_tab_whose_line_another_process_holds_shows_a_fresh_chat_too(browser):
    async with opened() as door, visiting(browser, door, DESK) as page:
        other = await page.context.new_page()

        def hold(line):
            server = line.connect_to_server()
            server.on_close(lambda _code, _reason: None)  # what this process closes is not heard there

        await other.route_web_socket("**/chat", hold)
        await other.goto(door.url)
        await ask(other, "tôi còn thiếu gì")
        await expect(other.locator("article.ours")).to_have_count(2)
        await leave(page)
        await is_fresh(other)


async def test_a_tab_that_comes_back_as_another_visitor_shows_and_sends_nothing_of_before(browser):
    async with opened() as door, visiting(browser, door, PHONE) as page:
        await ask(page, "tôi còn thiếu gì")
        await expect(page.locator("article.ours")).to_have_count(2)
        await door.hang_up()
        await expect(page.locator("#state")).to_have_attribute("data-state", "lost")
        await ask(page, "một")
        await page.context.clear_cookies()
        await is_fresh(page)
        assert [one.text for one in door.desk.heard] == ["tôi còn thiếu gì"]


async def test_what_leaving_means_is_said_before_and_when_it_fails(browser):
    async with opened() as door, visiting(browser, door, PHONE, refused="500") as page:
        await expect(page.locator("#leaving")).to_be_hidden()
        await page.locator("#leave").click()
        await expect(page.locator("#leaving")).to_be_visible()
        assert not await is_too_wide(page)
        await picture(page, "phone-leaving")
        await page.locator("#question").focus()
        await expect(page.locator("#leaving")).to_be_hidden()
        await ask(page, "một")
        await expect(page.locator("article.ours")).to_have_count(2)
        door.desk.script["[data.leave]"] = RuntimeError("away")
        await leave(page)
        await expect(page.locator("#log .apology")).to_have_count(1)
        await expect(page.locator("article.ours")).to_have_count(2)
        del door.desk.script["[data.leave]"]
        await leave(page)
        await is_fresh(page)


async def leave(page: Page) -> None:
    await page.locator("#leave").click()
    await page.locator("#leave").click()


async def is_fresh(page: Page) -> None:
    """Connected, and nothing of what was said before is there."""
    await expect(page.locator("article.mine")).to_have_count(0)
    await expect(page.locator("#state")).to_have_attribute("data-state", "connected")
    await expect(page.locator("article.ours")).to_have_count(1)
    await expect(page.locator("#question")).to_have_value("")
