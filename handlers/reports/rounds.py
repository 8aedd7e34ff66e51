"""What became of a review round? Everybody whom it concerns, and how many have completed it."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from handlers.phrases import _, show_day, show_number
from handlers.reports.asked import ReportKind, ReportRefusedError
from handlers.reports.gap_rows import GapWords, Grounds, person_columns
from handlers.reports.report import Closing, Column, Report, Row, Table
from handlers.reports.scope import Scope
from handlers.stating import Ground, state_on
from knowledge.evaluate import evaluate, is_for, leaves_time, service_of
from knowledge.facts import CriterionCode, Person, ReviewRound, RoundCode
from knowledge.findings import Finding, State
from knowledge.rulebook import RulesOn

_UNDECIDED = {State.PENDING, State.UNDETERMINED}


def find_round(code: RoundCode | None, rules: RulesOn) -> ReviewRound:
    """The round of this code, open or closed, in whatever case it is typed. Raises ReportRefusedError."""
    wanted = (code or "").strip().upper()
    found = next((one for one in rules.book.rules.rounds if one.code.upper() == wanted), None)
    if found is None:
        raise ReportRefusedError(_("There is no review round with the code {code}.").format(code=code))
    return found


def tell_round(people: AsyncIterator[Person], review: ReviewRound, scope: Scope, rules: RulesOn) -> Report:
    """One row for each person whom the round concerns."""
    counted = _Counted(review, scope, rules)
    return Report(
        kind=ReportKind.ROUND,
        name=f"ket-qua-{review.code.lower()}-{rules.day:%Y%m%d}",
        paper_kind=_("Report"),
        title=_("Results of the review round “{name}”").format(name=review.name),
        as_of=rules.day,
        scope=scope.words,
        columns=(
            *person_columns(),
            Column(_("Criteria of the round"), 10, 1.6),
            Column(_("Completed"), 10, 1.8),
            Column(_("Still to complete"), 44, 3.9),
            Column(_("Result"), 18, 2.9),
        ),
        rows=counted.read(people),
        close=counted.close,
    )


@dataclass
class _Counted:
    review: ReviewRound
    scope: Scope
    rules: RulesOn
    people: int = 0
    by_result: Counter[str] = field(default_factory=Counter)
    by_unit: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_criterion: Counter[tuple[CriterionCode, bool]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._grounds = Grounds(self.rules)
        self._words = GapWords(self.rules, self._grounds)

    async def read(self, people: AsyncIterator[Person]) -> AsyncIterator[Row]:
        async for person in people:
            row = self._row_of(person) if self.scope.holds(person) else None
            if row is not None:
                yield row

    def _row_of(self, person: Person) -> Row | None:
        service = service_of(person, self.rules)
        if not is_for(self.review, person, service, self.rules) or not leaves_time(self.review, service):
            return None
        asked = [one for one in evaluate(person, self.rules) if self._is_asked(one)]
        if not asked:
            return None
        self.people += 1
        gaps = [one for one in asked if one.is_gap]
        of_person, result = self._words.of_person(person), _name_result(gaps)
        self.by_result[result] += 1
        self.by_unit[of_person[3], result] += 1
        for one in asked:
            if one.criterion is not None:
                self.by_criterion[one.criterion, one.is_gap] += 1
            self._grounds.is_proven(one)
        left = "; ".join(f"{self._words.criterion(one.criterion)} ({self._words.states[one.state]})" for one in gaps)
        return (self.people, *of_person, len(asked), len(asked) - len(gaps), left, result)

    def _is_asked(self, finding: Finding) -> bool:
        return not self.review.criteria or finding.criterion is None or finding.criterion in self.review.criteria

    def close(self) -> Closing:
        library, review = self.rules.library, self.review
        cite = library.cite_loosely(review.document, review.point)
        home = Ground(cite, self.rules.book.home)
        bound = [Ground(cite, here) for here in library.territories if library.binds(cite.document, here)]
        mine = home if home in bound or not bound else bound[0]
        self._grounds.add(mine)
        text = _("The round asks for completion by {day}; it is {state} in the system.")
        if not review.deadline_included:
            text = _("The round asks for completion before {day}; it is {state} in the system.")
        asks = text.format(day=show_day(review.deadline), state=_("open") if review.is_open else _("closed"))
        told = _("{done} of {all} people concerned have completed what the round asks for ({share} %).").format(
            done=show_number(self.by_result[_name_result([])]),
            all=show_number(self.people),
            share=show_number(round(100 * self.by_result[_name_result([])] / self.people, 1) if self.people else 0),
        )
        return Closing(
            told=(told,),
            tables=(self._by_unit(), self._by_criterion()),
            notes=(state_on(asks, [mine], self.rules), *self._grounds.notes()),
            grounds=self._grounds.listed(),
        )

    def _by_unit(self) -> Table:
        results = [_name_result([]), _not_completed(), _undecided()]
        rows: list[Row] = [
            (unit, sum(self.by_unit[unit, one] for one in results), *(self.by_unit[unit, one] for one in results))
            for unit in sorted({unit for unit, _result in self.by_unit})
        ]
        return Table(_("By unit"), (_("Unit"), _("People concerned"), *results), tuple(rows))

    def _by_criterion(self) -> Table:
        rows = [
            (
                self._words.criterion(one),
                self.by_criterion[one, False] + self.by_criterion[one, True],
                self.by_criterion[one, False],
                self.by_criterion[one, True],
            )
            for one in self.rules.library.criteria
            if self.by_criterion[one, False] + self.by_criterion[one, True]
        ]
        header = (_("Criterion"), _("People concerned"), _("completed"), _("not completed"))
        return Table(_("By criterion"), header, tuple(rows))


def _name_result(gaps: list[Finding]) -> str:
    if not gaps:
        return _("completed")
    return _undecided() if all(one.state in _UNDECIDED for one in gaps) else _not_completed()


def _not_completed() -> str:
    return _("not completed")


def _undecided() -> str:
    return _("waits or not decided")
