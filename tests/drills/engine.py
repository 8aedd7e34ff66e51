"""How many messages a second one worker sends without a limit, each started and ended in the database one by one.

Run as: python -m tests.drills.engine [--messages 5000]. The stand-in answers at once. Beside it, in the same run, bare
loops of python-telegram-bot that keep nothing: one message after the other, and as many at a time as the worker.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.drills.province import FIRST_CHAT, open_chats, open_province
from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi

_TEXT = "<b>Thông báo của Sở Mẫu</b>\n\nMời đồng chí dự họp lúc 14:00 thứ Hai tại hội trường."


async def send_bare(base: str, messages: int, at_once: int) -> dict[str, float]:
    """Messages a second of python-telegram-bot by itself."""
    request = HTTPXRequest(connection_pool_size=at_once, pool_timeout=60, read_timeout=60)
    chats = iter(range(messages))
    async with Bot(DEFAULT_TOKEN, base_url=f"{base}/bot", request=request) as bot:

        async def loop() -> None:
            for n in chats:
                await bot.send_message(FIRST_CHAT + n, _TEXT, parse_mode="HTML")

        began = time.perf_counter()
        await asyncio.gather(*(loop() for _each in range(at_once)))
        seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"per_second": messages / seconds, "cpu_ms": 1000 * (used.ru_utime + used.ru_stime) / messages}


async def measure(messages: int, bare: int, url: str | None = None) -> dict[str, object]:
    """The worker, then the bare loops, each a process of its own against the same stand-in."""
    async with TelegramApi() as api, open_province(messages, url) as province:
        open_chats(api, messages)
        loops = {}
        for at_once in (1, 64) if bare else ():
            command = [sys.executable, "-m", "tests.drills.engine", "--bare", api.base, str(bare), str(at_once)]
            loop = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            said, _errors = await loop.communicate()
            loops[at_once] = json.loads(said)
        api.arrivals.clear()
        worker = await province.start_worker(api, per_second=0)
        cpu = province.cpu_of(worker)
        await province.tell_everybody()
        await api.wait_for(lambda: len(api.arrivals) >= messages, 300)
        states = await province.wait_until_ended(60)
        cpu = province.cpu_of(worker) - cpu
        moments = await province.ended_at()
        seconds = max(moments) - min(moments)
        return {
            "messages": messages,
            "delivered": states["delivered"],
            "per_second": round((messages - 1) / seconds),
            "cpu_ms": round(1000 * cpu / messages, 2),
            "bare_one_by_one": round(loops[1]["per_second"]) if loops else None,
            "bare_64_at_once": round(loops[64]["per_second"]) if loops else None,
            "bare_cpu_ms": round(loops[64]["cpu_ms"], 2) if loops else None,
        }


def main() -> None:
    """Print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--messages", type=int, default=5000)
    words.add_argument("--bare-messages", type=int, default=2000)
    words.add_argument("--bare", nargs=3, metavar=("BASE", "MESSAGES", "AT_ONCE"), help="a bare loop by itself")
    asked = words.parse_args()
    if asked.bare:
        base, messages, at_once = asked.bare
        print(json.dumps(asyncio.run(send_bare(base, int(messages), int(at_once)))))
    else:
        print(json.dumps(asyncio.run(measure(asked.messages, asked.bare_messages))))


if __name__ == "__main__":
    main()
