"""Questions led by what somebody has heard: exempt at an age, removed before retirement, certificates done away with.

The visitor's own record comes first where they ask of themself; what national instruments say stays background. Pure.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.case_words import describe_not_loaded
from handlers.cases import needs_recognition
from handlers.contacts import describe_contact
from handlers.officials.position import describe_not_asked
from handlers.officials.rounds import describe_rounds_left_out
from handlers.phrases import _, show_day
from handlers.point_words import state_point
from handlers.reply import Background, Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.stating import for_reference, state
from handlers.verdicts import describe_deadlines, describe_finding, describe_unasked
from handlers.visit import Visit, criteria_asked
from handlers.wording import count_days, describe_retirement, name_cited, name_criteria, name_criterion
from knowledge.deadlines import last_day_of
from knowledge.documents import Document, Point
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import CriterionCode, Person
from knowledge.findings import Finding, State
from knowledge.library import Guidance
from knowledge.proof import Doubt
from knowledge.retirement import has_service_left
from knowledge.understanding.leading import Leading, find_leading
from knowledge.understanding.meaning import Intent

ALWAYS = frozenset({Leading.AGE, Leading.SHORT_SERVICE, Leading.DROPPED, Leading.RECOGNISER, Leading.COMMUNE_DEGREE})
UNLESS_KNOWN = frozenset(Leading)  # where the standards of the post asked about are not loaded
OF_ONES_OWN = frozenset({Leading.AGE, Leading.DROPPED})  # asked with one's own standards in mind, said or not
_NAMING_CRITERIA = frozenset({Leading.DROPPED, Leading.RECOGNISER, Leading.KINDERGARTEN})
_UNCLEAR = frozenset({None, Intent.OUT_OF_SCOPE})


def orient(visit: Visit, subjects: Collection[Leading] = ALWAYS) -> Reply | None:
    """What answers such a question; None for every other one, and where the library has nothing on it here."""
    meaning = visit.meaning
    if meaning is None or visit.elsewhere is not None or _names_another_matter(visit):
        return None
    subject = find_leading(visit.text)
    if subject is None or subject not in subjects:
        return None
    rows = _rows_on(subject, visit)
    reply = _on_short_service(rows, visit) if subject is Leading.SHORT_SERVICE else _on_criteria(subject, rows, visit)
    if reply is None or meaning.intent not in _UNCLEAR:
        return reply
    intent = Intent.CONSEQUENCES if subject is Leading.SHORT_SERVICE else Intent.POSITION_REQUIREMENTS
    return replace(reply, intent=intent.value)


def _names_another_matter(visit: Visit) -> bool:
    """Whether a document, a place, another person or a test with its own table is asked about."""
    named, kinds = visit.named, visit.rules.library.kinds
    of_tables = any(not kinds[one.kind].is_direct for one in named.kinds)
    is_elsewhere = any(one != visit.own_territory for one in named.territories)
    return bool(named.documents or is_elsewhere or of_tables) or (
        named.person_words is not None and not named.speaks_of_self
    )


def _rows_on(subject: Leading, visit: Visit) -> list[Guidance]:
    """The rows on the subject that hold on the day and here, of the criteria asked about where any are."""
    asked = set(criteria_asked(visit))
    library = visit.rules.library
    rows = [one for one in library.guidance if subject.value in one.topics and _is_of_the_day(one, visit)]
    rows = [one for one in rows if library.get_document(one.document).binds(visit.territory)]
    if subject in _NAMING_CRITERIA and not asked:
        return []
    return [one for one in rows if not asked or not one.criteria or asked & one.criteria]


def _is_of_the_day(one: Guidance, visit: Visit) -> bool:
    begun = one.valid_from is None or one.valid_from <= visit.on
    ended = one.valid_to is not None and one.valid_to < visit.on
    return begun and not ended and visit.rules.library.get_document(one.document).exists_on(visit.on)


def _describe_rows(rows: Sequence[Guidance], visit: Visit) -> list[Background]:
    library = visit.rules.library
    return [
        for_reference(one.statement, (library.cite(one.document, one.point),), Doubt.GUIDANCE, is_item=True)
        for one in rows
    ]


def _on_criteria(subject: Leading, rows: Sequence[Guidance], visit: Visit) -> Reply | None:
    of_rows = [one for row in rows for one in sorted(row.criteria)]
    of_any = set(of_rows) if subject is not Leading.AGE else set(visit.rules.library.criteria)
    criteria = tuple(dict.fromkeys(one for one in criteria_asked(visit) or of_rows if one in of_any))
    if not criteria:
        return None
    person = visit.person if subject in OF_ONES_OWN or visit.named.speaks_of_self else None
    every = evaluate(person, visit.rules) if person is not None else ()
    own = [one for one in every if one.criterion in criteria]
    lines: list[Line] = []
    if person is not None:
        lines = _describe_own(own, person, visit)
    if subject is Leading.AGE:
        lines += _describe_exemption(own, criteria, visit)
    if subject is Leading.RECOGNISER:
        lines += _describe_recognisers(criteria, visit)
    lines += _describe_rows(rows, visit)
    if own:
        lines += describe_unasked([one for one in every if one not in own], visit.rules)
    lines.append(describe_contact(visit, criteria[0] if criteria else None))
    steps = (next_steps.my_gaps(), next_steps.whom_to_ask(), next_steps.all_documents())
    return Reply(
        title=_title(subject, own, criteria, visit),
        lines=tuple(lines),
        choices=steps if visit.person is not None else (next_steps.link_account(), *steps[1:]),
        outcome=Outcome.ANSWERED if own else Outcome.NO_BASIS,
        findings=tuple(own),
    )


def _title(subject: Leading, own: Sequence[Finding], criteria: Sequence[CriterionCode], visit: Visit) -> str:
    names = "; ".join(name_criterion(visit.rules.library, one).lower() for one in criteria)
    match subject:
        case Leading.AGE if own and all(one.state is State.EXEMPT for one in own):
            text = _("On record you are exempt, as of {day}: {criteria}.")
        case Leading.AGE:
            text = _("No document known to the assistant exempts by age here, as of {day}: {criteria}.")
        case Leading.DROPPED:
            text = _("What was dropped from the standards of ranks is not dropped from those of posts, as of {day}.")
        case Leading.RECOGNISER:
            text = _("Who recognises certificates, as of {day}: {criteria}")
        case Leading.KINDERGARTEN:
            text = _("What is known of the standards of kindergarten teachers, as of {day}: {criteria}")
        case _:
            text = _("What is known of the degree asked of officials of communes, as of {day}")
    return text.format(day=show_day(visit.on), criteria=names)


def _describe_own(own: Sequence[Finding], person: Person, visit: Visit) -> list[Line]:
    """Where the visitor stands, and which of the criteria asked about their position does not require."""
    lines: list[Line] = [describe_finding(one, visit.rules) for one in own]
    lines += describe_deadlines([one for one in own if one.is_gap], visit.rules)
    standards = visit.rules.standards_for(person.position_group, visit.territory)
    return [*lines, *describe_not_asked(person.position_group, standards, visit)]


def _describe_exemption(own: Sequence[Finding], criteria: Sequence[CriterionCode], visit: Visit) -> list[Line]:
    """That no exemption is on record, where none is."""
    exempt = {one.criterion for one in own if one.state is State.EXEMPT}
    left = [one for one in criteria if one not in exempt]
    if visit.person is None or not left:
        return []
    names = "; ".join(name_criterion(visit.rules.library, one).lower() for one in left)
    return [Line(_("No exemption is on record for you: {criteria}.").format(criteria=names))]


def _describe_recognisers(criteria: Sequence[CriterionCode], visit: Visit) -> list[Line]:
    """What settles it here: the table that is loaded, or the instrument whose table is not."""
    library = visit.rules.library
    lines: list[Line] = []
    for code in criteria:
        rows = visit.rules.recognition_rows(code, visit.territory)
        cites = tuple(dict.fromkeys(library.cite_loosely(row.document, None) for row in rows))
        if cites:
            names = ", ".join(name_cited(library, one) for one in cites)
            text = _("{criterion}: here certificates are recognised by {documents}.")
            said = text.format(criterion=name_criterion(library, code), documents=names)
            lines.append(state(said, cites, visit, is_item=True))
        elif needs_recognition(code, visit):
            lines.append(describe_not_loaded(code, visit))
    return lines


def _on_short_service(rows: Sequence[Guidance], visit: Visit) -> Reply | None:
    """What binds a leader however long they still serve, and what speaks only of those who serve longer."""
    person = visit.person
    if person is None or not person.is_leader:
        return None
    library, service = visit.rules.library, service_of(person, visit.rules)
    bound = [
        (document, point)
        for row in rows
        for document in [library.get_document(row.document)]
        if row.point is not None and (point := document.point(row.point)) is not None
    ]
    if not bound or service.retires_on < visit.on:
        return None
    lines: list[Line] = [state_point(document, point, visit) for document, point in bound]
    lines.append(state_by_schedule(describe_retirement(service.retires_on, visit.on), visit.rules, visit.territory))
    for document, _point in bound:
        for point in document.points:
            lines += _describe_years_of(document, point, person, visit)
    gaps = [one for one in evaluate(person, visit.rules) if one.is_gap]
    undated = [one for one in gaps if one.deadline is None and one.criterion is not None]
    if undated:
        names = name_criteria(library, undated)
        text = _("Still to be completed, with no dated deadline now: {criteria}.").format(criteria=names)
        lines.append(state(text, [one.basis[0] for one in undated], visit))
        lines += describe_rounds_left_out(visit, person, undated)
    lines += describe_deadlines(gaps, visit.rules, by_criteria=True)
    lines += _describe_rows(rows, visit)
    lines.append(describe_contact(visit))
    return Reply(
        title=_("Whoever retires soon is not exempt from the standards of their post for that, as of {day}.").format(
            day=show_day(visit.on)
        ),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.service_left()),
        findings=tuple(gaps),
    )


def _describe_years_of(document: Document, point: Point, person: Person, visit: Visit) -> list[Line]:
    """Whether the person serves the years that a dated duty asks for: on its day, and today."""
    duty, last = point.duty, last_day_of(point.deadline, visit.on)
    if duty is None or duty.service_left_years is None or last is None or person.managed_by not in duty.managed_by:
        return []
    cite = visit.rules.library.cite(document.id, point.id)
    retires_on, years = service_of(person, visit.rules).retires_on, duty.service_left_years
    text = _("{document} sets its day, and what follows, only for those with at least {n} years of service left.")
    said = [text.format(document=name_cited(visit.rules.library, cite), n=years)]
    for day in sorted({last, visit.on}):
        text = _("On {day} you have less than {n} years of service left.")
        if has_service_left(retires_on, years, day):
            text = _("On {day} you have at least {n} years of service left.")
        said.append(text.format(day=show_day(day), n=years))
    if last < visit.on:
        text = _("The day {day} passed {days} ago; it is history now.")
        said.append(text.format(day=show_day(last), days=count_days((visit.on - last).days)))
    has_years = {has_service_left(retires_on, years, day) for day in (last, visit.on)}
    if False in has_years or last >= visit.on:  # what is history is concluded to reach nobody anew
        said.append(_conclude(has_years))
    lines: list[Line] = [
        state_by_schedule(" ".join(said), visit.rules, visit.territory, asked_by=(cite,), is_item=True)
    ]
    if point.consequence is not None:
        text = _("Consequence: {consequence}.").format(consequence=point.consequence.rstrip("."))
        lines.append(state(text, (cite,), visit))
    return lines


def _conclude(has_years: Collection[bool]) -> str:
    """What follows from whether the years are left on the day set and today; it is written nowhere."""
    if len(has_years) > 1:
        return _("Whether that part speaks of you depends on which of the two days counts; please ask to be certain.")
    if True in has_years:
        return _("Inferred from this, not written: that part speaks of posts like yours.")
    return _("Inferred from this, not written: that part does not speak of you.")
