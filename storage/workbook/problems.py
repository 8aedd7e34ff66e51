"""What can be wrong with a workbook, as values: where it is, what stands there, what is expected instead.

No sentences here; `bot/loading.py` turns a problem into words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemKind(StrEnum):
    """Each kind has one sentence in the catalogues."""

    # The file as a whole.
    PATH_NOT_FOUND = "path_not_found"
    NOT_A_WORKBOOK = "not_a_workbook"
    OLD_FORMAT = "old_format"
    OTHER_FORMAT = "other_format"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 (a kind of problem)
    HAS_MACROS = "has_macros"
    BROKEN_FILE = "broken_file"
    TOO_LARGE = "too_large"
    NOTHING_TO_LOAD = "nothing_to_load"
    NO_ROWS = "no_rows"
    REPLACE_WITHOUT_SHEET = "replace_without_sheet"
    # A sheet.
    UNKNOWN_SHEET = "unknown_sheet"
    REPEATED_SHEET = "repeated_sheet"
    TOO_MANY_ROWS = "too_many_rows"
    WRONG_ENCODING = "wrong_encoding"
    BROKEN_QUOTES = "broken_quotes"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    MISSING_COLUMN = "missing_column"
    NO_COLUMN_NAME = "no_column_name"
    # A cell by itself.
    MISSING_VALUE = "missing_value"
    NOT_A_DATE = "not_a_date"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    NOT_ONE_OF = "not_one_of"
    NOT_A_COUNT = "not_a_count"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_CODE = "not_a_code"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    DATE_IN_TEXT = "date_in_text"
    NUMBER_CUT = "number_cut"
    ERROR_VALUE = "error_value"
    FORMULA_NOT_COMPUTED = "formula_not_computed"
    LEVEL_UNKNOWN = "level_unknown"
    FILTER_UNREADABLE = "filter_unreadable"
    # Cells of one row together.
    DATES_REVERSED = "dates_reversed"
    LEVELS_REVERSED = "levels_reversed"
    BIRTH_IMPLAUSIBLE = "birth_implausible"
    BEFORE_BIRTH = "before_birth"
    DEADLINE_FAR = "deadline_far"
    OTHER_CRITERION = "other_criterion"
    # Rows together.
    DUPLICATE_KEY = "duplicate_key"
    SAME_BUT_FOR_CASE = "same_but_for_case"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_GROUP = "unknown_group"  # a warning: nothing is wrong for certain
    OTHER_PROVINCE = "other_province"  # a warning
    ISSUE_TO_COME = "issue_to_come"  # a warning
    WAITS_AGAIN = "waits_again"  # a warning
    CIRCLE = "circle"
    STILL_USED = "still_used"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `row` as Excel shows it (for a wrong encoding: the line of the file).

    `value` is what stands there; `expected` what may stand there; `other` names the column, row, sheet or code that
    it clashes with.
    """

    sheet: str
    kind: ProblemKind
    row: int | None = None
    column: str | None = None
    value: str | None = None
    expected: tuple[str, ...] = ()
    other: str | None = None


class UnreadableError(Exception):
    """A file or sheet that cannot be read on; carries the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind.value)
        self.problem = problem


class WrongCellError(Exception):
    """A cell that cannot be understood; the row's reader knows where it stands."""

    def __init__(self, kind: ProblemKind, expected: tuple[str, ...] = (), other: str | None = None) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.expected = expected
        self.other = other


@dataclass(slots=True)
class ProblemLog:
    """Every problem counted, the first ones kept, so that a file full of mistakes costs no memory."""

    kept_at_most: int = 1000
    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        """Count a problem and keep it while there is room."""
        self.count += 1
        if len(self.kept) < self.kept_at_most:
            self.kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add several."""
        for problem in problems:
            self.add(problem)

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return self.count > 0

    def __iter__(self) -> Iterator[Problem]:
        """The kept ones in the order in which they were found."""
        return iter(self.kept)
