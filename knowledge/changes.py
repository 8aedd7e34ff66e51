"""What a change of the rules does to one person: which verdicts differ, old and new, and what in the rules made it so.

Both sets of rules judge the same record on the same day, so time alone changes nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

from knowledge.calendar import WorkingCalendar
from knowledge.causes import Cause, Part, Seen, list_causes
from knowledge.documents import Citation
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person
from knowledge.findings import Finding
from knowledge.library import Library
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.rules_serialised import without_words

_Verdicts = dict[CriterionCode | None, Finding]
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
        old, new = _judge(person, self.before), _judge(person, self.after)
        criteria = [one for one in dict.fromkeys([*new, *old]) if verdict_of(old.get(one)) != verdict_of(new.get(one))]
        if not criteria:
            return ()
        parts = self._parts_behind(person, criteria, old, new)
        return tuple(
            Change(
                criterion,
                old.get(criterion),
                new.get(criterion),
                list_causes(
                    parts[criterion],
                    person,
                    Seen(self.before, old.get(criterion)),
                    Seen(self.after, new.get(criterion)),
                ),
            )
            for criterion in criteria
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

    def _parts_behind(
        self, person: Person, criteria: Iterable[CriterionCode | None], old: _Verdicts, new: _Verdicts
    ) -> dict[CriterionCode | None, Sequence[Part]]:
        """Per criterion the parts that matter: brought in alone, or taken back alone, they change what became other."""
        if len(self.parts) == 1:
            return dict.fromkeys(criteria, self.parts)
        tried = {
            part: (_try(person, with_it), _try(person, without_it))
            for part, (with_it, without_it) in self._mixtures.items()
        }
        behind: dict[CriterionCode | None, Sequence[Part]] = {}
        for criterion in criteria:
            was, now = verdict_of(old.get(criterion)), verdict_of(new.get(criterion))
            sides = _sides_that_differ(was, now)
            matter = [
                part
                for part, (brought, taken) in tried.items()
                if _differs(brought, criterion, was, sides) or _differs(taken, criterion, now, sides)
            ]
            behind[criterion] = matter or self.parts  # where only several together make the difference
        return behind


def _judge(person: Person, rules: RulesOn) -> _Verdicts:
    """Verdicts by criterion. A credential of a kind that these rules do not know counts for nothing by them."""
    kinds = rules.library.kinds
    if any(one.kind not in kinds for one in person.credentials):
        person = replace(person, credentials=tuple(one for one in person.credentials if one.kind in kinds))
    return {finding.criterion: finding for finding in evaluate(person, rules)}


def _try(person: Person, rules: RulesOn) -> _Verdicts | None:
    """Verdicts by a mixture of old and new; None where the two do not fit together and nothing can be judged."""
    try:
        return _judge(person, rules)
    except (LookupError, ValueError):
        return None


def _sides_that_differ(was: _Verdict, now: _Verdict) -> tuple[int, ...]:
    """Which sides of a verdict are not the same; none where there is a verdict on one side only."""
    if was is None or now is None:
        return ()
    return tuple(place for place, (old, new) in enumerate(zip(was, now, strict=True)) if old != new)


def _differs(
    tried: _Verdicts | None, criterion: CriterionCode | None, verdict: _Verdict, sides: tuple[int, ...]
) -> bool:
    if tried is None:
        return True
    found = verdict_of(tried.get(criterion))
    if found is None or verdict is None:
        return (found is None) != (verdict is None)
    return any(found[place] != verdict[place] for place in sides)


def _place(cite: Citation) -> tuple[str, str | None]:
    return cite.document, cite.point


# --- parts of the rules ---


def _of(book: RuleBook, part: Part) -> object:
    if part is Part.CALENDAR:
        return book.library.calendar, book.calendar.switches
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
