"""One worker of the fleet: takes jobs, looks for what is due, and takes over what a dead worker left.

As many as wanted run on one database, in any processes on any machines; each may be killed at any moment.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import procrastinate
import structlog
from procrastinate import exceptions

from bot.failures import where_of
from bot.push.jobs import PLAN, QUEUE, Work, make_app

_NAME: Final = "nhacchuan"
_FORGOTTEN_AFTER: Final = 10  # times the silence: until then a dead worker is shown as silent
_log = structlog.get_logger("bot.push")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a worker lives, in seconds: signs of life, when silence is taken for death, looks for what is due.

    `grace` is how long jobs may take to end after the worker was asked to. `at_once`: jobs done at the same time.
    """

    heartbeat: float = 3.0
    silence: float = 12.0
    look: float = 2.0
    poll: float = 5.0
    grace: float = 40.0
    at_once: int = 4
    connections: int = 3


@dataclass(frozen=True, slots=True)
class Round:
    """Something that every worker does again and again beside its jobs; it must bear being done by several."""

    name: str
    every: float
    go: Callable[[], Awaitable[None]]


class Tasks(Protocol):
    """What a worker does."""

    async def list_due(self) -> Sequence[str]:
        """The identities that this process sends by and that have something to send."""
        ...

    async def pump(self, identity: str, stop: asyncio.Event) -> None:
        """Send what is due for one, until nothing is or `stop`; what was begun is finished, the rest given back."""
        ...

    async def plan(self) -> None:
        """Plan today unless it was."""
        ...

    async def tidy(self) -> None:
        """Forget what has had its time."""
        ...

    async def renew(self) -> None:
        """Renew the tokens of platforms that are old enough."""
        ...

    async def tell_hook(self, number: int) -> None:
        """Tell another system what has changed."""
        ...


class Pumps:
    """At most one pump of an identity in this process: a second call lets the first look once more."""

    def __init__(self, tasks: Tasks, stop: asyncio.Event) -> None:
        self._tasks = tasks
        self._stop = stop
        self._running: set[str] = set()
        self._again: set[str] = set()

    def is_running(self, identity: str) -> bool:
        """Whether it is being pumped here."""
        return identity in self._running

    async def run(self, identity: str) -> None:
        """Pump it until nothing is due; returns at once where that is being done."""
        if identity in self._running:
            self._again.add(identity)
            return
        self._running.add(identity)
        try:
            self._again.add(identity)
            while identity in self._again and not self._stop.is_set():
                self._again.discard(identity)
                await self._tasks.pump(identity, self._stop)
        finally:
            self._running.discard(identity)
            self._again.discard(identity)


class Worker:
    """Works until told to stop. `words` say how to reach the database; they may hold a password."""

    def __init__(self, words: str, tasks: Tasks, *, habits: Habits | None = None, rounds: Sequence[Round] = ()) -> None:
        self._words = words
        self._tasks = tasks
        self._habits = habits or Habits()
        self._rounds = tuple(rounds)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what was started is finished and what was only claimed is given back.

        Nothing that fails ends it: the database may be away for as long as it likes.
        """
        pumps = Pumps(self._tasks, stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_engine(_Duties(self._tasks, pumps), stop))
            group.create_task(self._look(pumps, group, stop))
            for one in self._rounds:
                group.create_task(_repeat(one, stop))

    # --- jobs

    async def _keep_engine(self, work: Work, stop: asyncio.Event) -> None:
        """The engine ends by itself when the database is away; it is begun anew until we are to stop."""
        while not stop.is_set():
            try:
                await self._run_engine(work, stop)
            except Exception as failed:  # noqa: BLE001  whatever it is, others may have it again in a moment
                _log.warning("worker.engine_ended", error=type(failed).__name__, where=where_of(failed))
            await _wait(stop, 1.0)

    async def _run_engine(self, work: Work, stop: asyncio.Event) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=self._words, min_size=1, max_size=self._habits.connections, timeout=10.0, name=_NAME
        )
        app = make_app(connector, work)
        async with app.open_async():
            await _ask_for_today(app)
            engine = asyncio.ensure_future(
                app.run_worker_async(
                    queues=[QUEUE],
                    name=_NAME,
                    concurrency=self._habits.at_once,
                    fetch_job_polling_interval=self._habits.poll,
                    shutdown_graceful_timeout=self._habits.grace,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._habits.heartbeat,
                    stalled_worker_timeout=_FORGOTTEN_AFTER * self._habits.silence,
                )
            )
            reaper = asyncio.ensure_future(self._reap(app, stop))
            stopped = asyncio.ensure_future(stop.wait())
            try:
                await asyncio.wait({engine, stopped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (reaper, stopped, engine):
                    one.cancel()
                ended = await asyncio.gather(engine, reaper, stopped, return_exceptions=True)
            if isinstance(ended[0], Exception):
                raise ended[0]

    async def _reap(self, app: procrastinate.App, stop: asyncio.Event) -> None:
        """Put jobs back in line whose worker has been silent for too long; several workers may do it at once."""
        while not stop.is_set():
            await _wait(stop, self._habits.heartbeat)
            try:
                await app.job_manager.prune_stalled_workers(_FORGOTTEN_AFTER * self._habits.silence)
                for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._habits.silence):
                    # Of the same job somebody may have been quicker, or another of its kind waits already.
                    with suppress(exceptions.ConnectorException):
                        await app.job_manager.retry_job(job)
                        _log.warning("worker.took_over", task=job.task_name, job=job.id)
            except exceptions.ConnectorException as failed:
                _log.info("worker.not_reaped", error=type(failed).__name__)

    # --- what is due by the clock, and what jobs were lost for

    async def _look(self, pumps: Pumps, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """Moments to come live in the outbox and not in jobs: whoever looks finds them, and what a dead one left."""
        while not stop.is_set():
            try:
                for identity in await self._tasks.list_due():
                    if not pumps.is_running(identity):
                        group.create_task(_pump(pumps, identity))
            except Exception as failed:  # noqa: BLE001  the next look may succeed
                _log.info("worker.not_looked", error=type(failed).__name__, where=where_of(failed))
            await _wait(stop, self._habits.look)


class _Duties:
    """What jobs ask for, done by this worker."""

    def __init__(self, tasks: Tasks, pumps: Pumps) -> None:
        self._tasks = tasks
        self._pumps = pumps

    async def pump(self, identity: str) -> None:
        await self._pumps.run(identity)

    async def plan(self) -> None:
        await self._tasks.plan()

    async def tidy(self) -> None:
        await self._tasks.tidy()

    async def renew(self) -> None:
        await self._tasks.renew()

    async def tell_hook(self, number: int) -> None:
        await self._tasks.tell_hook(number)


async def _ask_for_today(app: procrastinate.App) -> None:
    with suppress(exceptions.AlreadyEnqueued):
        await app.configure_task(PLAN, queueing_lock=PLAN).defer_async(timestamp=0)


async def _pump(pumps: Pumps, identity: str) -> None:
    try:
        await pumps.run(identity)
    except Exception as failed:  # noqa: BLE001  what it held has a lease; the next look finds it
        _log.warning("worker.pump_failed", error=type(failed).__name__, where=where_of(failed))


async def _repeat(one: Round, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await one.go()
        except Exception as failed:  # noqa: BLE001  the next round may succeed
            _log.warning("worker.round_failed", round=one.name, error=type(failed).__name__, where=where_of(failed))
        await _wait(stop, one.every)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
