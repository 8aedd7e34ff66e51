"""How long `serve` takes from its start to serving, and what memory it needs, over a database that runs already.

Run as: python -m tests.bench.starting [--starts 5]. A new process each time, with Telegram by polling at the stand-in:
serving is when `/readyz` says so and the first getUpdates has come, whichever is later. "Installed" is an empty home
on a machine on which the product was installed (what reading questions needs was learned then); "untaught" is one on
which it was not, so that the first start learns it. Files are in the machine's own cache, as after installing.
"""

import asyncio
import json
import os
import socket
import statistics
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from aiohttp import ClientError, ClientSession

from knowledge.loader import load_library
from knowledge.understanding.training import load_model
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.bench.planning import fill
from tests.standins.telegram_api import TelegramApi

_KEY = "a key for the benchmark only"
_PATIENCE = 300.0  # beside other work on the same cores a start may take as long; the figures then say so


async def start_once(url: str, home: Path, cache: Path) -> dict[str, float]:
    """Seconds until each door serves, and megabytes a moment later."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with TelegramApi() as api, ClientSession() as session:
        given = {
            "DATABASE_URL": url, "HOME": str(home), "SECRET_KEY": _KEY, "HTTP": f"127.0.0.1:{port}",
            "TELEGRAM_TOKEN": api.token, "TELEGRAM_API": api.base,
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
        environment = {
            **kept,
            "XDG_CACHE_HOME": str(cache),
            **{f"NHACCHUAN_{name}": one for name, one in given.items()},
        }
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await _until_ready(session, f"http://127.0.0.1:{port}/readyz")
            web_s = time.perf_counter() - began
            await api.wait_for(lambda: bool(api.calls_of("getUpdates")), _PATIENCE)
            telegram_s = time.perf_counter() - began
            await asyncio.sleep(3)
            used = psutil.Process(process.pid)
            return {
                "s": max(web_s, telegram_s),
                "mb": used.memory_info().rss / 2**20,
                "own_mb": used.memory_full_info().uss / 2**20,
                "cpu_s": sum(used.cpu_times()[:2]),
            }
        finally:
            process.terminate()
            await process.wait()


async def _until_ready(session: ClientSession, address: str) -> None:
    ends = time.perf_counter() + _PATIENCE
    while time.perf_counter() < ends:
        with suppress(ClientError):
            async with session.get(address) as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.02)
    async with session.get(address) as answer:
        raise TimeoutError(f"{address}: {answer.status} {await answer.text()}")


async def run(starts: int) -> dict[str, float]:
    """The medians of several starts on a machine on which the product was installed, and one that learns first."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder, EmbeddedServer(Path(folder)) as server:
        async with open_database(server.url, vault=Vault([_KEY])) as database:
            await migrate(database)
            await fill(database, 100)
        taught, untaught = Path(folder) / "taught", Path(folder) / "untaught"
        load_model(load_library(), taught / "nhacchuan")
        found = []
        for number in range(starts):
            home = Path(folder) / f"home-{number}"
            home.mkdir()
            found.append(await start_once(server.url, home, taught))
        (Path(folder) / "first").mkdir()
        first = await start_once(server.url, Path(folder) / "first", untaught)
    middle = {name: round(statistics.median(one[name] for one in found), 2) for name in found[0]}
    return {
        "installed_s": middle["s"],
        "installed_cpu_s": middle["cpu_s"],
        "rss_mb": round(middle["mb"]),
        "own_mb": round(middle["own_mb"]),
        "untaught_s": round(first["s"], 1),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    words = ArgumentParser(description=__doc__)
    words.add_argument("--starts", type=int, default=5)
    print(json.dumps(asyncio.run(run(words.parse_args().starts))))
