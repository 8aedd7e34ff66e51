"""What `doctor` says of personal data: clocks that run, and whether what has had its time is forgotten every day."""

from datetime import datetime, timedelta

from bot.commands.checked import Check, remark, wrong
from bot.wiring import Office
from bot.wiring_privacy import PrivacyStanding
from handlers.phrases import _, show_day, show_moment

_CLEANED_WITHIN = 2  # days; the clean-up runs twice a day
_YOUNG = timedelta(hours=49)  # what is done every day is missed a day and an hour later


async def check_personal_data(office: Office) -> list[Check]:
    """Whether no clock of personal data is overdue, and how the clean-up stands; a rehearsal cleans nothing up."""
    now = await office.privacy.standing()
    if office.clock.is_fixed:
        return [_about_clocks(now, is_late=False)]
    since = (office.clock.today() - now.cleaned_on).days if now.cleaned_on is not None else 0
    is_late = since > _CLEANED_WITHIN and now.held_back_at is None
    return [_about_clocks(now, is_late=is_late), *_about_clean_up(now, office.clock.now())]


def is_young(begun_at: datetime | None, now: datetime) -> bool:
    """Whether a house is so new that what is done every day need not have been done."""
    return begun_at is None or abs(now - begun_at) < _YOUNG


def _about_clocks(now: PrivacyStanding, *, is_late: bool) -> Check:
    cleaned = show_day(now.cleaned_on) if now.cleaned_on is not None else _("never")
    found = _("{n} requests open, {late} overdue; {breaches} breaches open; last clean-up: {day}").format(
        n=now.running, late=now.overdue, breaches=now.breaches, day=cleaned
    )
    mend = _("See: nhacchuan privacy clocks, nhacchuan breach list; clean up now: nhacchuan privacy tidy")
    return Check("personal_data", is_well=not (now.overdue or now.breaches or is_late), found=found, mend=mend)


def _about_clean_up(now: PrivacyStanding, at: datetime) -> list[Check]:
    checks = []
    look = _("Look whether this machine and the database have the right date and time (timedatectl).")
    if now.held_back_at is not None:
        found = _(
            "nothing is forgotten since {moment}: either the clock is days ahead, or the house was closed for days"
        ).format(moment=show_moment(now.held_back_at))
        mend = _("{look} If they have, nothing is to be done: the clean-up begins by itself a day later.")
        checks.append(wrong("personal_data", "held_back", found, mend.format(look=look)))
    if now.ahead_on is not None:
        found = _("a clean-up carries the day {day}, which has not come: the clock was ahead, and it does not count")
        mend = _("{look} The next clean-up puts this right; see whether questions of people are missing.")
        checks.append(
            wrong("personal_data", "clock_ahead", found.format(day=show_day(now.ahead_on)), mend.format(look=look))
        )
    elif now.cleaned_on is None and now.held_back_at is None and not is_young(now.begun_at, at):
        found = _("what has had its time was never forgotten here")
        mend = _("Keep nhacchuan run, serve or work open: each cleans up by itself. Now: nhacchuan privacy tidy")
        checks.append(remark("personal_data", "never_cleaned", found, mend))
    return checks
