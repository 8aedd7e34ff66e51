"""What the things named say about the intent by themselves, added to the learned scores; few and precise."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.understanding.entities.reading import Reading
from knowledge.understanding.meaning import Aspect, Intent

_INQUIRY = re.compile(r"(?<![\w/])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{6}(?![\w/])")  # the code of a question passed on
_STRONG = 1.2
_LIGHT = 0.5


def leanings_of(reading: Reading, intents: Sequence[Intent]) -> npt.NDArray[np.float64]:
    """One number for each intent: above zero where the things named speak for it."""
    entities = reading.entities
    lean: dict[Intent, float] = {}
    unknown = any(one.document is None for one in entities.documents)
    if entities.documents and (entities.points or unknown):
        lean[Intent.DOCUMENT] = _STRONG
    elif entities.documents or (entities.points and not entities.kinds):
        lean[Intent.DOCUMENT] = _LIGHT
    if reading.is_named_person and Aspect.SIGNER in entities.aspects:
        lean[Intent.DOCUMENT] = _STRONG
    elif reading.is_named_person and not entities.documents:
        lean[Intent.PERSON_GAPS] = _STRONG
        lean[Intent.MY_GAPS] = lean[Intent.MY_DEADLINES] = -_STRONG
    if entities.kinds and any(one.level for one in entities.kinds) and not entities.documents:
        lean[Intent.CERTIFICATE_COUNTS] = _LIGHT
    if _INQUIRY.search(reading.text.folded) and not (entities.documents or entities.kinds or entities.person_words):
        lean[Intent.FOLLOW_INQUIRY] = _STRONG
    if entities.documents or entities.kinds or entities.offices:
        lean[Intent.OUT_OF_SCOPE] = -_LIGHT
    return np.array([lean.get(intent, 0.0) for intent in intents])
