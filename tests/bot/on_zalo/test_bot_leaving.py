"""The door by polling is asked to leave while a fetch is under way: what it brings is not lost."""

import asyncio

from bot.commands.serving import _ENDED_WITHIN
from bot.on_zalo.bot_api import _AFTER_A_POLL, _LONGEST_CONNECT
from bot.on_zalo.bot_door import POLL_SECONDS
from tests.bot.on_zalo.bot_open import open_bot
from tests.bot.opened import POLLING


async def test_event_that_comes_while_the_door_leaves_is_kept(platform, lan):
    platform.switches.change(fetcher_gone="pops")
    async with open_bot(platform, POLLING) as door:
        lan.says("đầu tiên")
        await lan.reads()
        polls = len(platform.calls_of("getUpdates"))
        await platform.wait_for(lambda: len(platform.calls_of("getUpdates")) > polls or platform._polling)
        door.stop.set()
        for _turn in range(50):  # whoever hangs up has done so by then
            await asyncio.sleep(0)
        lan.says("ngay trước khi khởi động lại")
        await platform.wait_for(lambda: len(platform.consumed) == 2)
    assert [one.text for one in door.desk.asked][1:] == ["ngay trước khi khởi động lại"] or len(door.inbox.waiting) == 1
    assert len(platform.consumed) == 2
    assert not platform.updates


async def test_fetches_end_when_the_door_is_to_leave_and_nothing_comes(platform, lan):
    async with open_bot(platform, POLLING) as door:
        await door.leave()
        lan.says("nobody fetches this")
    assert len(platform.updates) == 1


def test_longest_fetch_ends_before_whoever_serves_gives_the_doors_up():
    assert POLL_SECONDS + _AFTER_A_POLL + _LONGEST_CONNECT < _ENDED_WITHIN
