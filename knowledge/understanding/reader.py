"""From what an official typed to what it means: entities, intent, measured confidence, and the thread before."""

from datetime import date
from pathlib import Path

import numpy as np

from knowledge.library import Library
from knowledge.understanding.cues import load_abbreviations, load_cues
from knowledge.understanding.entities.reading import EntityReader, Reading
from knowledge.understanding.features import Features
from knowledge.understanding.follow_ups import FollowUps
from knowledge.understanding.intent_model import IntentModel
from knowledge.understanding.leanings import leanings_of
from knowledge.understanding.meaning import Context, Entities, Intent, Meaning, Vocabulary
from knowledge.understanding.text import read_text
from knowledge.understanding.training import load_model

_GUESSES = 3
_FOLLOW_UP_CONFIDENCE = 0.9  # a completed follow-up is read by rule, not measured question by question


class Reader:
    """Reads questions. Built once; reading is pure and never raises for what a visitor typed."""

    def __init__(self, library: Library, model: IntentModel) -> None:
        cues = load_cues()
        self._entities = EntityReader(library, cues, load_abbreviations())
        self._features = Features(cues)
        self._follow_ups = FollowUps(library, cues)
        self._model = model

    def read(self, text: str, vocabulary: Vocabulary, context: Context | None, today: date) -> Meaning:
        """The meaning of one message. Empty, unreadable or endless input has no intent and confidence 0."""
        typed = read_text(text)
        if typed is None:
            return Meaning(intent=None, confidence=0.0, entities=Entities())
        reading = self._entities.read(typed, vocabulary, today)
        learned = self._classified(reading)
        if context is None:
            return learned
        completed = self._follow_ups.find(reading, context, learned.intent)
        if completed is None:
            return learned
        confidence = max(_FOLLOW_UP_CONFIDENCE, learned.confidence if completed.intent is learned.intent else 0.0)
        return Meaning(completed.intent, confidence, completed.entities, is_follow_up=True)

    def _classified(self, reading: Reading) -> Meaning:
        scores = self._model.scores(self._features.of(reading)) + leanings_of(reading, self._model.intents)
        probabilities = self._model.probabilities(scores)
        order = np.argsort(-probabilities, kind="stable")
        best = self._model.intents[order[0]]
        confidence = round(float(probabilities[order[0]]), 4)
        guesses = tuple(self._model.intents[at] for at in order[:_GUESSES])
        if confidence < self._model.threshold:
            return Meaning(None, confidence, reading.entities, guesses)
        return Meaning(best, confidence, reading.entities, guesses[1:])


def build_reader(library: Library, cache: Path | None = None) -> Reader:
    """A reader with the model of the packaged examples, kept under `cache` (the user's cache folder when None)."""
    return Reader(library, load_model(library, cache))
