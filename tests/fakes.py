"""Ten-line ports in memory, of the shape that the desk asks for: what a test puts in is what the desk finds."""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from handlers.hr.proposals_given import key_of
from knowledge.facts import (
    DeclaredRules,
    DocumentId,
    FrequentAnswer,
    Person,
    PersonCode,
    RecognitionRow,
    ReviewRound,
    Role,
    Ruling,
    RulingId,
    TitleStandard,
    UnitCode,
)
from knowledge.folding import fold, fold_words
from knowledge.library import Library
from knowledge.understanding.meaning import Meaning
from knowledge.understanding.retrieval import FoundPlace
from storage.audit import ensure_impersonal
from storage.characters import storable_values
from storage.records import (
    Account,
    CodeIssued,
    Delivery,
    DeliveryState,
    KeptDay,
    NotReached,
    Proposal,
    ProposalState,
    Reached,
    Redemption,
    RedemptionOutcome,
    ReminderWishes,
    ToldRules,
    Unreached,
)
from storage.workbook import entries, tables_given
from storage.workbook.result_file import SheetsWriter
from tests.broadcasts_kept import FakeBroadcastOutbox, FakeBroadcasts
from tests.calendars import FakeCalendars, FakeDeliveries
from tests.cases import FakeEscalations
from tests.evidence_kept import FakeEvidence
from tests.inboxes import FakeInquiries, FakeLetters
from tests.privacy_kept import FakeCorrections, FakePersonalData, FakePrivacy
from tests.studies import FakeOutbox, FakeStudyCases


class FakeClock:
    """A day that stands still; `is_fixed` only where the test rehearses."""

    def __init__(self, day: date, *, is_fixed: bool = False) -> None:
        self.day = day
        self.is_fixed = is_fixed

    def today(self) -> date:
        return self.day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 9, 0, tzinfo=UTC)


class ReadsAs:
    """A reader that takes whatever is said to mean the same."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning

    def read(self, *_said: object) -> Meaning:
        return self.meaning

    def find_named(self, *_said: object) -> Any:
        """Nothing is looked for."""

    def understand(self, *_named: object) -> Meaning:
        return self.meaning


class FakeProfiles:
    def __init__(self, people: Sequence[Person] = (), phones: Mapping[str, Sequence[str]] | None = None) -> None:
        self.people = {person.code: person for person in people}
        self.phones = phones or {}

    async def find_person(self, code: PersonCode) -> Person | None:
        return self.people.get(PersonCode(code.strip().upper()))

    async def find_people(self, codes: Collection[PersonCode]) -> Mapping[PersonCode, Person]:
        return {code: self.people[code] for code in codes if code in self.people}

    async def list_people_by_name(
        self, words: str, limit: int, units: Collection[UnitCode] | None = None
    ) -> Sequence[Person]:
        within = [one for one in self.people.values() if units is None or one.unit in units]
        return [one for one in within if fold(words) in fold(one.name)][:limit]

    async def search_people(self, words: str, limit: int, units: Collection[UnitCode]) -> Sequence[Person]:
        begins = re.compile(r"\b" + r".*\b".join(fold_words(words).split()))
        within = [one for one in self.people.values() if one.unit in units]
        found = [one for one in within if begins.search(fold_words(one.name)) or one.code.startswith(words.upper())]
        return sorted(found, key=lambda one: (fold_words(one.name), one.code))[:limit]

    async def stream_people(self, units: Collection[UnitCode] | None) -> AsyncIterator[Person]:
        for code in sorted(self.people):
            if units is None or self.people[code].unit in units:
                yield self.people[code]

    async def list_staff(self) -> Sequence[Person]:
        serving = {Role.HR, Role.ADMINISTRATOR}
        return [self.people[code] for code in sorted(self.people) if self.people[code].roles & serving]

    async def list_codes_by_phone(self, phone: str) -> Sequence[PersonCode]:
        return [PersonCode(one) for one in self.phones.get(phone, ())]


class FakeRules:
    def __init__(self, declared: DeclaredRules) -> None:
        self.declared = declared
        self.loads = 0

    async def version(self) -> int:
        return self.declared.version

    async def load(self) -> DeclaredRules:
        self.loads += 1
        return self.declared


class FakeAccounts:
    def __init__(self, *accounts: Account) -> None:
        self.kept = {(one.channel, one.address): one for one in accounts}

    async def find_account(self, channel: str, address: str) -> Account | None:
        return self.kept.get((channel, address))

    async def save_consent(self, channel: str, address: str, version: str, at: datetime) -> None:
        known = self.kept.get((channel, address), Account(channel, address))
        self.kept[channel, address] = replace(known, consent_version=version, consented_at=at)

    async def link(
        self, channel: str, address: str, person: PersonCode, at: datetime, vouched_by: Collection[PersonCode] = ()
    ) -> None:
        known = self.kept[channel, address]
        self.kept[channel, address] = replace(known, person=person, linked_at=at, vouched_by=frozenset(vouched_by))

    async def unlink(self, channel: str, address: str, at: datetime) -> None:
        del at
        self.kept[channel, address] = Account(channel, address)

    async def list_accounts(self, person: PersonCode) -> Sequence[Account]:
        return [one for one in self.kept.values() if one.person == person]

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        del at
        self.kept[channel, address] = replace(self.kept[channel, address], unreachable_at=None)

    async def withhold(self, channel: str, address: str, purposes: Collection[str], at: datetime) -> None:
        del at
        known = self.kept.get((channel, address), Account(channel, address))
        self.kept[channel, address] = replace(known, withheld=tuple(sorted(purposes)))

    async def mark_told(self, channel: str, address: str, version: str, at: datetime) -> None:
        del at
        self.kept[channel, address] = replace(self.kept[channel, address], told_version=version)

    async def prefer(self, channel: str, address: str, at: datetime) -> None:
        self.preferred = channel, address


class FakeLinkCodes:
    """Codes by hand: what each one leads to. Anything else is wrong, with four tries left."""

    def __init__(self, **outcomes: Redemption) -> None:
        self.outcomes = outcomes
        self.tried: list[str] = []
        self.issued: dict[PersonCode, str] = {}

    async def issue(
        self,
        person: PersonCode,
        at: datetime,
        life: timedelta = timedelta(minutes=15),
        vouched_by: Collection[PersonCode] = (),
    ) -> CodeIssued:
        code = f"ABC23{len(self.issued) + 4}"
        self.outcomes[code] = Redemption(RedemptionOutcome.LINKED, person, vouched_by=frozenset(vouched_by))
        self.issued[person] = code
        return CodeIssued(code, at + life)

    async def redeem(
        self, channel: str, address: str, code: str, at: datetime, network: str | None = None
    ) -> Redemption:
        del channel, address, at
        self.tried.append(code)
        return self.outcomes.get(code, Redemption(RedemptionOutcome.WRONG, tries_left=4))


class FakeThreads:
    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.forgotten: list[tuple[str, str]] = []

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        return self.kept.get(thread)

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        del at
        self.kept[thread] = state

    async def forget_of(self, channel: str, address: str) -> None:
        self.forgotten.append((channel, address))
        self.kept.clear()


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry as the desk wrote it."""

    actor: str
    action: str
    subject: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


class FakeAudit:
    """As strict as the drawer: an entry that the chain would refuse is refused here too."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def record(
        self, actor: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
    ) -> None:
        ensure_impersonal(storable_values(details or {}))
        self.entries.append(Entry(actor, action, subject, at, details or {}))

    async def list_about(self, subject: str, limit: int) -> Sequence[tuple[datetime, str, str]]:
        about = [(one.at, one.actor, one.action) for one in self.entries if one.subject == subject]
        return about[::-1][:limit]


class FakeSearch:
    """Finds the points that the test names, among the documents that the desk lets it search."""

    def __init__(self, *found: tuple[str, str]) -> None:
        self.found = found
        self.searched: frozenset[DocumentId] = frozenset()

    def search(self, text: str, *, documents: Collection[DocumentId], least: float = 0.0) -> Sequence[FoundPlace]:
        del text, least
        self.searched = self.searched or frozenset(documents)  # what was searched first
        return [FoundPlace(DocumentId(one), point, 1.0) for one, point in self.found if one in documents]

    def search_documents(self, text: str, documents: Collection[DocumentId]) -> Sequence[FoundPlace]:
        del text, documents
        return []


@dataclass(frozen=True, slots=True)
class FakeTerm:
    name: str
    explanation: str
    document: str | None = None
    point: str | None = None


class FakeTerms:
    """One term, found by its name in the text."""

    def __init__(self, *terms: FakeTerm) -> None:
        self.terms = terms

    def find(self, text: str) -> FakeTerm | None:
        return next((one for one in self.terms if fold(one.name) in fold(text)), None)


@dataclass
class FakeQuestions:
    """What was noted: channel, intent, outcome, and the words of those without an answer."""

    noted: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    promoted: list[FrequentAnswer] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)

    async def note(self, at: datetime, channel: str, intent: str, outcome: str, question: str | None) -> None:
        self.noted.append((channel, intent, outcome, question))

    async def promote(self, answer: FrequentAnswer, by: PersonCode) -> int:
        self.promoted.append(answer)
        return len(self.promoted)

    async def withdraw(self, number: int, by: PersonCode, on: date) -> bool:
        is_given = 0 < number <= len(self.promoted) and number not in self.withdrawn
        self.withdrawn += [number] if is_given else []
        return is_given


class FakeRulings:
    """Rulings as they are added, declared at once to the rules of the same cabinet."""

    def __init__(self, rules: FakeRules) -> None:
        self._rules = rules

    async def add(self, ruling: Ruling, *, declares: DocumentId | None) -> Ruling:
        del declares
        known = self._rules.declared.rulings
        numbered = replace(ruling, id=RulingId(f"YK-{ruling.confirmed_on.year}-{len(known) + 1:04}"))
        self._declare(*known, numbered)
        return numbered

    async def withdraw(self, ruling: RulingId, on: date) -> bool:
        known = self._rules.declared.rulings
        found = any(one.id == ruling and one.withdrawn_on is None for one in known)
        self._declare(*(replace(one, withdrawn_on=on) if found and one.id == ruling else one for one in known))
        return found

    def _declare(self, *rulings: Ruling) -> None:
        declared = self._rules.declared
        self._rules.declared = replace(declared, version=declared.version + 1, rulings=rulings)


class FakeProposals:
    def __init__(self) -> None:
        self.kept: dict[int, Proposal] = {}

    async def add(self, proposal: Proposal) -> int:
        number = len(self.kept) + 1
        self.kept[number] = replace(proposal, number=number)
        return number

    async def find(self, number: int) -> Proposal | None:
        return self.kept.get(number)

    async def list_waiting(self, limit: int) -> Sequence[Proposal]:
        return [one for one in self.kept.values() if one.state is ProposalState.WAITING][:limit]

    async def decide(
        self, number: int, state: ProposalState, by: PersonCode, at: datetime, reason: str | None = None
    ) -> bool:
        waits = number in self.kept and self.kept[number].state is ProposalState.WAITING
        if waits:
            self.kept[number] = replace(self.kept[number], state=state, decided_by=by, decided_at=at, reason=reason)
        return waits

    async def expire(self, proposed_before: datetime, at: datetime) -> Sequence[int]:
        ended = [one.number for one in await self.list_waiting(len(self.kept)) if one.proposed_at < proposed_before]
        for number in ended:
            self.kept[number] = replace(self.kept[number], state=ProposalState.EXPIRED, decided_at=at)
        return ended


class FakeWorkingTime:
    """Days and hours that hold as soon as they are declared."""

    def __init__(self, rules: FakeRules) -> None:
        self._rules = rules

    async def declare(self, day, by, confirmed_by, at) -> None:
        del by, confirmed_by, at
        others = [one for one in self._rules.declared.calendar_days if one.day != day.day]
        self._declare(calendar_days=tuple(sorted((*others, day), key=lambda one: one.day)))

    async def withdraw(self, day: date, by, at) -> bool:
        del by, at
        days = self._rules.declared.calendar_days
        left = tuple(one for one in days if one.day != day)
        self._declare(calendar_days=left)
        return left != days

    async def set_hours(self, hours, by, confirmed_by, at) -> None:
        del by, confirmed_by, at
        self._declare(sending_hours=hours)

    async def list_days(self, limit: int) -> Sequence[KeptDay]:
        at = datetime(2026, 11, 20, tzinfo=UTC)
        return [KeptDay(one, "CB014", None, at) for one in self._rules.declared.calendar_days][:limit]

    def _declare(self, **what: Any) -> None:
        declared = self._rules.declared
        self._rules.declared = replace(declared, version=declared.version + 1, **what)


class FakeEntries:
    """Reads by the real rules of the workbook; what is stored is declared at once."""

    def __init__(self, rules: FakeRules) -> None:
        self._rules = rules

    async def read(self, sheet: str, cells: Mapping[str, str], library: Library, **how: Any) -> entries.Entry:
        return entries.read_entry(sheet, cells, library, **how)

    async def read_table(self, sheet: str, given: Any, library: Library, **how: Any) -> tables_given.GivenTable:
        return tables_given.read_given_rows(sheet, given, library, **how)

    async def store(
        self, row: RecognitionRow | TitleStandard | ReviewRound, *, declares: DocumentId | None, at: datetime
    ) -> None:
        del declares, at
        await self.remove(row)
        declared = self._rules.declared
        name = _SHELVES[type(row)]
        self._rules.declared = replace(declared, **{name: (*getattr(declared, name), row)})

    async def remove(self, row: RecognitionRow | TitleStandard | ReviewRound) -> None:
        declared = self._rules.declared
        name = _SHELVES[type(row)]
        kept = tuple(one for one in getattr(declared, name) if _key(one) != _key(row))
        self._rules.declared = replace(declared, version=declared.version + 1, **{name: kept})

    async def declare(self, number: DocumentId, at: datetime) -> None:
        del number, at


_SHELVES = {TitleStandard: "standards", RecognitionRow: "recognition", ReviewRound: "rounds"}


def _key(row: RecognitionRow | TitleStandard | ReviewRound) -> tuple[object, ...]:
    return (row.code,) if isinstance(row, ReviewRound) else key_of(row)


class FakeTold:
    """Rules told before, the newest first; `newcomers` came into the roster after the last of them."""

    def __init__(self, *kept: ToldRules, newcomers: Collection[str] = ()) -> None:
        self.kept = kept
        self.newcomers = newcomers

    async def list_told(self) -> Sequence[ToldRules]:
        return self.kept

    async def was_there(self, person: PersonCode, told: ToldRules) -> bool:
        return told in self.kept and person not in self.newcomers


class FakeReminders:
    """Wishes of people, the last ones said."""

    def __init__(self) -> None:
        self.wishes: dict[PersonCode, ReminderWishes] = {}

    async def find_wishes(self, person: PersonCode) -> ReminderWishes:
        return self.wishes.get(person, ReminderWishes())

    async def save_wishes(self, person: PersonCode, wishes: ReminderWishes, at: datetime) -> None:
        del at
        self.wishes[person] = wishes


class FakeReach:
    """Whom the kept accounts reach; the rest as a test says it."""

    def __init__(self, accounts: FakeAccounts, profiles: FakeProfiles, outbox: FakeBroadcastOutbox) -> None:
        self._accounts, self._profiles, self._outbox = accounts, profiles, outbox
        self.quiet: set[PersonCode] = set()
        self.reminded: dict[PersonCode, datetime] = {}

    async def find_chats(
        self, people: Collection[PersonCode], channels: Collection[str]
    ) -> Mapping[PersonCode, Reached]:
        accounts = [one for one in self._accounts.kept.values() if one.channel in channels]
        return {
            one.person: Reached(one.channel, one.address, "vi")
            for one in accounts
            if one.person in people and one.person is not None and one.unreachable_at is None
        }

    async def find_linked(self, people: Collection[PersonCode]) -> frozenset[PersonCode]:
        return frozenset(one.person for one in self._accounts.kept.values() if one.person) & frozenset(people)

    async def find_quiet(self, people: Collection[PersonCode], day: date) -> frozenset[PersonCode]:
        del day
        return frozenset(self.quiet & set(people))

    async def hold_reminding(self) -> None:
        """One desk at a time in a test."""

    async def find_reminded(self, people: Collection[PersonCode], since: datetime) -> Mapping[PersonCode, datetime]:
        put = {one.person: self._outbox.put_at[number] for number, one in self._outbox.put.items()}
        return {code: at for code, at in {**self.reminded, **put}.items() if code in people and at >= since}

    async def list_unreached(self, units: Collection[UnitCode], channels: Collection[str]) -> Sequence[Unreached]:
        reached = await self.find_chats(tuple(self._profiles.people), channels)
        linked = await self.find_linked(tuple(self._profiles.people))
        return [
            Unreached(
                one.code,
                one.name,
                one.position,
                one.unit,
                NotReached.REFUSED if one.code in linked else NotReached.NO_CHAT,
            )
            for one in self._profiles.people.values()
            if one.unit in units and one.code not in reached
        ]


class FakeReceipts:
    """Deliveries that went out, each to its recipient, and those acknowledged."""

    def __init__(self) -> None:
        self.sent: dict[int, PersonCode] = {}
        self.acknowledged: list[int] = []

    async def acknowledge(self, delivery: int, person: PersonCode, at: datetime) -> bool:
        del at
        if self.sent.get(delivery) != person:
            return False
        self.acknowledged.append(delivery)
        return True


@dataclass
class FakeConsoleEntries:
    """Ways into the console, as they were asked for."""

    made: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)

    async def make_entry(self, person, browser, channel, address, at):
        del at
        self.made.append((person, browser, channel, address))
        return "TOKEN", "CODE2345"


class FakeUnclear:
    """Messages that may or may not have arrived, as a test puts them."""

    def __init__(self, profiles: FakeProfiles) -> None:
        self._profiles = profiles
        self.kept: dict[int, Delivery] = {}

    async def find(self, delivery: int) -> Delivery | None:
        return self.kept.get(delivery)

    async def list_unclear_of(self, units: Collection[UnitCode], limit: int) -> Sequence[Delivery]:
        people = self._profiles.people
        mine = [one for one in self.kept.values() if one.person in people and people[one.person].unit in units]
        return [one for one in mine if one.state is DeliveryState.UNCLEAR][:limit]

    async def settle_unclear(self, delivery: int, *, has_arrived: bool, at: datetime) -> bool:
        del at
        return self._become(delivery, DeliveryState.DELIVERED if has_arrived else DeliveryState.REFUSED)

    async def send_again(self, delivery: int, at: datetime) -> bool:
        del at
        return self.kept[delivery].broadcast is None and self._become(delivery, DeliveryState.WAITING)

    def _become(self, delivery: int, state: DeliveryState) -> bool:
        was_unclear = self.kept[delivery].state is DeliveryState.UNCLEAR
        if was_unclear:
            self.kept[delivery] = replace(self.kept[delivery], state=state)
        return was_unclear


class FakeVisits:
    """Nothing is brought before it is asked for."""

    async def foresee(self, channel: str, address: str, thread: str | None) -> None:
        del channel, address, thread


@dataclass
class FakeDrawers:
    """The cabinet of one desk. `opened` counts transactions, `closed` those that ended."""

    profiles: FakeProfiles
    rules: FakeRules
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    link_codes: FakeLinkCodes = field(default_factory=FakeLinkCodes)
    threads: FakeThreads = field(default_factory=FakeThreads)
    audit: FakeAudit = field(default_factory=FakeAudit)
    questions: FakeQuestions = field(default_factory=FakeQuestions)
    proposals: FakeProposals = field(default_factory=FakeProposals)
    told: FakeTold = field(default_factory=FakeTold)
    inquiries: FakeInquiries = field(default_factory=FakeInquiries)
    letters: FakeLetters = field(default_factory=FakeLetters)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    escalations: FakeEscalations = field(default_factory=FakeEscalations)
    reminders: FakeReminders = field(default_factory=FakeReminders)
    receipts: FakeReceipts = field(default_factory=FakeReceipts)
    console: FakeConsoleEntries = field(default_factory=FakeConsoleEntries)
    visits: FakeVisits = field(default_factory=FakeVisits)
    opened: int = 0
    closed: int = 0

    def __post_init__(self) -> None:
        self.broadcast_outbox = FakeBroadcastOutbox()
        self.broadcasts = FakeBroadcasts(self.broadcast_outbox, self.accounts, self.profiles)
        self.inquiries.people = self.profiles.people
        self.unclear = FakeUnclear(self.profiles)
        self.sheets = SheetsWriter()
        self.deliveries = FakeDeliveries()
        self.calendars = FakeCalendars()
        self.reach = FakeReach(self.accounts, self.profiles, self.broadcast_outbox)
        self.study = FakeStudyCases(self.profiles)
        self.evidence = FakeEvidence(self.profiles)
        self.privacy = FakePrivacy({one.code: one.unit for one in self.profiles.people.values()})
        self.personal_data = FakePersonalData()
        self.corrections = FakeCorrections(self.profiles.people)

    @property
    def rulings(self) -> FakeRulings:
        return FakeRulings(self.rules)

    @property
    def working_time(self) -> FakeWorkingTime:
        return FakeWorkingTime(self.rules)

    @property
    def entries(self) -> FakeEntries:
        return FakeEntries(self.rules)

    @property
    def staff(self) -> FakeProfiles:
        return self.profiles

    @property
    def guesses(self) -> FakeInquiries:
        return self.inquiries

    @property
    def overdue(self) -> FakeInquiries:
        return self.inquiries

    @asynccontextmanager
    async def open(self) -> AsyncIterator["FakeDrawers"]:
        self.opened += 1
        yield self
        self.closed += 1
