"""How the push half stands, in figures: shown by `queue`, `doctor` and `/metrics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.refusals import BAD_REQUEST


class QueueLine(Protocol):
    """How the sending of one identity stands; `stuck` are under way beyond their lease."""

    @property
    def sender(self) -> str: ...
    @property
    def due(self) -> int: ...
    @property
    def later(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def under_way(self) -> int: ...
    @property
    def stuck(self) -> int: ...
    @property
    def delivered_last_minute(self) -> int: ...
    @property
    def delivered_last_hour(self) -> int: ...
    @property
    def oldest_due_at(self) -> datetime | None: ...
    @property
    def paused_until(self) -> datetime | None: ...
    @property
    def pause_reason(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class AllowanceLine:
    """What an identity has sent this month, or today, of what it may; beyond `most_pushed` it only answers.

    `last_day` is the day of this month on which that ends if it goes on as so far; None where it lasts.
    """

    sender: str
    sent: int
    most: int
    most_pushed: int
    is_daily: bool = False
    last_day: date | None = None

    @property
    def is_low(self) -> bool:
        """Whether four fifths of it are gone."""
        return self.sent >= self.most * 0.8

    @property
    def is_over(self) -> bool:
        """Whether nothing is sent unasked any more."""
        return self.sent >= self.most_pushed


@dataclass(frozen=True, slots=True)
class Figures:
    """Taken at `at`, all as of one moment.

    `states` count deliveries that wait or ended in the last day by identity (empty: nobody is reached) and state,
    `refused` those of the last seven days by reason, `jobs` those of the engine by status; `stalled` are jobs that a
    dead worker left and nobody has taken over yet. `silent` workers have given no sign of life for a while.
    """

    at: datetime
    today: date
    is_working_day: bool
    queues: Sequence[QueueLine] = ()
    states: Mapping[tuple[str, str], int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    unclear: Sequence[int] = ()
    jobs: Mapping[str, int] = field(default_factory=dict)
    workers: int = 0
    silent: int = 0
    stalled: int = 0
    planned_day: date | None = None
    planned_at: datetime | None = None
    planned_counts: Mapping[str, int] = field(default_factory=dict)
    allowances: Sequence[AllowanceLine] = ()

    @property
    def is_today_planned(self) -> bool:
        """Whether today's plan is stored."""
        return self.planned_day == self.today

    @property
    def due(self) -> int:
        """Messages that could leave now."""
        return sum(one.due for one in self.queues)

    @property
    def stuck(self) -> int:
        """Messages under way beyond their lease, and jobs of dead workers."""
        return sum(one.stuck for one in self.queues) + self.stalled

    @property
    def bad_requests(self) -> int:
        """Messages of the last seven days that a platform called wrong: a defect of ours, for the operator to tell."""
        return self.refused.get(BAD_REQUEST, 0)

    def oldest_wait(self) -> float:
        """Seconds for which the oldest message that is due has waited; 0 without one."""
        waits = [(self.at - one.oldest_due_at).total_seconds() for one in self.queues if one.oldest_due_at is not None]
        return max([0.0, *waits])
