"""What other systems read of the shared views, page by page, within units. The views stand in the migrations."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import UnitCode
from storage.characters import storable_values
from storage.records import DataHealth

_UNITS: Final = "(CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[])))"
# Somebody who has just moved stands in the verdicts with the unit that they left, until they are judged anew.
_STILL_THERE: Final = (
    "(CAST(:units AS text[]) IS NULL"
    " OR EXISTS (SELECT FROM people AS p WHERE p.code = person AND p.unit = ANY(CAST(:units AS text[]))))"
)
_CODES: Final = ("person", "criterion", "state", "round", "channel")
_GAPS: Final = (
    "person, unit, criterion, state, required, held_kind, held_level, counts_as, reason, deadline, deadline_included,"
    " last_day, safe_day, days_left, round, consequence, accountable, basis, changed_on, as_of, judged_at"
)
_DEADLINES: Final = (
    "person, unit, criterion, state, kind, deadline, deadline_included, last_day, safe_day, days_left, round, document,"
    " point, as_of, judged_at"
)
_DELIVERIES: Final = (
    "id, person, unit, kinds, stages, channel, state, reason, broadcast, due_at, done_at, arrived_at, acknowledged_at"
)
_FROM_GAPS: Final = f"SELECT {_GAPS} FROM compliance_gap_rows"  # noqa: S608  our own words
_FROM_DEADLINES: Final = f"SELECT {_DEADLINES} FROM compliance_deadline_rows"  # noqa: S608  our own words
_FROM_DELIVERIES: Final = f"SELECT {_DELIVERIES} FROM delivery_record_rows"  # noqa: S608  our own words
# The first half is what the index can be asked by.
_BY_PERSON: Final = "person >= :after_person AND (person, coalesce(criterion, '')) > (:after_person, :after_criterion)"
_HEALTH: Final = text("""
SELECT count(*),
    count(*) FILTER (WHERE s.judged_version IS DISTINCT FROM s.version OR s.as_of IS DISTINCT FROM :today
                     OR s.rules_version IS DISTINCT FROM (SELECT version FROM rules_version)),
    min(s.as_of), min(s.judged_at),
    (SELECT count(*) FROM verdicts WHERE CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[]))),
    (SELECT count(*) FROM compliance_gap_rows
     WHERE CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[])))
FROM standings s JOIN people p ON p.code = s.person
WHERE CAST(:units AS text[]) IS NULL OR p.unit = ANY(CAST(:units AS text[]))
""")

Row = Mapping[str, Any]


class SharedViewsDrawer:
    """Pages of the shared views. `units` None is everybody; `equal` holds column and value; `limit` rows at most."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_gaps(
        self, units: Collection[UnitCode] | None, equal: Row, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Row]:
        """What people still have to complete or to clear up, by person and criterion."""
        return await self._list(_FROM_GAPS, units, equal, [], after, limit)

    async def list_deadlines(
        self, units: Collection[UnitCode] | None, equal: Row, between: Row, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Row]:
        """Days ahead or passed, by person and criterion; `between` may name the first (`since`) and last (`until`)."""
        bounds = _bounds("last_day", between)
        return await self._list(_FROM_DEADLINES, units, equal, bounds, after, limit, **between)

    async def list_deliveries(
        self, units: Collection[UnitCode] | None, equal: Row, between: Row, after: int | None, limit: int
    ) -> Sequence[Row]:
        """Messages and what became of them, in the order in which they were kept; `between` bounds `due_at`."""
        bounds = [*_bounds("due_at", between), "id > :after"]
        ordered = f"{_FROM_DELIVERIES} WHERE {_conditions(equal, bounds)} ORDER BY id LIMIT :limit"
        return await self._read(ordered, units, equal, limit, after=after or 0, **between)

    async def find_health(self, units: Collection[UnitCode] | None, today: Any) -> DataHealth:
        """How well the kept verdicts of these units stand."""
        found = await self._connection.execute(_HEALTH, {"units": _listed(units), "today": today})
        return DataHealth(*found.one())

    async def _list(
        self,
        what: str,
        units: Collection[UnitCode] | None,
        equal: Row,
        bounds: Sequence[str],
        after: tuple[str, str] | None,
        limit: int,
        **values: Any,
    ) -> Sequence[Row]:
        conditions = _conditions(equal, [_STILL_THERE, *bounds, *([_BY_PERSON] if after is not None else [])])
        ordered = f"{what} WHERE {conditions} ORDER BY person, coalesce(criterion, '') LIMIT :limit"
        if after is not None:
            values |= {"after_person": after[0], "after_criterion": after[1]}
        return await self._read(ordered, units, equal, limit, **values)

    async def _read(
        self, order: str, units: Collection[UnitCode] | None, equal: Row, limit: int, **values: Any
    ) -> Sequence[Row]:
        given = {f"is_{name}": value for name, value in equal.items()} | values
        found = await self._connection.execute(
            text(order), storable_values(given) | values | {"units": _listed(units), "limit": limit}
        )
        return [dict(row) for row in found.mappings()]


def _conditions(equal: Row, bounds: Sequence[str]) -> str:
    """Column names are never those that a stranger wrote."""
    unknown = set(equal) - set(_CODES)
    if unknown:
        raise ValueError(f"no column to ask by: {sorted(unknown)}")
    return " AND ".join([_UNITS, *(f"{name} = :is_{name}" for name in equal), *bounds])


def _bounds(column: str, between: Row) -> list[str]:
    signs = {"since": ">=", "until": "<="}
    return [f"{column} {signs[name]} :{name}" for name in between]


def _listed(units: Collection[UnitCode] | None) -> list[str] | None:
    return sorted(units) if units is not None else None
