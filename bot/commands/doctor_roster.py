"""What `doctor` finds in the roster, the rules and the days: why somebody would not be judged, reminded or heard."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.commands.checked import Check, remark, wrong
from bot.push.figures import Figures
from bot.wiring import Office
from bot.wiring_doctor import Wholeness, find_moment, read_wholeness
from handlers.phrases import _, ngettext, show_day, show_number

_MOST_NAMED = 5
_CLOCKS_AGREE_WITHIN = timedelta(seconds=30)
_PLANNED_BY = time(9)  # the plan of a day is made from six, and a worker that starts late makes it at once
_NEXT_YEAR_IS_ASKED_FROM = (12, 1)  # month and day
_GRANT_ENDS_SOON = timedelta(days=14)
Now = Callable[[], datetime]


def now_by_machine() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


async def check_roster(office: Office, figures: Figures, now: Now = now_by_machine) -> list[Check]:
    """Everything that is missing or odd; empty where all is well."""
    whole = await read_wholeness(office)
    checks = [
        *await _about_clock(office, now),
        *_about_next_year(office),
        *_about_pollers(whole),
        *await _about_grant(office),
        *_about_allowances(figures),
    ]
    if whole.people:
        checks += [*_about_staff(office, whole), *_about_units(whole), *_about_rules(whole), *_about_plan(figures)]
    return checks


async def _about_clock(office: Office, now: Now) -> list[Check]:
    before = now()
    there = await find_moment(office)
    apart = abs(there - before)
    if apart < _CLOCKS_AGREE_WITHIN:
        return []
    found = ngettext(
        "the clocks of this machine and of the database are {n} second apart",
        "the clocks of this machine and of the database are {n} seconds apart",
        round(apart.total_seconds()),
    ).format(n=show_number(round(apart.total_seconds())))
    mend = _("Switch on time synchronisation (NTP) on both, for example: timedatectl set-ntp true")
    return [wrong("clock", "differs", found, mend)]


def _about_next_year(office: Office) -> list[Check]:
    today = office.clock.today()
    if (today.month, today.day) < _NEXT_YEAR_IS_ASKED_FROM:
        return []
    first = date(today.year + 1, 1, 1)
    if not office.reference.calendar.is_provisional(first):
        return []
    found = _("holidays of {year} are computed only").format(year=first.year)
    mend = _("As soon as the decision on holidays is published, enter its days: nhacchuan calendar declare")
    return [remark("calendar", "next_year", found, mend)]


def _about_pollers(whole: Wholeness) -> list[Check]:
    if not whole.polled_twice:
        return []
    found = _("two processes fetch the messages of {names} and take them from each other").format(
        names=", ".join(whole.polled_twice)
    )
    mend = _("Stop all but one nhacchuan serve (or run), or set the address of a webhook: then there may be many.")
    return [wrong("doors", "polled_twice", found, mend)]


async def _about_grant(office: Office) -> list[Check]:
    if not office.settings.is_zalo_oa_open:
        return []
    grant = await office.zalo_grants.find()
    if grant is None:
        return []  # what that means is said where the account is asked
    mend = _("An administrator of the account renews it: nhacchuan zalo connect")
    if grant.lost_at is not None:
        return [wrong("zalo_oa", "grant_lost", _("the permission of the Official Account is lost"), mend)]
    ends = grant.pair.refresh_until
    if ends - office.clock.now() > _GRANT_ENDS_SOON:
        return []
    found = _("the permission of the Official Account ends on {day} and is not being renewed").format(
        day=show_day(ends.date())
    )
    return [wrong("zalo_oa", "grant_ends", found, mend)]


def _about_allowances(figures: Figures) -> list[Check]:
    told = []
    for one in figures.allowances:
        if not one.is_low:
            continue
        found = _("{sent} of {most} messages of {identity} are used").format(
            sent=show_number(one.sent), most=show_number(one.most), identity=one.sender
        )
        mend = _("Order a larger package, or let people link another channel; what is left is kept for answers.")
        told.append(remark("push", "allowance_low", found, mend))
    return told


def _about_staff(office: Office, whole: Wholeness) -> list[Check]:
    settings = office.settings
    if not whole.hr:
        found = _("nobody in the roster has the role hr: questions and evidence wait for nobody")
        mend = _("Write hr into the column vai_tro of the sheet can_bo and load it: nhacchuan load")
        return [wrong("roster", "no_hr", found, mend)]
    has_channel = bool(settings.telegram_token or settings.zalo_bot_token or settings.is_zalo_oa_open)
    if has_channel and not whole.hr_linked:
        found = _("no HR person has linked a chat: nobody is told of what waits")
        mend = _("Give each HR person a linking code: nhacchuan code CODE")
        return [remark("roster", "hr_not_linked", found, mend)]
    return []


def _about_units(whole: Wholeness) -> list[Check]:
    checks = []
    load = _("Write thu_truong into the sheet don_vi and load it: nhacchuan load")
    if rest := [one for one in whole.without_head if one not in whole.nobody_above]:
        found = _("no head is set for {codes}").format(codes=_some(rest))
        checks.append(remark("roster", "no_head", found, load))
    if whole.nobody_above:
        found = _("neither {codes} nor any unit above has a head: nothing can be passed up").format(
            codes=_some(whole.nobody_above)
        )
        checks.append(remark("roster", "nobody_above", found, load))
    if whole.ended_with_people:
        found = _("people are still in units that have ended: {codes}").format(codes=_some(whole.ended_with_people))
        mend = _("Write their unit of today into ma_don_vi of the sheet can_bo and load it: nhacchuan load")
        checks.append(remark("roster", "ended_unit", found, mend))
    return checks


def _about_rules(whole: Wholeness) -> list[Check]:
    checks = []
    if whole.groups_without_standards:
        found = _("no standard is in force for: {codes}; nothing is decided for these people").format(
            codes=_some(whole.groups_without_standards)
        )
        mend = _("Enter their rows in the sheet tieu_chuan and load it: nhacchuan load")
        checks.append(remark("rules", "group_without_standards", found, mend))
    if whole.standards_of_nobody:
        found = _("standards for groups in which there is nobody: {codes}").format(
            codes=_some(whole.standards_of_nobody)
        )
        mend = _("Compare nhom_chuc_danh in the sheets tieu_chuan and can_bo: often one of them is misspelt.")
        checks.append(remark("rules", "standards_of_nobody", found, mend))
    if not whole.recognition_rows:
        found = _("no recognition table is loaded: foreign certificates and IT certificates stay undecided")
        mend = _("Enter the table of the province into the sheet cong_nhan and load it: nhacchuan load")
        checks.append(remark("rules", "no_recognition", found, mend))
    if whole.overdue_rounds:
        found = _("review rounds past their deadline are still open: {codes}").format(codes=_some(whole.overdue_rounds))
        mend = _("When a round is over, set trang_thai to dong in the sheet dot_ra_soat and load it: nhacchuan load")
        checks.append(remark("rules", "overdue_rounds", found, mend))
    return checks


def _about_plan(figures: Figures) -> list[Check]:
    is_late = figures.is_working_day and figures.at.timetz().replace(tzinfo=None) >= _PLANNED_BY
    if not is_late or figures.is_today_planned:
        return []
    last = show_day(figures.planned_day) if figures.planned_day is not None else _("never")
    found = _("today has not been planned; the last day planned: {day}").format(day=last)
    mend = _("Nobody is reminded today before a worker runs. Start: nhacchuan work (or nhacchuan run)")
    return [wrong("push", "not_planned", found, mend)]


def _some(codes: Sequence[str]) -> str:
    """The first few, and that there are more."""
    named = ", ".join(codes[:_MOST_NAMED])
    return (
        named
        if len(codes) <= _MOST_NAMED
        else _("{codes} and {n} more").format(codes=named, n=show_number(len(codes) - _MOST_NAMED))
    )
