"""What leaves the desk: one neutral reply that every door renders in its own way."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.asking import Choice
from knowledge.documents import Citation
from knowledge.findings import Finding


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


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand over, whole in memory; never larger than what the desk itself wrote."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A title, statements with their citations, and the next steps. Doors only render it.

    `asks_contact`: the door may offer to share the visitor's own phone number. `personal`: holds personal data.
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

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation of the reply, once each, in the order in which it is first used."""
        cited = [cite for line in self.lines for cite in line.cites]
        return tuple(dict.fromkeys([*cited, *self.also_cites]))
