"""Learning the intents from our own examples. Runs in a process of its own, so that answering stays small in memory."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.library import Library
from knowledge.understanding.cues import load_abbreviations, load_cues, load_notions
from knowledge.understanding.entities.reading import EntityReader
from knowledge.understanding.examples import Example, load_examples, misspelt
from knowledge.understanding.features import Blocks, Features
from knowledge.understanding.intent_model import (
    IntentModel,
    as_kept,
    find_model,
    rarities,
    save_model,
    softmax,
    vector_of,
)
from knowledge.understanding.leanings import leanings_of
from knowledge.understanding.meaning import Intent, Vocabulary
from knowledge.understanding.normalise import Heard, hear
from knowledge.understanding.text import read_text

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_PACKAGE = Path(__file__).parent.parent
_MODULES = (
    "cues",
    "examples",
    "features",
    "intent_model",
    "leanings",
    "marks",
    "normalise",
    "phrase_table",
    "syllables",
    "text",
    "training",
)
_MATERIAL = (
    *(f"questions/{name}.yaml" for name in ("abbreviations", "cues", "notions")),
    "questions/examples/*.yaml",
    "understanding/entities/*.py",
    *(f"understanding/{name}.py" for name in _MODULES),
    *(f"law/{name}.yaml" for name in ("criteria", "kinds", "offices", "territories")),
    "law/documents/*.yaml",
)
_SEEN_AT_LEAST = 2  # a feature of a single question teaches nothing
_FOLDS = 3  # every question is judged by a model that learned from the other two thirds
_REGULARITY = 8.0
_TEMPERATURES = np.geomspace(0.15, 4.0, 40)
_WANTED_PRECISION = 0.94  # of the questions that are answered on their own, so many must be understood rightly
_LEARNED_ON = date(2026, 1, 15)  # examples mention relative days never; any day serves

Array = npt.NDArray[np.float64]


def fingerprint() -> str:
    """A hash of everything the model is learned from, and of the code that reads it."""
    digest = hashlib.sha256(f"{version('numpy')} {version('scikit-learn')}".encode())
    for pattern in _MATERIAL:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def default_cache() -> Path:
    """Where models are kept when nobody says where: the user's own cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nhacchuan"


def load_model(library: Library, cache: Path | None = None) -> IntentModel:
    """The model of the present examples: from the cache, else learned once and kept there.

    A model that this machine has learned before serves a new `cache` too. Where nothing can be written or no second
    process started, it is learned in this process and not kept.
    """
    trained_with = fingerprint()
    name = f"intents-{trained_with[:16]}.npz"
    places = dict.fromkeys([(cache or default_cache()) / name, default_cache() / name])
    found = _find_in(places, trained_with)
    if found is not None:
        return found
    with _alone(default_cache() / name):
        model = _find_in(places, trained_with) or _learned_apart(next(iter(places)), trained_with)
        if model is None:
            return train(library, trained_with)
        for path in places:
            with suppress(OSError):  # keeping it for others is a courtesy
                if not path.exists():
                    save_model(model, path)
    return model


def _find_in(places: Iterable[Path], trained_with: str) -> IntentModel | None:
    return next((found for path in places if (found := find_model(path, trained_with)) is not None), None)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process learns at a time, and the next finds what it has learned; without such locks each learns."""
    with ExitStack() as stack:
        with suppress(OSError, AttributeError):  # no locks on this system, or a place that cannot be written
            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(stack.enter_context(path.with_suffix(".lock").open("w")), fcntl.LOCK_EX)
        yield


def _learned_apart(path: Path, trained_with: str) -> IntentModel | None:
    command = [sys.executable, "-m", "knowledge.understanding.training", str(path.resolve())]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd=_PACKAGE.parent)  # noqa: S603 - our own interpreter and module
    except (OSError, subprocess.CalledProcessError):
        return None
    return find_model(path, trained_with)


def train(library: Library, trained_with: str) -> IntentModel:
    """Learn from the examples; confidence and threshold are measured on questions that a model has not seen."""
    questions = load_examples()
    heard = hear(question.text for question in questions)
    examples = [variant for question in questions for variant in (question, misspelt(question))]
    blocks, leanings = read_examples(library, examples, heard)
    scores = _unseen_scores(blocks, examples) + leanings
    truth = np.array([tuple(Intent).index(example.intent) for example in examples])
    wordings = Counter(example.group for example in examples)
    weights = np.array(
        [1 / wordings[example.group] for example in examples]
    )  # each question once, however many wordings
    temperature = _best_temperature(scores, truth, weights)
    # The misspelt half is worse than life; the threshold is for questions as they come.
    as_written = np.arange(len(truth)) % 2 == 0
    threshold = _threshold(softmax(scores[as_written] / temperature), truth[as_written], weights[as_written])
    final = _fit(list(zip(blocks, examples, strict=True)))
    return IntentModel(
        final.intents,
        final.positions,
        final.rarity,
        as_kept(final.weights),
        final.bias,
        temperature,
        threshold,
        trained_with,
        heard,
    )


def read_examples(library: Library, examples: Sequence[Example], heard: Heard) -> tuple[list[Blocks], Array]:
    """Features and leanings of every example, read as any question is."""
    cues = load_cues()
    reader = EntityReader(library, cues, load_abbreviations(), heard)
    features = Features(cues, load_notions())
    blocks: list[Blocks] = []
    leanings: list[Array] = []
    for example in examples:
        text = read_text(example.text)
        if text is None:
            raise ValueError(f"nothing to read in the example {example.text!r}")
        reading = reader.read(text, Vocabulary(), _LEARNED_ON)
        blocks.append(features.of(reading))
        leanings.append(leanings_of(reading, tuple(Intent)))
    return blocks, np.array(leanings)


def _unseen_scores(blocks: Sequence[Blocks], examples: Sequence[Example]) -> Array:
    """What a model says of each question that has not seen it, nor any other wording of it."""
    scores = np.zeros((len(examples), len(Intent)))
    for fold in range(_FOLDS):
        held_back = [at for at, example in enumerate(examples) if example.group % _FOLDS == fold]
        left_out = set(held_back)
        model = _fit([(blocks[at], example) for at, example in enumerate(examples) if at not in left_out])
        for at in held_back:
            scores[at] = model.scores(blocks[at])
    return scores


def _fit(examples: Sequence[tuple[Blocks, Example]]) -> IntentModel:
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - heavy; only whoever learns pays for it
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    positions, rarity = rarities([blocks for blocks, _ in examples], _SEEN_AT_LEAST)
    vectors = [vector_of(blocks, positions, rarity) for blocks, _ in examples]
    starts = np.cumsum([0, *(len(where) for where, _ in vectors)])
    matrix = csr_matrix(
        (
            np.concatenate([values for _, values in vectors]),
            np.concatenate([where for where, _ in vectors]),
            starts,
        ),
        shape=(len(vectors), len(positions)),
    )
    intents = tuple(Intent)
    truth = np.array([intents.index(example.intent) for _, example in examples])
    learner = LinearSVC(C=_REGULARITY / 10, random_state=0, class_weight="balanced")
    learner.fit(matrix, truth)
    weights = np.zeros((len(positions), len(intents)), np.float32)
    bias = np.full(len(intents), -2.0, np.float32)
    for row, label in enumerate(learner.classes_):
        weights[:, label] = learner.coef_[row]
        bias[label] = learner.intercept_[row]
    return IntentModel(intents, positions, rarity, weights, bias, 1.0, 0.0, "")


def _best_temperature(scores: Array, truth: npt.NDArray[np.intp], weights: Array) -> float:
    def surprise(temperature: float) -> float:
        right = softmax(scores / temperature)[np.arange(len(truth)), truth]
        return float(-(weights * np.log(np.maximum(right, 1e-9))).sum())

    return float(min(_TEMPERATURES, key=surprise))


def _threshold(probabilities: Array, truth: npt.NDArray[np.intp], weights: Array) -> float:
    """The lowest confidence from which the wanted share of answers is right; never below a third."""
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == truth
    for least in np.arange(0.34, 0.9, 0.01):
        answered = confidence >= least
        if answered.any() and np.average(is_right[answered], weights=weights[answered]) >= _WANTED_PRECISION:
            return round(float(least), 2)
    return 0.9


def main(arguments: Sequence[str], load_library: Callable[[], Library]) -> None:
    """Learn and write the model to the path given."""
    save_model(train(load_library(), fingerprint()), Path(arguments[0]))


if __name__ == "__main__":
    from knowledge.loader import load_library as packaged

    main(sys.argv[1:], packaged)
