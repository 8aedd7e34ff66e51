"""How quickly the audit chain takes entries: visits that each record one, several at the same time.

`python -m tests.bench.audit_line --rate 200 --seconds 20`; the machine's own server, every commit on disk.
"""

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate


async def _record(database: Database, number: int, took: list[float]) -> None:
    began = time.monotonic()
    async with database.transaction() as drawers:
        await drawers.audit.record("HR01", "person.view", f"CB{number:05}", datetime.now(UTC), {"channel": "console"})
    took.append(time.monotonic() - began)


async def measure(rate: float, seconds: float) -> dict[str, Any]:
    """At a rate, and as quickly as sixteen at once can."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as home, EmbeddedServer(Path(home)) as server:
        vault = Vault(["a key of benchmarks only"])
        async with open_database(server.url, vault=vault, pool_size=16) as database:
            await migrate(database)
            took: list[float] = []
            count, began = int(rate * seconds), time.monotonic()
            async with asyncio.TaskGroup() as group:
                for number in range(count):
                    await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                    group.create_task(_record(database, number, took))
            whole = time.monotonic() - began
            took.sort()
            most: list[float] = []
            begun = time.monotonic()
            for _round in range(100):
                await asyncio.gather(*(_record(database, n, most) for n in range(16)))
            saturated = 1600 / (time.monotonic() - begun)
            read = time.monotonic()
            async with database.transaction() as drawers:
                verdict = await drawers.audit.verify()
            read = time.monotonic() - read
    return {
        "asked for/s": rate, "kept/s": round(count / whole, 1), "p50 ms": round(took[count // 2] * 1000, 1),
        "p99 ms": round(took[int(count * 0.99)] * 1000, 1), "most/s": round(saturated), "intact": verdict.is_intact,
        "read entries/s": round(verdict.entries / read),
    }  # fmt: skip


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=200)
    options.add_argument("--seconds", type=float, default=20)
    chosen = options.parse_args()
    print(json.dumps(asyncio.run(measure(chosen.rate, chosen.seconds))))
