"""The connection to the Bot API: where it is, which errors mean what, and a token that never leaves it."""

import json
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile
from aiogram.utils.token import TokenValidationError
from aiohttp import BytesPayload, ClientConnectorError, ConnectionTimeoutError, FormData, JsonPayload, Payload

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError, UnclearError
from bot.on_telegram.tokens import refused_token
from bot.waiting import Pause, T

_write = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
_TRIES = 4
_FIRST_PAUSE = 0.5
_LONGEST_WAIT = 30  # seconds a visitor's answer may be held back when Telegram asks us to slow down
_log = structlog.get_logger("bot.on_telegram")


class NeverConnectedError(TelegramNetworkError):
    """No connection was made, so Telegram did not see the request."""


class PlainMethod(TelegramMethod[Any]):
    """A method that brings no file and leaves nothing to the defaults of a bot; what Telegram answers is left as it is.

    So it is written and its answer is read in one go.
    """

    __returning__ = Any
    __api_method__ = ""


class DiscreetSession(AiohttpSession):
    """aiogram's session with network errors that name the kind of failure only: addresses carry the token."""

    def __init__(self, *, api: TelegramAPIServer) -> None:
        super().__init__(api=api)
        self._forms: dict[Any, Any] = {}  # pydantic forgets a form as soon as nobody holds it, and makes it anew

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData | Payload:  # type: ignore[override]  # aiohttp takes either
        """As JSON where no file goes with it: in a form each Vietnamese letter is written by six to nine others."""
        if isinstance(method, PlainMethod):
            written_at_once = method.model_dump_json(exclude_none=True)
            return BytesPayload(written_at_once.encode(), content_type="application/json")
        files: dict[str, InputFile] = {}
        fields = method.model_dump(warnings=False).items()
        written = {name: self.prepare_value(value, bot=bot, files=files) for name, value in fields}
        if files:
            return super().build_form_data(bot, method)
        return JsonPayload({name: value for name, value in written.items() if value}, dumps=_write)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        if isinstance(method, PlainMethod) and status_code == HTTPStatus.OK and (read := _find_taken(content)):
            return read
        returning = method.__returning__
        if returning not in self._forms:
            self._forms[returning] = Response[returning]  # type: ignore[valid-type]
        return super().check_response(bot, method, status_code, content)

    async def close(self) -> None:
        # aiohttp of today waits for its connections by itself; aiogram's additional quarter of a second is not needed.
        if self._session is not None and not self._session.closed:
            await self._session.close()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,
    ) -> TelegramType:
        try:
            return await super().make_request(bot, method, timeout)
        except TelegramEntityTooLarge:
            raise
        except TelegramNetworkError as failed:
            never = isinstance(failed.__cause__, ClientConnectorError | ConnectionTimeoutError)
            kind = NeverConnectedError if never else TelegramNetworkError
            discreet = kind(method=method, message=type(failed.__cause__).__name__)
        raise discreet


def _find_taken(content: str) -> Response[Any] | None:
    """The answer that something was taken; None for any other."""
    try:
        read = json.loads(content)
    except ValueError:
        return None
    is_taken = isinstance(read, dict) and read.get("ok") is True
    return Response.model_construct(ok=True, result=read.get("result")) if is_taken else None


def open_bot(token: str, api: str) -> Bot:
    """Make the bot of this token at this Bot API address. Raises ChannelRefusedError for what cannot be a token."""
    try:
        return Bot(token, session=DiscreetSession(api=TelegramAPIServer.from_base(api)))
    except TokenValidationError:
        raise refused_token() from None


async def hand_over(
    bot: Bot, method: TelegramMethod[T], pause: Pause, *, is_repeatable: bool = False, tries: int = _TRIES
) -> T:
    """Call Telegram, and again only where that cannot show a message twice.

    Raises NotSentError, RefusedError or UnclearError; ChannelRefusedError when the token no longer counts.
    TelegramBadRequest passes through: the caller knows what it asked for. So does what is too large, as one.
    """
    for attempt in range(1, tries + 1):
        try:
            return await bot(method)
        except TelegramBadRequest:
            raise
        except TelegramEntityTooLarge:
            raise TelegramBadRequest(method, "request entity too large") from None
        except (TelegramAPIError, ClientDecodeError) as failed:
            wait = _wait_before_repeating(failed, attempt, is_repeatable=is_repeatable) if attempt < tries else None
            if wait is None:
                raise _name(failed) from None
            _log.info("telegram.repeated", method=type(method).__name__, error=type(failed).__name__, wait=wait)
        await pause(wait)
    raise AssertionError("the last attempt returns or raises")


def _wait_before_repeating(failed: Exception, attempt: int, *, is_repeatable: bool) -> float | None:
    """Seconds to wait before the next try; None where there is none."""
    if isinstance(failed, TelegramRetryAfter):
        return failed.retry_after if failed.retry_after <= _LONGEST_WAIT else None
    is_unclear = _is_unclear(failed)
    may_repeat = isinstance(failed, NeverConnectedError) or (is_repeatable and is_unclear)
    if not may_repeat:
        return None
    return _FIRST_PAUSE * float(2 ** (attempt - 1))


def _is_unclear(failed: Exception) -> bool:
    """Whether it may have been carried out all the same; so it is with an error inside of a 200."""
    is_of_no_kind = type(failed) is TelegramAPIError
    return is_of_no_kind or isinstance(failed, TelegramNetworkError | TelegramServerError | ClientDecodeError)


def _name(failed: Exception) -> DeliveryFailedError | ChannelRefusedError:
    """Name Telegram's error in the words that all channels share."""
    code = type(failed).__name__
    if isinstance(failed, TelegramUnauthorizedError | TelegramNotFound):
        return refused_token()
    if isinstance(failed, TelegramForbiddenError | TelegramMigrateToChat):
        return RefusedError(code, code=code)
    if _is_unclear(failed):
        is_never = isinstance(failed, NeverConnectedError)
        return NotSentError(code, code=code) if is_never else UnclearError(code, code=code)
    wait = float(failed.retry_after) if isinstance(failed, TelegramRetryAfter) else 0.0
    return NotSentError(code, code=code, wait=wait)


def name_reason(refused: TelegramBadRequest) -> str:
    """Telegram's reason without what follows it, which may quote the message."""
    return refused.message.removeprefix("Bad Request: ").partition(":")[0][:80]
