"""Evidence kept in memory, of the shape that the desk asks for: decisions change the people of the same cabinet."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from knowledge.facts import Credential, CredentialStatus, KindCode, PersonCode, UnitCode
from storage.records import Evidence, EvidenceFile, EvidenceState

_WAITS = {EvidenceState.WAITING, EvidenceState.CHECKED}


def key_of(credential: Credential) -> tuple[Any, ...]:
    """What a certificate is known by."""
    issued = credential.issued_on if credential.number is None else None
    return credential.kind, credential.number, issued


class FakeEvidence:
    """Submissions by number, files by id (person, submission, type, moment, content), and the kinds marked."""

    def __init__(self, profiles: Any) -> None:
        self._profiles = profiles
        self.kept: dict[int, Evidence] = {}
        self.files: dict[int, tuple[PersonCode, int | None, str, datetime, bytes]] = {}
        self.former: dict[int, Credential | None] = {}  # what stood on record before, until it is taken back
        self.marked: set[KindCode] = set()

    async def submit(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        held = self._held(made)
        if (held is not None and held.status is CredentialStatus.VERIFIED) or await self.find_open(
            made.person, made.credential
        ):
            return None
        return self._keep(replace(made, number=len(self.kept) + 1), files)

    async def submit_again(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        held, waiting = self._held(made), await self.find_open(made.person, made.credential)
        if held is not None and held.status is CredentialStatus.VERIFIED:
            return None
        if waiting is not None and waiting.number != made.number:
            return None
        return self._keep(made, files)

    async def settle(self, decided: Evidence) -> None:
        self.kept[decided.number] = decided
        if decided.state is EvidenceState.WITHDRAWN:
            self._take_back(decided)
            self.files = {key: one for key, one in self.files.items() if one[1] != decided.number}
            return
        if decided.state is EvidenceState.ASKED_BACK:
            self._take_back(decided)
            return
        states = {
            EvidenceState.VERIFIED: CredentialStatus.VERIFIED,
            EvidenceState.REJECTED: CredentialStatus.REJECTED,
        }
        self._put(decided.person, decided.credential, states.get(decided.state, CredentialStatus.WAITING))

    async def find(self, number: int, *, to_change: bool = False) -> Evidence | None:
        del to_change
        return self._whole(self.kept[number]) if number in self.kept else None

    async def find_open(self, person: PersonCode, credential: Credential) -> Evidence | None:
        of_person = [one for one in self.kept.values() if one.person == person and one.is_undecided]
        return next((self._whole(one) for one in of_person if key_of(one.credential) == key_of(credential)), None)

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[Evidence]:
        return [self._whole(one) for one in self.kept.values() if one.person == person][::-1][:limit]

    async def list_waiting(
        self, units: Collection[UnitCode], but: PersonCode, *, asked_before: datetime, limit: int, offset: int
    ) -> tuple[Sequence[Evidence], int]:
        people = self._profiles.people
        waiting = [
            self._whole(one)
            for one in self.kept.values()
            if (one.state in _WAITS or (one.state is EvidenceState.ASKED_BACK and one.changed_at < asked_before))
            and one.person != but
            and people[one.person].unit in units
        ]
        return waiting[offset : offset + limit], len(waiting)

    async def count_unproven(self, units: Collection[UnitCode], but: PersonCode) -> int:
        open_keys = {(one.person, key_of(one.credential)) for one in self.kept.values() if one.state in _WAITS}
        return sum(
            held.status is CredentialStatus.WAITING and (code, key_of(held)) not in open_keys
            for code, person in self._profiles.people.items()
            if person.unit in units and code != but
            for held in person.credentials
        )

    async def add_file(self, person: PersonCode, content: bytes, media_type: str, at: datetime) -> EvidenceFile:
        number = len(self.files) + 1
        self.files[number] = (person, None, media_type, at, content)
        return EvidenceFile(number, media_type, len(content))

    async def list_loose(self, person: PersonCode, files: Collection[int]) -> Sequence[EvidenceFile]:
        return [
            EvidenceFile(key, one[2], len(one[4]))
            for key, one in self.files.items()
            if key in files and one[0] == person and one[1] is None
        ]

    async def count_since(self, person: PersonCode, since: datetime) -> int:
        return sum(one[0] == person and one[3] >= since for one in self.files.values())

    async def read_file(self, number: int, file: int) -> bytes | None:
        known = self.files.get(file)
        return known[4] if known is not None and known[1] == number else None

    async def withdraw_all(self, person: PersonCode, at: datetime) -> None:
        for one in [one for one in self.kept.values() if one.person == person and one.is_undecided]:
            await self.settle(replace(one, state=EvidenceState.WITHDRAWN, version=one.version + 1, changed_at=at))
        self.files = {key: one for key, one in self.files.items() if one[0] != person or one[1] is not None}

    async def list_marked(self) -> frozenset[KindCode]:
        return frozenset(self.marked)

    async def mark(self, kind: KindCode, by: PersonCode, at: datetime) -> None:
        del by, at
        self.marked.add(kind)

    async def unmark(self, kind: KindCode) -> None:
        self.marked.discard(kind)
        undecided = [one for one in self.kept.values() if one.credential.kind == kind and one.is_undecided]
        self.kept.update({one.number: replace(one, needs_two=True) for one in undecided})

    def _keep(self, made: Evidence, files: Collection[int]) -> Evidence:
        self.kept[made.number] = made
        for key in files:
            if self.files[key][:2] == (made.person, None):
                self.files[key] = (made.person, made.number, *self.files[key][2:])
        held = self._held(made)
        self.former[made.number] = held
        self.kept[made.number] = made = replace(made, is_new=held is None)
        self._put(made.person, made.credential, CredentialStatus.WAITING)
        return self._whole(made)

    def _take_back(self, one: Evidence) -> None:
        if one.number in self.former:
            former = self.former.pop(one.number)
            self._put(one.person, former or one.credential, former.status if former is not None else None)

    def _whole(self, one: Evidence) -> Evidence:
        files = tuple(
            EvidenceFile(key, file[2], len(file[4])) for key, file in self.files.items() if file[1] == one.number
        )
        return replace(one, files=files)

    def _held(self, made: Evidence) -> Credential | None:
        of_person = self._profiles.people[made.person].credentials
        return next((one for one in of_person if key_of(one) == key_of(made.credential)), None)

    def _put(self, code: PersonCode, credential: Credential, status: CredentialStatus | None) -> None:
        person = self._profiles.people[code]
        others = [one for one in person.credentials if key_of(one) != key_of(credential)]
        held = [replace(credential, status=status)] if status is not None else []
        self._profiles.people[code] = replace(person, credentials=(*others, *held))
