"""The rules that people were last told by: kept whole, so that a later change can be told exactly and once.

Moments of the roster are counted by one sequence: everybody who comes in takes the next number, and so do the rules
when people have been told. Whoever has the smaller number was told by them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import DeclaredRules, PersonCode
from storage.records import ToldRules, WrittenRules
from storage.rules import RulesDrawer
from storage.tables import NEXT_MOMENT, people, told_rules
from storage.workbook.limits import ONE_AT_A_TIME

_KEPT: Final = 6  # of the rules told by before, for those who ask what changed
_NEWEST_FIRST: Final = select(
    told_rules.c.number, told_rules.c.form, told_rules.c.fingerprint, told_rules.c.content, told_rules.c.told_at
).order_by(told_rules.c.number.desc())


class Scribe(Protocol):
    """Writes rules down; knows the library, which the cabinet does not."""

    def write(self, declared: DeclaredRules) -> WrittenRules:
        """The complete rules with what HR has declared."""
        ...

    def can_read(self, written: WrittenRules) -> bool:
        """Whether this release still reads what was written."""
        ...


class ToldRulesDrawer:
    """Keeps the promises of the desk's `Told`, and what the planner needs beside it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_last(self) -> ToldRules | None:
        """The rules that people were last told by; None before the first load that brought people."""
        found = await self._connection.execute(_NEWEST_FIRST.limit(1))
        row = found.one_or_none()
        return _told(*row) if row is not None else None

    async def list_told(self) -> Sequence[ToldRules]:
        found = await self._connection.execute(_NEWEST_FIRST)
        return [_told(*row) for row in found]

    async def was_there(self, person: PersonCode, told: ToldRules) -> bool:
        found = await self._connection.execute(
            select(people.c.code).where(people.c.code == person, people.c.came_in < told.number)
        )
        return found.one_or_none() is not None

    async def see_one_moment(self) -> None:
        """Let the whole transaction see the store as of one moment; to be called before anything is read."""
        await self._connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))

    async def keep_loads_out(self) -> None:
        """Hold the lock of loads until the transaction ends, so that nobody comes into the roster meanwhile."""
        await self._connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))

    async def advance(self, rules: WrittenRules, at: datetime) -> None:
        """From now on people have been told by these rules: everybody in the roster at this moment of it.

        To be called in the transaction that keeps the notices of all that differs between the rules told by so far
        and these very rules, after `keep_loads_out` was called at its beginning: then a change is told exactly once,
        whatever stops halfway. Where the rules are those told by already, only those who came in since join.
        """
        await self.keep_loads_out()
        last = await self.find_last()
        if last is not None and last.rules.fingerprint == rules.fingerprint:
            await self._connection.execute(
                update(told_rules).where(told_rules.c.number == last.number).values(number=NEXT_MOMENT)
            )
            return
        await self._connection.execute(
            insert(told_rules).values(form=rules.form, fingerprint=rules.fingerprint, content=rules.content, told_at=at)
        )
        kept = select(told_rules.c.number).order_by(told_rules.c.number.desc()).limit(_KEPT + 1)
        await self._connection.execute(delete(told_rules).where(told_rules.c.number.not_in(kept.scalar_subquery())))

    async def has_people(self) -> bool:
        """Whether there is anybody in the roster who could be told anything."""
        return bool((await self._connection.execute(select(exists(select(people.c.code))))).scalar_one())


async def begin_telling(told: ToldRulesDrawer, rules: RulesDrawer, scribe: Scribe, at: datetime) -> None:
    """Before a load: where nothing readable says what people were told by, it is the rules that hold so far.

    So after an upgrade nobody is told of anything but what the load itself changes. An empty roster is left alone.
    """
    last = await told.find_last()
    if (last is None or not scribe.can_read(last.rules)) and await told.has_people():
        await told.advance(scribe.write(await rules.load()), at)


async def settle_told(told: ToldRulesDrawer, rules: RulesDrawer, scribe: Scribe, at: datetime) -> None:
    """After a load: those who came in join the others where nothing waits to be told.

    The first load that brings people makes its rules the ones told by. Where rules wait to be told, those who came in
    stay apart: they were never told by the old ones.
    """
    if not await told.has_people():
        return
    last, now = await told.find_last(), scribe.write(await rules.load())
    if last is None or last.rules.fingerprint == now.fingerprint:
        await told.advance(now, at)


def _told(number: int, form: int, fingerprint: str, content: bytes, told_at: datetime) -> ToldRules:
    return ToldRules(number, WrittenRules(form, fingerprint, content), told_at)
