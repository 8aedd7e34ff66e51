"""Questions passed on and letters, kept in memory in the shape that the desk asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from knowledge.facts import Person, PersonCode, UnitCode
from storage.records import Inquiry, InquiryMessage, InquiryState, Letter, LetterKind, LetterState, Untold

_DIGITS = "2345679"


class FakeInquiries:
    """Codes come in the order C2C2C2, C2C2C3, …; a test may change what is kept behind the desk's back."""

    def __init__(self, people: Mapping[PersonCode, Person] | None = None) -> None:
        self.people: Mapping[PersonCode, Person] = {} if people is None else people
        self.kept: dict[str, Inquiry] = {}
        self.wrong: dict[tuple[str, str], int] = {}

    async def add(self, inquiry: Inquiry) -> Inquiry:
        many, few = divmod(len(self.kept), len(_DIGITS))
        hundreds, tens = divmod(many, len(_DIGITS))
        added = replace(inquiry, code=f"C2C{_DIGITS[hundreds]}{'CDEFGHJ'[tens]}{_DIGITS[few]}")
        self.kept[added.code] = added
        return added

    async def find(self, code: str, *, to_change: bool = False) -> Inquiry | None:
        del to_change
        return self._read(self.kept[code]) if code in self.kept else None

    async def list_asked(self, channel: str, address: str, person: PersonCode | None, limit: int) -> Sequence[Inquiry]:
        own = [
            one
            for one in map(self._read, self.kept.values())
            if (person is not None and one.person == person)
            or (one.person is None and one.unit is None and (one.channel, one.address) == (channel, address))
        ]
        return own[::-1][:limit]

    async def list_waiting(
        self, *, units_served: Collection[UnitCode], serves_unplaced: bool, is_administrator: bool, person: PersonCode
    ) -> Sequence[Inquiry]:
        found = [
            replace(one, question=None, context=(), answer="")
            for one in map(self._read, self.kept.values())
            if one.is_open
            and one.person != person
            and (
                one.unit in units_served
                or serves_unplaced  # which units there are is not known here; the desk looks at each again
                or (is_administrator and one.for_administrators)
            )
        ]
        return sorted(found, key=lambda one: (one.due_on, one.code))

    async def save(self, inquiry: Inquiry, at: datetime, message: InquiryMessage | None = None) -> Inquiry:
        del at
        messages = (*inquiry.messages, message) if message is not None else inquiry.messages
        asked_in = self.kept[inquiry.code].unit
        self.kept[inquiry.code] = replace(inquiry, unit=asked_in, version=inquiry.version + 1, messages=messages)
        return self._read(self.kept[inquiry.code])

    async def drop_texts(self, code: str) -> None:
        one = self.kept[code]
        messages = tuple(replace(said, text=None) for said in one.messages)
        self.kept[code] = replace(one, question=None, answer="", context=(), messages=messages)

    async def withdraw_all(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> int:
        own = await self.list_asked(channel, address, person, 100)
        for one in own:
            if one.is_open:
                await self.save(replace(one, state=InquiryState.WITHDRAWN), at)
            await self.drop_texts(one.code)
        return sum(one.is_open for one in own)

    async def list_overdue(self, today: date, limit: int) -> Sequence[Inquiry]:
        return [
            one
            for one in map(self._read, self.kept.values())
            if one.state is InquiryState.OPEN
            and one.due_on < today
            and (one.reminded_on is None or one.reminded_on < today)
        ][:limit]

    async def mark_reminded(self, code: str, on: date, *, for_administrators: bool) -> None:
        one = self.kept[code]
        self.kept[code] = replace(
            one,
            reminded_on=on,
            reminders=one.reminders + 1,
            for_administrators=one.for_administrators or for_administrators,
        )

    async def count_wrong(self, channel: str, address: str, at: datetime) -> int:
        del at
        self.wrong[channel, address] = self.wrong.get((channel, address), 0) + 1
        return self.wrong[channel, address]

    async def wrong_so_far(self, channel: str, address: str, at: datetime) -> int:
        del at
        return self.wrong.get((channel, address), 0)

    def _read(self, one: Inquiry) -> Inquiry:
        """With the unit of today's roster, and of nobody where the asker is in it no more."""
        if one.person is None or not self.people:
            return one
        asker = self.people.get(one.person)
        return replace(one, unit=asker.unit) if asker is not None else replace(one, person=None)


class FakeLetters:
    def __init__(self) -> None:
        self.kept: list[Letter] = []

    async def leave(self, letter: Letter) -> bool:
        if letter.key is not None and any(one.key == letter.key for one in self.kept):
            return False
        self.kept.append(replace(letter, id=letter.id or len(self.kept) + 1))
        return True

    async def list_about(self, inquiry: str) -> Sequence[Letter]:
        return [one for one in self.kept if one.inquiry == inquiry]

    async def collect(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> Sequence[Letter]:
        del at
        found = [
            one
            for one in self.kept
            if (one.channel, one.address, one.person, one.state) == (channel, address, person, LetterState.WAITING)
        ]
        self.kept = [replace(one, state=LetterState.DELIVERED) if one in found else one for one in self.kept]
        return found

    async def take_back(self, inquiry: str, channel: str, address: str, asker: PersonCode | None = None) -> None:
        def is_gone(one: Letter) -> bool:
            is_theirs = (one.channel, one.address) == (channel, address) or (asker is not None and one.person == asker)
            return is_theirs and (one.inquiry, one.state) == (inquiry, LetterState.WAITING)

        self.kept = [one for one in self.kept if not is_gone(one)]

    async def keep_untold(self, letter: int, why: Untold, at: datetime) -> None:
        del at
        refused = {"state": LetterState.REFUSED, "reason": why.value}
        self.kept = [replace(one, **refused) if one.id == letter else one for one in self.kept]

    async def move_of(
        self,
        channel: str,
        address: str,
        person: PersonCode,
        to_channel: str,
        to_address: str,
        *,
        only_answers: bool = False,
    ) -> None:
        answers = {LetterKind.ANSWERED, LetterKind.ASKED_BACK, LetterKind.CLOSED}
        moving = answers if only_answers else set(LetterKind) - {LetterKind.LINKED}
        here = (channel, address, person, LetterState.WAITING)
        there = {
            (one.kind, one.inquiry, one.number)
            for one in self.kept
            if (one.channel, one.address, one.person, one.state) == (to_channel, to_address, person, here[3])
        }
        self.kept = [
            replace(one, channel=to_channel, address=to_address)
            if (one.channel, one.address, one.person, one.state) == here
            and one.kind in moving
            and (one.kind, one.inquiry, one.number) not in there
            else one
            for one in self.kept
        ]

    async def take_back_of(
        self, channel: str, address: str, person: PersonCode, *, keeps_warnings: bool = False
    ) -> None:
        if keeps_warnings:
            here = (channel, address, person, LetterKind.LINKED)
            self.kept = [
                replace(one, person=None) if (one.channel, one.address, one.person, one.kind) == here else one
                for one in self.kept
            ]
        gone = (channel, address, person, LetterState.WAITING)
        self.kept = [one for one in self.kept if (one.channel, one.address, one.person, one.state) != gone]
