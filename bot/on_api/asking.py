"""What a request asks for: its parameters read by the table of paths, and the place where a page ended."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from bot.on_api.paths import USUAL_ROWS, Form, Path, Value
from bot.on_api.problems import ProblemError
from bot.on_api.store import Question
from handlers.phrases import _
from knowledge.local_time import VIETNAM

_CODE: Final = re.compile(r"[^\s\0]{1,100}")
_LARGEST: Final = 2**62
_BOUNDS: Final = ("since", "until")
_ORDERED_BY_NUMBER: Final = "deliveries"


def read_question(path: Path, given: Mapping[str, list[str]]) -> Question:
    """What is asked of this path. Raises ProblemError naming the parameter that is wrong, and what is expected."""
    known = {value.name: value for value in path.asked}
    for name, written in given.items():
        if name not in known:
            raise _wrong(name[:100], _("known here are: {names}").format(names=", ".join(known) or _("none")))
        if len(written) > 1:
            raise _wrong(name, _("it may be given once"))
    read = {name: _read(known[name], written[0]) for name, written in given.items()}
    limit = read.pop("limit", None)
    cursor = read.pop("cursor", None)
    unit = read.pop("unit", None)
    between = {name: read.pop(name) for name in _BOUNDS if name in read}
    return Question(
        path.name,
        unit=str(unit) if unit is not None else None,
        equal={name: str(value) for name, value in read.items()},
        between={name: value for name, value in between.items() if isinstance(value, date)},
        after=_read_cursor(path, str(cursor)) if cursor is not None else None,
        limit=int(limit) if isinstance(limit, int) else USUAL_ROWS,
    )


def write_cursor(after: tuple[str, ...]) -> str:
    """A place, as a word that only this door need understand."""
    return base64.urlsafe_b64encode(json.dumps(after, ensure_ascii=False).encode()).decode().rstrip("=")


def _read_cursor(path: Path, written: str) -> tuple[str, ...]:
    try:
        read = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        read = None
    parts = 1 if path.name == _ORDERED_BY_NUMBER else 2
    if not isinstance(read, list) or len(read) != parts or not all(isinstance(one, str) for one in read):
        raise _wrong("cursor", _("take the `next` of the page before as it is"))
    if path.name == _ORDERED_BY_NUMBER and not (read[0].isascii() and read[0].isdigit() and int(read[0]) < _LARGEST):
        raise _wrong("cursor", _("take the `next` of the page before as it is"))
    return tuple(read)


def _read(value: Value, written: str) -> str | int | date | datetime:
    """One value. Raises ProblemError."""
    if value.one_of and written not in value.one_of:
        raise _wrong(value.name, _("one of: {values}").format(values=", ".join(value.one_of)))
    match value.form:
        case Form.NUMBER:
            first, last = value.bounds or (0, _LARGEST)
            if not (written.isascii() and written.isdigit()) or not first <= int(written[:20]) <= last:
                raise _wrong(value.name, _("a whole number from {first} to {last}").format(first=first, last=last))
            return int(written)
        case Form.DAY:
            try:
                return date.fromisoformat(written)
            except ValueError:
                raise _wrong(value.name, _("a day, written 2026-12-31")) from None
        case Form.MOMENT:
            return _read_moment(value, written)
        case Form.CODE if not _CODE.fullmatch(written):
            raise _wrong(value.name, _("a code without spaces"))
        case _:
            return written


def _read_moment(value: Value, written: str) -> datetime:
    """A moment; without a zone it is that of Viet Nam."""
    try:
        read = datetime.fromisoformat(written.replace(" ", "+"))  # a plus that nobody encoded arrives as a space
    except ValueError:
        raise _wrong(value.name, _("a moment, written 2026-12-31T08:00:00+07:00")) from None
    return read if read.tzinfo is not None else read.replace(tzinfo=VIETNAM)


def _wrong(name: str, expected: str) -> ProblemError:
    return ProblemError(
        400,
        "wrong-parameter",
        _("A parameter is wrong."),
        _("{name}: {expected}.").format(name=name, expected=expected),
    )
