"""How long it takes to plan a day: who is reminded of what, and whom a change of the rules touches.

Run as: python -m tests.bench.planning [--people 10000] [--plain]. First a plain day, in which everybody is reminded:
shown, then kept with its messages, then planned again when nothing is left to be told. Then, unless --plain, a day on
which a standard, a row and a round have changed at once; beside it, in the same process, a bare loop of verdicts for
the same people held in memory.
"""

import asyncio
import json
import resource
import time
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bot.clock import FixedClock
from bot.commands.planning import as_json
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_rules import RulesScribe
from handlers.phrases import use_catalogues
from knowledge.evaluate import evaluate
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate

_TODAY = date(2026, 11, 23)
_NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
_SENDERS = {"telegram": "telegram:1"}
_LOCALES = Path(__file__).parents[2] / "bot" / "locales"
_FILL = (
    (
        "INSERT INTO units (code, name, kind, territory)"
        " SELECT 'U' || n, 'Đơn vị ' || n, 'so', 'hung-yen' FROM generate_series(0, 999) n"
    ),
    (
        "INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by,"
        " is_leader) SELECT 'CB' || lpad(n::text, 7, '0'), 'Nguyen Van ' || n % 700, 'nguyen van ' || n % 700,"
        " date '1975-01-01' + n % 9000, 'nam', 'U' || n % 1000, 'Chuyên viên', 'cv', 'cap_xa', n % 7 = 0"
        " FROM generate_series(1, :people) n"
    ),
    (
        "INSERT INTO credentials (person, kind, level, issuer, number, issued_on, status)"
        " SELECT 'CB' || lpad(n::text, 7, '0'), kind, level, 'Trường Mẫu', n || '-' || kind, date '2022-01-01'"
        " + n % 1500, 'da_xac_minh' FROM generate_series(1, :people) n,"
        " (VALUES ('bang_cap', 'dai_hoc'), ('ielts', '5.0'), ('cntt_co_ban', NULL), ('llct', 'trung_cap'))"
        " AS held (kind, level)"
    ),
    (
        "INSERT INTO standards (position_group, criterion, valid_from, minimum, document)"
        " SELECT 'cv', criterion, '2020-01-01', minimum, '02/MẪU-TU' FROM (VALUES ('hoc_van', 'dai_hoc'),"
        " ('ly_luan_chinh_tri', 'trung_cap'), ('quan_ly_nha_nuoc', 'chuyen_vien'), ('ngoai_ngu', 'bac_3'),"
        " ('tin_hoc', 'co_ban')) AS asked (criterion, minimum)"
    ),
    (
        "INSERT INTO recognition (document, criterion, kind, counts_as, level_from, months_valid)"
        " VALUES ('01/MẪU-UBND', 'ngoai_ngu', 'ielts', 'bac_3', '4.5', 36)"
    ),
    (
        "INSERT INTO accounts (channel, address, person, linked_at, changed_at)"
        " SELECT 'telegram', n::text, 'CB' || lpad(n::text, 7, '0'), now(), now()"
        " FROM generate_series(1, :people, 2) n"
    ),
    "INSERT INTO rounds (code, name, document, deadline) VALUES ('DOT-1', 'Đợt mẫu', '03/MẪU-UBND', '2026-12-31')",
)
_CHANGE = (
    "UPDATE standards SET minimum = 'thac_si' WHERE criterion = 'hoc_van'",
    "UPDATE recognition SET months_valid = 24",
    "UPDATE rounds SET deadline = '2027-03-31'",
)


async def fill(database: Database, people: int) -> None:
    """A roster of this size in a round that runs; every second one can be reached."""
    async with database.transaction() as drawers:
        for order in _FILL:
            await drawers.connection.execute(text(order), {"people": people} if ":people" in order else {})
    await _vacuum(database)


async def change(database: Database, scribe: RulesScribe) -> None:
    """Everybody was told by the rules so far, of which some change now."""
    async with database.transaction() as drawers:
        await drawers.told.advance(scribe.write(await drawers.rules.load()), _NOW)
    async with database.transaction() as drawers:
        for order in _CHANGE:
            await drawers.connection.execute(text(order))
    await _vacuum(database)


async def _vacuum(database: Database) -> None:
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))


async def show(office: Office) -> tuple[int, int, float, float]:
    """How many notices, megabytes of JSON, seconds and CPU seconds of this process."""
    began, used, planned, written = time.perf_counter(), time.process_time(), 0, 0
    async with office.push.read_plan(_TODAY) as (_telling, agenda, notices):
        async for notice in notices:
            planned += 1
            written += len(json.dumps(as_json(notice, agenda.rules.library), ensure_ascii=False))
    return planned, written // 2**20, time.perf_counter() - began, time.process_time() - used


async def measure(office: Office, database: Database) -> dict[str, float]:
    """What a plain day takes, shown, kept and planned again."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reminded, _mb, plan_s, plan_cpu = await show(office)
    began = time.perf_counter()
    counts = await office.push.plan_and_store(_TODAY, _SENDERS)
    keep_s = time.perf_counter() - began
    again, _mb, again_s, _cpu = await show(office)
    assert (counts, again) == ({"reminder": reminded}, 0), (counts, reminded, again)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    async with database.transaction() as drawers:
        people = int((await drawers.connection.execute(text("SELECT count(*) FROM people"))).scalar_one())
    return {
        "people": people,
        "reminded": reminded,
        "plan_s": round(plan_s, 2),
        "plan_cpu_s": round(plan_cpu, 2),
        "keep_s": round(keep_s, 2),
        "again_s": round(again_s, 2),
        "mb_more": round(grown, 1),
        "mb_all": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


async def measure_change(office: Office, database: Database) -> dict[str, float]:
    """What a day takes on which rules have changed, beside the bare verdicts of everybody."""
    await change(database, RulesScribe(office.reference))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    changed, written, changed_s, _cpu = await show(office)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    rules = (await office.rule_book()).on(_TODAY)
    held = [person async for person in office.stream_people(None)]
    began = time.perf_counter()
    for person in held:
        evaluate(person, rules)
    return {
        "changed": changed,
        "changed_s": round(changed_s, 2),
        "changed_mb_more": round(grown, 1),
        "changed_json_mb": written,
        "verdicts_s": round(time.perf_counter() - began, 2),
    }


async def run(people: int, *, is_plain: bool = False) -> dict[str, float]:
    """Fill a server of its own and measure."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as home, EmbeddedServer(Path(home)) as server:
        key = "a key for the benchmark only"
        settings = Settings(_env_file=None, database_url=server.url, home=Path(home) / "office", secret_key=key)
        async with open_database(server.url, vault=Vault([key])) as database:
            await migrate(database)
            await fill(database, people)
            async with open_office(settings, clock=FixedClock(_TODAY)) as office:
                plain = await measure(office, database)
                return plain if is_plain else {**plain, **await measure_change(office, database)}


if __name__ == "__main__":
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--people", type=int, default=10_000)
    wanted.add_argument("--plain", action="store_true")
    given = wanted.parse_args()
    use_catalogues(_LOCALES)
    print(json.dumps(asyncio.run(run(given.people, is_plain=given.plain))))
