"""What a draft proposes for the library's record, and what keeps it from being accepted as it was read."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.documents import Confidence, DeadlineKind, Document, Point, PointDeadline
from knowledge.facts import DocumentId, TerritoryCode
from knowledge.folding import fold_words
from knowledge.library import Library, Territory
from knowledge.reading.accepted import AcceptedDocument
from knowledge.reading.draft import Doubt, Draft, DraftPoint, Found
from knowledge.reading.words import load_words

_SUMMARY = 300  # letters; a summary says what a point is about, the text says it all
_STOP = re.compile(r"[.;:](?=\s|$)")
_LEADING_MARK = re.compile(r"^(?:[\d.]+\s?[-.)/]+\s*|[-–+•]\s*|\(?\w{1,3}\)\s*|[IVXL]+\s?[-./]\s*)")
# Doubts with which a required value is not accepted unseen.
_OPEN = frozenset({Doubt.NOT_FOUND, Doubt.INCOMPLETE, Doubt.IMPOSSIBLE, Doubt.NO_PLACE, Doubt.PROPOSED})
REQUIRED = ("id", "kind", "issuer", "dated", "territories")


@dataclass(frozen=True, slots=True)
class ProposedPoint:
    """A point for the record, with its place in the text and its doubts."""

    point: Point
    place: tuple[int, int]
    doubt: Doubt | None
    deadline_doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record proposed for a text. `known` is the library's own record of this document, if it has one."""

    text: str
    source: str
    id: Found[str]
    kind: Found[str]
    issuer: Found[str]
    title: Found[str]
    territories: Found[tuple[TerritoryCode, ...]]
    is_national: bool
    dated: Found[date]
    in_force_from: Found[date]
    signer: Found[str]
    aliases: tuple[str, ...]
    addressees: tuple[str, ...]
    mentions: tuple[DocumentId, ...]
    points: tuple[ProposedPoint, ...]
    known: Document | None = None

    def list_open(self) -> tuple[tuple[str, Doubt], ...]:
        """The required values that are missing or too doubtful to be accepted unseen, with the doubt."""
        values: dict[str, Found[object]] = {name: getattr(self, name) for name in REQUIRED}
        if self.known is not None:  # the library may know a document without its day
            del values["dated"]
        return tuple(
            (name, one.doubt or Doubt.NOT_FOUND)
            for name, one in values.items()
            if one.value is None or one.doubt in _OPEN
        )


def propose(
    draft: Draft,
    library: Library,
    home: TerritoryCode,
    *,
    source: str,
    number: str | None = None,
    territories: Sequence[TerritoryCode] = (),
    is_national: bool = False,
) -> Proposal:
    """Make a draft into a proposal for the record. What the person gave outranks what was read.

    A document that the library knows keeps its id, and what its record says of where it binds.
    """
    named = number or draft.number.value
    known = library.find_document(named) if named else None
    id_found = Found(known.id if known else number) if number or known else draft.number
    if known is not None and not number:
        id_found = Found(str(known.id), draft.number.start, draft.number.end, draft.number.doubt)
    binds = _territories(draft, library, home, known, territories, is_national=is_national)
    numbers = [one.number for one in draft.cites]
    return Proposal(
        text=draft.text,
        source=source,
        id=id_found,
        kind=_known_or_read(known.kind if known else None, draft.kind),
        issuer=_known_or_read(known.issuer if known else None, draft.issuer),
        title=_title(draft, known),
        territories=binds[0],
        is_national=binds[1],
        dated=_date(draft.dated, known),
        in_force_from=draft.in_force_from,
        signer=_signer(draft),
        aliases=_aliases(named, draft.kind.value, library) if known is None else (),
        addressees=tuple(one.value for one in draft.addressees if one.value),
        mentions=tuple(dict.fromkeys(_resolved(numbers, library))),
        points=tuple(_point(draft, one, library) for one in draft.points),
        known=known,
    )


def accepted(proposal: Proposal) -> AcceptedDocument:
    """The proposal as it stands. Raises ValueError where a required value is open: ask `list_open` first."""
    if proposal.list_open():
        raise ValueError("a required value is missing or doubtful")
    document = Document(
        id=DocumentId(proposal.id.value or ""),
        kind=proposal.kind.value or "",
        issuer=proposal.issuer.value or "",
        title=proposal.title.value or "",
        about=proposal.title.value or "",
        territories=frozenset(proposal.territories.value or ()),
        is_national=proposal.is_national,
        confidence=Confidence.ADDED,
        source=proposal.source,
        signer=proposal.signer.value,
        dated=proposal.dated.value,
        in_force_from=proposal.in_force_from.value,
        text_held=True,
        aliases=proposal.aliases,
        addressees=proposal.addressees,
        points=tuple(one.point for one in proposal.points),
        mentions=proposal.mentions,
    )
    return AcceptedDocument(document, proposal.text, {one.point.id: one.place for one in proposal.points})


def fingerprint(text: str) -> str:
    """A short mark of a text, by which a draft knows the text that it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _known_or_read(known: str | None, read: Found[str]) -> Found[str]:
    if known and (read.value is None or read.doubt is not None):
        return Found(known, read.start, read.end, Doubt.FROM_LIBRARY)
    return read


def _date(read: Found[date], known: Document | None) -> Found[date]:
    if read.value is not None or known is None:
        return read
    # The library may know the document without knowing its day; then the text is not asked for more.
    return Found(known.dated or known.in_force_from, doubt=Doubt.FROM_LIBRARY)


def _title(draft: Draft, known: Document | None) -> Found[str]:
    subject = draft.subject
    if subject.value is None:
        return _known_or_read(known.title if known else None, subject)
    lead = load_words()["subject_words"][1] if subject.value[:1].islower() else ""
    title = f"{lead} {subject.value}".strip()
    return Found(title[:1].upper() + title[1:], subject.start, subject.end, subject.doubt)


def _signer(draft: Draft) -> Found[str]:
    name = draft.signer
    if name.value is None:
        return name
    said = ", ".join(one for one in (name.value, draft.signer_title.value) if one)
    if draft.signs_for.value:
        said += f" ({load_words().signing_for[0][1]} {draft.signs_for.value})"
    return Found(said, name.start, name.end, name.doubt)


def _aliases(number: str | None, kind: str | None, library: Library) -> tuple[str, ...]:
    """Its kind with its number and no symbol, as people say it, where they do not name another document."""
    digits = re.match(r"\d+", number or "")
    if digits is None or not kind:
        return ()
    initials = "".join(word[0] for word in kind.split()).lower()
    said = [f"{kind.lower()} {digits[0]}", f"{kind.lower()} số {digits[0]}", f"{initials} {digits[0]}"]
    return tuple(one for one in said if library.find_document(one) is None)


def _resolved(numbers: Iterable[str], library: Library) -> Iterator[DocumentId]:
    for number in numbers:
        known = library.find_document(number)
        yield known.id if known is not None else DocumentId(number)


def _point(draft: Draft, read: DraftPoint, library: Library) -> ProposedPoint:
    point = Point(
        id=read.id,
        label=read.label,
        summary=summarise(draft.text[read.start : read.own_end]) or read.label,
        parent=read.parent,
        who=read.who,
        deadline=read.deadline or PointDeadline(DeadlineKind.NONE),
        cites=tuple(dict.fromkeys(_resolved(read.cites, library))),
    )
    return ProposedPoint(point, (read.start, read.end), read.doubt, read.deadline_doubt)


def summarise(words: str) -> str:
    """The first sentences of a point without its mark, up to a length that can be read at a glance."""
    flowing = _LEADING_MARK.sub("", " ".join(words.split()), count=1)
    if len(flowing) <= _SUMMARY:
        return flowing
    ends = [found.end() for found in _STOP.finditer(flowing, 0, _SUMMARY)]
    cut = ends[-1] if ends and ends[-1] > _SUMMARY // 3 else flowing.rfind(" ", 0, _SUMMARY)
    return flowing[: cut if cut > 0 else _SUMMARY].rstrip() + " …"


def _territories(
    draft: Draft,
    library: Library,
    home: TerritoryCode,
    known: Document | None,
    given: Sequence[TerritoryCode],
    *,
    is_national: bool,
) -> tuple[Found[tuple[TerritoryCode, ...]], bool]:
    """Where it binds: as given, as the library knows, else as the office that issued it suggests."""
    if is_national:
        return Found(()), True
    if given:
        return Found(tuple(given)), False
    if known is not None and (known.territories or known.is_national):
        return Found(tuple(sorted(known.territories)), doubt=Doubt.FROM_LIBRARY), known.is_national
    issuer = f" {fold_words(draft.issuer.value or '')} "
    own = library.territories[home]
    of_province = [one.code for one in library.territories.values() if _is_of(one, issuer, draft.dated.value)]
    if of_province:
        is_own = all(library.territories[code].province == own.province for code in of_province)
        return Found(tuple(sorted(of_province)), doubt=None if is_own else Doubt.PROPOSED), False
    mine = tuple(sorted(one.code for one in library.territories.values() if one.province == own.province))
    return Found(mine, doubt=Doubt.PROPOSED), False


def _is_of(territory: Territory, issuer: str, on: date | None) -> bool:
    """Whether an office bears the name of the province that a territory belonged to on a day; communes do not count."""
    is_merged = on is None or territory.merged_on is None or on >= territory.merged_on
    province = territory.province if is_merged else territory.province_before or territory.province
    name = fold_words(province).removeprefix("tinh ").removeprefix("thanh pho ")
    lower = rf"\b{load_words().one_of('lower_places')}\b"
    return f" {name} " in issuer and not re.search(lower, issuer)
