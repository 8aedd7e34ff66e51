"""Who did what to whom: the audit chain, filtered and verified."""

from datetime import date, datetime, time, timedelta

from aiohttp import web

from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_RECORDS
from handlers.audit_words import name_action
from knowledge.local_time import VIETNAM
from storage.records import AuditVerdict, AuditWanted

_AT_ONCE = 100
_LONGEST = 200


async def show(asked: Asked) -> web.Response:
    """The newest entries that fit."""
    return await _show(asked, None)


async def verify(asked: Asked) -> web.Response:
    """Read the whole chain and say whether it is intact."""
    verdict = await asked.cabinet.audit.verify()
    await asked.cabinet.audit.note_check(verdict, asked.door.clock.now())
    await asked.record("verified_audit", "audit", {"entries": verdict.entries, "intact": verdict.is_intact})
    return await _show(asked, verdict)


async def _show(asked: Asked, verdict: AuditVerdict | None) -> web.Response:
    wanted, problem = _read(asked)
    found = await asked.cabinet.audit.list_entries(wanted, _AT_ONCE + 1)
    shown = found[:_AT_ONCE]
    if verdict is None:
        await asked.record("looked_at_audit", "audit", {"entries": len(shown)})
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
        sealed=next(iter(await asked.cabinet.audit.list_seals(1)), None),
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
    deed("/audit/verify", "audit.verify", OF_RECORDS, verify),
)
