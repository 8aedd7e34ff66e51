"""Cases that went to those above, in memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from knowledge.cases import KeptCase
from knowledge.facts import CriterionCode, PersonCode
from storage.records import Remark


class FakeEscalations:
    """What was told, who is reached, what was offered and said."""

    def __init__(self, *kept: KeptCase, reached: Collection[PersonCode] = ()) -> None:
        self.kept = list(kept)
        self.reached = frozenset(reached)
        self.offered: dict[PersonCode, frozenset[CriterionCode]] = {}
        self.remarks: list[Remark] = []

    async def list_told_to(self, recipient: PersonCode, today: date) -> Sequence[KeptCase]:
        del today
        return [one for one in self.kept if any(recipient in told.to for told in one.told) and one.closed_on is None]

    async def list_cases_of(self, person: PersonCode, today: date) -> Sequence[KeptCase]:
        del today
        return [one for one in self.kept if one.case.person == person and one.closed_on is None]

    async def list_offered(self) -> Mapping[PersonCode, frozenset[CriterionCode]]:
        return self.offered

    async def find_reached(self, people: Collection[PersonCode], channels: Collection[str]) -> frozenset[PersonCode]:
        del channels
        return self.reached & frozenset(people)

    async def remark(self, remarks: Collection[Remark]) -> None:
        self.remarks += remarks

    async def list_remarks(self, about: Collection[PersonCode]) -> Sequence[Remark]:
        return [one for one in self.remarks if one.about in about]
