"""How the desk states law: with its proof for the day and territory, else as background that says why it is none. Pure.

`state` is for what is said to a visitor, `state_for` for what is said of somebody in another territory, `state_on`
for what rests on grounds in several territories, `for_reference` for what never decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.phrases import _, show_day
from handlers.reply import Background, Statement
from handlers.visit import Visit
from handlers.wording import name_alone, start_sentence
from knowledge.day_arithmetic import add_days
from knowledge.documents import Citation, Document
from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.proof import Doubt, Proof, UnprovenError, doubt_of
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Ground:
    """A citation and the territory in which it must bind."""

    cite: Citation
    territory: TerritoryCode


def state(text: str, cites: Iterable[Citation], visit: Visit, *, is_item: bool = False) -> Statement | Background:
    """Law said to a visitor: proven for the day asked about and their territory, else background with the reason.

    Raises UnprovenError without any citation: what rests on nothing is no law, and is said as a plain line.
    """
    return state_for(text, cites, visit.rules, visit.territory, is_item=is_item)


def state_for(
    text: str, cites: Iterable[Citation], rules: RulesOn, territory: TerritoryCode, *, is_item: bool = False
) -> Statement | Background:
    """The same, said of somebody who serves in this territory."""
    return state_on(text, (Ground(cite, territory) for cite in cites), rules, is_item=is_item)


def state_on(text: str, grounds: Iterable[Ground], rules: RulesOn, *, is_item: bool = False) -> Statement | Background:
    """The same on grounds that each bind in a territory of their own."""
    on = tuple(dict.fromkeys(grounds))
    if not on:
        raise UnprovenError(text)
    for ground in on:
        doubt = find_doubt(ground, rules)
        if doubt is not None:
            cites = tuple(dict.fromkeys(one.cite for one in on))
            mark = _explain(doubt, rules.library.get_document(ground.cite.document), ground.territory, rules.library)
            return Background(_marked(text, mark), cites, doubt, is_item=is_item)
    first, *others = (_prove(ground, rules) for ground in on)
    return Statement(text, (first, *others), is_item=is_item)


def for_reference(text: str, cites: Iterable[Citation], doubt: Doubt, *, is_item: bool = False) -> Background:
    """What decides nothing whatever the day and territory: guidance, or rules made for another purpose."""
    mark = {
        Doubt.OTHER_PURPOSE: _("made for another purpose, not a basis here"),
        Doubt.GUIDANCE: _("for orientation, decides nothing here"),
    }.get(doubt, _("for reference only"))
    return Background(_marked(text, mark), tuple(cites), doubt, is_item=is_item)


def find_doubt(ground: Ground, rules: RulesOn) -> Doubt | None:
    """Why a citation proves nothing on the day of the rules in that territory; None where it proves."""
    return doubt_of(rules.library.get_document(ground.cite.document), rules.day, ground.territory)


def is_proven(cite: Citation, visit: Visit) -> bool:
    """Whether a citation holds on the day asked about in the visitor's territory."""
    return find_doubt(Ground(cite, visit.territory), visit.rules) is None


def _prove(ground: Ground, rules: RulesOn) -> Proof:
    document = rules.library.get_document(ground.cite.document)
    return Proof(document, ground.cite.point, rules.day, ground.territory)


def _marked(text: str, mark: str) -> str:
    """The reason stands first, so that nobody takes the words for a rule, wherever a message is cut."""
    return _("({mark}) {text}").format(mark=start_sentence(mark), text=text)


def _explain(doubt: Doubt, document: Document, territory: TerritoryCode, library: Library) -> str:
    name = name_alone(document)
    match doubt:
        case Doubt.OTHER_TERRITORY if document.territories:
            where = ", ".join(library.territories[one].name for one in sorted(document.territories))
            text = _("{document} applies to {where}, not to {here}")
            return text.format(document=name, where=where, here=library.territories[territory].name)
        case Doubt.NOT_YET_ISSUED if document.dated is not None:
            text = _("{document} was issued on {day}, after the day asked about")
            return text.format(document=name, day=show_day(document.dated))
        case Doubt.NOT_YET_ISSUED:
            return _("{document} was issued after the day asked about").format(document=name)
        case Doubt.NOT_YET_IN_FORCE if document.in_force_from is not None:
            text = _("{document} is in force only from {day}")
            return text.format(document=name, day=show_day(document.in_force_from))
        case Doubt.NO_LONGER_IN_FORCE if document.in_force_to is not None:
            text = _("{document} has been out of force since {day}")
            return text.format(document=name, day=show_day(add_days(document.in_force_to, 1)))
        case _:
            return _("{document} does not apply here").format(document=name)
