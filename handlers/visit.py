"""One visit to the desk: what was said, who says it, what it was understood to mean, and the rules of the day."""

from dataclasses import dataclass
from datetime import date

from handlers.asking import Incoming
from handlers.handed_in import HandedIn
from handlers.reply import Pending
from knowledge.facts import CriterionCode, ManagedBy, Person, TerritoryCode
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Aspect, Entities, Meaning, Wish


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that a handler decides from. `rules` is the view of the day asked about, `today` the real day.

    `person` is the official whom the visitor is proven to be, with their record; None before linking.
    `subject` is what a pressed choice stands for. `pending` is what the desk waited for, where the words typed are
    the answer to it; `meaning` is None then. `elsewhere` is the territory asked about, where that is not their own.
    `handed_in` is what came of a file that was sent; None for none, and for one that nobody fetched.
    """

    asked: Incoming
    today: date
    rules: RulesOn
    person: Person | None = None
    meaning: Meaning | None = None
    subject: str = ""
    pending: Pending | None = None
    elsewhere: TerritoryCode | None = None
    handed_in: HandedIn | None = None

    @property
    def on(self) -> date:
        """The day asked about."""
        return self.rules.day

    @property
    def named(self) -> Entities:
        """The things that the question names; nothing for a pressed choice."""
        return self.meaning.entities if self.meaning is not None else Entities()

    @property
    def aspects(self) -> frozenset[Aspect]:
        """The sides of a document that the question asks about."""
        return frozenset(self.named.aspects)

    @property
    def wishes(self) -> frozenset[Wish]:
        """What the question wants besides the things that it names; nothing for a pressed choice."""
        return self.meaning.wishes if self.meaning is not None else frozenset()

    @property
    def text(self) -> str:
        """What was typed; empty for a pressed choice."""
        return self.asked.text or ""

    @property
    def territory(self) -> TerritoryCode:
        """The territory whose rules are asked about: another one that the question names, else the visitor's own."""
        return self.elsewhere or self.own_territory

    @property
    def own_territory(self) -> TerritoryCode:
        """Territory of the person's unit on the day, or that of the installation for a visitor not linked."""
        return self.rules.territory_of(self.person.unit) if self.person is not None else self.rules.book.home

    @property
    def managed_by(self) -> ManagedBy | None:
        """Who manages the person's post, if the person is known."""
        return self.person.managed_by if self.person is not None else None


def criteria_asked(visit: Visit) -> tuple[CriterionCode, ...]:
    """The criteria that a question is about: named themselves, or by a certificate of theirs."""
    kinds = (visit.rules.library.kinds[one.kind] for one in visit.named.kinds)
    return tuple(dict.fromkeys((*visit.named.criteria, *(one.criterion for one in kinds if one.criterion is not None))))
