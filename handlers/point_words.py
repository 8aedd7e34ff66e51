"""A point of a document in words: its deadline as it stands on the day, who acts, which office took over. Pure."""

from collections.abc import Iterable

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import state
from handlers.visit import Visit
from handlers.wording import count_days, start_sentence
from knowledge.deadlines import Standing, last_day_of, safe_day, standing_of
from knowledge.documents import DeadlineKind, Document, Point
from knowledge.library import Office


def describe_point(document: Document, point: Point, visit: Visit) -> list[Line]:
    """Everything that the library holds of a point, each statement with its citation."""
    cite = (visit.rules.library.cite(document.id, point.id),)
    details: list[str] = []
    if point.who:
        details.append(_("Who acts: {who}.").format(who="; ".join(point.who)))
    if point.binds:
        details.append(_("Whom it concerns: {whom}.").format(whom="; ".join(point.binds)))
    details.append(describe_deadline_of(point, visit))
    if point.consequence:
        details.append(_("Consequence: {consequence}.").format(consequence=point.consequence.rstrip(".")))
    if point.accountable:
        details.append(_("Who answers for it: {accountable}.").format(accountable=point.accountable.rstrip(".")))
    if point.escalates_to:
        details.append(_("It is reported to: {bodies}.").format(bodies=" → ".join(point.escalates_to)))
    lines: list[Line] = [state(point.summary, cite, visit)]
    lines += [state(text, cite, visit, is_item=True) for text in details if text]
    return lines + describe_takeover([point], visit)


def state_point(document: Document, point: Point, visit: Visit) -> Line:
    """What a point says in one item of a list, behind its name."""
    text = f"{start_sentence(point.label)}: {point.summary}"
    return state(text, (visit.rules.library.cite(document.id, point.id),), visit, is_item=True)


def describe_deadline_of(point: Point, visit: Visit) -> str:
    """The deadline of a point as it stands on the day asked about; empty where it has none."""
    deadline = point.deadline
    if deadline.kind is DeadlineKind.NONE:
        return ""
    wording = deadline.wording or deadline.event or ""
    last = last_day_of(deadline, visit.on)
    if last is None:
        return _("Time: {wording}; the document names no day.").format(wording=wording)
    day = show_day(last)
    if deadline.kind is DeadlineKind.YEARLY:
        return _("Time: {wording}; the next last day is {day}.").format(wording=wording, day=day)
    match standing_of(deadline, visit.on):
        case Standing.PASSED:
            return _("Time: {wording}; that day passed {days} ago (as of {today}).").format(
                wording=wording, days=count_days((visit.on - last).days), today=show_day(visit.on)
            )
        case Standing.LAST_DAY:
            return _("Time: {wording}; today is the last day.").format(wording=wording)
        case _:
            text = _("Time: {wording}; the last day is {day}, {days} left.").format(
                wording=wording, day=day, days=count_days((last - visit.on).days)
            )
            safe = safe_day(last, visit.rules.calendar)
            if safe == last:
                return text
            note = _("That last day is not a working day; the safe working day is {day}.").format(day=show_day(safe))
            return f"{text} {note}"


def describe_takeover(points: Iterable[Point], visit: Visit) -> list[Line]:
    """Which offices hold these tasks now, where those that the document names have ended by the day asked about."""
    owners = dict.fromkeys(owner for point in points for owner in point.owners)
    offices = [visit.rules.library.offices[owner] for owner in owners]
    return [
        describe_office_change(office, visit)
        for office in offices
        if office.valid_to is not None and visit.on > office.valid_to
    ]


def describe_office_change(office: Office, visit: Visit) -> Line:
    """What became of an office that has ended."""
    library = visit.rules.library
    heir = library.office_on(office.id, visit.on)
    note = f" {office.note}" if office.note else ""
    if heir is None:
        text = _("{office} no longer exists and no office of the same level took over.").format(office=office.name)
    else:
        text = _("{office} no longer exists; its work is now with {heir}.").format(office=office.name, heir=heir.name)
    if office.basis is None:
        return Line(text + note, is_item=True)
    return state(text + note, (library.cite(office.basis, office.basis_point),), visit, is_item=True)
