"""`doctor`: looks at settings, library, catalogues, database and channels, and says how to mend each."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from bot.commands.api_keys import describe_hooks, describe_suspended
from bot.commands.checked import Check, wrong
from bot.commands.doctor_closed import describe_closed
from bot.commands.doctor_doors import check_account, check_doors
from bot.commands.doctor_keeping import check_keeping
from bot.commands.doctor_personal_data import check_personal_data
from bot.commands.doctor_roster import Now, check_roster, now_by_machine
from bot.commands.doctor_settings import check_settings, names_given
from bot.commands.queue import describe
from bot.errors import CommandError, ServiceError, SilentError
from bot.on_telegram.paid import TERMS, describe_price
from bot.push.figures import Figures
from bot.questions import list_lost
from bot.settings import Settings
from bot.telling import Standing
from bot.wiring import LOCALES, Office, make_clock, open_office, open_reference
from bot.wiring_rules import Reference
from handlers.audit_words import say_fault
from handlers.phrases import _, show_day_of, show_number
from handlers.ports import Clock

MARKS = {True: "✓", False: "✗"}
REMARK = "!"


def name_check(check: Check) -> str:
    """What was looked at, in the language being spoken; programs read `name`."""
    names = {
        "settings": _("settings"),
        "library": _("law library"),
        "personal_data": _("personal data"),
        "catalogues": _("translations"),
        "calendar": _("working days"),
        "database": _("database"),
        "added": _("added documents"),
        "answers": _("promoted answers"),
        "told": _("rules last told"),
        "push": _("sending"),
        "hooks": _("other systems"),
        "audit": _("audit chain"),
        "audit_rights": _("rights in the database"),
        "backups": _("backups"),
        "restore": _("restore"),
        "telegram": "Telegram",
        "zalo_bot": "Zalo Bot",
        "zalo_oa": "Zalo Official Account",
        "pace": _("pace of sending"),
        "web": _("web server"),
        "secret_key": _("secret key"),
        "home": _("directory of data"),
        "clock": _("clock"),
        "doors": _("doors"),
        "roster": _("roster"),
        "rules": _("rules"),
    }
    return names.get(check.name, check.name)


class _UnwellServiceError(ServiceError, SilentError):
    """Something that is needed is out of reach; told already."""

    code = 3


async def examine(settings: Settings, *, as_json: bool) -> None:
    """Print every check. Raises with exit code 1 for what is set wrong and 3 for a service out of reach."""
    checks = [check async for check in look(settings)]
    tell(checks, as_json=as_json)
    ensure_well(checks)


def tell(checks: Sequence[Check], *, as_json: bool) -> None:
    """Print what was found."""
    if as_json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
        return
    for check in checks:
        mark = REMARK if check.is_remark else MARKS[check.is_well]
        print(f"{mark} {name_check(check)}: {check.found}")
        if not check.is_well:
            print(f"   → {check.mend}")


def ensure_well(checks: Sequence[Check]) -> None:
    """Raise with the exit code of the contract where something is wrong; remarks hinder nobody."""
    unwell = [check for check in checks if not check.is_well and not check.is_remark]
    if any(check.is_away for check in unwell):
        raise _UnwellServiceError
    if unwell:
        raise SilentError


async def look(settings: Settings, *, clock: Clock | None = None, now: Now = now_by_machine) -> AsyncIterator[Check]:
    """Every check, one after the other; by the clock of the settings unless another is given."""
    clock = clock or make_clock(settings)
    yield Check("settings", is_well=True, found=_describe_settings(settings))
    for check in check_settings(settings, names_given()):
        yield check
    reference, check = _check_library(settings)
    yield check
    yield _check_catalogues()
    if reference is not None:
        yield _check_calendar(reference, clock.today())
        for check in await _look_inside(settings, clock, now):
            yield check
    for check in await check_doors(settings):
        yield check
    yield _check_pace(settings)


async def _look_inside(settings: Settings, clock: Clock, now: Now) -> list[Check]:
    """What the open office says of itself, or why it does not open."""
    try:
        async with open_office(settings, clock=clock, keeps_threads=False) as office:
            return await _of_office(office, now)
    except CommandError as error:
        return [describe_closed(error)]


async def _of_office(office: Office, now: Now) -> list[Check]:
    """What the open office says of itself; where its audit chain is broken nothing else is worth looking at."""
    database = await _database_of(office)
    if not database.is_well:
        return [database]
    figures = await office.push.read_figures()
    return [
        database,
        await _added_of(office),
        await _promoted_of(office),
        await _told_of(office),
        _push_of(figures),
        await _hooks_of(office),
        *await _suspended_of(office),
        *await check_keeping(office),
        *await check_personal_data(office),
        *await check_roster(office, figures, now),
        await check_account(office),
    ]


async def look_around(office: Office) -> list[Check]:
    """The checks that an open office answers by itself, without asking any platform."""
    reference, library = _check_library(office.settings)
    calendar = [_check_calendar(reference, office.clock.today())] if reference is not None else []
    figures = await office.push.read_figures()
    return [
        library,
        _check_catalogues(),
        *calendar,
        await _added_of(office),
        await _told_of(office),
        _push_of(figures),
        await _hooks_of(office),
        *await _suspended_of(office),
        *await check_keeping(office),
        *await check_personal_data(office),
        *await check_roster(office, figures),
        _check_pace(office.settings),
    ]


def _describe_settings(settings: Settings) -> str:
    database = _("given by NHACCHUAN_DATABASE_URL") if settings.database_url is not None else _("embedded")
    return _("territory {territory}, database {database}, home {home}").format(
        territory=settings.territory, database=database, home=settings.home
    )


def _check_library(settings: Settings) -> tuple[Reference | None, Check]:
    try:
        reference = open_reference(settings)
    except CommandError as error:
        return None, Check(
            "library", is_well=False, found=str(error), mend=_("Mend the file or the setting named above.")
        )
    held = sum(1 for one in reference.library.documents.values() if one.text_held)
    found = _("{n} documents, {held} made from their full text").format(n=len(reference.library.documents), held=held)
    return reference, Check("library", is_well=True, found=found)


def _check_catalogues(place: Path = LOCALES) -> Check:
    compiled = sorted(place.glob("*/LC_MESSAGES/messages.mo"))
    names = ", ".join(one.parent.parent.name for one in compiled)
    return Check("catalogues", is_well=bool(compiled), found=names or "–", mend=_("Run: make texts"))


def _check_calendar(reference: Reference, today: date) -> Check:
    provisional = reference.calendar.is_provisional(today)
    found = _("holidays of {year} are computed only").format(year=today.year) if provisional else str(today.year)
    mend = _("Enter the yearly decision on holidays into the calendar of the library.")
    return Check("calendar", is_well=not provisional, found=found, mend=mend)


async def _database_of(office: Office) -> Check:
    verdict = await office.verify_audit()
    if not verdict.is_intact:
        mend = _("Somebody changed the audit chain; restore it from a backup and find out who.")
        broken = show_number(verdict.broken_at or 0)
        found = _("broken at entry {n}: {reason}").format(n=broken, reason=say_fault(verdict))
        return wrong("database", "audit_broken", found, mend)
    found = _("reachable, of this version, audit chain of {n} entries intact").format(n=verdict.entries)
    return Check("database", is_well=True, found=found)


async def _added_of(office: Office) -> Check:
    """Documents that were read in from files, and whether this version can read all their records."""
    library = (await office.rule_book()).library
    if library.unreadable:
        found = _("not readable by this version: {documents}").format(documents=", ".join(library.unreadable))
        return Check("added", is_well=False, found=found, mend=_("Add these documents again from their files."))
    found = _("{n} documents added from files, with their text").format(n=len(library.texts))
    return Check("added", is_well=True, found=found)


async def _told_of(office: Office) -> Check:
    """By which rules people were last told, and whether others hold now; whom that touches is what `plan` finds out."""
    async with office.push.read_told() as telling:
        standing = telling.standing
        since = show_day_of(telling.told_at) if telling.told_at is not None else ""
    if standing is Standing.UNREADABLE:
        found = _("the rules told on {day} were kept by another version and cannot be read").format(day=since)
        mend = _("No change is told by them. The next load takes the rules of then as told.")
        return Check("told", is_well=False, found=found, mend=mend)
    found = {
        Standing.NOBODY_TOLD: _("no load has brought people yet"),
        Standing.SAME: _("people were told by the rules of now, on {day}").format(day=since),
        Standing.DIFFERENT: _(
            "people were told on {day}, and the rules have changed since; to see whom it touches: nhacchuan plan"
        ).format(day=since),
    }[standing]
    return Check("told", is_well=True, found=found)


async def _promoted_of(office: Office) -> Check:
    """Whether every answer that HR promoted comes back when its question is asked again."""
    lost = {number for number, _question in [one async for one in list_lost(office)]}
    given = [one for one in (await office.rule_book()).rules.frequent if one.withdrawn_on is None]
    found = _("{n} of {all} promoted answers come back").format(n=len(given) - len(lost), all=len(given))
    return Check("answers", is_well=not lost, found=found, mend=_("Run: nhacchuan questions --check"))


def _push_of(figures: Figures) -> Check:
    """Whether what is to be sent is being sent: today's plan, workers, what is unclear, stuck, or refused as ours."""
    found = " ".join(describe(figures))
    if figures.bad_requests:
        mend = _("A platform calls messages of ours wrong: look for telegram.bad_request in the log and report it.")
        return wrong("push", "bad_requests", found, mend)
    if figures.workers == 0 and (figures.due > 0 or figures.stuck > 0):
        return wrong("push", "no_worker", found, _("Nobody sends what waits. Start: nhacchuan work (or nhacchuan run)"))
    return Check("push", is_well=True, found=found)


async def _hooks_of(office: Office) -> Check:
    """Whether other systems take what they are told of changed verdicts."""
    is_well, found = await describe_hooks(office)
    mend = _("See that the system behind the hook answers, or take it away: nhacchuan hook remove NUMBER")
    return Check("hooks", is_well=is_well, found=found, mend=mend)


async def _suspended_of(office: Office) -> list[Check]:
    """Keys and hooks that a restore brought back and that nobody has confirmed or taken back."""
    found = await describe_suspended(office)
    mend = _("Look at each (nhacchuan api-key list, nhacchuan hook list), then: nhacchuan api-key confirm NUMBER or"
             " revoke NUMBER, nhacchuan hook confirm NUMBER or remove NUMBER")  # fmt: skip
    return [Check("hooks", is_well=False, found=found, mend=mend, fault="hooks.suspended")] if found else []


def _check_pace(settings: Settings) -> Check:
    """How quickly messages go out by Telegram, and what that may cost."""
    per_second, is_paid = settings.telegram_per_second, settings.telegram_paid_broadcast
    pace = _("{n} messages a second").format(n=show_number(per_second)) if per_second else _("no limit")
    price = describe_price(1000, per_second or TERMS.most_per_second, is_allowed=is_paid)
    found = _("{pace}. A thousand messages: {price}").format(pace=pace, price=price)
    most = TERMS.most_per_second if is_paid else TERMS.free_per_second
    is_real = "telegram.org" in settings.telegram_api  # a server of one's own or a stand-in has its own limits
    mend = _(
        "Telegram refuses more than {n} messages a second: lower NHACCHUAN_TELEGRAM_PER_SECOND, or pay for more with"
        " NHACCHUAN_TELEGRAM_PAID_BROADCAST."
    ).format(n=show_number(most))
    return Check("pace", is_well=not is_real or 0 < per_second <= most, found=found, mend=mend)
