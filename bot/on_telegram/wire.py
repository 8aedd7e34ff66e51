"""The wire of the bulk sender: python-telegram-bot's HTTP requests, with errors that tell what is known of the message.

Nothing raised or logged here holds an address, for the token is part of it, or a word of what was sent.
"""

import json
import logging
from datetime import timedelta
from typing import Any, Final

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

_WITHOUT_A_NUMBER: Final = 3.0  # seconds of silence where somebody on the way asks for it without saying how long
_TOO_MANY, _FIRST_OF_CLIENT, _FIRST_OF_SERVER = 429, 400, 500
_KNOWN_TO_THE_LIBRARY: Final = {400, 401, 403, 404, 409}
_NEVER_LEFT: Final = (httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.UnsupportedProtocol)


class NeverLeftError(NetworkError):
    """No connection was made, or none was free: nothing of the request left this machine."""


class AnswerLostError(NetworkError):
    """The request left, or part of it, and no answer came that can be read."""


class AskedToWaitError(RetryAfter):
    """Too many requests; what was asked for was not done. The library's own class warns of itself when it is made."""

    def __init__(self, seconds: float) -> None:
        TelegramError.__init__(self, "Too many requests")
        self._retry_after = timedelta(seconds=seconds)

    @property
    def retry_after(self) -> timedelta:
        """How long to wait."""
        return self._retry_after


class DiscreetRequest(HTTPXRequest):
    """The library's request over HTTP; each failure becomes one of the errors above, named by its kind alone."""

    def __init__(self, *, connections: int, seconds: float) -> None:
        keep_addresses_out_of_logs()
        super().__init__(
            connection_pool_size=connections,
            read_timeout=seconds,
            write_timeout=seconds,
            connect_timeout=min(seconds, 10.0),
            pool_timeout=min(seconds / 2, 10.0),
            media_write_timeout=seconds,
            # Only the address that is configured is asked: no proxy of the surroundings hears of the token.
            httpx_kwargs={"trust_env": False},
        )

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Ask once. Raises AskedToWaitError, NeverLeftError or AnswerLostError."""
        try:
            status, payload = await super().do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        except NetworkError as failed:
            cause = failed.__cause__
            kind = NeverLeftError if isinstance(cause, _NEVER_LEFT) else AnswerLostError
            discreet: TelegramError = kind(type(cause).__name__)
        else:
            wrong = _find_wrong(status, payload)
            if wrong is None:
                return status, payload
            discreet = wrong
        raise discreet  # out here, so that the failure with the address is not kept as its context

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Read an answer; the library's own way logs what it cannot read, which may be somebody's message."""
        try:
            read = json.loads(payload)
        except ValueError:
            read = None
        if not isinstance(read, dict):
            raise AnswerLostError("NotJSON")
        return read


def _find_wrong(status: int, payload: bytes) -> TelegramError | None:
    """What the library would not tell apart from other network errors."""
    if status == _TOO_MANY:
        return AskedToWaitError(_read_wait(payload))
    if status >= _FIRST_OF_SERVER:
        return AnswerLostError(f"HTTP{status}")
    if status >= _FIRST_OF_CLIENT and status not in _KNOWN_TO_THE_LIBRARY:
        return BadRequest(f"HTTP{status}")
    return None


def _read_wait(payload: bytes) -> float:
    try:
        return float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, KeyError):
        return _WITHOUT_A_NUMBER


class _WithoutAddresses(logging.Filter):
    """httpx tells every address at INFO, and a token is part of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


def keep_addresses_out_of_logs() -> None:
    """Drop what httpx would log of requests. Doing it twice is harmless."""
    log = logging.getLogger("httpx")
    if not any(isinstance(one, _WithoutAddresses) for one in log.filters):
        log.addFilter(_WithoutAddresses())
