"""Whom a report is about: the asker's own scope by the rules of the real day, narrowed by what they asked for."""

from collections.abc import Collection
from dataclasses import dataclass

from handlers.phrases import _
from handlers.reports.asked import ReportAsked, ReportRefusedError
from handlers.rights import units_in_scope
from handlers.wording import name_criterion, name_managed_by, name_unit, start_sentence
from knowledge.facts import CriterionCode, ManagedBy, Person, UnitCode
from knowledge.rulebook import RulesOn

_MOST_NAMED = 5
_MOST_CODES = 20  # in one entry of the audit chain


@dataclass(frozen=True, slots=True)
class Scope:
    """The units whose people a report may hold (None: all there are), what narrows it further, and both in words.

    `codes` name the units at the top, for the audit chain.
    """

    units: frozenset[UnitCode] | None
    managed_by: ManagedBy | None
    criterion: CriterionCode | None
    words: str
    codes: str

    def holds(self, person: Person) -> bool:
        """Whether somebody of these units is meant."""
        return self.managed_by is None or person.managed_by is self.managed_by


def choose_scope(asked: ReportAsked, asker: Person | None, today: RulesOn) -> Scope:
    """The scope of what is asked; without an asker it is the operator's, who answers for the whole roster.

    Raises ReportRefusedError where nothing of it is the asker's, in the same words whether or not there is such a unit.
    """
    own = units_in_scope(asker, today) if asker is not None else None
    if own is not None and not own:
        raise ReportRefusedError(_("Reports are for HR and heads, each within their own units."))
    if asked.criterion is not None and asked.criterion not in today.library.criteria:
        raise ReportRefusedError(_("There is no criterion {code}.").format(code=asked.criterion))
    units = own
    if asked.unit is not None:
        root = today.find_unit(asked.unit)
        named = today.units_within([root.code]) if root is not None else frozenset()
        units = named & own if own is not None else named
        if not units:
            text = _("No unit with the code {code} is among those whose people you may see.")
            raise ReportRefusedError(text.format(code=asked.unit))
    tops = find_tops(units, today) if units is not None else []
    words = [_("the whole roster") if units is None else _list_some([name_unit(today, one) for one in tops])]
    if asked.managed_by is not None:
        words.append(name_managed_by(asked.managed_by))
    if asked.criterion is not None:
        words.append(_("criterion: {criterion}").format(criterion=name_criterion(today.library, asked.criterion)))
    return Scope(
        units=units,
        managed_by=asked.managed_by,
        criterion=asked.criterion,
        words=start_sentence("; ".join(words)),
        codes="all" if units is None else ",".join(tops[:_MOST_CODES]),
    )


def find_tops(units: Collection[UnitCode], today: RulesOn) -> list[UnitCode]:
    """The units of today under which all of these lie, in the order of their codes."""
    current = {unit.code: unit for unit in map(today.find_unit, units) if unit is not None}
    return [code for code, unit in sorted(current.items()) if unit.parent not in units]


def _list_some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    listed = "; ".join(names[:_MOST_NAMED])
    return _("{units} and {n} more units").format(units=listed, n=more) if more > 0 else listed
