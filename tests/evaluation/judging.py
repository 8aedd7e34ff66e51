"""Whether an answer is right: every wish of its question holds, and nothing is cited that does not exist."""

import re
from collections.abc import Mapping
from typing import Any

from knowledge.folding import fold_number
from knowledge.library import Library
from tests.evaluation.questions import Expected, Question

REFUSALS = frozenset({"not_understood", "out_of_scope", "denied"})
OUT_OF_SCOPE = "out_of_scope"
# What reads like the number of a document: 2123/UBND-NC, 02-QĐi/TU, 17/2016/TTLT-BGDĐT-BTTTT.
_NUMBER = re.compile(r"\b\d{1,5}(?:/\d{4})?[-/][A-ZĐ][\w/-]*")

Answer = Mapping[str, Any]  # in the form that other programs read (contracts, §6)


def faults_of(answer: Answer, expected: Expected) -> list[str]:
    """What is wrong with an answer; empty for a right one."""
    text = answer["text"]
    bases = {(one["document"], one["point"]) for one in answer["citations"]}
    binding = {(one["document"], one["point"]) for one in answer["citations"] if not one["background"]}
    states = {one["criterion"]: one["state"] for one in answer["findings"]}
    faults = []
    if expected.intent and answer["intent"] not in expected.intent:
        faults.append(f"intent {answer['intent'] or '–'}, not {'/'.join(expected.intent)}")
    if expected.outcome and answer["outcome"] not in expected.outcome:
        faults.append(f"outcome {answer['outcome']}, not {'/'.join(expected.outcome)}")
    faults += [f"does not cite {one}" for one in expected.cites if not _is_cited(one, bases)]
    faults += [f"cites {one}" for one in expected.cites_no if _is_cited(one, binding)]
    for criterion, state in (expected.states or {}).items():
        if states.get(criterion) != state:
            faults.append(f"{criterion} is {states.get(criterion)}, not {state}")
    faults += [f"does not say {words!r}" for words in expected.says if words not in text]
    if expected.says_any and not any(words in text for words in expected.says_any):
        faults.append(f"says none of {expected.says_any}")
    faults += [f"says {words!r}" for words in expected.never if words in text]
    if expected.handed is not None and (answer["handed_to"] is not None) is not expected.handed:
        faults.append(f"handed to {answer['handed_to']}")
    return faults


def is_wrong_refusal(answer: Answer, expected: Expected) -> bool:
    """Whether a question that has an answer was refused."""
    wanted = frozenset(expected.outcome)
    return answer["outcome"] in REFUSALS and bool(wanted) and not wanted & REFUSALS


def invented_citations(answer: Answer, question: Question, library: Library) -> list[str]:
    """Citations that do not resolve, and document numbers in the text that neither library nor question knows."""
    invented = []
    for one in answer["citations"]:
        document = library.documents.get(one["document"])
        if document is None or (one["point"] and document.points and document.point(one["point"]) is None):
            invented.append(f"{one['document']}#{one['point']}")
    asked = fold_number(question.ask)
    numbers = _NUMBER.findall(answer["text"])
    return invented + [one for one in numbers if library.find_document(one) is None and fold_number(one) not in asked]


def is_label_right(intent: str, cited: set[tuple[str, str | None]], expected: Expected) -> bool:
    """The half of being right that a mere search can reach: the intent, and the document where one is asked for."""
    wanted = expected.intent or ((OUT_OF_SCOPE,) if expected.outcome == (OUT_OF_SCOPE,) else ())
    return (not wanted or intent in wanted) and all(_is_cited(one, cited) for one in expected.cites)


def has_label(expected: Expected) -> bool:
    """Whether a mere search can be right or wrong about this question at all."""
    return bool(expected.intent or expected.cites or expected.outcome == (OUT_OF_SCOPE,))


def _is_cited(wanted: str, cites: set[tuple[str, str | None]]) -> bool:
    document, _mark, point = wanted.partition("#")
    if point:
        return (document, point) in cites
    return any(cited == document for cited, _point in cites)
