"""The database stopped, killed, out of reach, slow, without a connection to spare, and on a full disk; people ask on.

Run as: python -m tests.drills.database_away [--seconds 12] [--only NAME]. Nobody touches the house meanwhile. In the
end everybody is answered once and every notice told once after the database is well again, and nobody has read of
anybody else; how soon is printed, and how often `/readyz` said that it was not. The full disk needs the right to mount
a small tmpfs: without it, it is told as not run; a disk that could be mounted and was not full is a breach.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import psycopg

from tests.drills.house import WEBHOOK, House, open_house
from tests.drills.proxy import Proxy, behind, place_of

WITHIN = 120.0
RATE = 3.0
_CONF = "max_connections = 40\nmax_wal_size = 64MB\nmin_wal_size = 32MB\n"
_TMPFS = "260m"
_ALMOST_NOTHING = 16  # pages
_NO_RIGHT = (b"must be superuser", b"only root", b"permission denied", b"Operation not permitted")


class Hampered:
    """A house whose database a drill can spoil."""

    def __init__(self, house: House, proxy: Proxy, url: str) -> None:
        self.house, self.proxy, self.url = house, proxy, url
        self.was_full = True

    async def stopped(self, seconds: float) -> None:
        """As an operator stops it, with the keeper held so that it does not bring it back at once."""
        keeper, pid = self.house.find_keeper(), self.house.cluster.find_pid()
        assert keeper is not None
        assert pid is not None
        keeper.suspend()
        os.kill(pid, signal.SIGINT)
        await asyncio.sleep(seconds)
        keeper.resume()

    async def killed(self, seconds: float) -> None:
        """Its first process killed with kill -9, three times."""
        for _each in range(3):
            self.house.kill_postmaster()
            await asyncio.sleep(seconds / 3)

    async def out_of_reach(self, seconds: float) -> None:
        """Every line cut and no new one let in."""
        self.proxy.leave()
        await asyncio.sleep(seconds)
        self.proxy.come_back()

    async def slow(self, seconds: float) -> None:
        """Every piece of every answer a quarter of a second late."""
        self.proxy.delay = 0.25
        await asyncio.sleep(seconds)
        self.proxy.delay = 0.0

    async def without_a_connection(self, seconds: float) -> None:
        """Somebody else holds every connection that there is."""
        held = []
        self.proxy.leave()
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                try:
                    held.append(await psycopg.AsyncConnection.connect(self.url))
                except psycopg.OperationalError:
                    self.proxy.come_back()
                    await asyncio.sleep(0.05)
        finally:
            for one in held:
                await one.close()

    async def on_a_full_disk(self, seconds: float) -> None:
        """Nothing can be written where it lies, until room is made."""
        filler = self.house.cluster.root / "filler"
        with suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(b"\0" * 65_536)
                file.flush()
        self.was_full = os.statvfs(self.house.cluster.root).f_bavail <= _ALMOST_NOTHING
        await asyncio.sleep(seconds)
        filler.unlink()


FAULTS: dict[str, Callable[[Hampered, float], object]] = {
    "stopped": Hampered.stopped,
    "killed": Hampered.killed,
    "out of reach": Hampered.out_of_reach,
    "slow": Hampered.slow,
    "without a connection": Hampered.without_a_connection,
    "full disk": Hampered.on_a_full_disk,
}


@asynccontextmanager
async def hampered_house(home: Path | None = None) -> AsyncIterator[Hampered]:
    """A house behind a proxy, its doors and a worker at work."""
    made: list[tuple[Proxy, str]] = []

    async def front(url: str, stack: AsyncExitStack) -> str:
        proxy = Proxy(place_of(url))
        made.append((proxy, url))
        return behind(await proxy.open(stack), url)

    async with open_house(WEBHOOK, people=120, home=home, local_conf=_CONF, front=front) as house:
        await house.start("serve")
        await house.start("work")
        yield Hampered(house, *made[0])


async def spoil(one: Hampered, name: str, seconds: float, number: int) -> dict[str, object]:
    """One fault, from a few seconds before it to the end of all that follows."""
    house, before = one.house, len(one.house.asked)
    said: list[int] = []
    stop = asyncio.Event()
    looking = asyncio.ensure_future(_look(house, said, stop))
    asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
    await house.tell_everybody(number)
    await asyncio.sleep(1.0)
    said.clear()
    fault = FAULTS[name](one, seconds)
    assert asyncio.iscoroutine(fault)
    await fault
    back = time.monotonic()
    asked_by_then = len(house.asked)
    await house.wait_until_none(lambda: _count_unanswered(house, before, asked_by_then), WITHIN)
    recovered = time.monotonic() - back
    stop.set()
    await asyncio.gather(asking, looking)
    await house.wait_until_answered(WITHIN)
    await house.wait_until_told(WITHIN)
    return {
        **house.count_answers(),
        **await house.count_notices(),
        "readyz not ready": sum(status == 503 for status in said),
        "readyz looks": len(said),
        "recovered in s": round(recovered, 1),
        "disk not full": int(not one.was_full),
        "processes that ended by themselves": len(house.ended()),
    }


async def _count_unanswered(house: House, first: int, last: int) -> int:
    return sum(not house.answers(each) for each in house.asked[first:last])


async def _look(house: House, said: list[int], stop: asyncio.Event) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=45)) as session:
        while not stop.is_set():
            try:
                async with session.get(f"http://127.0.0.1:{house.port}/readyz") as answer:
                    said.append(answer.status)
            except (aiohttp.ClientError, TimeoutError):
                said.append(0)
            await asyncio.sleep(1.0)


@contextmanager
def small_disk(place: Path):
    """A tmpfs of its own for the database; None where that is not permitted."""
    place.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={_TMPFS},mode=755", "tmpfs", str(place)]
    mounted = subprocess.run(words, capture_output=True, check=False)
    if mounted.returncode != 0:
        if not any(word in mounted.stderr for word in _NO_RIGHT):
            raise AssertionError(f"a tmpfs cannot be mounted: {mounted.stderr.decode()}")
        yield None
        return
    try:
        yield place
    finally:
        _let_go(place)


def _let_go(place: Path) -> None:
    for _each in range(50):
        if subprocess.run(["umount", str(place)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    subprocess.run(["umount", "-l", str(place)], check=False)


async def drill(seconds: float, only: str | None = None) -> dict[str, dict[str, object]]:
    """Every fault in turn, over one house; the full disk over another."""
    found: dict[str, dict[str, object]] = {}
    names = [name for name in FAULTS if name != "full disk" and only in {None, name}]
    if names:
        async with hampered_house() as one:
            for number, name in enumerate(names):
                found[name] = await spoil(one, name, seconds, number + 1)
                print(name, json.dumps(found[name]), file=sys.stderr, flush=True)
    if only in {None, "full disk"}:
        found["full disk"] = await _on_a_full_disk(seconds)
        print("full disk", json.dumps(found["full disk"]), file=sys.stderr, flush=True)
    return found


async def _on_a_full_disk(seconds: float) -> dict[str, object]:
    with TemporaryDirectory(prefix="nhacchuan-drill-") as folder:
        home = Path(folder)
        with small_disk(home / "postgres") as disk:
            if disk is None:
                return {"not run": "whoever runs it here has no right to mount a tmpfs"}
            async with hampered_house(home) as one:
                return await spoil(one, "full disk", seconds, 1)


BREACHES = (
    "disk not full",
    "lost",
    "doubled",
    "wrong disclosures",
    "own record not told",
    "apologies",
    "notices lost",
    "notices doubled",
    "processes that ended by themselves",
)


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be none and is not."""
    return {name: found[name] for name in BREACHES if found.get(name)}


def main() -> None:
    """Print the figures; exit 1 where somebody was lost or told twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=12)
    words.add_argument("--only", choices=tuple(FAULTS))
    asked = words.parse_args()
    found = asyncio.run(drill(asked.seconds, asked.only))
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(any(breaches(one) for one in found.values()))


if __name__ == "__main__":
    main()
