"""What a question means: its intent with a calibrated confidence, and the things it names."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.facts import (
    CriterionCode,
    DocumentId,
    Gender,
    KindCode,
    LevelCode,
    PositionGroup,
    TerritoryCode,
    UnitCode,
)


class Intent(StrEnum):
    """What visitors come to ask. The names are part of the contract with other programs."""

    MY_GAPS = "my_gaps"  # what am I missing
    MY_DEADLINES = "my_deadlines"  # by when must I
    CERTIFICATE_COUNTS = "certificate_counts"  # does this certificate count, for me or in general; how long is it valid
    POSITION_REQUIREMENTS = "position_requirements"  # what does my (or a) position require
    CONSEQUENCES = "consequences"  # what happens otherwise, who answers for it
    DOCUMENT = "document"  # what does document N say, point P, who signed, is its text held, whom does it bind
    LIBRARY = "library"  # which documents do you hold
    WHO_TO_ASK = "who_to_ask"  # who manages this or me, which office took over, whom do I ask
    SERVICE_LEFT = "service_left"  # when do I retire, do I have five years of service left
    EXPLAIN_TERM = "explain_term"  # what is a title standard, bậc 3, LLCT
    HELP = "help"  # what can you do; greetings, thanks
    LINK = "link"  # link my account
    MY_DATA = "my_data"  # what data do you hold on me, export, delete, withdraw
    PERSON_GAPS = "person_gaps"  # another, named person's record
    UNIT_GAPS = "unit_gaps"  # who in my unit is missing what
    ASK_TO_STUDY = "ask_to_study"  # I want to be sent to study
    SUBMIT_EVIDENCE = "submit_evidence"  # I want to hand in a new certificate
    ASK_PERSON = "ask_person"  # let me talk to a person, pass this on
    FOLLOW_INQUIRY = "follow_inquiry"  # what became of the question I passed on
    EXPLAIN_VERDICT = "explain_verdict"  # why that verdict
    HR_INBOX = "hr_inbox"  # HR: questions that wait for an answer
    REMINDERS = "reminders"  # when I am reminded: at another hour, not for a while, again
    HEAD_STUDY = "head_study"  # heads: who asks to be sent to study and waits; propose to send somebody
    HR_EVIDENCE = "hr_evidence"  # HR: certificates handed in that wait to be verified
    UNIT_REMIND = "unit_remind"  # heads: remind my unit, or one of it
    HR_CODES = "hr_codes"  # HR: give out linking codes, one or a printed sheet
    HR_RULINGS = "hr_rulings"  # HR: record, confirm, list or withdraw rulings and other proposals
    HR_REPORTS = "hr_reports"  # HR and heads: lists and reports as files
    HR_BROADCAST = "hr_broadcast"  # HR: write to many people at once, or see what became of that
    OUT_OF_SCOPE = "out_of_scope"  # everyday topics, orders to the machine, other fields of law


class Aspect(StrEnum):
    """What of a document is asked about; none named means: what it says."""

    CONTENT = "content"  # what it says
    ABOUT = "about"  # what it is about, by its title
    SIGNER = "signer"
    DATE = "date"
    ISSUER = "issuer"
    IN_FORCE = "in_force"
    HELD = "held"  # is its text held
    QUOTE = "quote"  # its very words
    BINDS = "binds"  # whom and where it binds
    DEADLINE = "deadline"
    CITES = "cites"
    CONSEQUENCE = "consequence"
    ACCOUNTABLE = "accountable"
    AUTOMATIC = "automatic"  # whether it happens by itself
    WHO = "who"  # who has to act
    WHY = "why"  # a follow-up that asks for the reason or for more


class Wish(StrEnum):
    """What a question wants besides the things that it names."""

    HELD = "held"  # the visitor speaks of a certificate that they have
    NEEDED = "needed"  # whether they must have or do something
    GAPS = "gaps"  # what is still missing
    EXPIRING = "expiring"  # which certificates soon count no longer
    ROUND = "round"  # whether a review round concerns them
    WHICH = "which"  # which certificate would do
    COUNTS = "counts"  # whether something counts or can stand in
    FORGED = "forged"  # to have papers made, bought or altered
    BASIS = "basis"  # which document, or which article of it, says so
    MERGED = "merged"  # what became of a province or an office
    OTHERS = "others"  # what belongs to several other people
    CONFIRMED = "confirmed"  # whether what is said is so
    DAY_COUNTED = "day_counted"  # whether the last day itself still counts
    TO_MANY = "to_many"  # to say something to many people at once
    CODES = "codes"  # to give out linking codes
    LISTED = "listed"  # the names of several people
    FILED = "filed"  # a list or a report as a file or on paper


@dataclass(frozen=True, slots=True)
class UnlistedTest:
    """A test that people name and that the library has no kind of its own for, with what it is about."""

    name: str
    kind: KindCode
    criterion: CriterionCode


@dataclass(frozen=True, slots=True)
class DocumentMention:
    """A document number in the question: as typed, and the document where the library knows it."""

    typed: str
    document: DocumentId | None


@dataclass(frozen=True, slots=True)
class Issue:
    """What a question says of the time of issue: a day, or a year with or without a month; nothing for not said."""

    on: date | None = None
    year: int | None = None
    month: int | None = None


UNSAID = Issue()


@dataclass(frozen=True, slots=True)
class KindMention:
    """A kind of credential in the question, with the level or score written beside it ("ielts 5.0" → "5.0").

    Beside other certificates `issue` is its own, whatever the question says of their issue; else None. `beside` are
    the subjects of certificates that are named with it by nothing else ("chứng chỉ tin học và TOEIC"). It is the same
    mention whenever it was issued.
    """

    kind: KindCode
    level: str | None = None
    issue: Issue | None = field(default=None, compare=False)
    beside: frozenset[CriterionCode] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Entities:
    """The things that a question names.

    `issued_on` is an issue date ("cấp ngày 12/5/2019"); a bare year gives `issued_year` instead, with `issued_month`
    for "thi tháng 3/2024". `as_of` is a day the question is asked about ("tính đến 15/9/2020", "ngày 15/9/2020 thì");
    a month or a year asked about gives its last day. `points` are normalised ("điểm 3" → "3", "mục 2.3" → "2.3",
    "Điều 23" → "23"), as the library's own ids where it lists them. `person_words` are words that look like a roster
    code or a name after a title ("đồng chí Nguyễn Văn A"), or a relation ("sếp tôi"); `speaks_of_self` is true for
    "tôi, mình, em, của tôi". `level` is a level of a criterion asked about ("bậc 3"). `years` counts years of service.
    `offices` are ids of the library's offices. `aspects` are what of a document is asked about, in the order named.
    `issue_places` are those of `territories` that only say where a certificate was taken or issued.
    `born_on`, or `born_year` with `born_month`, and `gender` are those said in a question on retirement.
    """

    documents: tuple[DocumentMention, ...] = ()
    points: tuple[str, ...] = ()
    kinds: tuple[KindMention, ...] = ()
    criteria: tuple[CriterionCode, ...] = ()
    level: LevelCode | None = None
    dates: tuple[date, ...] = ()
    issued_on: date | None = None
    issued_year: int | None = None
    as_of: date | None = None
    position_groups: tuple[PositionGroup, ...] = ()
    position_words: str | None = None
    units: tuple[UnitCode, ...] = ()
    territories: tuple[TerritoryCode, ...] = ()
    issue_places: tuple[TerritoryCode, ...] = ()
    offices: tuple[str, ...] = ()
    person_words: str | None = None
    speaks_of_self: bool = False
    years: int | None = None
    issued_month: int | None = None
    aspects: tuple[Aspect, ...] = ()
    born_on: date | None = None
    born_year: int | None = None
    born_month: int | None = None
    gender: Gender | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """The reading of one question. `intent` None: not understood well enough to answer; then the best guesses.

    `unit_words` look like the name of a unit, whether or not there is such a unit. `unlisted_tests` are tests that the
    library has no kind for, `no_credential` is a paper that proves no level of anything, and `false_day` is written
    like a day and is none.
    """

    intent: Intent | None
    confidence: float
    entities: Entities
    guesses: tuple[Intent, ...] = ()
    is_follow_up: bool = False
    wishes: frozenset[Wish] = frozenset()
    unit_words: str | None = None
    unlisted_tests: tuple[UnlistedTest, ...] = ()
    no_credential: str | None = None
    false_day: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that HR declared and that a question may use: position groups and units, code → spoken name."""

    position_groups: tuple[tuple[PositionGroup, str], ...] = ()
    units: tuple[tuple[UnitCode, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation was last about: the previous intent and the entities it ended with.

    `cited` are the places that the last answer rested on, the first ones first; a point may be empty.
    """

    intent: Intent
    entities: Entities
    cited: tuple[tuple[DocumentId, str], ...] = ()
