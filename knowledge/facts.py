"""Facts about people, units and rules as HR declares them: plain values that verdicts are reached from.

No law stands here; levels, kinds and documents are named by their codes and looked up in the library.
"""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import NewType

PersonCode = NewType("PersonCode", str)
UnitCode = NewType("UnitCode", str)
TerritoryCode = NewType("TerritoryCode", str)
DocumentId = NewType("DocumentId", str)
CriterionCode = NewType("CriterionCode", str)
KindCode = NewType("KindCode", str)
LevelCode = NewType("LevelCode", str)
RoundCode = NewType("RoundCode", str)
PositionGroup = NewType("PositionGroup", str)
RulingId = NewType("RulingId", str)


class Gender(StrEnum):
    """Sex as recorded in the roster; it decides the retirement age."""

    MALE = "nam"
    FEMALE = "nu"


class ManagedBy(StrEnum):
    """The body that manages a person's post (diện quản lý)."""

    PROVINCIAL_PARTY_STANDING_COMMITTEE = "btv_tinh_uy"
    PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE = "bcsd_ubnd_tinh"
    DISTRICT = "cap_huyen"
    COMMUNE = "cap_xa"
    UNIT = "don_vi"


class Role(StrEnum):
    """What a person may do here besides asking about themself."""

    OFFICIAL = "can_bo"
    HR = "hr"
    HEAD = "thu_truong"
    ADMINISTRATOR = "quan_tri"
    DATA_OFFICER = "bao_ve_du_lieu"  # requests about personal data, breaches and the log of processing; no verdicts


class UnitKind(StrEnum):
    """Kind of unit in the roster (loại đơn vị)."""

    DEPARTMENT = "so"
    BOARD_OR_BRANCH = "ban_nganh"
    PUBLIC_SERVICE_UNIT = "don_vi_su_nghiep"
    ASSOCIATION = "hoi"
    DISTRICT_GOVERNMENT = "ubnd_huyen"
    COMMUNE_GOVERNMENT = "ubnd_xa"
    COMMUNE_PARTY_COMMITTEE = "dang_uy_xa"
    DIVISION = "phong"
    OTHER = "khac"


class CredentialStatus(StrEnum):
    """Whether HR has verified a credential (trạng thái xác minh)."""

    VERIFIED = "da_xac_minh"
    WAITING = "cho_xac_minh"
    REJECTED = "tu_choi"


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency or a part of one, with the days on which it exists and the unit that took over from it."""

    code: UnitCode
    name: str
    kind: UnitKind
    territory: TerritoryCode
    parent: UnitCode | None = None
    head: PersonCode | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A degree or certificate of one person (văn bằng, chứng chỉ); `level` is as written on it."""

    kind: KindCode
    level: str | None = None
    issuer: str | None = None
    number: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None
    status: CredentialStatus = CredentialStatus.WAITING


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """One study request or assignment, as far as it bears on who is accountable for a gap.

    `criterion` None concerns every criterion. An assignment has `assigned_on`; a request or proposal put to the
    head has `requested_on`. The other days are set when that thing happened.
    """

    criterion: CriterionCode | None = None
    requested_on: date | None = None
    refused_on: date | None = None
    answered_on: date | None = None
    assigned_on: date | None = None
    declined_on: date | None = None
    not_attended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exemption from one criterion that HR recorded, with the document that grants it."""

    criterion: CriterionCode
    document: DocumentId
    point: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """An official as the roster knows them, with everything a verdict needs.

    `vouched_by`: of somebody who speaks, the people whose linking codes led to where they do; the roster knows none.
    """

    code: PersonCode
    name: str
    born_on: date
    gender: Gender
    unit: UnitCode
    position: str
    position_group: PositionGroup
    managed_by: ManagedBy
    is_leader: bool
    in_post_since: date | None = None
    roles: frozenset[Role] = frozenset({Role.OFFICIAL})
    scope: UnitCode | None = None
    credentials: tuple[Credential, ...] = ()
    study: tuple[StudyRecord, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    vouched_by: frozenset[PersonCode] = frozenset()


@dataclass(frozen=True, slots=True)
class TitleStandard:
    """One required level for one criterion of a position group, from one document, valid from–to (both days in)."""

    position_group: PositionGroup
    criterion: CriterionCode
    minimum: LevelCode
    document: DocumentId
    point: str | None
    valid_from: date
    valid_to: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RecognitionRow:
    """One row of a recognition table: this kind, in this level range and issue window, counts as that level.

    Ranges include both ends; None is unbounded. `months_valid` counts from the day of issue; None has no end.
    """

    document: DocumentId
    criterion: CriterionCode
    kind: KindCode
    counts_as: LevelCode
    level_from: str | None = None
    level_to: str | None = None
    months_valid: int | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody of HR who put their name to a ruling: who they were and for which unit they spoke, as of that day.

    `vouched_by`: the people whose linking codes led to where they did so.
    """

    person: PersonCode
    name: str
    unit: UnitCode
    unit_name: str
    vouched_by: frozenset[PersonCode] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruling:
    """HR's own ruling on whether a kind of credential counts, given by one person and confirmed by another.

    `counts_as` None: it is not recognised. Ranges include both ends; None is unbounded. It rests on a `document` (and
    `point`), or on a `reason` in words. It reaches the people of `scope` and below, and those of the whole province of
    the installation where that is None. `withdrawn_on` is the first day on which it does not apply any more.
    """

    id: RulingId
    criterion: CriterionCode
    kind: KindCode
    counts_as: LevelCode | None
    given_by: Signatory
    given_on: date
    confirmed_by: Signatory
    confirmed_on: date
    valid_from: date
    valid_to: date | None = None
    level_from: str | None = None
    level_to: str | None = None
    months_valid: int | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    document: DocumentId | None = None
    point: str | None = None
    reason: str | None = None
    scope: UnitCode | None = None
    withdrawn_on: date | None = None

    def applies_on(self, day: date) -> bool:
        """Whether it decides anything on that day; what was withdrawn later still held on the days before."""
        return (
            self.valid_from <= day
            and (self.valid_to is None or day <= self.valid_to)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Whom a review round concerns: every named field must fit, each with any of its values; empty = everybody."""

    position_groups: frozenset[PositionGroup] = frozenset()
    managed_by: frozenset[ManagedBy] = frozenset()
    units: frozenset[UnitCode] = frozenset()


@dataclass(frozen=True, slots=True)
class ReviewRound:
    """A review round (đợt rà soát): until when, for whom, which criteria, on which basis, with what consequence."""

    code: RoundCode
    name: str
    document: DocumentId
    point: str | None
    deadline: date
    deadline_included: bool = True
    audience: RoundFilter = field(default_factory=RoundFilter)
    criteria: frozenset[CriterionCode] = frozenset()
    service_left_from_years: int | None = None
    consequence: str | None = None
    opens_on: date | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class FrequentAnswer:
    """An answer that HR gave once and promoted: whoever asks the same again gets it.

    With `document` it states what that point says; without one it is HR's own word. `variants` are other wordings
    that people asked in. It reaches the people of `scope` and below, everybody where that is None. Once withdrawn
    it is given to nobody, whatever day is asked about.
    """

    number: int
    question: str
    answer: str
    given_by: str
    given_for: str
    given_on: date
    variants: tuple[str, ...] = ()
    document: DocumentId | None = None
    point: str | None = None
    scope: UnitCode | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """An official document that was read in and accepted: its record as JSON, its text, where each point stands in it.

    `spans` are point id, start and end in characters. `knowledge.growing` makes and reads the record.
    """

    number: DocumentId
    record: str
    text: str
    spans: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredDay:
    """A day that HR declared off or worked, over the calendar of the library; `basis` is what it rests on."""

    day: date
    is_working: bool
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class DeclaredRules:
    """Everything HR has declared that is not about one person, as of one version of the store.

    `group_names` gives the position that most people of a position group hold, to speak of the group by.
    `added_documents` are those read in and accepted. `rulings` holds the withdrawn ones too. `sending_hours` are
    narrower ones than the policy's, within which things are sent; None where HR set none.
    """

    version: int
    units: tuple[Unit, ...] = ()
    standards: tuple[TitleStandard, ...] = ()
    recognition: tuple[RecognitionRow, ...] = ()
    rounds: tuple[ReviewRound, ...] = ()
    group_names: tuple[tuple[PositionGroup, str], ...] = ()
    added_documents: tuple[AddedDocument, ...] = ()
    frequent: tuple[FrequentAnswer, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    calendar_days: tuple[DeclaredDay, ...] = ()
    sending_hours: tuple[time, time] | None = None
