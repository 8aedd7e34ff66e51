"""What is wrong with a row of the workbook, or with the same row typed in a chat, in words that say how to mend it."""

from typing import Protocol

from handlers.phrases import _, mark

_MOST_EXPECTED = 40


class Problem(Protocol):
    """One thing wrong with what was entered, as the cabinet found it; `kind` picks the sentence."""

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


SENTENCES: dict[str, str] = {
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
    "no_rows": mark("there is no row below the names of the columns; fill in at least one"),
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
    "deadline_far": mark(
        "the deadline {value} is after the year {expected}; check the year: a round needs a real day as its deadline"
    ),
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
    "issue_to_come": mark("the day of issue {value} is still to come; the certificate does not count before that day"),
    "waits_again": mark(
        "“{value}” was decided before ({other}) and waits for verification again: its cell is empty or says so; write"
        " its state in column trang_thai, or leave that column out of the file"
    ),
    "circle": mark(
        "the units form a circle: {other}; a unit cannot stand above or succeed itself, correct one of them"
    ),
    "still_used": mark(
        "“{value}” would be removed but is still named by “{other}”; keep it in the file or change “{other}” first"
    ),
}
_MEANT = mark("there is no person with the code “{value}”; “{other}” was probably meant: write it in the same letters")


def say_problem(problem: Problem) -> str:
    """What is wrong and what is expected instead; the place is not in it."""
    sentence = _MEANT if _has_likely_meaning(problem) else SENTENCES[problem.kind]
    return _(sentence).format(
        value=problem.value or "",
        other=problem.other or "",
        expected=_listed(problem.expected),
    )


def _listed(expected: tuple[str, ...]) -> str:
    shown = [one for one in expected[:_MOST_EXPECTED] if one]
    return ", ".join([*shown, "…"] if len(expected) > _MOST_EXPECTED else shown)


def _has_likely_meaning(problem: Problem) -> bool:
    return problem.kind == "unknown_person" and problem.other is not None
