"""Who did what to whom: the audit chain, filtered and verified, and its signed ends, which are printed here.

Whoever keeps the paper does not need the hand of whoever rules the server for it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from aiohttp import web

from bot.on_console.at_desk import hand_over
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_RECORDS
from handlers.audit_words import line_of, name_action
from knowledge.local_time import VIETNAM
from storage.records import AuditSeal, AuditVerdict, AuditWanted

_AT_ONCE = 100
_LONGEST = 200
_ENDS_SHOWN = 7
_ENDS_PRINTED = 35
_MONTHS = 24


async def show(asked: Asked) -> web.Response:
    """The newest entries that fit."""
    return await _show(asked, None)


async def verify(asked: Asked) -> web.Response:
    """Read the whole chain and say whether it is intact."""
    verdict = await asked.cabinet.audit.verify()
    await asked.cabinet.audit.note_check(verdict, asked.door.clock.now())
    await asked.record("verified_audit", "audit", {"entries": verdict.entries, "intact": verdict.is_intact})
    return await _show(asked, verdict)


async def print_ends(asked: Asked) -> web.Response:
    """The signed ends of a day or a month, else the newest, as a page to be printed, signed and kept."""
    day, month = asked.query.get("day", ""), asked.query.get("month", "")
    every = await asked.cabinet.audit.list_seals()
    ends = [one for one in every if one.day.isoformat().startswith(day or month)]
    if not day and not month:
        ends = ends[:_ENDS_PRINTED]
    if not ends:
        return await _show(asked, None, has_no_ends=True)
    from bot.papers.audit_sheet import write_audit_sheet  # noqa: PLC0415  few print, and it takes long to load

    place = asked.today.library.territories[asked.today.book.home].name
    rows = [(one.day, one.number, one.hash, one.signature) for one in ends]
    file = write_audit_sheet(rows, ends[0].public_key, asked.door.clock.now(), place=place)
    await asked.record("printed_audit_ends", "audit", {"ends": len(ends), "number": ends[0].number})
    return hand_over(file, inline=True)


async def _show(asked: Asked, verdict: AuditVerdict | None, *, has_no_ends: bool = False) -> web.Response:
    wanted, problem = _read(asked)
    found = await asked.cabinet.audit.list_entries(wanted, _AT_ONCE + 1)
    shown = found[:_AT_ONCE]
    if verdict is None:
        await asked.record("looked_at_audit", "audit", {"entries": len(shown)})
    sealed = await asked.cabinet.audit.list_seals()
    more = None
    if len(found) > _AT_ONCE:
        kept = {f"query_{name}": value for name, value in asked.query.items() if name != "below" and value}
        more = asked.address("audit", **kept, query_below=str(shown[-1].number))
    return asked.show(
        "audit.html",
        entries=shown,
        name_action=name_action,
        more=more,
        verdict=verdict,
        check=await asked.cabinet.audit.find_check(),
        sealed=next(iter(sealed), None),
        ends=[(one, line_of(one.day, one.number, one.hash)) for one in sealed[:_ENDS_SHOWN]],
        months=_months_of(sealed),
        has_no_ends=has_no_ends,
        problem=problem,
        chosen={name: asked.query.get(name, "") for name in ("actor", "action", "subject", "since", "until")},
    )


def _read(asked: Asked) -> tuple[AuditWanted, bool]:
    """What is looked for, and whether a day could not be read."""
    since, is_since_wrong = _read_day(asked.query.get("since", ""))
    until, is_until_wrong = _read_day(asked.query.get("until", ""))
    below = asked.query.get("below", "")
    wanted = AuditWanted(
        actor=asked.query.get("actor", "").strip()[:_LONGEST],
        action=asked.query.get("action", "").strip()[:_LONGEST],
        subject=asked.query.get("subject", "").strip()[:_LONGEST],
        since=_start_of(since) if since is not None else None,
        until=_start_of(until + timedelta(days=1)) if until is not None else None,
        below=int(below) if below.isascii() and below.isdigit() and len(below) < 19 else None,  # noqa: PLR2004
    )
    return wanted, is_since_wrong or is_until_wrong


def _months_of(sealed: Sequence[AuditSeal]) -> list[tuple[str, date]]:
    """The months in which ends were signed, the newest first: as they are asked for, and a day of each."""
    return list({f"{one.day:%Y-%m}": one.day.replace(day=1) for one in sealed}.items())[:_MONTHS]


def _read_day(written: str) -> tuple[date | None, bool]:
    if not written:
        return None, False
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None, True
    return (day, False) if day < date.max else (None, True)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=VIETNAM)


PAGES: tuple[Page, ...] = (
    page("/audit", "audit", OF_RECORDS, show),
    page("/audit/ends", "audit.ends", OF_RECORDS, print_ends),
    deed("/audit/verify", "audit.verify", OF_RECORDS, verify),
)
