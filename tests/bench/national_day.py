"""A deadline day of the whole country: how long until everybody is told, by the number of bots, accounts and workers.

Run as: python -m tests.bench.national_day [--people 2000000] [--rows 1000000]. Three parts, in one table of JSON lines:

1. **Rows**, measured on a real server: bytes of a message with its notice, of a person with their record; how long a
   claim takes and what the figures of `/metrics` cost while the tables grow to `--rows` messages; how long it takes to
   delete the oldest tenth. From this the growth of a year is reckoned.
2. **The day**, simulated second by second by a clock of its own. Working hours, days off and daily allowances are the
   product's (`knowledge.sending_plan.plan_runs`); each identity leaves slots as its limiter row does, one every
   interval; workers and the database bear so many messages a second in all as `tests.drills.engine` measures. The
   provinces are invented: 34, the largest eight times the smallest.
3. **Questions** of the same day: whoever has been told asks with a chance, within hours; the doors answer so many a
   second as `tests.bench.answering` measures. Given are the longest queue and the longest wait.

Only what is marked `measured` is; everything else is reckoned from it.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from knowledge.calendar import WorkingCalendar
from knowledge.facts import PersonCode
from knowledge.library import Policy
from knowledge.loader import load_library
from knowledge.local_time import VIETNAM
from knowledge.sending_plan import Pace, plan_runs
from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.ledger import Ledger
from storage.migrating import migrate
from storage.records import NewDelivery, NewNotice, NoticeKind

MORNING = datetime(2026, 11, 23, 8, tzinfo=VIETNAM)
PROVINCES = 34
_LARGEST_TO_SMALLEST = 8.0
_REAL = 5_000  # messages put and ended by the product itself, whose rows are then multiplied
_IDENTITY = "telegram:1"
_YEAR = 24  # messages of a person in a year: reminders of stages, changes, broadcasts


@dataclass(frozen=True, slots=True)
class Way:
    """How the country sends: identities of each province with their pace and allowance; what bears it in all."""

    name: str
    identities: int
    per_second: float
    per_day: int | None = None
    in_all: float = 400.0  # messages a second that workers and database bear
    workers: int = 1


WAYS = (
    Way("one bot for all", 1, 27),
    Way("4 bots for all", 4, 27),
    Way("one bot of each province", PROVINCES, 27, workers=1),
    Way("one bot of each province, 2 workers on 2 cores", PROVINCES, 27, in_all=700, workers=2),
    Way("one bot of each province, 4 machines", PROVINCES, 27, in_all=1600, workers=4),
    Way("one Official Account of each province, 20/s", PROVINCES, 20, workers=1),
    Way("one Official Account of each province, 20/s, 20,000 a day", PROVINCES, 20, per_day=20_000),
)


def sizes(people: int) -> list[int]:
    """The officials of each province, the largest first."""
    weights = [exp(-n / (PROVINCES - 1) * 2.0794) for n in range(PROVINCES)]  # e^-2.0794 is an eighth
    shares = [round(people * one / sum(weights)) for one in weights]
    shares[0] += people - sum(shares)
    return shares


def queues(people: int, way: Way) -> list[int]:
    """How many messages each identity has: its province's, or an equal part of all."""
    if way.identities == PROVINCES:
        return sizes(people)
    return [people // way.identities + (n < people % way.identities) for n in range(way.identities)]


def alone(count: int, way: Way, calendar: WorkingCalendar, policy: Policy) -> datetime:
    """When the last message of one identity leaves if nothing else is in its way, by the product's own plan."""
    return plan_runs(count, Pace(way.per_second, way.per_day), MORNING, calendar, policy)[-1].ends_at


def simulate(people: int, way: Way, calendar: WorkingCalendar, policy: Policy) -> dict[str, Any]:
    """The day, second by second of working time: identities take slots, and share what is borne in all."""
    left = [float(one) for one in queues(people, way)]
    told: list[tuple[datetime, float]] = []
    ended: dict[int, datetime] = {}
    for day, seconds in _working_days(calendar, policy):
        room = [min(one, float(way.per_day)) if way.per_day is not None else one for one in left]
        for step in range(0, seconds, _STEP):
            wishes = [min(one, way.per_second * _STEP) for one in room]
            wished = sum(wishes)
            if wished <= 0:
                break
            share = min(1.0, way.in_all * _STEP / wished)
            now = day + timedelta(seconds=step + _STEP)
            for n, wish in enumerate(wishes):
                left[n] -= wish * share
                room[n] -= wish * share
                if left[n] < 1 and n not in ended:
                    ended[n] = now
            told.append((now, wished * share))
        if all(one < 1 for one in left):
            break
    moments = sorted(ended.values())
    return {
        "way": way.name,
        "half_told_after": _hours(_when(told, people / 2)),
        "all_told_after": _hours(moments[-1]),
        "working_days": len({one.date() for one in moments} | {at.date() for at, _n in told}),
        "first_identity_done": _hours(moments[0]),
        "largest_alone": _hours(alone(max(queues(people, way)), way, calendar, policy)),
        "most_per_second": round(max(n for _at, n in told) / _STEP),
        "_told": told,
    }


_STEP = 5


def _working_days(calendar: WorkingCalendar, policy: Policy) -> Iterator[tuple[datetime, int]]:
    day = MORNING.date()
    while True:
        begin = datetime.combine(day, policy.hours[0], tzinfo=VIETNAM)
        begin = max(begin, MORNING)
        end = datetime.combine(day, policy.hours[1], tzinfo=VIETNAM)
        yield begin, int((end - begin).total_seconds())
        day = calendar.first_working_day_on_or_after(day + timedelta(days=1))


def _when(told: Sequence[tuple[datetime, float]], count: float) -> datetime:
    done = 0.0
    for at, n in told:
        done += n
        if done >= count:
            return at
    return told[-1][0]


def _hours(moment: datetime) -> float:
    return round((moment - MORNING).total_seconds() / 3600, 2)


def ask(told: Sequence[tuple[datetime, float]], *, chance: float, within: float, per_second: float) -> dict[str, Any]:
    """The queue of questions: whoever is told asks with this chance, most of them soon (mean `within` hours)."""
    first, waiting, longest, worst, asked = told[0][0], 0.0, 0.0, 0.0, 0.0
    pending, fade = 0.0, 1 - exp(-_STEP / (within * 3600))
    by_step = {int((at - first).total_seconds()) // _STEP: n for at, n in told}
    for step in range(24 * 3600 // _STEP):
        pending += by_step.get(step, 0.0) * chance
        come = pending * fade
        pending -= come
        asked += come
        waiting = max(0.0, waiting + come - per_second * _STEP)
        longest = max(longest, waiting)
        worst = max(worst, waiting / per_second)
    return {
        "questions": round(asked), "answers_per_second": per_second, "longest_queue": round(longest),
        "longest_wait_s": round(worst, 1),
    }  # fmt: skip


# --- rows


async def measure_rows(rows: int) -> list[dict[str, Any]]:
    """What rows take and cost, on a server as `nhacchuan` starts it."""
    from tests.bench.planning import fill

    found: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="nhacchuan-day-") as folder, EmbeddedServer(Path(folder)) as server:
        async with open_database(
            server.url, vault=Vault(["a key for benches only"]), statement_timeout=timedelta()
        ) as db:
            await migrate(db)
            await fill(db, 20_000)
            found.append(
                {"measured": "bytes of a person with 4 credentials", "bytes": await _size(db, _OF_PEOPLE) // 20_000}
            )
            put = await _put_real(db)
            found.append({"measured": "messages put into the outbox a second", "per_second": round(put)})
            await _end(db)
            each = await _size(db, _OF_MESSAGES) / _REAL
            found.append({"measured": "bytes of a message with its notice, indexes included", "bytes": round(each)})
            for many in sorted({_REAL, rows // 10, rows}):
                await _multiply(db, many)
                found.append(await _cost(db, many))
            found.append(await _delete_old(db))
            found.append(
                {"measured": "bytes of a message when there are many", "bytes": await _size(db, _OF_MESSAGES) // rows}
            )
    return found


_OF_PEOPLE = ("people", "credentials", "accounts", "standings")
_OF_MESSAGES = ("deliveries", "notices", "carried")
_ENDED = """
UPDATE deliveries SET state = 'delivered', started_at = now(), done_at = now(), provider_id = (1000000 + id)::text,
    slot_at = now(), claimed_by = '1234.0123456789abcdef0123456789abcdef', attempts = 1
"""
_MORE = """
WITH d AS (
    INSERT INTO deliveries (person, sender, channel, address, locale, state, urgency, due_at, merge_day, attempts,
        slot_at, claimed_by, started_at, done_at, provider_id)
    SELECT person, sender, channel, address, locale, state, urgency, due_at - interval '1 day' * c,
        merge_day - c, attempts,
        slot_at - interval '1 day' * c, claimed_by, started_at - interval '1 day' * c, done_at - interval '1 day' * c,
        (id * 100000 + c)::text
    FROM (SELECT * FROM deliveries ORDER BY id LIMIT CAST(:real AS integer)) x,
        generate_series(CAST(:first AS integer), CAST(:last AS integer)) c
    RETURNING id, person, due_at
), n AS (
    INSERT INTO notices (kind, key, stage, about, payload, made_at)
    SELECT 'reminder', 'copy:' || d.id, 'T-30', ARRAY[d.person],
        '{"source": "DOT-1", "criterion": "ngoai_ngu"}', d.due_at FROM d
    RETURNING id, key
)
INSERT INTO carried (delivery, notice) SELECT substr(key, 6)::bigint, id FROM n
"""
_WAITING = """
INSERT INTO deliveries (person, sender, channel, address, locale, due_at, merge_day)
SELECT 'CB' || lpad((n % 20000 + 1)::text, 7, '0'), 'telegram:2', 'telegram', n::text, 'vi', '2026-11-23',
    date '2027-01-01' + n / 20000
FROM generate_series(1, CAST(:count AS integer)) n
"""


async def _size(database: Database, tables: Sequence[str]) -> int:
    async with database.transaction() as drawers:
        order = "SELECT sum(pg_total_relation_size(t::regclass))::bigint FROM unnest(CAST(:tables AS text[])) t"
        return int(await drawers.connection.scalar(text(order), {"tables": list(tables)}) or 0)


async def _put_real(database: Database) -> float:
    now = MORNING
    began = time.perf_counter()
    parcels = [
        (
            NewDelivery(PersonCode(f"CB{n:07}"), now, _IDENTITY, "telegram", str(n), merge_day=now.date()),
            [_notice(n)],
        )
        for n in range(1, _REAL + 1)
    ]
    async with database.transaction() as drawers:
        assert await drawers.outbox.put_many(parcels, now) == _REAL
    return _REAL / (time.perf_counter() - began)


def _notice(n: int) -> NewNotice:
    code = PersonCode(f"CB{n:07}")
    payload = {"source": "DOT-1", "criterion": "ngoai_ngu", "deadline": "2026-12-31"}
    return NewNotice(NoticeKind.REMINDER, f"reminder:{code}:DOT-1:ngoai_ngu:T-30", "T-30", (code,), payload)


async def _do(database: Database, order: str, **values: Any) -> None:
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(order), values)


async def _end(database: Database) -> None:
    await _do(database, _ENDED)
    await _do(database, "VACUUM FULL deliveries")
    await _do(database, "VACUUM ANALYZE")


async def _multiply(database: Database, many: int) -> None:
    async with database.transaction() as drawers:
        there = int(
            await drawers.connection.scalar(text("SELECT count(*) FROM deliveries WHERE sender = 'telegram:1'")) or 0
        )
        first, last = there // _REAL, many // _REAL - 1
        if last >= first:
            await drawers.connection.execute(text(_MORE), {"real": _REAL, "first": first, "last": last})
    await _do(database, "VACUUM ANALYZE deliveries")
    await _do(database, "ANALYZE notices, carried")


async def _cost(database: Database, many: int) -> dict[str, Any]:
    """Claims of a queue beside so many that have ended, and what is asked every few seconds."""
    async with database.transaction() as drawers:
        await drawers.connection.execute(text("DELETE FROM deliveries WHERE sender = 'telegram:2'"))
        await drawers.connection.execute(text(_WAITING), {"count": 20_000})
        await drawers.pace.set("telegram:2", per_second=0)
    ledger = Ledger(database)
    claims = []
    for _each in range(30):
        began = time.perf_counter()
        assert (await ledger.claim("telegram:2", MORNING, 64)).claims
        claims.append(time.perf_counter() - began)
    await ledger.close()
    return {
        "measured": f"beside {many:,} messages that have ended",
        "claim_of_64_ms": round(median(claims) * 1000, 1),
        "queues_ms": await _timed(database, lambda drawers: drawers.outbox.list_queues(MORNING)),
        "states_ms": await _timed(database, lambda drawers: drawers.fleet.count_states(MORNING)),
        "due_ms": await _timed(database, lambda drawers: drawers.outbox.list_senders_due(MORNING)),
    }


async def _timed(database: Database, ask_for: Any) -> float:
    took = []
    for _each in range(3):
        async with database.transaction() as drawers:
            began = time.perf_counter()
            await ask_for(drawers)
            took.append(time.perf_counter() - began)
    return round(median(took) * 1000, 1)


async def _delete_old(database: Database) -> dict[str, Any]:
    """The oldest tenth, in one go: what partitions by time would make quick."""
    order = (
        "WITH old AS (SELECT id FROM deliveries WHERE sender = 'telegram:1' ORDER BY due_at LIMIT"
        " (SELECT count(*) / 10 FROM deliveries)), gone AS (DELETE FROM deliveries d USING old WHERE d.id = old.id"
        " RETURNING d.id) SELECT count(*) FROM gone"
    )
    began = time.perf_counter()
    async with database.transaction() as drawers:
        gone = int(await drawers.connection.scalar(text(order)) or 0)
    return {"measured": "deleting the oldest tenth", "rows": gone, "seconds": round(time.perf_counter() - began, 1)}


def main() -> None:
    """Print the figures, one line of JSON each, and those that stand for all in the last."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=2_000_000)
    words.add_argument("--rows", type=int, default=1_000_000)
    words.add_argument("--answers", type=float, default=100, help="answers a second of one machine")
    words.add_argument("--no-rows", action="store_true")
    asked = words.parse_args()
    library = load_library()
    calendar, policy = WorkingCalendar(library.calendar), library.policy
    hours: dict[str, float] = {}
    figures: dict[str, float] = {}
    for way in WAYS:
        found = simulate(asked.people, way, calendar, policy)
        told = found.pop("_told")
        hours[way.name] = found["all_told_after"]
        print(json.dumps(found, ensure_ascii=False))
        if way.name.endswith(("each province", "4 machines")):
            for chance, within in ((0.2, 2.0), (0.5, 0.5)):
                for per_second in (asked.answers / 2, asked.answers, 2 * asked.answers):
                    answered = ask(told, chance=chance, within=within, per_second=per_second)
                    print(json.dumps({"way": way.name, "asks": chance, "within_h": within, **answered}))
    if not asked.no_rows:
        lines = asyncio.run(measure_rows(asked.rows))
        for line in lines:
            print(json.dumps(line, ensure_ascii=False))
        message, person = lines[-1]["bytes"], lines[0]["bytes"]
        print(json.dumps({
            "reckoned": f"{asked.people:,} officials", "roster_gb": round(asked.people * person / 1e9, 1),
            "messages_gb_a_year": round(asked.people * _YEAR * message / 1e9, 1), "messages_each_a_year": _YEAR,
            "one_day_of_all_gb": round(asked.people * message / 1e9, 2),
        }))  # fmt: skip
        figures["claim_of_64_ms"] = [line["claim_of_64_ms"] for line in lines if "claim_of_64_ms" in line][-1]
    by_provinces = hours["one bot of each province, 4 machines"]
    print(json.dumps({"one_bot_h": hours["one bot for all"], "provinces_h": by_provinces, **figures}))


if __name__ == "__main__":
    main()
