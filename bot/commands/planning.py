"""`plan`: which notices would go out on a day, to whom and why. It reads and shows; it sends and remembers nothing."""

import json
import sys
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.json_views import citation_as_json
from bot.settings import Settings
from bot.telling import ChangeNotice, Standing, Telling, list_change_notices
from bot.wiring import open_office
from handlers.change_words import explain_causes, name_subject, summarise
from handlers.officials.changes import push_text
from handlers.phrases import _, ngettext, show_day_of, show_moment, show_number
from knowledge.changes import Change, Difference
from knowledge.findings import Finding
from knowledge.library import Library

_NO_CHANNEL = "none"
_WIDTH_OF_A_FILE = 140  # where no terminal says how wide it is
_AT_A_TIME = 100  # people in one table: a province never stands in memory


async def show_plan(settings: Settings, *, on: date | None, as_json: bool) -> None:
    """Print the notices of a day, in the order of the people's codes."""
    async with open_office(settings, keeps_threads=False) as office:
        # Before anything is shown: whoever stops reading half-way has looked all the same.
        await office.record_look("all")
        async with office.read_told() as telling:
            difference = _find_difference(telling, on or office.clock.today())
            _tell_standing(telling)
            notices = _list_notices(telling, difference)
            library = telling.now.library if difference is None else difference.after.library
            if as_json:
                await _print_json(notices, library)
            else:
                await _print_tables(notices, library)


def _find_difference(telling: Telling, on: date) -> Difference | None:
    if telling.standing is not Standing.DIFFERENT or telling.told is None:
        return None
    return Difference(telling.told, telling.now, on)


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


async def _list_notices(telling: Telling, difference: Difference | None) -> AsyncIterator[ChangeNotice]:
    if difference is not None:
        async for notice in list_change_notices(telling, difference):
            yield notice


# --- for programs ---


async def _print_json(notices: AsyncIterator[ChangeNotice], library: Library) -> None:
    separator = "["
    async for notice in notices:
        sys.stdout.write(f"{separator}\n{json.dumps(notice_as_json(notice, library), ensure_ascii=False)}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def notice_as_json(notice: ChangeNotice, library: Library) -> dict[str, Any]:
    """One notice as other programs read it (contracts, §6), with what changes for operators."""
    return {
        "kind": "change",
        "to": notice.person.code,
        "about": [notice.person.code],
        "stage": "change",
        "channel": notice.channel or _NO_CHANNEL,
        "send_at": notice.send_at.isoformat(),
        "key": notice.key,
        "text": push_text(),
        "changes": [_change_as_json(change, library) for change in notice.changes],
    }


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


async def _print_tables(notices: AsyncIterator[ChangeNotice], library: Library) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE, markup=False, highlight=False)
    count, table = 0, _make_table()
    async for notice in notices:
        count += 1
        _add(table, notice, library)
        if count % _AT_A_TIME == 0:
            console.print(table)
            table = _make_table()
    if table.row_count:
        console.print(table)
    if count:
        text = ngettext("{n} notice of a change.", "{n} notices of a change.", count)
        print(text.format(n=show_number(count)))
    else:
        print(_("No notice of a change waits."))


def _make_table() -> Table:
    """The widths do not depend on the rows, so that one table continues the other."""
    table = Table(show_lines=True, expand=True)
    for heading, share in ((_("who"), 3), (_("what"), 2), (_("from → to"), 5), (_("why"), 5)):
        table.add_column(heading, ratio=share)
    return table


def _add(table: Table, notice: ChangeNotice, library: Library) -> None:
    person, channel = notice.person, notice.channel or _("no channel")
    who = f"{person.code} {person.name}\n{channel}, {show_moment(notice.send_at)}"
    for place, change in enumerate(notice.changes):
        old, new = summarise(change, library)
        table.add_row(
            "" if place else who, name_subject(change, library), f"{old} → {new}", explain_causes(change, library)
        )
