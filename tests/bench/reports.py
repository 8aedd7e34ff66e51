"""How long the list of a whole province takes, and how much memory: `nhacchuan report missing --out FILE`, end to end.

Run as: python -m tests.bench.reports [--people 100000]. The command runs in a process of its own over a roster in
which everybody lacks something; peak memory is that of this process, without the server.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook

from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.bench.planning import fill

_KEY = "a key for the benchmark only"
# Runs the command, then says how much memory it had at most.
_RUN = """
import resource, sys
sys.argv = ["nhacchuan", *sys.argv[1:]]
from bot.command_line import main
try:
    main()
except SystemExit as ended:
    print(f"peak_mb {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}", file=sys.stderr)
    raise
"""


async def prepare(url: str, people: int) -> None:
    """A roster of this size."""
    async with open_database(url, vault=Vault([_KEY])) as database:
        await migrate(database)
        await fill(database, people)


def run(url: str, home: Path, file: Path) -> tuple[float, int]:
    """Seconds and peak memory of the command."""
    given = {"DATABASE_URL": url, "HOME": str(home), "SECRET_KEY": _KEY, "TODAY": "2026-11-23"}
    environment = {**os.environ, **{f"NHACCHUAN_{name}": value for name, value in given.items()}}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _RUN, "report", "missing", "--out", str(file)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    took = time.perf_counter() - began
    return took, int(done.stderr.rsplit("peak_mb ", 1)[1])


def count_rows(file: Path) -> int:
    """Rows of the list below its headings."""
    sheet = load_workbook(file, read_only=True).worksheets[0]
    return sum(isinstance(row[0], int) for row in sheet.iter_rows(values_only=True))


def main() -> None:
    """Measure and print one line of JSON."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    people = parser.parse_args().people
    with TemporaryDirectory(prefix="nhacchuan-bench-") as home, EmbeddedServer(Path(home) / "server") as server:
        asyncio.run(prepare(server.url, people))
        file = Path(home) / "report.xlsx"
        seconds, peak = run(server.url, Path(home), file)
        found = {
            "people": people,
            "seconds": round(seconds, 1),
            "peak_mb": peak,
            "rows": count_rows(file),
            "file_mb": round(file.stat().st_size / 1e6, 1),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
