"""How the library grows by documents that were read in: what their records may say, and what they take over.

A document that the library knows in full keeps its curated points and gets its text; one that it knows by name takes
over what was read; one that it does not know becomes a full record. Nothing read in makes a duty of a person live.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import ConfigDict, TypeAdapter, ValidationError

from knowledge.documents import Confidence, Document, Point
from knowledge.facts import AddedDocument, DocumentId
from knowledge.folding import fold_number
from knowledge.held_text import HeldText
from knowledge.library import Library
from knowledge.reading.accepted import AcceptedDocument

_RECORD = TypeAdapter(list[Document], config=ConfigDict(extra="forbid", strict=True))
_NUMBER = re.compile(r"(\d{3,}\w?)[/-]")
_ARTICLE = re.compile(r"Điều (\d+\w?)$")
_KEPT_READ = 512  # records; each version of the rules brings the same ones again


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a document cannot be added as it is. `kind` picks the sentence, `value` and `known` fill it."""

    kind: str
    value: str = ""
    known: str = ""


def as_added(library: Library, accepted: AcceptedDocument) -> AddedDocument:
    """What was accepted, in the form that the cabinet keeps; under the library's own number where it knows one."""
    known = library.find_document(accepted.document.id)
    record = json.dumps(_RECORD.dump_python([accepted.document], mode="json")[0], ensure_ascii=False, sort_keys=True)
    spans = tuple((point, start, end) for point, (start, end) in accepted.spans.items())
    return AddedDocument(known.id if known is not None else accepted.document.id, record, accepted.text, spans)


@lru_cache(maxsize=_KEPT_READ)
def find_record(added: AddedDocument) -> Document | None:
    """The record of a kept document, checked; None where it is not of this version's form."""
    try:
        return _RECORD.validate_json(f"[{added.record}]")[0]
    except ValidationError:
        return None


def find_misfits(library: Library, accepted: AcceptedDocument) -> Iterator[Misfit]:
    """Everything that keeps a document from the library; empty where it may be added."""
    document = accepted.document
    if "\0" in accepted.text or not accepted.text.strip():
        yield Misfit("no_text")
    if not document.points:
        yield Misfit("no_points")
    if len({point.id for point in document.points}) < len(document.points):
        yield Misfit("points_twice")
    known = library.find_document(document.id)
    if known is None and not document.territories and not document.is_national:
        yield Misfit("no_territory", known=", ".join(library.territories))
    for territory in sorted(document.territories - library.territories.keys()):
        yield Misfit("unknown_territory", territory, ", ".join(library.territories))
    if known is not None and known.dated is not None and document.dated not in {None, known.dated}:
        yield Misfit("other_date", str(document.dated), str(known.dated))


def grow(library: Library, added: Iterable[AddedDocument]) -> Library:
    """The library with these documents. Records that cannot be read are left out and named in `unreadable`."""
    documents: dict[DocumentId, Document] = {}
    texts: dict[DocumentId, HeldText] = {}
    unreadable: list[DocumentId] = []
    for one in added:
        record = find_record(one)
        if record is None:
            unreadable.append(one.number)
            continue
        grown = _taken_over(library, record)
        documents[grown.id] = grown
        names = _own_names(grown)
        spans = {names.get(point, point): (start, end) for point, start, end in one.spans}
        spans = {point: span for point, span in spans.items() if grown.point(point) is not None}
        texts[grown.id] = HeldText(grown.id, one.text, spans)
    if not documents and not unreadable:
        return library
    whole = replace(
        library,
        documents={**library.documents, **documents},
        # A decider's caution says what is not known without its text.
        deciders=tuple(replace(one, caution=None) if one.document in texts else one for one in library.deciders),
        texts=texts,
        unreadable=tuple(unreadable),
    )
    return _with_cited(whole, documents)


def _taken_over(library: Library, record: Document) -> Document:
    plain = _without_duties(library, record)
    known = library.find_document(record.id)
    if known is None:
        aliases = (*record.aliases, *_bare_number(library, record))
        return replace(plain, text_held=True, confidence=Confidence.ADDED, aliases=aliases)
    if known.text_held:
        return known
    names = _own_names(known)
    listed = {point.id for point in known.points}
    read = [
        replace(point, parent=names.get(point.parent or "", point.parent))
        for point in plain.points
        if names.get(point.id, point.id) not in listed
    ]
    return replace(
        plain,
        id=known.id,
        text_held=True,
        confidence=Confidence.ADDED,
        kind=record.kind or known.kind,
        issuer=record.issuer or known.issuer,
        title=record.title or known.title,
        about=record.about or known.about,
        dated=record.dated or known.dated,
        signer=record.signer or known.signer,
        # Where a document applies and what became of it is decided by the curated record.
        territories=known.territories if known.territories or known.is_national else record.territories,
        is_national=known.is_national,
        in_force_from=known.in_force_from or record.in_force_from,
        in_force_to=known.in_force_to or record.in_force_to,
        replaced_by=known.replaced_by or record.replaced_by,
        aliases=tuple(dict.fromkeys([*known.aliases, *record.aliases])),
        points=(*known.points, *read),
        mentions=tuple(dict.fromkeys([*known.mentions, *record.mentions])),
        sets_no=known.sets_no | record.sets_no,
    )


def _bare_number(library: Library, record: Document) -> tuple[str, ...]:
    """The number without its symbol, long enough to stand for one document and standing for no other."""
    named = _NUMBER.match(record.id)
    return (named[1],) if named and library.find_document(named[1]) is None else ()


def _own_names(document: Document) -> dict[str, str]:
    """Ids of articles as they are read ("D23"), with the id by which the library's record calls them ("Điều 23")."""
    return {f"D{named[1]}": point.id for point in document.points if (named := _ARTICLE.match(point.id))}


def _without_duties(library: Library, record: Document) -> Document:
    """The record without what only a curated one may say: duties of persons, offices of the library."""
    points = tuple(
        replace(point, duty=None, owners=tuple(one for one in point.owners if one in library.offices))
        for point in record.points
    )
    return replace(record, points=points)


def _with_cited(library: Library, grown: Mapping[DocumentId, Document]) -> Library:
    """The library with every document that the added ones name, under its own id; unknown ones are known by name."""
    cited: dict[str, Document] = {}
    changed: dict[DocumentId, Document] = {}
    for document in grown.values():
        names = {
            name: _cited(library, cited, document, name)
            for name in (
                *document.mentions,
                *(name for point in document.points for name in point.cites),
                *([document.replaced_by] if document.replaced_by is not None else []),
            )
        }
        changed[document.id] = replace(
            document,
            mentions=_named(document.mentions, names),
            points=tuple(_point_citing(point, names) for point in document.points),
            replaced_by=names[document.replaced_by] if document.replaced_by is not None else None,
        )
    return replace(library, documents={**library.documents, **changed, **{one.id: one for one in cited.values()}})


def _cited(library: Library, cited: dict[str, Document], document: Document, name: DocumentId) -> DocumentId:
    known = library.find_document(name)
    if known is not None:
        return known.id
    by_name = Document(
        id=name,
        kind="Văn bản",
        issuer="",
        title="",
        about="",
        territories=document.territories,
        is_national=document.is_national,
        confidence=Confidence.CITED_ONLY,
        source=document.id,
    )
    return cited.setdefault(fold_number(name), by_name).id


def _point_citing(point: Point, names: Mapping[DocumentId, DocumentId]) -> Point:
    cites = _named(point.cites, names)
    return point if cites == point.cites else replace(point, cites=cites)


def _named(given: tuple[DocumentId, ...], names: Mapping[DocumentId, DocumentId]) -> tuple[DocumentId, ...]:
    return tuple(dict.fromkeys(names[one] for one in given))
