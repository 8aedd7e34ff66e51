"""Whom to ask, said in one line, wherever an answer cannot go further. Pure."""

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import is_proven, state
from handlers.visit import Visit
from knowledge.facts import CriterionCode
from knowledge.library import Contact, Office


def find_contact(visit: Visit, criterion: CriterionCode | None = None) -> tuple[Contact, Office] | None:
    """The office to ask in the visitor's territory, the most specific first; None where the library names none."""
    fitting = [
        one
        for one in visit.rules.library.contacts
        if one.territory == visit.territory
        and (not one.managed_by or visit.managed_by in one.managed_by)
        and (not one.criteria or criterion in one.criteria)
    ]
    fitting.sort(key=lambda one: (not one.managed_by, not one.criteria))
    for contact in fitting:
        office = visit.rules.library.office_on(contact.office, visit.today)
        if office is not None:
            return contact, office
    return None


def describe_contact(visit: Visit, criterion: CriterionCode | None = None) -> Line:
    """One line naming whom to ask."""
    found = find_contact(visit, criterion)
    if found is None:
        return Line(_("Please ask the personnel section of your own unit."))
    contact, office = found
    text = _("To be certain, please ask: {office}.").format(office=office.name)
    if contact.document is not None:
        cite = visit.rules.library.cite(contact.document, contact.point)
        if is_proven(cite, visit):
            return state(text, (cite,), visit)
    return Line(text)  # advice of ours; the document that once gave the office this task does not hold on the day
