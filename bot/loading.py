"""Says what is wrong with a workbook so that whoever filled it in can mend the cell, and what a load changed."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from handlers.phrases import _, ngettext, show_number
from handlers.problem_words import Problem, say_problem

PRINTED_AT_MOST = 200


class SheetReport(Protocol):
    """How many rows of a sheet were added, changed, left as they were, and removed."""

    @property
    def sheet(self) -> str: ...
    @property
    def added(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def removed(self) -> int: ...


class LoadReport(Protocol):
    """What a load did, would do, or why it did nothing."""

    @property
    def sheets(self) -> Sequence[SheetReport]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...
    @property
    def problem_count(self) -> int: ...
    @property
    def warnings(self) -> Sequence[Problem]: ...
    @property
    def declared_documents(self) -> Sequence[str]: ...
    @property
    def is_rehearsal(self) -> bool: ...
    @property
    def is_refused(self) -> bool: ...
    @property
    def has_changes(self) -> bool: ...


def render_problem(problem: Problem) -> str:
    """One line: sheet!row column: what is wrong and what is expected."""
    return f"{_place(problem)}: {say_problem(problem)}"


def render_report(report: LoadReport) -> Iterator[str]:
    """The lines that tell what a load did, would do, or why nothing was changed."""
    if report.is_refused:
        yield from _refusal(report)
        return
    yield from (_("Please check: {line}").format(line=render_problem(one)) for one in report.warnings)
    yield from (_render_sheet(one) for one in report.sheets)
    if report.declared_documents:
        yield _("Documents declared by HR whose text is not held: {numbers}").format(
            numbers=", ".join(report.declared_documents)
        )
    if report.is_rehearsal:
        yield _("This was a rehearsal: everything is right and nothing was stored.")
    elif report.has_changes:
        yield _("Everything is stored.")
    else:
        yield _("The store already held all of this; nothing changed.")


def _refusal(report: LoadReport) -> Iterator[str]:
    shown = report.problems[:PRINTED_AT_MOST]
    yield from (render_problem(one) for one in shown)
    left = report.problem_count - len(shown)
    if left:
        yield ngettext(
            "… and {n} more mistake that is not listed here", "… and {n} more mistakes that are not listed here", left
        ).format(n=show_number(left))
    yield ngettext(
        "{n} mistake. Nothing was stored; mend it and load the file again.",
        "{n} mistakes. Nothing was stored; mend them and load the file again.",
        report.problem_count,
    ).format(n=show_number(report.problem_count))


def _render_sheet(one: SheetReport) -> str:
    return _("{sheet}: {added} added, {changed} changed, {unchanged} unchanged, {removed} removed").format(
        sheet=one.sheet,
        added=show_number(one.added),
        changed=show_number(one.changed),
        unchanged=show_number(one.unchanged),
        removed=show_number(one.removed),
    )


def _place(problem: Problem) -> str:
    """The place as spreadsheets write it: can_bo!5 ngay_sinh."""
    place = problem.sheet if problem.row is None else f"{problem.sheet}!{problem.row}"
    return place if problem.column is None else f"{place} {problem.column}"
