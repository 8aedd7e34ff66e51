"""Reports: chosen by a form, made as .xlsx or .docx, with the same numbers as on screen on the same day."""

from datetime import date

from aiohttp import web

from bot.on_console.at_desk import field, hand_over
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.people import list_units
from bot.on_console.seats import WITH_PEOPLE
from handlers.phrases import _
from handlers.reports.asked import (
    GROUPED,
    Field,
    FileForm,
    Grouping,
    ReportAsked,
    ReportForm,
    ReportKind,
    ReportRefusedError,
    list_forms,
)
from handlers.wording import name_managed_by
from knowledge.facts import CriterionCode, ManagedBy, PersonCode, RoundCode, UnitCode


async def show(asked: Asked) -> web.Response:
    """Which reports there are, each with its form."""
    return _show(asked)


async def make(asked: Asked) -> web.Response:
    """One report as a file."""
    kind, written_as = field(asked, "kind"), field(asked, "form")
    form = next((one for one in list_forms() if one.kind == kind), None)
    if form is None or written_as not in set(FileForm) or asked.door.reports is None:
        return _show(asked, _("Please choose a report and the kind of file."))
    try:
        wanted = _read(asked, form)
    except ValueError:
        return _show(asked, _("Please give the day as a date, for example 31/12/2026."), form.kind)
    try:
        file = await asked.door.reports.make(wanted, FileForm(written_as), asker=asked.person, via="console")
    except ReportRefusedError as refused:
        return _show(asked, str(refused), form.kind)
    return hand_over(file)


def _read(asked: Asked, form: ReportForm) -> ReportAsked:
    """The report as it is asked for. Raises ValueError for what a page of ours would not send."""
    given = {one: field(asked, one.value, 100) for one in form.fields}
    managed = given.get(Field.MANAGED_BY)
    by = field(asked, "by") if form.kind in GROUPED else ""
    return ReportAsked(
        form.kind,
        on=_read_day(given.get(Field.ON, "")),
        unit=UnitCode(given[Field.UNIT]) if given.get(Field.UNIT) else None,
        managed_by=ManagedBy(managed) if managed else None,
        criterion=CriterionCode(given[Field.CRITERION]) if given.get(Field.CRITERION) else None,
        person=PersonCode(given[Field.PERSON]) if given.get(Field.PERSON) else None,
        round=RoundCode(given[Field.ROUND]) if given.get(Field.ROUND) else None,
        by=Grouping(by) if by else None,
    )


def _read_day(written: str) -> date | None:
    if not written:
        return None
    if "/" in written:
        day, month, year = written.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(written)


def _show(asked: Asked, problem: str | None = None, of: ReportKind | None = None) -> web.Response:
    today = asked.today
    choices = {
        "unit": list_units(asked),
        "criterion": [(one.code, one.name) for one in today.library.criteria.values()],
        "managed_by": [(one.value, name_managed_by(one)) for one in ManagedBy],
        "round": [(one.code, f"{one.code}: {one.name}") for one in today.book.rules.rounds],
    }
    labels = {
        "on": _("On which day (empty: today)"),
        "unit": _("Unit"),
        "managed_by": _("Who manages the post"),
        "criterion": _("Criterion"),
        "person": _("Staff code"),
        "round": _("Review round"),
    }
    groupings = [
        (Grouping.UNIT, labels["unit"]),
        (Grouping.MANAGED_BY, labels["managed_by"]),
        (Grouping.CRITERION, labels["criterion"]),
    ]
    return asked.show(
        "reports.html",
        forms=list_forms(),
        choices=choices,
        labels=labels,
        grouped=GROUPED,
        groupings=groupings,
        problem=problem,
        of=of,
        given=asked.form,
    )


PAGES: tuple[Page, ...] = (
    page("/reports", "reports", WITH_PEOPLE, show),
    deed("/reports", "reports.make", WITH_PEOPLE, make),
)
