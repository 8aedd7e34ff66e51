"""The drill of the Official Account's webhook: events at a rate for a while, brought to a house of its own process.

`python -m tests.drills.zalo_webhook --rate 200 --seconds 60`. Prints how quickly each was answered with 200, how many
were lost or doubled, and when the last question was answered; exits 1 on a breach (p99 above 200 ms, lost, doubled).
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bot.commands.zalo_oa import OA_WEBHOOK_PATH
from bot.on_zalo.events import PREFIX
from storage.embedded import EmbeddedServer
from tests.databases import make_home
from tests.offices import TEST_SECRET, share_cache
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa, sign

WORDS = PREFIX + "help"


def environment(oa: ZaloOa, database: str, home: str, port: int) -> dict[str, str]:
    """The settings of the house."""
    mine = {
        "DATABASE_URL": database, "HOME": home, "SECRET_KEY": TEST_SECRET, "HTTP": f"127.0.0.1:{port}",
        "PUBLIC_URL": "https://127.0.0.1", "ZALO_OA_APP_ID": oa.app_id, "ZALO_OA_ID": oa.oa_id,
        "ZALO_OA_APP_SECRET": oa.app_secret, "ZALO_OA_WEBHOOK_SECRET": oa.oa_secret,
        "ZALO_OA_REFRESH_TOKEN": oa.refresh_token, "ZALO_OA_API": oa.openapi_base, "ZALO_OAUTH_API": oa.oauth_base,
    }  # fmt: skip
    return {**os.environ, **{f"NHACCHUAN_{name}": value for name, value in mine.items()}}


async def drill(rate: float, seconds: float) -> dict[str, float]:
    """How it went."""
    with make_home() as home, EmbeddedServer(home) as server, TemporaryDirectory() as own:
        share_cache(Path(own))
        async with ZaloOa(clock=Clock(), app_rate=10**9) as oa:
            oa.switches.echoes, oa.switches.receipts = False, "seen first"
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            house = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env=environment(oa, server.url, own, port),
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                await oa.wait_for(lambda: bool(oa.calls_of("listrecentchat")), 90)
                return await _flood(oa, f"http://127.0.0.1:{port}{OA_WEBHOOK_PATH}", rate, seconds)
            finally:
                with suppress(ProcessLookupError):
                    house.terminate()
                await house.wait()


async def _flood(oa: ZaloOa, url: str, rate: float, seconds: float) -> dict[str, float]:
    count = int(rate * seconds)
    people = [oa.person(f"Người {n}") for n in range(count)]
    took: list[float] = []
    statuses: dict[int, int] = {}
    began = time.monotonic()
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector) as zalo, asyncio.TaskGroup() as bringing:
        for number, person in enumerate(people):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            bringing.create_task(_bring(oa, zalo, url, person, took, statuses))
    brought = time.monotonic() - began
    with suppress(TimeoutError):
        async with asyncio.timeout(1200):
            while not all(one.rows for one in people):  # noqa: ASYNC110  another process would not tell us
                await asyncio.sleep(0.5)
    took.sort()
    return {
        "events": count, "seconds": round(brought, 1), "p50 ms": round(took[count // 2] * 1000, 1),
        "p99 ms": round(took[int(count * 0.99)] * 1000, 1), "most ms": round(took[-1] * 1000, 1),
        "not 200": count - statuses.get(200, 0), "lost": sum(not one.rows for one in people),
        "doubled": sum(len(one.rows) > 1 for one in people),
        "all answered after s": round(time.monotonic() - began, 1),
    }  # fmt: skip


async def _bring(oa, zalo, url, person, took, statuses) -> None:
    person.last_interaction = oa.clock()
    timestamp = str(oa.clock.millis())
    event = {
        **oa.event_from(person.id, "user_send_text", {"text": WORDS, "msg_id": oa.new_hex()}),
        "timestamp": timestamp,
    }
    body = json.dumps(event, ensure_ascii=False).encode()
    signature = sign(oa.app_id, body, timestamp, oa.oa_secret)
    headers = {"X-ZEvent-Signature": f"mac={signature}", "Content-Type": "application/json"}
    began = time.monotonic()
    async with zalo.post(url, data=body, headers=headers) as answer:
        took.append(time.monotonic() - began)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=60)
    chosen = options.parse_args()
    ended = asyncio.run(drill(chosen.rate, chosen.seconds))
    print(ended)
    sys.exit(1 if ended["p99 ms"] > 200 or ended["lost"] or ended["doubled"] or ended["not 200"] else 0)
