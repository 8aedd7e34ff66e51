"""The trained classifier of intents: plain arrays, read from a cache of our own making, never from a pickle."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.understanding.features import Blocks
from knowledge.understanding.meaning import Intent
from knowledge.understanding.normalise import Heard

_BLOCK_WEIGHTS = (1.0, 0.7, 0.9)
_SOFTENED_FROM = 1.0  # counts enter as 1 + log(count)

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class IntentModel:
    """Weights of every known feature for every intent, with the temperature and threshold measured in training.

    `heard` are the words of the questions that it learned from; a start need not read those again.
    """

    intents: tuple[Intent, ...]
    positions: dict[str, int]
    rarity: Vector
    weights: Vector
    bias: Vector
    temperature: float
    threshold: float
    trained_with: str
    heard: Heard = field(default_factory=Heard)

    def scores(self, blocks: Blocks) -> npt.NDArray[np.float64]:
        """One raw score for each intent, higher is likelier."""
        where, values = vector_of(blocks, self.positions, self.rarity, self._rarest)
        raw: npt.NDArray[np.float64] = (values @ self.weights[where]).astype(np.float64) + self.bias
        return raw

    @cached_property
    def _rarest(self) -> float:
        return float(self.rarity.max())

    def probabilities(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of raw scores."""
        return softmax(scores / self.temperature)


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probabilities along the last axis."""
    risen = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: npt.NDArray[np.float64] = risen / risen.sum(axis=-1, keepdims=True)
    return shares


def vector_of(
    blocks: Blocks, positions: dict[str, int], rarity: Vector, rarest: float | None = None
) -> tuple[npt.NDArray[np.int32], Vector]:
    """Positions and values of the known features of a question; every block has its own length.

    `rarest` is the highest of `rarity`, where that is known.
    """
    where: list[int] = []
    values: list[Vector] = []
    for block, weight in zip(blocks, _BLOCK_WEIGHTS, strict=True):
        counts = Counter(block)
        at = [position for position in map(positions.get, counts) if position is not None]
        if not at:
            continue
        value: Vector = rarity[at]
        if len(counts) != len(block):  # one of one is one
            many = np.array([count for name, count in counts.items() if name in positions], np.float32)
            value = ((_SOFTENED_FROM + np.log(many)) * value).astype(np.float32)
        # The length counts unknown features too, so that a question full of unknown words stays faint.
        unknown = len(counts) - len(at)
        rarest = float(rarity.max()) if rarest is None else rarest
        faint = unknown * rarest**2 * 0.25 if unknown else 0.0
        length = float(np.sqrt(np.square(value).sum() + faint))
        where.extend(at)
        values.append((value * (weight / length)).astype(np.float32))
    if not where:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    return np.asarray(where, np.int32), np.concatenate(values)


def as_kept(weights: Vector) -> Vector:
    """The weights as a cached model has them: half the digits, so that learned and cached models answer alike."""
    return weights.astype(np.float16).astype(np.float32)


def save_model(model: IntentModel, path: Path) -> None:
    """Write the model as arrays and JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {
        "intents": [str(intent) for intent in model.intents],
        "features": list(model.positions),
        "temperature": model.temperature,
        "threshold": model.threshold,
        "trained_with": model.trained_with,
        "heard": model.heard.words,
        "pairs": [(*pair, count) for pair, count in model.heard.pairs.items()],
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")  # two processes may learn at once; each replaces it whole
    with draft.open("wb") as file:
        np.savez(
            file,
            about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
            rarity=model.rarity,
            weights=model.weights.astype(np.float16),
            bias=model.bias,
        )
    draft.replace(path)


def find_model(path: Path, trained_with: str) -> IntentModel | None:
    """The cached model that was trained with exactly this material, or None; a damaged file counts as none."""
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            if about["trained_with"] != trained_with:
                return None
            return IntentModel(
                intents=tuple(Intent(intent) for intent in about["intents"]),
                positions={name: position for position, name in enumerate(about["features"])},
                rarity=arrays["rarity"],
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"],
                temperature=float(about["temperature"]),
                threshold=float(about["threshold"]),
                trained_with=trained_with,
                heard=Heard(about["heard"], {(one, other): count for one, other, count in about["pairs"]}),
            )
    except (OSError, ValueError, KeyError):
        return None


def rarities(examples: Sequence[Blocks], at_least: int) -> tuple[dict[str, int], Vector]:
    """Features seen in enough examples, each with how rare it is."""
    seen = Counter(name for blocks in examples for block in blocks for name in set(block))
    kept = sorted(name for name, count in seen.items() if count >= at_least)
    rarity = np.log((1 + len(examples)) / (1 + np.array([seen[name] for name in kept], np.float64))) + 1
    return {name: position for position, name in enumerate(kept)}, rarity.astype(np.float32)
