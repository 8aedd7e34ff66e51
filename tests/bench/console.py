"""How long a page of the console takes over a large province: over HTTP, with a session, through every layer.

Run as: python -m tests.bench.console [--people 100000] [--credentials 4] [--each 40] [--provinces 20]. The people come
from a workbook as HR loads it, their verdicts from the judge; each address is asked so often, one after the other.
`--provinces` has the whole province so many times, by codes of their own beneath the same top unit: of more people than
are loaded and judged in an hour, only the first hundred thousand are, and the others are copied in the database.
"""

import asyncio
import json
import re
import resource
import statistics
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.phrases import use_catalogues
from tests.bench.big_workbook import PEOPLE, STANDARDS, sheets, write_csv
from tests.bot.on_console.opening import Browser, open_console
from tests.offices import StandingClock

BAR_MS = 300
HR = "HR0000001"
_TOP = "SM"
_NEXT = re.compile(r'href="(/console/people\?[^"]*after=[^"]+)"')
_PAGES_ON = 3
_ROUNDS = ("ma_dot", "ten", "can_cu", "diem", "doi_tuong", "han", "trang_thai")
_FILTERS = {
    "name": "",
    "due": "order=due",
    "gaps": "order=gaps",
    "due_gap": "order=due&state=gap",
    "criterion": "criterion=ngoai_ngu&state=missing",
    "criterion_gaps": "criterion=tin_hoc&state=gap&order=gaps",
    "unit": "unit=P0042&order=due",
    "top_unit": "unit=SM&state=gap&order=gaps",
    "words": "q=tran+mau",
    "rare_words": "q=77777",
    "all_at_once": "unit=SM&criterion=ngoai_ngu&state=missing&managed=don_vi&group=chuyen_vien&q=ng&order=due",
}

_OWN = "{name} || '.' || n"
_COPIED: Mapping[str, Mapping[str, LiteralString]] = {
    "units": {
        "code": _OWN, "parent": f"coalesce({_OWN}, '{_TOP}')", "head": _OWN, "successor": _OWN,
    },
    "people": {"code": _OWN, "unit": _OWN, "scope": _OWN},
    "credentials": {"person": _OWN},
    "standings": {"person": _OWN},
    "verdicts": {"person": _OWN, "unit": _OWN},
    "verdict_days": {"unit": _OWN},
}  # fmt: skip
_KEPT_COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " AND is_generated = 'NEVER' AND is_identity = 'NO'"
)


async def fill(office: Office, folder: Path, people: int, each: int) -> None:
    """The province as HR loads it: people with certificates, four standards, a round, and somebody of HR."""
    write_csv(folder / "province", sheets(people, each))
    day = date(2020, 1, 1)
    rows = [
        ("chuyen_vien", criterion, level, "02/MẪU-TU", "1", day)
        for criterion, level in (("tin_hoc", "co_ban"), ("quan_ly_nha_nuoc", "chuyen_vien"), ("hoc_van", "thac_si"))
    ]
    born, since = date(1980, 1, 1), date(2022, 1, 1)
    hr = (HR, "Trần Mẫu Tổ Chức", born, "nu", "SM", "Chuyên viên", "chuyen_vien", "don_vi", "khong", since, "", "hr")
    opened = ("DOT-1", "Đợt mẫu", "02/MẪU-TU", "1", "", date(2026, 12, 31), "mo")
    write_csv(
        folder / "others",
        {
            "can_bo": ((*PEOPLE, "vai_tro"), iter([hr])),
            "tieu_chuan": (STANDARDS, iter(rows)),
            "dot_ra_soat": (_ROUNDS, iter([opened])),
        },
    )
    for name in ("province", "others"):
        report = await office.load(folder / name, dry_run=False, replacing=frozenset(), progress=lambda *_done: None)
        if report.is_refused:
            raise SystemExit(f"{name} cannot be loaded: {report}")


async def multiply(office: Office, provinces: int) -> None:
    """The province and everything kept of it so many times, with the same names and verdicts and codes of their own."""
    async with await psycopg.AsyncConnection.connect(office.owner_url, autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")  # what is copied is news to nobody
        for table, own in _COPIED.items():
            names = [name async for (name,) in await connection.execute(_KEPT_COLUMNS, (table,))]
            others = SQL(", ").join(
                SQL(own[name]).format(name=Identifier(name)) if name in own else Identifier(name) for name in names
            )
            await connection.execute(
                SQL(
                    "INSERT INTO {table} ({names}) SELECT {others} FROM {table}, generate_series(2, {last}) AS n"
                ).format(
                    table=Identifier(table),
                    names=SQL(", ").join(map(Identifier, names)),
                    others=others,
                    last=Literal(provinces),
                )
            )


async def settle_down(office: Office) -> None:
    """What the server does by itself some minutes after such a load: tidy up and learn how values are spread."""
    async with await psycopg.AsyncConnection.connect(office.owner_url, autocommit=True) as connection:
        await connection.execute("VACUUM ANALYZE")


async def ask(browser: Browser, path: str, times: int) -> list[float]:
    """Milliseconds of each asking, the whole page read; the first, which fills caches, is left out."""
    found = []
    for turn in range(times + 1):
        began = time.perf_counter()
        status, _page = await browser.get(path)
        if status != 200:
            raise SystemExit(f"{path}: {status}")
        if turn:
            found.append((time.perf_counter() - began) * 1000)
    return found


async def measure(browser: Browser, times: int) -> dict[str, list[float]]:
    """Every order and filter of the list, its first page and pages further on, and what else opens every day."""
    found = {}
    for name, query in _FILTERS.items():
        path = f"/console/people?{query}"
        found[f"people {name}"] = await ask(browser, path, times)
        for turn in range(1, _PAGES_ON + 1):
            _status, page = await browser.get(path)
            following = _NEXT.search(page)
            if following is None:
                break
            path = unescape(following[1])
            if turn == _PAGES_ON:
                found[f"people {name}, page {turn + 1}"] = await ask(browser, path, times)
    far = {"name": "ngo~CB0090000", "due": "2026-12-31~CB0090000", "gaps": "1~CB0090000"}
    for order, place in far.items():
        found[f"people {order}, far on"] = await ask(browser, f"/console/people?order={order}&after={place}", times)
    for name in ("overview", "people/CB0000077", "cases", "audit"):
        found[name] = await ask(browser, f"/console/{name}", times)
    return found


def summarise(found: Mapping[str, list[float]]) -> dict[str, object]:
    """p50 and p95 of every address, of the list in all, and of the slowest."""
    pages = {
        name: {"p50_ms": round(statistics.median(times)), "p95_ms": round(_p95(times))} for name, times in found.items()
    }
    listed = [one for name, times in found.items() if name.startswith("people ") for one in times]
    slowest = max((name for name in pages if name.startswith("people ")), key=lambda name: pages[name]["p95_ms"])
    return {
        "list_p50_ms": round(statistics.median(listed)),
        "list_p95_ms": round(_p95(listed)),
        "slowest_p95_ms": pages[slowest]["p95_ms"],
        "slowest": slowest,
        "overview_p95_ms": pages["overview"]["p95_ms"],
        "person_p95_ms": pages["people/CB0000077"]["p95_ms"],
        "cases_p95_ms": pages["cases"]["p95_ms"],
        "audit_p95_ms": pages["audit"]["p95_ms"],
        "pages": pages,
    }


def _p95(times: list[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


async def run(people: int, each: int, times: int, provinces: int) -> dict[str, object]:
    """Fill an installation of its own, judge everybody, and ask."""
    use_catalogues(Path("bot/locales"))
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder:
        settings = Settings(
            _env_file=None, home=Path(folder) / "home", secret_key="a secret of benches that opens nothing"
        )
        async with open_office(settings, clock=StandingClock()) as office:
            began = time.perf_counter()
            await fill(office, Path(folder), people, each)
            loaded = time.perf_counter() - began
            async with open_console(office) as console:  # which judges everybody once
                judged = time.perf_counter() - began - loaded
                if provinces > 1:
                    await multiply(office, provinces)
                await settle_down(office)
                async with console.inside(HR) as browser:
                    found = summarise(await measure(browser, times))
    return {
        **found,
        "people": people * provinces,
        "load_s": round(loaded, 1),
        "judge_s": round(judged, 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure and print: the pages as a table, then one line of figures."""
    words = ArgumentParser(description="Pages of the console over a large province.")
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--credentials", type=int, default=4)
    words.add_argument("--each", type=int, default=40)
    words.add_argument("--provinces", type=int, default=1)
    asked = words.parse_args()
    found = asyncio.run(run(asked.people, asked.credentials, asked.each, asked.provinces))
    pages = found.pop("pages")
    for name, figures in pages.items():  # type: ignore[attr-defined]  a mapping, made above
        mark = "" if figures["p95_ms"] <= BAR_MS else "  above the bar"
        print(f"{name:48} p50 {figures['p50_ms']:5} ms   p95 {figures['p95_ms']:5} ms{mark}", file=sys.stderr)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
