"""Plain records of the cabinet that are not facts of a verdict: accounts, codes, threads, audit entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from knowledge.facts import (
    Credential,
    CriterionCode,
    DeclaredDay,
    DocumentId,
    KindCode,
    LevelCode,
    Person,
    PersonCode,
    Signatory,
    TerritoryCode,
    UnitCode,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A channel identity and, once linked, the person it proved to be.

    `channel` is `telegram`, `web`, `terminal`, …; `address` the identity within it (a chat id as text).
    """

    channel: str
    address: str
    person: PersonCode | None = None
    linked_at: datetime | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    locale: str | None = None
    unreachable_at: datetime | None = None  # since when what we send there is refused; None while it is taken
    withheld: tuple[str, ...] = ()  # purposes that were refused or withdrawn here
    told_version: str | None = None  # of the privacy notice that was last shown unasked
    vouched_by: frozenset[PersonCode] = frozenset()  # whose linking codes led here; nobody's: a phone, or the machine's

    @property
    def takes_notices(self) -> bool:
        """Whether something may be sent here unasked."""
        return self.unreachable_at is None and "reminders" not in self.withheld


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the audit chain: who did what to whom, sealed by the hash of the entry before."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which entries of the audit chain are looked for: every part that is given must fit; `below` a number."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    below: int | None = None


class ChainFault(StrEnum):
    """What is wrong with the audit chain where it is broken; the desk words it."""

    MISSING = "missing"
    OUT_OF_LINE = "out_of_line"
    CHANGED = "changed"
    NEWEST_GONE = "newest_gone"
    UNGUARDED = "unguarded"
    OTHER_CHAIN = "other_chain"
    SIGNATURE_CHANGED = "signature_changed"
    OTHER = "other"  # found by another version of the product


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Outcome of verifying the audit chain: how many links were read and the first broken one, if any.

    `about` goes with the reason: the day that was signed, or the guards that are missing.
    """

    entries: int
    broken_at: int | None = None
    reason: ChainFault | None = None
    about: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether every link holds."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class AuditSeal:
    """The end of the audit chain on a day, signed so that a copy on paper can be checked without any secret."""

    day: date
    number: int
    hash: str
    sealed_at: datetime
    public_key: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """When the audit chain was read from its beginning, and what was found."""

    checked_at: datetime
    entries: int
    broken_at: int | None = None
    reason: ChainFault | None = None
    about: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether every link held."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class BackupKept:
    """A backup that was taken, or could not be (`reason`); `verified_at`: it was restored elsewhere and held."""

    taken_at: datetime
    name: str
    bytes: int
    chain_number: int
    verified_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Restore:
    """That the database was put back from a backup taken then; `is_held`: planning waits for an operator's word.

    What was due by `restored_at` may have gone out: it is no earlier than the clock by which the house lived.
    """

    number: int
    taken_at: datetime
    restored_at: datetime
    chain_number: int
    is_held: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A one-time linking code in clear, shown once and never stored, and when it stops working."""

    code: str
    expires_at: datetime


class RedemptionOutcome(StrEnum):
    """What became of an attempt to use a linking code."""

    LINKED = "linked"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Redemption:
    """Outcome of using a code: `person` when LINKED; `tries_left` when WRONG; `locked_until` when LOCKED.

    `vouched_by`: who gave the code, and whoever stood behind them; nobody for one that the administrator gave.
    """

    outcome: RedemptionOutcome
    person: PersonCode | None = None
    tries_left: int | None = None
    locked_until: datetime | None = None
    vouched_by: frozenset[PersonCode] = frozenset()


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """An update that was kept and not answered. `sending`: the mark of an answer that had begun to leave.

    `body` is empty where no key of ours opens it. `tries`: how often it was begun anew. `was_held`: whoever had it in
    hand did not lay it down.
    """

    number: str
    body: str
    tries: int
    sending: str
    was_held: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no answer: when, which outcome, and its words with what points to a person masked."""

    at: datetime
    outcome: str
    question: str


# --- questions passed on to people, and letters to those who wait -------------------------------------------------


class InquiryState(StrEnum):
    """Where a question that was passed on stands."""

    OPEN = "open"  # waits for HR
    ASKED_BACK = "asked_back"  # waits for whoever asked
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class InquiryReason(StrEnum):
    """Why a question went to a person."""

    NOT_UNDERSTOOD = "not_understood"
    NO_BASIS = "no_basis"
    REQUESTED = "requested"


class MessageKind(StrEnum):
    """What a message about a passed-on question is."""

    REPLY = "reply"
    ASK_BACK = "ask_back"
    CLOSE = "close"
    DETAILS = "details"  # added by whoever asked
    UNCLEAR = "unclear"  # whoever asked is not content with the answer


@dataclass(frozen=True, slots=True)
class EarlierQuestion:
    """A question of the conversation as typed, and what the machine said to it."""

    text: str
    outcome: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class InquiryMessage:
    """What was said about a passed-on question. `who` is None for a visitor not linked.

    `name` and `unit` are those of HR on the day of writing. `text` is None once texts were dropped.
    """

    kind: MessageKind
    at: datetime
    text: str | None
    who: PersonCode | None = None
    name: str = ""
    unit: str = ""
    document: DocumentId | None = None
    point: str | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question passed on to people, with the consent under which it was.

    `unit` is the asker's of now, or, once they have left the roster, that of the day of asking; None for a visitor not
    linked. `version` grows with every change. `question` is None once texts were dropped. `for_administrators`: nobody
    else serves it, or nobody answered.
    """

    code: str
    channel: str
    address: str
    person: PersonCode | None
    unit: UnitCode | None
    territory: TerritoryCode
    question: str | None
    context: tuple[EarlierQuestion, ...]
    why: InquiryReason
    opened_at: datetime
    due_on: date
    consent_version: str
    answer: str = ""  # what the machine said to the question itself
    state: InquiryState = InquiryState.OPEN
    assigned_to: PersonCode | None = None
    for_administrators: bool = False
    reminded_on: date | None = None
    reminders: int = 0
    version: int = 1
    locale: str = "vi"
    messages: tuple[InquiryMessage, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in {InquiryState.OPEN, InquiryState.ASKED_BACK}

    @property
    def is_of_former(self) -> bool:
        """Whether a person asked it who is not on record any more: they left the roster, or had it erased."""
        return self.person is None and self.unit is not None


class LetterKind(StrEnum):
    """What a letter tells; its words are written when it is delivered."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    CLOSED = "closed"
    ASSIGNED = "assigned"  # to HR: this one is yours now
    DETAILS = "details"  # to HR: whoever asked has added something
    OVERDUE = "overdue"  # to HR: so many wait beyond their day
    PROPOSAL = "proposal"  # to HR: the proposal of this number waits for a second person
    DECIDED = "decided"  # to HR: somebody has confirmed or refused your proposal of this number
    STUDY = "study"  # something happened to the study case of this number
    EVIDENCE = "evidence"  # something happened to the evidence of this number
    DATA = "data"  # something happened to your request of this number about your data
    DATA_REQUEST = "data_request"  # to HR: a request about somebody's data; 0: clocks run out
    BREACH = "breach"  # to HR and administrators: the clock of the breach of this number
    ZALO_LOST = "zalo_lost"  # to HR and operators: Zalo accepts our permission no more
    AUDIT_BROKEN = "audit_broken"  # to administrators: the audit chain was changed by somebody; where, by number
    UNANSWERED = "unanswered"  # to administrators: so many messages of people ran out of time before any answer
    GIVEN_UP = "given_up"  # to administrators: messages of people were tried for a day and not answered
    BACKUP_FAILED = "backup_failed"  # to administrators: tonight's backup could not be taken or does not hold
    LINKED = "linked"  # another chat was linked to you, by the channel that `about` names


class LetterState(StrEnum):
    """What became of a letter. Unclear: it was sent and the answer was lost, so that it is never sent again."""

    WAITING = "waiting"
    STARTED = "started"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNCLEAR = "unclear"


class Untold(StrEnum):
    """Why we do not tell a letter any more, kept as the reason of its being refused: that is not about the chat."""

    NOT_THEIRS = "not_theirs"  # whoever it is for may not be told of it since
    NO_LONGER_TRUE = "no_longer_true"  # what it asks for is done, or was given to somebody else


@dataclass(frozen=True, slots=True)
class Letter:
    """A few words to a channel identity. `key` keeps the same letter from being left twice.

    `person` is whom it is for, None for a visitor not linked. `number` is a count that it tells, `about` a word.
    """

    channel: str
    address: str
    kind: LetterKind
    left_at: datetime
    person: PersonCode | None = None
    inquiry: str | None = None
    number: int = 0
    key: str | None = None
    locale: str = "vi"
    id: int = 0
    state: LetterState = LetterState.WAITING
    tries: int = 0
    done_at: datetime | None = None
    reason: str = ""
    about: str | None = None


# --- what people were told ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WrittenRules:
    """Complete rules as they were written down, in which form, and the fingerprint that only the same rules have."""

    form: int
    fingerprint: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ToldRules:
    """Rules that people were told by since `told_at`: all who had come into the roster before the moment `number`."""

    number: int
    rules: WrittenRules
    told_at: datetime


# --- what waits for a second person -------------------------------------------------------------------------------


class ProposalKind(StrEnum):
    """What a proposal would change."""

    RULING = "ruling"
    RECOGNITION_ROW = "recognition_row"
    STANDARD = "standard"
    WITHDRAWAL = "withdrawal"  # of a ruling
    BROADCAST = "broadcast"  # words of HR to many people
    TABLE = "table"  # standards or recognition, many rows at once
    ROUND = "round"  # a review round: a new one, a later deadline, or its end
    CALENDAR_DAY = "calendar_day"  # a day off or worked over the library's calendar, or its end
    SENDING_HOURS = "sending_hours"  # the hours within which things are sent unasked


class ProposalState(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by whoever made it
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the rules that one person of HR proposes and another must confirm.

    `cells` are what was entered, by the names of the workbook's columns. `scope` is the unit (and all below it) that
    the change reaches, None the whole province. `number` is 0 before it is kept.
    """

    kind: ProposalKind
    cells: Mapping[str, str]
    scope: UnitCode | None
    proposed_by: Signatory
    proposed_at: datetime
    number: int = 0
    state: ProposalState = ProposalState.WAITING
    decided_by: PersonCode | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class KeptDay:
    """A day that HR declared, by whom and when; withdrawn or in force. Without `confirmed_by` an operator did."""

    day: DeclaredDay
    declared_by: str
    confirmed_by: PersonCode | None
    declared_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RulingDraft:
    """A ruling as it is typed, before anybody has put a name to it. `valid_from` None: from its confirmation on."""

    criterion: CriterionCode
    kind: KindCode
    counts_as: LevelCode | None = None
    level_from: str | None = None
    level_to: str | None = None
    months_valid: int | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    document: DocumentId | None = None
    point: str | None = None
    reason: str | None = None


# --- what is sent unasked: notices, and the deliveries that carry them -----------------------------------------------


class NoticeKind(StrEnum):
    """What a notice is; the first five merge into one message per person and day, the others go out by themselves.

    A request to study that another head is to answer by now is told in the message of the day too.
    """

    REMINDER = "reminder"
    UNIT_REMINDER = "unit_reminder"  # from the head of the unit
    ESCALATION = "escalation"
    DIGEST = "digest"
    CHANGE = "change"
    STUDY = "study"
    EVIDENCE_WAITING = "evidence_waiting"  # HR is told of what waits for them, in the message of the day
    EVIDENCE = "evidence"
    BROADCAST = "broadcast"
    PRIVACY = "privacy"  # about a request of a person about their data, or a breach
    CORRECTION = "correction"  # of a broadcast that was recalled and cannot be edited where it arrived


# Nobody plans these again, whatever becomes of them. A reminder, those above, evidence that waits for HR and clocks
# are planned again on the next day, for whoever is reached then; a head may remind again; a broadcast is on paper.
_TOLD_ONCE: Final = frozenset(
    {NoticeKind.CHANGE, NoticeKind.DIGEST, NoticeKind.STUDY, NoticeKind.EVIDENCE, NoticeKind.CORRECTION}
)
_OF_OWN_REQUEST: Final = frozenset({"entered", "answered"})  # stages of what people are told of requests of their own


class DeliveryState(StrEnum):
    """Where a delivery stands. Unclear: its request left and the answer was lost, so that it is never sent again."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # a sender holds it under a lease; nothing has left yet
    STARTED = "started"  # kept before its request leaves
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    DROPPED = "dropped"  # no longer true when it was to be sent, or cancelled; `reason` says which
    UNREACHABLE = "unreachable"  # no channel reaches this person: the paper list


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something to be told once. `key` keeps it from being told twice; `about` are the people it concerns.

    `payload` are plain values that its words are written from when it is sent; never names or details of gaps.
    """

    kind: NoticeKind
    key: str
    stage: str = ""
    about: tuple[PersonCode, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to one person: by which identity of ours, to which address of theirs, not before when.

    `sender` is the channel identity that sends (`telegram:123456`), None with `channel` and `address` where nobody
    can be reached. `merge_day` is the day whose one merged message this is, None for messages by themselves.
    Lower `urgency` goes out first.
    """

    person: PersonCode
    due_at: datetime
    sender: str | None = None
    channel: str | None = None
    address: str | None = None
    locale: str = "vi"
    merge_day: date | None = None
    urgency: int = 5
    broadcast: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is kept."""

    id: int
    kind: NoticeKind
    key: str
    stage: str
    about: tuple[PersonCode, ...]
    payload: Mapping[str, Any]
    made_at: datetime

    @property
    def is_told_once(self) -> bool:
        """Whether nobody plans or says it again; of what data officers are told their desk and its clocks say it."""
        return self.kind in _TOLD_ONCE or (self.kind is NoticeKind.PRIVACY and self.stage in _OF_OWN_REQUEST)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it is kept, with the notices that it carries."""

    id: int
    person: PersonCode
    due_at: datetime
    state: DeliveryState
    notices: tuple[Notice, ...] = ()
    sender: str | None = None
    channel: str | None = None
    address: str | None = None
    locale: str = "vi"
    merge_day: date | None = None
    attempts: int = 0
    slot_at: datetime | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    provider_id: str | None = None
    reason: str = ""
    acknowledged_at: datetime | None = None
    broadcast: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How the sending of one identity stands. `stuck` are under way beyond their lease.

    `paused_until` and `pause_reason` only while it is paused: `asked` by the platform, `channel_refused` where the
    platform does not know us any more.
    """

    sender: str
    due: int
    later: int
    held: int
    under_way: int
    stuck: int
    delivered_last_minute: int
    delivered_last_hour: int
    oldest_due_at: datetime | None = None
    paused_until: datetime | None = None
    pause_reason: str | None = None


# --- reminders --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReminderWishes:
    """What a person wishes: from which hour of a working day, and quiet up to and including a day."""

    hour: time | None = None
    quiet_until: date | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of the roster as the planning of a day sees them.

    `came_in` is the moment of the roster at which they came. `channel`, `address` and `locale` are where they are
    reached, None where nowhere. `told` are the source, criterion and stage of every reminder told or waiting.
    """

    person: Person
    came_in: int
    channel: str | None
    address: str | None
    locale: str
    hour: time | None
    quiet_until: date | None
    told: frozenset[tuple[str, str, str]]


# --- whom nothing reaches -------------------------------------------------------------------------------------------


class NotReached(StrEnum):
    """Why nothing that is sent unasked reaches a person."""

    NO_CHAT = "no_chat"  # never linked, or linked no more
    NO_PUSH = "no_push"  # linked only where nothing can be sent unasked
    REFUSED = "refused"  # every chat of theirs refuses what is sent
    UNWANTED = "unwanted"  # they want nothing sent to their chat


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody of the roster whom nothing reaches; `since` and `reason` of who refuses, as the platform said it."""

    person: PersonCode
    name: str
    position: str
    unit: UnitCode
    why: NotReached
    since: datetime | None = None
    reason: str = ""


# --- broadcasts of HR -------------------------------------------------------------------------------------------------


class BroadcastState(StrEnum):
    """What was decided on an approved broadcast. How far it is gone its deliveries say."""

    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Words of HR to many people, made by one person and approved by another; the number is that of its proposal.

    `audience` are the plain values that it was chosen by, `scope` the unit (and all below it) that it stays within,
    None the whole province.
    """

    number: int
    text: str
    asks_receipt: bool
    audience: Mapping[str, Any]
    scope: UnitCode | None
    made_by: Signatory
    made_at: datetime
    approved_by: Signatory
    approved_at: datetime
    state: BroadcastState = BroadcastState.SENDING
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """Where somebody can be written to: the chat linked last among the channels that we send by."""

    channel: str
    address: str
    locale: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How a broadcast stands, counted in people. `left` wait or are under way; `recalled` were written over.

    `to_recall` wait to be written over, `kept` cannot be. `last_at` is when the last of them was settled.
    """

    total: int = 0
    delivered: int = 0
    refused: int = 0
    unclear: int = 0
    left: int = 0
    dropped: int = 0
    unreachable: int = 0
    acknowledged: int = 0
    recalled: int = 0
    to_recall: int = 0
    kept: int = 0
    corrected: int = 0
    to_correct: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_due_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is still to be done."""
        return not (self.left or self.to_recall or self.to_correct)


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """What became of a broadcast for one person of its audience; names are None once the roster does not know them."""

    delivery: int
    person: PersonCode
    name: str | None
    unit: UnitCode | None
    unit_name: str | None
    position: str | None
    state: DeliveryState
    channel: str | None
    done_at: datetime | None
    reason: str
    acknowledged_at: datetime | None
    recall: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A message in which the progress of a broadcast is shown. `shown`: fingerprint of the words that stand there."""

    broadcast: int
    sender: str
    address: str
    locale: str
    is_begun: bool = False
    provider_id: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """A message that arrived and is to be written over."""

    delivery: int
    sender: str
    address: str
    provider_id: str
    locale: str
    delivered_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery held under a lease by whoever has the token.

    `slot` is its moment by `time.monotonic` here; `apart` the seconds that departures keep between each other, 0 where
    there is no limit.
    """

    delivery: Delivery
    token: str
    slot: float
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought. `wait`: seconds after which there may be more, None where nothing is left to wait for."""

    claims: tuple[Claim, ...] = ()
    wait: float | None = None


# --- cases that go to those above -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody who was told of a person's case said of it; `words` None: they only acknowledged it."""

    about: PersonCode
    by: PersonCode
    at: datetime
    words: str | None = None


# --- the fleet of workers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day whose notices were stored; `counts` by kind of notice, and how many messages they make."""

    day: date
    started_at: datetime
    finished_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the job engine stands: workers heard of and not, jobs by status, and those that a dead worker left."""

    workers: int
    silent: int
    jobs: Mapping[str, int]
    stalled: int


@dataclass(frozen=True, slots=True)
class ZaloGrant:
    """What an Official Account has granted us: the pair of tokens that counts. Neither is ever shown.

    `generation` counts pairs. `begun_at`: a refresh was begun, its answer is not known. `lost_at`: it counts no more.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    obtained_at: datetime
    access_until: datetime
    refresh_until: datetime
    generation: int = 0
    begun_at: datetime | None = None
    lost_at: datetime | None = None
    reason: str = ""


# --- evidence that officials hand in ----------------------------------------------------------------------------------


class EvidenceState(StrEnum):
    """Where a submission stands. Checked: one person of HR verified it, and its kind needs another one."""

    WAITING = "waiting"
    CHECKED = "checked"
    ASKED_BACK = "asked_back"
    VERIFIED = "verified"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


UNDECIDED = frozenset({EvidenceState.WAITING, EvidenceState.CHECKED, EvidenceState.ASKED_BACK})


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A picture or PDF that was handed in, without its content."""

    id: int
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A credential that an official says to hold, and how far HR is with it.

    `version` grows with every change. `words` are the last ones between HR and the official: a reason, a question.
    `is_new`: the credential came on record by this submission. `needs_two`: two people must have seen it, also once
    its kind is marked no more. `checked_vouched_by`: whose linking codes led to where the first of two checked it.
    `number` is 0 before it is kept.
    """

    person: PersonCode
    credential: Credential
    submitted_at: datetime
    changed_at: datetime
    state: EvidenceState = EvidenceState.WAITING
    version: int = 1
    words: str | None = None
    checked_by: PersonCode | None = None
    checked_vouched_by: frozenset[PersonCode] = frozenset()
    decided_by: PersonCode | None = None
    decided_at: datetime | None = None
    is_new: bool = True
    needs_two: bool = False
    files: tuple[EvidenceFile, ...] = ()
    number: int = 0

    @property
    def is_undecided(self) -> bool:
        """Whether HR or the official still has to do something about it."""
        return self.state in UNDECIDED


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A submission that waits for HR, as far as planning must know it."""

    number: int
    version: int
    person: PersonCode
    unit: UnitCode
    changed_at: datetime
    checked_by: PersonCode | None = None


# --- verdicts of everybody as they stand ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict as it is kept. `criterion` empty: no standards are loaded for the position.

    `basis`: pairs of document and point, the requirement first.
    """

    person: PersonCode
    criterion: str
    unit: UnitCode
    state: str
    required: str | None = None
    reason: str | None = None
    held_kind: str | None = None
    held_level: str | None = None
    counts_as: str | None = None
    held_until: date | None = None
    deadline: date | None = None
    deadline_included: bool = True
    last_day: date | None = None
    safe_day: date | None = None
    round: str | None = None
    consequence: str | None = None
    accountable: str | None = None
    basis: tuple[tuple[str, str | None], ...] = ()
    deadline_basis: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything that was found about one person: from which version of their record, and the sums for lists."""

    person: PersonCode
    version: int
    name: str
    gaps: int
    due_on: date | None
    rows: tuple[VerdictRow, ...]


class PeopleOrder(StrEnum):
    """In which order people are listed."""

    NAME = "name"
    DUE = "due"
    GAPS = "gaps"


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """Which people are listed: every part that is given must fit. `units` None: of every unit.

    `states` with `criterion` are of that criterion; without, of any. `after` is where the page before ended.
    """

    units: frozenset[UnitCode] | None = None
    criterion: str | None = None
    states: frozenset[str] = frozenset()
    managed_by: str | None = None
    position_group: str | None = None
    words: str = ""
    order: PeopleOrder = PeopleOrder.NAME
    after: tuple[str | None, str] | None = None


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """Somebody in a list, with the sums of their verdicts; `as_of` None: not yet judged.

    `place` is where a page that ends here is continued.
    """

    code: PersonCode
    name: str
    unit: UnitCode
    position: str
    managed_by: str
    gaps: int
    due_on: date | None
    as_of: date | None
    states: Mapping[str, str]
    place: tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """When a verdict became another one; None before: there was none, None after: there is none any more."""

    person: PersonCode
    criterion: str
    on: date
    state_before: str | None
    state_after: str | None
    deadline_before: date | None
    deadline_after: date | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How the kept verdicts stand: of so many people, so many wait to be judged again; the oldest judgement."""

    people: int
    waiting: int
    as_of: date | None
    judged_at: datetime | None


# --- the console -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsoleEntry:
    """A one-time way into the console, asked for in a chat; no channel: in the demonstration."""

    person: PersonCode
    channel: str | None
    address: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """Somebody at the console, in one browser, until a moment."""

    person: PersonCode
    channel: str | None
    address: str | None
    opened_at: datetime
    expires_at: datetime
    vouched_by: frozenset[PersonCode] = frozenset()  # whose linking codes led to the chat in which it was asked for


# --- what other systems read -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of another program, without the key itself. `units` None: the whole province."""

    number: int
    label: str
    units: tuple[UnitCode, ...] | None
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    suspended_at: datetime | None = None  # a restore brought it back, and nobody has confirmed it since


@dataclass(frozen=True, slots=True)
class Hook:
    """An address that is told of changed verdicts. `failures` in a row since `failed_since`, the last for `reason`.

    `waiting` and `given_up` count its events; `oldest_at` is when the oldest that waits changed.
    """

    number: int
    url: str
    units: tuple[UnitCode, ...] | None
    may_be_private: bool
    made_at: datetime
    told_at: datetime | None = None
    failures: int = 0
    failed_since: datetime | None = None
    paused_until: datetime | None = None
    reason: str = ""
    waiting: int = 0
    given_up: int = 0
    oldest_at: datetime | None = None
    suspended_at: datetime | None = None  # as of a key


@dataclass(frozen=True, slots=True)
class StateChange:
    """A state that became another; None: the criterion was not asked of the person before, or is not any more."""

    id: int
    person: PersonCode
    criterion: CriterionCode | None
    unit: UnitCode | None
    before: str | None
    after: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class HookEvent:
    """What one hook is told of one change; the pair is the key by which the receiver knows it again."""

    hook: int
    change: StateChange
    as_of: date
    tries: int = 0


@dataclass(frozen=True, slots=True)
class DataHealth:
    """How well the kept verdicts of these units stand: of how many people, as of which day at least, since when."""

    people: int
    stale: int
    as_of: date | None
    judged_at: datetime | None
    verdicts: int
    gaps: int


# --- workbooks -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """How a table stands on a sheet: its name, the headings with the widths of their columns, and what is above them.

    The first line of `above` is its title. A sheet with `is_list` can be filtered, keeps its headings in sight and
    prints them on every page; another shows none. Only the first so many columns are `printed`, all where that is None.
    """

    name: str
    headings: tuple[tuple[str, int], ...]
    above: tuple[str, ...] = ()
    is_list: bool = True
    is_wide: bool = True
    printed: int | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """How many people there are, lack something, have missed a day, have one soon, and are not judged yet."""

    people: int
    lacking: int
    overdue: int
    due_soon: int
    unjudged: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many people, since a day, were told of a deadline, confirmed it, were sent to study, closed a gap."""

    told: int
    acknowledged: int
    assigned: int
    closed: int


@dataclass(frozen=True, slots=True)
class KeyDependants:
    """What would end if older secret keys went now."""

    calendars: int
    codes: int
    sessions: int
    visitors: int


@dataclass(frozen=True, slots=True)
class ResealedBatch:
    """Rows looked at, those sealed anew, and those that no key opens."""

    read: int
    changed: int
    strange: int


# --- personal data ---------------------------------------------------------------------------------------------------


class ConsentAct(StrEnum):
    """What somebody did about one purpose in one chat."""

    INFORMED = "informed"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """One act about one purpose: when, where, of which wording and with the hash of exactly those words."""

    channel: str
    address: str
    purpose: str
    act: ConsentAct
    version: str
    digest: str
    at: datetime
    person: PersonCode | None = None


# How a request came that somebody wrote down for whoever made it; in a chat the channel stands there instead.
WAYS = ("on_paper", "in_person", "by_telephone", "by_mail")


class DataRequestState(StrEnum):
    """Where a request about somebody's data stands."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What somebody wants of their data, and the days until when.

    `field` is the column of the roster's sheet that is to be corrected, or the purpose to withdraw; `value` what is
    right; `words` are the person's own, `answer` HR's last ones, `reason` why the longer clock runs.
    `agreed_by`: the first of two who must agree, `agreed_vouched_by` whose linking codes led to where they did.
    `asked_vouched_by`: whose linking codes led to where it was asked, or written down.
    """

    person: PersonCode
    channel: str
    right: str
    opened_at: datetime
    first_on: date
    due_on: date
    number: int = 0
    state: DataRequestState = DataRequestState.OPEN
    field: str = ""
    value: str = ""
    words: str = ""
    answer: str = ""
    has_others: bool = False
    is_extended: bool = False
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    handled_by: PersonCode | None = None
    version: int = 1
    reason: str = ""
    entered_by: PersonCode | None = None
    entered_at: datetime | None = None
    agreed_by: PersonCode | None = None
    agreed_vouched_by: frozenset[PersonCode] = frozenset()
    asked_vouched_by: frozenset[PersonCode] = frozenset()

    @property
    def is_entered(self) -> bool:
        """Whether somebody wrote it down for the person, who proved themselves in no chat."""
        return self.entered_by is not None

    @property
    def is_proven(self) -> bool:
        """Whether the person themself asked: in a chat of theirs, to which nobody else's code had led."""
        return not self.is_entered and not self.asked_vouched_by

    @property
    def is_open(self) -> bool:
        """Whether its clocks run."""
        return self.state is DataRequestState.OPEN

    def is_overdue(self, day: date) -> bool:
        """Whether one of its days has passed without what was due."""
        return self.is_open and (day > self.due_on or (self.answered_at is None and day > self.first_on))


@dataclass(frozen=True, slots=True)
class BreachStepDone:
    """One step after a breach that was taken."""

    step: str
    done_by: str
    done_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach of personal data and what was done about it. `warned`: hours that were left at the last warning."""

    detected_at: datetime
    opened_at: datetime
    opened_by: str
    due_at: datetime
    title: str
    number: int = 0
    closed_at: datetime | None = None
    closed_by: str | None = None
    warned: int | None = None
    steps: tuple[BreachStepDone, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What one group holds about somebody: rows with their columns, each under the name of its table."""

    group: str
    rows: tuple[tuple[str, Mapping[str, Any]], ...]
