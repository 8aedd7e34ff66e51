"""By when must it be done in another province? What its documents say, and that it is not carried over. Pure."""

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.elsewhere import find_elsewhere
from handlers.phrases import _, show_day
from handlers.point_words import describe_deadline_of
from handlers.reply import Line, Outcome, Reply
from handlers.stating import state
from handlers.visit import Visit
from knowledge.deadlines import last_day_of
from knowledge.documents import Document, Point
from knowledge.facts import TerritoryCode


def asks_there(visit: Visit) -> bool:
    """Whether the days of another province are asked about, and not those of the visitor."""
    return find_elsewhere(visit) is not None and not visit.named.speaks_of_self


def tell_deadlines_there(visit: Visit) -> Reply:
    """The dated duties in the documents of the territory asked about, as background: none of them reaches from home."""
    there = find_elsewhere(visit) or visit.own_territory
    territories = visit.rules.library.territories
    where, here = territories[there].name, territories[visit.own_territory].name
    text = _("Days of {there} are not carried over to {here}, nor those of {here} to {there}.")
    points = _dated_points(there, visit)
    lines: list[Line] = [Line(text.format(there=where, here=here))]
    if not points:
        lines.append(Line(_("The library holds no document of {there} that sets such a day.").format(there=where)))
        lines.append(describe_contact(visit))
    for document, point in points:
        said = f"{point.summary} {describe_deadline_of(point, visit)}"
        lines.append(state(said, (visit.rules.library.cite(document.id, point.id),), visit, is_item=True))
    return Reply(
        title=_("Deadlines in {there}, as of {day}").format(there=where, day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.my_deadlines(), next_steps.all_documents(), next_steps.whom_to_ask()),
        outcome=Outcome.ANSWERED if points else Outcome.NO_BASIS,
    )


def _dated_points(there: TerritoryCode, visit: Visit) -> list[tuple[Document, Point]]:
    """Points of documents that bind there and not here, with a day and with what follows for officials after it."""
    return [
        (document, point)
        for document in visit.rules.library.documents.values()
        if document.binds(there) and not document.binds(visit.own_territory) and document.exists_on(visit.on)
        for point in document.points
        if point.consequence is not None and last_day_of(point.deadline, visit.on) is not None
    ]
