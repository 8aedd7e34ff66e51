"""Telegram away for a day, flapping, lying, and holding its answers; and somebody who holds our own lines.

Run as: python -m tests.drills.providers [--seconds 10] [--only NAME]. A day is made to pass by the clocks of all
processes jumping ahead, and by every moment that the database wrote down itself being moved back as far. An answer of
which nobody knows whether it arrived is not sent again: it is in the log, and counted as named.
"""

import asyncio
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from random import Random
from urllib.parse import urlsplit

import aiohttp

from tests.drills.house import POLLING, WEBHOOK, House, open_house
from tests.drills.jumps import move_both_clocks
from tests.standins.telegram_api import faults
from tests.standins.telegram_api.faults import Fault, Harm

WITHIN = 150.0
RATE = 3.0
_DAY = 86_400.0
_LINES = 300
_HELD_WITHIN = 45.0  # less than the time for which Telegram is waited for, so that no held line is the reason
# 200 with an error inside, before and after the call was carried out; a page; half a JSON; another's shape.
_LIES = (
    Fault(Harm.ANSWER, 200, "Internal Server Error"),
    Fault(Harm.ANSWER_AFTER, 200, "Internal Server Error"),
    faults.malformed(),
    faults.server_error(200, as_html=True),
    faults.server_error(503),
)
_FLAPS = (
    faults.server_error(502), faults.too_many_requests(1), faults.lost_request(), faults.lost_answer(),
    faults.lost_answer(dropped=True), faults.server_error(502, as_html=True),
)  # fmt: skip


async def away_for_a_day(house: House, seconds: float) -> dict[str, object]:
    """Nobody listens there; what was asked before, and what was to be told, goes out when somebody does again."""
    port = urlsplit(house.api.base).port or 0
    stop = asyncio.Event()
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    await asyncio.sleep(seconds / 2)
    stop.set()
    await asking
    await house.api.stop()
    await house.tell_everybody(1)
    await asyncio.sleep(seconds)
    await move_both_clocks(house, _DAY)
    await asyncio.sleep(1.0)
    await house.api.start(port)
    return {}


async def flapping(house: House, seconds: float) -> dict[str, object]:
    """It fails in every way by turns, and works in between."""
    return await _with_faults(house, seconds, _FLAPS, 0.15)


async def lying(house: House, seconds: float) -> dict[str, object]:
    """It says 200 with an error inside, nonsense, or that it failed after it has done what was asked."""
    return await _with_faults(house, seconds, _LIES, 0.3)


async def _with_faults(house: House, seconds: float, kinds: tuple[Fault, ...], share: float) -> dict[str, object]:
    random = Random(house.seed)  # noqa: S311  the same every time
    stop = asyncio.Event()
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    await house.tell_everybody(1)
    until, put = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        await asyncio.sleep(0.05)
        if random.random() < share:
            house.api.fail_next(random.choice(["sendMessage", "sendMessage", "getUpdates"]), random.choice(kinds))
            put += 1
    stop.set()
    await asking
    house.api._faults.clear()
    return {"faults put": put}


async def holding(house: House, seconds: float) -> dict[str, object]:
    """It takes 30 messages and answers none of them while it lasts; whoever else asks is answered all the same."""
    held = asyncio.Event()
    house.api.fail_next("sendMessage", faults.held(held), times=30)
    for n in range(40):
        house.asks(f"ielts {n % 9}.0 có được tính không")
        await asyncio.sleep(0.05)
    began = time.monotonic()
    late = [house.asks("xin chào") for _each in range(10)]
    while not all(house.answers(one) for one in late) and time.monotonic() - began < _HELD_WITHIN:  # noqa: ASYNC110  nobody tells us
        await asyncio.sleep(0.05)
    others = time.monotonic() - began
    await asyncio.sleep(seconds)
    held.set()
    return {"others answered in s": round(others, 1), "others waited": sum(not house.answers(one) for one in late)}


async def dribbled_at(house: House, seconds: float) -> dict[str, object]:
    """Hundreds of lines to our own server that never end their request, some of them in its body."""
    lines = []
    for n in range(_LINES):
        with suppress(OSError):
            reading, writing = await asyncio.open_connection("127.0.0.1", house.port)
            started = b"POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            secret = b"X-Telegram-Bot-Api-Secret-Token: a-secret-for-drills\r\nContent-Length: 1000\r\n\r\n{"
            writing.write(started + (secret if n % 2 else b"X-A: "))
            lines.append((reading, writing))
    stop = asyncio.Event()
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    took, silent, began = [0.0], 0, time.monotonic()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        while time.monotonic() - began < max(seconds, 75):
            moment = time.monotonic()
            try:
                async with session.get(f"http://127.0.0.1:{house.port}/healthz") as answer:
                    assert answer.status == 200
            except (aiohttp.ClientError, TimeoutError):
                silent += 1
            took.append(time.monotonic() - moment)
            for reading, writing in lines:
                if not reading.at_eof() and not writing.is_closing():
                    writing.write(b"x")
            await asyncio.sleep(1.0)
    stop.set()
    await asking
    open_still = sum(await asyncio.gather(*(_is_open(reading) for reading, _writing in lines)))
    for _reading, writing in lines:
        writing.close()
    return {
        "lines held": len(lines), "lines open still": open_still, "healthz silent": silent,
        "slowest healthz s": round(max(took), 2),
    }  # fmt: skip


async def _is_open(reading: asyncio.StreamReader) -> bool:
    """Whether the other side keeps the line; what it has said to it does not count."""
    try:
        async with asyncio.timeout(5.0):
            while await reading.read(4096):
                pass
    except TimeoutError:
        return True
    except OSError:
        pass
    return False


async def _unanswered(house: House) -> int:
    """Those of whom it is not known either whether their answer arrived."""
    return max(0, len(house.unanswered()) - house.logs().count("telegram.unclear"))


WAYS: dict[str, tuple[str, Callable]] = {
    "away for a day": (POLLING, away_for_a_day),
    "flapping": (POLLING, flapping),
    "lying": (WEBHOOK, lying),
    "holding its answers": (POLLING, holding),
    "dribbled at": (WEBHOOK, dribbled_at),
}


async def drill(seconds: float, only: str | None = None) -> dict[str, dict[str, object]]:
    """Each way over a house of its own."""
    found = {}
    for name, (mode, way) in WAYS.items():
        if only not in {None, name}:
            continue
        async with open_house(mode, people=100) as house:
            await house.start("serve")
            await house.start("work")
            more = await way(house, seconds)
            back = time.monotonic()
            await house.wait_until_none(lambda: _unanswered(house), WITHIN)
            await house.wait_until_told(WITHIN)
            unclear = house.logs().count("telegram.unclear")
            answers = house.count_answers()
            named = min(answers["lost"], unclear)
            found[name] = {
                **answers, "lost": answers["lost"] - named, "named unclear": named, **await house.count_notices(),
                **more, "recovered in s": round(time.monotonic() - back, 1),
                "processes that ended by themselves": len(house.ended()),
            }  # fmt: skip
            print(name, json.dumps(found[name]), file=sys.stderr, flush=True)
    return found


BREACHES = ("lost", "doubled", "wrong disclosures", "own record not told",
            "notices lost", "notices doubled", "lines open still", "others waited",
            "processes that ended by themselves")  # fmt: skip


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be none and is not."""
    return {name: found[name] for name in BREACHES if found.get(name)}


def main() -> None:
    """Print the figures; exit 1 where somebody was lost or told twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=10)
    words.add_argument("--only", choices=tuple(WAYS))
    asked = words.parse_args()
    found = asyncio.run(drill(asked.seconds, asked.only))
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(breaches(one) for one in found.values()))


if __name__ == "__main__":
    main()
