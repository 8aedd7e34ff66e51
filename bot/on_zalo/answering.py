"""Hands replies over in the account's conversations, again only where that cannot show a message twice."""

import hashlib
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import structlog

from bot.cut_short import STOPS_THE_REST, name_cause
from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, UnclearError
from bot.log_names import short_name
from bot.on_zalo.account import AccountClient, CodeError
from bot.on_zalo.codes import Act
from bot.on_zalo.events import moment_of
from bot.on_zalo.failing import name_failure
from bot.on_zalo.messages import (
    Part,
    build_parts,
    build_phone_request,
    build_uploaded,
    describe_unsendable,
    kind_of_upload,
)
from bot.papers.handing import file_of
from bot.render import Describe
from handlers.ports import Clock
from handlers.reply import File, Reply

Pause = Callable[[float], Awaitable[None]]
_TRIES: Final = 4
_FIRST_PAUSE: Final = 0.5
_LONGEST_WAIT: Final = 30.0  # seconds a visitor's answer may be held back when Zalo asks us to slow down
_AT_A_TIME: Final = 10  # rows of a conversation, more of which Zalo does not give
_MOST_PAGES: Final = 10
_log = structlog.get_logger("bot.on_zalo")


class Answerer:
    """Answers people. `image_url` is the picture of the offer to share a phone number, else the account's own avatar.

    `count` learns how many messages went out, for they count against an allowance.
    """

    def __init__(
        self,
        client: AccountClient,
        describe: Describe,
        clock: Clock,
        pause: Pause,
        *,
        image_url: str | None = None,
        count: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self._client = client
        self._describe = describe
        self._clock = clock
        self._pause = pause
        self._image_url = image_url
        self._count = count

    async def send(self, user: str, reply: Reply) -> None:
        """Show the reply.

        Raises NotSentError, RefusedError, ChannelRefusedError and CabinetAwayError, of which each says that
        nothing went out. A lost answer of Zalo is logged and never answered by sending again.
        """
        sent = await self._send_all(user, reply)
        if self._count is not None:
            await self._note_sent(self._count, sent)

    async def _send_all(self, user: str, reply: Reply) -> int:
        """Send what there is of it, up to where it is cut short; how many messages went out."""
        parts, file = self._lay_out(reply)
        messages: list[dict[str, Any]] = [one.message for one in parts]
        if reply.asks_contact and (image := await self._find_image()):
            messages.append(build_phone_request(image))
        for index, message in enumerate(messages):
            if not await self._send_or_stop(user, message, is_first=index == 0, left=len(messages) - index):
                return index
        has_file = file is not None and await self._hand_over_file(user, file)
        return len(messages) + has_file

    async def _note_sent(self, count: Callable[[int], Awaitable[None]], sent: int) -> None:
        """Once: the answer is out, and its conversation does not wait for a number."""
        try:
            await count(sent)
        except Exception as failed:  # noqa: BLE001  the database: some messages too few are counted
            _log.warning("zalo.not_counted", error=type(failed).__name__, count=sent)

    def mark_of(self, reply: Reply) -> str:
        """What tells this answer from others where its first words stand in a conversation."""
        parts, _file = self._lay_out(reply)
        return _mark(parts[0].text)

    async def find_answer(self, user: str, since: datetime | None, mark: str) -> bool | None:
        """Whether an answer of this mark stands in the conversation since then; None where nobody can tell."""
        if since is None:
            return None
        try:
            return await self._find_since(user, since, mark)
        except (DeliveryFailedError, ChannelRefusedError, CodeError) as failed:
            _log.warning("zalo.not_looked_up", chat=short_name(user), error=type(failed).__name__)
            return None

    async def _find_since(self, user: str, since: datetime, mark: str) -> bool | None:
        """The same, read back to that time: a person who waits may have written a lot."""
        has_others = False  # other words of ours: of a push, or the same in another form
        for page in range(_MOST_PAGES):
            rows = await self._client.list_conversation(user, page * _AT_A_TIME, _AT_A_TIME)
            fresh = [row for row in rows if (moment_of(row) or since) >= since]
            ours = [_mark(str(row.get("message", ""))) for row in fresh if str(row.get("src")) == "0"]
            if mark in ours:
                return True
            has_others = has_others or bool(ours)
            if len(fresh) < _AT_A_TIME:
                return None if has_others else False
        return None  # more than is read: it may stand behind

    def _lay_out(self, reply: Reply) -> tuple[list[Part], File | None]:
        """The messages in words and the file that follows them; one that Zalo does not take is told of in words."""
        file = file_of(reply, self._describe)
        if file is None or kind_of_upload(file) is not None:
            return build_parts(reply, self._describe), file
        return build_parts(reply, self._describe, describe_unsendable(file)), None

    async def _find_image(self) -> str:
        """Zalo wants a picture with the offer; empty, and no offer is made, where none can be had."""
        if self._image_url is None:
            try:
                self._image_url = str((await self._client.describe()).get("avatar") or "")
            except (DeliveryFailedError, CodeError) as failed:
                _log.warning("zalo.no_picture", error=type(failed).__name__)
                return ""
        return self._image_url

    async def _send_or_stop(self, user: str, message: dict[str, Any], *, is_first: bool, left: int) -> bool:
        """Send one message; False where the rest is not sent: the person has the beginning, a gap would mislead."""
        try:
            await self._send(user, message)
        except UnclearError as unclear:
            _log.warning("zalo.unclear", chat=short_name(user), code=unclear.code)
        except STOPS_THE_REST as failed:
            if is_first:
                raise
            _log.warning("zalo.cut_short", chat=short_name(user), missing=left, code=name_cause(failed))
            return False
        return True

    async def _hand_over_file(self, user: str, file: File) -> bool:
        """Whether it went out, or may have: its words did already, so that nothing is raised."""
        kind = kind_of_upload(file) or "file"
        try:
            handle = await self._client.upload(kind, file.name, file.content, file.media_type)
            await self._send(user, build_uploaded(kind, handle))
        except (*STOPS_THE_REST, CodeError) as failed:
            _log.warning("zalo.file_missing", chat=short_name(user), error=type(failed).__name__)
            return isinstance(failed, UnclearError)
        return True

    async def _send(self, user: str, message: dict[str, Any]) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                await self._client.send(user, message)
            except CodeError as refused:
                failed: Exception = name_failure(refused, self._clock.now())
                may_repeat = isinstance(failed, NotSentError) or refused.meaning.act is Act.RETRY_ONCE
            except NotSentError as never:
                failed, may_repeat = never, True
            else:
                return
            wait = getattr(failed, "wait", 0.0) or _FIRST_PAUSE * 2.0 ** (attempt - 1)
            if not may_repeat or attempt == _TRIES or wait > _LONGEST_WAIT:
                raise failed
            await self._pause(wait)


def _mark(text: str) -> str:
    return hashlib.sha256(
        " ".join(unicodedata.normalize("NFC", text).split()).encode(errors="surrogatepass")
    ).hexdigest()[:32]
