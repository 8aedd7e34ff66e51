"""Title standards and recognition tables: what is in force; a whole table from a file, for a second person."""

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.web_request import FileField

from bot.on_console.at_desk import field, group, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR, OF_PROVINCE
from handlers.hr.proposals import propose as propose_it
from handlers.hr.proposals_changes import change_of, count_effects
from handlers.hr.proposals_given import FILE, REPLACES, ROWS, SHEET, YES, Given, compare, read_rows, write_rows
from handlers.hr.proposals_rights import signatory_of
from handlers.hr.proposals_words import describe_effects, describe_rows_of, name_table
from handlers.hr.rulings_routes import desk_of
from handlers.phrases import _
from handlers.ports import GivenTable
from handlers.problem_words import Problem, say_problem
from handlers.reply import Line
from handlers.wording import name_criterion, name_level, start_sentence
from knowledge.facts import TitleStandard
from storage.records import Proposal, ProposalKind

SHEETS: Final = ("tieu_chuan", "cong_nhan")
LARGEST_FILE = 10 * 1024 * 1024
_WIDEST_TEXT = 4_000_000  # characters of rows that a page brings back


async def show(asked: Asked) -> web.Response:
    """What is in force and what is to come."""
    book, library = asked.today.book, asked.today.library
    await asked.record("looked_at_standards", "standards")
    standards = [
        (
            book.group_name(one.position_group),
            name_criterion(library, one.criterion),
            name_level(library, one.criterion, one.minimum),
            one,
        )
        for one in sorted(book.rules.standards, key=_place)
    ]
    recognition = [
        (library.kinds[one.kind].name, name_level(library, one.criterion, one.counts_as), one)
        for one in sorted(book.rules.recognition, key=lambda one: (one.document, one.kind, one.level_from or ""))
    ]
    return asked.show(
        "standards.html",
        standards=standards,
        recognition=recognition,
        may_load=bool(asked.member.seats & OF_PROVINCE),
    )


def _place(one: TitleStandard) -> tuple[str, str, str]:
    return one.position_group, one.criterion, one.valid_from.isoformat()


async def ask_for_file(asked: Asked) -> web.Response:
    """Which table, from which file?"""
    return _show_form(asked)


async def check(asked: Asked) -> web.Response:
    """The file, row by row with what is wrong, and what it would change; nothing is kept of it."""
    sheet, replaces = field(asked, "sheet"), field(asked, REPLACES) == YES
    given = asked.form.get("file")
    if sheet not in SHEETS:
        return _show_form(asked, _("Please choose which table the file holds."))
    if not isinstance(given, FileField):
        return _show_form(asked, _("Please choose a file: .xlsx, or .csv in UTF-8."), sheet)
    with given.file as file:
        content = await asyncio.to_thread(file.read)
    if not content or asked.door.read_table is None:
        return _show_form(asked, _("This file is empty."), sheet)
    raw = await asyncio.to_thread(asked.door.read_table, content, sheet)
    await asked.record("checked_table", sheet, {"rows": len(raw.rows)})
    rows = [(one.number, one.cells) for one in raw.rows]
    broken = {one.number: [_say(problem) for problem in one.problems] for one in raw.rows if one.problems}
    problems = [_say(one) for one in raw.problems]
    return await _show_checked(asked, sheet, rows, problems, broken, replaces=replaces, name=given.filename[:200])


async def send(asked: Asked) -> web.Response:
    """Send it to a second person."""
    sheet, written = field(asked, "sheet"), field(asked, ROWS, _WIDEST_TEXT)
    rows, replaces = read_rows(written), field(asked, REPLACES) == YES
    if sheet not in SHEETS or not rows:
        return _show_form(asked, _("The rows did not arrive whole; please choose the file again."))
    table = await _read(asked, sheet, rows)
    change = compare(table, asked.today.book.rules, replaces=replaces)
    if not table.is_right or change.is_empty:
        return await _show_checked(asked, sheet, rows, [], {}, replaces=replaces, name=field(asked, "name", 200))
    ports = await open_ports(asked)
    proposal = Proposal(
        kind=ProposalKind.TABLE,
        cells={
            SHEET: sheet,
            ROWS: write_rows(rows),
            REPLACES: YES if replaces else "",
            FILE: field(asked, "name", 200),
        },
        scope=None,
        proposed_by=signatory_of(asked.person, asked.today),
        proposed_at=asked.door.clock.now(),
    )
    return show_reply(asked, await propose_it(visit_of(asked), asked.person, proposal, desk_of(ports)), "proposals")


def _show_form(asked: Asked, problem: str | None = None, sheet: str = SHEETS[0]) -> web.Response:
    sheets = [(one, start_sentence(name_table(one))) for one in SHEETS]
    return asked.show("standards_load.html", sheets=sheets, chosen=sheet, problem=problem)


async def _read(asked: Asked, sheet: str, rows: Given) -> GivenTable:
    book = asked.today.book
    return await asked.cabinet.entries.read_table(sheet, rows, book.library, home=book.home, today=asked.today.day)


async def _show_checked(
    asked: Asked,
    sheet: str,
    rows: Given,
    problems: list[str],
    broken: dict[int, list[str]],
    *,
    replaces: bool,
    name: str,
) -> web.Response:
    table = await _read(asked, sheet, rows)
    wrong = {one.number: [*broken.get(one.number, []), *map(_say, one.problems)] for one in table.rows}
    count = sum(bool(one) for one in wrong.values())
    change = compare(table, asked.today.book.rules, replaces=replaces)
    is_right = table.is_right and not problems and not count
    effects: list[Line] = []
    said: list[str] = []
    if is_right and not change.is_empty:
        whole = change_of(change, asked.today)
        counted = await count_effects(whole, None, asked.today, asked.cabinet.profiles)
        effects, said = describe_effects(counted, asked.today), describe_rows_of(change, whole, visit_of(asked))
    held = {group for group, _name in asked.today.book.rules.group_names}
    brought = {one.position_group for one in change.stored if isinstance(one, TitleStandard)}
    return asked.show(
        "standards_checked.html",
        unknown=sorted(brought - held),
        sheet=sheet,
        table_name=start_sentence(name_table(sheet)),
        columns=table.columns,
        rows=[(one.number, one.cells, wrong[one.number]) for one in table.rows],
        problems=problems,
        wrong=count,
        change=change,
        changes=said,
        lines=group(asked, effects),
        replaces=replaces,
        name=name,
        written=write_rows(rows) if is_right else "",
        is_right=is_right,
    )


def _say(problem: Problem) -> str:
    """What is wrong, and in which column; the row it stands beside is seen."""
    said = start_sentence(say_problem(problem))
    return f"{problem.column}: {said}" if problem.column else said


PAGES: tuple[Page, ...] = (
    page("/standards", "standards", OF_HR, show),
    page("/standards/load", "standards.load", OF_PROVINCE, ask_for_file),
    deed("/standards/check", "standards.check", OF_PROVINCE, check, largest=LARGEST_FILE),
    deed("/standards/send", "standards.send", OF_PROVINCE, send, largest=LARGEST_FILE),
)
