"""The drill of Zalo's webhooks: events at a rate for a while, brought to a house of its own process.

`python -m tests.drills.zalo_webhook --rate 200 --seconds 60` for the Official Account, with `--door bot` for the bot
platform. Prints how quickly each was answered with 200, how many were lost or doubled, and when the last question was
answered; exits 1 on a breach (p99 above 200 ms, lost, doubled).
What becomes of people while processes die is tried by `kills` and `providers`, over both doors.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import aiohttp

from bot.commands.zalo_bot import BOT_WEBHOOK_PATH
from bot.commands.zalo_oa import OA_WEBHOOK_PATH
from bot.on_zalo.events import PREFIX
from handlers.phrases import use_catalogues
from storage.embedded import EmbeddedServer
from tests.conftest import LOCALES
from tests.databases import make_home
from tests.offices import TEST_SECRET, share_cache
from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa, sign

BOT_SECRET = "a-secret-for-the-drill"
ANSWERED_WITHIN = 1200
H = TypeVar("H", bound="House")


@dataclass
class Counted:
    """What was brought and how it was answered."""

    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)


class OaSide:
    """The Official Account's own side."""

    path = OA_WEBHOOK_PATH

    def __init__(self) -> None:
        self.standin = ZaloOa(clock=Clock(), app_rate=10**9)
        self.standin.switches.echoes, self.standin.switches.receipts = False, "seen first"

    def settings(self, port: int) -> dict[str, str]:
        oa = self.standin
        return {
            "PUBLIC_URL": "https://127.0.0.1", "ZALO_OA_APP_ID": oa.app_id, "ZALO_OA_ID": oa.oa_id,
            "ZALO_OA_APP_SECRET": oa.app_secret, "ZALO_OA_WEBHOOK_SECRET": oa.oa_secret,
            "ZALO_OA_REFRESH_TOKEN": oa.refresh_token, "ZALO_OA_API": oa.openapi_base, "ZALO_OAUTH_API": oa.oauth_base,
        }  # fmt: skip

    def is_open(self) -> bool:
        return bool(self.standin.calls_of("listrecentchat"))

    def person(self, number: int) -> Any:
        return self.standin.person(f"Người {number}")

    def make(self, person: Any) -> tuple[bytes, dict[str, str]]:
        oa = self.standin
        person.last_interaction = oa.clock()
        timestamp = str(oa.clock.millis())
        event = oa.event_from(person.id, "user_send_text", {"text": PREFIX + "help", "msg_id": oa.new_hex()})
        body = json.dumps({**event, "timestamp": timestamp}, ensure_ascii=False).encode()
        signature = sign(oa.app_id, body, timestamp, oa.oa_secret)
        return body, {"X-ZEvent-Signature": f"mac={signature}", "Content-Type": "application/json"}

    def answers(self, person: Any) -> list[str]:
        return [row.text for row in person.rows]


class BotSide:
    """The bot platform's own side."""

    path = BOT_WEBHOOK_PATH

    def __init__(self) -> None:
        self.standin = ZaloBot(clock=Clock(), users_allowed=None, monthly_allowance=None)

    def settings(self, port: int) -> dict[str, str]:
        return {
            "ZALO_BOT_TOKEN": self.standin.token, "ZALO_BOT_API": self.standin.base,
            "ZALO_BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}{BOT_WEBHOOK_PATH}",
            "ZALO_BOT_WEBHOOK_SECRET": BOT_SECRET, "ZALO_BOT_MONTHLY": "1000000",
        }  # fmt: skip

    def is_open(self) -> bool:
        return any(one.outcome == "carried out" for one in self.standin.calls_of("setWebhook"))

    def person(self, number: int) -> Any:
        person = self.standin.person(f"Người {number}")
        self.standin.learn(person.chat)
        return person

    def make(self, person: Any) -> tuple[bytes, dict[str, str]]:
        message = {
            "message_id": self.standin.new_hex(), "date": self.standin.clock.millis(), "text": "/help",
            "from": {"id": person.id, "display_name": person.name, "is_bot": False},
            "chat": {"id": person.id, "chat_type": "PRIVATE"},
        }  # fmt: skip
        body = json.dumps({"event_name": "message.text.received", "message": message}, ensure_ascii=False).encode()
        return body, {"X-Bot-Api-Secret-Token": BOT_SECRET, "Content-Type": "application/json"}

    def answers(self, person: Any) -> list[str]:
        return [one.text for one in person.on_screen()]


class House:
    """The house in a process of its own, which can be killed and started again."""

    def __init__(self, side: OaSide | BotSide, database: str, home: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.side = side
        given = {
            "DATABASE_URL": database, "HOME": home, "SECRET_KEY": TEST_SECRET, "HTTP": f"127.0.0.1:{self.port}",
            **side.settings(self.port),
        }  # fmt: skip
        self._environment = {**os.environ, **{f"NHACCHUAN_{name}": value for name, value in given.items()}}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.side.standin.calls.clear()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )
        await self.side.standin.wait_for(self.side.is_open, 120)

    async def leave(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()


async def drill(rate: float, seconds: float, door: str = "oa") -> dict[str, Any]:
    """How it went."""
    async with open_house(door, House) as house:
        return await _flood(house, rate, seconds)


@asynccontextmanager
async def open_house(door: str, make: Callable[[OaSide | BotSide, str, str], H]) -> AsyncIterator[H]:
    """A house that serves, over a database of its own, beside the stand-in of its door ("oa" or "bot")."""
    use_catalogues(LOCALES)
    side = BotSide() if door == "bot" else OaSide()
    with make_home() as home, EmbeddedServer(home) as server, TemporaryDirectory() as own:
        share_cache(Path(own))
        async with side.standin:
            house = make(side, server.url, own)
            await house.start()
            try:
                yield house
            finally:
                await house.leave()
                side.standin.violations.clear()


async def _flood(house: House, rate: float, seconds: float) -> dict[str, Any]:
    side, count, counted = house.side, int(rate * seconds), Counted()
    people = [side.person(number) for number in range(count)]
    url = f"http://127.0.0.1:{house.port}{side.path}"
    began = time.monotonic()
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector) as zalo, asyncio.TaskGroup() as bringing:
        for number, person in enumerate(people):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            bringing.create_task(_bring(zalo, url, side.make(person), counted))
    brought = time.monotonic() - began
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWERED_WITHIN):
            while not all(side.answers(one) for one in people):  # noqa: ASYNC110  another process would not tell us
                await asyncio.sleep(0.5)
    answered = time.monotonic() - began
    answers = [side.answers(one) for one in people]
    counted.took.sort()
    return {
        "events": count, "seconds": round(brought, 1), "p50 ms": round(counted.took[count // 2] * 1000, 1),
        "p99 ms": round(counted.took[int(count * 0.99)] * 1000, 1), "most ms": round(counted.took[-1] * 1000, 1),
        "not 200": sum(count for status, count in counted.statuses.items() if status != 200),
        "lost": sum(not one for one in answers), "doubled": sum(len(one) > 1 for one in answers),
        "all answered after s": round(answered, 1),
    }  # fmt: skip


async def _bring(zalo: aiohttp.ClientSession, url: str, made: tuple[bytes, dict[str, str]], counted: Counted) -> None:
    body, headers = made
    began = time.monotonic()
    try:
        async with zalo.post(url, data=body, headers=headers) as answer:
            status = answer.status
    except aiohttp.ClientError:
        status = 0
    counted.took.append(time.monotonic() - began)
    counted.statuses[status] = counted.statuses.get(status, 0) + 1


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--door", choices=["oa", "bot"], default="oa")
    chosen = options.parse_args()
    ended = asyncio.run(drill(chosen.rate, chosen.seconds, chosen.door))
    print(json.dumps(ended, ensure_ascii=False))
    sys.exit(1 if ended["p99 ms"] > 200 or ended["lost"] or ended["doubled"] or ended["not 200"] else 0)
