"""Whoever leaves a shared computer is a stranger there from then on, in every tab, process and copy of the cookie."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from bot.on_web.door import Pace, WebDoor, WebSettings
from bot.on_web.server import make_app, serving
from bot.wiring import Office
from knowledge.facts import PersonCode
from storage.records import ConsentAct, Letter, LetterKind
from tests.bot.on_web.scripted import hear, say
from tests.conversations.doors import WebGuest, link
from tests.databases import make_home
from tests.offices import sample_office

PERSON, OTHER = PersonCode("CB002"), PersonCode("CB003")
ELSEWHERE = "of-another-chat"
MINE, KNOWN, STRANGER = "tôi còn thiếu gì", "Ngoại ngữ", "xác nhận đồng chí là ai"


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("leaving") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


@asynccontextmanager
async def process(office: Office) -> AsyncIterator[tuple[str, WebDoor]]:
    """The web server of one process of several."""

    async def ready() -> list[str]:
        return []

    settings = WebSettings(cookie_key=b"k" * 32, pace=Pace(burst=100))
    door = WebDoor(
        settings=settings, desk=office.desk, describe=office.describe, probe=ready, registry=CollectorRegistry()
    )
    async with serving(make_app(door), "127.0.0.1", 0) as url:
        yield url, door


@asynccontextmanager
async def tab(session: aiohttp.ClientSession, url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A page of this browser, held by the process at this address."""
    async with session.ws_connect(f"{url}/chat", headers={"Origin": url}) as line:
        await line.send_json({"type": "hello", "locale": "vi"})
        assert (await hear(line))["type"] == "welcome"
        yield line


async def test_whoever_left_is_unlinked_everywhere_and_keeps_what_is_theirs(office):
    async with office._database.transaction() as drawers:
        now = office.clock.now()
        await drawers.accounts.save_consent("telegram", "own-phone", "1", now)
        await drawers.accounts.link("telegram", "own-phone", PERSON, now)
        calendar = await drawers.calendars.issue(PERSON, now)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        process(office) as (here, door),
        process(office) as (elsewhere, _),
        aiohttp.ClientSession(cookie_jar=jar) as browser,
    ):
        await (await browser.get(here)).read()
        copied = {one.key: one.value for one in jar}
        async with tab(browser, here) as line, tab(browser, elsewhere) as other:
            guest = WebGuest(line, door.present)
            await link(guest, PERSON, office)
            await _hand_in_and_pass_on(guest)
            assert KNOWN in await _says(other, MINE)
            before = await _kept(office)
            async with browser.post(f"{here}/leave", headers={"Origin": here}) as response:
                assert response.status == 204
            assert STRANGER in await _says(other, MINE, "m2")
        async with aiohttp.ClientSession(cookies=copied) as copier, tab(copier, here) as line:
            assert STRANGER in await _says(line, MINE)
        async with tab(browser, here) as line:
            assert STRANGER in await _says(line, MINE)
    assert await _kept(office) == before
    assert await office.calendars.read(calendar)


async def test_the_link_its_consent_and_its_conversation_end_and_are_recorded(office):
    jar = aiohttp.CookieJar(unsafe=True)
    async with process(office) as (here, door), aiohttp.ClientSession(cookie_jar=jar) as browser:
        await (await browser.get(here)).read()
        (visitor,) = {one.value.partition(".")[0] for one in jar}
        async with tab(browser, here) as line:
            await link(WebGuest(line, door.present), PERSON, office)
            assert KNOWN in await _says(line, MINE)
            assert await _thread(office, visitor)
            async with browser.post(f"{here}/leave", headers={"Origin": here}) as response:
                assert response.status == 204
    assert await _thread(office, visitor) is None
    async with office._database.transaction() as drawers:
        account = await drawers.accounts.find_account("web", visitor)
        last = {one.purpose: one.act for one in await drawers.privacy.list_consents("web", visitor)}
        looks = await drawers.audit.list_about(PERSON, 3)
    assert account is not None
    assert (account.person, account.consent_version) == (None, None)
    assert {last[one] for one in ("answers", "reminders", "conversation")} == {ConsentAct.WITHDRAWN}
    assert "withdrew_consent" in [what for _at, _who, what in looks]


async def test_what_waits_to_be_told_there_is_told_in_another_chat_of_theirs(office):
    jar = aiohttp.CookieJar(unsafe=True)
    async with process(office) as (here, _door), aiohttp.ClientSession(cookie_jar=jar) as browser:
        await (await browser.get(here)).read()
        (visitor,) = {one.value.partition(".")[0] for one in jar}
        async with office._database.transaction() as drawers:
            now = office.clock.now()
            for channel, address in (("web", visitor), ("telegram", ELSEWHERE)):
                await drawers.accounts.save_consent(channel, address, "1", now)
                await drawers.accounts.link(channel, address, OTHER, now)
            for channel, address, number in (("web", visitor, 7), ("web", visitor, 8), ("telegram", ELSEWHERE, 8)):
                assert await drawers.letters.leave(Letter(channel, address, LetterKind.DATA, now, OTHER, number=number))
        async with browser.post(f"{here}/leave", headers={"Origin": here}) as response:
            assert response.status == 204
    async with office._database.transaction() as drawers:
        moved = await drawers.letters.collect("telegram", ELSEWHERE, OTHER, now)
        left = await drawers.letters.collect("web", visitor, OTHER, now)
    assert [one.number for one in moved] == [7, 8]
    assert left == []


async def _hand_in_and_pass_on(guest: WebGuest) -> None:
    await guest.says("nộp chứng chỉ toeic 600 cấp ngày 12/5/2025 số hiệu T-1")
    await guest.says("IIG Việt Nam")
    await guest.says("bỏ qua")
    assert "chờ xác minh" in await guest.presses("Nộp")
    await guest.says("công văn 9999/UBND-NC nói gì vậy")
    await guest.presses("Chuyển cho cán bộ tổ chức")
    assert "Mã theo dõi" in await guest.presses("Đồng ý chuyển")


async def _thread(office: Office, visitor: str) -> Mapping[str, Any] | None:
    async with office._database.transaction() as drawers:
        return await drawers.threads.recall(f"web:{visitor}")


async def _kept(office: Office) -> list[object]:
    """What waits of the person, and their chats but for those of the web."""
    async with office._database.transaction() as drawers:
        asked = await drawers.inquiries.list_asked("web", "", PERSON, 9)
        handed_in = await drawers.evidence.list_of(PERSON, 9)
        linked = await drawers.accounts.list_accounts(PERSON)
    waiting = [(one.code, one.state, one.question) for one in asked]
    assert waiting
    assert handed_in
    return [waiting, handed_in, [one for one in linked if one.channel != "web"]]


async def _says(line: aiohttp.ClientWebSocketResponse, text: str, message_id: str = "") -> str:
    heard = await say(line, text, message_id or text[:60])
    return "\n".join([heard["title"], *(one["text"] for one in heard["lines"])])
