"""When messages to many go out: from the pace of a channel, its daily quota and the working hours. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from knowledge.calendar import WorkingCalendar
from knowledge.library import Policy
from knowledge.sending_hours import next_allowed

_MOST_DAYS = 400  # whatever takes longer is a mistake of the settings


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly one identity may send: so many a second (0: no limit), so many a day (None: no limit).

    `used_today` have left today.
    """

    per_second: float
    per_day: int | None = None
    used_today: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """So many messages on one working day, from this moment on, the last of them at that one."""

    starts_at: datetime
    ends_at: datetime
    count: int


def plan_runs(count: int, pace: Pace, now: datetime, calendar: WorkingCalendar, policy: Policy) -> tuple[Run, ...]:
    """The runs in which so many messages go out. `now` is the time of the place where people work."""
    runs: list[Run] = []
    moment = now
    for _day in range(_MOST_DAYS):
        if count <= 0:
            break
        starts_at = next_allowed(moment, calendar, policy)
        closes_at = datetime.combine(starts_at.date(), policy.hours[1], tzinfo=starts_at.tzinfo)
        room = count
        if pace.per_second:
            room = min(room, 1 + floor((closes_at - starts_at).total_seconds() * pace.per_second))
        if pace.per_day is not None:
            used = pace.used_today if starts_at.date() == now.date() else 0
            room = min(room, max(0, pace.per_day - used))
        if room > 0:
            seconds = (room - 1) / pace.per_second if pace.per_second else 0.0
            runs.append(Run(starts_at, starts_at + timedelta(seconds=seconds), room))
        count -= room
        moment = datetime.combine(starts_at.date() + timedelta(days=1), policy.hours[0], tzinfo=now.tzinfo)
    return tuple(runs)


def minutes_for(count: int, per_second: float) -> int:
    """How many minutes so many messages take, rounded up; none without a limit."""
    return ceil(count / per_second / 60) if per_second and count else 0
