"""What a change of the rules costs the verdicts that are kept: how many people are judged again, and in how long.

Run as: python -m tests.bench.refreshing [--people 100000]. A province that is judged, then one thing changed at a time:
a round of one unit, a row of recognition, a standard of one position group; beside them what judging everybody takes.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bot.clock import FixedClock
from bot.settings import Settings
from bot.wiring import Office, open_office
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.bench.planning import _TODAY, fill

_KEY = "a key for the benchmark only"
_SPREAD = (
    "UPDATE people SET position_group = 'cv' || substr(code, 7)::int % 20",
    (
        "INSERT INTO standards (position_group, criterion, valid_from, minimum, document) SELECT 'cv' || n, criterion,"
        " valid_from, minimum, document FROM standards, generate_series(0, 19) n WHERE position_group = 'cv'"
    ),
    (
        "INSERT INTO rounds (code, name, document, deadline, units) VALUES"
        " ('DOT-2', 'Đợt của một đơn vị', '03/MẪU-UBND', '2026-12-15', ARRAY['U7'])"
    ),
    ("UPDATE credentials SET kind = 'toeic', level = '450' WHERE kind = 'ielts' AND substr(person, 7)::int % 50 = 0"),
    (
        "INSERT INTO recognition (document, criterion, kind, counts_as, level_from, months_valid)"
        " VALUES ('01/MẪU-UBND', 'ngoai_ngu', 'toeic', 'bac_3', '450', 24)"
    ),
)
CHANGES = {
    "round": "UPDATE rounds SET deadline = '2026-12-20' WHERE code = 'DOT-2'",
    "row": "UPDATE recognition SET months_valid = 36 WHERE kind = 'toeic'",
    "standard": "UPDATE standards SET minimum = 'thac_si' WHERE position_group = 'cv3' AND criterion = 'hoc_van'",
    "round_of_all": "UPDATE rounds SET deadline = '2027-01-31' WHERE code = 'DOT-1'",
}


TOUCHED = {
    "round": "SELECT count(*) FROM people WHERE unit = 'U7'",
    "row": "SELECT count(DISTINCT person) FROM credentials WHERE kind = 'toeic'",
    "standard": "SELECT count(*) FROM people WHERE position_group = 'cv3'",
    "round_of_all": "SELECT count(*) FROM people",
}


async def measure(office: Office) -> dict[str, float]:
    """How many each change touches and were judged anew, and seconds of it; `all` is everybody for the first time."""
    judge = office.make_judge()
    found: dict[str, float] = {}
    for name, order in {"all": None, **CHANGES}.items():
        if order is not None:
            async with office.open_cabinet() as cabinet:
                await cabinet.connection.execute(text(order))
                found[f"{name}_touched"] = (await cabinet.connection.execute(text(TOUCHED[name]))).scalar_one()
        began, used = time.perf_counter(), time.process_time()
        found[f"{name}_people"] = await judge.refresh()
        found[f"{name}_s"] = round(time.perf_counter() - began, 2)
        found[f"{name}_cpu_s"] = round(time.process_time() - used, 2)
    return found


async def run(people: int) -> dict[str, float]:
    """Over a server of its own."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder, EmbeddedServer(Path(folder)) as server:
        settings = Settings(_env_file=None, database_url=server.url, home=Path(folder) / "office", secret_key=_KEY)
        async with open_database(server.url, vault=Vault([_KEY])) as database:
            await migrate(database)
            await fill(database, people)
            async with database.transaction() as drawers:
                for order in _SPREAD:
                    await drawers.connection.execute(text(order))
            async with open_office(settings, clock=FixedClock(_TODAY)) as office:
                return await measure(office)


if __name__ == "__main__":
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=100_000)
    print(json.dumps(asyncio.run(run(words.parse_args().people))))
