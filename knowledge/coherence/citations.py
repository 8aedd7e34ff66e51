"""Citations inside the library: every document named anywhere is there, with the point named."""

from collections.abc import Iterator

from knowledge.coherence.records import DOCUMENTS, Records
from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.library import Contact, Equivalence, EscalationStep, Guidance, NormativeConversion, RetirementSchedule

_Citing = NormativeConversion | Equivalence | Guidance | RetirementSchedule | Contact | EscalationStep
_Reference = tuple[str, DocumentId | None, str | None]


def _references_of(document: Document, at: str) -> Iterator[_Reference]:
    yield f"{at}, replaced_by", document.replaced_by, None
    for mention in document.mentions:
        yield f"{at}, mentions", mention, None
    for point in document.points:
        for cited in point.cites:
            yield f"{at}, points[{point.id}].cites", cited, None
        if point.duty is not None:
            yield f"{at}, points[{point.id}].duty.standards_document", point.duty.standards_document, None


def _references(records: Records) -> Iterator[_Reference]:
    for document in records.documents:
        yield from _references_of(document, records.place(document))
    for territory in records.territories:
        yield f"territories.yaml: {territory.code}, basis", territory.basis, None
    for office in records.offices:
        yield f"offices.yaml: {office.id}, basis", office.basis, office.basis_point
    for place, decider in enumerate(records.deciders):
        yield f"deciders.yaml: [{place}].document", decider.document, None
        yield f"deciders.yaml: [{place}].named_in", decider.named_in, decider.named_in_point
    tables: dict[str, tuple[_Citing, ...]] = {
        "conversions.yaml": records.conversions,
        "equivalences.yaml": records.equivalences,
        "guidance.yaml": records.guidance,
        "retirement.yaml": records.retirement,
        "contacts.yaml": records.contacts,
        "escalation.yaml": records.escalation,
    }
    for file, rows in tables.items():
        for place, row in enumerate(rows):
            yield f"{file}: [{place}].document", row.document, row.point
    yield from (
        (f"escalation.yaml: [{place}].note_about", step.note_about, step.note_about_point)
        for place, step in enumerate(records.escalation)
    )
    if records.accountability is not None:
        yield "policy.yaml: accountability", records.accountability.document, records.accountability.point
    if records.policy is not None:
        for place, law in enumerate(records.policy.privacy_laws):
            yield f"policy.yaml: privacy_laws[{place}]", law, None


def list_unresolved_citations(records: Records) -> Iterator[str]:
    """Tell citations of documents that the library does not have, and of points that they do not list."""
    known = {document.id: document for document in records.documents}
    names = records.names(DOCUMENTS, known)
    for where, cited, point in _references(records):
        if cited is None:
            if point is not None:
                yield f"{where}: names point {point} of no document; name the document too"
        elif cited not in known:
            if names is not None and cited not in names:
                yield f"{where}: the library has no document {cited}; add it or correct the number"
        elif point is not None and known[cited].points and known[cited].point(point) is None:
            yield f"{where}: {cited} has no point {point} among those listed"
