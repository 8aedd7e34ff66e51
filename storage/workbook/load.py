"""`nhacchuan load`: one workbook into the store in one transaction, or nothing at all."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import TerritoryCode, UnitCode
from knowledge.library import Library
from storage.database import Database
from storage.drawers import Drawers
from storage.driver import driver_of
from storage.encryption import Vault
from storage.told_rules import Scribe, begin_telling, settle_told
from storage.workbook.checking import Checks
from storage.workbook.known import Known, UnitLinks
from storage.workbook.limits import ONE_AT_A_TIME
from storage.workbook.merging import SheetReport, list_heads_leaving, list_units_missed, list_waiting_again, merge
from storage.workbook.opening import open_workbook
from storage.workbook.problems import Problem, ProblemKind, ProblemLog, UnreadableError
from storage.workbook.reading import DeclaredRow, Found, find_sheets, read_rows
from storage.workbook.sheets import CREDENTIALS, PEOPLE, STANDARDS, UNITS
from storage.workbook.staging import SHELVES, Shelf

Progress = Callable[[str, int], None]

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, would do (`is_rehearsal`), or why it did nothing: then `problems` holds the first of them."""

    sheets: tuple[SheetReport, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    warnings: tuple[Problem, ...] = ()
    declared_documents: tuple[str, ...] = ()
    is_rehearsal: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether nothing was changed because something is wrong."""
        return self.problem_count > 0

    @property
    def has_changes(self) -> bool:
        """Whether the store differs from before."""
        return any(one.added or one.changed or one.removed for one in self.sheets)


class _TakenBackError(Exception):
    """Ends the transaction without a trace."""


async def load_workbook(  # noqa: PLR0913 (a command with all that it touches named)
    database: Database,
    path: Path,
    library: Library,
    home_territory: TerritoryCode,
    vault: Vault,
    *,
    dry_run: bool,
    replace: frozenset[str],
    progress: Progress,
    now: datetime,
    actor: str,
    scribe: Scribe | None = None,
) -> LoadReport:
    """Load an .xlsx file or a folder of .csv files: all of it, or nothing and every problem found.

    `replace` names sheets whose stored rows go if the file does not have them. `progress` hears the sheet and how many
    of its rows were read. A rehearsal (`dry_run`) does everything and then takes it back. With a `scribe` the first
    load that brings people makes the rules those that people are told by; nobody is told of their own first rules.
    """
    log = ProblemLog()
    outcome = LoadReport()
    try:
        with open_workbook(path) as raw:
            found = find_sheets(raw, path.name, log)
            log.extend(_without_sheet(found, replace))
            async with database.transaction() as drawers:
                await _prepare(drawers.connection)
                if scribe is not None:
                    await begin_telling(drawers.told, drawers.rules, scribe, now)
                known = await _read_known(drawers.connection, replace)
                checks = Checks(library, known, log, home=home_territory, today=now.date())
                await _stage(drawers.connection, read_rows(found, library, checks, log), vault, log, progress)
                outcome = await _store(drawers, found, checks, log, replace, now)
                _ensure(not log)
                await drawers.connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                _ensure(not dry_run)
                if scribe is not None:
                    await settle_told(drawers.told, drawers.rules, scribe, now)
                await drawers.audit.record(actor, "load", "workbook", now, _audit_details(outcome, replace))
    except UnreadableError as unreadable:
        log.add(unreadable.problem)
    except _TakenBackError:
        pass
    if log:
        return LoadReport(problems=_in_reading_order(log), problem_count=log.count, is_rehearsal=dry_run)
    return LoadReport(
        sheets=outcome.sheets,
        warnings=outcome.warnings,
        declared_documents=outcome.declared_documents,
        is_rehearsal=dry_run,
    )


def _in_reading_order(log: ProblemLog) -> tuple[Problem, ...]:
    """As the sheets and rows stand in the contract; what concerns the whole file comes first."""
    places = {name: place for place, name in enumerate(SHELVES)}
    return tuple(sorted(log, key=lambda problem: (places.get(problem.sheet, -1), problem.row or 0)))


def _ensure(may_go_on: bool) -> None:  # noqa: FBT001 (it is the whole question)
    if not may_go_on:
        raise _TakenBackError


def _without_sheet(found: Found, replace: frozenset[str]) -> Iterator[Problem]:
    for name in sorted(replace):
        if name not in SHELVES:
            yield Problem(name, ProblemKind.UNKNOWN_SHEET, expected=tuple(SHELVES))
        elif name not in found:
            yield Problem(name, ProblemKind.REPLACE_WITHOUT_SHEET)


async def _prepare(connection: AsyncConnection) -> None:
    """Only one load at a time; and a large one may take longer than any single question to the database may."""
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})


async def _read_known(connection: AsyncConnection, replace: frozenset[str]) -> Known:
    units: dict[str, UnitLinks] = {}
    people = {}
    groups: set[str] = set()
    if UNITS.name not in replace:
        for code, parent, successor in await connection.execute(text("SELECT code, parent, successor FROM units")):
            units[code] = UnitLinks(_unit(parent), _unit(successor))
    if PEOPLE.name not in replace:
        stored = await connection.execute(text("SELECT code, born_on FROM people"))
        people = {row.code: row.born_on for row in stored}
        groups |= set(await connection.scalars(text("SELECT DISTINCT position_group FROM people")))
    if STANDARDS.name not in replace:
        groups |= set(await connection.scalars(text("SELECT DISTINCT position_group FROM standards")))
    declared = await connection.scalars(text("SELECT number FROM declared_documents ORDER BY declared_at, number"))
    return Known(units, people, frozenset(groups), tuple(declared))


def _unit(code: str | None) -> UnitCode | None:
    return None if code is None else UnitCode(code)


async def _stage(
    connection: AsyncConnection,
    rows: Iterable[tuple[Any, DeclaredRow]],
    vault: Vault,
    log: ProblemLog,
    progress: Progress,
) -> None:
    """Copy the good rows of every sheet to its temporary table; once something is wrong, only read on."""
    for shelf in SHELVES.values():
        columns = ", ".join(shelf.columns)
        await connection.execute(
            text(
                f"CREATE TEMPORARY TABLE {shelf.staged} ON COMMIT DROP AS SELECT {columns}"  # noqa: S608 (our own names)
                f" FROM {shelf.table.name} WITH NO DATA"
            )
        )
    for sheet, of_sheet in groupby(rows, key=lambda pair: pair[0].name):
        shelf, done = SHELVES[sheet], 0
        async with _copying(connection, shelf) as copy:
            while batch := list(islice(of_sheet, _BATCH)):
                for _, row in batch:
                    if not log:
                        await copy.write_row(shelf.values(row.value, vault))
                done += len(batch)
                progress(sheet, done)
        await connection.execute(text(f"ANALYZE {shelf.staged}"))


@asynccontextmanager
async def _copying(connection: AsyncConnection, shelf: Shelf) -> AsyncIterator[psycopg.AsyncCopy]:
    driver = await driver_of(connection)
    columns = ", ".join(shelf.columns)
    async with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {shelf.staged} ({columns}) FROM STDIN".encode()) as copy,
    ):
        yield copy


async def _store(
    drawers: Drawers, found: Found, checks: Checks, log: ProblemLog, replace: frozenset[str], now: datetime
) -> LoadReport:
    """Merge what was staged. Problems that only the merged store shows are added to the log."""
    _ensure(not log)
    connection = drawers.connection
    names = ", ".join(shelf.table.name for shelf in SHELVES.values())
    await connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    reports = []
    for name, shelf in SHELVES.items():
        if name not in found or name not in found.columns:
            continue
        if shelf.sheet is PEOPLE and name in replace:
            log.extend(await list_heads_leaving(connection, shelf))
        if shelf.sheet is CREDENTIALS and "trang_thai" in found.columns[name]:
            room = log.kept_at_most - len(checks.warnings)
            checks.warnings += await list_waiting_again(connection, shelf, room)
        reports.append(await merge(connection, shelf, found.columns[name], replace=name in replace))
    if UNITS.name in replace:
        log.extend(await list_units_missed(connection))
    if checks.documents.new:
        await connection.execute(
            text("INSERT INTO declared_documents (number, declared_at) VALUES (:number, :at) ON CONFLICT DO NOTHING"),
            [{"number": number, "at": now} for number in checks.documents.new],
        )
    return LoadReport(
        sheets=tuple(reports), warnings=tuple(checks.warnings), declared_documents=tuple(checks.documents.new)
    )


def _audit_details(outcome: LoadReport, replace: frozenset[str]) -> dict[str, Any]:
    counts = {
        f"{one.sheet}.{word}": number
        for one in outcome.sheets
        for word, number in (("added", one.added), ("changed", one.changed), ("removed", one.removed))
        if number
    }
    return {**counts, "replace": sorted(replace)} if replace else counts
