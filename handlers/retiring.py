"""Statements about retirement: by the law of the schedule, or with the word that its law is not held. Pure."""

from collections.abc import Iterable

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import state_for
from knowledge.documents import Citation
from knowledge.facts import TerritoryCode
from knowledge.rulebook import RulesOn


def state_by_schedule(
    text: str,
    rules: RulesOn,
    territory: TerritoryCode,
    *,
    is_item: bool = False,
    asked_by: Iterable[Citation] = (),
) -> Line:
    """What follows from the retirement ages reckoned with on the day, with what they rest on.

    Where their law is not held the same breath says so, in one line that no message can part. `asked_by`: what sets
    the years of service that the text speaks of.
    """
    schedule = rules.retirement
    cites = list(asked_by)
    if schedule.document is not None:
        cites.insert(0, rules.library.cite(schedule.document, schedule.point))
    else:
        said = _("{statement} For questions about days before this schedule, the basis is not in the library.")
        text = said.format(statement=text)
    return state_for(text, cites, rules, territory, is_item=is_item) if cites else Line(text, is_item=is_item)
