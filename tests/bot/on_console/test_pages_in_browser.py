"""Every page in a real browser, on a phone and at a desk: it opens quietly, fits, and keeps nobody out."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.on_console.contents import PAGES
from handlers.asking import Channel, Incoming
from tests.bot.on_console.matrix import MATRIX, Row
from tests.bot.on_console.opening import (
    ADMINISTRATOR,
    DATA_OFFICER,
    HEAD,
    HR_OF_PROVINCE,
    LETTERS,
    OpenConsole,
    code_of,
)

AXE = Axe().axe_script
CHROMIUM = Path("/usr/bin/chromium")
SIZES = {"phone": (380, 780), "desk": (1440, 900)}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTEFACTS = Path(__file__).parents[3] / "test-artefacts"
FIRST_PAGES = {HEAD: "overview", HR_OF_PROVINCE: "overview", ADMINISTRATOR: "questions", DATA_OFFICER: "privacy"}
LOOKED_AT = [one for one in PAGES if one.method == "GET" and MATRIX[one.name][0].seen == 200]

if not CHROMIUM.exists():
    pytest.skip("no browser at /usr/bin/chromium; install it with: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as tools:
        browser = await tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def pictures() -> Path:
    """Where screenshots are kept: `test-artefacts` beside the code, or the folder of a setting."""
    folder = Path(os.environ.get("NHACCHUAN_TEST_PICTURES") or ARTEFACTS)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@asynccontextmanager
async def visiting(
    browser: Browser, console: OpenConsole, person: str | None, size: tuple[int, int], **options
) -> AsyncIterator[Page]:
    """A page of somebody who is in; nothing may be complained about, and no other address asked, in the block."""
    complaints: list[str] = []
    foreign: list[str] = []
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    async with console.inside(person) as inside:
        await context.add_cookies(
            [{"name": one.key, "value": one.value, "url": console.url} for one in inside.session.cookie_jar]
        )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(console.url) else foreign.append(asked.url))
    yield page
    await context.close()
    assert complaints == []
    assert [url for url in foreign if not url.startswith(("blob:", "data:"))] == []


def address_of(console: OpenConsole, name: str, row: Row) -> str:
    path = console.app.router[f"console.{name}"].url_for(**row.path)
    return f"{console.url}{path}?{row.query}" if row.query else f"{console.url}{path}"


def looked_at_by(name: str) -> str:
    """Whoever of the sample sees most of a page."""
    page = next(one for one in LOOKED_AT if one.name == name)
    seats = {seat.value for seat in page.may}
    return HR_OF_PROVINCE if seats & {"hr", "province"} else ADMINISTRATOR if "administrator" in seats else HEAD


async def is_too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


async def list_barriers(page: Page) -> list[str]:
    """What keeps somebody out, seriously or wholly, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {place['html'][:150]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for place in one["nodes"]
    ]


async def resize(page: Page, size: str) -> None:
    width, height = SIZES[size]
    if page.viewport_size != {"width": width, "height": height}:
        await page.set_viewport_size({"width": width, "height": height})


async def list_troubles(page: Page, size: str) -> list[str]:
    """What is wrong with an open page in a window of this size."""
    await resize(page, size)
    return [*(["wider than the window"] if await is_too_wide(page) else []), *await list_barriers(page)]


async def keep_picture(page: Page, pictures: Path, name: str) -> None:
    """What the window shows, small enough to be taken at every run."""
    await page.screenshot(path=pictures / f"{name}.jpg", type="jpeg", quality=60)


async def test_the_first_page_of_each_role_opens_quietly_where_the_window_is_wide_from_the_start(
    browser, console, pictures
):
    for person, first in FIRST_PAGES.items():
        async with visiting(browser, console, person, SIZES["desk"]) as page:
            await page.goto(f"{console.url}/console")
            assert page.url == f"{console.url}/console/{first}"
            assert await list_troubles(page, "desk") == [], person
            await keep_picture(page, pictures, f"console-first-{first}-of-{person}")


@pytest.mark.parametrize("person", [HR_OF_PROVINCE, ADMINISTRATOR])
async def test_every_page_opens_quietly_and_fits(browser, console, pictures, person):
    """Opened on a phone, then widened to a desk, as both would be laid out; looked at in both."""
    troubles: list[str] = []
    async with visiting(browser, console, person, SIZES["phone"]) as page:
        for name in [one.name for one in LOOKED_AT if looked_at_by(one.name) == person]:
            await resize(page, "phone")
            answer = await page.goto(address_of(console, name, MATRIX[name][0]))
            if answer is None or "text/html" not in (answer.headers.get("content-type") or ""):
                continue
            troubles += [f"{name}: {answer.status}"] if answer.status != 200 else []
            for size in SIZES:
                troubles += [f"{name} on a {size}: {one}" for one in await list_troubles(page, size)]
                await keep_picture(page, pictures, f"console-{name}-{size}")
    assert troubles == []


async def test_the_page_for_other_programs_opens_quietly_and_fits(browser, console, pictures):
    async with visiting(browser, console, None, SIZES["phone"]) as page:
        await page.goto(f"{console.url}/api/v1")
        for size in SIZES:
            assert await list_troubles(page, size) == []
            await keep_picture(page, pictures, f"api-{size}")


async def test_a_head_comes_in_by_the_code_and_finds_a_person(browser, console, pictures):
    async with visiting(browser, console, None, SIZES["phone"]) as page:
        await page.goto(f"{console.url}/console")
        assert await list_barriers(page) == []
        await keep_picture(page, pictures, "console-entrance-phone")
        letters = LETTERS.search(await page.content())[1]
        asked = Incoming(Channel.WEB, "chat-browser", text=f"mở bàn làm việc {letters}", person=HEAD)
        await page.locator("#code").fill(code_of(await console.office.desk.answer(asked)))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/overview")
        await page.locator("nav.menu summary").click()
        await page.locator("nav.menu details a[href='/console/people']").click()
        await page.wait_for_url("**/console/people", wait_until="load")  # htmx is there too
        await page.locator("#q").fill("tran mau")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=tran%20mau**")  # by htmx: the list alone was asked for
        await page.locator("#list tbody a").first.click()
        await expect(page.locator("h1")).to_contain_text("Mẫu")
        await page.locator("header form button").click()
        await expect(page.locator("#code")).to_be_visible()


async def test_everything_can_be_read_when_there_are_no_scripts(browser, console):
    async with visiting(browser, console, HR_OF_PROVINCE, SIZES["desk"], java_script_enabled=False) as page:
        await page.goto(f"{console.url}/console/people")
        await page.locator("#state").select_option("gap")
        await page.locator("main form button").first.click()
        await page.wait_for_url("**state=gap**")
        await page.locator("#list tbody a").first.click()
        assert await page.locator(".verdict").count() > 0


async def test_the_content_is_reached_by_keyboard(browser, console):
    async with visiting(browser, console, HR_OF_PROVINCE, SIZES["desk"]) as page:
        await page.goto(f"{console.url}/console/people")
        await page.keyboard.press("Tab")
        assert "solid" in await page.locator(".skip").evaluate("one => getComputedStyle(one).outlineStyle")
        assert (await page.locator(".skip").bounding_box())["x"] >= 0  # seen while it has the focus
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(page.locator("#q")).to_be_focused()
        assert "solid" in await page.locator("#q").evaluate("one => getComputedStyle(one).outlineStyle")


async def test_the_menu_of_a_phone_opens_by_keyboard_and_without_scripts(browser, console):
    async with visiting(browser, console, HR_OF_PROVINCE, SIZES["phone"], java_script_enabled=False) as page:
        await page.goto(f"{console.url}/console/settings/time")
        assert (await page.locator("nav.menu").bounding_box())["height"] < 60  # closed, it takes little room
        await page.locator("nav.menu summary").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("nav.menu details a[aria-current='true']")).to_be_visible()


async def test_a_page_is_printed_without_menu_and_buttons(browser, console, pictures):
    async with visiting(browser, console, HR_OF_PROVINCE, SIZES["desk"]) as page:
        await page.goto(f"{console.url}/console/overview")
        await page.emulate_media(media="print")
        await expect(page.locator("nav.menu")).to_be_hidden()
        await keep_picture(page, pictures, "console-overview-print")
