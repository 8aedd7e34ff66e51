"""Statements about retirement: by the law of the schedule, or with the word that its law is not held. Pure."""

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import state_for
from knowledge.facts import TerritoryCode
from knowledge.rulebook import RulesOn


def state_by_schedule(text: str, rules: RulesOn, territory: TerritoryCode, *, is_item: bool = False) -> Line:
    """What follows from the retirement ages reckoned with on the day, with what they rest on.

    Where their law is not held the same breath says so, in one line that no message can part.
    """
    schedule = rules.retirement
    if schedule.document is not None:
        cite = rules.library.cite(schedule.document, schedule.point)
        return state_for(text, (cite,), rules, territory, is_item=is_item)
    said = _("{statement} For questions about days before this schedule, the basis is not in the library.")
    return Line(said.format(statement=text), is_item=is_item)
