"""One stand-in for each test; a door by polling and by webhook."""

import pytest

from tests.bot.on_telegram.door import open_door
from tests.bot.opened import POLLING, WEBHOOK
from tests.standins.telegram_api import TelegramApi


@pytest.fixture
async def api():
    async with TelegramApi() as api:
        yield api


@pytest.fixture(params=[POLLING, WEBHOOK])
async def door(api, request):
    async with open_door(api, request.param) as door:
        yield door


@pytest.fixture
async def polling(api):
    async with open_door(api, POLLING) as door:
        yield door


@pytest.fixture
async def webhook(api):
    async with open_door(api, WEBHOOK) as door:
        yield door


@pytest.fixture
def visitor(api):
    return api.visitor("Lan")
