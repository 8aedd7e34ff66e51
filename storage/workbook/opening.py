"""Opens what was given to load: an .xlsx workbook or a folder of .csv files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.workbook.csv_folder import open_csv_folder
from storage.workbook.limits import DEFAULT_LIMITS, Limits
from storage.workbook.problems import Problem, ProblemKind, UnreadableError
from storage.workbook.raw import RawSheet
from storage.workbook.sheets import COLUMN_NAMES
from storage.workbook.xlsx import open_xlsx
from storage.workbook.xlsx_parts import Package


@contextmanager
def open_workbook(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[list[RawSheet]]:
    """The sheets of a workbook file or a folder, readable inside the block. Raises UnreadableError."""
    if path.is_dir():
        yield open_csv_folder(path, COLUMN_NAMES, limits)
        return
    if not path.is_file():
        raise UnreadableError(Problem(sheet=str(path), kind=ProblemKind.PATH_NOT_FOUND))
    with Package(path, limits) as package:
        yield open_xlsx(package)
