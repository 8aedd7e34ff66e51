"""Where reports are joined to the cabinet: each is made in one transaction and recorded in it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bot.papers.handing import DOCX
from bot.papers.parts import Describe
from handlers.ports import Clock
from handlers.reply import File, Paper
from handlers.reports.asked import FileForm, ReportAsked, ReportForm, list_forms
from handlers.reports.making import Asking, Desk, make_report
from knowledge.facts import DeclaredRules, Person
from knowledge.rulebook import RuleBook
from storage.database import Database
from storage.drawers import Drawers
from storage.replica import Replica

BY_OPERATOR = "command_line"
_PATIENCE = 1.0


class ReportsInDatabase:
    """Makes reports for doors that hand over files: the console and the command line."""

    def __init__(
        self,
        database: Database,
        make_rule_book: Callable[[DeclaredRules], RuleBook],
        describe_by: Callable[[RuleBook], Describe],
        clock: Clock,
        replica: Replica | None = None,
    ) -> None:
        self._database = database
        self._make_rule_book = make_rule_book
        self._describe_by = describe_by
        self._clock = clock
        self._replica = replica

    @staticmethod
    def list_forms() -> Sequence[ReportForm]:
        """The kinds of report with their fields, named in the locale being spoken."""
        return list_forms()

    async def make(self, asked: ReportAsked, form: FileForm, *, asker: Person | None, via: str) -> File:
        """The file, within the asker's scope (None: the operator's, all). Raises ReportRefusedError with a sentence."""
        async with self._database.transaction() as drawers, self._reading(drawers) as read:
            book = self._make_rule_book(await drawers.rules.load())
            describe = self._describe_by(book)
            desk = Desk(read.profiles, read.outbox, drawers.sheets, drawers.audit, self._clock)
            made = await make_report(asked, form, Asking(asker, via), book, desk)
        if isinstance(made, Paper):
            from bot.papers.writing import write_docx  # noqa: PLC0415  loaded for the first paper only

            content = await asyncio.to_thread(write_docx, made, describe)
            return File(f"{made.name}.docx", content, DOCX)
        return made

    @asynccontextmanager
    async def _reading(self, drawers: Drawers) -> AsyncIterator[Drawers]:
        """People from the replica once it knows all that is written up to now; it is asked for a moment only."""
        if self._replica is None:
            yield drawers
            return
        since = await self._replica.position()
        async with self._replica.over(drawers, since, also=("profiles", "outbox"), patience=_PATIENCE) as over:
            yield over
