"""The console open over the invented province, and visitors who come in as people do: by asking the bot."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.on_api.door import ApiDoor
from bot.on_console.app import console_routes
from bot.on_web.door import WebDoor, WebSettings
from bot.on_web.server import make_app, serving
from bot.pacing import Paces
from bot.wiring import Office
from bot.wiring_console import make_console
from handlers.asking import Channel, Incoming
from handlers.reply import Reply

LETTERS = re.compile(r"mở bàn làm việc <b>(\w{5})</b>")
LINK = re.compile(r"https?://\S+(/console/enter/\w+)")
CODE = re.compile(r"\b([2-9A-Z]{4} [2-9A-Z]{4})\b")
MARK = re.compile(r'X-Form-Mark&#34;|"X-Form-Mark": "([0-9a-f]{64})"')

# One of each kind of the invented province; whoever is named last sees most people.
STRANGER, OFFICIAL, HEAD, HEAD_OF_AGENCY = None, "CB008", "CB001", "CB014"
HR_OF_AGENCY, HR_OF_PROVINCE, ADMINISTRATOR = "CB016", "CB015", "CB018"
DATA_OFFICER = "CB023"
ROLES = {
    "stranger": STRANGER,
    "official": OFFICIAL,
    "head": HEAD,
    "head of an agency": HEAD_OF_AGENCY,
    "HR of an agency": HR_OF_AGENCY,
    "data officer": DATA_OFFICER,
    "HR of the province": HR_OF_PROVINCE,
    "administrator": ADMINISTRATOR,
}


@dataclass(frozen=True)
class OpenConsole:
    """Where the console is, and the office behind it."""

    url: str
    office: Office
    app: web.Application

    @asynccontextmanager
    async def inside(self, person: str | None) -> AsyncIterator["Browser"]:
        """A browser of somebody who has come in; of a stranger where nobody is named."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            browser = Browser(self, session)
            if person is not None:
                await browser.enter(person)
            yield browser


@dataclass
class Browser:
    """What a person does with a browser."""

    console: OpenConsole
    session: aiohttp.ClientSession
    mark: str = ""

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and page; redirects are not followed."""
        async with self.session.get(self.console.url + path, headers=headers, allow_redirects=False) as answer:
            page = await answer.text()
        if found := MARK.search(page):
            self.mark = found[1]
        return answer.status, page

    async def post(self, path: str, origin: str | None = None, **fields: str) -> tuple[int, str]:
        """Send a form with the mark of this session, unless another is given; a page that answers it is gone on to.

        No page answers at the address of the form itself, for loading it again would send the form again.
        """
        data = {"mark": self.mark, **fields}
        headers = {"Origin": origin or self.console.url}
        async with self.session.post(
            self.console.url + path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            where = answer.headers.get("Location", "")
            assert answer.status != 200 or answer.content_type != "text/html", path
            if not where.startswith("/console/shown/"):
                return answer.status, where or await answer.text()
        return await self.get(where)

    async def ask_bot(self, person: str, words: str = "mở bàn làm việc {letters}") -> Reply:
        """Tell the bot, in a chat of this person, the letters that this browser shows."""
        _status, page = await self.get("/console")
        letters = LETTERS.search(page)[1]
        asked = Incoming(Channel.WEB, f"chat-{person}", text=words.format(letters=letters), person=person)
        return await self.console.office.desk.answer(asked)

    async def enter(self, person: str) -> str:
        """Come in by the link; where that leads."""
        link = link_of(await self.ask_bot(person))
        if link is None:
            return ""
        status, where = await self.post(link)
        assert status == 303, where
        await self.get(where)
        return where


def link_of(reply: Reply) -> str | None:
    """The path of the link in a reply."""
    found = LINK.search(" ".join(line.text for line in reply.lines))
    return found[1] if found else None


def code_of(reply: Reply) -> str:
    """The code in a reply."""
    return CODE.search(reply.lines[1].text)[1]


def words_of(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


@asynccontextmanager
async def open_console(office: Office, pace: Paces | None = None, **settings) -> AsyncIterator[OpenConsole]:
    """The console on a web server of its own; tests ask faster than people do, and are slowed where they say so."""
    web_settings = WebSettings(cookie_key=lambda: office.cookie_keys, **settings)
    door = WebDoor(
        settings=web_settings,
        desk=office.desk,
        describe=office.describe,
        probe=office.list_hindrances,
        registry=CollectorRegistry(),
    )
    await office.make_judge().refresh()
    api = ApiDoor(office.shared_store.open_store(), list(office.library.criteria), "vi", door.new_reference)
    routes = console_routes(make_console(office, web_settings), pace=pace or Paces(1, 0.0))
    app = make_app(door, [*routes, *api.routes()])
    async with serving(app, "127.0.0.1", 0) as url:
        yield OpenConsole(url, office, app)
