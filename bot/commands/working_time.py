"""`calendar`: the days that HR declared over the library's calendar, and the hours of sending."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from bot.errors import UsageError
from bot.settings import Settings
from bot.wiring import open_office
from handlers.hr.proposals_time import BASIS, BEGIN, DAY, DEED, END, OFF, REASON, REMOVE, WORKED, show_time
from handlers.hr.proposals_time_words import describe_character, list_unusual, name_day
from handlers.phrases import _
from knowledge.facts import DeclaredDay
from knowledge.rulebook import RulesOn

_DAY_FORMS = ("%Y-%m-%d", "%d/%m/%Y")
_SET = "gio"


async def show(settings: Settings, *, as_json: bool) -> None:
    """Print what holds."""
    async with open_office(settings, keeps_threads=False) as office:
        today = await office.working_time.read()
    in_force = today.book.rules.calendar_days
    if as_json:
        begin, end = today.library.policy.hours
        days = [_as_json(one) for one in in_force]
        print(json.dumps({"days": days, "hours": [show_time(begin), show_time(end)]}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_describe(today, in_force)))


async def declare(settings: Settings, day: str, *, is_working: bool, reason: str, basis: str) -> None:
    """Let a day hold as off or worked."""
    cells = {DEED: WORKED if is_working else OFF, DAY: _read_day(day).isoformat(), REASON: reason, BASIS: basis}
    async with open_office(settings, keeps_threads=False) as office:
        await office.working_time.change_day(cells)
    await show(settings, as_json=False)


async def withdraw(settings: Settings, day: str, *, reason: str) -> None:
    """Let the library's calendar hold again."""
    cells = {DEED: REMOVE, DAY: _read_day(day).isoformat(), REASON: reason}
    async with open_office(settings, keeps_threads=False) as office:
        await office.working_time.change_day(cells)
    await show(settings, as_json=False)


async def set_hours(settings: Settings, begin: str | None, end: str | None, *, reason: str) -> None:
    """Let things be sent unasked within these hours; without any, within the policy's."""
    is_reset = begin is None and end is None
    cells = {DEED: REMOVE if is_reset else _SET, BEGIN: begin or "", END: end or "", REASON: reason}
    async with open_office(settings, keeps_threads=False) as office:
        await office.working_time.change_hours(cells)
    await show(settings, as_json=False)


def _describe(today: RulesOn, in_force: Sequence[DeclaredDay]) -> list[str]:
    begin, end = today.library.policy.hours
    text = _("Reminders and broadcasts go out on working days from {begin} to {end}.")
    lines = [text.format(begin=show_time(begin), end=show_time(end))]
    for one in in_force:
        what = _("a working day") if one.is_working else _("a day off")
        text = _("{day}: {what}, declared: {reason} ({basis})")
        lines.append(text.format(day=name_day(one.day), what=what, reason=one.reason, basis=one.basis))
    declared = {one.day for one in in_force}
    unusual = [day for day in list_unusual(today) if day not in declared]
    return lines + [f"{name_day(day)}: {describe_character(day, today.calendar, is_declared=False)}" for day in unusual]


def _as_json(day: DeclaredDay) -> dict[str, object]:
    return {"day": day.day.isoformat(), "is_working": day.is_working, "reason": day.reason, "basis": day.basis}


def _read_day(written: str) -> date:
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007  a day has no time zone
        except ValueError:
            continue
    raise UsageError(_("{given} is not a day; write 2026-12-31 or 31/12/2026.").format(given=written))
