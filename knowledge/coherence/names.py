"""Names in the library: each stands once, and whatever is named exists."""

from collections import Counter
from collections.abc import Iterable, Iterator

from knowledge.coherence.checks import list_missing, list_unknown_level
from knowledge.coherence.records import DOCUMENTS, Records
from knowledge.facts import DocumentId
from knowledge.folding import fold_number
from knowledge.library import Contact, Decider


def list_wrong_names(records: Records) -> Iterator[str]:
    """Tell names that stand twice, numbers of two documents, and names of things that do not exist."""
    yield from _repeated_names(records)
    yield from _colliding_numbers(records)
    yield from _unknown_places_and_owners(records)
    yield from _unknown_codes(records)


def _repeated_names(records: Records) -> Iterator[str]:
    tables: dict[str, list[str]] = {
        DOCUMENTS: [one.id for one in records.documents],
        "criteria.yaml": [one.code for one in records.criteria],
        "kinds.yaml": [one.code for one in records.kinds],
        "territories.yaml": [one.code for one in records.territories],
        "offices.yaml": [one.id for one in records.offices],
    }
    for file, names in tables.items():
        yield from (f"{file}: {name} stands {times} times and is expected once" for name, times in _repeated(names))
    for document in records.documents:
        for name, times in _repeated(point.id for point in document.points):
            yield f"{records.place(document)}, points[{name}]: stands {times} times and is expected once"
    for criterion in records.criteria:
        for name, times in _repeated(level.code for level in criterion.levels):
            yield f"criteria.yaml: {criterion.code}, levels[{name}]: stands {times} times and is expected once"
    for (day, switch), times in Counter((one.day, one.switch) for one in records.calendar).items():
        if times > 1:
            yield f"calendar.yaml: {day} (switch {switch}) stands {times} times and is expected once"


def _repeated(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    return ((name, times) for name, times in Counter(names).items() if times > 1)


def _colliding_numbers(records: Records) -> Iterator[str]:
    owners: dict[str, DocumentId] = {}
    for document in records.documents:
        for name in dict.fromkeys((document.id, *document.aliases)):
            folded = fold_number(name)
            if not folded:
                yield f"{records.place(document)}, aliases: “{name}” has no letter or digit to find it by"
            elif owners.setdefault(folded, document.id) != document.id:
                yield f"{records.place(document)}, aliases: “{name}” already names {owners[folded]}; choose another"


def _unknown_places_and_owners(records: Records) -> Iterator[str]:
    territories = records.names("territories.yaml", (one.code for one in records.territories))
    offices = records.names("offices.yaml", (one.id for one in records.offices))
    for document in records.documents:
        at = records.place(document)
        yield from list_missing(document.territories, territories, f"{at}, territories", "territory")
        for point in document.points:
            yield from list_missing(point.owners, offices, f"{at}, points[{point.id}].owners", "office")
    for place, decider in enumerate(records.deciders):
        yield from list_missing([decider.territory], territories, f"deciders.yaml: [{place}].territory", "territory")
    for place, contact in enumerate(records.contacts):
        yield from list_missing([contact.territory], territories, f"contacts.yaml: [{place}].territory", "territory")
        yield from list_missing([contact.office], offices, f"contacts.yaml: [{place}].office", "office")
    for place, step in enumerate(records.escalation):
        yield from list_missing([step.territory], territories, f"escalation.yaml: [{place}].territory", "territory")
        yield from list_missing(step.offices, offices, f"escalation.yaml: [{place}].offices", "office")


def _unknown_codes(records: Records) -> Iterator[str]:
    criteria = {one.code: one for one in records.criteria}
    known_criteria = records.names("criteria.yaml", criteria)
    known_kinds = records.names("kinds.yaml", (one.code for one in records.kinds))
    for place, rule in enumerate(records.conversions):
        at = f"conversions.yaml: [{place}]"
        yield from list_missing([rule.kind], known_kinds, f"{at}.kind", "kind")
        yield from list_missing([rule.criterion], known_criteria, f"{at}.criterion", "criterion")
        yield from list_unknown_level(criteria.get(rule.criterion), rule.counts_as, f"{at}.counts_as")
    for place, row in enumerate(records.equivalences):
        yield from list_missing([row.kind], known_kinds, f"equivalences.yaml: [{place}].kind", "kind")
    for place, words in enumerate(records.guidance):
        at = f"guidance.yaml: [{place}]"
        yield from list_missing(words.kinds, known_kinds, f"{at}.kinds", "kind")
        yield from list_missing(words.criteria, known_criteria, f"{at}.criteria", "criterion")
    concerned: dict[str, tuple[Decider | Contact, ...]] = {
        "deciders.yaml": records.deciders,
        "contacts.yaml": records.contacts,
    }
    for file, rows in concerned.items():
        for place, one in enumerate(rows):
            yield from list_missing(one.criteria, known_criteria, f"{file}: [{place}].criteria", "criterion")
