"""One row typed in a chat, read by the very rules of the workbook: the same readers and the same checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.facts import DocumentId, RecognitionRow, ReviewRound, TerritoryCode, TitleStandard
from knowledge.library import Library
from storage.records import RulingDraft
from storage.workbook.cells import is_empty, show
from storage.workbook.checking import Checks, Row
from storage.workbook.facts import make_recognition_row, make_round, make_ruling, make_standard
from storage.workbook.known import Known, UnitLinks
from storage.workbook.problems import Problem, ProblemKind, ProblemLog, WrongCellError
from storage.workbook.sheets import RECOGNITION, ROUNDS, RULINGS, STANDARDS, Sheet

_MAKERS: dict[str, tuple[Sheet, Callable[[Row], RecognitionRow | TitleStandard | RulingDraft | ReviewRound]]] = {
    RECOGNITION.name: (RECOGNITION, make_recognition_row),
    STANDARDS.name: (STANDARDS, make_standard),
    RULINGS.name: (RULINGS, make_ruling),
    ROUNDS.name: (ROUNDS, make_round),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What was made of the cells: the row where it is whole and right, else what is wrong.

    `declares` is the number of a document that nobody had named before.
    """

    problems: tuple[Problem, ...] = ()
    row: RecognitionRow | TitleStandard | RulingDraft | ReviewRound | None = None
    declares: DocumentId | None = None


def read_entry(  # noqa: PLR0913  what is known from before, each by its name
    sheet: str,
    cells: Mapping[str, str],
    library: Library,
    *,
    home: TerritoryCode,
    today: date,
    declared: Sequence[str] = (),
    is_whole: bool = True,
    units: Sequence[str] = (),
) -> Entry:
    """Read and check cells by their columns: `cong_nhan`, `tieu_chuan`, `dot_ra_soat` or, of a ruling, `y_kien`.

    `declared` are document numbers known from before, `units` the codes of units that may be named. Unless `is_whole`,
    cells that are not there yet are not missed, and there is no row to give.
    """
    (known, make), log = _MAKERS[sheet], ProblemLog()
    values = read_cells(known, cells, library, log)
    if is_whole:
        wrong = {problem.column for problem in log}
        missed = (one.name for one in known.columns if one.is_required and one.name not in values)
        log.extend(Problem(sheet, ProblemKind.MISSING_VALUE, column=name) for name in missed if name not in wrong)
    checks = Checks(
        library, Known({one: UnitLinks() for one in units}, documents=tuple(declared)), log, home=home, today=today
    )
    checks.begin(known)
    checks.check(1, values)
    if log or not is_whole:
        return Entry(tuple(log))
    return Entry(row=make(values), declares=next(iter(checks.documents.new), None))


def read_cells(sheet: Sheet, cells: Mapping[str, str], library: Library, log: ProblemLog) -> Row:
    """The cells that could be read by the names of their columns; what is wrong with the others goes to the log."""
    values: Row = {}
    for column in sheet.columns:
        cell = cells.get(column.name, "")
        if is_empty(cell):
            continue
        try:
            values[column.name] = column.read(cell, library)
        except WrongCellError as error:
            log.add(Problem(sheet.name, error.kind, None, column.name, show(cell), error.expected, error.other))
    return values
