"""Says what is wrong with a workbook so that whoever filled it in can mend the cell, and what a load changed."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from handlers.phrases import _, mark, ngettext, show_number

PRINTED_AT_MOST = 200

_MOST_EXPECTED = 40


class Problem(Protocol):
    """One thing wrong in a workbook, as the cabinet found it; `kind` picks the sentence."""

    @property
    def sheet(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def row(self) -> int | None: ...
    @property
    def column(self) -> str | None: ...
    @property
    def value(self) -> str | None: ...
    @property
    def expected(self) -> tuple[str, ...]: ...
    @property
    def other(self) -> str | None: ...


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


_SENTENCES: dict[str, str] = {
    "path_not_found": mark("there is no such file or folder; check the path"),
    "not_a_workbook": mark(
        "this is not an Excel workbook; load a file saved as “Excel Workbook (.xlsx)” or a folder of .csv files"
    ),
    "old_format": mark("this is the old .xls format; open it in Excel and save it as “Excel Workbook (.xlsx)”"),
    "other_format": mark(
        "this is a workbook of another program; open it there and save it as “Excel Workbook (.xlsx)”"
    ),
    "password_protected": mark(
        "the file is protected by a password; open it in Excel, take the password away (File, Info, Protect Workbook)"
        " and save it again"
    ),
    "has_macros": mark(
        "the file has macros, which are not accepted; save it as “Excel Workbook (.xlsx)” without macros"
    ),
    "broken_file": mark(
        "the file is damaged and cannot be read; open it in Excel, let Excel repair it, and save it again"
    ),
    "too_large": mark(
        "the content is larger than can be accepted; remove pictures and unneeded formatting, or divide it into several"
        " files and load them one after another"
    ),
    "nothing_to_load": mark("nothing to load was found; sheets or .csv files must be named: {expected}"),
    "replace_without_sheet": mark(
        "replacing was asked for, but the file has no such sheet; nothing is removed without a sheet to take its place"
    ),
    "unknown_sheet": mark("no sheet of this name is known; sheets are named: {expected}"),
    "repeated_sheet": mark("this sheet stands twice in the file (also as “{other}”); keep one of them"),
    "too_many_rows": mark("too many rows; Excel itself can hold no more than 1,048,576"),
    "wrong_encoding": mark(
        "this line is not in UTF-8, so Vietnamese letters would be lost; in Excel choose Save As, “CSV UTF-8 (Comma"
        " delimited)”"
    ),
    "broken_quotes": mark(
        "quotation marks do not close, or a cell is far too long; every quotation mark that is opened must be closed,"
        " and one inside a cell is written twice"
    ),
    "unknown_column": mark("this sheet has no such column; its columns are: {expected}"),
    "repeated_column": mark("this column stands twice; keep one of them"),
    "missing_column": mark("this required column is missing from the first row; add it and fill it in"),
    "no_column_name": mark(
        "“{value}” stands in a column without a name; delete the cell or give the column its name in the first row"
    ),
    "missing_value": mark("this cell is empty; it must be filled in"),
    "not_a_date": mark("“{value}” is not a date; write day/month/year, such as 31/12/2026"),
    "date_out_of_range": mark("the date {value} is before the year {expected}; check the year"),
    "not_one_of": mark("“{value}” is not accepted here; write one of: {expected}"),
    "not_a_count": mark("“{value}” is not a whole number above zero; write a number such as 24"),
    "not_a_phone": mark("“{value}” is not a phone number; write it like 0912345678"),
    "not_a_code": mark("the code “{value}” has one of the signs | ; = , which are not allowed in codes"),
    "too_long": mark("this text is too long; at most {expected} letters are accepted here"),
    "control_character": mark(
        "this cell holds a sign that cannot be seen or printed; delete the content and type it anew"
    ),
    "date_in_text": mark(
        "Excel has turned this cell into the date {value}, but text or a score belongs here; format the cell as Text"
        " and type it anew"
    ),
    "number_cut": mark(
        "Excel keeps only 15 digits of this number, so its end is lost; format the cell as Text and type it anew"
    ),
    "error_value": mark("the formula in this cell ends in an error; replace it by its value"),
    "formula_not_computed": mark(
        "this cell holds a formula whose result is not stored; open the file in Excel and save it, or type the value"
    ),
    "level_unknown": mark("“{value}” is not a level that exists here; write one of: {expected}"),
    "filter_unreadable": mark(
        "“{other}” cannot be understood; write each condition as name=value, alternatives divided by |, conditions"
        " divided by ; (names: {expected}), such as nhom_chuc_danh=chuyen_vien; dien_quan_ly=cap_xa|don_vi"
    ),
    "dates_reversed": mark("the date {value} is before column {other} ({expected}); correct one of the two"),
    "levels_reversed": mark("“{value}” is lower than “{other}” in column muc_tu; swap or correct them"),
    "birth_implausible": mark("the birth date {value} cannot be right; check day, month and year"),
    "before_birth": mark("the date {value} is not after this person's birth date ({expected}); correct one of the two"),
    "other_criterion": mark(
        "the credential kind “{other}” is about {expected}, not {value}; correct column tieu_chi or loai"
    ),
    "duplicate_key": mark(
        "“{value}” stands already in row {other}; delete one of the two rows or correct its code ({expected} together"
        " must differ)"
    ),
    "same_but_for_case": mark(
        "the code “{value}” differs from “{other}” only in small and capital letters; use one spelling"
    ),
    "unknown_unit": mark(
        "there is no unit with the code “{value}”, neither in sheet don_vi nor stored before; correct the code or add"
        " the unit"
    ),
    "unknown_person": mark(
        "there is no person with the code “{value}”, neither in sheet can_bo nor stored before; correct the code or"
        " add the person"
    ),
    "unknown_group": mark(
        "nobody and no standard has the position group “{value}”, so nobody is reached by it; check the spelling"
    ),
    "other_province": mark(
        "the territory “{value}” lies outside the home province ({other}); documents that you declare do not bind there"
    ),
    "circle": mark(
        "the units form a circle: {other}; a unit cannot stand above or succeed itself, correct one of them"
    ),
    "still_used": mark(
        "“{value}” would be removed but is still named by “{other}”; keep it in the file or change “{other}” first"
    ),
}
_MEANT = mark("there is no person with the code “{value}”; “{other}” was probably meant: write it in the same letters")


def render_problem(problem: Problem) -> str:
    """One line: sheet!row column: what is wrong and what is expected."""
    sentence = _MEANT if _has_likely_meaning(problem) else _SENTENCES[problem.kind]
    said = _(sentence).format(
        value=problem.value or "",
        other=problem.other or "",
        expected=_listed(problem.expected),
    )
    return f"{_place(problem)}: {said}"


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


def _listed(expected: tuple[str, ...]) -> str:
    shown = [one for one in expected[:_MOST_EXPECTED] if one]
    return ", ".join([*shown, "…"] if len(expected) > _MOST_EXPECTED else shown)


def _has_likely_meaning(problem: Problem) -> bool:
    return problem.kind == "unknown_person" and problem.other is not None
