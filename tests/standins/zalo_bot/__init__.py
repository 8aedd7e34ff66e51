"""A strict stand-in of the Zalo Bot platform for tests and rehearsals: loopback only, no token of the real world.

    async with ZaloBot() as platform:
        client = OurClient(base=platform.base, token=platform.token)
        lan = platform.person("Lan")
        lan.says("Tôi còn thiếu gì?")
        assert "chứng chỉ" in await lan.reads()

Unknown methods, unknown parameters, wrong types, texts over 2,000 and polling under a webhook are refused with the
documented codes and kept in `violations`; leaving the block then fails. See README.md one folder above.
By itself: `python -m tests.standins.zalo_bot --port 8082`.
"""

from tests.standins.zalo_bot.people import Chat, Person, Sent
from tests.standins.zalo_bot.platform_switches import BotSwitches
from tests.standins.zalo_bot.server import DEFAULT_TOKEN, ZaloBot

__all__ = ["DEFAULT_TOKEN", "BotSwitches", "Chat", "Person", "Sent", "ZaloBot"]
