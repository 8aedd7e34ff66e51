"""The wire of the bulk sender: HTTP requests for python-telegram-bot, with errors that tell what is known of a message.

Nothing raised or logged here holds an address, for the token is part of it, or a word of what was sent.
"""

import json
from datetime import timedelta
from typing import Any, Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData

_WITHOUT_A_NUMBER: Final = 3.0  # seconds of silence where somebody on the way asks for it without saying how long
_TOO_MANY, _FIRST_OF_CLIENT, _FIRST_OF_SERVER = 429, 400, 500
_KNOWN_TO_THE_LIBRARY: Final = {400, 401, 403, 404, 409}
_LONGEST_CONNECT: Final = 10.0


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


class DiscreetRequest(BaseRequest):
    """The library's extension point for requests, over aiohttp: its own, over httpx, takes five times the processor.

    Asks once; no redirect and no proxy of the surroundings hears of the token. Each failure is one of the errors above,
    named by its kind alone.
    """

    def __init__(self, *, connections: int, seconds: float) -> None:
        self._connections = connections
        self._seconds = seconds
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return self._seconds

    async def initialize(self) -> None:
        """Connections are made when they are needed."""

    async def shutdown(self) -> None:
        """Close the connections."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

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
        """Ask once, always with the patience of this wire. Raises one of the errors above, or BadRequest."""
        del read_timeout, write_timeout, connect_timeout, pool_timeout
        try:
            async with self._open().request(method, url, data=_form(request_data), allow_redirects=False) as answer:
                status, payload = answer.status, await answer.read()
        except (ClientConnectorError, ConnectionTimeoutError) as failed:
            discreet: TelegramError = NeverLeftError(type(failed).__name__)
        except (ClientError, TimeoutError, OSError) as failed:
            discreet = AnswerLostError(type(failed).__name__)
        else:
            wrong = _find_wrong(status, payload)
            if wrong is None:
                return status, payload
            discreet = wrong
        raise discreet  # out here, so that the failure with the address is not kept as its context

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections),
                # Waiting for a free connection and making one are told apart from waiting for the answer.
                timeout=ClientTimeout(
                    total=2 * self._seconds + _LONGEST_CONNECT,
                    connect=min(self._seconds / 2, _LONGEST_CONNECT),
                    sock_read=self._seconds,
                ),
                cookie_jar=DummyCookieJar(),
            )
        return self._session

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


def _form(data: RequestData | None) -> FormData | None:
    if data is None:
        return None
    form = FormData(data.json_parameters)
    for name, (filename, content, media_type) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return form


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
