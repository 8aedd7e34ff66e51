"""Where the rooms are joined: settings in, an open office out. `wiring_…` beside it join one subject each."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from bot.adding import describe_kept_already, describe_misfit, describe_not_kept
from bot.citing import describe_citation
from bot.clock import FixedClock, SystemClock
from bot.errors import InputError, ServiceError
from bot.handed_in.examining import Examiner
from bot.judging import Judge
from bot.linking import bot_link
from bot.log_names import name_by
from bot.on_zalo.bot_kept import BotKept
from bot.on_zalo.oa_marks import identity_of as oa_identity_of
from bot.places import DeskAt, InboxAt, Places, ReachAt, SeenAt
from bot.rules_now import RulesNow
from bot.settings import Settings
from bot.unhurried import UnhurriedDesk
from bot.wiring_api import SharedStore
from bot.wiring_calendars import CalendarsInDatabase
from bot.wiring_database import Way, as_owner, find_way, prepare, until_reachable
from bot.wiring_intake import InboxInDatabase, SeenInDatabase
from bot.wiring_keys import KeysInDatabase, ensure_known, open_vault
from bot.wiring_letters import LettersInDatabase
from bot.wiring_privacy import PrivacyInDatabase
from bot.wiring_push import PushHalf, ReachInDatabase
from bot.wiring_replica import open_replica
from bot.wiring_reports import ReportsInDatabase
from bot.wiring_rules import Reference, RulesScribe
from bot.wiring_senders import SendingByJobs, lines_of, senders_of
from bot.wiring_study import StudyInDatabase
from bot.wiring_visits import VisitsSideBySide
from bot.wiring_working_time import WorkingTimeInDatabase
from bot.wiring_zalo import BookInDatabase, GrantsInDatabase, allowance_of
from handlers.asking import Channel
from handlers.front_desk import FindSearch, FrontDesk
from handlers.hr.promoting import Draft, check_draft, promote, withdraw
from handlers.officials.linking import VOUCH_FOR_NUMBERS
from handlers.phrases import CataloguesMissingError, _, use_catalogues
from handlers.ports import Clock
from knowledge.calendar import WorkingCalendar
from knowledge.documents import Citation
from knowledge.facts import (
    CriterionCode,
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
from knowledge.reminders import OwnStages
from knowledge.rulebook import RuleBook
from knowledge.understanding.reader import Reader, build_reader
from knowledge.understanding.retrieval import PointSearch
from knowledge.understanding.terms import find_term
from storage.database import Database, connection_words, open_database
from storage.drawers import Drawers
from storage.encryption import SecretKeyError, Vault
from storage.errors import DatabaseUnavailableError
from storage.identities import KnownIdentity
from storage.migrating import find_revision, newest_revision
from storage.records import (
    AuditVerdict,
    CodeIssued,
    Unanswered,
)
from storage.replica import Replica
from storage.workbook.load import LoadReport, Progress, load_workbook

LOCALES = Path(__file__).parent / "locales"

T = TypeVar("T")


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
    places: Places
    replica: Replica | None
    _database: Database
    _vault: Vault
    _way: Way = field(repr=False)  # it may hold a password

    @property
    def library(self) -> Library:
        """The packaged library, without what HR declared."""
        return self.reference.library

    @property
    def cookie_keys(self) -> tuple[bytes, ...]:
        """The keys that sign what browsers keep, the newest first; asked at every use, since they may change."""
        return self._vault.cookie_keys

    @property
    def keys(self) -> KeysInDatabase:
        """The secret keys."""
        return KeysInDatabase(self._database, self._vault, self.settings, self.clock)

    @property
    def vault(self) -> Vault:
        """The keys of the installation."""
        return self._vault

    @property
    def owner_url(self) -> str:
        """How the owner of the tables reaches the database; it may hold a password."""
        return self._way.owner_url

    @property
    def push(self) -> PushHalf:
        """What is told unasked."""
        return PushHalf(self._database, self.reference, self.clock, self.settings, self.places)

    @property
    def working_time(self) -> WorkingTimeInDatabase:
        """Days off or worked and hours of sending, for the command line."""
        return WorkingTimeInDatabase(self._database, self.reference, self.clock)

    @property
    def calendars(self) -> CalendarsInDatabase:
        """Calendars that are subscribed to."""
        return CalendarsInDatabase(self._database, self.reference.rule_book, self.clock, self.settings.locale)

    @property
    def reports(self) -> ReportsInDatabase:
        """Makes reports."""
        make_book = self.reference.rule_book
        return ReportsInDatabase(self._database, make_book, _describe_by, self.clock, self.replica)

    @asynccontextmanager
    async def open_reading(self, since: str = "") -> AsyncIterator[Any]:
        """The cabinet as `open_cabinet`, lists read from the replica where it has reached `since`."""
        async with self._database.transaction() as drawers:
            if self.replica is None:
                yield drawers
                return
            async with self.replica.over(drawers, since) as over:
                yield over

    async def once_reachable(self, do: Callable[[], Awaitable[T]]) -> T:
        """What `do` gives, for whoever is to stay open: it waits for a database that is away for a moment."""
        with _speaking_of_service():
            return await until_reachable(do, self._way)

    @property
    def connection_words(self) -> str:
        """How the job engine reaches the database; it may hold a password."""
        return connection_words(self._way.url)

    @property
    def senders(self) -> Mapping[str, str]:
        """The first of our own identities by channel; addresses of others name theirs."""
        return self.places.first

    def desk_at(self, channel: str) -> UnhurriedDesk:
        """The desk, for the visitors of this process's identity of a channel, each at a human pace."""
        return UnhurriedDesk(DeskAt(self.desk, self.places.of(channel)))

    def seen_at(self, channel: str) -> SeenAt:
        """The updates of this process's identity of a channel that were taken up already."""
        return SeenAt(self.seen, self.places.of(channel))

    def inbox_at(self, channel: str) -> InboxAt:
        """What the platform brings but once to this process's identity of a channel."""
        return InboxAt(InboxInDatabase(self._database), self.places.of(channel))

    def reach_at(self, channel: str) -> ReachAt:
        """Which chats of this process's identity of a channel take what we send."""
        return ReachAt(ReachInDatabase(self._database, self.clock), self.places.of(channel))

    async def list_identities(self) -> Sequence[tuple[KnownIdentity, int]]:
        """Every identity of the installation, with how many people are linked at it."""
        async with self._database.transaction() as drawers:
            people = await drawers.identities.count_people()
            return [(one, people.get(one.identity, 0)) for one in await drawers.identities.list_known()]

    async def retire_identity(self, identity: str) -> int:
        """Reach nobody by this identity any more; how many accounts that leaves. Raises InputError for no such."""
        async with self._database.transaction() as drawers:
            now = self.clock.now()
            left = await drawers.identities.retire(identity, now)
            if left is None:
                raise InputError(_("There is no identity {identity}.").format(identity=identity))
            await drawers.audit.record("command_line", "retired_identity", identity, now, {"accounts": left})
            return left

    @property
    def open_cabinet(self) -> Callable[[], AbstractAsyncContextManager[Any]]:
        """Opens every drawer in one transaction, for those of the house who serve themselves."""
        return self._database.transaction

    def make_judge(self, *, rests: bool = False) -> Judge:
        """Keeps the verdicts of everybody true; one for each process."""
        return Judge(self._database.transaction, self.reference.rule_book, self.clock, rests=rests)

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
        per_minute = self.settings.api_per_minute
        return SharedStore(self._database, rules_now, self.clock, per_minute, self.open_reading)

    @property
    def zalo_book(self) -> BookInDatabase:
        """What is kept of the people and messages of the Official Account."""
        identity = oa_identity_of(self.settings.zalo_oa_id or "")
        place = self.places.of(Channel.ZALO_OA)
        return BookInDatabase(self._database, identity, allowance_of(self.settings), self.clock, place)

    @property
    def zalo_bot(self) -> BotKept:
        """What the Zalo Bot platform needs kept."""
        return BotKept(self._database.transaction, self.clock, self.places.of(Channel.ZALO_BOT))

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
            rules = self.reference.rule_book(await drawers.rules.load()).on(self.clock.today())
            await withdraw(number, by, rules, questions=drawers.questions, audit=drawers.audit, clock=self.clock)

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

    @property
    def privacy(self) -> PrivacyInDatabase:
        """Personal data: clean-ups, running clocks, breaches, the log of processing."""
        return PrivacyInDatabase(self._database, self.reference, self.clock, self.senders)

    async def tidy(self) -> None:
        """Forget what has had its time: updates taken up, spent codes and ended locks, conversations long silent.

        Nothing where it is not certain by this clock what that is.
        """
        if await self.privacy.tidy() is not None:
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


def _describe_by(book: RuleBook) -> Callable[[Citation], str]:
    return lambda cite: describe_citation(book.library, cite)


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
    settings: Settings, *, clock: Clock | None = None, keeps_threads: bool = True, waits: bool = False
) -> AsyncIterator[Office]:
    """The office, open inside the block. Raises InputError or ServiceError with a sentence for the operator.

    `clock` is the one of the settings unless another is given; without `keeps_threads` conversations end with it.
    One that is to stay open `waits` for a database that is away for a moment.
    """
    reference = open_reference(settings)
    clock = clock or make_clock(settings)
    vault = checked_vault(settings)
    with _speaking_of_service(), find_way(settings) as way:
        async with AsyncExitStack() as stack:
            reach = partial(until_reachable, way=way if waits else None)
            await reach(lambda: prepare(way, vault, clock.now(), may_migrate=settings.database_url is None))
            opening = partial(open_database, way.url, vault=vault, revive=way.revive)
            database = await reach(lambda: stack.enter_async_context(opening()))
            await reach(lambda: ensure_known(database, vault))
            places = await reach(lambda: _find_places(database, settings))
            threads = None if keeps_threads else MemoryThreads()
            visits = await stack.enter_async_context(VisitsSideBySide(database))
            desk = _make_desk(visits, reference, clock, settings, threads, places)
            replica = await stack.enter_async_context(open_replica(settings, database, vault))
            yield Office(
                settings=settings,
                reference=reference,
                clock=clock,
                desk=desk,
                seen=SeenInDatabase(database),
                mail=LettersInDatabase(database, desk, clock, places),
                study=StudyInDatabase(database, reference, clock, places.first),
                places=places,
                replica=replica,
                _database=database,
                _vault=vault,
                _way=way,
            )


async def initialise(settings: Settings) -> None:
    """Create or migrate the database."""
    vault = checked_vault(settings)
    with _speaking_of_service(), find_way(settings) as way:
        await prepare(way, vault, make_clock(settings).now(), may_migrate=True)
        async with as_owner(way, vault) as database:
            await ensure_known(database, vault)


def make_clock(settings: Settings) -> Clock:
    """The real clock, or the day that the settings fix."""
    return FixedClock(settings.today) if settings.today is not None else SystemClock()


async def _find_places(database: Database, settings: Settings) -> Places:
    """Make the identities of this process known, and learn the first of every channel."""
    own = senders_of(settings)
    public = own.get(Channel.TELEGRAM, "").partition(":")[2]
    is_token = not public or public.isdecimal()  # what is none is refused where it is used, and never the first
    async with database.transaction() as drawers:
        known = await drawers.identities.register(own if is_token else {})
    return Places(own, {**own, **known})


def _make_desk(
    visits: VisitsSideBySide,
    reference: Reference,
    clock: Clock,
    settings: Settings,
    threads: MemoryThreads | None,
    places: Places,
) -> FrontDesk:
    library = reference.library
    # By the first question, and once: most commands ask nothing and need not wait for it.
    read = _once(partial(build_reader, library, settings.home / "cache"))
    search = _once(partial(PointSearch, library))

    def grow(grown: Library) -> tuple[Reader, FindSearch]:
        if grown.documents.keys() == library.documents.keys() and not grown.texts:
            return read(), search
        over = _once(lambda: search().over(grown))
        if grown.texts:  # the words of whole documents take longer than whoever asks first is to wait
            over()
        return read().over(grown), over

    return FrontDesk(
        open_drawers=_drawers(visits, threads),
        make_rule_book=reference.rule_book,
        grow=grow,
        find_term=find_term,
        clock=clock,
        senders=places.first,
        make_sending=lambda drawers: SendingByJobs(lines_of(settings, places.first), drawers.connection),
        examine=Examiner(),
        bot_link=bot_link(settings),
        vouching=VOUCH_FOR_NUMBERS | ({Channel.ZALO_OA} if settings.zalo_oa_trusts_numbers else set()),
        address=(settings.public_url or "").rstrip("/"),
        console=f"{settings.public_url or f'http://{settings.http}'}/console",
    )


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Made by the first who needs it, in whichever thread; everybody else waits and has the same."""
    made, being_made = cache(make), Lock()

    def find() -> T:
        with being_made:
            return made()

    return find


def _drawers(visits: VisitsSideBySide, threads: MemoryThreads | None) -> Callable[[], AbstractAsyncContextManager[Any]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Drawers]:
        async with visits.opened() as drawers:
            yield drawers if threads is None else replace(drawers, threads=threads)  # type: ignore[arg-type]

    return opened


def checked_vault(settings: Settings) -> Vault:
    """The vault of the settings, whose key names chats in the log too. Raises InputError or ServiceError."""
    try:
        vault = open_vault(settings)
    except SecretKeyError as error:
        raise InputError(
            _("NHACCHUAN_SECRET_KEY cannot be used: {reason}").format(reason=error), fault="unusable_key"
        ) from error
    except OSError as error:
        raise ServiceError(
            _("NHACCHUAN_HOME ({home}) cannot be written: {reason}").format(home=settings.home, reason=error.strerror)
        ) from error
    name_by(lambda: vault.log_key)
    return vault


@contextmanager
def _speaking_of_service() -> Iterator[None]:
    try:
        yield
    except DatabaseUnavailableError as error:
        raise ServiceError(_("The database cannot be used: {reason}").format(reason=error)) from error
