"""Criteria with their ordered levels, and kinds of credentials with the scale on which their level is written."""

from dataclasses import dataclass
from enum import StrEnum

from knowledge.facts import CriterionCode, KindCode, LevelCode
from knowledge.folding import fold


@dataclass(frozen=True, slots=True)
class LevelName:
    """A level of a criterion or of an ordered scale: its code, how it is shown, what else people write."""

    code: LevelCode
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion (tiêu chí) and its levels, lowest first."""

    code: CriterionCode
    name: str
    levels: tuple[LevelName, ...]
    aliases: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.code)  # looked up half a million times a day; one library has one of each code

    def rank(self, level: LevelCode) -> int:
        """Place of a level, 0 the lowest. Raises ValueError for a level that is not of this criterion."""
        for place, one in enumerate(self.levels):
            if one.code == level:
                return place
        raise ValueError(f"{level} is not a level of {self.code}")

    def find_level(self, written: str) -> LevelCode | None:
        """The level that these words stand for ("bậc 3", "BAC_3", "B1"), or None."""
        return _find(self.levels, written)

    def level_name(self, level: LevelCode) -> str:
        """How the level is shown."""
        return next((one.name for one in self.levels if one.code == level), str(level))


class ScaleType(StrEnum):
    """How the level of a kind is written."""

    CRITERION = "criterion"  # a level of its criterion itself
    ORDERED = "ordered"  # named levels, lowest first
    NUMBER = "number"  # one score
    SKILLS = "skills"  # four scores, compared one by one
    FIXED = "fixed"  # the kind itself is the level
    FREE = "free"  # words; only equal or not


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a kind. NUMBER has `lowest` and `highest` possible scores; FIXED has `fixed_level`."""

    type: ScaleType
    levels: tuple[LevelName, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    fixed_level: LevelCode | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of credential. `is_direct`: it carries the level of its criterion itself and needs no conversion.

    `spoken` is how it is named together with its level, which takes the place of "{level}"; None: the level follows.
    """

    code: KindCode
    name: str
    criterion: CriterionCode | None
    scale: Scale
    is_direct: bool = False
    aliases: tuple[str, ...] = ()
    spoken: str | None = None

    def __hash__(self) -> int:
        return hash(self.code)  # looked up half a million times a day; one library has one of each code

    def show(self, level: str | None) -> str:
        """The credential as people name it: "IELTS 5.0", "Chứng chỉ tin học trình độ B"."""
        if not level or self.scale.type is ScaleType.FIXED:
            return self.name
        named = _find(self.scale.levels, level)
        shown = next((one.name for one in self.scale.levels if one.code == named), level)
        return self.spoken.replace("{level}", shown) if self.spoken else f"{self.name} {shown}"


def _find(levels: tuple[LevelName, ...], written: str) -> LevelCode | None:
    wanted = fold(written).replace("_", " ")
    for level in levels:
        if wanted in {fold(name).replace("_", " ") for name in (level.code, level.name, *level.aliases)}:
            return level.code
    return None
