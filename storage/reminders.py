"""Reminders: what people wish, the stages that HR has set, and everybody as the planning of a day sees them.

At which stages somebody was told is kept in the notices themselves, so that a notice that is not told after all takes
its memory with it.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import CriterionCode, PersonCode, RoundCode
from knowledge.library import ReminderStages
from storage.characters import storable
from storage.driver import driver_of
from storage.people import READERS, ROWS_AT_ONCE, WHOLE, person_of
from storage.records import Recipient, ReminderWishes
from storage.tables import reminder_stages, reminder_wishes

_REACHED: Final = """
(SELECT ARRAY[channel, address, locale] FROM accounts
 WHERE person = p.code AND channel = ANY(%(channels)s) AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)
 ORDER BY preferred_at DESC NULLS LAST, linked_at DESC NULLS LAST, channel, address LIMIT 1)
"""
_TOLD: Final = """
(SELECT json_agg(json_build_array(n.payload -> 'source', n.payload -> 'criterion', n.stage))
 FROM notices n WHERE n.kind = 'reminder' AND n.freed_at IS NULL AND n.about[1] = p.code)
"""
_OF_EVERYBODY: Final = "FROM people p LEFT JOIN reminder_wishes w ON w.person = p.code ORDER BY p.code"
_RECIPIENTS: Final = f"{WHOLE}, p.came_in, {_REACHED}, w.hour, w.quiet_until, {_TOLD} {_OF_EVERYBODY}"
# What has waited since an earlier day becomes part of this day's one message; whoever has one already is left to the
# sender, which merges the two.
_CARRY_OVER: Final = """
UPDATE deliveries d SET merge_day = %(day)s
WHERE d.id IN (
    SELECT DISTINCT ON (person) id FROM deliveries
    WHERE merge_day < %(day)s AND state = 'waiting' ORDER BY person, id DESC
) AND NOT EXISTS (
    SELECT FROM deliveries o WHERE o.person = d.person AND o.merge_day = %(day)s AND o.state <> 'dropped'
)
"""


class RemindersDrawer:
    """Keeps the promises of the desk's `Reminders`, and what the planner needs beside it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # --- wishes of people

    async def find_wishes(self, person: PersonCode) -> ReminderWishes:
        found = await self._connection.execute(
            select(reminder_wishes.c.hour, reminder_wishes.c.quiet_until).where(reminder_wishes.c.person == person)
        )
        row = found.one_or_none()
        return ReminderWishes(*row) if row is not None else ReminderWishes()

    async def find_hours(self, people: Collection[PersonCode]) -> Mapping[PersonCode, time]:
        """The hours of their own, of those of these people who have set one."""
        found = await self._connection.execute(
            select(reminder_wishes.c.person, reminder_wishes.c.hour).where(
                reminder_wishes.c.person.in_(list(people)), reminder_wishes.c.hour.is_not(None)
            )
        )
        return {PersonCode(person): hour for person, hour in found}

    async def save_wishes(self, person: PersonCode, wishes: ReminderWishes, at: datetime) -> None:
        values = {"hour": wishes.hour, "quiet_until": wishes.quiet_until, "changed_at": at}
        order = insert(reminder_wishes).values(person=person, **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["person"], set_=values))

    # --- stages that HR has set

    async def list_stages(self) -> Mapping[tuple[RoundCode | None, CriterionCode | None], ReminderStages]:
        found = await self._connection.execute(
            select(
                reminder_stages.c.round,
                reminder_stages.c.criterion,
                reminder_stages.c.before,
                reminder_stages.c.after,
                reminder_stages.c.then_every,
                reminder_stages.c.then_at_most,
            ).order_by(reminder_stages.c.round, reminder_stages.c.criterion)
        )
        return {
            (
                RoundCode(of_round) if of_round else None,
                CriterionCode(criterion) if criterion else None,
            ): ReminderStages(tuple(before), tuple(after), every, at_most)
            for of_round, criterion, before, after, every, at_most in found
        }

    async def save_stages(
        self, of_round: RoundCode | None, criterion: CriterionCode | None, stages: ReminderStages
    ) -> None:
        """Set them, in place of what was set for the same round and criterion."""
        values = {
            "before": list(stages.before),
            "after": list(stages.after),
            "then_every": stages.then_every,
            "then_at_most": stages.then_at_most,
        }
        order = insert(reminder_stages).values(round=of_round or "", criterion=criterion or "", **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["round", "criterion"], set_=values))

    async def remove_stages(self, of_round: RoundCode | None, criterion: CriterionCode | None) -> bool:
        """Take back what was set; False where nothing was."""
        removed = await self._connection.execute(
            delete(reminder_stages).where(
                reminder_stages.c.round == (of_round or ""), reminder_stages.c.criterion == (criterion or "")
            )
        )
        return bool(removed.rowcount)

    # --- planning

    async def stream_recipients(self, channels: Collection[str]) -> AsyncIterator[Recipient]:
        """Everybody, in the order of their codes, with the account linked last of those that can be reached."""
        driver = await driver_of(self._connection)
        async with driver.cursor(f"recipients_{next(READERS)}", binary=True) as cursor:
            cursor.itersize = ROWS_AT_ONCE
            # The way of a cursor is fixed when it is opened. While the store is small, or has not counted its rows, it
            # would look through all notices for each person, and they grow while the same transaction keeps new ones.
            await driver.execute("SET LOCAL enable_seqscan = off")
            await cursor.execute(_RECIPIENTS, {"channels": list(channels)})
            await driver.execute("SET LOCAL enable_seqscan = on")
            async for *row, came_in, reached, hour, quiet_until, told in cursor:
                channel, address, locale = reached or (None, None, None)
                yield Recipient(
                    person=person_of(row),
                    came_in=came_in,
                    channel=channel,
                    address=address,
                    locale=locale or "vi",
                    hour=hour,
                    quiet_until=quiet_until,
                    told=frozenset(map(tuple, told)) if told else frozenset(),
                )

    async def carry_over(self, day: date) -> int:
        """What still waits since earlier days goes into this day's one message; how many messages."""
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(_CARRY_OVER, {"day": day})
            return cursor.rowcount

    async def list_told(self, person: PersonCode) -> frozenset[tuple[str, str, str]]:
        """Source, criterion and stage of every reminder of this person that was told or waits."""
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(
                "SELECT payload ->> 'source', payload ->> 'criterion', stage FROM notices"
                " WHERE kind = 'reminder' AND freed_at IS NULL AND about[1] = %s",
                (storable(person),),
            )
            return frozenset(await cursor.fetchall())
