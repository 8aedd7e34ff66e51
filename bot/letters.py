"""Letters are brought to their readers beside the conversations: begun once, and their end always written down.

What cannot have gone out is tried again; what may have gone out never is.
"""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError, where_of
from bot.refusals import PASSING
from bot.waiting import longer_each_time
from handlers.reply import Reply

_AT_ONCE = 20  # letters of one channel in one round: pushes stay far below what conversations need
_FIRST_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0  # seconds before what did not go out is tried again
_MOST_TRIES = 100
_UNTIL_MENDED = 3600.0  # seconds before what holds until somebody has paid or mended it is looked at again
_WITHOUT_CHANNEL = 300.0  # seconds before a channel that refuses us as a whole is tried again
_log = structlog.get_logger("bot.letters")


class Carried(StrEnum):
    """How bringing a letter ended."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Errand:
    """One letter that was taken up: it counts as begun, and `tries` with it. `person` is whom it is for.

    One that `is_old` waits for nothing that passes.
    """

    id: int
    address: str
    reply: Reply
    tries: int
    person: str | None = None
    is_old: bool = False


class NobodyThereError(NotSentError):
    """Whoever the letter is for is not there at the moment; that is no failure."""


class Mail(Protocol):
    """Where letters wait, and where it is kept how they ended."""

    async def remind(self) -> int:
        """Leave the letters that are due by themselves; how many."""
        ...

    async def begin(self, channel: str, addresses: Collection[str] | None) -> Errand | None:
        """Take up the next letter, for these addresses only where they are given; None for none.

        That it was taken up is kept before this returns, so that nobody else brings it too.
        """
        ...

    async def finish(self, errand: Errand, ended: Carried, reason: str = "") -> None:
        """Keep how it ended."""
        ...

    async def put_off(self, errand: Errand, seconds: float, reason: str, *, is_try: bool = True) -> None:
        """Let it wait again: it surely did not go out. Without `is_try` it was not even tried."""
        ...


class Carrier(Protocol):
    """Brings letters by one channel."""

    @property
    def channel(self) -> str:
        """The channel."""
        ...

    def list_present(self) -> Collection[str] | None:
        """The addresses that can be reached now; None for all."""
        ...

    async def carry(self, errand: Errand) -> None:
        """Hand it over. Raises NotSentError, RefusedError, UnclearError or ChannelRefusedError."""
        ...

    async def close(self) -> None:
        """Give back what was held open."""
        ...


class Postman:
    """Goes round every few seconds until told to stop."""

    def __init__(self, mail: Mail, carriers: Sequence[Carrier], *, every: float = 3.0) -> None:
        self._mail = mail
        self._carriers = tuple(carriers)
        self._every = every

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until `stop`; what was begun is finished. Nothing that fails ends it."""
        try:
            while not stop.is_set():
                await self.go_round()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every):
                        await stop.wait()
        finally:
            for carrier in self._carriers:
                await carrier.close()

    async def go_round(self) -> None:
        """Leave what is due, then bring what waits, each channel by itself."""
        await self._guarded(self._remind())
        async with asyncio.TaskGroup() as channels:
            for carrier in self._carriers:
                channels.create_task(self._guarded(self._bring(carrier)))

    async def _remind(self) -> None:
        left = await self._mail.remind()
        if left:
            _log.info("letters.reminded", left=left)

    async def _bring(self, carrier: Carrier) -> None:
        for _turn in range(_AT_ONCE):
            present = carrier.list_present()
            if present is not None and not present:
                return
            errand = await self._mail.begin(carrier.channel, present)
            if errand is None or not await self._bring_one(carrier, errand):
                return

    async def _bring_one(self, carrier: Carrier, errand: Errand) -> bool:
        """Bring one letter; False when the channel should be left alone for this round."""
        try:
            await carrier.carry(errand)
        except NobodyThereError as gone:
            await self._mail.put_off(errand, self._every, gone.code, is_try=False)
        except NotSentError as failed:
            await self._put_off_or_give_up(errand, failed)
            return False
        except ChannelRefusedError:
            await self._mail.put_off(errand, _WITHOUT_CHANNEL, "channel_refused", is_try=False)
            return False
        except RefusedError as refused:
            if refused.code in PASSING and not errand.is_old:
                await self._mail.put_off(errand, _UNTIL_MENDED, refused.code, is_try=False)
            else:
                await self._mail.finish(errand, Carried.REFUSED, refused.code)
        except UnclearError as unclear:
            _log.warning("letters.unclear", letter=errand.id, channel=carrier.channel, code=unclear.code)
            await self._mail.finish(errand, Carried.UNCLEAR, unclear.code)
        except Exception as defect:  # noqa: BLE001  ours: whether it went out is not known, so it is not sent again
            _log.error("letters.defect", letter=errand.id, error=type(defect).__name__, where=where_of(defect))
            await self._mail.finish(errand, Carried.UNCLEAR, type(defect).__name__)
        else:
            await self._mail.finish(errand, Carried.DELIVERED)
        return True

    async def _put_off_or_give_up(self, errand: Errand, failed: NotSentError) -> None:
        if errand.tries >= _MOST_TRIES:
            await self._mail.finish(errand, Carried.REFUSED, "given_up")
            return
        pause = longer_each_time(errand.tries - 1, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
        await self._mail.put_off(errand, max(pause, failed.wait), failed.code)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as failed:  # noqa: BLE001  a round that fails is gone again; the doors stay open
            _log.warning("letters.round_failed", error=type(failed).__name__, where=where_of(failed))
