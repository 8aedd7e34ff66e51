"""How long it takes to find whom a change of the rules touches: 10,000 people judged by the old rules and by the new.

Run as: python -m tests.bench.planning [--people 10000]. A standard, a row and a round change at once; beside it, in the
same process, a bare loop of two verdicts for each of the same people held in memory.
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

from bot.commands.planning import notice_as_json
from bot.telling import Telling, list_change_notices
from bot.wiring import Reference, RulesScribe
from handlers.phrases import use_catalogues
from knowledge.calendar import WorkingCalendar
from knowledge.changes import Difference
from knowledge.evaluate import evaluate
from knowledge.facts import TerritoryCode
from knowledge.loader import load_library
from knowledge.rules_serialised import fingerprint_of, read_rules
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate

_TODAY = date(2026, 11, 21)
_NOW = datetime(2026, 11, 21, 1, tzinfo=UTC)
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
    "INSERT INTO rounds (code, name, document, deadline) VALUES ('DOT-1', 'Đợt mẫu', '03/MẪU-UBND', '2026-12-31')",
)
_CHANGE = (
    "UPDATE standards SET minimum = 'thac_si' WHERE criterion = 'hoc_van'",
    "UPDATE recognition SET months_valid = 24",
    "UPDATE rounds SET deadline = '2027-03-31'",
)


async def fill(database: Database, scribe: RulesScribe, people: int) -> None:
    """A roster of this size that was told by its rules, of which some then changed."""
    async with database.transaction() as drawers:
        for order in _FILL:
            await drawers.connection.execute(text(order), {"people": people} if ":people" in order else {})
        await drawers.told.advance(scribe.write(await drawers.rules.load()), _NOW)
    async with database.transaction() as drawers:
        for order in _CHANGE:
            await drawers.connection.execute(text(order))
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))


async def measure(database: Database, reference: Reference) -> dict[str, float]:
    """Seconds to plan everybody and megabytes it took; seconds of twice as many bare verdicts."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, planned, written = time.perf_counter(), 0, 0
    async with database.transaction() as drawers:
        await drawers.told.see_one_moment()
        last = await drawers.told.find_last()
        assert last is not None
        now = reference.rule_book(await drawers.rules.load())
        told = read_rules(last.rules.form, last.rules.content)
        people = drawers.profiles.stream_people_there(last.number, ("telegram",))
        telling = Telling(now, fingerprint_of(now), people, told, last.rules.fingerprint, last.told_at)
        difference = Difference(told, now, _TODAY)
        async for notice in list_change_notices(telling, difference):
            planned += 1
            written += len(json.dumps(notice_as_json(notice, difference.after.library), ensure_ascii=False))
    seconds = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    async with database.transaction() as drawers:
        held = [person async for person in drawers.profiles.stream_people(None)]
    began = time.perf_counter()
    for person in held:
        evaluate(person, difference.before)
        evaluate(person, difference.after)
    return {
        "people": len(held),
        "changed": planned,
        "plan_s": round(seconds, 2),
        "verdicts_s": round(time.perf_counter() - began, 2),
        "plan_mb_more": round(grown, 1),
        "json_mb": round(written / 2**20, 1),
    }


async def run(people: int) -> dict[str, float]:
    """Fill a server of its own and measure."""
    library = load_library()
    reference = Reference(library, WorkingCalendar(library.calendar), TerritoryCode("hung-yen"))
    with TemporaryDirectory(prefix="nhacchuan-bench-") as home, EmbeddedServer(Path(home)) as server:
        async with open_database(server.url, vault=Vault(["a key for the benchmark only"])) as database:
            await migrate(database)
            await fill(database, RulesScribe(reference), people)
            return await measure(database, reference)


if __name__ == "__main__":
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--people", type=int, default=10_000)
    use_catalogues(_LOCALES)
    print(json.dumps(asyncio.run(run(wanted.parse_args().people))))
