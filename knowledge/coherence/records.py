"""What was read from the library's files, before anybody has compared it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.credentials import Criterion, Kind
from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.library import (
    CalendarOverride,
    Contact,
    Decider,
    Equivalence,
    EscalationStep,
    Guidance,
    NormativeConversion,
    Office,
    Policy,
    RetirementSchedule,
    Territory,
)

DOCUMENTS = "documents/"


@dataclass(frozen=True, slots=True)
class Accountability:
    """The document and point that say who answers for a gap, as policy.yaml names them."""

    document: DocumentId
    point: str


@dataclass(frozen=True, slots=True)
class Records:
    """Everything read from the files and sound in itself, before anybody has compared it.

    `files` says in which file a document stands. `unreadable` holds, per file or folder, the names of records that
    were refused, and `closed` the files and folders that could not be read at all: so that one mistake is not
    reported again wherever a record is named.
    """

    files: Mapping[DocumentId, str]
    unreadable: Mapping[str, frozenset[str]]
    closed: frozenset[str]
    documents: tuple[Document, ...]
    criteria: tuple[Criterion, ...]
    kinds: tuple[Kind, ...]
    territories: tuple[Territory, ...]
    offices: tuple[Office, ...]
    conversions: tuple[NormativeConversion, ...]
    deciders: tuple[Decider, ...]
    equivalences: tuple[Equivalence, ...]
    guidance: tuple[Guidance, ...]
    retirement: tuple[RetirementSchedule, ...]
    contacts: tuple[Contact, ...]
    escalation: tuple[EscalationStep, ...]
    calendar: tuple[CalendarOverride, ...]
    policy: Policy | None
    accountability: Accountability | None

    def place(self, document: Document) -> str:
        """Where a document stands, as an error names it."""
        return f"{self.files[document.id]}: {document.id}"

    def names(self, table: str, read: Iterable[str]) -> frozenset[str] | None:
        """Every name that a table defines, whether its record could be read or not; None where nobody can tell."""
        return None if table in self.closed else frozenset(read) | self.unreadable.get(table, frozenset())
