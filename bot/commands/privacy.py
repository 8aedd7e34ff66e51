"""`privacy` and `breach`: running clocks, the log of processing, clean-ups; a breach, its clock, steps and report."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.commands.files import write_file
from bot.errors import InputError
from bot.papers.writing import write_docx
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_privacy import ProcessingLine
from handlers.data_request_words import describe_in_list
from handlers.hr.breaches import NotABreachError, as_values, describe, draft_report, read_detected
from handlers.hr.data_entering import Entry, NotEnteredError
from handlers.phrases import _, ngettext, show_number
from knowledge.folding import LIKE_FORMULAS
from knowledge.library import Library
from knowledge.privacy import BreachRules

_ACTOR = "command_line"


async def list_clocks(settings: Settings, *, as_json: bool) -> None:
    """Print every request about personal data whose clocks run, the first due first."""
    async with open_office(settings, keeps_threads=False) as office:
        found = await office.privacy.list_running()
        today = office.clock.today()
        library = office.library
    if as_json:
        rows = [
            {
                "number": one.number,
                "person": one.person,
                "right": one.right,
                "opened": one.opened_at.isoformat(),
                "first_answer_by": one.first_on.isoformat(),
                "due": one.due_on.isoformat(),
                "answered": one.answered_at is not None,
                "extended": one.is_extended,
                "overdue": one.is_overdue(today),
            }
            for one in found
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        line = f"{one.person}: {describe_in_list(one, library)}"
        print(_("Overdue – {line}").format(line=line) if one.is_overdue(today) else line)
    print(ngettext("{n} request is open.", "{n} requests are open.", len(found)).format(n=show_number(len(found))))


async def enter_request(settings: Settings, by: str, received: date | None, given: Mapping[str, str]) -> None:
    """Enter a request that came on paper, in the name of somebody who looks after it, and print its clocks."""
    async with open_office(settings, keeps_threads=False) as office:
        entry = Entry(received_on=received or office.clock.today(), **given)
        try:
            kept = await office.privacy.enter(entry, by)
        except NotEnteredError as error:
            raise InputError(str(error)) from error
        print(f"{kept.person}: {describe_in_list(kept, office.library)}")


async def write_log(settings: Settings, since: date | None, until: date | None, out: Path | None) -> None:
    """Write who processed what for which purpose as .csv; without a file, print it."""
    async with open_office(settings, keeps_threads=False) as office:
        last = until or office.clock.today()
        first = since or last - timedelta(days=30)
        if first > last:
            raise InputError(_("The first day comes after the last one."))
        lines = await office.privacy.list_processing(first, last)
        content = write_processing(lines, office.library)
    if out is None:
        print(content.decode("utf-8-sig"), end="")
        return
    write_file(out, content)
    print(_("Written: {file}").format(file=out))


def write_processing(lines: Sequence[ProcessingLine], library: Library) -> bytes:
    """The log of processing as a table that spreadsheets open; no text in it is reckoned there as a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([_("day"), _("who"), _("act"), _("for what"), _("activity"), _("times"), _("about how many")])
    rules = library.privacy
    for one in lines:
        purpose = rules.purpose(one.served.purpose).name if one.served is not None else _("running the system")
        activity = one.served.activity if one.served is not None else ""
        words = (_as_text(words) for words in (one.actor, one.action, purpose, activity))
        table.writerow([one.day.isoformat(), *words, one.count, one.subjects])
    return text.getvalue().encode("utf-8-sig")


def _as_text(words: str) -> str:
    """A cell of .csv has no other way to say that it is text; a person's code may begin as formulas do."""
    return f"'{words}" if words.startswith(LIKE_FORMULAS) else words


async def clean_up(settings: Settings) -> None:
    """Forget now what has had its time, as is done every day, and print how much."""
    async with open_office(settings, keeps_threads=False) as office:
        removed = await office.privacy.tidy()
    if removed is None:
        raise InputError(
            _("Nothing was removed: the clock may be ahead, or its day is set by hand. See: nhacchuan doctor")
        )
    for table, count in sorted(removed.items()):
        print(f"{table}: {show_number(count)}")
    print(_("What has had its time is gone."))


async def open_breach(settings: Settings, title: str, detected: str | None) -> None:
    """Begin the clock of a breach."""
    async with open_office(settings, keeps_threads=False) as office:
        with _speaking():
            moment = read_detected(detected or "")
            _print(describe(await office.privacy.open_breach(title, moment, _ACTOR), *_when(office)))


async def take_step(settings: Settings, number: int, step: str, note: str) -> None:
    """Keep that a step was taken."""
    async with open_office(settings, keeps_threads=False) as office:
        with _speaking():
            _print(describe(await office.privacy.take_step(number, step, note, _ACTOR), *_when(office)))


async def close_breach(settings: Settings, number: int) -> None:
    """End a breach."""
    async with open_office(settings, keeps_threads=False) as office:
        with _speaking():
            _print(describe(await office.privacy.close_breach(number, _ACTOR), *_when(office)))


async def list_breaches(settings: Settings, *, as_json: bool) -> None:
    """Print every breach with its clock and steps."""
    async with open_office(settings, keeps_threads=False) as office:
        found = await office.privacy.list_breaches()
        if as_json:
            print(json.dumps([as_values(one) for one in found], ensure_ascii=False, indent=2))
            return
        for one in found:
            _print(describe(one, *_when(office)))
        if not found:
            print(_("No breach is on record."))


async def write_report(settings: Settings, number: int, out: Path | None) -> None:
    """Write the draft of the report as .docx: what is known, and blanks."""
    async with open_office(settings, keeps_threads=False) as office:
        with _speaking():
            found = await office.privacy.find_breach(number)
        today = (await office.rule_book()).on(office.clock.today())
        paper = draft_report(found, today, office.clock.now())
        content = write_docx(paper, office.describe)
    target = out or Path(f"{paper.name}.docx")
    write_file(target, content)
    print(_("Written: {file}").format(file=target))


def _when(office: Office) -> tuple[BreachRules, datetime]:
    return office.library.privacy.breach, office.clock.now()


def _print(lines: Iterable[str]) -> None:
    print("\n".join(lines))


@contextmanager
def _speaking() -> Iterator[None]:
    """What the desk refuses is one sentence for the operator."""
    try:
        yield
    except NotABreachError as error:
        raise InputError(str(error)) from error
