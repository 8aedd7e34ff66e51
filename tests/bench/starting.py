"""How long each kind of process takes from its start until it serves, and what processor and memory that needs.

Run as: python -m tests.bench.starting [--starts 3] [--only serve,work] [--untaught]. Over a database that runs already,
with Telegram by polling at the stand-in. `serve`, `run` and the bare process of aiogram and aiohttp serve when
`/readyz` says so and the first getUpdates has come; `work` when it says that it sends; `ask` and `--help` when they
have ended. Everything is as after installing: byte code is there (each kind starts once before it is measured) and what
reading questions needs was learned; `--untaught` adds a first start that must learn it.
"""

import asyncio
import json
import os
import socket
import statistics
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from aiohttp import ClientError, ClientSession, ClientTimeout

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
_QUESTION = "Tôi còn thiếu chứng chỉ nào?"
_BYTECODE_OF = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
_KINDS = ("serve", "run", "work", "ask", "help", "bare")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until it served (or had ended), seconds of the processor and megabytes until then."""

    s: float
    cpu_s: float
    mb: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where processes start: the database, a folder for homes and byte code, and where what was learned is kept."""

    url: str
    folder: Path
    learned: Path

    def environment(self, port: int, api: TelegramApi) -> Mapping[str, str]:
        """The surroundings of one process, with nothing of ours from outside."""
        given = {
            "DATABASE_URL": self.url, "HOME": str(self.folder / "home"), "SECRET_KEY": _KEY,
            "HTTP": f"127.0.0.1:{port}", "TELEGRAM_TOKEN": api.token, "TELEGRAM_API": api.base,
        }  # fmt: skip
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("NHACCHUAN_") and name not in _BYTECODE_OF
        }
        ours = {f"NHACCHUAN_{name}": one for name, one in given.items()}
        return {
            **kept,
            **ours,
            "XDG_CACHE_HOME": str(self.learned),
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }


async def start_once(kind: str, place: Place) -> Start:
    """One start of one kind. Raises TimeoutError, and RuntimeError for a process that ended before it served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with TelegramApi() as api:
        words = {
            "ask": ["-m", "bot", "ask", _QUESTION],
            "help": ["-m", "bot", "--help"],
            "bare": ["-m", "tests.bench.bare_door", api.base, str(port), api.token],
        }.get(kind, ["-m", "bot", kind])
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, env=place.environment(port, api),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_PATIENCE):
                if kind in {"ask", "help"}:
                    return await _until_ended(process, began)
                if kind == "work":
                    await process.stdout.readline()
                else:
                    await _until_ready(process, f"http://127.0.0.1:{port}/readyz", lambda: api.calls_of("getUpdates"))
                if process.returncode is not None:
                    raise RuntimeError(f"{kind} ended with {process.returncode} before it served")
                return _used(psutil.Process(process.pid), began)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await process.communicate()
            if process.returncode is None:
                process.kill()
                await process.wait()


def _used(one: psutil.Process, began: float) -> Start:
    took = time.perf_counter() - began
    return Start(took, sum(one.cpu_times()[:2]), one.memory_info().rss / 2**20)


async def _until_ended(process: asyncio.subprocess.Process, began: float) -> Start:
    """How it stood when last seen alive; the end itself is seen to a hundredth of a second."""
    last, one = Start(0, 0, 0), psutil.Process(process.pid)
    reading = asyncio.create_task(process.communicate())
    while process.returncode is None:
        with suppress(psutil.Error):
            now = _used(one, began)
            if now.mb:
                last = now
        await asyncio.sleep(0.01)
    await reading
    if process.returncode:
        raise RuntimeError(f"it ended with {process.returncode}")
    return Start(time.perf_counter() - began, last.cpu_s, last.mb)


async def _until_ready(
    process: asyncio.subprocess.Process, address: str, has_fetched: Callable[[], Sequence[object]]
) -> None:
    async with ClientSession(timeout=ClientTimeout(total=5)) as session:
        while process.returncode is None:
            with suppress(ClientError, TimeoutError):
                async with session.get(address) as answer:
                    if answer.status == 200 and has_fetched():
                        return
            await asyncio.sleep(0.01)


async def run(kinds: Sequence[str], starts: int, *, with_untaught: bool) -> Mapping[str, float]:
    """The medians of several starts of each kind, one row printed for each as it is known."""
    figures: dict[str, float] = {}
    with TemporaryDirectory(prefix="nhacchuan-bench-") as named, EmbeddedServer(Path(named)) as server:
        folder = Path(named)
        async with open_database(server.url, vault=Vault([_KEY])) as database:
            await migrate(database)
            await fill(database, 100)
        (folder / "home").mkdir()
        load_model(load_library(), folder / "taught" / "nhacchuan")
        taught = Place(server.url, folder, folder / "taught")
        print(f"{'process':<10}{'seconds':>9}{'processor':>11}{'MB':>6}", flush=True)
        for kind in kinds:
            await start_once(kind, taught)
            _tell(kind, [await start_once(kind, taught) for _ in range(starts)], figures)
        if with_untaught:
            _tell("untaught", [await start_once("serve", Place(server.url, folder, folder / "untaught"))], figures)
    return {**figures, "load": round(os.getloadavg()[0], 1)}


def _tell(kind: str, found: Sequence[Start], figures: dict[str, float]) -> None:
    s, cpu_s, mb = (statistics.median(getattr(one, name) for one in found) for name in ("s", "cpu_s", "mb"))
    print(f"{kind:<10}{s:>9.2f}{cpu_s:>11.2f}{mb:>6.0f}", flush=True)
    figures |= {f"{kind}_s": round(s, 2), f"{kind}_cpu_s": round(cpu_s, 2), f"{kind}_mb": round(mb)}


if __name__ == "__main__":
    words = ArgumentParser(description=__doc__)
    words.add_argument("--starts", type=int, default=3)
    words.add_argument("--only", default=",".join(_KINDS))
    words.add_argument("--untaught", action="store_true", help="also a first start that must learn to read questions")
    asked = words.parse_args()
    print(json.dumps(asyncio.run(run(asked.only.split(","), asked.starts, with_untaught=asked.untaught))))
