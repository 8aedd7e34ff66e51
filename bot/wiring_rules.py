"""The library and what HR declares, joined: the rule book, and how complete rules are kept for comparing."""

from dataclasses import dataclass

from knowledge.calendar import WorkingCalendar
from knowledge.facts import (
    DeclaredRules,
    TerritoryCode,
)
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import FORM, UnreadableRulesError, fingerprint_of, read_rules, write_rules
from storage.records import (
    WrittenRules,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The library and what is made of it once: no database is needed for this part."""

    library: Library
    calendar: WorkingCalendar
    home: TerritoryCode

    def rule_book(self, rules: DeclaredRules) -> RuleBook:
        """The rule book of HR's declared rules."""
        return RuleBook.of(self.library, rules, self.calendar, self.home)


@dataclass(frozen=True, slots=True)
class RulesScribe:
    """Writes down the complete rules that hold with what HR has declared, for the cabinet to keep."""

    reference: Reference

    def write(self, declared: DeclaredRules) -> WrittenRules:
        book = self.reference.rule_book(declared)
        return WrittenRules(FORM, fingerprint_of(book), write_rules(book))

    def can_read(self, written: WrittenRules) -> bool:
        return read_kept_rules(written) is not None


def read_kept_rules(written: WrittenRules) -> RuleBook | None:
    try:
        return read_rules(written.form, written.content)
    except UnreadableRulesError:
        return None
