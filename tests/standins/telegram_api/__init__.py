"""A strict stand-in of the Telegram Bot API for tests and rehearsals: loopback only, no token of the real world.

    async with TelegramApi() as api:
        bot = Bot(api.token, session=…api.base…)
        visitor = api.visitor("Lan")
        visitor.says("Tôi còn thiếu gì?")
        assert "chứng chỉ" in await visitor.reads()
        visitor.presses("Hạn của tôi")

Unknown methods and parameters, wrong types, broken HTML, messages over 4,096 UTF-16 units, buttons over 64 bytes and
answers to unknown presses are answered with 400 and kept in `api.violations`; leaving the block then fails. Faults are
put in front of calls with `api.fail_next(method, fault)`, see `faults`.
By itself: `python -m tests.standins.telegram_api --port 8081`, see `__main__`.
"""

from tests.standins.telegram_api import faults
from tests.standins.telegram_api.methods import ApiError, Call
from tests.standins.telegram_api.server import DEFAULT_TOKEN, TelegramApi
from tests.standins.telegram_api.visitor import Visitor
from tests.standins.telegram_api.world import Chat, Message

__all__ = ["DEFAULT_TOKEN", "ApiError", "Call", "Chat", "Message", "TelegramApi", "Visitor", "faults"]
