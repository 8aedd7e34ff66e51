"""What is put in line for the workers, and how: the one module that knows the job engine's tasks.

A job is a nudge on top of rows: everything that a job does is found again in the tables when it is lost, so jobs may be
doubled, skipped or left by a dead worker without anybody being forgotten or told twice.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

import procrastinate
import structlog
from procrastinate import exceptions
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from bot.failures import where_of

PUMP, PLAN, TIDY, RENEW, HOOK = "pump", "plan", "tidy", "renew", "hook"
QUEUE: Final = "push"
_FIVE_MINUTES: Final = "*/5 * * * *"
_TWICE_A_DAY: Final = "17 */12 * * *"  # the engine's clock is UTC; any minute serves
_ENDED_ARE_KEPT_HOURS: Final = 30 * 24  # jobs that did not succeed; those that did are gone at once
# Planning is asked for before anything waits behind messages.
_PRIORITY: Final = {PUMP: 0, PLAN: 10, TIDY: -10, RENEW: 20, HOOK: -5}
_log = structlog.get_logger("bot.push")


class Work(Protocol):
    """What jobs do; each may be done at any time and any number of times."""

    async def pump(self, identity: str) -> None:
        """Send what is due for an identity of ours."""
        ...

    async def plan(self) -> None:
        """Plan today unless it was."""
        ...

    async def tidy(self) -> None:
        """Forget what has had its time."""
        ...

    async def renew(self) -> None:
        """Renew the tokens of platforms that are old enough, under a lock of the whole fleet."""
        ...

    async def tell_hook(self, number: int) -> None:
        """Tell another system what has changed."""
        ...


class Connection(Protocol):
    """A connection of the cabinet in a transaction of its own, as `drawers.connection` is one."""

    def begin_nested(self) -> AbstractAsyncContextManager[Any]:
        """Begin what can be taken back alone."""
        ...

    async def get_raw_connection(self) -> Any:
        """The driver's connection below."""
        ...


class JobFailedError(Exception):
    """A job failed; what it was stands in our own log, for the engine would log values too."""


def make_app(connector: BaseConnector, work: Work) -> procrastinate.App:
    """The engine with our tasks. Today is asked for every five minutes: a tick that is missed costs nothing."""
    app = procrastinate.App(connector=connector)

    def task(name: str) -> Callable[[Callable[..., Awaitable[None]]], Task[..., Any, ...]]:
        return app.task(name=name, queue=QUEUE, queueing_lock=name, priority=_PRIORITY[name])

    @app.task(name=PUMP, queue=QUEUE, priority=_PRIORITY[PUMP])
    async def pump(identity: str) -> None:
        await _guarded(PUMP, work.pump(identity))

    @app.task(name=HOOK, queue=QUEUE, priority=_PRIORITY[HOOK])
    async def tell_hook(hook: str) -> None:
        await _guarded(HOOK, work.tell_hook(int(hook)))

    @app.periodic(cron=_FIVE_MINUTES)
    @task(PLAN)
    async def plan(timestamp: int) -> None:
        del timestamp
        await _guarded(PLAN, work.plan())

    @app.periodic(cron=_FIVE_MINUTES)
    @task(RENEW)
    async def renew(timestamp: int) -> None:
        del timestamp
        await _guarded(RENEW, work.renew())

    @app.periodic(cron=_TWICE_A_DAY)
    @task(TIDY)
    async def tidy(timestamp: int) -> None:
        del timestamp
        await _guarded(TIDY, work.tidy())
        await app.job_manager.delete_old_jobs(
            _ENDED_ARE_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    return app


async def defer_pump(connection: Connection, identity: str) -> bool:
    """Have this identity pumped once the transaction of the connection is kept; False where that is in line already.

    Do it last: another transaction that asks for the same waits until this one ends.
    """
    return await defer_in(connection, PUMP, f"{PUMP}:{identity}", identity=identity)


async def defer_in(connection: Connection, task: str, lock: str, **arguments: str) -> bool:
    """Put a job in line in the transaction of this connection: with it the job is kept, and with it dropped.

    Only one job of a lock waits at a time. False where one does.
    """
    raw = await connection.get_raw_connection()
    job = Job(
        id=None,
        queue=QUEUE,
        lock=None,
        queueing_lock=lock,
        task_name=task,
        task_kwargs=dict(arguments),
        priority=_PRIORITY.get(task, 0),
    )
    try:
        # The engine finds out by an error, which would end the whole transaction if it were not inside one of its own.
        async with connection.begin_nested():
            await JobManager(_WITHOUT_POOL).defer_job_async(job, connection=raw.driver_connection)
    except exceptions.AlreadyEnqueued:
        return False
    return True


async def _guarded(task: str, work: Awaitable[None]) -> None:
    failure: str | None = None
    try:
        await work
    except Exception as failed:  # noqa: BLE001  the engine is told that it failed, and nothing that may be personal
        failure = type(failed).__name__
        _log.error("jobs.failed", task=task, error=failure, where=where_of(failed))
    if failure is not None:
        raise JobFailedError(failure)


_WITHOUT_POOL: Final = procrastinate.PsycopgConnector()  # opens nothing: jobs are put in line on connections given
