"""My deadlines in my own calendar: as a file, or at an address that a calendar reads by itself."""

import re
from dataclasses import dataclass

from handlers import next_steps
from handlers.asking import Choice
from handlers.officials.calendar_days import list_days
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _, show_day, show_day_of
from handlers.ports import Accounts, Audit, Calendars, Clock
from handlers.reply import CalendarFile, Line, Reply
from handlers.verdicts import describe_deadlines
from handlers.visit import Visit
from knowledge.evaluate import evaluate
from knowledge.facts import Person
from knowledge.folding import fold_words

PATH = "/calendar/"
_ASKED = re.compile(
    r"\b(ics|icalendar|calendar|lich cua (toi|em|minh|chau)|file lich|tep lich|lich han|lich dien thoai"
    r"|(tai|xuat|dang ky|dong bo|theo doi|lay|gui|cho|them|dua|cai|nhap|bo)\b.{0,30}\blich)\b"
)
_NOT_A_CALENDAR = re.compile(r"\b(ly lich|du lich|lich su|lich (hoc|thi|nghi|tuc|lam viec|hop|cong tac))\b")


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to hand out calendars. `address` is the web server's as seen from outside, empty for none."""

    calendars: Calendars
    accounts: Accounts
    audit: Audit
    clock: Clock
    address: str


def is_asked(text: str) -> bool:
    """Whether words ask for deadlines in a calendar."""
    folded = fold_words(text)
    return _ASKED.search(folded) is not None and _NOT_A_CALENDAR.search(folded) is None


async def hand_out(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Give me my deadlines as a file for my calendar."""
    rules = visit.rules
    findings = evaluate(person, rules)
    days = list_days(findings, rules, is_bare=False)
    issued = await desk.calendars.find_issued(person.code)
    choices = (*_subscribing(has_one=issued is not None, desk=desk), next_steps.my_deadlines())
    if not days:
        title = _("No dated deadline applies to you on {day}").format(day=show_day(visit.on))
        return Reply(title=title, lines=tuple(_standing(issued, desk)), choices=choices)
    await desk.audit.record(
        person.code, "exported_calendar", person.code, desk.clock.now(), {"channel": visit.asked.channel}
    )
    lines = describe_deadlines([one for one in findings if one.is_gap], rules, by_criteria=True)
    lines.append(Line(_("Open the file on your phone or computer to add these days to your calendar.")))
    lines.append(Line(_("It does not change by itself: when a deadline moves, download it again.")))
    return Reply(
        title=_("Your deadlines for your calendar, as of {day}").format(day=show_day(visit.on)),
        lines=(*lines, *_standing(issued, desk)),
        choices=choices,
        calendar=CalendarFile(
            name=f"han-tieu-chuan-{person.code}",
            title=_("Deadlines of title standards"),
            owner=person.code,
            version=rules.book.rules.version,
            made_at=desk.clock.now(),
            days=days,
        ),
    )


async def subscribe(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Give me an address that my calendar reads by itself. The one before stops working."""
    if not desk.address:
        return Reply(
            title=_("This installation has no public address, so that a calendar cannot be subscribed to."),
            lines=(Line(_("You can still download the file.")),),
            choices=(_download(), next_steps.my_deadlines()),
        )
    has_one = await desk.calendars.find_issued(person.code) is not None
    if has_one and (surer := await list_surer(visit, person, desk.accounts)):
        return refuse_here(surer)
    token = await desk.calendars.issue(person.code, desk.clock.now())
    await desk.audit.record(
        person.code, "issued_calendar", person.code, desk.clock.now(), {"channel": visit.asked.channel}
    )
    return Reply(
        title=_("The address of your calendar"),
        lines=(
            Line(f"{desk.address}{PATH}{token}.ics"),
            Line(_("In your calendar choose “subscribe” or “add by URL” and paste this address.")),
            Line(
                _(
                    "Whoever has the address can read it: keep it to yourself. It is shown only now; an address given "
                    "before works no more."
                )
            ),
            Line(
                _(
                    "The service that keeps your calendar reads it too. So it says only on which days something is due,"
                    " never what is missing; the details stay in this chat."
                )
            ),
        ),
        choices=(_revoking(), _download(), next_steps.my_deadlines()),
    )


async def revoke(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Let the address of my calendar work no more."""
    if surer := await list_surer(visit, person, desk.accounts):
        return refuse_here(surer)
    if not await desk.calendars.revoke(person.code):
        return Reply(
            title=_("There is no address of your calendar; nothing had to be changed."),
            choices=(*_subscribing(has_one=False, desk=desk), _download()),
        )
    await desk.audit.record(
        person.code, "revoked_calendar", person.code, desk.clock.now(), {"channel": visit.asked.channel}
    )
    return Reply(
        title=_("The address of your calendar works no more."),
        lines=(Line(_("Days that a calendar has read already stay there until you remove them.")),),
        choices=(*_subscribing(has_one=False, desk=desk), _download(), next_steps.my_deadlines()),
    )


def _standing(issued: object, desk: Desk) -> list[Line]:
    if issued is None or not desk.address:
        return []
    return [Line(_("Your calendar can be subscribed to since {day}.").format(day=show_day_of(issued)))]  # type: ignore[arg-type]


def _subscribing(*, has_one: bool, desk: Desk) -> tuple[Choice, ...]:
    if not desk.address:
        return ()
    if has_one:
        return (Choice(_("A new address for my calendar"), "calendar.subscribe"), _revoking())
    return (Choice(_("Let my calendar read it by itself"), "calendar.subscribe"),)


def _revoking() -> Choice:
    return Choice(_("Take the address back"), "calendar.revoke")


def _download() -> Choice:
    return next_steps.my_calendar()
