"""How long a province takes to load, and how much memory: 100,000 people, 400,000 credentials, .xlsx and .csv.

Run as: python -m tests.bench.loading [--people 100000] [--credentials 4]. Each format is loaded by a process of its
own into an empty database, then once more; peak memory is that of the loading process, without the server. Beside
them stand the same workbook only read into rows by openpyxl, by python-calamine and, where it is installed, by pandas:
they check nothing, keep nothing and tell nobody what has changed.
"""

import asyncio
import importlib.util
import json
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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


def _read_by_openpyxl(path: Path) -> int:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    return sum(1 for sheet in book for _row in sheet.iter_rows(values_only=True))


def _read_by_calamine(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return sum(1 for name in book.sheet_names for _row in book.get_sheet_by_name(name).iter_rows())


def _read_by_pandas(path: Path) -> int:
    import pandas as pd

    sheets_read = pd.read_excel(path, sheet_name=None)
    return sum(len(one) + 1 for one in sheets_read.values())


PEERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "openpyxl": ("openpyxl", _read_by_openpyxl),
    "calamine": ("python_calamine", _read_by_calamine),
    "pandas": ("pandas", _read_by_pandas),
}


def read_bare(peer: str, path: Path) -> dict[str, object]:
    """Seconds in which a library reads all rows, how many, and the peak memory of this process in megabytes."""
    began = time.perf_counter()
    rows = PEERS[peer][1](path)
    seconds = round(time.perf_counter() - began, 1)
    return {
        "seconds": seconds,
        "rows": rows,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _measure_alone(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.loading", *words]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def measure(folder: Path, people: int, credentials: int) -> dict[str, object]:
    """The figures of both formats and of every peer that is installed."""
    book, tables = folder / "big.xlsx", folder / "csv"
    write_xlsx(book, sheets(people, credentials))
    write_csv(tables, sheets(people, credentials))
    found: dict[str, object] = {"people": people}
    for name, path in (("xlsx", book), ("csv", tables)):
        loaded = _measure_alone("--load", str(path))
        found |= {f"{name}_s": loaded["seconds"][0], f"{name}_again_s": loaded["seconds"][1]}
        found |= {f"{name}_mb": loaded["peak_mb"], f"{name}_report": loaded["reports"]}
    for name, (module, _read) in PEERS.items():
        if importlib.util.find_spec(module) is not None:
            read = _measure_alone("--peer", name, "--load", str(book))
            found |= {f"{name}_s": read["seconds"], f"{name}_mb": read["peak_mb"], f"{name}_rows": read["rows"]}
    return found


def main() -> None:
    """Make the files, measure each way in a fresh process, print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--credentials", type=int, default=4)
    words.add_argument("--load", type=Path, help="used by itself: load this one file")
    words.add_argument("--peer", choices=PEERS, help="used by itself: only read it, by this library")
    asked = words.parse_args()
    if asked.peer is not None:
        print(json.dumps(read_bare(asked.peer, asked.load)))
        return
    with TemporaryDirectory() as folder:
        if asked.load is not None:
            print(json.dumps(asyncio.run(load_twice(asked.load, Path(folder)))))
        else:
            print(json.dumps(measure(Path(folder), asked.people, asked.credentials)))


if __name__ == "__main__":
    main()
