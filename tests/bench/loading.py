"""How long a province takes to load, and how much memory: 100,000 people, 400,000 credentials, .xlsx and .csv.

Run as: python -m tests.bench.loading [--people 100000] [--credentials 4]. Each format is loaded by a process of its
own into an empty database, then once more; peak memory is that of the loading process, without the server.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.wiring_rules import Reference, RulesScribe
from knowledge.calendar import WorkingCalendar
from knowledge.facts import TerritoryCode
from knowledge.loader import load_library
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from storage.workbook.load import load_workbook
from tests.bench.big_workbook import sheets, write_csv, write_xlsx


async def load_twice(path: Path, home: Path) -> dict[str, object]:
    """Seconds of a first and of a second load, and the peak memory of this process in megabytes."""
    library = load_library()
    vault, seconds, reports = Vault(["a key for the benchmark only"]), [], []
    with EmbeddedServer(home) as server:
        async with open_database(server.url, vault=vault) as database:
            await migrate(database)
            for _ in range(2):
                began = time.perf_counter()
                report = await load_workbook(
                    database,
                    path,
                    library,
                    TerritoryCode("hung-yen"),
                    vault,
                    dry_run=False,
                    replace=frozenset(),
                    progress=lambda _sheet, _rows: None,
                    now=datetime(2026, 11, 21, 8, tzinfo=UTC),
                    actor="bench",
                    scribe=RulesScribe(
                        Reference(library, WorkingCalendar(library.calendar), TerritoryCode("hung-yen"))
                    ),
                )
                seconds.append(round(time.perf_counter() - began, 1))
                reports.append(
                    {one.sheet: (one.added, one.changed, one.unchanged) for one in report.sheets}
                    or [str(one) for one in report.problems[:3]]
                )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mb": round(peak), "reports": reports}


def main() -> None:
    """Make the files, load each in a fresh process, print one line per format."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--credentials", type=int, default=4)
    words.add_argument("--load", type=Path, help="used by itself: load this one file")
    asked = words.parse_args()
    with TemporaryDirectory() as folder:
        if asked.load is not None:
            print(json.dumps(asyncio.run(load_twice(asked.load, Path(folder)))))
            return
        write_xlsx(Path(folder, "big.xlsx"), sheets(asked.people, asked.credentials))
        write_csv(Path(folder, "csv"), sheets(asked.people, asked.credentials))
        for name in ("big.xlsx", "csv"):
            command = [sys.executable, "-m", "tests.bench.loading", "--load", str(Path(folder, name))]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            print(name, said)


if __name__ == "__main__":
    main()
