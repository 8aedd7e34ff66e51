"""What documents say, as read by hand, and how much of it a draft has right. Used by tests and by the benchmark.

Truth of the five documents that this product began from is kept as places and values, never as their words; the
documents themselves are found through NHACCHUAN_DOCUMENTS, or beside the repository.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.folding import fold_number, fold_words
from knowledge.reading.cleaning import clean
from knowledge.reading.draft import Draft, Found

HERE = Path(__file__).parent
TRUTH = HERE / "reading_truth"
SAMPLES = HERE / "reading_samples"
WHERE = "NHACCHUAN_DOCUMENTS"
FIELDS = ("number", "symbol", "dated", "issuer", "subject", "signer", "signer_title")


@dataclass(frozen=True, slots=True)
class TrueTime:
    """A day or period that stands in a text."""

    start: int
    end: int
    kind: str
    value: str | None
    bound: str


@dataclass(frozen=True)
class Truth:
    """What one document says. `words` are values of its fields, None where the text does not have them."""

    name: str
    text: str
    words: dict[str, str | None]
    points: tuple[tuple[str, int], ...]
    times: tuple[TrueTime, ...]
    cites: frozenset[str]
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How many of one thing were right, of those found and of those there."""

    right: int
    found: int
    there: int
    wrong: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.right + other.right, self.found + other.found, self.there + other.there, self.wrong + other.wrong
        )


def official_documents() -> Path | None:
    """The folder of the five documents, or None where it is not on this machine."""
    given = os.environ.get(WHERE)
    folder = Path(given) if given else HERE.parent.parent / "shared" / "documents"
    names = [yaml.safe_load(path.read_text(encoding="utf-8"))["file"] for path in sorted(TRUTH.glob("*.yaml"))]
    return folder if all((folder / name).is_file() for name in names) else None


def official_truths() -> Iterator[Truth]:
    """The truth of the five documents; nothing where they are not on this machine."""
    folder = official_documents()
    if folder is None:
        return
    for path in sorted(TRUTH.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw = (folder / content["file"]).read_text(encoding="utf-8")
        text = clean(raw)
        moved = places_after_cleaning(raw, text)
        words = {
            name: fold_words(raw[content[name][0] : content[name][1]]) if content[name] else None
            for name in ("issuer", "subject", "signer", "signer_title")
        }
        yield Truth(
            name=path.stem,
            text=text,
            words={"number": content["number"], "symbol": content["symbol"], "dated": content["dated"], **words},
            points=tuple((one, moved[at]) for one, at in content["points"]),
            times=tuple(TrueTime(moved[one[0]], moved[one[1]], *one[2:]) for one in content["times"]),
            cites=frozenset(map(fold_number, content["cites"])),
        )


def sample_truths() -> Iterator[Truth]:
    """The truth of our own invented documents in every form."""
    for path in sorted(SAMPLES.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = clean(path.with_suffix(".txt").read_text(encoding="utf-8"))
        points: list[tuple[str, int]] = []
        for one, words in content["points"]:
            points.append((one, text.index(words, points[-1][1] + 1 if points else 0)))
        times: list[TrueTime] = []
        for words, *rest in content["times"]:
            start = text.index(words, times[-1].end if times else 0)
            times.append(TrueTime(start, start + len(words), *rest))
        yield Truth(
            name=path.stem,
            text=text,
            words={name: _plain(content[name]) for name in FIELDS},
            points=tuple(points),
            times=tuple(times),
            cites=frozenset(map(fold_number, content["cites"])),
            more=content,
        )


def places_after_cleaning(raw: str, text: str) -> list[int]:
    """For each place in the raw text its place in the clean one, which only leaves letters out."""
    places: list[int] = []
    at = 0
    for letter in raw:
        places.append(at)
        if at < len(text) and text[at] == letter:
            at += 1
    if at != len(text):
        raise AssertionError("cleaning changed words")
    return [*places, at]


def score(truth: Truth, draft: Draft) -> dict[str, Score]:
    """How much of the truth a draft has, by what is looked for."""
    scores = {name: _score_field(name, truth, getattr(draft, name)) for name in FIELDS}
    scores["points"] = _score_points(truth, draft)
    scores["point ids"] = _score_ids(truth, draft)
    scores["days and periods"], scores["their values"], scores["their bounds"] = _score_times(truth, draft)
    found = {fold_number(one.number) for one in draft.cites}
    missing = [f"{truth.name}: {one}" for one in truth.cites ^ found]
    scores["documents cited"] = Score(len(found & truth.cites), len(found), len(truth.cites), tuple(missing))
    return scores


def _plain(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def _score_field(name: str, truth: Truth, found: Found[Any]) -> Score:
    expected, value = truth.words[name], _plain(found.value)
    if expected is None:
        return Score(0, int(value is not None), 0, (f"{truth.name}: {name} {value}",) if value is not None else ())
    is_right = value is not None and fold_words(expected) in {fold_words(value), *_parts(name, fold_words(value))}
    wrong = () if is_right else (f"{truth.name}: {name} {value}",)
    return Score(int(is_right), int(value is not None), 1, wrong)


def _parts(name: str, value: str) -> set[str]:
    # The board that signs is not in the head of a Party letter, where the truth has the committee.
    return {value.removeprefix("ban thuong vu ")} if name == "issuer" else set()


def _score_points(truth: Truth, draft: Draft) -> Score:
    there, found = {at for _one, at in truth.points}, {one.start for one in draft.points}
    wrong = [f"{truth.name}: {truth.text[at : at + 40]!r}" for at in sorted(there ^ found)]
    return Score(len(there & found), len(found), len(there), tuple(wrong))


def _score_ids(truth: Truth, draft: Draft) -> Score:
    there, found = set(truth.points), {(one.id, one.start) for one in draft.points}
    wrong = [f"{truth.name}: {one}" for one, _at in sorted(there ^ found, key=lambda pair: pair[1])]
    return Score(len(there & found), len(found), len(there), tuple(wrong))


def _score_times(truth: Truth, draft: Draft) -> tuple[Score, Score, Score]:
    left = list(draft.times)
    hits: list[tuple[TrueTime, Any]] = []
    wrong: list[str] = []
    for one in truth.times:
        hit = next((got for got in left if got.start < one.end and one.start < got.end and got.kind == one.kind), None)
        if hit is None:
            wrong.append(f"{truth.name}: missed {truth.text[one.start : one.end]!r}")
            continue
        left.remove(hit)
        hits.append((one, hit))
    wrong += [f"{truth.name}: too much {got.wording!r}" for got in left]
    count, there = len(draft.times), len(truth.times)
    values = [f"{truth.name}: {got.wording!r} {got.value}" for one, got in hits if got.value != one.value]
    bounds = [f"{truth.name}: {got.wording!r} {got.bound}" for one, got in hits if got.bound != one.bound]
    return (
        Score(len(hits), count, there, tuple(wrong)),
        Score(len(hits) - len(values), count, there, tuple(values)),
        Score(len(hits) - len(bounds), count, there, tuple(bounds)),
    )


INVENTED_TEXTS = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt"))]
