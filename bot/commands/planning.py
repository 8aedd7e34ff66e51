"""`plan`: what would be told on a day, to whom and why. It reads and shows; it sends and remembers nothing."""

import json
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.json_views import citation_as_json
from bot.push.planning import Planned
from bot.settings import Settings
from bot.telling import Standing, Telling
from bot.wiring import open_office
from handlers.change_words import explain_causes, name_subject, summarise
from handlers.phrases import _, ngettext, show_day, show_day_of, show_moment, show_number
from handlers.wording import name_channel
from knowledge.changes import Change
from knowledge.escalating import Level
from knowledge.evidence_waiting import LATE, NEW
from knowledge.findings import Finding
from knowledge.library import Library

_NO_CHANNEL = "none"
_WIDTH_OF_A_FILE = 140  # where no terminal says how wide it is
_WEEK = re.compile(r"(?P<year>\d{4})-W(?P<week>\d{2})")
_AT_A_TIME = 100  # people in one table: a province never stands in memory


async def show_plan(settings: Settings, *, on: date | None, as_json: bool) -> None:
    """Print what is told on a day: what concerns people themselves by their codes, then what those above are owed."""
    async with open_office(settings, keeps_threads=False) as office:
        # Before anything is shown: whoever stops reading half-way has looked all the same.
        await office.record_look("all")
        async with office.push.read_plan(on or office.clock.today()) as (telling, agenda, planned):
            _tell_standing(telling)
            library = agenda.before.difference.after.library if agenda.before is not None else agenda.rules.library
            if as_json:
                await _print_json(planned, library)
            else:
                await _print_tables(planned, library)


def _tell_standing(telling: Telling) -> None:
    """What the operator must know beside the list; it never goes where a program reads the list."""
    if telling.standing is Standing.NOBODY_TOLD:
        print(_("No load has brought people yet: there is nobody who could be told of a change."), file=sys.stderr)
    elif telling.standing is Standing.UNREADABLE and telling.told_at is not None:
        text = _(
            "The rules that people were told by on {day} were kept by another version and cannot be read. No change is"
            " told; the next load takes the rules of then as told."
        )
        print(text.format(day=show_day_of(telling.told_at)), file=sys.stderr)


# --- for programs ---


async def _print_json(planned: AsyncIterator[Planned], library: Library) -> None:
    separator = "["
    async for one in planned:
        sys.stdout.write(f"{separator}\n{json.dumps(as_json(one, library), ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def as_json(planned: Planned, library: Library) -> dict[str, Any]:
    """One notice as other programs read it (contracts, §6); of a change also what changes, for operators."""
    owed = planned.owed
    told: dict[str, Any] = {
        "kind": owed.kind,
        "to": owed.to,
        "about": list(owed.about),
        "stage": owed.stage,
        "channel": planned.reach.channel or _NO_CHANNEL,
        "send_at": planned.send_at.isoformat(),
        "key": owed.key,
        "text": planned.text,
    }
    if planned.changes:
        told["changes"] = [_change_as_json(change, library) for change in planned.changes]
    return told


def _change_as_json(change: Change, library: Library) -> dict[str, Any]:
    cites = dict.fromkeys(cause.cite for cause in change.why if cause.cite is not None)
    return {
        "criterion": change.criterion,
        "old": _side_as_json(change.old),
        "new": _side_as_json(change.new),
        "why": explain_causes(change, library),
        "basis": [citation_as_json(cite) for cite in cites],
    }


def _side_as_json(finding: Finding | None) -> dict[str, Any] | None:
    """One side of a change: all that makes two verdicts different, and nothing that only the day makes."""
    if finding is None:
        return None
    held = finding.held
    return {
        "state": finding.state.value,
        "reason": finding.reason.value if finding.reason is not None else None,
        "required": finding.required,
        "counts_as": held.counts_as if held is not None else None,
        "valid_to": _day(held.valid_to) if held is not None else None,
        "deadline": _day(finding.deadline),
        "deadline_included": finding.deadline_included if finding.deadline is not None else None,
        "safe_day": _day(finding.safe_day),
        "round": finding.round,
        "accountable": finding.accountable.value if finding.accountable is not None else None,
        "basis": [citation_as_json(one) for one in finding.basis],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


# --- for people ---


async def _print_tables(planned: AsyncIterator[Planned], library: Library) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE, markup=False, highlight=False)
    counts: Counter[str] = Counter()
    table = _make_table()
    async for one in planned:
        counts[one.owed.kind] += 1
        _add(table, one, library)
        if counts.total() % _AT_A_TIME == 0:
            console.print(table)
            table = _make_table()
    if table.row_count:
        console.print(table)
    for text in _sum_up(counts):
        print(text)


def _sum_up(counts: Counter[str]) -> Iterator[str]:
    """How many of each kind; what nothing waits of is left out."""
    if not counts:
        yield _("Nothing waits to be told.")
    for kind, n in sorted(counts.items()):
        match kind:
            case "reminder":
                text = ngettext("{n} reminder.", "{n} reminders.", n)
            case "change":
                text = ngettext("{n} notice of a change.", "{n} notices of a change.", n)
            case "escalation":
                text = ngettext("{n} notice to those above.", "{n} notices to those above.", n)
            case "study":
                text = ngettext("{n} study request for another head.", "{n} study requests for another head.", n)
            case "evidence":
                text = ngettext("{n} notice of evidence to HR.", "{n} notices of evidence to HR.", n)
            case "privacy":
                text = ngettext("{n} notice of data clocks.", "{n} notices of data clocks.", n)
            case _:
                text = ngettext("{n} weekly digest.", "{n} weekly digests.", n)
        yield text.format(n=show_number(n))


def _make_table() -> Table:
    """The widths do not depend on the rows, so that one table continues the other."""
    table = Table(show_lines=True, expand=True)
    for heading, share in ((_("who"), 4), (_("what"), 3), (_("words and reasons"), 8)):
        table.add_column(heading, ratio=share)
    return table


def _add(table: Table, planned: Planned, library: Library) -> None:
    reach, owed = planned.reach, planned.owed
    channel = name_channel(reach.channel) if reach.channel is not None else _("no channel")
    who = f"{owed.to} {reach.name}\n{channel}, {show_moment(planned.send_at)}"
    table.add_row(who, f"{_name_kind(owed.kind)}\n{_name_stage(owed.stage)}", planned.text)
    for change in planned.changes:
        old, new = summarise(change, library)
        table.add_row("", name_subject(change, library), f"{old} → {new}\n{explain_causes(change, library)}")


def _name_kind(kind: str) -> str:
    names = {
        "reminder": _("reminder"),
        "change": _("change of the rules"),
        "escalation": _("notice to those above"),
        "digest": _("weekly digest"),
        "study": _("study request"),
        "privacy": _("clocks of personal data"),
        "evidence": _("evidence that waits"),
    }
    return names.get(kind, kind)


def _name_stage(stage: str) -> str:
    """A stage in words: "T-30", a level of those above, or a week; others as they are."""
    number = stage[2:]
    if stage[:2] == "T-" and number.isdigit():
        return ngettext("up to {n} day before", "up to {n} days before", int(number)).format(n=number)
    if stage[:2] == "T+" and number.isdigit():
        return ngettext("{n} day after, or more", "{n} days after, or more", int(number)).format(n=number)
    if (level := next((one for one in Level if one.value == stage), None)) is not None:
        return _name_level(level)
    if (week := _WEEK.fullmatch(stage)) is not None:
        monday = date.fromisocalendar(int(week["year"]), int(week["week"]), 1)
        return _("week from {day}").format(day=show_day(monday))
    if stage == LATE:
        return _("some for long")
    return "" if stage in {"change", "requested", "changed", NEW} else stage


def _name_level(level: Level) -> str:
    names = {
        Level.UNIT_HEAD: _("to the head of the unit"),
        Level.HIGHER_HEAD: _("to the head above"),
        Level.DEPARTMENT: _("to the office in charge of personnel"),
        Level.LEADERSHIP: _("to the leadership"),
    }
    return names[level]
