"""Which rungs were told of which case, and what those who were told had to say."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.cases import Case, KeptCase, Told, Trigger
from knowledge.facts import CriterionCode, PersonCode, UnitCode
from storage.characters import storable
from storage.driver import driver_of
from storage.encryption import Vault
from storage.records import Remark

_TRIGGERS: Final = {one.value: one for one in Trigger}
# The key of a notice is made by `knowledge.escalating`: one for each recipient and day.
# A rung counts as told only while a notice of that day to one of those people stands: one that was dropped before it
# went out told nobody. What is older has been settled long ago, whatever was tidied away since: nothing waits so long,
# neither for a chat nor for what a platform refuses until it is mended.
_SETTLED: Final = timedelta(days=75)
_CASES: Final = """
SELECT c.number, c.person, c.trigger, c.subject, c.criteria, c.open_since, c.closed_on,
    (SELECT json_agg(json_build_array(t.rung, t.told_on, t.told_to) ORDER BY t.told_on, t.rung)
     FROM escalation_told t WHERE t.number = c.number AND (t.told_on < %(settled)s OR EXISTS (
        SELECT FROM notices n JOIN unnest(t.told_to) r ON n.key = 'escalation:' || r || ':' || t.told_on
        WHERE n.freed_at IS NULL)))
FROM escalation_cases c
"""
# Rungs of open cases that only notices would have told which were left out for such a reason, since the first of them.
_IN_VAIN: Final = """
WITH missed AS (
    SELECT t.number, t.rung, t.told_to, jsonb_build_array(c.person, c.trigger, c.subject, t.rung) AS entry
    FROM escalation_told t JOIN escalation_cases c ON c.number = t.number
    WHERE c.closed_on IS NULL AND t.told_on >= %(settled)s AND NOT EXISTS (
        SELECT FROM notices n JOIN unnest(t.told_to) r ON n.key = 'escalation:' || r || ':' || t.told_on
        WHERE n.freed_at IS NULL)
), refused AS MATERIALIZED (
    SELECT d.person, e.entry, min(right(n.key, 10)) AS day
    FROM (SELECT DISTINCT unnest(told_to) AS person FROM missed) m JOIN deliveries d ON d.person = m.person
        JOIN carried c ON c.delivery = d.id AND c.dropped = ANY(%(reasons)s)
        JOIN notices n ON n.id = c.notice AND n.kind = 'escalation' AND n.made_at >= %(settled)s::date - 1
        CROSS JOIN jsonb_array_elements(n.payload -> 'cases') AS e (entry)
    GROUP BY d.person, e.entry
)
SELECT m.number, m.rung, min(r.day), m.told_to FROM missed m JOIN refused r
    ON r.entry = m.entry AND r.person = ANY(m.told_to)
GROUP BY m.number, m.rung, m.told_to ORDER BY m.number, m.rung
"""
_ADD: Final = """
INSERT INTO escalation_cases (person, trigger, subject, criteria, open_since, closed_on)
SELECT person, trigger, subject, criteria, open_since, closed_on
FROM jsonb_to_recordset(%(rows)s) AS r (person text, trigger text, subject text, criteria text[], open_since date,
    closed_on date)
ON CONFLICT (person, trigger, subject, criteria) DO UPDATE
    SET open_since = excluded.open_since, closed_on = excluded.closed_on
RETURNING number, person, trigger, subject, criteria
"""
_TELL: Final = """
INSERT INTO escalation_told (number, rung, told_on, told_to)
SELECT number, rung, told_on, told_to
FROM jsonb_to_recordset(%(rows)s) AS r (number bigint, rung text, told_on date, told_to text[])
ON CONFLICT (number, rung) DO UPDATE SET told_on = excluded.told_on, told_to = excluded.told_to
"""
# What the memory of a case has no more told nobody (`_CASES` left it out), and would count as settled one day.
_FORGET_DROPPED: Final = """
DELETE FROM escalation_told t WHERE t.number = ANY(%(numbers)s) AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%(rows)s) AS r (number bigint, rung text)
    WHERE r.number = t.number AND r.rung = t.rung)
"""
# What a notice does not tell after all leaves its payload, so that it is not told by a later try either, and its
# recipient leaves the rung of that day: it was told to the others, or to nobody.
_LEAVE_OUT: Final = """
UPDATE notices SET payload = payload || jsonb_build_object('cases', (
    SELECT coalesce(jsonb_agg(one ORDER BY place), '[]')
    FROM jsonb_array_elements(payload -> 'cases') WITH ORDINALITY AS e (one, place)
    WHERE NOT one = ANY(SELECT jsonb_array_elements(%(untold)s))
)) WHERE id = %(notice)s
"""
_UNTELL: Final = """
UPDATE escalation_told t SET told_to = array_remove(t.told_to, %(who)s::varchar)
FROM escalation_cases c, notices n, jsonb_array_elements(%(untold)s) AS e (one)
WHERE c.number = t.number AND n.id = %(notice)s AND n.key = 'escalation:' || %(who)s::text || ':' || t.told_on
    AND c.person = e.one ->> 0 AND c.trigger = e.one ->> 1 AND c.subject = e.one ->> 2 AND t.rung = e.one ->> 3
RETURNING t.number
"""
_FORGET_UNTOLD: Final = "DELETE FROM escalation_told WHERE number = ANY(%(numbers)s) AND told_to = '{}'"
_REMARKS: Final = """
SELECT person, said_by, at, words FROM escalation_words WHERE person = ANY(%(who)s)
UNION ALL
SELECT e.person, d.person, d.acknowledged_at, NULL
FROM escalation_cases e JOIN escalation_told t ON t.number = e.number CROSS JOIN unnest(t.told_to) r
    JOIN notices n ON n.key = 'escalation:' || r || ':' || t.told_on AND n.freed_at IS NULL
    JOIN carried c ON c.notice = n.id AND c.dropped IS NULL
    JOIN deliveries d ON d.id = c.delivery
WHERE e.person = ANY(%(who)s) AND d.acknowledged_at IS NOT NULL
ORDER BY 3
"""
_AT_ONCE: Final = 5000


class EscalationsDrawer:
    """Keeps the promises of the desk's `Escalations`, and what planning needs beside it."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- for planning

    async def load_memory(self, today: date, reasons: Collection[str] = ()) -> dict[PersonCode, list[KeptCase]]:
        """Every case that was ever seen, by person; what was left out for one of these reasons was tried in vain."""
        settled = today - _SETTLED
        in_vain: dict[int, list[Told]] = defaultdict(list)
        for number, *told in await self._read(_IN_VAIN, {"settled": settled, "reasons": list(reasons)}):
            in_vain[number].append(_told(*told))
        memory: dict[PersonCode, list[KeptCase]] = defaultdict(list)
        for one in await self._list("ORDER BY c.person, c.number", {"settled": settled}):
            memory[one.case.person].append(replace(one, in_vain=tuple(in_vain.get(one.number, ()))))
        return dict(memory)

    async def keep(self, changes: Sequence[KeptCase]) -> None:
        """Remember cases as they are now; in the transaction that keeps the notices by which they are told.

        What was told of them before is what `load_memory` found: anything else is forgotten.
        """
        for start in range(0, len(changes), _AT_ONCE):
            some = changes[start : start + _AT_ONCE]
            rows = [_case_row(one) for one in some]
            made = await self._read(_ADD, {"rows": Jsonb(rows)})
            numbers = {
                (person, trigger, subject, tuple(criteria)): number
                for number, person, trigger, subject, criteria in made
            }
            told = [
                {
                    "number": numbers[_place(one.case)],
                    "rung": storable(step.rung),
                    "told_on": step.on.isoformat(),
                    "told_to": list(step.to),
                }
                for one in some
                for step in one.told
            ]
            await self._do(_FORGET_DROPPED, {"numbers": list(numbers.values()), "rows": Jsonb(told)})
            if told:
                await self._do(_TELL, {"rows": Jsonb(told)})

    async def leave_out(self, recipient: PersonCode, untold: Mapping[int, Sequence[Sequence[str]]]) -> None:
        """Let cases that a message to somebody leaves out count as not told to them, for another day to tell them.

        They are given by the number of their notice, each as it stands in its payload.
        """
        for notice, entries in untold.items():
            values = {"notice": notice, "who": storable(recipient), "untold": Jsonb([list(one) for one in entries])}
            await self._do(_LEAVE_OUT, values)
            numbers = [number for (number,) in await self._read(_UNTELL, values)]
            await self._do(_FORGET_UNTOLD, {"numbers": numbers})

    async def list_offered(self) -> dict[PersonCode, frozenset[CriterionCode]]:
        """For which criteria a head has offered study to whom, who has not answered yet."""
        offered: dict[PersonCode, set[CriterionCode]] = defaultdict(set)
        for person, criterion in await self._read("SELECT person, criterion FROM study_cases WHERE state = 'proposed'"):
            offered[PersonCode(person)].add(CriterionCode(criterion))
        return {person: frozenset(criteria) for person, criteria in offered.items()}

    async def find_reached(self, people: Collection[PersonCode], channels: Collection[str]) -> frozenset[PersonCode]:
        """Those of these people whom one of these channels reaches."""
        rows = await self._read(
            "SELECT DISTINCT person FROM accounts WHERE person = ANY(%(who)s) AND channel = ANY(%(channels)s)"
            " AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)",
            {"who": list(map(storable, people)), "channels": list(channels)},
        )
        return frozenset(PersonCode(person) for (person,) in rows)

    async def was_missed(self, day: date, today: date) -> bool:
        """Whether a day before today was not planned though earlier ones were: nothing ran on it."""
        rows = await self._read("SELECT max(day) FILTER (WHERE day < %(today)s) FROM planned_days", {"today": today})
        last: date | None = rows[0][0]
        return last is not None and last < day < today

    async def count_inquiries(self) -> dict[UnitCode | None, int]:
        """Questions that wait for HR, by the unit in which whoever asked is now, or was before they left the roster."""
        order = "SELECT coalesce(p.unit, i.unit), count(*) FROM inquiries i LEFT JOIN people p ON p.code = i.person"
        return _by_unit(await self._read(f"{order} WHERE i.state = 'open' GROUP BY 1"))

    async def count_proposals(self) -> dict[UnitCode | None, int]:
        """Proposals that wait for a second person, by the unit that they reach."""
        return _by_unit(
            await self._read("SELECT scope, count(*) FROM proposals WHERE state = 'waiting' GROUP BY scope")
        )

    async def count_own_proposals(self) -> dict[PersonCode, int]:
        """The same by whoever made them."""
        rows = await self._read("SELECT proposed_by, count(*) FROM proposals WHERE state = 'waiting' GROUP BY 1")
        return {PersonCode(person): count for person, count in rows}

    async def count_unclear(self) -> dict[UnitCode | None, int]:
        """Deliveries of which nobody knows whether they arrived, by the unit of whoever they were for."""
        order = "SELECT p.unit, count(*) FROM deliveries d LEFT JOIN people p ON p.code = d.person"
        return _by_unit(await self._read(f"{order} WHERE d.state = 'unclear' GROUP BY p.unit"))

    async def prune(self, closed_before: date, said_before: datetime) -> None:
        """Forget cases that ended before a day, and words of before a moment about whoever has no case any more."""
        await self._do("DELETE FROM escalation_cases WHERE closed_on < %(day)s", {"day": closed_before})
        forgotten = (
            "DELETE FROM escalation_words w WHERE at < %(at)s"
            " AND NOT EXISTS (SELECT FROM escalation_cases c WHERE c.person = w.person)"
        )
        await self._do(forgotten, {"at": said_before})

    # --- for the desk

    async def list_told_to(self, recipient: PersonCode, today: date) -> Sequence[KeptCase]:
        """Open cases of which this person was told."""
        where = (
            "WHERE c.closed_on IS NULL AND c.number IN"
            " (SELECT number FROM escalation_told WHERE told_to @> ARRAY[%(who)s]::varchar[]) ORDER BY c.number"
        )
        found = await self._list(where, {"who": storable(recipient), "settled": today - _SETTLED})
        return [one for one in found if any(recipient in told.to for told in one.told)]

    async def list_cases_of(self, person: PersonCode, today: date) -> Sequence[KeptCase]:
        """Open cases of this person."""
        where = "WHERE c.closed_on IS NULL AND c.person = %(who)s ORDER BY c.number"
        return await self._list(where, {"who": storable(person), "settled": today - _SETTLED})

    async def remark(self, remarks: Collection[Remark]) -> None:
        """Keep what somebody said of cases."""
        for one in remarks:
            sealed = self._vault.encrypt(one.words) if one.words is not None else None
            await self._do(
                "INSERT INTO escalation_words (person, said_by, at, words)"
                " VALUES (%(about)s, %(by)s, %(at)s, %(words)s)",
                {"about": storable(one.about), "by": storable(one.by), "at": one.at, "words": sealed},
            )

    async def list_remarks(self, about: Collection[PersonCode]) -> Sequence[Remark]:
        """What was said of these people's cases by anybody, the oldest first; "received" under the message counts."""
        rows = await self._read(_REMARKS, {"who": list(map(storable, about))})
        return [
            Remark(PersonCode(about), PersonCode(by), at, self._vault.decrypt(words) if words is not None else None)
            for about, by, at, words in rows
        ]

    # --- below

    async def _list(self, where: str, values: Mapping[str, Any]) -> list[KeptCase]:
        return [_kept(row) for row in await self._read(f"{_CASES} {where}", values)]

    async def _read(self, order: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        async with (await driver_of(self._connection)).cursor() as cursor:
            return await (await cursor.execute(order, values)).fetchall()

    async def _do(self, order: str, values: Mapping[str, Any]) -> None:
        async with (await driver_of(self._connection)).cursor() as cursor:
            await cursor.execute(order, values)


def _kept(row: tuple[Any, ...]) -> KeptCase:
    number, person, trigger, subject, criteria, open_since, closed_on, told = row
    case = Case(PersonCode(person), _TRIGGERS[trigger], subject, tuple(map(CriterionCode, criteria)))
    steps = tuple(_told(*one) for one in told or ())
    return KeptCase(case, open_since, closed_on, steps, number)


def _told(rung: str, on: str, to: Sequence[str]) -> Told:
    return Told(rung, date.fromisoformat(on), tuple(map(PersonCode, to)))


def _case_row(one: KeptCase) -> dict[str, Any]:
    person, trigger, subject, criteria = _place(one.case)
    return {
        "person": person,
        "trigger": trigger,
        "subject": subject,
        "criteria": list(criteria),
        "open_since": one.open_since.isoformat(),
        "closed_on": one.closed_on.isoformat() if one.closed_on is not None else None,
    }


def _place(case: Case) -> tuple[str, str, str, tuple[str, ...]]:
    return storable(case.person), case.trigger.value, storable(case.subject), tuple(map(storable, case.criteria))


def _by_unit(rows: Sequence[tuple[Any, ...]]) -> dict[UnitCode | None, int]:
    return {UnitCode(unit) if unit is not None else None: count for unit, count in rows}
