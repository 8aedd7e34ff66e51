"""What every kind of notice needs to be put into words, and the promise that its writer keeps."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.asking import Choice
from handlers.phrases import _
from handlers.reply import Reply
from knowledge.facts import CriterionCode, Person, PersonCode
from knowledge.rulebook import RulesOn
from storage.records import AuditSeal, Delivery, Notice

ACK = "notice.ack"


@dataclass(frozen=True, slots=True)
class Present:
    """What is true at the moment of sending: the recipient as the roster knows them now, and the rules of the day.

    `about` are the people whom the notices concern, as far as they are still in the roster; `reached` those of them
    whom a channel reaches, and `offered` for which criteria study was offered to which of them, still unanswered.
    `waiting` are the study cases that wait for a head, each with its version; `evidence` the submissions that wait for
    HR, each with its version and whose it is. `seals` are the newest signed ends of the audit chain. `is_quiet`: the
    recipient wants no reminders today but those that are insisted on.
    """

    person: Person
    rules: RulesOn
    now: datetime
    about: Mapping[PersonCode, Person] = field(default_factory=dict)
    reached: frozenset[PersonCode] = frozenset()
    offered: Mapping[PersonCode, frozenset[CriterionCode]] = field(default_factory=dict)
    waiting: Mapping[int, int] = field(default_factory=dict)
    evidence: Mapping[int, tuple[int, PersonCode]] = field(default_factory=dict)
    seals: Sequence[AuditSeal] = ()
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A notice that is not told any more; `reason` is a short word for the record (`closed`, `extended`, `gone`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Partly:
    """The words of a notice without those of its cases that are true no more: these count as not told.

    `untold` are entries of the payload's `cases`, as they stand there.
    """

    reply: Reply
    untold: tuple[Sequence[str], ...]


# In the language being spoken. Pushes carry no details of a gap: those are shown only to whoever asks and is proven.
Compose = Callable[[Notice, Delivery, Present], Awaitable[Reply | Partly | Dropped]]


def seen(delivery: int) -> Choice:
    """The button with which the recipient says that it has arrived."""
    return Choice(_("Received"), ACK, str(delivery))
