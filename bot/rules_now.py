"""The rule book of now, made anew only when HR has declared something new."""

from collections.abc import Callable

from handlers.ports import Clock, Rules
from knowledge.facts import DeclaredRules
from knowledge.rulebook import RuleBook, RulesOn


class RulesNow:
    """Remembers the rule book of the version read last, for a process that asks often."""

    def __init__(self, make_rule_book: Callable[[DeclaredRules], RuleBook], clock: Clock) -> None:
        self._make_rule_book = make_rule_book
        self._clock = clock
        self._known: tuple[int, RuleBook] | None = None

    async def of_today(self, rules: Rules) -> tuple[int, RulesOn]:
        """The version, and its rules as they hold today."""
        version = await rules.version()
        if self._known is None or self._known[0] != version:
            declared = await rules.load()
            self._known = declared.version, self._make_rule_book(declared)
        return self._known[0], self._known[1].on(self._clock.today())
