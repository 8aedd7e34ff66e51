"""The drill of restarts: a platform brings events all the while, and one process takes the place of another.

`python -m tests.drills.restart --rate 50 --seconds 60 --restarts 3` for the Official Account, `--door bot` for the bot
platform. Half of the callers keep their connections, the other half call anew each time. Prints what was refused, cut
off, lost or doubled, and how quickly callers were answered; exits 1 unless all of these are nought.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

from bot.on_web.handing_over import place_of, sign_of
from tests.drills.zalo_webhook import House, open_house

ANSWERED_WITHIN = 300.0


class Relay(House):
    """A house whose next process starts while the one before still answers."""

    async def replace(self) -> tuple[float, float]:
        """Seconds from the start of the new process until the old one left, and until it had ended."""
        old, began = self._process, time.monotonic()
        assert old is not None
        place = place_of(Path(self._environment["NHACCHUAN_HOME"]), self._environment["NHACCHUAN_HTTP"])
        before = sign_of(place)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )
        while not place.exists() or sign_of(place) == before:  # noqa: ASYNC110  another process would not tell us
            await asyncio.sleep(0.05)
        taken = time.monotonic() - began
        with suppress(ProcessLookupError):
            old.send_signal(signal.SIGTERM)  # as a service manager would: it is leaving already
        await old.wait()
        return taken, time.monotonic() - began


async def drill(rate: float, seconds: float, restarts: int, door: str = "oa") -> dict[str, Any]:
    """How it went."""
    async with open_house(door, Relay) as house:
        return await _bring_all(house, rate, seconds, restarts)


async def _bring_all(house: Relay, rate: float, seconds: float, restarts: int) -> dict[str, Any]:
    side, count = house.side, int(rate * seconds)
    people = [side.person(number) for number in range(count)]
    url = f"http://127.0.0.1:{house.port}{side.path}"
    took: list[float] = []
    statuses: dict[str, int] = {}
    handed: list[tuple[float, float]] = []

    async def restart() -> None:
        for _one in range(restarts):
            await asyncio.sleep(seconds / (restarts + 1) / 2)
            handed.append(await house.replace())

    async def bring(session: aiohttp.ClientSession, made: tuple[bytes, dict[str, str]]) -> None:
        began = time.monotonic()
        try:
            async with session.post(url, data=made[0], headers=made[1]) as answer:
                status = str(answer.status)
        except aiohttp.ClientError as failed:
            status = type(failed).__name__
        took.append(time.monotonic() - began)
        statuses[status] = statuses.get(status, 0) + 1

    began = time.monotonic()
    kept, anew = aiohttp.TCPConnector(limit=100), aiohttp.TCPConnector(limit=100, force_close=True)
    async with (
        aiohttp.ClientSession(connector=kept) as keeping,
        aiohttp.ClientSession(connector=anew) as calling,
        asyncio.TaskGroup() as bringing,
    ):
        bringing.create_task(restart())
        for number, person in enumerate(people):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            bringing.create_task(bring(keeping if number % 2 else calling, side.make(person)))
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWERED_WITHIN):
            while not all(side.answers(one) for one in people):  # noqa: ASYNC110  another process would not tell us
                await asyncio.sleep(0.2)
    answers = [side.answers(one) for one in people]
    took.sort()
    return {
        "events": count, "rate": rate, "restarts": len(handed), "answered 200": statuses.get("200", 0),
        "refused or cut off": {status: n for status, n in statuses.items() if status != "200"},
        "lost": sum(not one for one in answers), "doubled": sum(len(one) > 1 for one in answers),
        "p50 ms": round(took[count // 2] * 1000, 1), "p99 ms": round(took[int(count * 0.99)] * 1000, 1),
        "most ms": round(took[-1] * 1000, 1),
        "new ready after s": [round(ready, 1) for ready, _gone in handed],
        "old gone after s": [round(gone, 1) for _ready, gone in handed],
    }  # fmt: skip


def breaches(ended: dict[str, Any]) -> list[str]:
    """What must not be: empty where everything held."""
    return [name for name in ("refused or cut off", "lost", "doubled") if ended[name]]


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--restarts", type=int, default=3)
    options.add_argument("--door", choices=["oa", "bot"], default="oa")
    chosen = options.parse_args()
    os.environ.setdefault("NHACCHUAN_LOCALE", "vi")
    result = asyncio.run(drill(chosen.rate, chosen.seconds, chosen.restarts, chosen.door))
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(1 if breaches(result) else 0)
