"""What a change of the rules does to one person: which verdicts differ, old and new, and what in the rules made it so.

Both sets of rules judge the same record on the same day, so time alone changes nothing here.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

from knowledge.calendar import WorkingCalendar
from knowledge.causes import Cause, CauseKind, Part, Seen, causes_in
from knowledge.documents import Citation
from knowledge.evaluate import evaluate, evaluate_criterion
from knowledge.facts import CriterionCode, Person
from knowledge.findings import Finding
from knowledge.library import Library
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.rules_serialised import without_words

_Verdict = tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Change:
    """One verdict that differs; old or new is None where those rules ask nothing of the person for this criterion.

    `why` is never empty and says what in the rules made the difference.
    """

    criterion: CriterionCode | None
    old: Finding | None
    new: Finding | None
    why: tuple[Cause, ...]


def verdict_of(finding: Finding | None) -> _Verdict:
    """All of a verdict that a person would call another result: days that merely pass and wording are not in it."""
    if finding is None:
        return None
    first, *others = (_place(cite) for cite in finding.basis) if finding.basis else (None,)
    held = finding.held
    return (
        finding.state,
        finding.required,
        finding.reason,
        finding.deadline,
        finding.deadline_included,
        finding.safe_day,
        finding.round,
        finding.accountable,
        first,
        frozenset(others),
        held.counts_as if held is not None else None,
        held.valid_to if held is not None else None,
    )


class Difference:
    """Two sets of rules on one day, ready to tell for any number of people what differs."""

    def __init__(self, before: RuleBook, after: RuleBook, day: date) -> None:
        old, new = without_words(before), without_words(after)
        # A record of today may name what the old rules did not know yet; it is known to both, and decides nothing.
        self._old, self._new = _acquainted(old, new), _acquainted(new, old)
        self.day = day
        self.before, self.after = self._old.on(day), self._new.on(day)

    def changes_of(self, person: Person) -> tuple[Change, ...]:
        """The verdicts of this person that differ; empty exactly where none does."""
        before, after = _known_to(person, self.before), _known_to(person, self.after)
        old = {finding.criterion: finding for finding in evaluate(before, self.before)}
        new = {finding.criterion: finding for finding in evaluate(after, self.after)}
        return tuple(
            Change(one, old.get(one), new.get(one), self._list_causes(person, one, old.get(one), new.get(one)))
            for one in dict.fromkeys([*new, *old])
            if verdict_of(old.get(one)) != verdict_of(new.get(one))
        )

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the rules that are not the same in both."""
        return tuple(part for part in Part if _of(self._old, part) != _of(self._new, part))

    @cached_property
    def _mixtures(self) -> dict[Part, tuple[RulesOn, RulesOn]]:
        """For each part: the old rules with the new part, and the new rules with the old one."""
        return {
            part: (
                _with_part(self._old, self._new, part).on(self.day),
                _with_part(self._new, self._old, part).on(self.day),
            )
            for part in self.parts
        }

    def _list_causes(
        self, person: Person, criterion: CriterionCode | None, old: Finding | None, new: Finding | None
    ) -> tuple[Cause, ...]:
        """What in the parts that differ touches this verdict, and of several parts only in those that matter."""
        sides = Seen(self.before, old), Seen(self.after, new)
        touching = {part: causes for part in self.parts if (causes := causes_in(part, person, criterion, *sides))}
        if len(touching) > 1:
            was, now = verdict_of(old), verdict_of(new)
            matter = [part for part in touching if self._matters(part, person, criterion, was, now)]
            # Where none does alone, only several together make the difference.
            touching = {part: touching[part] for part in matter or touching}
        found = dict.fromkeys(cause for causes in touching.values() for cause in causes)
        return tuple(found) or (Cause(CauseKind.LIBRARY_CHANGED),)

    def _matters(
        self, part: Part, person: Person, criterion: CriterionCode | None, was: _Verdict, now: _Verdict
    ) -> bool:
        """Whether this part, brought in alone or taken back alone, changes what became another one in the verdict."""
        sides = _sides_that_differ(was, now)
        brought, taken = self._mixtures[part]
        return _differs(person, criterion, brought, was, sides) or _differs(person, criterion, taken, now, sides)


def _known_to(person: Person, rules: RulesOn) -> Person:
    """The person with credentials of known kinds only: what the rules do not know counts for nothing by them."""
    kinds = rules.library.kinds
    if all(one.kind in kinds for one in person.credentials):
        return person
    return replace(person, credentials=tuple(one for one in person.credentials if one.kind in kinds))


def _differs(
    person: Person, criterion: CriterionCode | None, mixture: RulesOn, verdict: _Verdict, sides: tuple[int, ...]
) -> bool:
    """Whether a mixture of old and new rules leads to another verdict, as seen from these sides of it."""
    try:
        found = verdict_of(evaluate_criterion(_known_to(person, mixture), criterion, mixture))
    except (LookupError, ValueError):  # old and new do not fit together, so this part cannot be without effect
        return True
    if found is None or verdict is None:
        return (found is None) != (verdict is None)
    return any(found[place] != verdict[place] for place in sides)


def _sides_that_differ(was: _Verdict, now: _Verdict) -> tuple[int, ...]:
    """Which sides of a verdict are not the same; none where there is a verdict on one side only."""
    if was is None or now is None:
        return ()
    return tuple(place for place, (old, new) in enumerate(zip(was, now, strict=True)) if old != new)


def _place(cite: Citation) -> tuple[str, str | None]:
    return cite.document, cite.point


# --- parts of the rules ---


def _of(book: RuleBook, part: Part) -> object:
    if part is Part.CALENDAR:
        return book.library.calendar, book.calendar.switches, book.rules.calendar_days
    if part is Part.HOME:
        return book.home
    owner = book.library if part in _OF_LIBRARY else book.rules
    return getattr(owner, part.value)


def _with_part(book: RuleBook, other: RuleBook, part: Part) -> RuleBook:
    """The book with this one part of the other."""
    library, declared, home = book.library, book.rules, book.home
    switches = book.calendar.switches
    if part is Part.CALENDAR:
        library, switches = replace(library, calendar=other.library.calendar), other.calendar.switches
        declared = replace(declared, calendar_days=other.rules.calendar_days)
    elif part is Part.HOME:
        home = other.home
    elif part in _OF_LIBRARY:
        library = replace(library, **{part.value: getattr(other.library, part.value)})
    else:
        declared = replace(declared, **{part.value: getattr(other.rules, part.value)})
    return RuleBook.of(library, declared, WorkingCalendar(library.calendar, switches), home)


def _acquainted(book: RuleBook, other: RuleBook) -> RuleBook:
    """The book knowing by name the documents of the other, without their points: so none of their duties is live."""
    strange = {
        one.id: replace(one, points=())
        for one in other.library.documents.values()
        if one.id not in book.library.documents
    }
    if not strange:
        return book
    return replace(book, library=replace(book.library, documents={**book.library.documents, **strange}))


_OF_LIBRARY = frozenset(part for part in Part if part.value in {field.name for field in fields(Library)})
