"""What the desk needs from the cabinet and the clock: small promises, kept by `storage` without knowing of them."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from handlers.problem_words import Problem
from handlers.sending_lines import SendingLine
from knowledge.cases import KeptCase
from knowledge.facts import (
    Credential,
    CriterionCode,
    DeclaredDay,
    DeclaredRules,
    DocumentId,
    FrequentAnswer,
    KindCode,
    Person,
    PersonCode,
    RecognitionRow,
    ReviewRound,
    Ruling,
    RulingId,
    StudyRecord,
    TerritoryCode,
    TitleStandard,
    UnitCode,
)
from knowledge.library import Library
from knowledge.study_cases import StudyCase
from storage.records import (
    Account,
    Breach,
    BreachStepDone,
    Broadcast,
    BroadcastRow,
    BroadcastState,
    Card,
    CodeIssued,
    Consent,
    DataRequest,
    Delivery,
    DeliveryState,
    Evidence,
    EvidenceFile,
    Inquiry,
    InquiryMessage,
    Kept,
    KeptDay,
    Letter,
    NewDelivery,
    NewNotice,
    Progress,
    Proposal,
    ProposalState,
    Reached,
    Redemption,
    Remark,
    ReminderWishes,
    RulingDraft,
    SheetLayout,
    ToldRules,
    Unreached,
    Untold,
)


class Clock(Protocol):
    """The time in Việt Nam; fixed in rehearsals and tests."""

    def today(self) -> date:
        """The day it is, Asia/Ho_Chi_Minh."""
        ...

    def now(self) -> datetime:
        """The moment it is, aware."""
        ...

    @property
    def is_fixed(self) -> bool:
        """Whether the day is set by hand, which every answer must then say."""
        ...


class Profiles(Protocol):
    """People of the roster, complete with credentials, study records and exemptions."""

    async def find_person(self, code: PersonCode) -> Person | None:
        """The person of this code (case and outer spaces do not matter), or None."""
        ...

    async def find_people(self, codes: Collection[PersonCode]) -> Mapping[PersonCode, Person]:
        """Those of these codes who are in the roster."""
        ...

    async def list_people_by_name(
        self, words: str, limit: int, units: Collection[UnitCode] | None = None
    ) -> Sequence[Person]:
        """People of these units (None = all) whose name has these words in order, marks and case ignored.

        At most `limit`.
        """
        ...

    async def search_people(self, words: str, limit: int, units: Collection[UnitCode]) -> Sequence[Person]:
        """People of these units in whose name each of the words begins a word, in order; or whose code begins so.

        Marks and case ignored; at most `limit`, by name.
        """
        ...

    def stream_people(self, units: Collection[UnitCode] | None) -> AsyncIterator[Person]:
        """People of these units (None = all), in the order of their codes, never all in memory at once."""
        ...

    async def list_codes_by_phone(self, phone: str) -> Sequence[PersonCode]:
        """Codes of the people whose roster phone number is this one, however either is written."""
        ...


class Rules(Protocol):
    """What HR has declared: units, standards, recognition rows, rounds."""

    async def version(self) -> int:
        """A number that grows with every change of what `load` returns."""
        ...

    async def load(self) -> DeclaredRules:
        """All of it, of one version."""
        ...


class Accounts(Protocol):
    """Channel identities, their consent, and whom they are linked to."""

    async def find_account(self, channel: str, address: str) -> Account | None:
        """The account of this channel identity, or None if it was never seen."""
        ...

    async def save_consent(self, channel: str, address: str, version: str, at: datetime) -> None:
        """Record consent to this version of the privacy notice; makes the account where there is none."""
        ...

    async def link(
        self, channel: str, address: str, person: PersonCode, at: datetime, vouched_by: Collection[PersonCode] = ()
    ) -> None:
        """Record that this identity is proven to be this person; `vouched_by` is all that is kept of whose codes."""
        ...

    async def unlink(self, channel: str, address: str, at: datetime) -> None:
        """Forget the link and the consent; the identity is then as before linking."""
        ...

    async def list_accounts(self, person: PersonCode) -> Sequence[Account]:
        """All channel identities linked to this person."""
        ...

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        """It takes again what we send: somebody writes from there, where it is given at that moment."""
        ...

    async def withhold(self, channel: str, address: str, purposes: Collection[str], at: datetime) -> None:
        """Which purposes are refused or withdrawn here from now on, all of them."""
        ...

    async def mark_told(self, channel: str, address: str, version: str, at: datetime) -> None:
        """This version of the privacy notice was shown here unasked."""
        ...

    async def prefer(self, channel: str, address: str, at: datetime) -> None:
        """Whoever it is linked to is written to here first; their other accounts follow where that fails."""
        ...


class LinkCodes(Protocol):
    """One-time linking codes: one use, a short life, stored hashed, guessing locked."""

    async def issue(
        self, person: PersonCode, at: datetime, life: timedelta = ..., vouched_by: Collection[PersonCode] = ()
    ) -> CodeIssued:
        """A fresh code for this person, for a few minutes or for `life`; earlier unused ones stop working.

        `vouched_by`: who gives it, and whose codes led to where they do; nobody for the administrator at a command.
        """
        ...

    async def redeem(
        self, channel: str, address: str, code: str, at: datetime, network: str | None = None
    ) -> Redemption:
        """Use up a code. Wrong tries count against this identity and its network; too many lock right ones out too."""
        ...


class Threads(Protocol):
    """What a conversation was last about, so that a follow-up can be understood."""

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        """The state last kept for this conversation, or None."""
        ...

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        """Keep this state for the conversation."""
        ...

    async def forget_of(self, channel: str, address: str) -> None:
        """Drop every conversation of this channel identity."""
        ...


class Questions(Protocol):
    """What became of questions, kept without anybody's identity, and the answers promoted for everybody."""

    async def note(self, at: datetime, channel: str, intent: str, outcome: str, question: str | None) -> None:
        """Count an answer; `question` is given only where there was none, already freed of what names a person."""
        ...

    async def promote(self, answer: FrequentAnswer, by: PersonCode) -> int:
        """Keep an answer for everybody who asks the same; its number."""
        ...

    async def withdraw(self, number: int, by: PersonCode, on: date) -> bool:
        """Give a promoted answer no more from this day on; False where there is none that is still given."""
        ...


class Staff(Protocol):
    """Those of the roster who serve others."""

    async def list_staff(self) -> Sequence[Person]:
        """HR and administrators, in the order of their codes."""
        ...


class Inquiries(Protocol):
    """Questions passed on to people. Their texts are kept sealed."""

    async def add(self, inquiry: Inquiry) -> Inquiry:
        """Keep a new one, under a fresh code that cannot be guessed."""
        ...

    async def find(self, code: str, *, to_change: bool = False) -> Inquiry | None:
        """The one of this code with its messages, or None; to change it, nobody else can until the end."""
        ...

    async def list_asked(self, channel: str, address: str, person: PersonCode | None, limit: int) -> Sequence[Inquiry]:
        """The newest of a person from wherever they asked, and those asked unlinked from this channel identity."""
        ...

    async def list_waiting(
        self, *, units_served: Collection[UnitCode], serves_unplaced: bool, is_administrator: bool, person: PersonCode
    ) -> Sequence[Inquiry]:
        """Open ones of these units, of nobody's unit, or for administrators, without texts, the first due first.

        Never those that this person asked.
        """
        ...

    async def save(self, inquiry: Inquiry, at: datetime, message: InquiryMessage | None = None) -> Inquiry:
        """Keep a change with the message that belongs to it; its version grows."""
        ...

    async def drop_texts(self, code: str) -> None:
        """Drop every text of it; that there was a question stays."""
        ...

    async def withdraw_all(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> int:
        """Withdraw whatever `list_asked` would list, with all texts and waiting letters; how many were open."""
        ...


class Guesses(Protocol):
    """Wrong codes of passed-on questions, counted for each channel identity."""

    async def count_wrong(self, channel: str, address: str, at: datetime) -> int:
        """Count one more; how many within the hour."""
        ...

    async def wrong_so_far(self, channel: str, address: str, at: datetime) -> int:
        """How many within the hour."""
        ...


class OverdueInquiries(Protocol):
    """Questions passed on whose day has passed."""

    async def list_overdue(self, today: date, limit: int) -> Sequence[Inquiry]:
        """Unanswered ones beyond their day of which nobody was reminded today; others cannot take them up too."""
        ...

    async def mark_reminded(self, code: str, on: date, *, for_administrators: bool) -> None:
        """Keep that somebody was reminded of it on this day, or would have been if anybody could be reached."""
        ...


class Letters(Protocol):
    """Letters to channel identities, delivered by whoever keeps the doors."""

    async def leave(self, letter: Letter) -> bool:
        """Leave a letter; False for one whose key was there before."""
        ...

    async def list_about(self, inquiry: str) -> Sequence[Letter]:
        """Every letter about this question, the oldest first."""
        ...

    async def collect(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> Sequence[Letter]:
        """Hand over what waits for this person at this identity; it counts as delivered."""
        ...

    async def take_back(self, inquiry: str, channel: str, address: str, asker: PersonCode | None = None) -> None:
        """Take back what still waits about this question: there, and in every chat of whoever asked it."""
        ...

    async def keep_untold(self, letter: int, why: Untold, at: datetime) -> None:
        """Keep that one that was handed over is told no more."""
        ...

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
        """Tell what still waits there for this person in another chat of theirs.

        Not so what waits there too, and that another chat was linked, of which each chat is told by itself. With
        `only_answers` no more than what HR says to their own questions.
        """
        ...

    async def take_back_of(
        self, channel: str, address: str, person: PersonCode, *, keeps_warnings: bool = False
    ) -> None:
        """Take back what still waits there for this person, who is not to be reached there any more.

        With `keeps_warnings` that another chat was linked is told all the same, to whoever sits there.
        """
        ...


class StudyCases(Protocol):
    """Study cases with everything that happened to them; what verdicts read of a case is kept with it."""

    async def add_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> StudyCase | None:
        """Keep a new one under the next number; None where one is open for this person and criterion."""
        ...

    async def save_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> None:
        """Keep what happened last, and the dates that verdicts read from now on."""
        ...

    async def find_case(self, number: int, *, to_change: bool = False) -> StudyCase | None:
        """The one of this number, or None; to change it, nobody else can until the end."""
        ...

    async def find_open(self, person: PersonCode, criterion: CriterionCode) -> StudyCase | None:
        """The one of this person for this criterion that has not ended, or None."""
        ...

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[StudyCase]:
        """Those of a person, the last changed first."""
        ...

    async def list_in(self, units: Collection[UnitCode] | None, limit: int, *, only_open: bool) -> Sequence[StudyCase]:
        """Those of the people of these units (None = all), the ones that wait longest for a head first."""
        ...

    async def list_heads(self, units: Collection[UnitCode]) -> Mapping[UnitCode, Sequence[PersonCode]]:
        """Who has the role of a head in each of these units."""
        ...


class Submissions(Protocol):
    """Credentials that officials say to hold, and what HR decided; verdicts follow what is kept with them."""

    async def submit(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        """Keep a new one with these loose files; its credential stands on record as waiting.

        None where the same credential is verified on record already, or waits already.
        """
        ...

    async def submit_again(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        """Keep what the official changed, with more files; None as above."""
        ...

    async def settle(self, decided: Evidence) -> None:
        """Keep what was decided; the credential on record says the same."""
        ...

    async def find(self, number: int, *, to_change: bool = False) -> Evidence | None:
        """The one of this number, or None; to change it, nobody else can until the end."""
        ...

    async def find_open(self, person: PersonCode, credential: Credential) -> Evidence | None:
        """The one of the same credential that is not decided, or None."""
        ...

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[Evidence]:
        """Those of a person, the last changed first."""
        ...

    async def list_waiting(
        self, units: Collection[UnitCode], but: PersonCode, *, asked_before: datetime, limit: int, offset: int
    ) -> tuple[Sequence[Evidence], int]:
        """Those that wait for HR, of people of these units but this one, the oldest first; and how many in all.

        What officials were asked of before that moment, and left without an answer, waits for HR again.
        """
        ...

    async def count_unproven(self, units: Collection[UnitCode], but: PersonCode) -> int:
        """How many certificates of these people wait on record with nothing handed in for them that waits for HR."""
        ...


class EvidenceFiles(Protocol):
    """Pictures and PDFs of credentials, kept sealed. Loose: of a form that is still being filled in."""

    async def add_file(self, person: PersonCode, content: bytes, media_type: str, at: datetime) -> EvidenceFile:
        """Keep a loose one."""
        ...

    async def list_loose(self, person: PersonCode, files: Collection[int]) -> Sequence[EvidenceFile]:
        """Those of these that are loose and this person's."""
        ...

    async def count_since(self, person: PersonCode, since: datetime) -> int:
        """How many this person has handed in since then."""
        ...

    async def read_file(self, number: int, file: int) -> bytes | None:
        """The content of a file of this submission; None where there is none, or none any more."""
        ...

    async def withdraw_all(self, person: PersonCode, at: datetime) -> None:
        """Take back whatever of this person is not decided, with every file that no decision rests on."""
        ...


class EvidenceChecks(Protocol):
    """Kinds of credentials of which two people of HR must have seen the evidence."""

    async def list_marked(self) -> frozenset[KindCode]:
        """All of them."""
        ...

    async def mark(self, kind: KindCode, by: PersonCode, at: datetime) -> None:
        """Let it need two people from now on."""
        ...

    async def unmark(self, kind: KindCode) -> None:
        """Let one person be enough from now on; what is not decided yet still needs two."""
        ...


class EvidenceKept(Submissions, EvidenceFiles, EvidenceChecks, Protocol):
    """All that is kept of evidence."""


class Outbox(Protocol):
    """Messages that go out by themselves, each with what it tells."""

    async def put(self, delivery: NewDelivery, notices: Sequence[NewNotice], at: datetime) -> int | None:
        """Keep one message to be sent; its number. None where all of it has been told before."""
        ...


class Consents(Protocol):
    """What people were told of, agreed to, refused and withdrew: proof, never changed."""

    async def note_consents(self, given: Sequence[Consent]) -> None:
        """Keep these acts."""
        ...

    async def list_consents(self, channel: str, address: str) -> Sequence[Consent]:
        """All of this channel identity, in order."""
        ...

    async def list_consents_of(self, person: PersonCode) -> Sequence[Consent]:
        """All of this person, in order, wherever they were given."""
        ...


class DataRequests(Protocol):
    """What people want of their data. Their words are kept sealed."""

    async def add_request(self, request: DataRequest) -> DataRequest:
        """Keep a new one, under its number."""
        ...

    async def find_request(self, number: int, *, to_change: bool = False) -> DataRequest | None:
        """The one of this number, or None; to change it, nobody else can until the end."""
        ...

    async def list_requests_of(self, person: PersonCode, limit: int) -> Sequence[DataRequest]:
        """A person's own, the newest first."""
        ...

    async def list_running(self, units: Collection[UnitCode] | None, limit: int) -> Sequence[DataRequest]:
        """Open ones of people of these units (None = all), the first due first."""
        ...

    async def list_due(self, day: date, limit: int) -> Sequence[DataRequest]:
        """Open ones of which something is due before or on this day."""
        ...

    async def save_request(self, request: DataRequest) -> DataRequest:
        """Keep a change; its version grows."""
        ...


class Breaches(Protocol):
    """Breaches of personal data and the steps taken after them."""

    async def open_breach(self, breach: Breach) -> Breach:
        """Keep a new one, under its number."""
        ...

    async def list_breaches(self, *, only_open: bool = False) -> Sequence[Breach]:
        """All of them, the newest first; or those that are open."""
        ...

    async def take_step(self, number: int, step: BreachStepDone) -> None:
        """Keep that a step was taken."""
        ...

    async def close_breach(self, number: int, by: str, at: datetime) -> bool:
        """End it; False where there is none that is open."""
        ...

    async def mark_warned(self, number: int, hours_left: int) -> bool:
        """Keep that people were warned with so many hours left; False where they were already."""
        ...


class Privacy(Consents, DataRequests, Breaches, Protocol):
    """All that is kept of consent, requests and breaches."""


class PersonalData(Protocol):
    """Everything that is kept about one person."""

    async def collect(self, person: PersonCode) -> Sequence[Kept]:
        """All of it by groups, opened, as other programs read it."""
        ...

    async def count(self, person: PersonCode) -> Mapping[str, int]:
        """How many rows of each group there are."""
        ...

    async def erase(self, person: PersonCode) -> None:
        """Remove or empty what may go at once; chats are unlinked, and what waits taken back, by their own drawers."""
        ...

    async def count_processing(self, since: datetime, until: datetime) -> Sequence[tuple[date, str, str, int, int]]:
        """Acts of the audit chain by day, actor and action: how many, and about how many different."""
        ...


class Corrections(Protocol):
    """One cell of somebody's row in the roster, corrected as a load would."""

    def read_correction(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> Sequence[Problem]:
        """What is wrong with a cell; nothing where it may be so."""
        ...

    async def correct(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> bool:
        """Store the cell as a load would; whether anything differs from before."""
        ...


class Rulings(Protocol):
    """HR's rulings; `Rules` reads them with everything else that HR has declared."""

    async def add(self, ruling: Ruling, *, declares: DocumentId | None) -> Ruling:
        """Keep a confirmed ruling under the next number of its year; the ruling with its id.

        `declares` is the number of a document that nobody had named before.
        """
        ...

    async def withdraw(self, ruling: RulingId, on: date) -> bool:
        """Let it apply no more from this day on; False where there is none that still applies."""
        ...


class Proposals(Protocol):
    """Changes of the rules that wait for a second person."""

    async def add(self, proposal: Proposal) -> int:
        """Keep a proposal; its number."""
        ...

    async def find(self, number: int) -> Proposal | None:
        """The proposal of this number, or None."""
        ...

    async def list_waiting(self, limit: int) -> Sequence[Proposal]:
        """Those that wait, the oldest first, at most `limit`."""
        ...

    async def decide(
        self, number: int, state: ProposalState, by: PersonCode, at: datetime, reason: str | None = None
    ) -> bool:
        """Settle a waiting proposal; False where it waits no more, whoever was first."""
        ...

    async def expire(self, proposed_before: datetime, at: datetime) -> Sequence[int]:
        """End those that wait since before this moment; their numbers."""
        ...


class WorkingTime(Protocol):
    """The days that HR declared off or worked over the library's calendar, and its narrower hours of sending."""

    async def declare(self, day: DeclaredDay, by: str, confirmed_by: PersonCode | None, at: datetime) -> None:
        """Let a day hold, in place of what was declared of it before."""
        ...

    async def withdraw(self, day: date, by: str, at: datetime) -> bool:
        """Let the library's calendar hold again on that day; False where nothing was declared of it."""
        ...

    async def set_hours(
        self, hours: tuple[time, time] | None, by: str, confirmed_by: PersonCode | None, at: datetime
    ) -> None:
        """Let things be sent unasked within these hours; None: within the working hours of the policy."""
        ...

    async def list_days(self, limit: int) -> Sequence[KeptDay]:
        """The declared days, those in force first by day, then those withdrawn; at most `limit`."""
        ...


class Entry(Protocol):
    """What was made of cells that somebody typed: the row where it is whole and right, else what is wrong."""

    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def row(self) -> RecognitionRow | TitleStandard | RulingDraft | ReviewRound | None: ...
    @property
    def declares(self) -> DocumentId | None: ...


class GivenRow(Protocol):
    """A row of a table as it was given, under its number in the file: what was made of it, or what is wrong."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> Mapping[str, str]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def row(self) -> RecognitionRow | TitleStandard | None: ...


class GivenTable(Protocol):
    """A whole table as it was given; `problems` concern its file or header. `declares`: documents not named before."""

    @property
    def sheet(self) -> str: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[GivenRow]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def declares(self) -> Sequence[DocumentId]: ...
    @property
    def is_right(self) -> bool: ...


class Entries(Protocol):
    """Rows of recognition tables and standards, entered one by one under the rules of the workbook."""

    async def read(
        self,
        sheet: str,
        cells: Mapping[str, str],
        library: Library,
        *,
        home: TerritoryCode,
        today: date,
        is_whole: bool = True,
    ) -> Entry:
        """Check cells as a row of this sheet; unless `is_whole`, cells that are not there yet are not missed."""
        ...

    async def store(
        self, row: RecognitionRow | TitleStandard | ReviewRound, *, declares: DocumentId | None, at: datetime
    ) -> None:
        """Keep a row as a load would: in place of the one with the same key, if there is one."""
        ...

    async def read_table(
        self,
        sheet: str,
        given: Sequence[tuple[int, Mapping[str, str]]],
        library: Library,
        *,
        home: TerritoryCode,
        today: date,
    ) -> GivenTable:
        """Check the cells of many rows, each under its number, as a load would."""
        ...

    async def remove(self, row: RecognitionRow | TitleStandard) -> None:
        """Take the row of this key out of its table."""
        ...

    async def declare(self, number: DocumentId, at: datetime) -> None:
        """Keep the number of a document that the library does not know; known ones stay as they are."""
        ...


class Told(Protocol):
    """The rules that people were last told by, and the last ones before."""

    async def list_told(self) -> Sequence[ToldRules]:
        """The few that are kept, the newest first; empty before the first load that brought people."""
        ...

    async def was_there(self, person: PersonCode, told: ToldRules) -> bool:
        """Whether this person was in the roster by when people were told by these rules."""
        ...


class Reminders(Protocol):
    """What people wish about reminders."""

    async def find_wishes(self, person: PersonCode) -> ReminderWishes:
        """The wishes of this person; of somebody who never said any, none."""
        ...

    async def save_wishes(self, person: PersonCode, wishes: ReminderWishes, at: datetime) -> None:
        """Keep them in place of those before."""
        ...


class Receipts(Protocol):
    """What recipients say of messages that were sent to them."""

    async def acknowledge(self, delivery: int, person: PersonCode, at: datetime) -> bool:
        """The recipient has seen it; again is no harm. False unless it is theirs and went out."""
        ...


class Broadcasts(Protocol):
    """Broadcasts that were approved."""

    async def add(self, broadcast: Broadcast) -> None:
        """Keep one, under the number of its proposal."""
        ...

    async def find(self, number: int) -> Broadcast | None:
        """The one of this number, or None."""
        ...

    async def list_recent(self, limit: int) -> Sequence[Broadcast]:
        """The newest, at most `limit`."""
        ...

    async def change(
        self, number: int, before: Collection[BroadcastState], after: BroadcastState, at: datetime
    ) -> bool:
        """Decide on one; False where it is in none of the states of before, whoever was first."""
        ...

    async def add_card(self, card: Card) -> None:
        """Show its progress in this chat too."""
        ...

    async def reopen_cards(self, number: int) -> None:
        """Something of this broadcast moves again: its progress is to be shown on."""
        ...


class BroadcastResults(Protocol):
    """What became of broadcasts, counted in people."""

    async def progress(self, number: int) -> Progress:
        """How it stands."""
        ...

    async def list_rows(self, number: int) -> Sequence[BroadcastRow]:
        """What became of it for everybody of its audience, by unit and name."""
        ...

    async def list_silent(self, number: int) -> frozenset[PersonCode]:
        """Those of its audience who have not said that they received it."""
        ...

    async def send_again(self, number: int, delivery: int, at: datetime) -> bool:
        """Let one of unknown outcome leave again, by HR's word that it did not arrive.

        False unless it is unclear, and for a broadcast that is cancelled or recalled.
        """
        ...


class Reach(Protocol):
    """Whom we can write to."""

    async def list_reached(self, channels: Collection[str]) -> Mapping[PersonCode, Reached]:
        """Everybody who can be written to by one of these channels, with the chat linked last."""
        ...

    async def count_sent(self, sender: str, since: datetime) -> int:
        """How many messages of this identity of ours have been delivered since then."""
        ...


class UnitReach(Protocol):
    """Whom of some units a message reaches, whom none does, and whom their head reminded of late."""

    async def find_chats(
        self, people: Collection[PersonCode], channels: Collection[str]
    ) -> Mapping[PersonCode, Reached]:
        """Where those of these people can be written to by these channels who can."""
        ...

    async def find_linked(self, people: Collection[PersonCode]) -> frozenset[PersonCode]:
        """Those of these people who have linked any chat."""
        ...

    async def find_quiet(self, people: Collection[PersonCode], day: date) -> frozenset[PersonCode]:
        """Those of these people who do not want to be reminded yet on this day."""
        ...

    async def find_reminded(self, people: Collection[PersonCode], since: datetime) -> Mapping[PersonCode, datetime]:
        """Those of these people whom a head has reminded since then, with the last time."""
        ...

    async def hold_reminding(self) -> None:
        """Let nobody else remind anybody until the end of the visit, so that whom they remind is known."""
        ...

    async def list_unreached(self, units: Collection[UnitCode], channels: Collection[str]) -> Sequence[Unreached]:
        """People of these units whom none of these channels reaches, by unit and name."""
        ...


class Recalls(Protocol):
    """Messages to be written over, or corrected by another, after a recall."""

    async def prepare_recalls(self, number: int, editable: Collection[str]) -> int:
        """Take up what has arrived by channels that let us write it over; how many are new."""
        ...

    async def list_to_correct(self, number: int) -> Sequence[tuple[PersonCode, str, Reached, datetime | None]]:
        """Who is to be told by a message of its own: person, our identity, their chat, when it went to them."""
        ...


class BroadcastsKept(Broadcasts, BroadcastResults, Reach, Recalls, Protocol):
    """All that is kept of broadcasts."""


class BroadcastOutbox(Protocol):
    """The messages of broadcasts."""

    async def put_many(self, parcels: Sequence[tuple[NewDelivery, Sequence[NewNotice]]], at: datetime) -> int:
        """Keep thousands at once; how many were made. One without sender is kept as unreachable."""
        ...

    async def hold_broadcast(self, broadcast: int, *, is_held: bool) -> int:
        """Pause or resume what has not left; how many that is."""
        ...

    async def drop_broadcast(self, broadcast: int, reason: str, at: datetime) -> int:
        """Send nothing more of it; how many were dropped."""
        ...

    async def settle_unclear(self, delivery: int, *, has_arrived: bool, at: datetime) -> bool:
        """HR knows how an unclear one ended. False unless it is unclear."""
        ...


class UnclearMessages(Protocol):
    """Messages that may or may not have arrived, and how people say that they ended."""

    async def find(self, delivery: int) -> Delivery | None:
        """The message of this number."""
        ...

    async def list_unclear_of(self, units: Collection[UnitCode], limit: int) -> Sequence[Delivery]:
        """Those to people of these units, the oldest first; of broadcasts too."""
        ...

    async def settle_unclear(self, delivery: int, *, has_arrived: bool, at: datetime) -> bool:
        """HR knows how an unclear one ended. False unless it is unclear."""
        ...

    async def send_again(self, delivery: int, at: datetime) -> bool:
        """Let one of no broadcast leave again, by HR's word that it did not arrive. False unless it is unclear."""
        ...


class Calendars(Protocol):
    """The secret addresses that people's calendars are read at, one for each person."""

    async def issue(self, person: PersonCode, at: datetime) -> str:
        """A fresh one, shown this once; the one before stops working."""
        ...

    async def revoke(self, person: PersonCode) -> bool:
        """Let it work no more; False where there is none."""
        ...

    async def find_issued(self, person: PersonCode) -> datetime | None:
        """Since when this person has one, or None."""
        ...


class SheetWriter(Protocol):
    """A sheet being written."""

    def append(self, row: Sequence[Any]) -> None:
        """One row, no longer than the headings: text, numbers, days, moments."""
        ...

    def say(self, text: str, *, is_title: bool = False) -> None:
        """A line of its own, as long as it is."""
        ...


class WorkbookWriter(Protocol):
    """A workbook being written; its rows are not kept in memory."""

    def add(self, layout: SheetLayout) -> SheetWriter:
        """A further sheet; those before it get no more rows."""
        ...

    def finish(self) -> bytes:
        """The file."""
        ...


class Deliveries(Protocol):
    """What was sent to whom, and what became of it."""

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[Delivery]:
        """What was or will be sent to this person, the newest first."""
        ...

    async def count_reminders(
        self, units: Collection[UnitCode] | None, since: datetime, until: datetime
    ) -> Sequence[tuple[DeliveryState, bool, int]]:
        """Messages with reminders to the people of these units (None = all) that ended, or are due, within this time.

        By state and whether the recipient has confirmed them.
        """
        ...


class Sheets(Protocol):
    """Writes workbooks."""

    def write(
        self,
        sheets: Sequence[tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[str | int | date | datetime | None]]]],
    ) -> bytes:
        """The workbook of these sheets: name, headings with the width of their columns, rows."""
        ...

    def begin(self) -> WorkbookWriter:
        """An empty workbook, to be written row by row."""
        ...


class Sending(Protocol):
    """The identities that send unasked, and the jobs that let them. A job starts once the transaction is kept."""

    @property
    def lines(self) -> Sequence[SendingLine]:
        """The identities of ours that can send to people."""
        ...

    async def start(self, senders: Collection[str]) -> None:
        """Let these identities send what is due."""
        ...


class Escalations(Protocol):
    """Cases that went to those above, and what those who were told had to say."""

    async def list_told_to(self, recipient: PersonCode, today: date) -> Sequence[KeptCase]:
        """Cases not known to have ended of which this person was told."""
        ...

    async def list_cases_of(self, person: PersonCode, today: date) -> Sequence[KeptCase]:
        """Cases of this person not known to have ended."""
        ...

    async def list_offered(self) -> Mapping[PersonCode, frozenset[CriterionCode]]:
        """For which criteria a head has offered study to whom, who has not answered yet."""
        ...

    async def find_reached(self, people: Collection[PersonCode], channels: Collection[str]) -> frozenset[PersonCode]:
        """Those of these people whom one of these channels reaches."""
        ...

    async def remark(self, remarks: Collection[Remark]) -> None:
        """Keep what somebody said of cases."""
        ...

    async def list_remarks(self, about: Collection[PersonCode]) -> Sequence[Remark]:
        """What anybody said of these people's cases, the oldest first."""
        ...


class Audit(Protocol):
    """The audit chain."""

    async def record(
        self, actor: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
    ) -> None:
        """Append one sealed entry in the current transaction."""
        ...

    async def list_about(self, subject: str, limit: int) -> Sequence[tuple[datetime, str, str]]:
        """The newest entries about this subject: when, who, what."""
        ...


class ConsoleEntries(Protocol):
    """One-time ways into the console."""

    async def make_entry(
        self, person: PersonCode, browser: str, channel: str | None, address: str | None, at: datetime
    ) -> tuple[str, str]:
        """A token for a link and a short code to type, for the browser with these letters; earlier ones are void."""
        ...


class Visits(Protocol):
    """What nearly every visit needs, brought in one go."""

    async def foresee(self, channel: str, address: str, thread: str | None) -> None:
        """Have the visitor's account, record and conversation at hand, and the number of the rules."""
        ...
