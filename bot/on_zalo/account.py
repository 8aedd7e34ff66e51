"""openapi.zalo.me, the Official Account's own interface: messages, uploads, conversations, quota, health."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.failures import NotSentError, UnclearError
from bot.on_zalo.codes import OA, TEMPLATE_BY_USER, Act, Meaning, meaning_of
from bot.on_zalo.wire import Answer, AnswerLostError, NeverLeftError, Wire

_MESSAGE: Final = "/v3.0/oa/message/cs"
_TEMPLATE: Final = "/v3.0/oa/message/template"
_TOO_MANY, _FIRST_OF_CLIENT, _FIRST_OF_SERVER = 429, 400, 500
_RENEW_SECONDS: Final = 4.0  # that a message waits for another token
_UPLOAD_SECONDS: Final = 30.0
_FIELDS: Final = ("user_id", "text", "buttons", "attachment", "phone", "template")


class Tokens(Protocol):
    """Gives the access token."""

    async def access(self) -> str:
        """The one that counts."""
        ...

    async def renew(self, stale: str | None) -> str:
        """Another than the one that was refused."""
        ...


class CodeError(Exception):
    """Zalo answered with an error number: the call was not carried out. `field` is what the answer blames."""

    def __init__(self, code: int, meaning: Meaning, field: str = "") -> None:
        super().__init__(f"{code}: {meaning.words}")
        self.code = code
        self.meaning = meaning
        self.field = field


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was taken."""

    message_id: str
    quota_type: str = ""


class AccountClient:
    """One Official Account. Errors: NotSentError, UnclearError, ChannelRefusedError, or CodeError."""

    def __init__(self, base: str, tokens: Tokens) -> None:
        self._wire = Wire(base)
        self.tokens = tokens

    async def send(self, user_id: str, message: Mapping[str, Any], *, seconds: float | None = None) -> Sent:
        """Hand a consultation message over."""
        body = {"recipient": {"user_id": user_id}, "message": dict(message)}
        return _sent(await self._call("POST", _MESSAGE, json=body, seconds=seconds))

    async def send_template(
        self, user_id: str, template: str, values: Mapping[str, str], *, seconds: float | None = None
    ) -> Sent:
        """Hand an approved template over by user id."""
        body = {"user_id": user_id, "template_id": template, "template_data": dict(values)}
        return _sent(await self._call("POST", _TEMPLATE, json=body, seconds=seconds, table=TEMPLATE_BY_USER))

    async def upload(self, kind: str, name: str, content: bytes, media_type: str) -> str:
        """Upload an `image` or a `file`; the handle that a message names it by, for seven days."""
        data = await self._call(
            "POST", f"/v2.0/oa/upload/{kind}", files={"file": (name, content, media_type)}, seconds=_UPLOAD_SECONDS
        )
        handle = data.get("token") or data.get("attachment_id")
        if not isinstance(handle, str) or not handle:
            raise CodeError(0, Meaning(Act.OURS, "upload without a handle"), field="file")
        return handle

    async def read_window(self, user_id: str, *, seconds: float | None = None) -> int | None:
        """When this person last did something with the account, in milliseconds since 1970; None for never."""
        data = await self._call("POST", "/v3.0/oa/quota/message", json={"user_id": user_id}, seconds=seconds)
        try:
            return int(data.get("last_interaction") or 0) or None
        except (TypeError, ValueError):
            return None

    async def list_recent(self, offset: int = 0, count: int = 10) -> list[Mapping[str, Any]]:
        """The newest messages of all conversations, newest first."""
        return _rows(await self._get("/v2.0/oa/listrecentchat", {"offset": offset, "count": count}))

    async def list_conversation(self, user_id: str, offset: int = 0, count: int = 10) -> list[Mapping[str, Any]]:
        """The newest messages with one person, newest first."""
        given = {"user_id": user_id, "offset": offset, "count": count}
        return _rows(await self._get("/v2.0/oa/conversation", given))

    async def describe(self) -> Mapping[str, Any]:
        """The account itself: name, package, whether billing is linked."""
        return await self._call("GET", "/v2.0/oa/getoa")

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    # --- below

    async def _get(self, path: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._call("GET", path, params={"data": json.dumps(given, separators=(",", ":"))})

    async def _call(
        self, method: str, path: str, *, table: Mapping[int, Meaning] = OA, **request: Any
    ) -> Mapping[str, Any]:
        """Ask, and once more with another token where that is what Zalo wants: a refused call was not carried out."""
        token = await self.tokens.access()
        try:
            return await ask_once(self._wire, method, path, token, table, request)
        except CodeError as refused:
            if refused.meaning.act is not Act.RENEW_TOKEN:
                raise
        token = await renew_within(self.tokens, token)
        return await ask_once(self._wire, method, path, token, table, request)


async def renew_within(tokens: Tokens, stale: str) -> str:
    """Another token, without waiting for long. Raises NotSentError where it takes longer."""
    try:
        async with asyncio.timeout(_RENEW_SECONDS):
            return await tokens.renew(stale)
    except TimeoutError:
        raise NotSentError("token being renewed", code="token_being_renewed") from None


async def ask_once(
    wire: Wire, method: str, path: str, token: str, table: Mapping[int, Meaning], request: Mapping[str, Any]
) -> Mapping[str, Any]:
    """One call; its data. Raises NotSentError, UnclearError or CodeError."""
    failed: Exception
    try:
        answer = await wire.ask(method, path, headers={"access_token": token}, **request)
    except NeverLeftError as never:
        failed = NotSentError("never left", code=str(never))
    except AnswerLostError as lost:
        failed = UnclearError("answer lost", code=str(lost))
    else:
        return read_data(answer, table)
    raise failed


def read_data(answer: Answer, table: Mapping[int, Meaning]) -> Mapping[str, Any]:
    """What a call gave. Failures come with HTTP 200, so that the number in the body decides."""
    code = _code(answer)
    if code is None:
        if answer.status == _TOO_MANY:
            raise CodeError(-32, meaning_of(table, -32))
        if _FIRST_OF_CLIENT <= answer.status < _FIRST_OF_SERVER:
            raise CodeError(answer.status, meaning_of({}, answer.status))
        raise UnclearError("unreadable answer", code=f"HTTP{answer.status}")
    body = answer.body or {}
    if code != 0:
        raise CodeError(code, meaning_of(table, code), field=_blamed(body.get("message")))
    data = body.get("data")
    return data if isinstance(data, dict) else {"rows": data if isinstance(data, list) else []}


def _code(answer: Answer) -> int | None:
    if answer.body is None:
        return None
    try:
        return int(answer.body["error"])
    except (KeyError, TypeError, ValueError):
        return None


def _blamed(message: Any) -> str:
    """The name of a field of ours in Zalo's message; nothing else of it, for it may quote what was sent."""
    said = str(message)
    return next(
        (name for name in ("user_id", "text", "buttons", "attachment", "phone", "template") if name in said), ""
    )


def _sent(data: Mapping[str, Any]) -> Sent:
    quota = data.get("quota")
    kind = quota.get("quota_type", "") if isinstance(quota, dict) else ""
    return Sent(str(data.get("message_id") or data.get("msg_id") or ""), str(kind))


def _rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = data.get("rows")
    return [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
