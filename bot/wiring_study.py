"""Where study cases are joined to the cabinet for those at the command line."""

from collections.abc import Collection, Mapping, Sequence

from bot.wiring_rules import Reference
from handlers.hr.study_entering import Entry, enter
from handlers.ports import Clock
from handlers.study.desk import PAPER_HANDED_OUT
from handlers.study.desk import Desk as StudyDesk
from knowledge.facts import (
    Person,
    PersonCode,
    UnitCode,
)
from knowledge.study_cases import StudyCase
from storage.database import Database

_MOST_STUDY_CASES = 100_000  # a list for an operator holds all there are


class StudyInDatabase:
    """Study cases for the command line: listed, printed, and entered from papers."""

    def __init__(self, database: Database, reference: Reference, clock: Clock, senders: Mapping[str, str]) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._senders = senders

    async def list_cases(
        self, units: Collection[UnitCode] | None, person: str | None, *, with_ended: bool
    ) -> Sequence[tuple[StudyCase, Person]]:
        """Cases with the officials whom they concern; the look is in the audit chain."""
        async with self._database.transaction() as drawers:
            await drawers.audit.record("command_line", "listed_study", person or "study", self._clock.now())
            if person is not None:
                found = await drawers.study.list_of(PersonCode(person.upper()), _MOST_STUDY_CASES)
                found = [one for one in found if with_ended or one.is_open]
            else:
                found = await drawers.study.list_in(units, _MOST_STUDY_CASES, only_open=not with_ended)
            people = await drawers.profiles.find_people({one.person for one in found})
        return [(one, people[one.person]) for one in found if one.person in people]

    async def find_for_paper(self, number: int) -> tuple[StudyCase, Person] | None:
        """The case of this number with its official, to be printed; None for no such."""
        async with self._database.transaction() as drawers:
            case = await drawers.study.find_case(number)
            official = await drawers.profiles.find_person(case.person) if case is not None else None
            if case is None or official is None:
                return None
            await drawers.audit.record("command_line", PAPER_HANDED_OUT, official.code, self._clock.now())
        return case, official

    async def enter(self, entry: Entry, by: Person) -> tuple[StudyCase, Sequence[str]]:
        """Enter what a paper says in the name of an HR person. Raises NotEnteredError."""
        async with self._database.transaction() as drawers:
            today = self._reference.rule_book(await drawers.rules.load()).on(self._clock.today())
            desk = StudyDesk(
                cases=drawers.study,
                profiles=drawers.profiles,
                accounts=drawers.accounts,
                staff=drawers.staff,
                outbox=drawers.outbox,
                letters=drawers.letters,
                audit=drawers.audit,
                clock=self._clock,
                senders=self._senders,
            )
            return await enter(entry, by, today, desk)
