"""The steps in which a study case is filled in: the criterion, the course, its days, and a last look."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date

from handlers.forms import Asked, Refused, Step, Values
from handlers.inquiries import clean
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.wording import name_criterion
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course
from knowledge.studying import FARTHEST
from knowledge.understanding.study_said import read_period

Filled = Mapping[str, str | None]
FindOfficial = Callable[[Values], Awaitable[Person | None]]
ReadCriteria = Callable[[str], tuple[CriterionCode, ...]]

LONGEST_COURSE = 200
_SHORTEST_COURSE = 3
# "3 tháng" says how long a course takes, not which.
_HOW_LONG = frozenset({"buoi", "ngay", "tuan", "thang", "quy", "nam", "khoang", "trong", "tu", "den", "hoc", "ky"})
SEND = "gui"
_SENDING = frozenset({SEND, "gui di", "gui de nghi", "dong y", "co", "vang", "ok"})
_MOST_ANSWERS = 8


def ask_criterion(find_official: FindOfficial, read_criteria: ReadCriteria, today: RulesOn, lines: list[Line]) -> Step:
    """For which criterion; what the official still lacks is offered first."""

    async def ask(values: Values) -> Asked:
        official = await find_official(values)
        offered = criteria_of(official, today) if official is not None else list(today.library.criteria)
        answers = tuple((name_criterion(today.library, one), str(one)) for one in offered[:_MOST_ANSWERS])
        return Asked(_("For which criterion? Choose one or type it."), tuple(lines), answers)

    async def read(said: str, _values: Values) -> Filled | Refused:
        known = CriterionCode(said)
        if known in today.library.criteria:
            return {"criterion": said}
        found = read_criteria(said)
        if len(found) != 1:
            names = ", ".join(name_criterion(today.library, one).lower() for one in today.library.criteria)
            return Refused(_("Please choose one of these criteria: {criteria}.").format(criteria=names))
        return {"criterion": str(found[0])}

    return Step("criterion", ("criterion",), ask, read)


def ask_course() -> Step:
    """Which course."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("Which course? Please type its name, and who gives it if that is known."))

    async def read(said: str, _values: Values) -> Filled | Refused:
        name = " ".join(clean(said).split())
        if not _SHORTEST_COURSE <= len(name) <= LONGEST_COURSE:
            return Refused(_("Please type the name of the course, in at most {n} letters.").format(n=LONGEST_COURSE))
        if all(word in _HOW_LONG or word.isdigit() for word in fold_words(name).split()):
            return Refused(_("That says when or how long. First, please type the name of the course."))
        return {"course": name}

    return Step("course", ("course",), ask, read)


def ask_days(today: RulesOn) -> Step:
    """From when to when."""

    async def ask(_values: Values) -> Asked:
        return Asked(_("From when to when? For example: “from 01/03/2027 to 30/06/2027”, “month 3”, “quarter II”."))

    async def read(said: str, _values: Values) -> Filled | Refused:
        return read_days(said, today.day)

    return Step("days", ("from", "to"), ask, read)


def read_days(said: str, today: date) -> Filled | Refused:
    """The days of a course that has not ended yet and begins within a few years."""
    period = read_period(said, today)
    if period is None:
        return Refused(
            _("I could not read the days there; please write day/month/year, such as 31/12/2026, or a month.")
        )
    if period.to_on < today:
        text = _("{day} has passed; please name a course that has not ended.")
        return Refused(text.format(day=show_day(period.to_on)))
    if period.from_on > today + FARTHEST:
        return Refused(_("That is years away; please check the year."))
    return {"from": period.from_on.isoformat(), "to": period.to_on.isoformat()}


def ask_sure(preview: Callable[[Values], Awaitable[Asked]], label: Callable[[], str]) -> Step:
    """The whole of it, to be sent or not."""

    async def ask(values: Values) -> Asked:
        shown = await preview(values)
        return Asked(shown.title, shown.lines, ((label(), SEND),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        if fold_words(said) not in _SENDING:
            return Refused(_("Please press one of the buttons: send it, go back or cancel."))
        return {"sure": SEND}

    return Step("sure", ("sure",), ask, read)


def course_of(values: Values) -> Course:
    """The course that was filled in."""
    return Course(values["course"], _day(values.get("from")), _day(values.get("to")))


def criteria_of(official: Person, today: RulesOn) -> list[CriterionCode]:
    """What this official still lacks; every criterion where nothing is known to be lacking."""
    gaps = [one.criterion for one in evaluate(official, today) if one.is_gap and one.criterion is not None]
    return gaps or list(today.library.criteria)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
