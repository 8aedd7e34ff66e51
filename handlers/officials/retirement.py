"""When does somebody born then retire? Answered from the question alone, for whoever asks."""

import calendar
from datetime import date

from handlers import next_steps
from handlers.phrases import _, show_day
from handlers.reply import Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.visit import Visit
from knowledge.facts import Gender
from knowledge.retirement import retirement_day
from knowledge.understanding.meaning import Entities


def names_a_birth(named: Entities) -> bool:
    """Whether the question itself says a day or year of birth."""
    return named.born_on is not None or named.born_year is not None


def tell_retirement_by_birth(visit: Visit) -> Reply:
    """The last day of service by sex and birth; a span where only the year of birth is said."""
    asked = [visit.named.gender] if visit.named.gender is not None else list(Gender)
    lines = [state_by_schedule(_describe(one, visit), visit.rules, visit.territory, is_item=True) for one in asked]
    return Reply(
        title=_("Retirement by the day of birth, as of {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.service_left(), next_steps.my_deadlines(), next_steps.help_me()),
        outcome=Outcome.NO_BASIS if visit.rules.retirement.document is None else Outcome.ANSWERED,
    )


def _describe(gender: Gender, visit: Visit) -> str:
    earliest, latest = _births(visit.named)
    first, last = (retirement_day(born, gender, visit.rules.retirement) for born in (earliest, latest))
    who = _("A man") if gender is Gender.MALE else _("A woman")
    if first == last:
        text = _("{who} born {birth}: by the retirement age the last day of service is {day}.")
        return text.format(who=who, birth=_show_birth(visit.named), day=show_day(first))
    text = _("{who} born {birth}: the last day of service lies between {first} and {last}, by the month of birth.")
    return text.format(who=who, birth=_show_birth(visit.named), first=show_day(first), last=show_day(last))


def _births(named: Entities) -> tuple[date, date]:
    """The first and the last day that the question may mean."""
    if named.born_on is not None:
        return named.born_on, named.born_on
    year = named.born_year or 1
    first, last = named.born_month or 1, named.born_month or 12
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _show_birth(named: Entities) -> str:
    if named.born_on is not None:
        return show_day(named.born_on)
    return f"{named.born_month:02}/{named.born_year}" if named.born_month is not None else f"{named.born_year}"
