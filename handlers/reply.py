"""What leaves the desk: one neutral reply that every door renders in its own way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.asking import Choice
from knowledge.documents import Citation
from knowledge.findings import Finding
from knowledge.proof import Doubt, Proof, UnprovenError


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
    """One statement of a reply. A statement of law carries its citations; background is marked when rendered."""

    text: str
    cites: tuple[Citation, ...] = ()
    is_background: bool = False
    is_item: bool = False


class Statement(Line):
    """A statement of law. It cannot be built without proofs, each for the day and territory asked about."""

    __slots__ = ("proofs",)
    proofs: tuple[Proof, ...]

    def __init__(self, text: str, proofs: Sequence[Proof], *, is_item: bool = False) -> None:
        if not proofs:
            raise UnprovenError(text)
        super().__init__(text, tuple(dict.fromkeys(proof.citation for proof in proofs)), is_item=is_item)
        object.__setattr__(self, "proofs", tuple(proofs))


class Background(Line):
    """What does not decide: another province's rule, another purpose, guidance, history. Doors mark it as such."""

    __slots__ = ("doubt",)
    doubt: Doubt

    def __init__(self, text: str, cites: Sequence[Citation], doubt: Doubt, *, is_item: bool = False) -> None:
        super().__init__(text, tuple(cites), is_background=True, is_item=is_item)
        object.__setattr__(self, "doubt", doubt)


class Record(Line):
    """What the library's own record says about a document: who signed it, its day, whether its text is held."""

    __slots__ = ()

    def __init__(self, text: str, cites: Sequence[Citation], *, is_item: bool = False) -> None:
        super().__init__(text, tuple(cites), is_item=is_item)


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over, whole in memory; never larger than what the desk itself wrote."""

    name: str
    content: bytes
    media_type: str


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
    """A title, statements with their citations, and the next steps. Doors only render it.

    `asks_contact`: the door may offer to share the visitor's own phone number. `pending`: the desk waits for an
    answer to this reply.
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
    asks_contact: bool = False
    pending: Pending | None = None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of the reply, once each, in the order in which it is first used."""
        cited = [cite for line in self.lines for cite in line.cites]
        return tuple(dict.fromkeys([*cited, *self.also_cites]))
