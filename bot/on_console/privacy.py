"""Personal data for data officers: which clocks run, requests entered and decided, breaches, the log of processing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from bot.on_console.at_desk import field, group, hand_over, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, NotHereError, Page, deed, page
from bot.on_console.seats import OF_HR, OF_RECORDS, Seat
from handlers.audit_words import name_action
from handlers.data_request_words import FIELDS, OTHER, name_field, name_purpose, name_right, name_way
from handlers.hr import breaches, data_deeds, data_entering, data_requests
from handlers.notifying import Notifying
from handlers.phrases import _
from handlers.privacy_routes import data_desk
from handlers.reply import File
from handlers.wording import name_channel
from knowledge.local_time import VIETNAM
from knowledge.privacy import OF_A_CHAT, Right
from storage.records import WAYS, DataRequest

OF_PRIVACY = OF_HR | {Seat.ADMINISTRATOR, Seat.DATA_OFFICER}
OF_BREACHES = OF_RECORDS | {Seat.DATA_OFFICER}
_GIVEN = ("person", "right", "day", "way", "column", "value", "purpose", "words")
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LOG_DAYS = 30


async def show(asked: Asked) -> web.Response:
    """Which clocks run, which breaches are open?"""
    return await _page(asked)


async def show_one(asked: Asked) -> web.Response:
    """One request, to answer or decide."""
    visit, desk = replace(visit_of(asked), subject=_written_number(asked)), await _desk(asked)
    found = await data_requests.find_one(visit.subject, asked.person, asked.today, desk)
    reply = await data_requests.open_one(visit, asked.person, desk)
    return asked.show(
        "privacy_request.html",
        reply=reply,
        lines=group(asked, reply.lines),
        number=visit.subject,
        deeds=data_requests.list_deeds(found[0], asked.today) if found is not None and found[0].is_open else (),
    )


async def decide(asked: Asked) -> web.Response:
    """Answer first, accept, refuse or extend it; a copy for the person is handed over at once, and kept nowhere."""
    reply = await data_requests.decide(
        _written_number(asked),
        field(asked, "deed", 20),
        field(asked, "words", 1_000),
        visit_of(asked),
        asked.person,
        await _desk(asked),
    )
    if reply.paper is not None:
        from bot.papers.handing import file_of  # noqa: PLC0415  loaded for the first paper only

        return hand_over(file_of(reply, asked.door.describe) or File("", b"", ""))
    return show_reply(asked, reply, "privacy")


async def show_new(asked: Asked) -> web.Response:
    """A request that came on paper, in person or by telephone, to be entered."""
    return _show_new(asked)


async def enter(asked: Asked) -> web.Response:
    """Enter it; its clocks run from the day on which it came."""
    try:
        kept = await data_entering.enter(_entry(asked), asked.person, asked.today, await _desk(asked))
    except data_entering.NotEnteredError as refused:
        return _show_new(asked, problem=str(refused))
    return asked.go("privacy.request", number=str(kept.number))


def _show_new(asked: Asked, problem: str = "") -> web.Response:
    library = asked.today.library
    return asked.show(
        "privacy_new.html",
        problem=problem,
        today_day=asked.today.day.isoformat(),
        given={name: field(asked, name, 1_000) for name in _GIVEN},
        rights=[(one.value, name_right(library, one.value)) for one in Right],
        ways=[(one, name_way(one)) for one in WAYS],
        columns=[(one, name_field(one)) for one in (*FIELDS, OTHER)],
        purposes=[(one.value, name_purpose(library, one.value)) for one in OF_A_CHAT],
    )


def _entry(asked: Asked) -> data_entering.Entry:
    try:
        day = date.fromisoformat(field(asked, "day", 10))
    except ValueError:
        raise data_entering.NotEnteredError(_("Please give the day on which it came.")) from None
    right = field(asked, "right", 20)
    named = {Right.CORRECT.value: "column", Right.WITHDRAW.value: "purpose"}.get(right)
    return data_entering.Entry(
        person=field(asked, "person", 40),
        right=right,
        received_on=day,
        way=field(asked, "way", 20),
        field=field(asked, named, 40) if named is not None else "",
        value=field(asked, "value", 1_000) if right == Right.CORRECT.value else "",
        words=field(asked, "words", 1_000),
    )


async def confirm(asked: Asked) -> web.Response:
    """A key or hook that a restore brought back: it was not taken back since, or it is now."""
    number, kind, now = _number(asked), asked.request.match_info["kind"], asked.door.clock.now()
    keys, hooks = asked.cabinet.api_keys, asked.cabinet.hooks
    match kind, field(asked, "deed", 20) == "confirm":
        case "key", True:
            done, act = await keys.confirm(number), "confirmed_api_key"
        case "key", _:
            done, act = await keys.revoke(number, now), "revoked_api_key"
        case "hook", True:
            done, act = await hooks.confirm(number), "confirmed_hook"
        case "hook", _:
            done, act = await hooks.remove(number, now), "removed_hook"
        case _:
            raise NotHereError
    if not done:
        return await _page(asked, problem=_("That is settled already, or there is no such key or hook."))
    await asked.record(act, f"{'api' if kind == 'key' else 'hook'}:{number}")
    return asked.go("privacy")


async def open_breach(asked: Asked) -> web.Response:
    """Begin the clock of a breach, from the moment of its detection."""
    try:
        detected = breaches.read_detected(field(asked, "detected", 40))
        await breaches.open_breach(
            field(asked, "title", 2_000), detected, asked.person.code, asked.today, _breach_desk(asked)
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
    return asked.show("privacy_log.html", name_action=name_action, rows=lines, days=_LOG_DAYS)


async def _page(asked: Asked, problem: str = "") -> web.Response:
    now, library = asked.door.clock.now(), asked.today.library
    running = await data_requests.list_running(asked.person, asked.today, await _desk(asked))
    may_breach = bool(asked.member.seats & OF_BREACHES)
    found = await asked.cabinet.privacy.list_breaches() if may_breach else ()
    may_confirm = bool(asked.member.seats & OF_RECORDS)
    return asked.show(
        "privacy.html",
        running=[
            (one, name_right(library, one.right), name_channel(one.channel) if not one.is_entered else
             name_way(one.channel), one.is_overdue(asked.today.day), _first_due(one))
            for one in running
        ],
        late=sum(one.is_overdue(asked.today.day) for one in running),
        may_breach=may_breach,
        breaches=[(one, breaches.describe_clock(one, now), breaches.list_steps(one, asked.today)) for one in found],
        hours=library.privacy.breach.hours,
        keys=await asked.cabinet.api_keys.list_suspended(now) if may_confirm else (),
        hooks=[one for one in await asked.cabinet.hooks.list_all() if one.suspended_at] if may_confirm else (),
        problem=problem,
    )  # fmt: skip


def _first_due(one: DataRequest) -> date | None:
    return one.first_on if one.answered_at is None else None


async def _desk(asked: Asked) -> data_deeds.Desk:
    return data_desk(await open_ports(asked))


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


def _written_number(asked: Asked) -> str:
    return asked.request.match_info["number"][:9]


def _number(asked: Asked) -> int:
    written = _written_number(asked)
    return int(written) if written.isdecimal() else 0


PAGES: tuple[Page, ...] = (
    page("/privacy", "privacy", OF_PRIVACY, show),
    page("/privacy/requests/{number}", "privacy.request", OF_PRIVACY, show_one),
    deed("/privacy/requests/{number}", "privacy.decide", OF_PRIVACY, decide),
    page("/privacy/new", "privacy.new", OF_PRIVACY, show_new),
    deed("/privacy/new", "privacy.enter", OF_PRIVACY, enter),
    deed("/privacy/systems/{kind}/{number}", "privacy.system", OF_RECORDS, confirm),
    page("/privacy/log", "privacy.log", OF_BREACHES, log),
    deed("/privacy/breaches", "privacy.breach", OF_BREACHES, open_breach),
    deed("/privacy/breaches/{number}/step", "privacy.step", OF_BREACHES, take_step),
    deed("/privacy/breaches/{number}/close", "privacy.close", OF_BREACHES, close_breach),
    page("/privacy/breaches/{number}/report", "privacy.report", OF_BREACHES, report),
)
