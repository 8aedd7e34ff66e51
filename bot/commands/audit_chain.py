"""`audit verify`, `audit seal` and `audit heads`: the chain read, its ends signed, printed, and compared with paper."""

import json
from pathlib import Path

from bot.commands.files import write_file
from bot.errors import InputError
from bot.papers.audit_sheet import list_unread, read_lines, write_audit_sheet
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_keeping import Keeper, find_hash, list_seals, own_keys, seal_now
from handlers.audit_words import line_of, say_fault
from handlers.phrases import _, show_day, show_number

_ON_A_SHEET = 35
_LONGEST = 1_000_000
_LONGEST_PATH = 200  # several lines of a sheet are no name of a file, and no system takes them for one


async def verify_audit(settings: Settings, against: str | None = None) -> None:
    """Print whether the chain is intact and, if asked, whether it holds what stands on paper. Raises InputError."""
    async with open_office(settings, keeps_threads=False) as office:
        verdict = await Keeper(office).verify_chain(is_asked=True) or await office.verify_audit()
        if not verdict.is_intact:
            raise InputError(
                _("The audit chain is broken at entry {n}: {reason}").format(
                    n=verdict.broken_at, reason=say_fault(verdict)
                )
            )
        print(_("The audit chain is intact: {n} entries.").format(n=verdict.entries))
        if against is not None:
            await _compare(office, against)


async def _compare(office: Office, against: str) -> None:
    """Every end that was kept on paper must be in the chain."""
    words = _words_of(against)
    if unread := list_unread(words):
        told = _(
            "These lines begin like one of a sheet and cannot be read: {lines}. Type them as they are printed;"
            " nothing was compared."
        )
        raise InputError(told.format(lines="; ".join(one[:60] for one in unread[:5])))
    ends = read_lines(words)
    if not ends:
        raise InputError(_("No line of a sheet was found; one looks like this: {line}").format(
            line="2026-11-21 1234 9f86d081 884c7d65 …"))  # fmt: skip
    strange = []
    for day, number, end in ends:
        there = await find_hash(office, number)
        if there is None or not there.startswith(end):
            strange.append(_("entry {n} of {day}").format(n=show_number(number), day=show_day(day)))
    if strange:
        told = _(
            "This chain does not hold what stands on paper: {entries}. It was replaced, or put back from a backup."
        )
        raise InputError(told.format(entries="; ".join(strange)))
    print(_("The chain holds every end that stands on paper: {n}.").format(n=len(ends)))


def _words_of(against: str) -> str:
    """The words themselves, or those of the file that they name."""
    if len(against) > _LONGEST_PATH or "\n" in against:
        return against
    try:
        return Path(against).read_text(encoding="utf-8")[:_LONGEST] if Path(against).is_file() else against
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(_("{file} cannot be read.").format(file=against)) from error


async def seal_ends(settings: Settings, out: Path | None) -> None:
    """Sign the ends of the days that are over; print them, or write the sheet that HR keeps."""
    async with open_office(settings, keeps_threads=False) as office:
        ends = await seal_now(office, _ON_A_SHEET)
        now = office.clock.now()
        key = own_keys(office)[0]
        place = office.library.territories[office.reference.home].name
    if out is None:
        for one in ends:
            print(line_of(one.day, one.number, one.hash))
        return
    rows = [(one.day, one.number, one.hash, one.signature) for one in ends]
    write_file(out, write_audit_sheet(rows, key, now, place=place).content)
    print(_("Written: {file}. Print it and let HR keep it on paper.").format(file=out))


async def show_heads(settings: Settings, *, as_json: bool) -> None:
    """Print the ends that were signed, the newest first."""
    async with open_office(settings, keeps_threads=False) as office:
        ends = await list_seals(office, _ON_A_SHEET)
        own = own_keys(office)
    if as_json:
        rows = [
            {
                "day": one.day.isoformat(),
                "number": one.number,
                "hash": one.hash,
                "sealed_at": one.sealed_at.isoformat(),
                "public_key": one.public_key.hex(),
                "signature": one.signature.hex(),
                "own": one.public_key in own,
            }
            for one in ends
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in ends:
        print(line_of(one.day, one.number, one.hash))
    if not ends:
        print(_("No end of the chain has been signed yet: the first is that of the first day that is over."))
