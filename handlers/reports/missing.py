"""Who still lacks a title standard? By unit, by who manages the post, by criterion."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.reports.asked import ReportKind
from handlers.reports.gap_rows import (
    Listed,
    count_table,
    gap_columns,
    list_places,
    only_about,
    person_columns,
    tell_counts,
)
from handlers.reports.report import Closing, Report, Row
from handlers.reports.scope import Scope
from knowledge.evaluate import evaluate
from knowledge.facts import Person
from knowledge.rulebook import RulesOn


def list_missing(people: AsyncIterator[Person], scope: Scope, rules: RulesOn) -> Report:
    """One row for each thing that somebody lacks or has to clear up, as the same day's verdicts say."""
    counted = _Counted(scope, rules)
    return Report(
        kind=ReportKind.MISSING,
        name=f"con-thieu-tieu-chuan-{rules.day:%Y%m%d}",
        paper_kind=_("List"),
        title=_("Officials who still lack a title standard"),
        as_of=rules.day,
        scope=scope.words,
        columns=(*person_columns(), *gap_columns()),
        places=list_places(),
        rows=counted.read(people),
        close=counted.close,
    )


@dataclass
class _Counted(Listed):
    """What is counted while the rows go by."""

    people: int = 0
    behind: int = 0
    gaps: int = 0
    by_criterion: Counter[str] = field(default_factory=Counter)
    by_state: Counter[str] = field(default_factory=Counter)
    by_unit: Counter[str] = field(default_factory=Counter)
    by_manager: Counter[str] = field(default_factory=Counter)

    def rows_of(self, person: Person) -> Iterator[Row]:
        self.people += 1
        gaps = only_about(evaluate(person, self.rules), self.scope.criterion)
        if not gaps:
            return
        self.behind += 1
        of_person = self.gap_words.of_person(person)
        self.by_unit[of_person[3]] += 1
        self.by_manager[of_person[4]] += 1
        for gap in gaps:
            self.gaps += 1
            of_gap = self.gap_words.of_gap(gap)
            self.by_criterion[str(of_gap[0])] += 1
            self.by_state[str(of_gap[2])] += 1
            yield (self.gaps, *of_person, *of_gap)

    def close(self) -> Closing:
        return Closing(
            told=(tell_counts(self.people, self.behind, self.gaps),),
            tables=(
                count_table(_("By criterion"), _("Criterion"), self.by_criterion),
                count_table(_("By finding"), _("Finding"), self.by_state),
                count_table(_("People by who manages the post"), _("Managed by"), self.by_manager),
                count_table(_("People by unit"), _("Unit"), self.by_unit),
            ),
            notes=(
                Line(_("Cases that wait for verification or are not decided yet are listed too; see the finding.")),
                Line(
                    _("Verdicts are those of {day}, by the roster and the rules as they stand in the system.").format(
                        day=show_day(self.rules.day)
                    )
                ),
                *self.grounds.notes(),
            ),
            grounds=self.grounds.listed(),
        )
