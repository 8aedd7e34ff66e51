"""Personal data for data officers: which clocks run, one request, breaches with their steps, the log of processing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.on_console.at_desk import field, group, hand_over, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR, OF_RECORDS, Seat
from handlers.hr import breaches, data_requests
from handlers.notifying import Notifying
from handlers.phrases import _
from handlers.reply import File, Reply
from knowledge.local_time import VIETNAM

OF_PRIVACY = OF_HR | {Seat.ADMINISTRATOR}
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LOG_DAYS = 30


async def show(asked: Asked) -> web.Response:
    """Which clocks run, which breaches are open?"""
    return await _page(asked)


async def show_one(asked: Asked) -> web.Response:
    """One request, to answer or decide."""
    visit = replace(visit_of(asked), subject=asked.request.match_info["number"][:9])
    reply = await data_requests.open_one(visit, asked.person, await _desk(asked))
    return asked.show(
        "privacy_request.html",
        reply=reply,
        lines=group(asked, reply.lines),
        number=visit.subject,
        is_open=any(one.action == "data.office.begin" for one in reply.choices),
    )


async def decide(asked: Asked) -> web.Response:
    """Answer first, accept, refuse or extend it."""
    reply = await data_requests.decide(
        asked.request.match_info["number"][:9],
        field(asked, "deed", 20),
        field(asked, "words", 1_000),
        visit_of(asked),
        asked.person,
        await _desk(asked),
    )
    return show_reply(asked, reply, "privacy")


async def open_breach(asked: Asked) -> web.Response:
    """Begin the clock of a breach."""
    try:
        await breaches.open_breach(
            field(asked, "title", 2_000), None, asked.person.code, asked.today, _breach_desk(asked)
        )
    except breaches.NotABreachError as refused:
        return await _page(asked, problem=str(refused))
    return asked.go("privacy")


async def take_step(asked: Asked) -> web.Response:
    """A step was taken."""
    try:
        await breaches.take_step(
            _number(asked),
            field(asked, "step", 40),
            field(asked, "note", 2_000),
            asked.person.code,
            asked.today,
            _breach_desk(asked),
        )
    except breaches.NotABreachError as refused:
        return await _page(asked, problem=str(refused))
    return asked.go("privacy")


async def close_breach(asked: Asked) -> web.Response:
    """End it."""
    try:
        await breaches.close(_number(asked), asked.person.code, asked.today, _breach_desk(asked))
    except breaches.NotABreachError as refused:
        return await _page(asked, problem=str(refused))
    return asked.go("privacy")


async def report(asked: Asked) -> web.Response:
    """The draft of the report of a breach."""
    found = next((one for one in await asked.cabinet.privacy.list_breaches() if one.number == _number(asked)), None)
    if found is None:
        return await _page(asked, problem=str(breaches.NotABreachError(_number(asked))))
    paper = breaches.draft_report(found, asked.today, asked.door.clock.now())
    await asked.record("breach_report_drafted", f"breach:{found.number}")
    from bot.papers.writing import write_docx  # noqa: PLC0415  loaded for the first paper only

    return hand_over(File(f"{paper.name}.docx", write_docx(paper, asked.door.describe), _DOCX))


async def log(asked: Asked) -> web.Response:
    """Who processed what for which purpose in the last days."""
    now = asked.door.clock.now()
    today = now.astimezone(VIETNAM).date()
    begin = datetime.combine(today - timedelta(days=_LOG_DAYS), datetime.min.time(), VIETNAM).astimezone(UTC)
    rows = await asked.cabinet.personal_data.count_processing(begin, now + timedelta(days=1))
    await asked.record("exported_processing_log", "processing", {"rows": len(rows)})
    rules = asked.today.library.privacy
    lines = []
    for day, actor, action, count, subjects in rows:
        served = rules.purpose_of_action(action)
        purpose = rules.purpose(served.purpose).name if served is not None else _("running the system")
        lines.append((day, actor, action, purpose, served.activity if served is not None else "", count, subjects))
    return asked.show("privacy_log.html", rows=lines, days=_LOG_DAYS)


async def _page(asked: Asked, problem: str = "") -> web.Response:
    now = asked.door.clock.now()
    running: Reply | None = None
    if data_requests.is_officer(asked.person):
        running = await data_requests.show_running(visit_of(asked), asked.person, await _desk(asked))
    may_breach = bool(asked.member.seats & OF_RECORDS)
    found = await asked.cabinet.privacy.list_breaches() if may_breach else ()
    return asked.show(
        "privacy.html",
        running=running,
        lines=group(asked, running.lines) if running is not None else [],
        numbers=[one.subject for one in running.choices if one.action == "data.office.open"] if running else [],
        may_breach=may_breach,
        breaches=[(one, breaches.describe_clock(one, now), breaches.list_steps(one, asked.today)) for one in found],
        hours=asked.today.library.privacy.breach.hours,
        problem=problem,
    )


async def _desk(asked: Asked) -> data_requests.Desk:
    ports = await open_ports(asked)
    return data_requests.Desk(
        requests=ports.privacy,
        corrections=ports.corrections,
        profiles=ports.profiles,
        audit=ports.audit,
        clock=ports.clock,
        by=_by(asked),
    )


def _breach_desk(asked: Asked) -> breaches.Desk:
    return breaches.Desk(
        breaches=asked.cabinet.privacy,
        staff=asked.cabinet.staff,
        audit=asked.cabinet.audit,
        clock=asked.door.clock,
        by=_by(asked),
    )


def _by(asked: Asked) -> Notifying:
    cabinet = asked.cabinet
    return Notifying(cabinet.accounts, cabinet.outbox, cabinet.letters, asked.door.clock, asked.door.senders)


def _number(asked: Asked) -> int:
    written = asked.request.match_info["number"][:9]
    return int(written) if written.isdecimal() else 0


PAGES: tuple[Page, ...] = (
    page("/privacy", "privacy", OF_PRIVACY, show),
    page("/privacy/requests/{number}", "privacy.request", OF_PRIVACY, show_one),
    deed("/privacy/requests/{number}", "privacy.decide", OF_PRIVACY, decide),
    page("/privacy/log", "privacy.log", OF_RECORDS, log),
    deed("/privacy/breaches", "privacy.breach", OF_RECORDS, open_breach),
    deed("/privacy/breaches/{number}/step", "privacy.step", OF_RECORDS, take_step),
    deed("/privacy/breaches/{number}/close", "privacy.close", OF_RECORDS, close_breach),
    page("/privacy/breaches/{number}/report", "privacy.report", OF_RECORDS, report),
)
