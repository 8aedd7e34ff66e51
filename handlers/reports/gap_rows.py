"""Rows of people and what they lack, and the counts and documents beside them: shared by the lists. Pure."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from handlers.phrases import _, show_number
from handlers.reply import Line
from handlers.reports.asked import Grouping
from handlers.reports.report import Column, Row, Table
from handlers.reports.scope import Scope
from handlers.stating import Ground, find_doubt
from handlers.verdicts import explain_state, grounds_of
from handlers.wording import name_cited, name_credential, name_criterion, name_level, name_managed_by, name_unit
from knowledge.facts import CriterionCode, ManagedBy, Person, UnitCode
from knowledge.findings import Accountable, Finding, State
from knowledge.proof import Proof
from knowledge.rulebook import RulesOn

_UNIT_PLACE = 4  # of the columns of a person


@dataclass
class Grounds:
    """The documents that the rows rest on: proven ones, and whether any row rests on one that is not."""

    rules: RulesOn
    _proofs: dict[Ground, Proof | None] = field(default_factory=dict, repr=False)
    _named: list[Ground] = field(default_factory=list, repr=False)

    def is_proven(self, finding: Finding) -> bool:
        """Whether all that a verdict rests on holds where it must, on the day of the rules."""
        return all(self._prove(ground) is not None for ground in grounds_of(finding, self.rules))

    def add(self, ground: Ground) -> None:
        """One more thing that the report rests on: the very point, and before what single rows rest on."""
        self._named.append(ground)
        self._prove(ground)

    def listed(self) -> tuple[Proof, ...]:
        """The proven ones, once each: those that were added, then the documents that the rows rest on as wholes."""
        proven = {ground: proof for ground, proof in self._proofs.items() if proof is not None}
        named = {proof.citation: proof for one in self._named if (proof := proven.get(one)) is not None}
        cited = {one.document for one in named}
        whole = {
            proof.document.id: replace(proof, point=None) for proof in proven.values() if proof.document.id not in cited
        }
        return (*named.values(), *(whole[one] for one in sorted(whole)))

    def doubtful(self) -> bool:
        """Whether some row rests on a document that does not hold on the day."""
        return any(proof is None for proof in self._proofs.values())

    def notes(self) -> list[Line]:
        """What a reader must know of rows that are marked."""
        if not self.doubtful():
            return []
        text = _(
            "Rows marked “{mark}” rest on a document that does not hold for them on this day; they decide nothing."
        )
        return [Line(text.format(mark=for_reference()))]

    def _prove(self, ground: Ground) -> Proof | None:
        if ground not in self._proofs:
            document = self.rules.library.get_document(ground.cite.document)
            holds = find_doubt(ground, self.rules) is None
            self._proofs[ground] = (
                Proof(document, ground.cite.point, self.rules.day, ground.territory) if holds else None
            )
        return self._proofs[ground]


@dataclass
class GapWords:
    """The words of a row, looked up once for all who share them."""

    rules: RulesOn
    grounds: Grounds
    _units: dict[UnitCode, str] = field(default_factory=dict, repr=False)
    _criteria: dict[CriterionCode, str] = field(default_factory=dict, repr=False)

    def unit(self, code: UnitCode) -> str:
        if code not in self._units:
            self._units[code] = name_unit(self.rules, code)
        return self._units[code]

    @cached_property
    def managed_by(self) -> dict[ManagedBy, str]:
        return {one: name_managed_by(one) for one in ManagedBy}

    @cached_property
    def states(self) -> dict[State, str]:
        return {one: name_state(one) for one in State}

    def criterion(self, code: CriterionCode | None) -> str:
        if code is None:
            return _("standards not loaded")
        if code not in self._criteria:
            self._criteria[code] = name_criterion(self.rules.library, code)
        return self._criteria[code]

    def of_person(self, person: Person) -> tuple[str, str, str, str, str]:
        """Code, name, position, unit, who manages the post."""
        return person.code, person.name, person.position, self.unit(person.unit), self.managed_by[person.managed_by]

    def of_gap(self, gap: Finding) -> Row:
        """What is lacked, and all that is known of it; the columns of `gap_columns`."""
        library, held = self.rules.library, gap.held
        review = next((one.name for one in self.rules.book.rules.rounds if one.code == gap.round), "")
        basis = name_cited(library, gap.basis[0]) if gap.basis else ""
        if gap.basis and not self.grounds.is_proven(gap):
            basis = f"{basis} – {for_reference()}"
        return (
            self.criterion(gap.criterion),
            name_level(library, gap.criterion, gap.required) if gap.criterion is not None else "",
            self.states[gap.state],
            name_credential(library, held.kind, held.level, held.issued_on) if held is not None else "",
            explain_state(gap, library),
            gap.deadline,
            gap.safe_day,
            gap.days_left,
            review,
            name_accountable(gap.accountable),
            basis,
        )


def person_columns() -> tuple[Column, ...]:
    """Number, code, name, position, unit, who manages the post."""
    return (
        Column(_("No."), 6, 1.1),
        Column(_("Code"), 12, 1.9),
        Column(_("Full name"), 26, 3.8),
        Column(_("Position"), 28, 3.9),
        Column(_("Unit"), 34, 4.2),
        Column(_("Managed by"), 30),
    )


def list_places(between: int = 0) -> Mapping[Grouping, int]:
    """In which column stands what rows are grouped by; `between` columns stand between the person's and the gap's."""
    return {
        Grouping.UNIT: _UNIT_PLACE,
        Grouping.MANAGED_BY: _UNIT_PLACE + 1,
        Grouping.CRITERION: _UNIT_PLACE + 2 + between,
    }


def gap_columns() -> tuple[Column, ...]:
    """What is lacked."""
    return (
        Column(_("Criterion"), 28, 2.9),
        Column(_("Required level"), 18, 2.1),
        Column(_("Finding"), 24, 2.7),
        Column(_("Certificate on record"), 32),
        Column(_("Explanation"), 60),
        Column(_("Deadline"), 13, 2.6),
        Column(_("Safe working day"), 13),
        Column(_("Days left"), 10),
        Column(_("Review round"), 30),
        Column(_("Accountable"), 22),
        Column(_("Basis"), 30),
    )


def count_table(title: str, name: str, counts: Counter[str]) -> Table:
    """How many of each, the most first."""
    rows = tuple((what, n) for what, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return Table(title, (name, _("How many")), rows)


def name_state(state: State) -> str:
    """A state in a table, in a few words."""
    return {
        State.MET: _("met"),
        State.EXPIRING: _("met, expires soon"),
        State.PENDING: _("waits for verification"),
        State.UNDETERMINED: _("not decided yet"),
        State.EXPIRED: _("expired"),
        State.NOT_RECOGNISED: _("not recognised"),
        State.MISSING: _("lacking or too low"),
        State.EXEMPT: _("exempt"),
    }[state]


def name_accountable(accountable: Accountable | None) -> str:
    """Who answers for a gap, in a table; empty where nobody does yet."""
    known = {
        Accountable.OFFICIAL: _("the official: was sent to study and did not go"),
        Accountable.HEAD: _("the head: study was refused or left unanswered"),
    }
    return known.get(accountable, "") if accountable is not None else ""


def for_reference() -> str:
    """The mark of what decides nothing."""
    return _("for reference only")


def tell_counts(people: int, behind: int, gaps: Sequence[Finding] | int) -> str:
    """The sentence that the screen says too."""
    n = gaps if isinstance(gaps, int) else len(gaps)
    text = _("{behind} of {all} people have something to complete or to clear up, {gaps} items in all.")
    return text.format(behind=show_number(behind), all=show_number(people), gaps=show_number(n))


def only_about(findings: Iterable[Finding], criterion: CriterionCode | None) -> list[Finding]:
    """The gaps among them, of one criterion where it is named."""
    return [one for one in findings if one.is_gap and (criterion is None or one.criterion == criterion)]


@dataclass
class Counted:
    """What is counted of a scope by the rules of a day, with the words of its rows and what they rest on."""

    scope: Scope
    rules: RulesOn

    def __post_init__(self) -> None:
        self.grounds = Grounds(self.rules)
        self.gap_words = GapWords(self.rules, self.grounds)


@dataclass
class Listed(Counted):
    """The same where each person has rows of their own."""

    async def read(self, people: AsyncIterator[Person]) -> AsyncIterator[Row]:
        """The rows of those whom the scope holds, as they come."""
        async for person in people:
            if self.scope.holds(person):
                for row in self.rows_of(person):
                    yield row

    def rows_of(self, person: Person) -> Iterator[Row]:
        """The rows of one person; none for most."""
        raise NotImplementedError
