"""Where everybody stands at a glance: sums, units by criterion, how it went over time, from told to closed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.on_console.curves import Curve, draw
from bot.on_console.pages import Asked, Page, page
from bot.on_console.seats import OF_PROVINCE, WITH_PEOPLE
from handlers.audit_words import SHORTEST, line_of
from handlers.wording import name_criterion, name_unit
from knowledge.facts import CriterionCode, UnitCode
from knowledge.findings import State

GAPS = frozenset({State.PENDING, State.UNDETERMINED, State.EXPIRED, State.NOT_RECOGNISED, State.MISSING})

_SOON = timedelta(days=30)
_BACK = timedelta(days=180)
_FUNNEL = timedelta(days=90)
_MOST_UNITS = 40
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of a unit's people lack a criterion, of so many of whom it is asked."""

    lacking: int
    asked: int
    address: str

    @property
    def shade(self) -> int:
        """0 where nobody lacks it, up to 5 where everybody does."""
        return -(-self.lacking * _SHADES // self.asked) if self.asked else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the heat map."""

    code: UnitCode
    name: str
    cells: tuple[Cell | None, ...]
    lacking: int


async def show(asked: Asked) -> web.Response:
    """The overview of everybody whom they may see."""
    verdicts, today, units = asked.cabinet.verdicts, asked.today.day, asked.member.filter
    counted = await verdicts.count_states(units)
    present = {criterion for _unit, criterion, _state, _count in counted}
    criteria = [one for one in asked.today.library.criteria if one in present]
    known = _sum_by_unit(counted, frozenset(criteria))
    ordered = sorted(known.lacking, key=lambda one: (-known.lacking[one], name_unit(asked.today, one)))
    shows_all = "all" in asked.query or len(ordered) <= _MOST_UNITS
    shown = ordered if shows_all else ordered[:_MOST_UNITS]
    await asked.record("looked_at_unit", "overview", {"units": len(ordered)})
    sealed = await asked.cabinet.audit.list_seals(1) if asked.member.seats & OF_PROVINCE else ()
    return asked.show(
        "overview.html",
        sums=await verdicts.sum_people(units, today, today + _SOON),
        waiting=await verdicts.count_waiting(today, units),
        criteria=[name_criterion(asked.today.library, one) for one in criteria],
        rows=[_row(one, known, criteria, asked) for one in shown],
        left=len(ordered) - len(shown),
        curve=_draw_trend(await verdicts.count_by_day(units, today - _BACK)),
        funnel=await verdicts.read_funnel(units, today - _FUNNEL),
        since=today - _FUNNEL,
        end=line_of(sealed[0].day, sealed[0].number, sealed[0].hash[:SHORTEST]) if sealed else None,
        people_address=asked.address("people"),
        due_address=asked.address("people", query_order="due", query_state="gap"),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Of whom a criterion is asked and who lacks it, by unit and criterion; and all that each unit lacks."""

    asked: Counter[tuple[UnitCode, str]]
    gaps: Counter[tuple[UnitCode, str]]
    lacking: Counter[UnitCode]


def _sum_by_unit(counted: Sequence[tuple[UnitCode, str, str, int]], criteria: frozenset[str]) -> _Known:
    known = _Known(Counter(), Counter(), Counter())
    for unit, criterion, state, count in counted:
        lacking = count if state in GAPS else 0
        known.asked[unit, criterion] += count
        known.gaps[unit, criterion] += lacking
        known.lacking[unit] += lacking if criterion in criteria else 0
    return known


def _row(unit: UnitCode, known: _Known, criteria: Sequence[CriterionCode], asked: Asked) -> Row:
    """A unit with an address for each of its cells; of a large province most units are not shown."""

    def cell(criterion: CriterionCode) -> Cell | None:
        if not known.asked[unit, criterion]:
            return None
        where = asked.address("people", query_unit=unit, query_alone="1", query_criterion=criterion, query_state="gap")
        return Cell(known.gaps[unit, criterion], known.asked[unit, criterion], where)

    return Row(unit, name_unit(asked.today, unit), tuple(cell(one) for one in criteria), known.lacking[unit])


def _draw_trend(counted: Sequence[tuple[date, str, int]]) -> Curve | None:
    """How many gaps were open on each day; None before there are two days to compare."""
    by_day: Counter[date] = Counter()
    for day, state, count in counted:
        by_day[day] += count if state in GAPS else 0
    return draw(sorted(by_day.items()))


PAGES: tuple[Page, ...] = (page("/overview", "overview", WITH_PEOPLE, show),)
