"""Consents, requests and everything about a person, kept in memory."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from knowledge.facts import Person, PersonCode, TerritoryCode, UnitCode
from knowledge.library import Library
from storage.records import Breach, BreachStepDone, Consent, DataRequest, Kept
from storage.workbook.correcting import Corrected, read_correction


class FakePrivacy:
    def __init__(self, units: Mapping[str, str] | None = None) -> None:
        self.consents: list[Consent] = []
        self.requests: dict[int, DataRequest] = {}
        self.breaches: dict[int, Breach] = {}
        self.units = units or {}
        self.vouchers: dict[PersonCode, frozenset[PersonCode]] = {}

    async def note_consents(self, given: Sequence[Consent]) -> None:
        self.consents += given

    async def list_consents(self, channel: str, address: str) -> Sequence[Consent]:
        return [one for one in self.consents if (one.channel, one.address) == (channel, address)]

    async def list_consents_of(self, person: PersonCode) -> Sequence[Consent]:
        return [one for one in self.consents if one.person == person]

    async def add_request(self, request: DataRequest) -> DataRequest:
        number = len(self.requests) + 1
        self.requests[number] = replace(request, number=number)
        return self.requests[number]

    async def find_request(self, number: int, *, to_change: bool = False) -> DataRequest | None:
        del to_change
        return self.requests.get(number)

    async def list_requests_of(self, person: PersonCode, limit: int) -> Sequence[DataRequest]:
        return [one for one in reversed(self.requests.values()) if one.person == person][:limit]

    async def list_running(self, units: Collection[UnitCode] | None, limit: int) -> Sequence[DataRequest]:
        within = [one for one in self.requests.values() if units is None or self.units.get(one.person) in units]
        return sorted((one for one in within if one.is_open), key=lambda one: one.due_on)[:limit]

    async def list_due(self, day: date, limit: int) -> Sequence[DataRequest]:
        due = [one for one in self.requests.values() if one.is_open]
        return [one for one in due if one.due_on <= day or (one.answered_at is None and one.first_on <= day)][:limit]

    async def list_vouchers(self, officers: Collection[PersonCode]) -> Mapping[PersonCode, frozenset[PersonCode]]:
        return {one: self.vouchers[one] for one in officers if one in self.vouchers}

    async def save_request(self, request: DataRequest) -> DataRequest:
        self.requests[request.number] = replace(request, version=request.version + 1)
        return self.requests[request.number]

    async def open_breach(self, breach: Breach) -> Breach:
        number = len(self.breaches) + 1
        self.breaches[number] = replace(breach, number=number)
        return self.breaches[number]

    async def list_breaches(self, *, only_open: bool = False) -> Sequence[Breach]:
        return [one for one in reversed(self.breaches.values()) if not only_open or one.closed_at is None]

    async def take_step(self, number: int, step: BreachStepDone) -> None:
        self.breaches[number] = replace(self.breaches[number], steps=(*self.breaches[number].steps, step))

    async def close_breach(self, number: int, by: str, at: datetime) -> bool:
        if number not in self.breaches or self.breaches[number].closed_at is not None:
            return False
        self.breaches[number] = replace(self.breaches[number], closed_at=at, closed_by=by)
        return True

    async def mark_warned(self, number: int, hours_left: int) -> bool:
        warned = self.breaches[number].warned
        if warned is not None and warned <= hours_left:
            return False
        self.breaches[number] = replace(self.breaches[number], warned=hours_left)
        return True


class FakePersonalData:
    """What a test puts into `rows`: group → (table, columns)."""

    def __init__(self, **rows: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        self.rows = rows
        self.erased: list[str] = []

    async def collect(self, person: PersonCode) -> Sequence[Kept]:
        del person
        return [Kept(group, tuple(rows)) for group, rows in self.rows.items()]

    async def count(self, person: PersonCode) -> Mapping[str, int]:
        del person
        return Counter({group: len(rows) for group, rows in self.rows.items()})

    async def erase(self, person: PersonCode) -> None:
        self.erased.append(person)

    async def count_processing(self, since: datetime, until: datetime) -> Sequence[tuple[date, str, str, int, int]]:
        del since, until
        return []


class FakeCorrections:
    """Corrects what the profiles of the test hold."""

    def __init__(self, people: dict[PersonCode, Person]) -> None:
        self.people = people

    def read_correction(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> Sequence[Any]:
        read = read_correction(person, column, value, library, home=home, today=today)
        return () if isinstance(read, Corrected) else read

    async def correct(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> bool:
        read = read_correction(person, column, value, library, home=home, today=today)
        if isinstance(read, Corrected):
            self.people[person.code] = read.person
        return isinstance(read, Corrected)
