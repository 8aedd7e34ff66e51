"""The client of the Zalo Bot platform: each call asked once, and its failure named by what is known of it.

The token is part of every address. It is put in below everything that logs, raises or is shown: no log line, exception
or trace holds it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError
from bot.on_zalo.bot_codes import BOT, Fate, failure_of
from bot.on_zalo.bot_tokens import identity_of
from bot.on_zalo.wire import UNPACKED, AnswerLostError, read_object, trusted_tls

PATIENCE: Final = 14.0  # seconds for an answer after at most as many again to connect: less than a pump waits
_LONGEST_CONNECT: Final = 5.0
_AFTER_A_POLL: Final = 10.0  # seconds beyond the wait itself
_CONNECTIONS: Final = 100
_IDLE_WORDS: Final = ("timeout", "timed out")
_UNREADABLE: Final = "unreadable"
_log = structlog.get_logger("bot.on_zalo.bot")


class BotApi:
    """The methods of the platform for one bot. Nothing is asked twice here.

    Raises NotSentError (surely not done), RefusedError, UnclearError (it may have been done) or ChannelRefusedError.
    """

    def __init__(self, token: str, base: str, *, seconds: float = PATIENCE) -> None:
        self.identity = identity_of(token)
        self._token = token
        self._base = base
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    async def get_me(self) -> Mapping[str, Any]:
        """Who we are."""
        return await self._call("getMe", {})

    async def get_update(self, wait: int) -> Sequence[Mapping[str, Any]]:
        """The next event, waited for so many seconds; empty for none. What was answered is never brought again."""
        status, body = await self._ask("getUpdates", {"timeout": wait}, seconds=wait + _AFTER_A_POLL)
        if body is None:
            raise _failure("getUpdates", status, "")
        if body.get("ok") is not True:
            if _is_idle(body):
                return ()
            raise _failure("getUpdates", _code_of(body, status), str(body.get("description", "")))
        result = body.get("result")
        found = result if isinstance(result, list) else [result]
        return [one for one in found if isinstance(one, dict)]

    async def send_text(self, chat: str, text: str) -> str:
        """Write a message; the platform's own id of it."""
        sent = await self._call("sendMessage", {"chat_id": chat, "text": text})
        return str(sent.get("message_id", ""))

    async def show_typing(self, chat: str) -> None:
        """Show that an answer is being prepared."""
        await self._call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def get_webhook(self) -> str:
        """Where events are brought; empty where they are fetched."""
        return str((await self._call("getWebhookInfo", {})).get("url") or "")

    async def set_webhook(self, url: str, secret: str) -> Mapping[str, Any]:
        """Have events brought; what the platform saw when it tried the address, empty where it does not say."""
        told = await self._call("setWebhook", {"url": url, "secret_token": secret}, seconds=2 * self._seconds)
        seen = told.get("verification")
        return seen if isinstance(seen, dict) else {}

    async def delete_webhook(self) -> None:
        """Have events kept until they are fetched."""
        await self._call("deleteWebhook", {})

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    # --- one call

    async def _call(
        self, method: str, parameters: Mapping[str, object], *, seconds: float | None = None
    ) -> Mapping[str, Any]:
        status, body = await self._ask(method, parameters, seconds=seconds)
        if body is None:
            if status < 300:  # noqa: PLR2004  done, as it seems, but the answer cannot be read
                raise UnclearError("answer lost", code=_UNREADABLE)
            raise _failure(method, status, "")
        if body.get("ok") is not True:
            raise _failure(method, _code_of(body, status), str(body.get("description", "")))
        result = body.get("result")
        return result if isinstance(result, dict) else {}

    async def _ask(
        self, method: str, parameters: Mapping[str, object], *, seconds: float | None
    ) -> tuple[int, Mapping[str, Any] | None]:
        """Status and body of the answer, None where the body is no JSON object."""
        longest = seconds or self._seconds
        failed: Exception
        try:
            async with (
                asyncio.timeout(longest + _LONGEST_CONNECT),
                self._open().stream(
                    "POST",
                    f"{self._base}/{method}",
                    json=dict(parameters),
                    headers=UNPACKED,
                    timeout=httpx.Timeout(longest, connect=_LONGEST_CONNECT, pool=_LONGEST_CONNECT),
                ) as answer,
            ):
                return answer.status_code, await read_object(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            failed = NotSentError("never left", code=type(error).__name__)
        except (httpx.HTTPError, AnswerLostError, TimeoutError, OSError) as error:
            failed = UnclearError("answer lost", code=type(error).__name__)
        raise failed  # out here, so that nothing of the request is kept as its context

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=_CONNECTIONS)
            self._client = httpx.AsyncClient(
                transport=_TokenBelow(
                    self._base, self._token, httpx.AsyncHTTPTransport(verify=trusted_tls(), limits=limits)
                ),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


class _TokenBelow(httpx.AsyncBaseTransport):
    """Puts the token into the address at the last moment: the request that others see and log is without it."""

    def __init__(self, base: str, token: str, wire: httpx.AsyncBaseTransport) -> None:
        self._base = base
        self._token = token
        self._wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        whole = httpx.Request(
            request.method,
            f"{self._base}/bot{self._token}/{method}",
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._wire.handle_async_request(whole)

    async def aclose(self) -> None:
        await self._wire.aclose()


def _failure(method: str, code: int, description: str) -> Exception:
    failure = failure_of(code, description)
    if isinstance(failure, RefusedError):
        _log.error(f"zalo_bot.{failure.code}", method=method, code=code)
    elif not isinstance(failure, ChannelRefusedError):
        _log.warning("zalo_bot.failed_call", method=method, code=code)
    return failure


def _code_of(body: Mapping[str, Any], status: int) -> int:
    """The number of an error: in the body, in either spelling, whatever the status; else the status."""
    for name in ("error_code", "errorCode"):
        code = body.get(name)
        if isinstance(code, int | str) and str(code).lstrip("-").isdigit():
            return int(code)
    return status


def _is_idle(body: Mapping[str, Any]) -> bool:
    """Whether nothing came while we waited, which is no failure."""
    said = str(body.get("description", "")).lower()
    return BOT.get(_code_of(body, 0)) is Fate.TIMED_OUT or any(words in said for words in _IDLE_WORDS)
