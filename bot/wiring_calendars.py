"""Where calendars that are subscribed to are joined to the cabinet."""

import hashlib
from collections.abc import Callable

from bot.calendars import write_calendar
from handlers.officials.calendar_days import list_days
from handlers.phrases import _, locale_of
from handlers.ports import Clock
from handlers.reply import CalendarFile
from knowledge.evaluate import evaluate
from knowledge.facts import DeclaredRules
from knowledge.rulebook import RuleBook
from storage.database import Database
from storage.drawers import Drawers


class CalendarsInDatabase:
    """Calendars as third parties read them: days, and nothing of what is missing."""

    def __init__(
        self, database: Database, make_rule_book: Callable[[DeclaredRules], RuleBook], clock: Clock, locale: str
    ) -> None:
        self._database = database
        self._make_rule_book = make_rule_book
        self._clock = clock
        self._locale = locale
        self._known: tuple[int, RuleBook] | None = None

    async def read(self, token: str) -> bytes | None:
        """The calendar at this address; None for one that was never given or is taken back."""
        async with self._database.transaction() as drawers:
            owner = await drawers.calendars.find_owner(token)
            person = await drawers.profiles.find_person(owner) if owner is not None else None
            if person is None:
                return None
            rules = (await self._rule_book(drawers)).on(self._clock.today())
        with locale_of(self._locale):
            return write_calendar(
                CalendarFile(
                    name="",
                    title=_("Deadlines"),
                    # Names of the days must not lead back to the person: only who has the address could make them.
                    owner=hashlib.sha256(token.encode()).hexdigest(),
                    version=rules.book.rules.version,
                    made_at=self._clock.now(),
                    days=list_days(evaluate(person, rules), rules, is_bare=True),
                )
            )

    async def _rule_book(self, drawers: Drawers) -> RuleBook:
        version = await drawers.rules.version()
        if self._known is None or self._known[0] != version:
            declared = await drawers.rules.load()
            self._known = declared.version, self._make_rule_book(declared)
        return self._known[1]
