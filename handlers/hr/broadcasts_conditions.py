"""The conditions by which the audience of a broadcast is chosen, one by one: what each asks, how its answer is read."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from handlers.forms import Asked, Refused, Values
from handlers.hr.broadcasts_audience import (
    CHANNELS,
    CRITERIA,
    GROUPS,
    SILENT_ON,
    UNITS,
    WITHIN_DAYS,
    join,
)
from handlers.phrases import _
from handlers.wording import name_channel, name_unit
from knowledge.facts import Person, UnitCode
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Entities
from storage.records import Broadcast

_MOST_DAYS = 366
_MOST_OFFERED = 8
_LONGEST_TOKEN = 64
_NUMBER = re.compile(r"\d{1,9}")

Ask = Callable[[Values], Awaitable[Asked]]
Read = Callable[[str], str | Refused]


@dataclass(frozen=True, slots=True)
class Writing:
    """What the steps need: who writes, today's rules, which units they serve, what words name, what is offered."""

    author: Person
    today: RulesOn
    units: frozenset[UnitCode]
    read_entities: Callable[[str], Entities]
    channels: Sequence[str]
    earlier: Sequence[Broadcast]


def conditions(writing: Writing) -> Mapping[str, tuple[Ask, Read]]:
    """Each condition by the column it fills: its question, and how an answer is read."""
    return {
        UNITS: (_ask_units(writing), lambda said: _read_units(said, writing)),
        GROUPS: (_ask_groups(writing), lambda said: _read_groups(said, writing)),
        CRITERIA: (_ask_criteria(writing), lambda said: _read_criteria(said, writing)),
        WITHIN_DAYS: (_ask_days, _read_days),
        SILENT_ON: (_ask_earlier(writing), lambda said: _read_earlier(said, writing)),
        CHANNELS: (_ask_channels(writing), lambda said: _read_channels(said, writing)),
    }


def conditions_in(said: str, writing: Writing) -> dict[str, str | None]:
    """The conditions that words name: units of the author's scope, positions, criteria, a number of days."""
    entities = writing.read_entities(said)
    found: dict[str, str | None] = {
        UNITS: join([one for one in entities.units if one in writing.units]),
        GROUPS: join(entities.position_groups),
        CRITERIA: join(entities.criteria),
        WITHIN_DAYS: _days_in(said),
    }
    return {column: value for column, value in found.items() if value}


def _ask_units(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        units = [one for one in writing.today.book.rules.units if one.code in writing.units]
        tops = [one for one in units if one.parent is None or one.parent not in writing.units]
        below = [one for one in units if one.parent in {top.code for top in tops}]
        offered = tops if len(tops) > 1 else [*tops, *below]
        return Asked(
            _("Which unit? All units below it are meant too. Choose one, or type names or codes."),
            answers=_fitting((one.name, one.code) for one in offered),
        )

    return ask


def _read_units(said: str, writing: Writing) -> str | Refused:
    written = [one.strip() for one in said.split(",")]
    by_code = {one.upper(): one for one in writing.today.book.units}
    codes = [by_code[one.upper()] for one in written if one.upper() in by_code]
    if len(codes) < len(written):
        codes = [*codes, *writing.read_entities(said).units]
    if not codes:
        return Refused(_("No unit of the roster is called that; please type its name or code."))
    outside = [one for one in codes if one not in writing.units]
    if outside:
        text = _("{unit} is not among the units that you serve.")
        return Refused(text.format(unit=name_unit(writing.today, outside[0])))
    return join(codes)


def _ask_groups(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        book = writing.today.book
        groups = sorted({group for group, _name in book.rules.group_names} | set(book.standards_by_group))
        return Asked(
            _("Which position? Choose one, or type its name or code."),
            answers=_fitting((book.group_name(one), str(one)) for one in groups),
        )

    return ask


def _read_groups(said: str, writing: Writing) -> str | Refused:
    book = writing.today.book
    known = {group for group, _name in book.rules.group_names} | set(book.standards_by_group)
    folded = fold_words(said)
    found = [one for one in (part.strip() for part in said.split(",")) if one in known]
    found = found or [str(one) for one in sorted(known) if fold_words(book.group_name(one)) == folded]
    found = found or [str(one) for one in writing.read_entities(said).position_groups]
    return join(found) if found else Refused(_("No position of the roster is called that."))


def _ask_criteria(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        known = writing.today.library.criteria.values()
        return Asked(
            _("Who still has something to complete in which criterion?"),
            answers=_fitting((one.name, str(one.code)) for one in known),
        )

    return ask


def _read_criteria(said: str, writing: Writing) -> str | Refused:
    known = writing.today.library.criteria
    found = [one for one in (part.strip() for part in said.split(",")) if one in known]
    found = found or [str(one) for one in writing.read_entities(said).criteria]
    names = ", ".join(one.name for one in known.values())
    return (
        join(found) if found else Refused(_("Please choose one of these criteria: {criteria}.").format(criteria=names))
    )


async def _ask_days(_values: Values) -> Asked:
    offered = tuple((_("{n} days").format(n=days), f"{days} ngay") for days in (7, 14, 30, 60, 90))
    return Asked(_("Deadline within how many days from today?"), answers=offered)


def _read_days(said: str) -> str | Refused:
    found = _NUMBER.findall(said)
    if len(found) != 1 or not 0 <= int(found[0]) <= _MOST_DAYS:
        return Refused(_("Please type a number of days, at most {most}.").format(most=_MOST_DAYS))
    return str(int(found[0]))


def _ask_earlier(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        asking = [one for one in writing.earlier if one.asks_receipt]
        offered = _fitting((f"{one.number}: {one.text[:30]}…", str(one.number)) for one in asking)
        return Asked(_("Which earlier broadcast have they not confirmed? Choose it, or type its number."), (), offered)

    return ask


def _read_earlier(said: str, writing: Writing) -> str | Refused:
    found = _NUMBER.findall(said)
    known = {str(one.number) for one in writing.earlier}
    if len(found) != 1 or str(int(found[0])) not in known:
        return Refused(_("There is no earlier broadcast of this number within your scope."))
    return str(int(found[0]))


def _ask_channels(writing: Writing) -> Ask:
    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Reachable on which channel?"), answers=tuple((name_channel(one), one) for one in writing.channels)
        )

    return ask


def _read_channels(said: str, writing: Writing) -> str | Refused:
    folded = fold_words(said)
    found = [one for one in writing.channels if folded in {fold_words(one), fold_words(name_channel(one))}]
    found = found or [one for one in (part.strip() for part in said.split(",")) if one in writing.channels]
    return join(found) if found else Refused(_("Nothing can be sent by that channel here."))


def _days_in(said: str) -> str | None:
    found = re.search(r"(?<![\w/.-])(\d{1,3}) ngay\b", fold_words(said))
    return str(int(found[1])) if found and int(found[1]) <= _MOST_DAYS else None


def _fitting(offered: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The first few that a button has room for; the others are typed."""
    room = _LONGEST_TOKEN - len("broadcast.form|condition:")
    return tuple(pair for pair in offered if len(pair[1].encode()) <= room)[:_MOST_OFFERED]
