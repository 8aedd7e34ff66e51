"""The complete rules of one moment written down so that a later release can read them again, and their fingerprint.

What is written is the rule book as far as verdicts rest on it: the library with its calendar, what HR declared, the
switches of the calendar and the home territory. A field that a later release adds with a default is filled in when
older words are read; anything else that no longer fits is refused, never guessed.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache, lru_cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from knowledge.calendar import WorkingCalendar
from knowledge.facts import DeclaredRules, TerritoryCode
from knowledge.library import Library
from knowledge.rulebook import RuleBook

FORM: Final = 1
"""The form in which rules are written; it grows when older words can no longer be read as they stand."""


class UnreadableRulesError(ValueError):
    """Rules that another release wrote cannot be read by this one."""


@dataclass(frozen=True, slots=True)
class _Written:
    library: Library
    declared: DeclaredRules
    switches: frozenset[str]
    home: TerritoryCode


def write_rules(book: RuleBook) -> bytes:
    """The rules as compressed words, the same for the same rules in every process."""
    return zlib.compress(_in_words(book))


def fingerprint_of(book: RuleBook) -> str:
    """A name that two rule books share exactly if nothing that is written of them differs."""
    return hashlib.sha256(f"{FORM}\n".encode() + _in_words(book)).hexdigest()


@lru_cache(maxsize=2)
def read_rules(form: int, content: bytes) -> RuleBook:
    """The rules that were written. Raises UnreadableRulesError where this release cannot read them."""
    if form != FORM:
        raise UnreadableRulesError(f"form {form}, and only form {FORM} is read")
    try:
        written = _shape().validate_json(zlib.decompress(content))
        calendar = WorkingCalendar(written.library.calendar, written.switches)
        return RuleBook.of(written.library, written.declared, calendar, written.home)
    except ValidationError as refused:
        raise UnreadableRulesError(f"{refused.error_count()} fields that this release does not know") from None
    except (zlib.error, LookupError, ValueError) as broken:
        raise UnreadableRulesError(str(broken)) from None


def without_words(book: RuleBook) -> RuleBook:
    """The rule book without what no verdict rests on: its version, names of groups, texts, answers, hours of sending.

    Documents that were read in stay in its library as the records that they have become.
    """
    policy = replace(book.library.policy, sending_hours=None)
    library = replace(book.library, texts={}, unreadable=(), policy=policy)
    declared = replace(book.rules, version=0, group_names=(), added_documents=(), frequent=(), sending_hours=None)
    return RuleBook(library, declared, book.calendar, book.home)


def _in_words(book: RuleBook) -> bytes:
    kept = without_words(book)
    written = _Written(kept.library, kept.rules, kept.calendar.switches, kept.home)
    plain = _shape().dump_python(written)
    return json.dumps(plain, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _shape() -> TypeAdapter[_Written]:
    return TypeAdapter(_Written)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)  # the order of a set is another in every process
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"rules hold a {type(value).__name__}, which cannot be written")
