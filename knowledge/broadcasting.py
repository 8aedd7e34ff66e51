"""Words of a broadcast: templates to begin from, fields that are filled in for each recipient. Pure.

A field tells counts and days, never what is missing: whoever wants to know asks, and is proven.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.findings import Finding
from knowledge.understanding.cues import QUESTIONS

FIELDS: Final = ("ho_ten", "chuc_danh", "don_vi", "so_noi_dung_thieu", "han_gan_nhat", "so_ngay_con_lai")
MOST_FIELDS: Final = 12  # in one text, so that it still fits into a message once they are filled in
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Template:
    """A text to begin from. `name` is shown on its button."""

    code: str
    name: str
    text: str


@cache
def load_templates() -> tuple[Template, ...]:
    """All templates, in the order in which they are offered. Raises ValueError for one with a field nobody knows."""
    with (QUESTIONS / "broadcasts.yaml").open(encoding="utf-8") as file:
        found = TypeAdapter(tuple[Template, ...]).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
    wrong = [one.code for one in found if find_unknown_fields(one.text)]
    if wrong:
        raise ValueError(f"broadcasts.yaml: fields that nobody knows in {', '.join(wrong)}")
    return found


def find_unknown_fields(text: str) -> tuple[str, ...]:
    """What stands in braces and is no field, once each; a brace that is never closed is one too."""
    named = [one for one in _FIELD.findall(text) if one not in FIELDS]
    left = _FIELD.sub("", text)
    return tuple(dict.fromkeys([*named, *(sign for sign in left if sign in "{}")]))


def count_fields(text: str) -> int:
    """How many fields are to be filled in."""
    return len(_FIELD.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in; what is filled in is not looked at again."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def nearest_due(findings: Iterable[Finding]) -> Finding | None:
    """The gap whose last legal day comes first and has not passed; None for none."""
    due = [one for one in findings if one.is_gap and one.days_left is not None and one.days_left >= 0]
    return min(due, key=lambda one: one.days_left or 0, default=None)
