"""Study cases and an outbox in memory, of the shape that the desk asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from knowledge.facts import CriterionCode, PersonCode, Role, StudyRecord, UnitCode
from knowledge.study_cases import CaseNumber, StudyCase, StudyState
from storage.records import NewDelivery, NewNotice


class FakeStudyCases:
    """Cases as they are kept; their dates are read with the person, as in the cabinet."""

    def __init__(self, profiles: Any) -> None:
        self._profiles = profiles
        self.kept: dict[int, StudyCase] = {}
        self._records: dict[int, Sequence[StudyRecord]] = {}

    async def add_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> StudyCase | None:
        if await self.find_open(case.person, case.criterion) is not None:
            return None
        made = replace(case, number=CaseNumber(len(self.kept) + 1))
        self.kept[made.number] = made
        self._put(made, records)
        return made

    async def save_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> None:
        self.kept[case.number] = case
        self._put(case, records)

    async def find_case(self, number: int, *, to_change: bool = False) -> StudyCase | None:
        return self.kept.get(number)

    async def find_open(self, person: PersonCode, criterion: CriterionCode) -> StudyCase | None:
        found = (one for one in self.kept.values() if (one.person, one.criterion) == (person, criterion))
        return next((one for one in found if one.is_open), None)

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[StudyCase]:
        return [one for one in reversed(self.kept.values()) if one.person == person][:limit]

    async def list_in(self, units: Collection[UnitCode] | None, limit: int, *, only_open: bool) -> Sequence[StudyCase]:
        people = self._profiles.people
        found = [
            one
            for one in self.kept.values()
            if (units is None or people[one.person].unit in units) and (one.is_open or not only_open)
        ]
        return sorted(found, key=lambda one: one.state is not StudyState.WAITING)[:limit]

    async def list_heads(self, units: Collection[UnitCode]) -> Mapping[UnitCode, Sequence[PersonCode]]:
        heads: dict[UnitCode, list[PersonCode]] = {}
        for one in self._profiles.people.values():
            if one.unit in units and Role.HEAD in one.roles:
                heads.setdefault(one.unit, []).append(one.code)
        return heads

    def _put(self, case: StudyCase, records: Sequence[StudyRecord]) -> None:
        person = self._profiles.people[case.person]
        before = self._records.get(case.number, ())
        kept = [one for one in person.study if not any(one is other for other in before)]
        self._records[case.number] = tuple(records)
        self._profiles.people[case.person] = replace(person, study=(*kept, *records))


class FakeOutbox:
    """What was put: each message with what it tells, every key once."""

    def __init__(self) -> None:
        self.put_in: list[tuple[NewDelivery, Sequence[NewNotice]]] = []

    async def put(self, delivery: NewDelivery, notices: Sequence[NewNotice], at: datetime) -> int | None:
        known = {one.key for _delivery, told in self.put_in for one in told}
        new = [one for one in notices if one.key not in known]
        if not new:
            return None
        self.put_in.append((delivery, new))
        return len(self.put_in)
