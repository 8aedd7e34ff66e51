"""Levels in the cells of a workbook: valid on the scale of their kind, ranges in order, one spelling for tables."""

from functools import lru_cache

from knowledge.credentials import Criterion, ScaleType
from knowledge.facts import CriterionCode, KindCode
from knowledge.levels import ReadLevel, expected_levels, is_valid_level, is_within, read_level
from knowledge.library import Library
from storage.workbook.problems import ProblemKind, WrongCellError


class WrittenLevels:
    """Reads levels with the scales of one library. The same few levels come again and again, so answers are kept."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._is_valid = lru_cache(maxsize=1 << 14)(self._judge)

    def ensure_valid(self, kind: KindCode, written: str) -> str:
        """Return a level as it is written. Raises WrongCellError if such a credential cannot have it."""
        if not self._is_valid(kind, written):
            raise WrongCellError(ProblemKind.LEVEL_UNKNOWN, (self._expected(kind),))
        return written

    def settle_required(self, criterion: CriterionCode, written: str) -> str:
        """The code of a level of this criterion. Raises WrongCellError."""
        known = self._library.criteria[criterion]
        found = known.find_level(written)
        if found is None:
            raise WrongCellError(ProblemKind.LEVEL_UNKNOWN, tuple(str(level.code) for level in known.levels))
        return found

    def settle_bound(self, kind: KindCode, written: str) -> str:
        """The end of a range of a recognition row in one spelling, so that "4" and "4.0" are the same row."""
        self.ensure_valid(kind, written)
        scale = self._library.kinds[kind].scale.type
        level = self._read(kind, written)
        if level is None:
            return written
        if scale is ScaleType.NUMBER:
            return f"{level.scores[0].normalize():f}"
        return str(level.code) if level.code is not None else written

    def is_ordered(self, kind: KindCode, low: str, high: str) -> bool:
        """Tell whether the lower end of a range does not stand above the upper; both are valid."""
        known, level = self._library.kinds[kind], self._read(kind, low)
        if known.scale.type is ScaleType.FREE or level is None:
            return True
        return is_within(known, self._criterion_of(kind), level, None, high)

    def _criterion_of(self, kind: KindCode) -> Criterion | None:
        about = self._library.kinds[kind].criterion
        return None if about is None else self._library.criteria.get(about)

    def _read(self, kind: KindCode, written: str) -> ReadLevel | None:
        return read_level(self._library.kinds[kind], self._criterion_of(kind), written)

    def _judge(self, kind: KindCode, written: str) -> bool:
        return is_valid_level(self._library.kinds[kind], self._criterion_of(kind), written)

    def _expected(self, kind: KindCode) -> str:
        return expected_levels(self._library.kinds[kind], self._criterion_of(kind))
