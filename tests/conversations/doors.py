"""A visitor at each door: says something, presses what can be seen, and reads the answer as text."""

import asyncio
import io
import itertools
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot import on_terminal
from bot.letters import Postman
from bot.on_telegram.door import PollingDoor
from bot.on_telegram.letters import TelegramCarrier
from bot.on_telegram.receive import Reception
from bot.on_web.door import Pace, WebDoor, WebSettings
from bot.on_web.letters import WebCarrier
from bot.on_web.present import Present
from bot.on_web.server import make_app, serving
from bot.on_zalo.account import AccountClient
from bot.on_zalo.answering import Answerer
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_door import BotPollingDoor
from bot.on_zalo.bot_letters import ZaloBotCarrier
from bot.on_zalo.bot_pushing import ZaloBotSender
from bot.on_zalo.bot_receive import BotReception
from bot.on_zalo.door import WebhookDoor as OaWebhookDoor
from bot.on_zalo.events import Reader
from bot.on_zalo.fetching import Fetching
from bot.on_zalo.letters import OaCarrier
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.receiving import Reception as OaReception
from bot.on_zalo.signing import Signatures
from bot.on_zalo.tokens import TokenKeeper
from bot.seen import InboxInMemory, SeenInMemory
from bot.wiring import Office
from bot.wiring_zalo import GrantsInDatabase
from handlers.asking import Channel, Incoming
from handlers.reply import Reply
from knowledge.facts import PersonCode
from tests.standins.telegram_api import TelegramApi
from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa

_USERS = itertools.count(7_000)  # each dialogue is with somebody who was never here
_MARKED = re.compile(r"^(\d{1,2}|[a-t])\. (.+)$", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*(\d+)\. (.+)$", re.MULTILINE)


class Guest(Protocol):
    """Somebody at a door. Each method gives the whole answer as it reads there."""

    async def says(self, text: str) -> str: ...

    async def presses(self, label: str) -> str: ...

    async def is_told(self, office: Office) -> str:
        """What comes without having been asked for, once the post has gone round."""
        ...


class Reads(Protocol):
    """Who reads what a platform shows."""

    async def reads(self, count: int = 1, *, timeout: float) -> str: ...

    def unread(self) -> Sequence[object]: ...


async def _hear_out(reader: Reads, inbox: InboxInMemory) -> str:
    """The first words that come, and what belongs to them: the rest of a long answer, a file, the offered button."""
    read = [await reader.reads(timeout=10)]
    async with asyncio.timeout(10):
        while inbox.waiting:  # noqa: ASYNC110  an inbox rings no bell
            await asyncio.sleep(0.005)
    if more := reader.unread():
        read.append(await reader.reads(len(more), timeout=10))
    return "\n".join(read)


async def link(guest: Guest, person: str, office: Office) -> None:
    """Agree, and type a code that was issued to this person."""
    issued = await office.issue_code(PersonCode(person))
    await guest.says("/lienket")
    await guest.presses("Tôi đồng ý")
    assert "Đã liên kết" in await guest.says(issued.code)


class _Listening:
    """The desk, telling when it has answered."""

    def __init__(self, office: Office) -> None:
        self._desk = office.desk
        self.answered = asyncio.Event()

    async def answer(self, asked: Incoming) -> Reply:
        reply = await self._desk.answer(asked)
        self.answered.set()
        return reply


class TerminalGuest:
    """Types lines at a terminal; a choice is pressed by its number."""

    def __init__(self, desk: _Listening, keyboard: int, screen: io.StringIO) -> None:
        self._desk = desk
        self._keyboard = keyboard
        self._screen = screen
        self._shown = ""

    async def says(self, text: str) -> str:
        read = len(self._screen.getvalue())
        self._desk.answered.clear()
        os.write(self._keyboard, f"{text}\n".encode())
        await asyncio.wait_for(self._desk.answered.wait(), 10)
        for _turn in range(5):  # the answer is printed before the door waits for the next line
            await asyncio.sleep(0)
        self._shown = self._screen.getvalue()[read:]
        return self._shown

    async def presses(self, label: str) -> str:
        numbers = {words: number for number, words in _NUMBERED.findall(self._shown)}
        assert label in numbers, f"no choice {label!r} among {sorted(numbers)}"
        return await self.says(numbers[label])

    async def is_told(self, office: Office) -> str:
        """Nobody can be called to a terminal: it comes with the next answer."""
        del office
        return await self.says("/trogiup")


class WebGuest:
    """Talks over the WebSocket as the page does."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse, present: Present) -> None:
        self._line = line
        self._present = present
        self._tokens: dict[str, str] = {}
        self._sent = 0
        self.file: dict[str, str] | None = None

    async def says(self, text: str) -> str:
        return await self._send({"type": "say", "text": text})

    async def presses(self, label: str) -> str:
        assert label in self._tokens, f"no choice {label!r} among {sorted(self._tokens)}"
        return await self._send({"type": "choose", "token": self._tokens[label]})

    async def _send(self, message: dict[str, str]) -> str:
        self._sent += 1
        await self._line.send_json({**message, "id": f"m{self._sent}"})
        return await self._hear()

    async def hands_in(self, content: bytes, name: str, text: str = "") -> str:
        """Send a file as the page does: announced, then in pieces."""
        self._sent += 1
        said = {"type": "hand_in", "name": name, "media_type": "", "size": len(content), "text": text}
        await self._line.send_json({**said, "id": f"m{self._sent}"})
        assert json.loads(await self._line.receive_str(timeout=10))["type"] == "go_on"
        for at in range(0, len(content), 100_000):
            await self._line.send_bytes(content[at : at + 100_000])
        return await self._hear()

    async def is_told(self, office: Office) -> str:
        """A letter is pushed into the open chat."""
        await Postman(office.mail, [WebCarrier(self._present, office.describe)]).go_round()
        return await self._hear()

    async def _hear(self) -> str:
        heard = json.loads(await self._line.receive_str(timeout=10))
        assert heard["type"] == "reply", heard
        self.file = heard["file"]
        self._tokens = {one["label"]: one["token"] for one in heard["choices"]}
        said = [heard["title"], *(line["text"] for line in heard["lines"])]
        return "\n".join([*said, *(one["text"] for one in heard["citations"])])


class TelegramGuest:
    """Writes to the bot through the stand-in of the Bot API."""

    def __init__(self, api: TelegramApi, inbox: InboxInMemory) -> None:
        self._api = api
        self._inbox = inbox
        self._visitor = api.visitor("Mẫu", user_id=next(_USERS))

    async def says(self, text: str) -> str:
        self._visitor.says(text)
        return await self._read()

    async def presses(self, label: str) -> str:
        self._visitor.presses(label)
        return await self._read()

    async def hands_in(self, content: bytes, name: str = "", text: str = "") -> str:
        """Send a photo, or under a name a document."""
        self._visitor.hands_in(content, name=name, caption=text)
        return await self._read()

    async def is_told(self, office: Office) -> str:
        """A letter comes as a message of its own."""
        carrier = TelegramCarrier(self._api.token, self._api.base, office.describe)
        await Postman(office.mail, [carrier]).go_round()
        await carrier.close()
        return await self._read()

    async def _read(self) -> str:
        return await _hear_out(self._visitor, self._inbox)


class ZaloBotGuest:
    """Writes to the bot of Zalo, where nothing can be pressed: a choice is typed by the number before it."""

    def __init__(self, platform: ZaloBot, inbox: InboxInMemory) -> None:
        self._platform = platform
        self._inbox = inbox
        self._person = platform.person("Mẫu")
        self._shown = ""

    async def says(self, text: str) -> str:
        self._person.says(text)
        return await self._read()

    async def presses(self, label: str) -> str:
        marks = {words: mark for mark, words in _MARKED.findall(self._shown)}
        assert label in marks, f"no choice {label!r} among {sorted(marks)}"
        return await self.says(marks[label])

    async def is_told(self, office: Office) -> str:
        """A letter comes as a message of its own."""
        api = BotApi(self._platform.token, self._platform.base)
        kept = office.zalo_bot
        sender = ZaloBotSender(api, office.describe, meter=kept.meter(api.identity), offered=kept.offered)
        await Postman(office.mail, [ZaloBotCarrier(sender)]).go_round()
        await sender.close()
        return await self._read()

    async def _read(self) -> str:
        self._shown = await _hear_out(self._person, self._inbox)
        return self._shown


class ZaloOaGuest:
    """Writes to the Official Account through its stand-in; presses are taps of what can be seen."""

    def __init__(self, oa: ZaloOa, client: AccountClient, inbox: InboxInMemory) -> None:
        self._oa = oa
        self._inbox = inbox
        self._client = client
        self._person = oa.person("Mẫu")

    async def says(self, text: str) -> str:
        self._person.says(text)
        return await self._read()

    async def presses(self, label: str) -> str:
        self._person.taps(label)
        return await self._read()

    async def hands_in(self, content: bytes, name: str = "", text: str = "") -> str:
        """Show a picture, or under a name send a file."""
        if name:
            self._person.sends_file(content, name)
        else:
            self._person.shows_image(content, text=text)
        return await self._read()

    async def is_told(self, office: Office) -> str:
        """A letter comes as a message of its own."""

        async def keep() -> None:
            """The door closes the tokens."""

        client = AccountClient(self._oa.openapi_base, self._client.tokens)
        carrier = OaCarrier(client, office.describe, office.reach_at(Channel.ZALO_OA), office.clock.now, keep)
        await Postman(office.mail, [carrier]).go_round()
        await carrier.close()
        return await self._read()

    async def _read(self) -> str:
        return await _hear_out(self._person, self._inbox)


@asynccontextmanager
async def at_terminal(office: Office) -> AsyncIterator[Guest]:
    """A terminal."""
    ours, theirs = os.openpty()
    desk, screen = _Listening(office), io.StringIO()
    with os.fdopen(theirs, encoding="utf-8") as source, TemporaryDirectory() as downloads:
        visit = on_terminal.Visit(address=f"tty-{ours}-{id(desk)}", downloads=Path(downloads))
        async with asyncio.TaskGroup() as group:
            group.create_task(
                on_terminal.chat(visit, desk=desk, describe=office.describe, source=source, screen=screen)
            )
            yield TerminalGuest(desk, ours, screen)
            os.write(ours, b"/thoat\n")
    os.close(ours)


@asynccontextmanager
async def at_web(office: Office) -> AsyncIterator[Guest]:
    """The web chat over loopback."""

    async def ready() -> list[str]:
        return []

    door = WebDoor(
        settings=WebSettings(cookie_key=b"k" * 32, pace=Pace(burst=100)),
        desk=office.desk,
        describe=office.describe,
        probe=ready,
        registry=CollectorRegistry(),
    )
    async with serving(make_app(door), "127.0.0.1", 0) as url:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            await (await session.get(url)).read()
            async with session.ws_connect(f"{url}/chat", headers={"Origin": url}) as line:
                await line.send_json({"type": "hello", "locale": "vi"})
                assert json.loads(await line.receive_str(timeout=10))["type"] == "welcome"
                yield WebGuest(line, door.present)


@asynccontextmanager
async def at_telegram(office: Office) -> AsyncIterator[Guest]:
    """Telegram by polling, against the strict stand-in."""
    stop, inbox = asyncio.Event(), InboxInMemory()
    async with TelegramApi() as api, asyncio.TaskGroup() as group:
        reception = Reception(desk=office.desk, describe=office.describe, seen=SeenInMemory(), inbox=inbox)
        group.create_task(PollingDoor(api.token, api.base, reception).keep_open(stop))
        await api.wait_for(lambda: bool(api.calls_of("getUpdates")))
        try:
            yield TelegramGuest(api, inbox)
        finally:
            stop.set()
        api.ensure_clean()


@asynccontextmanager
async def at_zalo_bot(office: Office) -> AsyncIterator[Guest]:
    """The bot of Zalo by polling, against the strict stand-in."""
    stop, inbox = asyncio.Event(), InboxInMemory()
    async with ZaloBot(seed=next(_USERS)) as platform, asyncio.TaskGroup() as group:
        api = BotApi(platform.token, platform.base)
        kept = office.zalo_bot
        reception = BotReception(
            desk=office.desk,
            describe=office.describe,
            inbox=inbox,
            seen=SeenInMemory(),
            meter=kept.meter(api.identity),
            offered=kept.offered,
        )
        group.create_task(BotPollingDoor(api, reception).keep_open(stop))
        await platform.wait_for(lambda: bool(platform.calls_of("getUpdates")))
        try:
            yield ZaloBotGuest(platform, inbox)
        finally:
            stop.set()
            platform.hurry_polls()


@asynccontextmanager
async def at_zalo_oa(office: Office) -> AsyncIterator[Guest]:
    """The Official Account by webhook, against its strict stand-in."""
    stop, inbox = asyncio.Event(), InboxInMemory()
    number = next(_USERS)  # everybody here is somebody new
    clock = Clock(start=office.clock.now().timestamp())
    oa = ZaloOa(clock=clock, oa_id=f"29876543210000{number}", seed=number)
    async with oa, asyncio.TaskGroup() as group, AsyncExitStack() as stack:
        oauth = OauthClient(App(oa.app_id, oa.oa_id, oa.app_secret), oa.oauth_base)
        grants = GrantsInDatabase(office._database, oa.oa_id, None)
        keeper = TokenKeeper(oauth, grants, office.clock, seed=oa.refresh_token)
        client = AccountClient(oa.openapi_base, keeper)
        reception = OaReception(
            desk=office.desk, describe=office.describe, inbox=inbox, contacts=office.zalo_book,
            clock=office.clock,
        )  # fmt: skip
        answerer = Answerer(client, office.describe, office.clock, asyncio.sleep)
        signatures = Signatures(oa.app_id, oa.oa_id, oa.oa_secret)
        door = OaWebhookDoor(
            client,
            keeper,
            reception,
            answerer,
            Reader(oa.oa_id, "vi", Fetching(own=oa.base)),
            signatures=signatures,
            count=lambda _became: None,
        )
        app = web.Application()
        app.router.add_post("/zalo", door.receive)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        group.create_task(door.keep_open(stop))
        assert await oa.save_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/zalo")
        await oa.wait_for(lambda: bool(oa.calls_of("listrecentchat")))
        try:
            yield ZaloOaGuest(oa, client, inbox)
        finally:
            stop.set()
        oa.ensure_clean()


DOORS = {
    "terminal": at_terminal,
    "web": at_web,
    "telegram": at_telegram,
    "zalo_bot": at_zalo_bot,
    "zalo_oa": at_zalo_oa,
}
