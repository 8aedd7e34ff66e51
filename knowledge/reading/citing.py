"""The documents that a text names by number."""

from collections.abc import Iterable
from datetime import date

from knowledge.folding import fold_number
from knowledge.reading.draft import CitedNumber, TimeMention
from knowledge.reading.numbers import TIGHT, is_symbol, written


def list_cited(text: str, own: str | None, times: Iterable[TimeMention]) -> tuple[CitedNumber, ...]:
    """Every number but the document's own, as often as it stands there, with the date written behind it."""
    days = {one.wording_start: one for one in times if one.is_citing and one.value}
    dates = sorted((one.start, one.value) for one in days.values())
    found: list[CitedNumber] = []
    at = 0
    for match in TIGHT.finditer(text):
        number = written(match)
        if not is_symbol(match["symbol"]) or (own is not None and fold_number(number) == fold_number(own)):
            continue
        while at < len(dates) and dates[at][0] < match.end():
            at += 1
        near = dates[at] if at < len(dates) and dates[at][0] - match.end() <= 30 else None  # noqa: PLR2004 - "… ngày" and no more
        day = date.fromisoformat(near[1]) if near and near[1] and _is_day(near[1]) else None
        found.append(CitedNumber(number, match.start(), match.end(), day))
    return tuple(found)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
