"""The verdicts of everybody as they stand, kept so that lists and counts need not judge anybody.

Triggers note whose record has moved; whoever refreshes asks who waits, judges them and brings what was found. A kept
verdict is written again only when something in it differs.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Text,
    all_,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, UnitCode
from knowledge.folding import fold_words
from knowledge.touched import Touched
from storage.characters import storable
from storage.driver import driver_of
from storage.records import (
    Freshness,
    Funnel,
    Judged,
    ListedPerson,
    PeopleOrder,
    PeopleWanted,
    Sums,
    VerdictChange,
    VerdictRow,
)
from storage.tables import (
    credentials,
    exemptions,
    people,
    rules_version,
    standings,
    verdict_days,
    verdict_history,
    verdict_rules,
    verdicts,
)

_REFRESHING: Final = 0x6E630018  # the advisory lock of whoever refreshes
_OF_OTHER_RULES: Final = -1  # in place of a number: what was judged is not true any more
GAPS: Final = frozenset({"pending", "undetermined", "expired", "not_recognised", "missing"})
_COLUMNS: Final = tuple(column.name for column in verdicts.c if column.name != "changed_on")
_VALUES: Final = attrgetter(*_COLUMNS)
_JSON: Final = json.JSONEncoder(default=str)
_TYPED: Final = ", ".join(
    f"{name} {kind}"
    for name, kind in (
        ("person", "text"), ("criterion", "text"), ("unit", "text"), ("required", "text"), ("state", "text"),
        ("reason", "text"), ("held_kind", "text"), ("held_level", "text"), ("counts_as", "text"),
        ("held_until", "date"), ("deadline", "date"), ("deadline_included", "boolean"), ("last_day", "date"),
        ("safe_day", "date"), ("round", "text"), ("consequence", "text"), ("accountable", "text"), ("basis", "jsonb"),
        ("deadline_basis", "jsonb"),
    )
)  # fmt: skip
_NAMES: Final = ", ".join(_COLUMNS)
_OTHERS: Final = tuple(name for name in _COLUMNS if name not in {"person", "criterion"})
_FOUND: Final = f"(SELECT {_NAMES} FROM json_to_recordset(%(rows)s::json) AS found({_TYPED})) AS found"  # noqa: S608
_REMEMBER: Final = f"""
INSERT INTO verdict_history (person, criterion, on_day, state_before, state_after, deadline_before, deadline_after,
                             rules_version)
SELECT coalesce(found.person, v.person), coalesce(found.criterion, v.criterion), %(day)s, v.state, found.state,
    v.deadline, found.deadline, %(rules)s
FROM {_FOUND} FULL JOIN (SELECT * FROM verdicts WHERE person = ANY(%(codes)s)) AS v
    ON v.person = found.person AND v.criterion = found.criterion
JOIN standings s ON s.person = coalesce(found.person, v.person) AND s.judged_version IS NOT NULL
WHERE (v.state, v.deadline) IS DISTINCT FROM (found.state, found.deadline)
ORDER BY 1, 2
"""  # noqa: S608 (names of our own columns)
_REMOVE: Final = f"""
DELETE FROM verdicts v WHERE person = ANY(%(codes)s)
AND NOT EXISTS (SELECT FROM {_FOUND} WHERE found.person = v.person AND found.criterion = v.criterion)
"""  # noqa: S608
_STORE: Final = f"""
INSERT INTO verdicts ({_NAMES}, changed_on) SELECT {_NAMES}, %(day)s FROM {_FOUND}
ON CONFLICT (person, criterion) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _OTHERS)},
    changed_on = CASE WHEN (verdicts.state, verdicts.deadline) IS DISTINCT FROM (excluded.state, excluded.deadline)
                 THEN excluded.changed_on ELSE verdicts.changed_on END
WHERE ({", ".join(f"verdicts.{name}" for name in _OTHERS)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _OTHERS)})
"""  # noqa: S608
_DIGESTS: Final = "SELECT person, digest FROM standings WHERE person = ANY(%(codes)s)"
_DATE: Final = """
UPDATE standings s SET judged_version = found.version, rules_version = %(rules)s, as_of = %(day)s, judged_at = %(at)s,
    gaps = found.gaps, due_on = found.due_on, sort_name = found.sort_name, digest = decode(found.digest, 'hex')
FROM json_to_recordset(%(people)s::json)
    AS found(person text, version bigint, gaps smallint, due_on date, sort_name text, digest text)
WHERE s.person = found.person
"""
_COUNT_DAY: Final = text("""
INSERT INTO verdict_days (day, unit, criterion, state, people)
SELECT :day, unit, criterion, state, count(*) FROM verdicts GROUP BY unit, criterion, state
""")
_FUNNEL: Final = text("""
WITH within AS (
    SELECT code FROM people WHERE CAST(:units AS text[]) IS NULL OR unit = ANY(CAST(:units AS text[]))
), told AS (
    SELECT d.person, bool_or(d.acknowledged_at IS NOT NULL) AS is_acknowledged
    FROM deliveries d JOIN within w ON w.code = d.person
    WHERE d.state = 'delivered' AND d.done_at >= CAST(:since AS date) AND EXISTS (
        SELECT FROM carried c JOIN notices n ON n.id = c.notice
        WHERE c.delivery = d.id AND c.dropped IS NULL AND n.kind = 'reminder'
    )
    GROUP BY d.person
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM told WHERE is_acknowledged),
    (SELECT count(DISTINCT s.person) FROM study_records s JOIN within w ON w.code = s.person
     WHERE s.assigned_on >= CAST(:since AS date)),
    (SELECT count(DISTINCT h.person) FROM verdict_history h JOIN within w ON w.code = h.person
     WHERE h.on_day >= CAST(:since AS date)
     AND h.state_before IN ('pending', 'undetermined', 'expired', 'not_recognised', 'missing')
     AND h.state_after IN ('met', 'expiring', 'exempt'))
""")


class VerdictsDrawer:
    """Verdicts that are kept, and the lists and counts that are made of them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # --- keeping them true

    async def stand_under(self) -> tuple[int, int]:
        """The number of the rules last looked at, and that from which on kept verdicts are true under them."""
        found = await self._connection.execute(select(verdict_rules.c.looked_at, verdict_rules.c.since))
        looked_at, since = found.one()
        return int(looked_at), int(since)

    async def look_at(self, rules: int, touched: Touched) -> int:
        """Have whoever is touched by these rules wait to be judged; from which number on the others' stand."""
        if touched.everybody:
            await self._connection.execute(update(verdict_rules).values(looked_at=rules, since=rules))
            return rules
        for condition in _touched(touched):
            await self._connection.execute(
                update(standings)
                .where(standings.c.person == people.c.code, standings.c.rules_version.is_not(None), condition)
                .values(rules_version=_OF_OTHER_RULES)
            )
        await self._connection.execute(update(verdict_rules).values(looked_at=rules))
        return (await self.stand_under())[1]

    async def begin_refresh(self) -> bool:
        """Whether this transaction is the one that refreshes; another may be at it."""
        found = await self._connection.execute(select(func.pg_try_advisory_xact_lock(_REFRESHING)))
        return bool(found.scalar_one())

    async def list_waiting(
        self, day: date, since: int, limit: int, besides: Collection[PersonCode] = ()
    ) -> Mapping[PersonCode, int]:
        """Whose verdicts are not of this day, rules that still stand and their record as it is; with its version.

        Nobody of `besides`: whom the caller could not judge.
        """
        kept = standings.c
        ways = (  # one after another, since each has its index
            kept.judged_version.is_distinct_from(kept.version),
            kept.as_of < day,
            kept.as_of > day,
            and_(kept.as_of == day, kept.rules_version < since),
        )
        others = cast(list(besides), ARRAY(Text))
        for is_stale in ways:
            asked = select(kept.person, kept.version).where(is_stale, kept.person != all_(others))
            found = await self._connection.execute(asked.limit(limit))
            if waiting := {PersonCode(code): version for code, version in found}:
                return waiting
        return {}

    async def keep(self, judged: Sequence[Judged], *, day: date, rules: int, at: datetime) -> None:
        """Keep what was found about these people, in place of all that was kept about them."""
        driver = await driver_of(self._connection)
        found = {one.person: _serialised(one.rows) for one in judged}
        digests = {person: hashlib.sha256(written.encode()).digest() for person, written in found.items()}
        summed = json.dumps([_summed(one, digests[one.person]) for one in judged], default=str)
        async with driver.cursor() as cursor:
            await cursor.execute(_DIGESTS, {"codes": list(digests)})
            known = dict(await cursor.fetchall())
            codes = [person for person, digest in digests.items() if known.get(person) != digest]
            if codes:
                rows = f"[{','.join(found[person] for person in codes if found[person])}]"
                for order in (_REMEMBER, _REMOVE, _STORE):
                    await cursor.execute(order.encode(), {"rows": rows, "codes": codes, "day": day, "rules": rules})
            await cursor.execute(_DATE, {"people": summed, "day": day, "rules": rules, "at": at})

    async def count_day(self, day: date) -> None:
        """Keep how many people of each unit are in each state, as the figures of this day."""
        await self._connection.execute(delete(verdict_days).where(verdict_days.c.day == day))
        await self._connection.execute(_COUNT_DAY, {"day": day})

    async def is_counted(self, day: date) -> bool:
        """Whether there are figures of this day."""
        found = await self._connection.execute(select(exists().where(verdict_days.c.day == day)))
        return bool(found.scalar_one())

    async def freshness(self, day: date) -> Freshness:
        """How true the kept verdicts are at this moment."""
        stale = or_(
            standings.c.judged_version.is_distinct_from(standings.c.version),
            standings.c.as_of.is_distinct_from(day),
            standings.c.rules_version < _standing_since(),
        )
        found = await self._connection.execute(
            select(
                func.count(),
                func.count().filter(stale),
                func.min(standings.c.as_of),
                func.min(standings.c.judged_at),
            ).select_from(standings)
        )
        return Freshness(*found.one())

    async def count_waiting(self, day: date, units: Collection[UnitCode] | None) -> int:
        """How many people of these units, None for all, wait to be judged again; quick where nobody does."""
        moved = select(func.count()).where(standings.c.judged_version.is_distinct_from(standings.c.version))
        other_day = [select(func.count()).where(fits) for fits in (standings.c.as_of < day, standings.c.as_of > day)]
        other_rules = select(func.count()).where(
            standings.c.as_of == day, standings.c.rules_version < _standing_since()
        )
        counted = (moved, *other_day, other_rules)
        if units is not None:
            of_units = select(people.c.code).where(people.c.code == standings.c.person, people.c.unit.in_(list(units)))
            counted = tuple(one.where(of_units.exists()) for one in counted)
        total = sum((one.scalar_subquery() for one in counted[1:]), counted[0].scalar_subquery())
        return int((await self._connection.execute(select(total))).scalar_one())

    # --- counts

    async def count_states(self, units: Collection[UnitCode] | None) -> Sequence[tuple[UnitCode, str, str, int]]:
        """Unit, criterion, state and how many people, of the last day with figures."""
        last = select(func.max(verdict_days.c.day)).scalar_subquery()
        found = await self._connection.execute(
            select(verdict_days.c.unit, verdict_days.c.criterion, verdict_days.c.state, verdict_days.c.people)
            .where(verdict_days.c.day == last, *_within(verdict_days.c.unit, units))
            .order_by(verdict_days.c.unit, verdict_days.c.criterion, verdict_days.c.state)
        )
        return [(UnitCode(unit), criterion, state, count) for unit, criterion, state, count in found]

    async def count_by_day(self, units: Collection[UnitCode] | None, since: date) -> Sequence[tuple[date, str, int]]:
        """Day, state and how many verdicts, of every day with figures since then."""
        found = await self._connection.execute(
            select(verdict_days.c.day, verdict_days.c.state, func.sum(verdict_days.c.people))
            .where(verdict_days.c.day >= since, *_within(verdict_days.c.unit, units))
            .group_by(verdict_days.c.day, verdict_days.c.state)
            .order_by(verdict_days.c.day, verdict_days.c.state)
        )
        return [(day, state, int(count)) for day, state, count in found]

    async def sum_people(self, units: Collection[UnitCode] | None, today: date, soon: date) -> Sums:
        """The sums over everybody of these units; `soon` is the last day that counts as such."""
        due = standings.c.due_on
        found = await self._connection.execute(
            select(
                func.count(),
                func.count().filter(standings.c.gaps > 0),
                func.count().filter(due < today),
                func.count().filter(due.between(today, soon)),
                func.count().filter(standings.c.judged_version.is_(None)),
            )
            .select_from(standings if units is None else people.join(standings, standings.c.person == people.c.code))
            .where(*_within(people.c.unit, units))
        )
        return Sums(*found.one())

    async def read_funnel(self, units: Collection[UnitCode] | None, since: date) -> Funnel:
        """What became of people since a day, from being told to closing a gap."""
        within = None if units is None else [storable(one) for one in units]
        found = await self._connection.execute(_FUNNEL, {"since": since, "units": within})
        return Funnel(*found.one())

    # --- lists

    async def list_people(self, wanted: PeopleWanted, limit: int) -> Sequence[ListedPerson]:
        """One page of people, from where the page before ended."""
        keys = _order_of(wanted.order)
        states = (
            select(func.json_object_agg(verdicts.c.criterion, verdicts.c.state))
            .where(verdicts.c.person == people.c.code)
            .scalar_subquery()
        )
        query = (
            select(
                people.c.code, people.c.name, people.c.unit, people.c.position, people.c.managed_by, standings.c.gaps,
                standings.c.due_on, standings.c.as_of, states, keys[0],
            )
            .join_from(people, standings, standings.c.person == people.c.code)
            .where(*_people_conditions(wanted), *_standing_conditions(wanted), *_after(wanted))
            .order_by(*_sorted(wanted.order), standings.c.person)
            .limit(limit)
        )  # fmt: skip
        return [
            ListedPerson(
                PersonCode(code), name, UnitCode(unit), position, managed_by, gaps, due_on, as_of, found or {},
                (str(key) if key is not None else None, code),
            )
            for code, name, unit, position, managed_by, gaps, due_on, as_of, found, key
            in await self._connection.execute(query)
        ]  # fmt: skip

    async def count_people(self, wanted: PeopleWanted) -> int:
        """How many people there are on all pages."""
        whose, open_ones = _people_conditions(wanted), _standing_conditions(wanted)
        table: FromClause = people
        if open_ones:
            table = people.join(standings, standings.c.person == people.c.code) if whose else standings
        query = select(func.count()).select_from(table).where(*whose, *open_ones)
        return int((await self._connection.execute(query)).scalar_one())

    async def list_history(self, person: PersonCode, limit: int) -> Sequence[VerdictChange]:
        """What became of a person's verdicts, the latest first."""
        kept = verdict_history.c
        found = await self._connection.execute(
            select(
                kept.person, kept.criterion, kept.on_day, kept.state_before, kept.state_after, kept.deadline_before,
                kept.deadline_after,
            )
            .where(kept.person == person)
            .order_by(kept.id.desc())
            .limit(limit)
        )  # fmt: skip
        return [VerdictChange(PersonCode(code), *rest) for code, *rest in found]


def _standing_since() -> ColumnElement[int]:
    """From which number of the rules on verdicts are true; until somebody has looked at new rules, only under them."""
    newest = select(rules_version.c.version).scalar_subquery()
    has_looked = verdict_rules.c.looked_at == newest
    return select(case((has_looked, verdict_rules.c.since), else_=newest)).scalar_subquery()


def _touched(touched: Touched) -> list[ColumnElement[bool]]:
    """The conditions of which any makes a person one of those touched."""
    of_group, of_unit = people.c.position_group, people.c.unit
    ways: list[ColumnElement[bool]] = []
    if touched.groups:
        ways.append(of_group == func.any(_texts(touched.groups)))
    if touched.units:
        ways.append(of_unit == func.any(_texts(touched.units)))
    if touched.exempted:
        ways.append(people.c.code.in_(select(exemptions.c.person)))
    for one in touched.holders:
        held = select(credentials.c.person).where(credentials.c.kind == func.any(_texts(one.kinds)))
        ways.append(and_(of_group == func.any(_texts(one.groups)), people.c.code.in_(held)))
    for late in touched.behind:
        gap = select(verdicts.c.person).where(verdicts.c.state.in_(sorted(GAPS)), verdicts.c.criterion != "")
        if late.criteria:
            gap = gap.where(verdicts.c.criterion == func.any(_texts(late.criteria)))
        limits: list[ColumnElement[bool]] = [people.c.code.in_(gap)]
        if late.groups:
            limits.append(of_group == func.any(_texts(late.groups)))
        if late.managed_by:
            limits.append(people.c.managed_by == func.any(_texts(late.managed_by)))
        if late.units is not None:
            limits.append(of_unit == func.any(_texts(late.units)))
        ways.append(and_(*limits))
    return ways


def _serialised(rows: Sequence[VerdictRow]) -> str:
    """Verdicts as the members of a JSON list, without its brackets."""
    return ",".join([_JSON.encode(_written(row)) for row in rows])


def _written(row: VerdictRow) -> dict[str, Any]:
    return {name: value for name, value in zip(_COLUMNS, _VALUES(row), strict=True) if value is not None}


def _summed(one: Judged, digest: bytes) -> dict[str, Any]:
    return {
        "person": one.person,
        "version": one.version,
        "gaps": one.gaps,
        "due_on": one.due_on,
        "sort_name": _sort_name(one.name),
        "digest": digest.hex(),
    }


def _sort_name(name: str) -> str:
    """As people here look names up: the given name, which stands last, goes first."""
    words = fold_words(name).split()
    return " ".join([*words[-1:], *words[:-1]])


def _within(column: ColumnElement[str], units: Collection[UnitCode] | None) -> list[ColumnElement[bool]]:
    return [] if units is None else [column == func.any(_texts(units))]


def _texts(values: Collection[str]) -> ColumnElement[Any]:
    return cast([storable(one) for one in values], ARRAY(Text))


def _standing_conditions(wanted: PeopleWanted) -> list[ColumnElement[bool]]:
    """What is asked of the sums alone: whoever has anything open is known by them."""
    return [standings.c.gaps > 0] if _asks_for_any_gap(wanted) else []


def _asks_for_any_gap(wanted: PeopleWanted) -> bool:
    return not wanted.criterion and wanted.states == GAPS


def _people_conditions(wanted: PeopleWanted) -> list[ColumnElement[bool]]:
    conditions = _within(people.c.unit, wanted.units)
    if wanted.managed_by:
        conditions.append(people.c.managed_by == storable(wanted.managed_by))
    if wanted.position_group:
        conditions.append(people.c.position_group == storable(wanted.position_group))
    if words := fold_words(wanted.words).split():
        conditions.append(func.string_to_array(people.c.name_folded, text("' '")).op("@>")(_texts(words)))
    if (wanted.criterion or wanted.states) and not _asks_for_any_gap(wanted):
        about = [verdicts.c.person == people.c.code]
        if wanted.criterion:
            about.append(verdicts.c.criterion == storable(wanted.criterion))
        if wanted.states:
            about.append(verdicts.c.state.in_(sorted(wanted.states)))
        conditions.append(exists().where(*about))
    return conditions


def _order_of(order: PeopleOrder) -> tuple[ColumnElement[Any], ...]:
    match order:
        case PeopleOrder.DUE:
            return (standings.c.due_on,)
        case PeopleOrder.GAPS:
            return (standings.c.gaps,)
        case PeopleOrder.NAME:
            return (standings.c.sort_name,)


def _sorted(order: PeopleOrder) -> tuple[ColumnElement[Any], ...]:
    (key,) = _order_of(order)
    return (key.desc(),) if order is PeopleOrder.GAPS else (key,)


def _after(wanted: PeopleWanted) -> list[ColumnElement[bool]]:
    """What comes after the end of the page before; days that are not there come last."""
    if wanted.after is None:
        return []
    value, code = wanted.after
    later = standings.c.person > storable(code)
    match wanted.order:
        case PeopleOrder.NAME:
            return [tuple_(standings.c.sort_name, standings.c.person) > tuple_(storable(value or ""), storable(code))]
        case PeopleOrder.GAPS:
            gaps = int(value or 0)
            return [or_(standings.c.gaps < gaps, and_(standings.c.gaps == gaps, later))]
        case PeopleOrder.DUE if value is None:
            return [standings.c.due_on.is_(None), later]
        case PeopleOrder.DUE:
            day = date.fromisoformat(value)
            at_or_after = or_(standings.c.due_on > day, and_(standings.c.due_on == day, later))
            return [or_(at_or_after, standings.c.due_on.is_(None))]
