"""The Zalo Bot platform as a channel of pushes: a message handed over, and exactly what became of it."""

import time
from collections import Counter
from typing import Final, NoReturn

import structlog

from bot.failures import (
    ChannelRefusedError,
    DeliveryFailedError,
    NotNowError,
    NotSentError,
    RefusedError,
    UnclearError,
    where_of,
)
from bot.on_zalo.bot_allowance import ALLOWANCE, CountedBot
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_codes import QUOTA, SERVER_FAULT
from bot.on_zalo.bot_plan import Meter, Plan
from bot.on_zalo.bot_showing import Offered, OfferedChoices, list_parts, offer
from bot.push.sending import Parcel
from bot.refusals import ALLOWANCE_USED, BAD_REQUEST, NOT_EDITABLE
from bot.render import Describe
from handlers.asking import Channel
from handlers.phrases import locale_of
from handlers.reply import Reply

MOST_PARTS: Final = 3
_MOST_FAULTS: Final = 3  # times that a fault of the platform's server is taken for "not done" for one message
_log = structlog.get_logger("bot.on_zalo.bot")


def fits(reply: Reply, describe: Describe) -> bool:
    """Whether a reply goes into as many messages as a push may be."""
    return len(list_parts(reply, describe)) <= MOST_PARTS


class ZaloBotSender:
    """Keeps the promise of `bot.push.sending.Sender` for one bot. Nothing is tried twice here.

    Its choices stand in the chat from then on, so that their numbers and words can be typed. Once the month's allowance
    is used up, by our count or the platform's, whoever has another channel is written to there.
    """

    channel = Channel.ZALO_BOT.value

    def __init__(
        self,
        api: BotApi,
        describe: Describe,
        *,
        meter: Meter,
        offered: OfferedChoices,
        plan: Plan | None = None,
    ) -> None:
        self.identity = api.identity
        self._api = api
        self._bot = CountedBot(api, meter, plan or Plan())
        self._offered = offered
        self._describe = describe
        self._quota_until = 0.0  # by `time.monotonic`: the platform asked to be left alone
        self._faults: Counter[int] = Counter()

    async def send(self, parcel: Parcel) -> str:
        """Hand it over; the platform's id of its first message."""
        with locale_of(parcel.locale):
            parts = self._list_parts(parcel.reply)
        if (left := self._quota_until - time.monotonic()) > 0:
            raise NotNowError(QUOTA, code=QUOTA, later=left, may_go_elsewhere=True)
        try:
            first = await self._bot.push(parcel.address, parts[0], is_broadcast=parcel.is_broadcast)
            await self._send_rest(parcel, parts[1:])
        except NotSentError as failed:
            if failed.code == QUOTA:
                self._quota_until = time.monotonic() + failed.wait
            if failed.code in {QUOTA, ALLOWANCE}:
                code = ALLOWANCE_USED if failed.code == ALLOWANCE else QUOTA
                raise NotNowError(code, code=code, later=failed.wait, may_go_elsewhere=True) from None
            raise self._count_fault(parcel.delivery, failed) from None
        except UnclearError:
            await self._remember(parcel.address, Offered())
            raise
        except (DeliveryFailedError, ChannelRefusedError):
            raise
        except Exception as broken:  # noqa: BLE001  an answer that is not what was agreed: the message may have arrived
            _log.error("zalo_bot.unreadable_answer", error=type(broken).__name__, where=where_of(broken))
            raise UnclearError("unreadable", code=type(broken).__name__) from None
        self._faults.pop(parcel.delivery, None)
        await self._remember(parcel.address, offer(parcel.reply, is_pushed=True))
        return first

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        """Nothing that stands in a chat of this platform can be written over: a correction is sent instead."""
        del address, provider_id, reply
        raise RefusedError(NOT_EDITABLE, code=NOT_EDITABLE)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    def _list_parts(self, reply: Reply) -> list[str]:
        try:
            parts = list_parts(reply, self._describe)
        except ValueError:
            self._blame_ourselves("empty")
        if len(parts) > MOST_PARTS:
            self._blame_ourselves("too_long")
        return parts

    async def _send_rest(self, parcel: Parcel, parts: list[str]) -> None:
        """What follows the first message. It arrived: what fails now must not send it again."""
        for part in parts:
            try:
                await self._bot.push(parcel.address, part, is_broadcast=parcel.is_broadcast)
            except (DeliveryFailedError, ChannelRefusedError) as failed:
                code = failed.code if isinstance(failed, DeliveryFailedError) else "channel_refused"
                raise UnclearError("cut short", code=f"cut_short_{code}") from None

    def _count_fault(self, delivery: int, failed: NotSentError) -> NotSentError | UnclearError:
        """A server that fails again and again may have taken the message all the same: then it is named unclear."""
        if failed.code != SERVER_FAULT:
            return failed
        self._faults[delivery] += 1
        if self._faults[delivery] < _MOST_FAULTS:
            return failed
        del self._faults[delivery]
        return UnclearError(SERVER_FAULT, code=SERVER_FAULT)

    async def _remember(self, address: str, offered: Offered) -> None:
        """That numbers cannot be kept does not change what became of the message."""
        try:
            await self._offered.keep(address, offered)
        except Exception as failed:  # noqa: BLE001  the database: words still name what they name
            _log.warning("zalo_bot.choices_not_kept", error=type(failed).__name__)

    def _blame_ourselves(self, reason: str) -> NoReturn:
        _log.error("zalo_bot.bad_request", method="push", reason=reason)
        raise RefusedError(reason, code=BAD_REQUEST) from None
