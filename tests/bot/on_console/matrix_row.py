"""One example of an address of the console."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """How an address is tried: parts of its path, what stands behind `?`, fields of its form, whom it is about.

    `done`: what a POST answers when it is done (303: goes on; a page that it goes on to is taken for its answer). A
    POST that cannot be tried with plain fields, or that would change what other tests stand on, is tried with fields
    that are refused: then `done` is that answer. `done_by`: the same for roles that are answered otherwise. `seen`:
    what a GET answers whoever may look. `holds_codes`: codes of anybody may stand there, as in the audit chain; names
    may not.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    of_person: str | None = None
    done: int = 303
    done_by: Mapping[str, int] = field(default_factory=dict)
    seen: int = 200
    holds_codes: bool = False
