import asyncio

from bot.waves import Waves


async def go_through(waves: Waves, inside: list[int], number: int, out: asyncio.Event, longest: float = 5.0) -> bool:
    is_let_in = await waves.enter(longest)
    if not is_let_in:
        return False
    inside.append(number)
    await out.wait()
    inside.remove(number)
    waves.leave()
    return True


async def test_the_next_go_in_together_once_few_are_left_and_in_the_order_of_coming():
    waves, inside = Waves(3, 1), []
    outs = [asyncio.Event() for _each in range(7)]
    async with asyncio.TaskGroup() as group:
        for number, out in enumerate(outs):
            group.create_task(go_through(waves, inside, number, out))
        await asyncio.sleep(0.01)
        assert inside == [0, 1, 2]
        outs[1].set()
        await asyncio.sleep(0.01)
        assert inside == [0, 2]
        outs[0].set()
        await asyncio.sleep(0.01)
        assert inside == [2, 3, 4]
        for out in outs:
            out.set()
    assert inside == []
    assert await waves.enter(0.01)


async def test_who_waits_too_long_or_is_called_away_takes_nobodys_place():
    waves, inside, out = Waves(1, 0), [], asyncio.Event()
    first = asyncio.create_task(go_through(waves, inside, 1, out))
    await asyncio.sleep(0)
    called_away = asyncio.create_task(go_through(waves, inside, 2, out))
    third = asyncio.create_task(go_through(waves, inside, 3, out))
    assert not await waves.enter(0.01)
    called_away.cancel()
    out.set()
    assert await first
    assert await third
    assert called_away.cancelled()
    assert await waves.enter(0.01)
    assert not await waves.enter(0.01)


async def test_who_is_called_away_at_the_moment_of_being_let_in_lets_the_next_in():
    waves, out = Waves(1, 0), asyncio.Event()
    inside: list[int] = []
    assert await waves.enter(1)
    second = asyncio.create_task(go_through(waves, inside, 2, out))
    third = asyncio.create_task(go_through(waves, inside, 3, out))
    await asyncio.sleep(0)
    waves.leave()
    second.cancel()
    await asyncio.sleep(0.01)
    assert inside == [3]
    out.set()
    assert await third
