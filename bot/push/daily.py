"""The day's plan: asked for often and at every start, stored once, in one transaction with the jobs that follow."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

import structlog

from bot.push.jobs import Connection, defer_pump
from handlers.ports import Clock

_log = structlog.get_logger("bot.push")


class Days(Protocol):
    """Which days were planned."""

    async def begin_day(self, day: date, now: datetime | None = None) -> bool:
        """Whether this transaction is the one that plans the day: nobody has, and nobody else is at it just now."""
        ...

    async def finish_day(
        self, day: date, started_at: datetime, finished_at: datetime, counts: Mapping[str, int]
    ) -> None:
        """Keep that a day was planned, with what was stored for it."""
        ...


class Senders(Protocol):
    """Which identities of ours have something to send."""

    async def list_senders_due(self, at: datetime) -> Sequence[str]:
        """Their names."""
        ...


class Cabinet(Protocol):
    """The drawers of the transaction that the plan is stored in."""

    @property
    def connection(self) -> Connection: ...
    @property
    def fleet(self) -> Days: ...
    @property
    def outbox(self) -> Senders: ...


class DayPlanner(Protocol):
    """Finds what is to be told on a day, and stores it with all that must be remembered of it."""

    async def plan_and_store(
        self,
        day: date,
        senders: Mapping[str, str],
        *,
        only_if: Callable[[Any], Awaitable[bool]] | None = None,
        also: Callable[[Any, Mapping[str, int]], Awaitable[None]] | None = None,
    ) -> Mapping[str, int]:
        """Store the plan of a working day for these senders (identity by channel) in one transaction.

        Nothing is done where `only_if` finds at its beginning that it need not be; `also` is part of it at its end.
        """
        ...


class DailyPlan:
    """Plans today. Days on which nobody worked are not made up for: who is owed something is still owed it today."""

    def __init__(self, planner: DayPlanner, senders: Mapping[str, str], clock: Clock) -> None:
        self._planner = planner
        self._senders = senders
        self._clock = clock

    async def ensure_today(self) -> bool:
        """Plan today unless it was planned, somebody is at it, or it is a day off; whether it was done here."""
        day, started = self._clock.today(), self._clock.now()
        is_kept = False

        async def begin(cabinet: Cabinet) -> bool:
            return await cabinet.fleet.begin_day(day, started)

        async def finish(cabinet: Cabinet, counts: Mapping[str, int]) -> None:
            nonlocal is_kept
            now = self._clock.now()
            await cabinet.fleet.finish_day(day, started, now, counts)
            for identity in await cabinet.outbox.list_senders_due(now):
                await defer_pump(cabinet.connection, identity)
            is_kept = True

        counts = await self._planner.plan_and_store(day, self._senders, only_if=begin, also=finish)
        if is_kept:
            _log.info("push.planned", day=day.isoformat(), is_rehearsal=self._clock.is_fixed, **counts)
        return is_kept
