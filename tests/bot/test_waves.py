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


async def test_whoever_waited_too_long_goes_in_where_there_is_room_and_others_with_them():
    waves, inside, outs = Waves(4, 0), [], [asyncio.Event() for _each in range(7)]
    async with asyncio.TaskGroup() as group:
        for number, out in enumerate(outs[:4]):
            group.create_task(go_through(waves, inside, number, out))
        await asyncio.sleep(0)
        assert not await waves.enter(0.01), "there is no room"
        late = group.create_task(go_through(waves, inside, 4, outs[4], 0.05))
        group.create_task(go_through(waves, inside, 5, outs[5]))
        await asyncio.sleep(0)
        outs[0].set()
        outs[1].set()
        await asyncio.sleep(0.01)
        assert inside == [2, 3], "a wave goes together"
        async with asyncio.timeout(2):
            while inside != [2, 3, 4, 5]:  # noqa: ASYNC110  a gate rings no bell
                await asyncio.sleep(0.01)
        group.create_task(go_through(waves, inside, 6, outs[6]))
        outs[4].set()
        await asyncio.sleep(0.01)
        assert inside == [2, 3, 5], "two stay long: it is waited for the others alone"
        outs[5].set()
        await asyncio.sleep(0.01)
        assert inside == [2, 3, 6]
        for out in outs:
            out.set()
    assert await late


async def test_room_is_free_at_once_when_nobody_waits_any_more():
    waves = Waves(2, 0)
    assert await waves.enter(1)
    assert await waves.enter(1)
    assert not await waves.enter(0.01)
    waves.leave()
    async with asyncio.timeout(1):
        assert await waves.enter(60)
