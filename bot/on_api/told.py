"""What there is to tell a hook, and how that went: for those who keep it and tell nobody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a hook is told it; `before` or `after` is None where the criterion was not asked of the person."""

    change: int
    person: str
    criterion: str | None
    unit: str | None
    before: str | None
    after: str | None
    as_of: date
    changed_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A hook that is ours to tell until `until`."""

    number: int
    until: datetime
    url: str
    secret: str
    may_be_private: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A change that the hook did not take: when it is tried again, and why it was not taken.

    `asked` is how long the hook asks to be left alone, for whatever change.
    """

    change: int
    wait: timedelta
    reason: str
    asked: timedelta = timedelta()
