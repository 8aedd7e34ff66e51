"""What leaves the desk: one neutral reply that every door renders in its own way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from handlers.asking import Choice
from knowledge.documents import Citation
from knowledge.findings import Finding
from knowledge.folding import printable
from knowledge.proof import Doubt, Proof, UnprovenError

_NOT_IN_NAMES: Final = re.compile(r"[\\/:*?\"<>|;%\t\n]+")
_ENDING: Final = re.compile(r"\.[0-9A-Za-z]{1,5}$")
_LONGEST_STEM: Final = 100


class Outcome(StrEnum):
    """What became of a question; the words are part of the contract with other programs."""

    ANSWERED = "answered"
    NO_BASIS = "no_basis"
    NOT_UNDERSTOOD = "not_understood"
    OUT_OF_SCOPE = "out_of_scope"
    DENIED = "denied"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Line:
    """Words of the office itself: how to go on, whom to ask, what is on record. States no law and cites nothing.

    Law is a `Statement`, what only informs is `Background`, what the library's record says of a document a `Record`.
    """

    text: str
    is_item: bool = field(default=False, kw_only=True)

    @property
    def cites(self) -> tuple[Citation, ...]:
        """What the line rests on."""
        return ()

    @property
    def is_background(self) -> bool:
        """Whether it decides nothing; doors set it apart."""
        return False


@dataclass(frozen=True, slots=True)
class Statement(Line):
    """A statement of law. It cannot be built without a proof, each for the day and territory asked about."""

    proofs: tuple[Proof, *tuple[Proof, ...]]

    def __post_init__(self) -> None:
        if not self.proofs:
            raise UnprovenError(self.text)

    @property
    def cites(self) -> tuple[Citation, ...]:
        """The citations that are proven, once each."""
        return tuple(dict.fromkeys(proof.citation for proof in self.proofs))


@dataclass(frozen=True, slots=True)
class Background(Line):
    """What does not decide: another province's rule, another purpose, guidance, history. Doors mark it as such.

    `handlers.stating` makes them: their words begin with the reason.
    """

    sources: tuple[Citation, ...]
    doubt: Doubt

    @property
    def cites(self) -> tuple[Citation, ...]:
        """Where it is written."""
        return self.sources

    @property
    def is_background(self) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class Record(Line):
    """What the library's own record says about a document: who signed it, its day, whether its text is held."""

    about: tuple[Citation, ...]

    @property
    def cites(self) -> tuple[Citation, ...]:
        """The document that it is about."""
        return self.about


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over, whole in memory; never larger than what the desk itself wrote.

    `description` says what a picture shows, for who cannot see it. Whatever a name is made of, it is one that every
    system takes, and nothing in it turns round where its ending stands.
    """

    name: str
    content: bytes
    media_type: str
    description: str = ""

    def __post_init__(self) -> None:
        """Take out of the name what no file is called."""
        name = _NOT_IN_NAMES.sub("-", printable(self.name))
        ending = found[0] if (found := _ENDING.search(name)) is not None else ""
        stem = name.removesuffix(ending).strip("-. ")[:_LONGEST_STEM] or "tep"
        object.__setattr__(self, "name", stem + ending)


@dataclass(frozen=True, slots=True)
class Chart:
    """A small picture of counts that the door draws: one bar for each tuple, its parts always in the same order.

    `labels` name the bars and `legend` their parts. `description` says all of it to who cannot see it.
    """

    bars: tuple[tuple[int, ...], ...]
    description: str
    title: str = ""
    labels: tuple[str, ...] = ()
    legend: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table of a paper; without `header` its first column names what stands in the second.

    `widths` are those of its columns in centimetres, where they matter. A row of one cell in a table of several
    columns is the heading of the rows below it.
    """

    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = ()
    title: str = ""
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of an official paper: who issues it under whom, where, on which day. Empty: to be filled in by hand."""

    above: str
    issuer: str
    place: str
    on: date
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to print and file: the door makes the document of it. `name` is that of the file, without its kind.

    `paragraphs` may state law, each with its proof; what they cite is listed under them. `closing` says who printed
    it, and when. With a `letterhead` it is laid out as an official paper: `title` is then its kind, `subtitle` its
    subject, `grounds` what it is made by, `opening` its first sentences. What is `beside` it goes with it in one .zip.
    """

    name: str
    title: str
    subtitle: str = ""
    letterhead: Letterhead | None = None
    grounds: tuple[Proof, ...] = ()
    opening: tuple[str, ...] = ()
    tables: tuple[PaperTable, ...] = ()
    paragraphs_title: str = ""
    paragraphs: tuple[Line, ...] = ()
    closing: str = ""
    printed_at: datetime | None = None
    is_wide: bool = False
    beside: tuple[File, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of what the door hands over."""
        return f"{self.name}.zip" if self.beside else f"{self.name}.docx"

    @property
    def cites(self) -> tuple[Citation, ...]:
        """What the paragraphs rest on, once each."""
        return tuple(dict.fromkeys(cite for line in self.paragraphs for cite in line.cites))


@dataclass(frozen=True, slots=True)
class CodeCard:
    """A slip with a one-time linking code, to be cut out and handed over to the person whom it is for."""

    name: str
    code: str
    position: str
    unit: str
    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeSheet:
    """Slips to print: the door makes a document of them, with what opens the bot. Nothing of it is kept."""

    cards: tuple[CodeCard, ...]
    units: str
    printed_at: datetime
    printed_by: str
    link: str = ""  # what opens the bot, with {code} where it can be brought along; empty where that is not known


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One whole day in a calendar. `key` is what it stands for, so that the day can move and it stays the same."""

    key: str
    day: date
    title: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """Days for somebody's own calendar: the door makes the file of them. `name` is that of the file, without its kind.

    `owner` tells calendars apart and is never shown; `version` grows whenever a day may have changed.
    """

    name: str
    title: str
    owner: str
    version: int
    made_at: datetime
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """What the desk waits for: the next words typed in this conversation go to this step of this form.

    `values` are what the form has gathered so far, as plain words. Pressing a button or a command ends the wait.
    """

    form: str
    step: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A title, statements with their citations, and the next steps. Doors only render it, a `paper` as a document.

    `asks_contact`: the door may offer to share the visitor's own phone number. `pending`: the desk waits for an
    answer to this reply. `is_silent`: the door says nothing at all.
    """

    title: str
    lines: tuple[Line, ...] = ()
    choices: tuple[Choice, ...] = ()
    outcome: Outcome = Outcome.ANSWERED
    intent: str = ""
    confidence: float = 1.0
    findings: tuple[Finding, ...] = ()
    also_cites: tuple[Citation, ...] = ()
    handed_to: str | None = None
    file: File | None = None
    paper: Paper | None = None
    picture: Chart | None = None
    calendar: CalendarFile | None = None
    code_sheet: CodeSheet | None = None
    asks_contact: bool = False
    pending: Pending | None = None
    is_silent: bool = False

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of the reply, once each, in the order in which it is first used."""
        cited = [cite for line in self.lines for cite in line.cites]
        return tuple(dict.fromkeys([*cited, *self.also_cites]))
