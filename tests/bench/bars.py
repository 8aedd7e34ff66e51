"""What a figure should be, as the table writes it, and whether it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WISH = re.compile(r"(?P<how>[≤≥=])\s*(?P<what>\{\w+\}|[\d,.]+)")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_HOLDS = {"≤": float.__le__, "≥": float.__ge__, "=": float.__eq__}
NONE = "–"


@dataclass(frozen=True)
class Verdict:
    """A bar with its numbers put in, and whether the figure holds it; None where there is nothing to hold."""

    wish: str
    holds: bool | None


def compare(figure: object, bar: str, figures: Mapping[str, object]) -> Verdict:
    """Hold a figure against `≤ 25`, `≥ 0.35 of …`, `= 0`, or `= {other}`: another figure of the same benchmark."""
    wish = _WISH.search(bar)
    if wish is None:
        return Verdict(bar, None)
    named = wish["what"].strip("{}")
    wanted = figures.get(named) if named != wish["what"] else named
    shown = bar.replace(wish["what"], NONE if wanted is None else str(wanted))
    measured, limit = _number(figure), _number(wanted)
    if measured is None or limit is None:
        return Verdict(shown, None)
    return Verdict(shown, _HOLDS[wish["how"]](measured, limit))


def _number(written: object) -> float | None:
    found = _NUMBER.search(str(written)) if written is not None else None
    return float(found[0].replace(",", "")) if found else None
