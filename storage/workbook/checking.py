"""What rows must satisfy beyond each cell: within a row, between rows and sheets, and with what is stored already.

One instance follows one reading from the first sheet to the last.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from knowledge.facts import KindCode, TerritoryCode
from knowledge.library import Library
from storage.workbook.audience import parse_audience
from storage.workbook.known import DocumentNumbers, Known, UnitLinks
from storage.workbook.levels_written import WrittenLevels
from storage.workbook.problems import Problem, ProblemKind, ProblemLog, WrongCellError
from storage.workbook.sheets import CREDENTIALS, PEOPLE, RECOGNITION, ROUNDS, RULINGS, STANDARDS, UNITS, Sheet

YOUNGEST = timedelta(days=365 * 15)  # bounds of plausibility, no rule of law: they catch a wrong century
OLDEST = timedelta(days=366 * 110)
_FARTHEST_DEADLINE = timedelta(days=366 * 50)  # likewise: 31/12/9999 is written for "without end", and a round has one

Row = dict[str, Any]


class Checks:
    """Checks rows one by one and remembers what later rows are compared with."""

    def __init__(self, library: Library, known: Known, log: ProblemLog, *, home: TerritoryCode, today: date) -> None:
        self.warnings: list[Problem] = []
        self.documents = DocumentNumbers(library, known.documents)
        self._library = library
        self._province = library.territories[home].province
        self._known = known
        self._today = today
        self._log = log
        self._levels = WrittenLevels(library)
        self._unsure: set[str] = set()
        self._keys: dict[int, int] = {}
        self._required: tuple[str, ...] = ()
        self._units: dict[str, tuple[int, UnitLinks]] = {}
        self._people: dict[str, date | None] = {}
        self._people_any_case = {code.upper(): code for code in known.people}
        self._heads: list[tuple[int, str]] = []
        self._links: list[tuple[int, str, str]] = []
        self._groups = set(known.groups)
        self._of_sheet: dict[str, Callable[[int, Row], None]] = {
            UNITS.name: self._check_unit,
            PEOPLE.name: self._check_person,
            CREDENTIALS.name: self._check_credential,
            STANDARDS.name: self._check_standard,
            RECOGNITION.name: self._check_recognition,
            ROUNDS.name: self._check_round,
            RULINGS.name: self._check_ruling,
        }

    def begin(self, sheet: Sheet) -> None:
        """Forget the keys of the sheet before."""
        self._keys.clear()
        self._sheet = sheet
        self._required = tuple(column.name for column in sheet.columns if column.is_required)

    def give_up(self, sheet: Sheet) -> None:
        """This sheet cannot be read to its end: nothing is said to be unknown because it may stand there."""
        self._unsure.add(sheet.name)

    def check(self, number: int, row: Row) -> None:
        """Check a row whose cells were read; those that could not be read are left out of it. Settles spellings."""
        self._of_sheet[self._sheet.name](number, row)
        self._ensure_first(number, row)

    def finish_units(self) -> None:
        """After the last unit: parents and successors exist and do not run in circles."""
        for number, column, code in self._links:
            if code not in self._units:
                self._ensure_unit(number, column, code)
        every = {**self._known.units, **{code: links for code, (_, links) in self._units.items()}}
        parents = {code: str(links.parent) for code, links in every.items() if links.parent}
        successors = {code: str(links.successor) for code, links in every.items() if links.successor}
        for column, steps in (("truc_thuoc", parents), ("ke_thua_boi", successors)):
            for circle in _circles(steps):
                path = " → ".join([*circle, circle[0]])
                for code in circle:
                    if code in self._units:
                        self._say(ProblemKind.CIRCLE, self._units[code][0], column, steps[code], other=path)

    def finish_people(self) -> None:
        """After the last person: the heads that units name exist."""
        for number, code in self._heads:
            self._ensure_person(number, "thu_truong", code, UNITS.name)

    # --- one row of each sheet ---

    def _check_unit(self, number: int, row: Row) -> None:
        self._in_order(number, row, "hieu_luc_tu", "hieu_luc_den")
        if "dia_ban" in row and self._library.territories[row["dia_ban"]].province != self._province:
            self._warn(ProblemKind.OTHER_PROVINCE, number, "dia_ban", row["dia_ban"], other=self._province)
        code = row.get("ma_don_vi")
        if code is not None:
            self._units.setdefault(code, (number, UnitLinks(row.get("truc_thuoc"), row.get("ke_thua_boi"))))
        self._links += [(number, name, row[name]) for name in ("truc_thuoc", "ke_thua_boi") if name in row]
        if "thu_truong" in row:
            self._heads.append((number, row["thu_truong"]))

    def _check_person(self, number: int, row: Row) -> None:
        code, born = row.get("ma_can_bo"), row.get("ngay_sinh")
        if code is not None:
            twin = self._people_any_case.setdefault(code.upper(), code)
            if twin != code:
                self._say(ProblemKind.SAME_BUT_FOR_CASE, number, "ma_can_bo", code, other=twin)
            self._people.setdefault(code, born)
        if born is not None and not self._today - OLDEST <= born <= self._today - YOUNGEST:
            self._say(ProblemKind.BIRTH_IMPLAUSIBLE, number, "ngay_sinh", _day(born))
        self._not_before(number, row, "ngay_giu_chuc_vu", born)
        for column in ("ma_don_vi", "pham_vi"):
            if column in row:
                self._ensure_unit(number, column, row[column])
        if "nhom_chuc_danh" in row:
            self._groups.add(row["nhom_chuc_danh"])

    def _check_credential(self, number: int, row: Row) -> None:
        person = row.get("ma_can_bo")
        if person is not None:
            self._ensure_person(number, "ma_can_bo", person, CREDENTIALS.name)
            self._not_before(number, row, "ngay_cap", self._people.get(person) or self._known.people.get(person))
        self._in_order(number, row, "ngay_cap", "ngay_het_han")
        if "ngay_cap" in row and row["ngay_cap"] > self._today:
            self._warn(ProblemKind.ISSUE_TO_COME, number, "ngay_cap", _day(row["ngay_cap"]))
        if "muc" in row and "loai" in row:
            kind = row["loai"]
            self._settle(number, row, "muc", lambda written: self._levels.ensure_valid(kind, written))

    def _check_standard(self, number: int, row: Row) -> None:
        self._in_order(number, row, "tu_ngay", "den_ngay")
        if "can_cu" in row:
            row["can_cu"] = self.documents.settle(row["can_cu"])
        if "nhom_chuc_danh" in row:
            self._groups.add(row["nhom_chuc_danh"])
        self._settle_required(number, row, "muc_toi_thieu")

    def _check_recognition(self, number: int, row: Row) -> None:
        if "van_ban" in row:
            row["van_ban"] = self.documents.settle(row["van_ban"])
        self._check_recognised(number, row)

    def _check_ruling(self, number: int, row: Row) -> None:
        if "can_cu" in row:
            row["can_cu"] = self.documents.settle(row["can_cu"])
        self._check_recognised(number, row)

    def _check_recognised(self, number: int, row: Row) -> None:
        self._in_order(number, row, "cap_tu_ngay", "cap_den_ngay")
        self._in_order(number, row, "hieu_luc_tu", "hieu_luc_den")
        if "loai" in row:
            self._check_recognised_kind(number, row, row["loai"])
        self._settle_required(number, row, "dat_muc")

    def _check_recognised_kind(self, number: int, row: Row, kind: KindCode) -> None:
        about = self._library.kinds[kind].criterion
        if about is not None and "tieu_chi" in row and row["tieu_chi"] != about:
            # One mistake is enough: whether the level belongs to the criterion cannot be told before it is mended.
            self._say(ProblemKind.OTHER_CRITERION, number, "tieu_chi", row.pop("tieu_chi"), (str(about),), other=kind)
        written = row.get("muc_tu"), row.get("muc_den")
        for column in ("muc_tu", "muc_den"):
            self._settle(number, row, column, lambda one: self._levels.settle_bound(kind, one))
        if "muc_tu" in row and "muc_den" in row:
            low, high = (str(one) for one in written)
            if not self._levels.is_ordered(kind, low, high):
                self._say(ProblemKind.LEVELS_REVERSED, number, "muc_den", high, other=low)

    def _check_round(self, number: int, row: Row) -> None:
        if "can_cu" in row:
            row["can_cu"] = self.documents.settle(row["can_cu"])
        self._in_order(number, row, "mo_tu_ngay", "han")
        farthest = self._today + _FARTHEST_DEADLINE
        if "han" in row and row["han"] > farthest:
            self._say(ProblemKind.DEADLINE_FAR, number, "han", _day(row["han"]), (str(farthest.year),))
        self._settle(number, row, "doi_tuong", lambda written: parse_audience(written, self._library))
        if "doi_tuong" in row:
            for unit in sorted(row["doi_tuong"].units):
                self._ensure_unit(number, "doi_tuong", unit)
            for group in sorted(row["doi_tuong"].position_groups - self._groups):
                self._warn(ProblemKind.UNKNOWN_GROUP, number, "doi_tuong", group)

    # --- what several sheets need ---

    def _ensure_first(self, number: int, row: Row) -> None:
        key = self._sheet.key
        if self._sheet is CREDENTIALS and "so_hieu" in row:
            key = key[:3]  # known by its number, and only without one by its day of issue
        if any(column in key and column not in row for column in self._required):
            return
        said = tuple(row.get(column) for column in key)
        first = self._keys.setdefault(hash((len(key), said)), number)
        if first != number:
            shown = " · ".join(_day(one) if isinstance(one, date) else str(one) for one in said if one is not None)
            self._say(ProblemKind.DUPLICATE_KEY, number, key[0], shown, key, other=str(first))

    def _ensure_unit(self, number: int, column: str, code: str) -> None:
        if code not in self._units and code not in self._known.units and UNITS.name not in self._unsure:
            self._say(ProblemKind.UNKNOWN_UNIT, number, column, code, sheet=self._sheet.name)

    def _ensure_person(self, number: int, column: str, code: str, sheet: str) -> None:
        if code not in self._people and code not in self._known.people and PEOPLE.name not in self._unsure:
            meant = self._people_any_case.get(code.upper())
            self._say(ProblemKind.UNKNOWN_PERSON, number, column, code, other=meant, sheet=sheet)

    def _in_order(self, number: int, row: Row, first: str, last: str) -> None:
        if first in row and last in row and row[first] > row[last]:
            self._say(ProblemKind.DATES_REVERSED, number, last, _day(row[last]), (_day(row[first]),), other=first)

    def _not_before(self, number: int, row: Row, column: str, born: date | None) -> None:
        if column in row and born is not None and row[column] <= born:
            self._say(ProblemKind.BEFORE_BIRTH, number, column, _day(row[column]), (_day(born),))

    def _settle_required(self, number: int, row: Row, column: str) -> None:
        if "tieu_chi" in row:
            criterion = row["tieu_chi"]
            self._settle(number, row, column, lambda written: self._levels.settle_required(criterion, written))

    def _settle(self, number: int, row: Row, column: str, settle: Callable[[str], object]) -> None:
        if column not in row:
            return
        try:
            row[column] = settle(row[column])
        except WrongCellError as wrong:
            self._say(wrong.kind, number, column, row.pop(column), wrong.expected, other=wrong.other)

    def _warn(self, kind: ProblemKind, number: int, column: str, value: str, *, other: str | None = None) -> None:
        if len(self.warnings) < self._log.kept_at_most:
            self.warnings.append(Problem(self._sheet.name, kind, number, column, value, other=other))

    def _say(
        self,
        kind: ProblemKind,
        number: int,
        column: str,
        value: str,
        expected: tuple[str, ...] = (),
        *,
        other: str | None = None,
        sheet: str | None = None,
    ) -> None:
        self._log.add(Problem(sheet or self._sheet.name, kind, number, column, value, expected, other))


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _circles(steps: Mapping[str, str]) -> Iterator[list[str]]:
    """Every closed circle among single steps, once."""
    seen: dict[str, int] = {}
    for turn, start in enumerate(steps):
        path: list[str] = []
        code: str | None = start
        while code is not None and code not in seen:
            seen[code] = turn
            path.append(code)
            code = steps.get(code)
        if code is not None and seen[code] == turn:
            yield path[path.index(code) :]
