"""Where the rooms are joined: settings in, an open office out. The only module of the doors that knows the cabinet."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from bot.adding import describe_kept_already, describe_misfit, describe_not_kept
from bot.citing import describe_citation
from bot.clock import FixedClock, SystemClock
from bot.errors import InputError, ServiceError
from bot.failures import ChannelRefusedError
from bot.handed_in.examining import Examiner
from bot.judging import Judge
from bot.letters import Carried, Errand
from bot.linking import bot_link
from bot.on_telegram.paid import describe_price
from bot.on_telegram.pushing import fits as fits_telegram
from bot.on_zalo.bot_kept import BotKept
from bot.on_zalo.bot_pushing import fits as fits_zalo_bot
from bot.on_zalo.bot_tokens import identity_of as bot_identity_of
from bot.on_zalo.pushing import identity_of as oa_identity_of
from bot.push.broadcasting import BroadcastKeeper, Surroundings
from bot.push.composing import NoticeComposer, Premises
from bot.push.figures import Figures
from bot.push.jobs import Connection, defer_pump
from bot.push.ledger import ASKED
from bot.push.planning import Agenda, Planned, Watcher, plan
from bot.push.pump import Manner, Pump
from bot.push.sending import Sender
from bot.rules_now import RulesNow
from bot.seen import Taken
from bot.settings import Settings
from bot.telling import Telling
from bot.wiring_api import SharedStore
from bot.wiring_calendars import CalendarsInDatabase
from bot.wiring_intake import InboxInDatabase
from bot.wiring_reports import ReportsInDatabase
from bot.wiring_zalo import BookInDatabase, GrantsInDatabase, allowance_of, bot_plan, read_allowances
from handlers.asking import PUSHED, Channel
from handlers.front_desk import FrontDesk
from handlers.hr.promoting import Draft, check_draft, promote, withdraw
from handlers.hr.study_entering import Entry, enter
from handlers.letters import write_letter
from handlers.notices.table import BY_KIND, join
from handlers.phrases import CataloguesMissingError, _, locale_of, use_catalogues
from handlers.ports import Clock
from handlers.sending_lines import SendingLine
from handlers.study.desk import PAPER_HANDED_OUT
from handlers.study.desk import Desk as StudyDesk
from knowledge.calendar import WorkingCalendar
from knowledge.digesting import DeskWork, Digests, first_working_day, week_of
from knowledge.documents import Citation
from knowledge.escalating import Escalations
from knowledge.facts import (
    CriterionCode,
    DeclaredRules,
    DocumentId,
    Person,
    PersonCode,
    RoundCode,
    TerritoryCode,
    UnitCode,
)
from knowledge.growing import as_added, find_misfits
from knowledge.library import Library, ReminderStages
from knowledge.loader import LibraryError, load_library
from knowledge.reading.accepted import AcceptedDocument
from knowledge.reminders import OwnStages, Reminding
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.rules_serialised import FORM, UnreadableRulesError, fingerprint_of, read_rules, write_rules
from knowledge.sending_hours import next_allowed, sending_day
from knowledge.study_cases import StudyCase
from knowledge.study_waiting import StudyRequests
from knowledge.understanding.reader import Reader, build_reader
from knowledge.understanding.retrieval import PointSearch
from knowledge.understanding.terms import find_term
from storage.database import Database, connection_words, open_database
from storage.drawers import Drawers
from storage.embedded import EmbeddedServer
from storage.encryption import SecretKeyError, Vault, load_or_make_key
from storage.errors import DatabaseUnavailableError
from storage.ledger import Ledger
from storage.migrating import find_revision, migrate, newest_revision
from storage.records import (
    AuditVerdict,
    CodeIssued,
    Delivery,
    LetterState,
    NewDelivery,
    NewNotice,
    NoticeKind,
    Unanswered,
    WrittenRules,
)
from storage.workbook.load import LoadReport, Progress, load_workbook

_CARDS_MOVE_EVERY = timedelta(seconds=5)  # what shows the progress of a broadcast is written over no more often
_UPDATES_ARE_KEPT = timedelta(days=3)  # longer than a platform brings an update again
_GUESSES_ARE_KEPT = timedelta(days=1)
_LOOSE_FILES_ARE_KEPT = timedelta(days=1)  # of a form that was left unfinished
_QUESTIONS_ARE_KEPT = timedelta(days=180)
_COUNTS_ARE_KEPT = timedelta(days=400)  # a year and some weeks, to compare with the year before
_PARCELS_AT_ONCE = 2_000
_UNREACHED_WAIT = timedelta(days=60)  # for a chat; what they would have been told is told by other notices since
_PLANNED_DAYS_ARE_KEPT = timedelta(days=800)
_REFUSALS_ARE_SHOWN = timedelta(days=7)
_UNCLEAR_ARE_SHOWN = 100
_CASES_ARE_KEPT = timedelta(days=800)  # after they ended, to know them if they open again
SILENCE = timedelta(seconds=12)  # a worker not heard of for so long is taken for dead
_MOST_STUDY_CASES = 100_000  # a list for an operator holds all there are
PUSHED_CHANNELS = tuple(one.value for one in PUSHED)  # a web page or a terminal can only be asked, not sent to
LOCALES = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class Reference:
    """The library and what is made of it once: no database is needed for this part."""

    library: Library
    calendar: WorkingCalendar
    home: TerritoryCode

    def rule_book(self, rules: DeclaredRules) -> RuleBook:
        """The rule book of HR's declared rules."""
        return RuleBook.of(self.library, rules, self.calendar, self.home)


@dataclass(frozen=True, slots=True)
class RulesScribe:
    """Writes down the complete rules that hold with what HR has declared, for the cabinet to keep."""

    reference: Reference

    def write(self, declared: DeclaredRules) -> WrittenRules:
        book = self.reference.rule_book(declared)
        return WrittenRules(FORM, fingerprint_of(book), write_rules(book))

    def can_read(self, written: WrittenRules) -> bool:
        return _read_rules(written) is not None


def _read_rules(written: WrittenRules) -> RuleBook | None:
    try:
        return read_rules(written.form, written.content)
    except UnreadableRulesError:
        return None


class MemoryThreads:
    """Conversations of one process, for the command line; they end with it."""

    def __init__(self) -> None:
        self._kept: dict[str, Mapping[str, Any]] = {}

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        return self._kept.get(thread)

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        del at
        self._kept[thread] = state

    async def forget_of(self, channel: str, address: str) -> None:
        del channel, address
        self._kept.clear()


class SeenInDatabase:
    """Updates already taken up, shared by every process on the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, channel: str, update_id: str) -> bool:
        async with self._database.transaction() as drawers:
            return await drawers.updates.claim(channel, update_id)

    async def begin(self, channel: str, update_id: str) -> Taken:
        async with self._database.transaction() as drawers:
            return Taken(await drawers.updates.begin(channel, update_id))

    async def finish(self, channel: str, update_id: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.updates.finish(channel, update_id)

    async def release(self, channel: str, update_id: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.updates.release(channel, update_id)


class LettersInDatabase:
    """Letters and how they ended, shared by every process on the database."""

    def __init__(self, database: Database, desk: FrontDesk, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    async def remind(self) -> int:
        return await self._desk.remind(self._clock.now())

    async def begin(self, channel: str, addresses: Collection[str] | None) -> Errand | None:
        now = self._clock.now()
        async with self._database.transaction() as drawers:
            await drawers.letters.give_up_lost(now)
            started = await drawers.letters.start(channel, addresses, 1, now)
        if not started:
            return None
        letter = started[0]
        with locale_of(letter.locale):
            return Errand(letter.id, letter.address, write_letter(letter), letter.tries, letter.person)

    async def finish(self, errand: Errand, ended: Carried, reason: str = "") -> None:
        async with self._database.transaction() as drawers:
            await drawers.letters.finish(errand.id, LetterState(ended.value), self._clock.now(), reason)

    async def put_off(self, errand: Errand, seconds: float, reason: str, *, is_try: bool = True) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        async with self._database.transaction() as drawers:
            await drawers.letters.put_off(errand.id, until, reason, is_try=is_try)


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


class PremisesInDatabase:
    """What is true of recipients at the moment of sending; the rules are read again when they have changed."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._known: tuple[int, RuleBook] | None = None

    async def look_up(self, deliveries: Sequence[Delivery]) -> Premises:
        codes = {one.person for one in deliveries}
        addresses = {(one.channel or "", one.address or "") for one in deliveries}
        told = [notice for one in deliveries for notice in one.notices if notice.kind is NoticeKind.ESCALATION]
        about = {code for notice in told for code in notice.about}
        of_study = [notice for one in deliveries for notice in one.notices if notice.kind is NoticeKind.STUDY]
        studied = {int(one.payload["case"]) for one in of_study}
        learners = {code for notice in of_study for code in notice.about}
        async with self._database.transaction() as drawers:
            return Premises(
                people=await drawers.profiles.find_people(codes | about | learners),
                accounts=await drawers.accounts.find_accounts(addresses),
                own_hours=await drawers.reminders.find_hours(codes),
                rules=(await self._rule_book(drawers)).on(self._clock.today()),
                reached=await drawers.escalations.find_reached(about, PUSHED_CHANNELS) if about else frozenset(),
                offered=await drawers.escalations.list_offered() if about else {},
                waiting=await drawers.study.find_waiting(studied) if studied else {},
            )

    async def _rule_book(self, drawers: Drawers) -> RuleBook:
        version = await drawers.rules.version()
        if self._known is None or self._known[0] != version:
            declared = await drawers.rules.load()
            self._known = declared.version, self._reference.rule_book(declared)
        return self._known[1]


class ReachInDatabase:
    """Which accounts take what we send, kept for every process and for who plans what is sent."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def mark_unreachable(self, channel: str, address: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.accounts.mark_unreachable(channel, address, self._clock.now())

    async def mark_reachable(self, channel: str, address: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.accounts.mark_reachable(channel, address)


@dataclass(frozen=True, slots=True)
class Office:
    """The open office: everything that commands and doors need, and nothing of how it is kept."""

    settings: Settings
    reference: Reference
    clock: Clock
    desk: FrontDesk
    seen: SeenInDatabase
    mail: LettersInDatabase
    study: StudyInDatabase
    _database: Database
    _vault: Vault
    _url: str = field(repr=False)  # it may hold a password

    @property
    def library(self) -> Library:
        """The packaged library, without what HR declared."""
        return self.reference.library

    @property
    def cookie_key(self) -> bytes:
        """The key that signs the cookies of web visitors."""
        return self._vault.cookie_key

    @property
    def reach(self) -> ReachInDatabase:
        """Which accounts take what we send."""
        return ReachInDatabase(self._database, self.clock)

    @asynccontextmanager
    async def pumping(self, sender: Sender, *, per_second: float, manner: Manner | None = None) -> AsyncIterator[Pump]:
        """A pump of the sender's identity at this pace, 0 for none, open inside the block."""
        async with self._database.transaction() as drawers:
            await drawers.pace.set(sender.identity, per_second=per_second, chat_per_second=min(per_second, 1.0))
        records = PremisesInDatabase(self._database, self.reference, self.clock)
        composer = NoticeComposer(
            records, BY_KIND, join, calendar=self.reference.calendar, policy=self.library.policy, clock=self.clock
        )
        ledger = Ledger(self._database, senders=_senders(self.settings))
        try:
            yield Pump(ledger, sender, composer, self.clock, manner)
        finally:
            await ledger.close()

    @property
    def calendars(self) -> CalendarsInDatabase:
        """Calendars that are subscribed to."""
        return CalendarsInDatabase(self._database, self.reference.rule_book, self.clock, self.settings.locale)

    @property
    def reports(self) -> ReportsInDatabase:
        """Makes reports."""
        return ReportsInDatabase(self._database, self.reference.rule_book, _describe_by, self.clock)

    @property
    def connection_words(self) -> str:
        """How the job engine reaches the database; it may hold a password."""
        return connection_words(self._url)

    @property
    def senders(self) -> Mapping[str, str]:
        """Our own identities that messages are sent from, by channel."""
        return _senders(self.settings)

    @property
    def open_cabinet(self) -> Callable[[], AbstractAsyncContextManager[Any]]:
        """Opens every drawer in one transaction, for those of the house who serve themselves."""
        return self._database.transaction

    def make_judge(self, *, rests: bool = False) -> Judge:
        """Keeps the verdicts of everybody true; one for each process."""
        return Judge(self._database.transaction, self.reference.rule_book, self.clock, rests=rests)

    async def list_senders_due(self) -> Sequence[str]:
        """The identities that have something to send now, by whatever process."""
        async with self._database.transaction() as drawers:
            return await drawers.outbox.list_senders_due(self.clock.now())

    def keep_broadcasts(
        self, senders: Sequence[Sender], speeds: Mapping[str, float], *, every: timedelta = _CARDS_MOVE_EVERY
    ) -> BroadcastKeeper:
        """Shows the progress of broadcasts and carries out recalls by these senders, at so many messages a second."""
        around = Surroundings(self.clock, self.reference.calendar, self.library.policy, every)
        return BroadcastKeeper(self._database.transaction, senders, speeds, around)

    async def pause_sender(self, identity: str, seconds: float, reason: str = ASKED) -> None:
        """Let nobody of the fleet send by this identity for so long, because its platform asked or for this reason."""
        async with self._database.transaction() as drawers:
            await drawers.pace.pause(identity, timedelta(seconds=seconds), reason)

    @property
    def zalo_grants(self) -> GrantsInDatabase:
        """The grant of the Official Account."""
        seed = self.settings.zalo_oa_refresh_token
        secret = seed.get_secret_value() if seed is not None else None
        return GrantsInDatabase(self._database, self.settings.zalo_oa_id or "", secret)

    @property
    def shared_store(self) -> SharedStore:
        """What other systems may read and are told."""
        rules_now = RulesNow(self.reference.rule_book, self.clock)
        return SharedStore(self._database, rules_now, self.clock, self.settings.api_per_minute)

    @property
    def zalo_book(self) -> BookInDatabase:
        """What is kept of the people and messages of the Official Account."""
        identity = oa_identity_of(self.settings.zalo_oa_id or "")
        return BookInDatabase(self._database, identity, allowance_of(self.settings), self.clock)

    @property
    def inbox(self) -> InboxInDatabase:
        """What platforms bring but once, until it is answered."""
        return InboxInDatabase(self._database)

    @property
    def zalo_bot(self) -> BotKept:
        """What the Zalo Bot platform needs kept."""
        return BotKept(self._database.transaction, self.clock)

    async def read_figures(self) -> Figures:
        """How the push half stands."""
        now = self.clock.now()
        async with self._database.transaction() as drawers:
            engine = await drawers.fleet.read_engine(SILENCE)
            planned = next(iter(await drawers.fleet.list_planned(1)), None)
            return Figures(
                at=now,
                today=now.date(),
                is_working_day=self.reference.calendar.is_working(now.date()),
                queues=await drawers.outbox.list_queues(now),
                states=await drawers.fleet.count_states(),
                refused=await drawers.fleet.count_refused(now - _REFUSALS_ARE_SHOWN),
                unclear=[one.id for one in await drawers.outbox.list_unclear(_UNCLEAR_ARE_SHOWN)],
                jobs=engine.jobs,
                workers=engine.workers,
                silent=engine.silent,
                stalled=engine.stalled,
                planned_day=planned.day if planned is not None else None,
                planned_at=planned.finished_at if planned is not None else None,
                planned_counts=planned.counts if planned is not None else {},
                allowances=await read_allowances(drawers, self.settings, _senders(self.settings), now.date()),
            )

    async def rule_book(self) -> RuleBook:
        """The rule book as of now."""
        async with self._database.transaction() as drawers:
            return self.reference.rule_book(await drawers.rules.load())

    def describe(self, cite: Citation) -> str:
        """How a citation is read out, documents declared by HR included."""
        return describe_citation(self.desk.library or self.library, cite)

    async def find_person(self, code: str) -> Person | None:
        """The person of this code, or None."""
        async with self._database.transaction() as drawers:
            return await drawers.profiles.find_person(PersonCode(code))

    async def stream_people(self, units: Collection[UnitCode] | None) -> AsyncIterator[Person]:
        """People of these units, None = everybody, one after another."""
        async with self._database.transaction() as drawers:
            async for person in drawers.profiles.stream_people(units):
                yield person

    @asynccontextmanager
    async def read_told(self) -> AsyncIterator[Telling]:
        """The rules of now and those that people were last told by, with these people, all as of one moment."""
        async with self._database.transaction() as drawers:
            await drawers.told.see_one_moment()
            yield await self._find_telling(drawers)

    async def _find_telling(self, drawers: Drawers) -> Telling:
        now = self.reference.rule_book(await drawers.rules.load())
        last = await drawers.told.find_last()
        return Telling(
            now=now,
            fingerprint=fingerprint_of(now),
            moment=last.number if last is not None else 0,
            told=_read_rules(last.rules) if last is not None else None,
            told_fingerprint=last.rules.fingerprint if last is not None else None,
            told_at=last.told_at if last is not None else None,
        )

    @asynccontextmanager
    async def read_plan(self, day: date) -> AsyncIterator[tuple[Telling, Agenda, AsyncIterator[Planned]]]:
        """All that is to be told on a day, or on the next working one, as of one moment. Keeps nothing."""
        async with self._database.transaction() as drawers:
            await drawers.told.see_one_moment()
            telling = await self._find_telling(drawers)
            agenda = await _make_agenda(drawers, telling, sending_day(day, telling.now.calendar))
            watching = await watch(drawers, agenda.rules, today=self.clock.today())
            yield telling, agenda, _plan(drawers, agenda, watching, PUSHED_CHANNELS)

    async def plan_and_store(
        self,
        day: date,
        senders: Mapping[str, str],
        *,
        only_if: Callable[[Drawers], Awaitable[bool]] | None = None,
        also: Callable[[Drawers, Mapping[str, int]], Awaitable[None]] | None = None,
    ) -> Mapping[str, int]:
        """Keep all that is to be told on a working day, for the senders (identity by channel); how many of each kind.

        Everything, what `also` does included, is one transaction, and nothing is done where `only_if` finds at its
        beginning that it need not be. Doing it again changes nothing; on a day off nothing is kept, because the next
        working day plans itself. What still waits since earlier days becomes part of this
        day's one message.
        """
        if not self.reference.calendar.is_working(day):
            return {}
        now = self.clock.now()
        async with self._database.transaction() as drawers:
            if only_if is not None and not await only_if(drawers):
                return {}
            await drawers.told.keep_loads_out()
            telling = await self._find_telling(drawers)
            agenda = await _make_agenda(drawers, telling, day)
            watching = await watch(drawers, agenda.rules, today=self.clock.today())
            await drawers.reminders.carry_over(day)
            planned = _plan(drawers, agenda, watching, tuple(senders))
            counts = await _store(drawers, planned, agenda, senders, now)
            await watching.keep()
            if agenda.before is not None and counts.pop("untold", 0) == 0:
                await drawers.told.advance(RulesScribe(self.reference).write(telling.now.rules), now)
            if also is not None:
                await also(drawers, counts)
        return counts

    async def find_chats_again(self, senders: Mapping[str, str]) -> int:
        """Let what could not reach somebody, or waits for a chat that is theirs no more, go where they are reached now.

        To be asked every few minutes: so whoever links a chat late is told the same day.
        """
        now = self.clock.now()
        due_at = next_allowed(now, self.reference.calendar, self.library.policy)
        async with self._database.transaction() as drawers:
            return await drawers.outbox.find_chats_again(senders, now.date() - _UNREACHED_WAIT, due_at)

    async def load(self, path: Path, *, dry_run: bool, replacing: frozenset[str], progress: Progress) -> LoadReport:
        """Load a workbook: all of it or nothing."""
        return await load_workbook(
            self._database,
            path,
            self.library,
            self.reference.home,
            self._vault,
            dry_run=dry_run,
            replace=replacing,
            progress=progress,
            now=self.clock.now(),
            actor="command_line",
            scribe=RulesScribe(self.reference),
        )

    async def accept_document(self, accepted: AcceptedDocument, *, replacing: bool = False) -> DocumentId:
        """Keep a document that a person accepted; from now on its points can be quoted. The number it is known by.

        Raises InputError for a record that does not fit the library, and for a document kept already unless
        `replacing`.
        """
        misfits = [describe_misfit(accepted.document.id, one) for one in find_misfits(self.library, accepted)]
        if misfits:
            raise InputError("\n".join(misfits))
        added = as_added(self.library, accepted)
        digest = hashlib.sha256(accepted.text.encode()).hexdigest()
        async with self._database.transaction() as drawers:
            kept = await drawers.added_documents.find(added.number)
            if kept is not None and not replacing:
                raise InputError(describe_kept_already(kept))
            now = self.clock.now()
            await drawers.added_documents.save(added, "command_line", now)
            action = "replaced_document" if kept is not None else "added_document"
            await drawers.audit.record("command_line", action, added.number, now, {"sha256": digest})
        return added.number

    async def remove_document(self, number: str) -> DocumentId:
        """Take out a document that was read in; what the library knew before stays. Raises InputError for no such."""
        async with self._database.transaction() as drawers:
            known = self.reference.rule_book(await drawers.rules.load()).library.find_document(number)
            kept = await drawers.added_documents.find(known.id if known is not None else number)
            if kept is None:
                raise InputError(describe_not_kept(number))
            await drawers.added_documents.remove(kept)
            await drawers.audit.record("command_line", "removed_document", kept, self.clock.now())
        return kept

    async def issue_code(self, person: PersonCode) -> CodeIssued:
        """A one-time linking code; its issue is in the audit chain."""
        async with self._database.transaction() as drawers:
            issued = await drawers.link_codes.issue(person, self.clock.now())
            await drawers.audit.record("command_line", "issued_code", person, self.clock.now())
            return issued

    async def verify_audit(self) -> AuditVerdict:
        """Read the whole audit chain."""
        async with self._database.transaction() as drawers:
            return await drawers.audit.verify()

    async def unanswered(self, since: datetime | None, limit: int) -> Sequence[Unanswered]:
        """The newest questions that got no answer, since a moment, at most `limit`."""
        async with self._database.transaction() as drawers:
            found = await drawers.questions.list_unanswered(since, limit)
            await drawers.audit.record("command_line", "looked_at_unanswered", "questions", self.clock.now())
            return found

    async def answers_by_week(self, since: datetime) -> Sequence[tuple[date, str, int]]:
        """How many answers of each outcome, by the Monday of their week."""
        async with self._database.transaction() as drawers:
            return await drawers.questions.count_by_week(since)

    async def promote(self, draft: Draft, by: Person) -> int:
        """Promote an answer in the name of an HR person; its number. Raises NotPromotedError."""
        async with self._database.transaction() as drawers:
            rules = self.reference.rule_book(await drawers.rules.load()).on(self.clock.today())
            known = check_draft(draft, by, rules)
            return await promote(known, by, questions=drawers.questions, audit=drawers.audit, clock=self.clock)

    async def withdraw_answer(self, number: int, by: Person) -> None:
        """Give a promoted answer no more. Raises NotPromotedError."""
        async with self._database.transaction() as drawers:
            await withdraw(number, by, questions=drawers.questions, audit=drawers.audit, clock=self.clock)

    async def list_reminder_stages(self) -> OwnStages:
        """At which stages HR has people reminded, beside the library's own."""
        async with self._database.transaction() as drawers:
            return await drawers.reminders.list_stages()

    async def save_reminder_stages(
        self, of_round: RoundCode | None, criterion: CriterionCode | None, stages: ReminderStages
    ) -> None:
        """Have people reminded at these stages from the next planning on."""
        async with self._database.transaction() as drawers:
            await drawers.reminders.save_stages(of_round, criterion, stages)
            details = {**asdict(stages), "criterion": criterion}
            await drawers.audit.record(
                "command_line", "set_reminder_stages", of_round or "reminders", self.clock.now(), details
            )

    async def remove_reminder_stages(self, of_round: RoundCode | None, criterion: CriterionCode | None) -> bool:
        """Take back what was set; False where nothing was."""
        async with self._database.transaction() as drawers:
            is_removed = await drawers.reminders.remove_stages(of_round, criterion)
            if is_removed:
                await drawers.audit.record(
                    "command_line",
                    "removed_reminder_stages",
                    of_round or "reminders",
                    self.clock.now(),
                    {"criterion": criterion},
                )
            return is_removed

    async def record_look(self, subject: str) -> None:
        """Put a look from the command line into the audit chain."""
        async with self._database.transaction() as drawers:
            await drawers.audit.record("command_line", "looked_at_verdicts", subject, self.clock.now())

    async def tidy(self) -> None:
        """Forget what has had its time: updates taken up, spent codes and ended locks, conversations long silent."""
        now = self.clock.now()
        policy = self.library.policy
        async with self._database.transaction() as drawers:
            await drawers.updates.prune(now - _UPDATES_ARE_KEPT)
            await drawers.zalo.prune(now)
            await drawers.link_codes.prune(now)
            await drawers.console.prune(now)
            await drawers.threads.prune(now - timedelta(days=policy.conversations_kept_days))
            texts_before = now - timedelta(days=policy.inquiry_texts_kept_days)
            await drawers.inquiries.prune(texts_before=texts_before, guesses_before=now - _GUESSES_ARE_KEPT)
            await drawers.letters.prune(texts_before)
            await drawers.evidence.prune(
                decided_before=now - timedelta(days=policy.evidence_files_kept_days),
                loose_before=now - _LOOSE_FILES_ARE_KEPT,
            )
            await drawers.questions.prune(now - _QUESTIONS_ARE_KEPT, now - _COUNTS_ARE_KEPT)
            await drawers.fleet.prune(now.date() - _PLANNED_DAYS_ARE_KEPT)
            await drawers.escalations.prune(now.date() - _CASES_ARE_KEPT, now - _CASES_ARE_KEPT)
        await self.shared_store.tidy()

    async def list_hindrances(self) -> list[str]:
        """What keeps the office from serving, in words for the operator; empty when it is ready."""
        try:
            revision = await find_revision(self._database)
        except DatabaseUnavailableError as error:
            return [str(error)]
        if revision != newest_revision():
            return [_("The database is not of this version; run: nhacchuan init")]
        return []


@dataclass(frozen=True, slots=True)
class Watching:
    """Those who look at everybody in the pass of a day, and what keeps their memory once all is stored."""

    watchers: Sequence[Watcher]
    keep: Callable[[], Awaitable[None]]


async def watch(drawers: Drawers, rules: RulesOn, *, today: date) -> Watching:
    """The watchers of a day with their memory. Each kind of notice that looks at everybody joins here."""
    kept = drawers.escalations
    offered = await kept.list_offered()
    escalations = Escalations(rules, await kept.load_memory(rules.day), offered)
    first_day = first_working_day(rules.day, rules.calendar)
    desk = DeskWork(
        inquiries=await kept.count_inquiries(),
        proposals=await kept.count_proposals(),
        own_proposals=await kept.count_own_proposals(),
        unclear=await kept.count_unclear(),
    )
    digests = Digests(rules, desk, offered, is_late=first_day < today and await kept.was_missed(first_day, rules.day))

    requests = StudyRequests(rules, await drawers.study.list_waiting(), await drawers.study.list_told_by_letter())

    async def keep() -> None:
        await kept.keep(escalations.list_changes())

    return Watching((requests, escalations, digests), keep)


def _describe_by(book: RuleBook) -> Callable[[Citation], str]:
    return lambda cite: describe_citation(book.library, cite)


async def _make_agenda(drawers: Drawers, telling: Telling, day: date) -> Agenda:
    policy = telling.now.library.policy.reminders
    reminding = Reminding(policy, await drawers.reminders.list_stages(), day)
    return Agenda(telling.now.on(day), reminding, telling.find_before(day))


def _plan(drawers: Drawers, agenda: Agenda, watching: Watching, channels: Collection[str]) -> AsyncIterator[Planned]:
    recipients = drawers.reminders.stream_recipients(channels)
    return plan(agenda, recipients, watching.watchers, drawers.outbox.known_keys)


async def _store(
    drawers: Drawers, planned: AsyncIterator[Planned], agenda: Agenda, senders: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """How many of each kind were kept; `untold` counts changes that today's message, gone already, cannot tell."""
    counts: Counter[str] = Counter()
    parcels: list[tuple[NewDelivery, list[NewNotice]]] = []
    keys: list[str] = []
    digests: list[tuple[NewDelivery, NewNotice]] = []

    async def put() -> None:
        await drawers.outbox.put_many(parcels, now)
        await _put_off(drawers, digests, agenda, now)
        digests.clear()
        known = await drawers.outbox.known_keys(keys)
        if len(known) < len(keys):
            counts["untold"] += len(keys) - len(known)
        parcels.clear()
        keys.clear()

    async for one in planned:
        owed, reach = one.owed, one.reach
        counts[owed.kind] += 1
        if owed.kind == "change":
            keys.append(owed.key)
        told = [
            NewNotice(NoticeKind(part.kind), part.key, part.stage, part.about, part.payload)
            for part in one.parts or (owed,)
        ]
        if parcels and parcels[-1][0].person == owed.to:
            parcels[-1][1].extend(told)
            if owed.kind == "digest":
                digests.append((parcels[-1][0], told[0]))
            continue
        if len(parcels) >= _PARCELS_AT_ONCE:
            await put()
        sender = senders.get(reach.channel) if reach.channel is not None else None
        delivery = NewDelivery(
            person=owed.to,
            due_at=one.send_at,
            sender=sender,
            channel=reach.channel,
            address=reach.address,
            locale=reach.locale,
            merge_day=agenda.day,
        )
        parcels.append((delivery, told))
        if owed.kind == "digest":
            digests.append((delivery, told[0]))
    if parcels:
        await put()
    return dict(counts)


async def _put_off(
    drawers: Drawers, digests: Sequence[tuple[NewDelivery, NewNotice]], agenda: Agenda, now: datetime
) -> None:
    """Digests that a day's message, gone already, cannot tell are told on the next working day of that week."""
    next_day = agenda.rules.calendar.add_working_days(agenda.day, 1)
    if not digests or week_of(next_day) != week_of(agenda.day):
        return
    known = await drawers.outbox.known_keys([notice.key for _delivery, notice in digests])
    later = next_day - agenda.day
    missed = [
        (replace(one, merge_day=next_day, due_at=one.due_at + later), (notice,))
        for one, notice in digests
        if notice.key not in known
    ]
    await drawers.outbox.put_many(missed, now)


def open_reference(settings: Settings) -> Reference:
    """The library, the calendar and the home territory. Raises InputError for a library that does not load."""
    try:
        use_catalogues(LOCALES)
        library = load_library()
    except (LibraryError, CataloguesMissingError) as error:
        raise InputError(str(error)) from error
    if settings.territory not in library.territories:
        known = ", ".join(library.territories)
        raise InputError(
            _("NHACCHUAN_TERRITORY is {given}; it must be one of: {known}.").format(
                given=settings.territory, known=known
            )
        )
    calendar = WorkingCalendar(library.calendar, settings.calendar_switches)
    return Reference(library, calendar, TerritoryCode(settings.territory))


@asynccontextmanager
async def open_office(
    settings: Settings, *, clock: Clock | None = None, keeps_threads: bool = True
) -> AsyncIterator[Office]:
    """The office, open inside the block. Raises InputError or ServiceError with a sentence for the operator.

    `clock` is the one of the settings unless another is given; without `keeps_threads` conversations end with it.
    """
    reference = open_reference(settings)
    clock = clock or make_clock(settings)
    vault = _open_vault(settings)
    with _speaking_of_service(), _server(settings) as (url, revive):
        async with open_database(url, vault=vault, revive=revive) as database:
            await _ensure_migrated(database, is_given=settings.database_url is not None)
            desk = _make_desk(database, reference, clock, settings, None if keeps_threads else MemoryThreads())
            yield Office(
                settings=settings,
                reference=reference,
                clock=clock,
                desk=desk,
                seen=SeenInDatabase(database),
                mail=LettersInDatabase(database, desk, clock),
                study=StudyInDatabase(database, reference, clock, _senders(settings)),
                _database=database,
                _vault=vault,
                _url=url,
            )


async def initialise(settings: Settings) -> None:
    """Create or migrate the database."""
    vault = _open_vault(settings)
    with _speaking_of_service(), _server(settings) as (url, revive):
        async with open_database(url, vault=vault, revive=revive) as database:
            await migrate(database)


def make_clock(settings: Settings) -> Clock:
    """The real clock, or the day that the settings fix."""
    return FixedClock(settings.today) if settings.today is not None else SystemClock()


def _make_desk(
    database: Database, reference: Reference, clock: Clock, settings: Settings, threads: MemoryThreads | None
) -> FrontDesk:
    library = reference.library
    being_built = Lock()

    @cache
    def build() -> tuple[Reader, PointSearch]:
        return build_reader(library, settings.home / "cache"), PointSearch(library)

    def grow(grown: Library) -> tuple[Reader, PointSearch]:
        with being_built:  # by the first question, and once: most commands ask nothing and need not wait for it
            reader, search = build()
        if grown.documents.keys() == library.documents.keys() and not grown.texts:
            return reader, search
        return reader.over(grown), search.over(grown)

    return FrontDesk(
        open_drawers=_drawers(database, threads),
        make_rule_book=reference.rule_book,
        grow=grow,
        find_term=find_term,
        clock=clock,
        senders=_senders(settings),
        make_sending=lambda drawers: SendingByJobs(_lines(settings), drawers.connection),
        examine=Examiner(),
        bot_link=bot_link(settings),
        address=(settings.public_url or "").rstrip("/"),
        console=f"{settings.public_url or f'http://{settings.http}'}/console",
    )


@dataclass(frozen=True, slots=True)
class SendingByJobs:
    """The identities that send unasked; the job that lets one send is put in line in the transaction of the desk."""

    lines: Sequence[SendingLine]
    connection: Connection

    async def start(self, senders: Collection[str]) -> None:
        for one in sorted(set(senders)):
            await defer_pump(self.connection, one)


def _lines(settings: Settings) -> Sequence[SendingLine]:
    """How each identity of ours sends."""
    is_paid = settings.telegram_paid_broadcast
    speeds = {
        Channel.TELEGRAM.value: settings.telegram_per_second,
        Channel.ZALO_BOT.value: settings.zalo_bot_per_second,
        Channel.ZALO_OA.value: settings.zalo_oa_per_second,
    }

    def describe(messages: int) -> str:
        return describe_price(messages, settings.telegram_per_second, is_allowed=is_paid)

    lines: list[SendingLine] = []
    for channel, sender in _senders(settings).items():
        line = SendingLine(sender, channel, speeds[channel])
        if channel == Channel.TELEGRAM:
            line = replace(
                line, is_editable=True, describe_price=describe, fits=lambda reply: fits_telegram(reply, str)
            )
        elif channel == Channel.ZALO_BOT:
            per_month = bot_plan(settings).most_broadcast
            line = replace(line, fits=lambda reply: fits_zalo_bot(reply, str), per_month=per_month)
        elif channel == Channel.ZALO_OA:
            allowance = allowance_of(settings)
            per_day, per_month = (
                allowance.most_pushed(most, is_broadcast=True) for most in (allowance.daily, allowance.monthly)
            )
            line = replace(line, per_day=per_day, per_month=per_month)
        lines.append(line)
    return lines


def _senders(settings: Settings) -> Mapping[str, str]:
    """Our own identities that messages are sent from, by channel: the public half of a token names its bot."""
    senders = {}
    if settings.telegram_token is not None:
        public, _mark, _secret = settings.telegram_token.get_secret_value().partition(":")
        senders[Channel.TELEGRAM.value] = f"{Channel.TELEGRAM.value}:{public}"
    if settings.zalo_bot_token is not None:
        try:
            senders[Channel.ZALO_BOT.value] = bot_identity_of(settings.zalo_bot_token.get_secret_value())
        except ChannelRefusedError as error:
            raise InputError(str(error)) from None
    if settings.is_zalo_oa_open:
        senders[Channel.ZALO_OA.value] = oa_identity_of(settings.zalo_oa_id or "")
    return senders


def _drawers(database: Database, threads: MemoryThreads | None) -> Callable[[], AbstractAsyncContextManager[Any]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Drawers]:
        async with database.transaction() as drawers:
            yield drawers if threads is None else replace(drawers, threads=threads)  # type: ignore[arg-type]

    return opened


def _open_vault(settings: Settings) -> Vault:
    try:
        if settings.secret_key is not None:
            return Vault.from_setting(settings.secret_key.get_secret_value())
        settings.home.mkdir(parents=True, exist_ok=True)
        return Vault.from_setting(load_or_make_key(settings.home))
    except SecretKeyError as error:
        raise InputError(_("NHACCHUAN_SECRET_KEY cannot be used: {reason}").format(reason=error)) from error
    except OSError as error:
        raise ServiceError(
            _("NHACCHUAN_HOME ({home}) cannot be written: {reason}").format(home=settings.home, reason=error.strerror)
        ) from error


@contextmanager
def _server(settings: Settings) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """The given database, or the embedded server for as long as the block lasts."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), None
        return
    with EmbeddedServer(settings.home) as server:
        yield server.url, server.revive


@contextmanager
def _speaking_of_service() -> Iterator[None]:
    try:
        yield
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error


async def _ensure_migrated(database: Database, *, is_given: bool) -> None:
    """An empty or an embedded database is brought up by itself; a given one only by `nhacchuan init`."""
    revision = await find_revision(database)
    if revision == newest_revision():
        return
    if revision is not None and is_given:
        raise ServiceError(_("The database is not of this version; run: nhacchuan init"))
    await migrate(database)
