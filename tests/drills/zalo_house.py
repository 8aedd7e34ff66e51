"""The same house on Zalo: behind the Official Account, and behind the bot platform, each with its stand-in.

Zalo's clock is the house's, jumps and all: it decides windows, tokens and allowances. Events are brought by webhook,
and again every second until they are thanked for. An answer may be several messages here: one is doubled where the
same words stand twice.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import Any, ClassVar

from bot.commands.zalo_bot import BOT_WEBHOOK_PATH
from bot.commands.zalo_oa import OA_WEBHOOK_PATH
from bot.on_zalo.bot_tokens import identity_of as bot_identity_of
from bot.on_zalo.oa_marks import identity_of as oa_identity_of
from tests.drills.house import House
from tests.drills.process import read_jump
from tests.standins.listening import Listening
from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa

BOT_SECRET = "a-secret-for-the-drill"
_AGAIN = (1.0,) * 3600  # seconds, in place of Zalo's ladder
_HOUR = 3600.0


class ZaloHouse(House):
    """What both of Zalo's doors share."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._many: dict[int, Any] = {}
        self._linked_people: dict[int, Any] = {}
        self._chats_of_many: set[str] = set()

    def new_person(self, name: str) -> Any:
        """Somebody on the platform; has been there before where that matters."""
        raise NotImplementedError

    def new_visitor(self, number: int) -> Any:
        """Somebody whom nobody knows."""
        return self.new_person(f"Khách {number}")

    def linked_visitor(self, number: int) -> Any:
        """The linked person of this number."""
        if number not in self._linked_people:
            self._linked_people[number] = self.new_person(f"Liên kết {number}")
        return self._linked_people[number]

    def bulk_address(self, number: int) -> str:
        """The chat of one of the many, in which nobody asks anything."""
        if number not in self._many:
            self._many[number] = self.new_person(f"ZZ{number:06}")
            self._chats_of_many.add(self._many[number].id)
        return str(self._many[number].id)

    def asks_nothing(self, address: str) -> bool:
        """Whether this chat is there for notices alone."""
        return address in self._chats_of_many

    def written_to_since(self, moment: float) -> set[str]:
        """To whom calls were made since then; the loop's clock is the monotonic one."""
        calls = self.api.calls_of(self.sending)
        return {one.about for one in calls if one.arrived > moment and one.about is not None}

    async def go_away(self) -> None:
        """Nobody listens at the platform any more; it still brings what people do."""
        await Listening.stop(self.api)

    def heal(self) -> None:
        """Nothing that was planned goes wrong any more."""
        self.api.heal()

    def is_doubled(self, texts: Sequence[str]) -> bool:
        """Whether the same words stand there twice."""
        said = [text for text in texts if text != self.interrupted]
        return len(set(said)) < len(said)


class AccountHouse(ZaloHouse):
    """A house behind the Official Account."""

    channel: ClassVar[str] = "zalo_oa"
    sending: ClassVar[str] = "message/cs"
    unclear: ClassVar[str] = "zalo.unclear"

    @staticmethod
    def make_platform(ahead: float, jump: Path) -> ZaloOa:
        """An account of this app, whose administrator has consented."""
        return ZaloOa(clock=_clock(ahead, jump), app_rate=10**9, ladder=_AGAIN)

    @property
    def identity(self) -> str:
        """Ours, as deliveries name it."""
        return oa_identity_of(self.api.oa_id)

    def platform_settings(self) -> dict[str, str]:
        """What processes must know of the platform."""
        oa = self.api
        return {
            "PUBLIC_URL": "https://127.0.0.1", "ZALO_OA_APP_ID": oa.app_id, "ZALO_OA_ID": oa.oa_id,
            "ZALO_OA_APP_SECRET": oa.app_secret, "ZALO_OA_WEBHOOK_SECRET": oa.oa_secret,
            "ZALO_OA_REFRESH_TOKEN": oa.refresh_token, "ZALO_OA_API": oa.openapi_base,
            "ZALO_OAUTH_API": oa.oauth_base, "ZALO_OA_PER_SECOND": "60",
        }  # fmt: skip

    async def start(self, kind: str, *, waits: bool = True) -> Popen:
        """A process of this kind; Zalo is told of the webhook once somebody is there, and has handed a token out."""
        process = await super().start(kind, waits=waits)
        if kind == "serve" and self.api.webhook.url is None:
            assert await self.api.save_webhook(f"http://127.0.0.1:{self.port}{OA_WEBHOOK_PATH}")
            await self.api.wait_for(lambda: self.api.grants.refreshes > 0, 60)
        return process

    def new_person(self, name: str) -> Any:
        """A follower who wrote an hour ago."""
        return self.api.person(name, is_follower=True, interacted_at=self.api.clock() - _HOUR)

    def texts_at(self, address: str) -> list[str]:
        """What we wrote there."""
        return [row.text for row in self.api.people[address].screen()]


class BotHouse(ZaloHouse):
    """A house behind the bot platform."""

    channel: ClassVar[str] = "zalo_bot"
    unclear: ClassVar[str] = "zalo_bot.unclear"

    @staticmethod
    def make_platform(ahead: float, jump: Path) -> ZaloBot:
        """A bot without limits of a plan."""
        return ZaloBot(clock=_clock(ahead, jump), users_allowed=None, monthly_allowance=None, webhook_ladder=_AGAIN)

    @property
    def identity(self) -> str:
        """Ours, as deliveries name it."""
        return bot_identity_of(self.api.token)

    def platform_settings(self) -> dict[str, str]:
        """What processes must know of the platform."""
        return {
            "ZALO_BOT_TOKEN": self.api.token, "ZALO_BOT_API": self.api.base, "ZALO_BOT_PER_SECOND": "60",
            "ZALO_BOT_WEBHOOK_URL": f"http://127.0.0.1:{self.port}{BOT_WEBHOOK_PATH}",
            "ZALO_BOT_WEBHOOK_SECRET": BOT_SECRET, "ZALO_BOT_MONTHLY": "1000000",
        }  # fmt: skip

    def new_person(self, name: str) -> Any:
        """Somebody who has written to the bot before."""
        person = self.api.person(name)
        self.api.learn(person.chat)
        return person

    def texts_at(self, address: str) -> list[str]:
        """What we wrote there."""
        return [one.text for one in self.api.people[address].on_screen()]


ZALO: dict[str, type[ZaloHouse]] = {"zalo-account": AccountHouse, "zalo-bot": BotHouse}


def _clock(ahead: float, jump: Path) -> Clock:
    return Clock(lambda: time.time() + ahead + read_jump(jump))
