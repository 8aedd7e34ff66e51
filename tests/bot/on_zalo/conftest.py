"""One stand-in for each test; a door by polling and by webhook."""

import pytest

from tests.bot.on_zalo.bot_open import open_bot
from tests.bot.opened import POLLING, WEBHOOK
from tests.standins.zalo_bot import ZaloBot


@pytest.fixture
async def platform():
    async with ZaloBot() as platform:
        yield platform


@pytest.fixture
def lan(platform):
    """Somebody whom the bot has seen before."""
    person = platform.person("Lan")
    platform.learn(person.chat)
    return person


@pytest.fixture(params=[POLLING, WEBHOOK])
async def bot_door(platform, request):
    async with open_bot(platform, request.param) as door:
        yield door
