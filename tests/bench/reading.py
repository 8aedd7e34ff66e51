"""How long it takes to read one person, and everybody: 100,000 people with 400,000 credentials.

Run as: python -m tests.bench.reading [--people 100000] [--credentials 4]. The rows are made by the server itself.
"""

import asyncio
import json
import random
import resource
import statistics
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from knowledge.facts import PersonCode
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate

FILL = (
    "SET LOCAL statement_timeout = 0",
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
        " SELECT 'CB' || lpad(n::text, 7, '0'), 'kind_' || k, 'dai_hoc', 'Trường Mẫu', n || '-' || k,"
        " date '2005-01-01' + n % 5000, 'da_xac_minh' FROM generate_series(1, :people) n, generate_series(1, :each) k"
    ),
)


async def fill(database: Database, people: int, each: int) -> None:
    """A roster of this size, and the server's statistics about it."""
    async with database.transaction() as drawers:
        for order in FILL:
            await drawers.connection.execute(text(order), {"people": people, "each": each})
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))


async def measure(database: Database, people: int, looks: int = 2000) -> dict[str, float]:
    """Milliseconds to find one person in a transaction of its own, seconds to stream everybody, megabytes it took."""
    chosen = [PersonCode(f"CB{number:07}") for number in random.Random(1).choices(range(1, people + 1), k=looks)]  # noqa: S311  any people do
    times = []
    for code in chosen:
        began = time.perf_counter()
        async with database.transaction() as drawers:
            await drawers.profiles.find_person(code)
        times.append(time.perf_counter() - began)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    read = 0
    async with database.transaction() as drawers:
        async for person in drawers.profiles.stream_people(None):
            read += 1 + len(person.credentials)
    streamed = time.perf_counter() - began
    return {
        "find_p50_ms": round(statistics.median(times) * 1000, 2),
        "find_p99_ms": round(sorted(times)[int(looks * 0.99)] * 1000, 2),
        "stream_s": round(streamed, 2),
        "stream_rows": read,
        "stream_mb_more": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
    }


async def run(people: int, each: int) -> dict[str, float]:
    """Fill a server of its own and measure."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as home, EmbeddedServer(Path(home)) as server:
        async with open_database(server.url, vault=Vault(["a key for the benchmark only"])) as database:
            await migrate(database)
            await fill(database, people, each)
            return await measure(database, people)


if __name__ == "__main__":
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--people", type=int, default=100_000)
    wanted.add_argument("--credentials", type=int, default=4)
    chosen = wanted.parse_args()
    print(json.dumps(asyncio.run(run(chosen.people, chosen.credentials))))
