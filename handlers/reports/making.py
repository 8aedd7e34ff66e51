"""One report made: within the asker's scope, as of the day asked for, recorded, as a workbook or a paper."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.phrases import _, show_number
from handlers.ports import Audit, Clock, Deliveries, Profiles, Sheets
from handlers.reply import File, Paper
from handlers.reports.asked import FileForm, Grouping, ReportAsked, ReportKind, ReportRefusedError, ensure_filled
from handlers.reports.missing import list_missing
from handlers.reports.papers import Issuing, write_paper
from handlers.reports.reminded import MOST_DELIVERIES, tell_reminders
from handlers.reports.report import Report
from handlers.reports.rounds import find_round, tell_round
from handlers.reports.scope import Scope, choose_scope
from handlers.reports.service_left import list_service_left
from handlers.reports.sheets import write_sheets
from handlers.reports.yearly import tell_year
from handlers.rights import may_see, units_headed, units_in_scope
from knowledge.facts import Person, PersonCode, UnitCode
from knowledge.local_time import VIETNAM
from knowledge.rulebook import RuleBook, RulesOn

_FURTHEST = timedelta(days=100 * 366)  # from today: beyond it nobody asks, and days soon end


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to make a report."""

    profiles: Profiles
    deliveries: Deliveries
    sheets: Sheets
    audit: Audit
    clock: Clock


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks (None: the operator), by which door, and how many people one report may hold at most there."""

    person: Person | None
    via: str
    most_people: int | None = None


async def make_report(asked: ReportAsked, form: FileForm, asking: Asking, book: RuleBook, desk: Desk) -> File | Paper:
    """The report as a file, or as a paper that the door writes. Every one made is in the audit chain.

    Raises ReportRefusedError with a sentence for whoever asks.
    """
    ensure_filled(asked)
    today = book.on(desk.clock.today())
    report, subject = await _begin(asked, asking, today, desk)
    made: File | Paper
    if form is FileForm.XLSX:
        made, rows = await write_sheets(report, desk.sheets, asked.by)
    else:
        issuing = Issuing(_issuer(asked, asking.person, today), asking.person, desk.clock.now())
        made, rows = await write_paper(report, issuing, today, asked.by or Grouping.UNIT)
    details = {
        "report": asked.kind.value,
        "form": form.value,
        "via": asking.via,
        "on": report.as_of.isoformat(),
        "rows": rows,
        "managed_by": asked.managed_by.value if asked.managed_by is not None else None,
        "criterion": asked.criterion,
        "round": asked.round,
        "by": asked.by.value if asked.by is not None else None,
    }
    actor = asking.person.code if asking.person is not None else asking.via
    await desk.audit.record(
        actor, "exported_report", subject, desk.clock.now(), {key: one for key, one in details.items() if one}
    )
    return made


async def _begin(asked: ReportAsked, asking: Asking, today: RulesOn, desk: Desk) -> tuple[Report, str]:
    """The report that has not been read yet, and whom it is about, for the audit chain."""
    if asked.kind is ReportKind.REMINDERS:
        official = await _find_official(asked.person, asking.person, today, desk)
        deliveries = await desk.deliveries.list_of(official.code, MOST_DELIVERIES)
        return tell_reminders(official, deliveries, today), official.code
    if asked.on is not None and abs(asked.on - today.day) > _FURTHEST:
        raise ReportRefusedError(_("Please give the day as a date, for example 31/12/2026."))
    rules = today.book.on(asked.on or today.day)
    scope = choose_scope(asked, asking.person, today)
    people = _at_most(desk.profiles.stream_people(scope.units), asking.most_people)
    return await _of_people(asked, people, scope, rules, desk), scope.codes


async def _of_people(
    asked: ReportAsked, people: AsyncIterator[Person], scope: Scope, rules: RulesOn, desk: Desk
) -> Report:
    match asked.kind:
        case ReportKind.SERVICE_LEFT:
            return list_service_left(people, scope, rules)
        case ReportKind.ROUND:
            return tell_round(people, find_round(asked.round, rules), scope, rules)
        case ReportKind.YEARLY:
            since = datetime(rules.day.year, 1, 1, tzinfo=VIETNAM)
            until = datetime.combine(rules.day, datetime.min.time(), VIETNAM) + timedelta(days=1)
            return tell_year(people, scope, rules, await desk.deliveries.count_reminders(scope.units, since, until))
        case _:
            return list_missing(people, scope, rules)


async def _find_official(code: PersonCode | None, asker: Person | None, today: RulesOn, desk: Desk) -> Person:
    """Whoever has this code, where the asker may see their record; the same refusal whether or not there is one."""
    found = await desk.profiles.find_person(code) if code is not None else None
    scope = units_in_scope(asker, today) if asker is not None else frozenset()
    if found is None or (asker is not None and (not scope or not may_see(asker, found, scope))):
        raise ReportRefusedError(
            _("Nobody with the code {code} is among the people whose records you may see.").format(code=code)
        )
    return found


async def _at_most(people: AsyncIterator[Person], most: int | None) -> AsyncIterator[Person]:
    read = 0
    async for person in people:
        read += 1
        if most is not None and read > most:
            text = _("This report would be about more than {n} people; please name a unit, or ask an operator for it.")
            raise ReportRefusedError(text.format(n=show_number(most)))
        yield person


def _issuer(asked: ReportAsked, asker: Person | None, today: RulesOn) -> UnitCode | None:
    """The unit in whose name the paper is made: the asker's own, or the one that they head."""
    if asker is None:
        return asked.unit
    headed = today.heads_units(asker.code) if units_headed(asker, today) else ()
    return headed[0] if headed else asker.unit
