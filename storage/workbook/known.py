"""What the cabinet already holds, as far as a new workbook may refer to it or clash with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge.facts import DocumentId, UnitCode
from knowledge.folding import fold_number
from knowledge.library import Library


@dataclass(frozen=True, slots=True)
class UnitLinks:
    """Where a unit hangs and who took over from it."""

    parent: UnitCode | None = None
    successor: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Units, people with their birth dates, position groups and declared document numbers that stay stored."""

    units: Mapping[str, UnitLinks] = field(default_factory=dict)
    people: Mapping[str, date] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    documents: tuple[str, ...] = ()


class DocumentNumbers:
    """Document numbers in one spelling each: the library's, else that under which HR first declared it."""

    def __init__(self, library: Library, declared_before: tuple[str, ...]) -> None:
        self._library = library
        self._declared = {fold_number(number): DocumentId(number) for number in declared_before}
        self.new: list[DocumentId] = []

    def settle(self, written: str) -> DocumentId:
        """The id under which this number is stored."""
        known = self._library.find_document(written)
        if known is not None:
            return known.id
        folded = fold_number(written)
        if folded not in self._declared:
            self._declared[folded] = DocumentId(written)
            self.new.append(DocumentId(written))
        return self._declared[folded]
