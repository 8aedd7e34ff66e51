"""Work under supervision: bounded, finished before leaving, and one failure harms nobody else."""

import asyncio

import pytest

from bot.seen import SeenInMemory
from bot.supervisor import Supervisor
from bot.turns import Turns


async def test_others_go_on_when_one_piece_of_work_fails(capsys, caplog):
    done = []

    async def fail():
        raise KeyError("private words")

    async def work():
        await asyncio.sleep(0)
        done.append("work")

    async with Supervisor() as supervisor:
        await supervisor.start(fail())
        await supervisor.start(work())
    logged = capsys.readouterr().out + caplog.text
    assert done == ["work"]
    assert "KeyError" in logged
    assert "private words" not in logged


async def test_unfinished_work_is_given_up_and_counted_when_it_outlasts_the_grace(capsys, caplog):
    async with Supervisor(grace=0.01) as supervisor:
        await supervisor.start(asyncio.Event().wait())
    assert "left_unfinished" in capsys.readouterr().out + caplog.text


async def test_no_more_work_is_taken_when_the_block_was_left():
    async with Supervisor() as supervisor:
        assert supervisor.has_room
    assert not supervisor.has_room
    with pytest.raises(RuntimeError, match="gone home"):
        await supervisor.start(asyncio.sleep(0))


async def test_error_of_the_block_is_raised_as_it_was_when_work_was_running():
    async def work_and_fail():
        async with Supervisor() as supervisor:
            await supervisor.start(asyncio.sleep(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work_and_fail()


async def test_nothing_is_kept_of_a_conversation_when_nobody_stands_in_it():
    turns, order = Turns(), []

    async def take(number):
        async with turns.of("one"):
            await asyncio.sleep(0)
            order.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(take(number))
    assert order == [0, 1, 2, 3, 4]
    assert not turns._locks
    assert not turns._standing


async def test_oldest_updates_are_forgotten_first_when_memory_is_full():
    seen = SeenInMemory(capacity=2)
    assert [await seen.claim("telegram", one) for one in ("1", "2", "3", "2", "1")] == [True, True, True, False, True]
    await seen.release("telegram", "1")
    assert await seen.claim("telegram", "1")
