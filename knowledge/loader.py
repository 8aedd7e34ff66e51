"""Reads the law library from its YAML files, strictly: every mistake is found and named before anything is used.

What the records mean stands in their own modules; whether they agree with each other in `knowledge.coherence`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from knowledge.coherence.contradictions import list_contradictions
from knowledge.coherence.records import DOCUMENTS, Accountability, Records
from knowledge.credentials import Criterion, Kind
from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.library import (
    CalendarOverride,
    Contact,
    Decider,
    Equivalence,
    EscalationStep,
    Guidance,
    Library,
    NormativeConversion,
    Office,
    Policy,
    RetirementSchedule,
    Territory,
)
from knowledge.privacy import PrivacyRules, find_faults, resolved

PACKAGED = Path(__file__).parent / "law"
_STRICT = ConfigDict(extra="forbid", strict=True)
_SHAPES: dict[object, TypeAdapter[Any]] = {}

T = TypeVar("T")


class LibraryError(ValueError):
    """The library's files are wrong. `errors` has one sentence for each mistake: file, key, what is expected."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


def load_library(directory: Path | None = None) -> Library:
    """Load the library of a folder laid out as the packaged one, which is the default. Raises LibraryError.

    Reads everything anew each time; the caller keeps the result.
    """
    reading = _Reading(directory or PACKAGED)
    records = _read(reading)
    privacy = _read_privacy(reading, records)
    errors = [*reading.errors, *list_contradictions(records)]
    if errors or records.policy is None or records.accountability is None:
        raise LibraryError(errors)
    return Library(
        documents={one.id: one for one in records.documents},
        criteria={one.code: one for one in records.criteria},
        kinds={one.code: one for one in records.kinds},
        territories={one.code: one for one in records.territories},
        offices={one.id: one for one in records.offices},
        conversions=records.conversions,
        deciders=records.deciders,
        equivalences=records.equivalences,
        guidance=records.guidance,
        retirement=records.retirement,
        contacts=records.contacts,
        escalation=records.escalation,
        calendar=records.calendar,
        policy=records.policy,
        accountability=(records.accountability.document, records.accountability.point),
        privacy=privacy,
    )


@dataclass(slots=True)
class _Reading:
    """One pass over the folder: what was refused so far, and why."""

    directory: Path
    errors: list[str] = field(default_factory=list)
    unreadable: dict[str, set[str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def table(self, file: str, record: type[T], name_of: str | None = None, shelf: str | None = None) -> tuple[T, ...]:
        """Read the sound records of a file. `name_of` is the key that names one, `shelf` what they are kept under."""
        content = self.content(file)
        if not isinstance(content, list):
            if file not in self.closed:
                self.errors.append(f"{file}: a list of records is expected, found {_found(content)}")
            self.closed.add(shelf or file)
            return ()
        shape = _shape_of(record)
        sound: list[T] = []
        for place, one in enumerate(content):
            name = one.get(name_of) if isinstance(one, dict) and name_of else None
            try:
                sound += shape.validate_json(_as_json([one]))
            except ValidationError as refused:
                self.errors.extend(_sentences(refused, f"{file}: {name or f'[{place}]'}", one))
                if isinstance(name, str):
                    self.unreadable.setdefault(shelf or file, set()).add(name)
        return tuple(sound)

    def content(self, file: str) -> Any:
        """Read what a file holds; None, with the reason noted, where it cannot be read."""
        try:
            return yaml.load((self.directory / file).read_text(encoding="utf-8"), Loader=_OneKeyOnce)  # noqa: S506 - a safe loader
        except FileNotFoundError:
            self.errors.append(f"{file}: the file is missing; a library has it even if its list is empty")
        except UnicodeDecodeError:
            self.errors.append(f"{file}: the file is expected in UTF-8")
        except yaml.MarkedYAMLError as broken:
            mark = broken.problem_mark
            line = f", line {mark.line + 1}" if mark else ""
            self.errors.append(f"{file}{line}: not readable as YAML, {broken.problem}")
        except yaml.YAMLError as broken:
            self.errors.append(f"{file}: not readable as YAML, {broken}")
        self.closed.add(file)
        return None


def _read(reading: _Reading) -> Records:
    files: dict[DocumentId, str] = {}
    documents: list[Document] = []
    for path in sorted((reading.directory / DOCUMENTS).glob("*.yaml")):
        for document in reading.table(f"{DOCUMENTS}{path.name}", Document, "id", DOCUMENTS):
            files.setdefault(document.id, f"{DOCUMENTS}{path.name}")
            documents.append(document)
    policy, accountability = _read_policy(reading)
    return Records(
        files=files,
        documents=tuple(documents),
        criteria=reading.table("criteria.yaml", Criterion, "code"),
        kinds=reading.table("kinds.yaml", Kind, "code"),
        territories=reading.table("territories.yaml", Territory, "code"),
        offices=reading.table("offices.yaml", Office, "id"),
        conversions=reading.table("conversions.yaml", NormativeConversion),
        deciders=reading.table("deciders.yaml", Decider),
        equivalences=reading.table("equivalences.yaml", Equivalence),
        guidance=reading.table("guidance.yaml", Guidance),
        retirement=reading.table("retirement.yaml", RetirementSchedule),
        contacts=reading.table("contacts.yaml", Contact),
        escalation=reading.table("escalation.yaml", EscalationStep),
        calendar=reading.table("calendar.yaml", CalendarOverride),
        policy=policy,
        accountability=accountability,
        unreadable={shelf: frozenset(names) for shelf, names in reading.unreadable.items()},
        closed=frozenset(reading.closed),
    )


def _read_policy(reading: _Reading) -> tuple[Policy | None, Accountability | None]:
    content = reading.content("policy.yaml")
    if not isinstance(content, dict):
        if "policy.yaml" not in reading.closed:
            reading.errors.append(f"policy.yaml: a mapping is expected, found {_found(content)}")
        return None, None
    numbers = {key: value for key, value in content.items() if key != "accountability"}
    policy = _one(reading, Policy, numbers, "policy.yaml: policy")
    return policy, _one(reading, Accountability, content.get("accountability"), "policy.yaml: accountability")


def _read_privacy(reading: _Reading, records: Records) -> PrivacyRules:
    """What is known of personal data; a library without that file knows nothing of it."""
    if not (reading.directory / "privacy.yaml").exists():
        return PrivacyRules()
    content = reading.content("privacy.yaml")
    rules = _one(reading, PrivacyRules, content, "privacy.yaml") if content is not None else None
    if rules is None or records.policy is None:
        return PrivacyRules()
    known = resolved(rules, records.policy)
    reading.errors += [f"privacy.yaml: {fault}" for fault in find_faults(known, records.files)]
    return known


def _one(reading: _Reading, record: type[T], content: object, where: str) -> T | None:
    try:
        (one,) = _shape_of(record).validate_json(_as_json([content]))
    except ValidationError as refused:
        reading.errors.extend(_sentences(refused, where, content))
        return None
    return one


class _OneKeyOnce(yaml.CSafeLoader):
    """The safe loader, except that a key written twice is an error instead of a silent choice of the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - their signature
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice} is written twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _shape_of(record: type[T]) -> TypeAdapter[list[T]]:
    # Building one costs more than reading a whole file with it, so each is built once.
    if record not in _SHAPES:
        # The configuration of a list reaches the plain dataclasses inside it; alone they would accept none.
        _SHAPES[record] = TypeAdapter(list[record], config=_STRICT)  # type: ignore[valid-type]
    return _SHAPES[record]


def _as_json(content: object) -> bytes:
    # Pydantic is strict about JSON in the way wanted here: a list may become a tuple, but "5" never becomes 5.
    return json.dumps(content, ensure_ascii=False, default=str).encode()


def _sentences(refused: ValidationError, where: str, content: object) -> Iterator[str]:
    for error in refused.errors(include_url=False, include_context=False):
        keys = error["loc"][1:]  # the first one is the place in the list that wraps every record
        path = _key_path(keys, content)
        yield f"{where}{', ' if path else ''}{path}: {_EXPECTED.get(error['type'], error['msg'])}{_given(error)}"


_EXPECTED = {
    "unexpected_keyword_argument": "this key is not known here; correct its name or leave it out",
    "missing": "this key is missing and is expected",
    "missing_argument": "this key is missing and is expected",
    "dataclass_type": "a mapping of keys is expected",
}


def _given(error: ErrorDetails) -> str:
    if error["type"] in {"unexpected_keyword_argument", "missing", "missing_argument"}:
        return ""
    return f", found {_found(error['input'])}"


def _found(content: object) -> str:
    if content is None:
        return "nothing"
    if isinstance(content, dict):
        return "a mapping"
    return "a list" if isinstance(content, list) else f"“{content}”"


def _key_path(keys: tuple[int | str, ...], content: object) -> str:
    """Write the way to a key as people read it: records in lists go by their own id or code where they have one."""
    path = ""
    for key in keys:
        content = _step(content, key)
        if isinstance(key, int):
            named = content.get("id") or content.get("code") if isinstance(content, dict) else None
            path += f"[{named or key}]"
        else:
            path += f"{'.' if path else ''}{key}"
    return path


def _step(content: object, key: int | str) -> object:
    if isinstance(content, dict):
        return content.get(key)
    return content[key] if isinstance(content, list) and isinstance(key, int) and key < len(content) else None
