"""A platform away for a day, flapping, lying, and holding its answers; and somebody who holds our own lines.

Run as: python -m tests.drills.providers [--seconds 10] [--door telegram|zalo-account|zalo-bot] [--only NAME]. A day is
made to pass by the clocks of all processes jumping ahead, and by every moment that the database wrote down itself being
moved back as far. An answer of which nobody knows whether it arrived is not sent again: the log names its
conversation, and whoever asked there is counted as named, and nobody else.
"""

import asyncio
import json
import re
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.intake import _MOST_TRIES
from bot.log_names import short_name
from tests.drills.house import POLLING, QUESTIONS, WEBHOOK, Asked, House, open_house
from tests.drills.jumps import move_both_clocks
from tests.drills.zalo_house import ZALO
from tests.standins.telegram_api import faults
from tests.standins.telegram_api.faults import Fault, Harm
from tests.standins.zalo_ground import faults as zalo_faults

WITHIN = 150.0
RATE = 3.0
_DAY = 86_400.0
TELEGRAM = "telegram"
_LINES, _HELD = 300, 30
_ASK_MEANWHILE = 16
_KEPT_WITHIN = 60.0
_WAITING = "body IS NOT NULL AND answered_at IS NULL"
# As what has failed for days stands there: tried as often as it may be, and in nobody's hand.
_TRIED_FOR_DAYS = (
    f"UPDATE seen_updates SET tries = {_MOST_TRIES}, holder = NULL, sending = NULL, due_at = clock_timestamp()"  # noqa: S608  ours
    f" WHERE {_WAITING} RETURNING 1"
)
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


@dataclass(frozen=True)
class Troubles:
    """What goes wrong with the calls of a platform: these calls, in these ways, now and then."""

    calls: tuple[str, ...]
    flaps: tuple[Any, ...]
    lies: tuple[Any, ...]


# Zalo writes every refusal into a 200: a refusal that was none cannot be told from one. What is odd in itself can.
_ODD = (
    zalo_faults.malformed(), zalo_faults.gateway_page(200, after=True), zalo_faults.gateway_page(502, after=True),
    zalo_faults.answer_with({}, after=True), zalo_faults.answer_with({"data": []}, after=True),
)  # fmt: skip
_CUT = (
    zalo_faults.gateway_page(502), zalo_faults.gateway_page(503), zalo_faults.lost_request(),
    zalo_faults.lost_answer(),
)  # fmt: skip
TROUBLES = {
    "telegram": Troubles(("sendMessage", "sendMessage", "getUpdates"), _FLAPS, _LIES),
    "zalo_oa": Troubles(
        ("message/cs",), (*_CUT, *(zalo_faults.answer(code) for code in (-32, -200, -216))), (*_ODD, *_CUT[2:])
    ),
    "zalo_bot": Troubles(("sendMessage",), (*_CUT, zalo_faults.answer(403)), (*_ODD, *_CUT[2:])),
}


async def away_for_a_day(house: House, seconds: float) -> dict[str, object]:
    """Nobody listens there; what was asked, and what was to be told, goes out when somebody does again.

    Zalo brings us what people ask meanwhile; Telegram keeps it, and only what it brought before waits here. That is
    tried in vain as often as anything may be, and whoever does so does not outlive it.
    """
    port = urlsplit(house.api.base).port or 0
    stop = asyncio.Event()
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    await asyncio.sleep(seconds / 2)
    stop.set()
    await asking
    tried = await _fail_for_days(house)
    for n in range(_ASK_MEANWHILE):
        house.asks(QUESTIONS[n % len(QUESTIONS)])
    await house.tell_everybody(1)
    await asyncio.sleep(seconds)
    await move_both_clocks(house, _DAY)
    await asyncio.sleep(1.0)
    await house.api.start(port)
    return {"tried for days": tried, "not tried for days": max(0, _ASK_MEANWHILE - tried)}


async def _fail_for_days(house: House) -> int:
    """It goes away with people waiting, and their tries fail until there are no more; how many people."""
    await house.wait_until_answered(_KEPT_WITHIN)
    if house.channel == TELEGRAM:  # it brings us nothing while it is away
        house.api.fail_next(house.sending, faults.too_many_requests(3600), times=10 * _ASK_MEANWHILE)
    else:
        await house.go_away()
    for n in range(_ASK_MEANWHILE):
        house.asks(QUESTIONS[n % len(QUESTIONS)])
    await house.wait_until_none(lambda: _not_kept(house), _KEPT_WITHIN)
    if house.channel == TELEGRAM:
        await house.go_away()
        house.heal()
    house.kill("serve")
    tried = len(await house.ask_database(_TRIED_FOR_DAYS))
    await house.start("serve")
    return tried


async def _not_kept(house: House) -> int:
    """Those who asked and do not wait in our house."""
    kept = await house.ask_database(f"SELECT count(*) FROM seen_updates WHERE {_WAITING}")  # noqa: S608  ours
    return max(0, _ASK_MEANWHILE - kept[0][0])


async def flapping(house: House, seconds: float) -> dict[str, object]:
    """It fails in every way by turns, and works in between."""
    return await _with_faults(house, seconds, TROUBLES[house.channel].flaps, 0.15)


async def lying(house: House, seconds: float) -> dict[str, object]:
    """It says 200 with an error inside, nonsense, or that it failed after it has done what was asked."""
    return await _with_faults(house, seconds, TROUBLES[house.channel].lies, 0.3)


async def _with_faults(house: House, seconds: float, kinds: tuple[Any, ...], share: float) -> dict[str, object]:
    random = Random(house.seed)  # noqa: S311  the same every time
    stop = asyncio.Event()
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    await house.tell_everybody(1)
    until, put = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        await asyncio.sleep(0.05)
        if random.random() < share:
            house.api.fail_next(random.choice(TROUBLES[house.channel].calls), random.choice(kinds))
            put += 1
    stop.set()
    await asking
    house.heal()
    return {"faults put": put}


async def holding(house: House, seconds: float) -> dict[str, object]:
    """It takes 30 messages and answers none of them while it lasts; whoever else asks is answered all the same."""
    held = asyncio.Event()
    kind = faults if house.channel == "telegram" else zalo_faults
    house.api.fail_next(house.sending, kind.held(held), times=_HELD)
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
    return len(house.unanswered()) - sum(not house.answers(one) for one in find_named(house))


WAYS: dict[str, tuple[str, Callable]] = {
    "away for a day": (POLLING, away_for_a_day),
    "flapping": (POLLING, flapping),
    "lying": (WEBHOOK, lying),
    "holding its answers": (POLLING, holding),
    "dribbled at": (WEBHOOK, dribbled_at),  # one server for all platforms
}


async def drill(seconds: float, only: str | None = None, door: str = TELEGRAM) -> dict[str, dict[str, object]]:
    """Each way over a house of its own."""
    found = {}
    for name, (mode, way) in WAYS.items():
        if only not in {None, name} or (door != TELEGRAM and way is dribbled_at):
            continue
        kind = ZALO.get(door, House)
        async with open_house(mode if door == TELEGRAM else WEBHOOK, people=100, kind=kind) as house:
            await house.start("serve")
            await house.start("work")
            more = await way(house, seconds)
            back = time.monotonic()
            await house.wait_until_none(lambda: _unanswered(house), WITHIN)
            await house.wait_until_told(WITHIN)
            found[name] = {
                **count_but_named(house), **await house.count_notices(),
                **more, "recovered in s": round(time.monotonic() - back, 1),
                "processes that ended by themselves": len(house.ended()),
            }  # fmt: skip
            print(name, json.dumps(found[name]), file=sys.stderr, flush=True)
    return found


def find_named(house: House) -> list[Asked]:
    """Those of whose conversation the log says that nobody knows whether an answer arrived there."""
    unclear = [line for line in house.logs().splitlines() if house.unclear in line]
    chats = {chat for line in unclear for chat in re.findall(r"\bchat=(\w+)", line)}
    return [one for one in house.asked if short_name(one.address) in chats]


def count_but_named(house: House) -> dict[str, int]:
    """How it went for everybody who asked, without what those whom the log names have not read.

    On Zalo an answer may be several messages: where the first is lost, the next may stand alone and tell of no record.
    """
    answers, named = house.count_answers(), [(one, house.answers(one)) for one in find_named(house)]
    lost = sum(not read for _one, read in named)
    own = [(one.person or "", read) for one, read in named if one.is_for_own_record and read]
    untold = sum(not house._is_told(read, person) for person, read in own)
    left = {"lost": answers["lost"] - lost, "own record not told": answers["own record not told"] - untold}
    return {**answers, **left, "named unclear": lost + untold}


BREACHES = ("lost", "doubled", "wrong disclosures", "own record not told", "apologies", "told they were cut off",
            "notices lost", "notices doubled", "lines open still", "others waited", "not tried for days",
            "processes that ended by themselves")  # fmt: skip


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be none and is not."""
    return {name: found[name] for name in BREACHES if found.get(name)}


def main() -> None:
    """Print the figures; exit 1 where somebody was lost or told twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=10)
    words.add_argument("--only", choices=tuple(WAYS))
    words.add_argument("--door", choices=(TELEGRAM, *ZALO), default=TELEGRAM)
    asked = words.parse_args()
    found = asyncio.run(drill(asked.seconds, asked.only, asked.door))
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(breaches(one) for one in found.values()))


if __name__ == "__main__":
    main()
