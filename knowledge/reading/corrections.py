"""A draft that a person corrected, read back: every mistake is told at once, with its key and what is expected."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from knowledge.documents import Confidence, DeadlineKind, Document, Point, PointDeadline
from knowledge.facts import DocumentId, TerritoryCode
from knowledge.reading.accepted import AcceptedDocument
from knowledge.reading.mistakes import DraftError, Mistake, Problem
from knowledge.reading.proposal import fingerprint
from knowledge.reading.soundness import goes_round, list_unsound

LONGEST = 4_000_000  # letters; a record is shorter than its text
DEEPEST = 12
_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class _Point:
    id: str
    label: str
    summary: str
    parent: str | None = None
    who: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    deadline: PointDeadline = field(default_factory=lambda: PointDeadline(DeadlineKind.NONE))
    consequence: str | None = None
    accountable: str | None = None
    escalates_to: tuple[str, ...] = ()
    cites: tuple[DocumentId, ...] = ()
    topics: tuple[str, ...] = ()
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class _Record:
    id: DocumentId
    kind: str
    issuer: str
    points: tuple[_Point, ...]
    territories: tuple[TerritoryCode, ...] = ()
    is_national: bool = False
    text: str | None = None
    title: str | None = None
    about: str | None = None
    signer: str | None = None
    dated: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    replaced_by: DocumentId | None = None
    aliases: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    mentions: tuple[DocumentId, ...] = ()
    caution: str | None = None


# The configuration of a list reaches the plain dataclasses inside it; alone they would accept none.
_SHAPE = TypeAdapter(list[_Record], config=_STRICT)
_MISTAKES = {
    "unexpected_keyword_argument": Mistake.UNKNOWN_KEY,
    "missing": Mistake.MISSING,
    "missing_argument": Mistake.MISSING,
    "string_type": Mistake.NOT_TEXT,
    "tuple_type": Mistake.NOT_LIST,
    "dataclass_type": Mistake.NOT_MAPPING,
    "dataclass_exact_type": Mistake.NOT_MAPPING,
    "int_type": Mistake.NOT_NUMBER,
    "int_parsing": Mistake.NOT_NUMBER,
    "int_from_float": Mistake.NOT_NUMBER,
    "bool_type": Mistake.NOT_BOOLEAN,
    "enum": Mistake.NOT_ONE_OF,
}


def read_corrected(
    written: str, text: str, source: str, *, is_known: Callable[[str], bool] = lambda _number: False
) -> AcceptedDocument:
    """The record that a person corrected, for this text. Raises DraftError with every mistake.

    `is_known` tells whether the library has a record of this number: then it also knows where the document binds,
    and the draft need not say of which day it is.
    """
    content = _content(written)
    problems: list[Problem] = []
    record = _shaped(content, problems)
    if record is None:
        raise DraftError(problems)
    problems += _unsound(record, text, is_known=is_known(record.id))
    if problems:
        raise DraftError(problems)
    return _accepted(record, text, source)


def _content(written: str) -> dict[str, Any]:
    if len(written) > LONGEST:
        raise DraftError([Problem("", Mistake.TOO_BIG)])
    try:
        _refuse_tricks(written)
        content = yaml.load(written, Loader=_OneKeyOnce)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as broken:
        line = str(broken.problem_mark.line + 1) if broken.problem_mark else ""
        mistake = Mistake.WRITTEN_TWICE if broken.problem == _TWICE else Mistake.NOT_YAML
        raise DraftError([Problem("", mistake, line)]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as broken:
        if isinstance(broken, DraftError):
            raise
        raise DraftError([Problem("", Mistake.NOT_YAML)]) from None
    if not isinstance(content, dict):
        raise DraftError([Problem("", Mistake.NOT_MAPPING, _shown(content))])
    return {str(key): value for key, value in content.items()}


_TWICE = "a key is written twice"


class _OneKeyOnce(yaml.CSafeLoader):
    """The safe loader, except that a key written twice is an error instead of a silent choice of the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - their signature
        keys = [key.value for key, _value in node.value]
        if len({str(key) for key in keys}) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, _TWICE, node.start_mark)
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> object:
        """The day that is written; 31 February as it stands, for it is told later where it stands."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return self.construct_scalar(node)


_OneKeyOnce.add_constructor("tag:yaml.org,2002:timestamp", _OneKeyOnce.construct_day)


def _refuse_tricks(written: str) -> None:
    """References can make a short draft endlessly long, and nesting exhausts whoever reads it; no draft needs them."""
    depth = 0
    for event in yaml.parse(written, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise DraftError([Problem("", Mistake.ALIASES, str(event.start_mark.line + 1 if event.start_mark else ""))])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise DraftError(
                [Problem("", Mistake.NOT_YAML, str(event.start_mark.line + 1 if event.start_mark else ""))]
            )


def _shaped(content: dict[str, Any], problems: list[Problem]) -> _Record | None:
    for name in ("id", "kind", "issuer"):
        if isinstance(content.get(name), str) and not content[name].strip():
            content[name] = None
    for name in ("id", "kind", "issuer"):
        if content.get(name) is None:
            content.pop(name, None)
    try:
        return _SHAPE.validate_json(json.dumps([content], ensure_ascii=False, default=str).encode())[0]
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            kind = error["type"]
            mistake = _MISTAKES.get(kind, Mistake.NOT_DAY if kind.startswith("date") else Mistake.WRONG)
            expected = ", ".join(DeadlineKind) if mistake is Mistake.NOT_ONE_OF else ""
            found = "" if mistake in {Mistake.MISSING, Mistake.UNKNOWN_KEY} else _shown(error["input"])
            problems.append(Problem(_path(error["loc"][1:], content), mistake, found, expected))
        return None


def _unsound(record: _Record, text: str, *, is_known: bool) -> Iterator[Problem]:
    if record.text is not None and record.text != fingerprint(text):
        yield Problem("text", Mistake.OTHER_TEXT)
    if record.dated is None and not is_known:
        yield Problem("dated", Mistake.MISSING)
    if not record.territories and not record.is_national and not is_known:
        yield Problem("territories", Mistake.MISSING)
    if not record.points:
        yield Problem("points", Mistake.MISSING)
    above = {point.id: point.parent for point in record.points}
    seen: set[str] = set()
    for point in record.points:
        at = f"points[{point.id}]"
        if point.id in seen:
            yield Problem(at, Mistake.TWICE, point.id)
        seen.add(point.id)
        yield from (Problem(f"{at}.{name}", Mistake.MISSING) for name in ("id", "label", "summary")
                    if not getattr(point, name).strip())  # fmt: skip
        if point.parent is not None and point.parent not in above:
            yield Problem(f"{at}.parent", Mistake.NO_PARENT, point.parent)
        elif goes_round(point.id, above):
            yield Problem(f"{at}.parent", Mistake.CIRCLE, point.parent or "")
        if point.place is not None and not 0 <= point.place[0] < point.place[1] <= len(text):
            yield Problem(f"{at}.place", Mistake.OUTSIDE, str(list(point.place)), str(len(text)))
        yield from list_unsound(point.deadline, f"{at}.deadline")


def _accepted(record: _Record, text: str, source: str) -> AcceptedDocument:
    title = (record.title or "").strip()
    document = Document(
        id=DocumentId(record.id.strip()),
        kind=record.kind.strip(),
        issuer=record.issuer.strip(),
        title=title,
        about=(record.about or title).strip(),
        territories=frozenset() if record.is_national else frozenset(record.territories),
        is_national=record.is_national,
        confidence=Confidence.ADDED,
        source=source,
        signer=record.signer,
        dated=record.dated,
        in_force_from=record.in_force_from or record.dated,
        in_force_to=record.in_force_to,
        replaced_by=record.replaced_by,
        text_held=True,
        aliases=record.aliases,
        addressees=record.addressees,
        points=tuple(_point(one) for one in record.points),
        mentions=record.mentions,
        caution=record.caution,
    )
    return AcceptedDocument(document, text, {one.id: one.place for one in record.points if one.place is not None})


def _point(given: _Point) -> Point:
    return Point(
        id=given.id,
        label=given.label,
        summary=given.summary,
        parent=given.parent,
        who=given.who,
        binds=given.binds,
        deadline=given.deadline,
        consequence=given.consequence,
        accountable=given.accountable,
        escalates_to=given.escalates_to,
        cites=given.cites,
        topics=given.topics,
    )


def _path(keys: tuple[int | str, ...], content: object) -> str:
    """Write the way to a key as people read it: points go by their own id."""
    path = ""
    for key in keys:
        if isinstance(key, int):
            content = content[key] if isinstance(content, list) and key < len(content) else None
            named = content.get("id") if isinstance(content, dict) else None
            path += f"[{named or key + 1}]"
        else:
            content = content.get(key) if isinstance(content, dict) else None
            path += f"{'.' if path else ''}{key}"
    return path


def _shown(value: object) -> str:
    if isinstance(value, str | int | float | date):
        return str(value)[:80]
    return ""
