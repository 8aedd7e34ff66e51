"""Where days off or worked and hours of sending are joined to the cabinet for those at the command line."""

from collections.abc import Mapping

from bot.errors import InputError
from bot.wiring_rules import Reference
from handlers.hr.proposals_time import DEED, read_day, read_hours
from handlers.ports import Clock
from knowledge.rulebook import RulesOn
from storage.database import Database

_BY = "command_line"


class WorkingTimeInDatabase:
    """What HR declares of days and hours, from the command line: it holds at once, and the operator answers for it."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock

    async def read(self) -> RulesOn:
        """The rules of today, with all that is declared."""
        async with self._database.transaction() as drawers:
            return self._reference.rule_book(await drawers.rules.load()).on(self._clock.today())

    async def change_day(self, cells: Mapping[str, str]) -> None:
        """Declare a day, or take back what was declared of it. Raises InputError with one sentence."""
        now = self._clock.now()
        async with self._database.transaction() as drawers:
            today = self._reference.rule_book(await drawers.rules.load()).on(self._clock.today())
            change = read_day(cells, today)
            if isinstance(change, str):
                raise InputError(change)
            if change.after is not None:
                await drawers.working_time.declare(change.after, _BY, None, now)
            else:
                await drawers.working_time.withdraw(change.day, _BY, now)
            subject = f"day:{change.day.isoformat()}"
            await drawers.audit.record(_BY, "declared_day", subject, now, {"what": cells.get(DEED, "")})

    async def change_hours(self, cells: Mapping[str, str]) -> None:
        """Set the hours of sending, or let those of the policy hold again. Raises InputError with one sentence."""
        now = self._clock.now()
        async with self._database.transaction() as drawers:
            today = self._reference.rule_book(await drawers.rules.load()).on(self._clock.today())
            change = read_hours(cells, today)
            if isinstance(change, str):
                raise InputError(change)
            await drawers.working_time.set_hours(change.own, _BY, None, now)
            await drawers.audit.record(_BY, "set_sending_hours", "sending_hours", now, {"what": cells.get(DEED, "")})
