"""`doctor`: looks at settings, library, catalogues, database and channels, and says how to mend each."""

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import date

from bot.commands.api_keys import describe_hooks
from bot.commands.channels import check_telegram
from bot.commands.doctor_keeping import check_keeping
from bot.commands.queue import describe
from bot.commands.zalo_bot import check_zalo_bot
from bot.commands.zalo_oa import check_zalo_oa
from bot.errors import CommandError, ServiceError, SilentError
from bot.on_telegram.paid import TERMS, describe_price
from bot.questions import list_lost
from bot.settings import Settings
from bot.telling import Standing
from bot.wiring import LOCALES, Office, open_office, open_reference
from bot.wiring_rules import Reference
from handlers.phrases import _, show_day, show_day_of, show_number

MARKS = {True: "✓", False: "✗"}


_CLEANED_WITHIN = 2  # days; the clean-up runs twice a day


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and how to mend it where it is not well."""

    name: str
    is_well: bool
    found: str
    mend: str = ""


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
    }
    return names.get(check.name, check.name)


class _UnwellServiceError(ServiceError, SilentError):
    """Something that is needed is out of reach; told already."""

    code = 3


async def examine(settings: Settings, *, as_json: bool) -> None:
    """Print every check. Raises with exit code 1 for wrong settings and 3 for a service out of reach."""
    checks = [check async for check in _examine(settings)]
    if as_json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            print(f"{MARKS[check.is_well]} {name_check(check)}: {check.found}")
            if not check.is_well:
                print(f"   → {check.mend}")
    unwell = {check.name for check in checks if not check.is_well}
    if unwell & {"database", "telegram", "zalo_bot", "zalo_oa"}:
        raise _UnwellServiceError
    if unwell:
        raise SilentError


async def _examine(settings: Settings) -> AsyncIterator[Check]:
    yield Check("settings", is_well=True, found=_describe_settings(settings))
    reference, check = _check_library(settings)
    yield check
    yield _check_catalogues()
    if reference is not None:
        yield _check_calendar(reference, settings)
    database = await _check_database(settings)
    yield database
    if database.is_well:
        yield await _check_added(settings)
        yield await _check_promoted(settings)
        yield await _check_told(settings)
        yield await _check_push(settings)
        yield await _check_hooks(settings)
        for check in await _check_keeping(settings):
            yield check
        yield await _check_zalo_oa(settings)
    yield await _check_telegram(settings)
    yield await _check_zalo_bot(settings)
    yield _check_pace(settings)
    yield _check_web(settings)


async def look_around(office: Office) -> list[Check]:
    """The checks that an open office answers by itself, without asking any platform."""
    reference, library = _check_library(office.settings)
    calendar = [_check_calendar(reference, office.settings)] if reference is not None else []
    return [
        library,
        _check_catalogues(),
        *calendar,
        await _added_of(office),
        await _told_of(office),
        await _push_of(office),
        await _hooks_of(office),
        *await _keeping_of(office),
        await _personal_data_of(office),
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


def _check_catalogues() -> Check:
    compiled = sorted(LOCALES.glob("*/LC_MESSAGES/messages.mo"))
    names = ", ".join(one.parent.parent.name for one in compiled)
    return Check("catalogues", is_well=bool(compiled), found=names or "–", mend=_("Run: make texts"))


def _check_calendar(reference: Reference, settings: Settings) -> Check:
    this_year = (settings.today or date.today()).year  # noqa: DTZ011  a year is the same here and there
    provisional = reference.calendar.is_provisional(date(this_year, 12, 31))
    found = _("holidays of {year} are computed only").format(year=this_year) if provisional else str(this_year)
    mend = _("Enter the yearly decision on holidays into the calendar of the library.")
    return Check("calendar", is_well=not provisional, found=found, mend=mend)


async def _check_database(settings: Settings) -> Check:
    try:
        async with open_office(settings) as office:
            verdict = await office.verify_audit()
    except CommandError as error:
        mend = _("Start the server and check NHACCHUAN_DATABASE_URL, or run: nhacchuan init")
        return Check("database", is_well=False, found=str(error), mend=mend)
    if not verdict.is_intact:
        mend = _("Somebody changed the audit chain; restore it from a backup and find out who.")
        return Check("database", is_well=False, found=verdict.reason or "", mend=mend)
    found = _("reachable, of this version, audit chain of {n} entries intact").format(n=verdict.entries)
    return Check("database", is_well=True, found=found)


async def _check_added(settings: Settings) -> Check:
    async with open_office(settings, keeps_threads=False) as office:
        return await _added_of(office)


async def _added_of(office: Office) -> Check:
    """Documents that were read in from files, and whether this version can read all their records."""
    library = (await office.rule_book()).library
    if library.unreadable:
        found = _("not readable by this version: {documents}").format(documents=", ".join(library.unreadable))
        return Check("added", is_well=False, found=found, mend=_("Add these documents again from their files."))
    found = _("{n} documents added from files, with their text").format(n=len(library.texts))
    return Check("added", is_well=True, found=found)


async def _check_told(settings: Settings) -> Check:
    async with open_office(settings, keeps_threads=False) as office:
        return await _told_of(office)


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


async def _check_promoted(settings: Settings) -> Check:
    """Whether every answer that HR promoted comes back when its question is asked again."""
    async with open_office(settings, keeps_threads=False) as office:
        lost = {number for number, _question in [one async for one in list_lost(office)]}
        given = [one for one in (await office.rule_book()).rules.frequent if one.withdrawn_on is None]
    found = _("{n} of {all} promoted answers come back").format(n=len(given) - len(lost), all=len(given))
    return Check("answers", is_well=not lost, found=found, mend=_("Run: nhacchuan questions --check"))


async def _check_telegram(settings: Settings) -> Check:
    if settings.telegram_token is None:
        return Check("telegram", is_well=True, found=_("not connected (NHACCHUAN_TELEGRAM_TOKEN is empty)"))
    try:
        name = await check_telegram(settings)
    except CommandError as error:
        return Check(
            "telegram", is_well=False, found=str(error), mend=_("Check the token and the network, then try again.")
        )
    return Check("telegram", is_well=True, found=f"@{name}")


async def _check_zalo_bot(settings: Settings) -> Check:
    """Whether the bot of Zalo works, and what is left of its month."""
    if settings.zalo_bot_token is None:
        return Check("zalo_bot", is_well=True, found=_("not connected (NHACCHUAN_ZALO_BOT_TOKEN is empty)"))
    try:
        return Check("zalo_bot", is_well=True, found=await check_zalo_bot(settings))
    except CommandError as error:
        mend = _("Check NHACCHUAN_ZALO_BOT_TOKEN, the webhook settings and the network, then try again.")
        return Check("zalo_bot", is_well=False, found=str(error), mend=mend)


async def _check_zalo_oa(settings: Settings) -> Check:
    """Whether the Official Account works, how long its permission holds, and what is left of its month."""
    if not settings.is_zalo_oa_open:
        return Check("zalo_oa", is_well=True, found=_("not connected (NHACCHUAN_ZALO_OA_APP_ID is empty)"))
    async with open_office(settings, keeps_threads=False) as office:
        try:
            return Check("zalo_oa", is_well=True, found=await check_zalo_oa(office))
        except CommandError as error:
            mend = _("If the permission is lost: nhacchuan zalo connect. Else check the settings and the network.")
            return Check("zalo_oa", is_well=False, found=str(error), mend=mend)


async def _check_push(settings: Settings) -> Check:
    async with open_office(settings, keeps_threads=False) as office:
        return await _push_of(office)


async def _push_of(office: Office) -> Check:
    """Whether what is to be sent is being sent: today's plan, workers, what is unclear, stuck, or refused as ours."""
    figures = await office.push.read_figures()
    found = " ".join(describe(figures))
    if figures.bad_requests:
        mend = _("A platform calls messages of ours wrong: look for telegram.bad_request in the log and report it.")
        return Check("push", is_well=False, found=found, mend=mend)
    is_neglected = figures.workers == 0 and (figures.due > 0 or figures.stuck > 0)
    mend = _("Nobody sends what waits. Start: nhacchuan work (or nhacchuan run)")
    return Check("push", is_well=not is_neglected, found=found, mend=mend)


async def _check_keeping(settings: Settings) -> list[Check]:
    async with open_office(settings, keeps_threads=False) as office:
        return await _keeping_of(office)


async def _keeping_of(office: Office) -> list[Check]:
    """How the audit chain is read and guarded, and how backups stand."""
    return [Check(name, is_well, found, mend) for name, is_well, found, mend in await check_keeping(office)]


async def _check_hooks(settings: Settings) -> Check:
    async with open_office(settings, keeps_threads=False) as office:
        return await _hooks_of(office)


async def _hooks_of(office: Office) -> Check:
    """Whether other systems take what they are told of changed verdicts."""
    is_well, found = await describe_hooks(office)
    mend = _("See that the system behind the hook answers, or take it away: nhacchuan hook remove NUMBER")
    return Check("hooks", is_well=is_well, found=found, mend=mend)


async def _personal_data_of(office: Office) -> Check:
    """Whether no clock of personal data is overdue, and what has had its time is forgotten every day."""
    now = await office.privacy.standing()
    cleaned = show_day(now.cleaned_on) if now.cleaned_on is not None else _("never")
    found = _("{n} requests open, {late} overdue; {breaches} breaches open; last clean-up: {day}").format(
        n=now.running, late=now.overdue, breaches=now.breaches, day=cleaned
    )
    is_late = now.cleaned_on is not None and (office.clock.today() - now.cleaned_on).days > _CLEANED_WITHIN
    mend = _("See: nhacchuan privacy clocks, nhacchuan breach list; clean up now: nhacchuan privacy tidy")
    return Check("personal_data", is_well=not (now.overdue or now.breaches or is_late), found=found, mend=mend)


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


def _check_web(settings: Settings) -> Check:
    try:
        with socket.create_server((settings.host, settings.port)):
            return Check("web", is_well=True, found=settings.http)
    except OSError as error:
        mend = _("Stop the other program, or choose another NHACCHUAN_HTTP.")
        return Check("web", is_well=False, found=f"{settings.http}: {error.strerror}", mend=mend)
