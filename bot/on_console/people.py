"""Everybody whom one may see, by unit, criterion, state, class and name: a page of a list however long it is."""

from collections.abc import Iterable
from datetime import date

from aiohttp import web

from bot.on_console.overview import GAPS
from bot.on_console.pages import Asked, Page, page
from bot.on_console.seats import WITH_PEOPLE
from handlers.change_words import name_state
from handlers.phrases import _
from handlers.wording import name_managed_by, name_unit
from knowledge.facts import ManagedBy, UnitCode
from knowledge.findings import State
from storage.records import ListedPerson, PeopleOrder, PeopleWanted

AT_ONCE = 50
_ANY_GAP = "gap"
_LONGEST = 100  # of what is typed or pasted into an address
_BETWEEN = "~"


async def show(asked: Asked) -> web.Response:
    """One page of the list."""
    wanted = _read(asked)
    found = await asked.cabinet.verdicts.list_people(wanted, AT_ONCE + 1)
    shown = found[:AT_ONCE]
    total = await asked.cabinet.verdicts.count_people(wanted)
    await asked.record("listed_people", "people", {"people": len(shown)})
    return asked.show(
        "people_part.html" if asked.is_fragment else "people.html",
        people=[(one, name_unit(asked.today, one.unit), _state_tags(one, asked)) for one in shown],
        total=total,
        next_page=_address(asked, after=_written(shown[-1])) if len(found) > AT_ONCE else None,
        first_page=_address(asked) if wanted.after is not None else None,
        chosen={name: _given(asked, name) for name in ("unit", "criterion", "state", "managed", "group", "q", "order")},
        is_alone="alone" in asked.query,
        units=list_units(asked),
        criteria=[(one.code, one.name) for one in asked.today.library.criteria.values()],
        states=[(one.value, name_state(one)) for one in State],
        classes=[(one.value, name_managed_by(one)) for one in ManagedBy],
        groups=sorted(asked.today.book.rules.group_names, key=lambda one: one[1]),
        waiting=await asked.cabinet.verdicts.count_waiting(asked.today.day, asked.member.filter),
        is_due=lambda day: day is not None and day < asked.today.day,
    )


def _read(asked: Asked) -> PeopleWanted:
    """What is asked for, never more than they may see."""
    units = asked.member.filter
    unit = UnitCode(_given(asked, "unit"))
    if unit:
        chosen = _alone(unit, asked) if "alone" in asked.query else asked.today.units_within((unit,))
        units = frozenset(chosen) & asked.member.units
        if asked.member.filter is None and units == asked.member.units:
            units = None  # everybody there is: a list of all units would only cost time
    state = _given(asked, "state")
    states = GAPS if state == _ANY_GAP else {State(state)} if state in set(State) else frozenset()
    order = _given(asked, "order")
    managed = _given(asked, "managed")
    return PeopleWanted(
        units=units,
        criterion=_given(asked, "criterion") or None,
        states=frozenset(one.value for one in states),
        managed_by=managed if managed in set(ManagedBy) else None,
        position_group=_given(asked, "group") or None,
        words=_given(asked, "q"),
        order=PeopleOrder(order) if order in set(PeopleOrder) else PeopleOrder.NAME,
        after=_read_place(asked.query.get("after", ""), order),
    )


def _alone(unit: UnitCode, asked: Asked) -> Iterable[UnitCode]:
    """The unit as it is today, with those that became part of it, without those below it."""
    for code in asked.today.book.units:
        now = asked.today.find_unit(code)
        if code == unit or (now is not None and now.code == unit):
            yield code


def _given(asked: Asked, name: str) -> str:
    return asked.query.get(name, "").strip()[:_LONGEST]


def _written(last: ListedPerson) -> str:
    value, code = last.place
    return f"{value if value is not None else ''}{_BETWEEN}{code}"


def _read_place(written: str, order: str) -> tuple[str | None, str] | None:
    """Where the page before ended; what cannot be one begins the list anew."""
    value, between, code = written[:_LONGEST].rpartition(_BETWEEN)
    if not between or not code:
        return None
    if order == PeopleOrder.GAPS and not (value.isascii() and value.isdigit() and len(value) < 5):  # noqa: PLR2004
        return None
    if order == PeopleOrder.DUE:
        if not value:
            return None, code
        try:
            date.fromisoformat(value)
        except ValueError:
            return None
    return value, code


def _address(asked: Asked, **more: str) -> str:
    kept = {f"query_{name}": value for name, value in asked.query.items() if name != "after" and value}
    return asked.address("people", **kept, **{f"query_{name}": value for name, value in more.items()})


def _state_tags(one: ListedPerson, asked: Asked) -> list[tuple[str, str, str]]:
    """What stands open: criterion, state and the colour of its tag."""
    criteria = asked.today.library.criteria
    if one.gaps and not any(code in criteria for code in one.states):
        # the one verdict of a position for which no standard is on record belongs to no criterion
        return [(_("Standards of the position"), name_state(State.UNDETERMINED), tag_of(State.UNDETERMINED))]
    return [
        (criterion.name, name_state(State(one.states[code])), tag_of(State(one.states[code])))
        for code, criterion in criteria.items()
        if code in one.states and one.states[code] in GAPS | {State.EXPIRING}
    ]


def tag_of(state: State) -> str:
    """The colour of a state."""
    if state in {State.MISSING, State.EXPIRED, State.NOT_RECOGNISED}:
        return "bad"
    if state in {State.PENDING, State.UNDETERMINED, State.EXPIRING}:
        return "warn"
    return "good"


def list_units(asked: Asked) -> list[tuple[UnitCode, str]]:
    """Units of today that may be chosen, as a tree is read: each below the one that it belongs to."""
    mine = {
        code for code in asked.member.units if (now := asked.today.find_unit(code)) is not None and now.code == code
    }
    below: dict[UnitCode | None, list[UnitCode]] = {}
    for code in sorted(mine, key=lambda one: asked.today.book.units[one].name):
        parent = asked.today.book.units[code].parent
        below.setdefault(parent if parent in mine else None, []).append(code)
    listed: list[tuple[UnitCode, str]] = []
    waiting = [(code, 0) for code in reversed(below.get(None, []))]
    while waiting:
        code, depth = waiting.pop()
        listed.append((code, "\u2003" * depth + asked.today.book.units[code].name))
        waiting += [(one, depth + 1) for one in reversed(below.get(code, []))]
    return listed


PAGES: tuple[Page, ...] = (page("/people", "people", WITH_PEOPLE, show),)
