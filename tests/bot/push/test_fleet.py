"""Workers on one database: killed, stopped, doubled and cut off, while nothing is lost and nothing told twice."""

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from bot.push.fleet import Habits, Pumps, Round, Worker
from bot.push.jobs import defer_pump
from knowledge.facts import PersonCode
from storage.database import connection_words
from storage.records import NewDelivery, NewNotice, NoticeKind
from tests.bot.push.pumping import states
from tests.bot.push.workshop import QUICK, a_worker
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.faults import held
from tests.storage.filling import LAN, put_people, put_units

MONDAY = date(2026, 11, 23)


@pytest.fixture
async def api():
    async with TelegramApi() as api:
        yield api


async def put(database, api, count: int, *, per_second: float) -> None:
    """One message to each of so many visitors."""
    sender = f"telegram:{api.me['id']}"
    due = datetime.now(UTC) - timedelta(minutes=1)
    async with database.transaction() as drawers:
        await drawers.pace.set(sender, per_second=per_second, chat_per_second=0)
        for number in range(count):
            address = str(api.visitor(f"Người {number}").id)
            delivery = NewDelivery(PersonCode(f"CB{number:03}"), due, sender, "telegram", address)
            await drawers.outbox.put(delivery, [NewNotice(NoticeKind.STUDY, f"study:{number}")], due)
        await defer_pump(drawers.connection, sender)


async def until(is_so, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110  it is another process that makes it so
            await asyncio.sleep(0.1)


def received(api) -> list[int]:
    """How many messages each chat has got, the most first."""
    return sorted((len(chat.messages) for chat in api.chats.values()), reverse=True)


async def test_worker_killed_while_it_sends_is_replaced_and_nobody_is_lost_or_told_twice(database, database_url, api):
    never = asyncio.Event()
    await put(database, api, 40, per_second=20)
    async with a_worker(database_url, api.base, api.token, MONDAY) as first:
        await api.wait_for(lambda: len(api.calls) >= 8, 20)
        api.fail_next("sendMessage", held(never))
        count = len(api.calls)
        await api.wait_for(lambda: len(api.calls) > count, 20)
        first.kill()
        await first.wait()
    killed = time.monotonic()
    async with a_worker(database_url, api.base, api.token, MONDAY) as second:

        async def all_ended() -> bool:
            ended = await states(database)
            return ended.get("delivered", 0) + ended.get("unclear", 0) == 40

        await until(all_ended)
        took = time.monotonic() - killed
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), 15) == 0
    never.set()
    ended = await states(database)
    assert ended["unclear"] >= 1, "what was under way when its sender died is named"
    assert received(api)[0] == 1, "nobody got it twice"
    assert sum(received(api)) + ended["unclear"] >= 40, "nobody was left out"
    assert took < 30


async def test_worker_that_is_asked_to_stop_finishes_what_left_and_gives_the_rest_back(database, database_url, api):
    may_end = asyncio.Event()
    await put(database, api, 30, per_second=10)
    api.fail_next("sendMessage", held(may_end))
    async with a_worker(database_url, api.base, api.token, MONDAY) as worker:
        await api.wait_for(lambda: len(api.calls) >= 3, 20)
        worker.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            assert await asyncio.wait_for(worker.wait(), 0.5) is None
        may_end.set()
        assert await asyncio.wait_for(worker.wait(), 15) == 0
    ended = await states(database)
    assert set(ended) == {"delivered", "waiting"}
    assert ended["delivered"] == len(api.calls) == sum(received(api))


async def test_two_workers_plan_a_day_once_and_each_person_is_told_once(database, database_url, api):
    visitor = api.visitor("Lan", 7001)
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [replace(LAN, code=PersonCode("7001"))])
    async with (
        a_worker(database_url, api.base, api.token, MONDAY) as one,
        a_worker(database_url, api.base, api.token, MONDAY) as other,
    ):
        await visitor.reads(timeout=20)
        for worker in (one, other):
            worker.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(worker.wait(), 15) == 0
        said = [await worker.stdout.read() for worker in (one, other)]
    assert sorted(one.splitlines().count(b"planned") for one in said) == [0, 1]
    assert received(api) == [1]


class CountingTasks:
    """Counts what a worker in this process is asked for."""

    def __init__(self) -> None:
        self.pumped: list[str] = []
        self.planned = 0
        self.due: list[str] = []

    async def list_due(self):
        return self.due

    async def pump(self, identity, stop):
        self.due = []
        self.pumped.append(identity)

    async def plan(self):
        self.planned += 1

    async def renew(self):
        pass

    async def tidy(self):
        """Nothing is kept."""


class RunningWorker:
    """A worker of this process, inside a block."""

    def __init__(self, url: str, tasks, **more) -> None:
        self._worker = Worker(connection_words(url), tasks, habits=QUICK, **more)
        self._stop = asyncio.Event()

    async def __aenter__(self):
        self._running = asyncio.create_task(self._worker.run(self._stop))

    async def __aexit__(self, *_failure):
        self._stop.set()
        await asyncio.wait_for(self._running, 15)


async def test_job_of_a_worker_that_fell_silent_is_taken_over(database, database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("""
            WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')
                RETURNING id)
            INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id)
            SELECT 'push', 'pump', '{"identity": "telegram:7"}', 'doing', id FROM dead
        """)
    tasks = CountingTasks()
    async with RunningWorker(database_url, tasks):

        async def is_done() -> bool:
            return tasks.pumped == ["telegram:7"]

        await until(is_done, 15)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() == (0,)


async def test_worker_outlives_its_connections_and_finds_what_no_job_tells_of(database, database_url):
    tasks, rounds = CountingTasks(), []

    async def go():
        rounds.append(1)
        raise ZeroDivisionError

    async with RunningWorker(database_url, tasks, rounds=[Round("test", 0.3, go)]):

        async def has_planned() -> bool:
            return tasks.planned > 0

        await until(has_planned)
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        tasks.due = ["telegram:7"]
        async with database.transaction() as drawers:
            await defer_pump(drawers.connection, "telegram:8")

        async def both_came() -> bool:
            return {"telegram:7", "telegram:8"} <= set(tasks.pumped)

        await until(both_came, 20)
    assert len(rounds) > 1, "a round that fails is gone again"


async def test_identity_is_pumped_by_one_task_which_looks_again_when_asked():
    stop, inside, may_end, count = asyncio.Event(), asyncio.Event(), asyncio.Event(), 0

    class Slow(CountingTasks):
        async def pump(self, identity, stop):
            nonlocal count
            count += 1
            inside.set()
            await may_end.wait()

    pumps = Pumps(Slow(), stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(pumps.run("telegram:7"))
        await inside.wait()
        assert pumps.is_running("telegram:7")
        await pumps.run("telegram:7")
        may_end.set()
    assert count == 2
    assert not pumps.is_running("telegram:7")


def test_death_is_noticed_and_made_good_in_half_a_minute():
    habits = Habits()
    assert habits.silence + habits.heartbeat + habits.look < 30
