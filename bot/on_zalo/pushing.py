"""The Official Account as a channel of pushes: by window a consultation message or a template, and what became of it.

A person can be written to for seven days after they last did something; beyond that only an approved template goes.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn, Protocol

import structlog

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotNowError, NotSentError, RefusedError
from bot.on_zalo.account import AccountClient, CodeError, Sent
from bot.on_zalo.codes import Act
from bot.on_zalo.failing import allowance_used, name_failure, until_morning
from bot.on_zalo.messages import Part, build_parts, build_uploaded, kind_of_upload
from bot.on_zalo.oa_marks import Recipient, identity_of, tracking_of
from bot.on_zalo.templates import TemplateClient, fill
from bot.papers.handing import file_of
from bot.push.sending import Parcel
from bot.refusals import BAD_REQUEST, NIGHT, NOT_EDITABLE, NOT_PAID, OUTSIDE_WINDOW, TEMPLATE_REFUSED
from bot.render import Describe, render_text
from handlers.asking import Channel
from handlers.phrases import locale_of, show_day
from handlers.ports import Clock
from handlers.reply import Reply
from knowledge.message_templates import MessageTemplate

FREE_FOR: Final = timedelta(hours=48)
OPEN_FOR: Final = timedelta(days=7)
_ASKED_FOR: Final = timedelta(minutes=10)  # so long the platform's word on a window counts
_NOT_ASKED_FOR: Final = 600.0  # seconds for which nothing is tried once an allowance or the money is used up
_LONGEST: Final = 19.0  # seconds for everything of one message: less than a pump waits
_ASK_SECONDS: Final = 3.0
_LEAST_SECONDS: Final = 4.0  # with less left a message is not begun
_SURELY_NOT_SENT: Final = (CodeError, NotSentError, ChannelRefusedError)
_BY_USER_OR_PHONE: Final = {Act.BY_PHONE, Act.NEXT_RECIPIENT, Act.USE_TEMPLATE}
_log = structlog.get_logger("bot.on_zalo")


class Book(Protocol):
    """What is kept about the people and messages of one account."""

    async def find_window(self, user: str) -> tuple[datetime | None, datetime | None]:
        """When they last did something, and when the platform was asked for it."""
        ...

    async def keep_window(self, user: str, last_at: datetime | None) -> None:
        """The platform's own word on it."""
        ...

    async def take_one(self, *, is_broadcast: bool = False) -> bool:
        """Count a message against the allowance; False where it would be one too many of its kind."""
        ...

    async def give_back(self) -> None:
        """The one counted surely did not go out."""
        ...

    async def await_echo(self, delivery: int, user: str, text: str) -> None:
        """A message with these words is about to leave."""
        ...

    async def find_recipient(self, user: str) -> Recipient | None:
        """Whom this account belongs to; None for nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Lines:
    """The two lines of one account to Zalo, and how its tokens are given back."""

    account: AccountClient
    templates: TemplateClient
    close_tokens: Callable[[], Awaitable[None]]


class OaSender:
    """Keeps the promise of `bot.push.sending.Sender` for one account."""

    channel = Channel.ZALO_OA.value

    def __init__(
        self,
        oa_id: str,
        lines: Lines,
        book: Book,
        describe: Describe,
        clock: Clock,
        templates: Mapping[str, MessageTemplate] | None = None,
    ) -> None:
        self._lines = lines
        self.identity = identity_of(oa_id)
        self._client = lines.account
        self._book = book
        self._describe = describe
        self._clock = clock
        self._templates = templates or {}
        self._used_up_until = 0.0  # by `time.monotonic`: Zalo said that the account may send no more
        self._unpaid_until = 0.0  # the same of templates, which cost something

    async def send(self, parcel: Parcel) -> str:
        """Hand it over; Zalo's id of the message."""
        deadline = time.monotonic() + _LONGEST
        if time.monotonic() < self._used_up_until:
            raise allowance_used(self._clock.now())
        with locale_of(parcel.locale):
            if not await self._is_open(parcel.address):
                return await self._send_template(parcel, deadline)
            try:
                return await self._consult(parcel, deadline)
            except CodeError as refused:
                if refused.meaning.act is Act.TOMORROW:
                    self._used_up_until = time.monotonic() + _NOT_ASKED_FOR
                if refused.meaning.act is not Act.USE_TEMPLATE:
                    self._raise(refused)
            # Zalo knows better than we did.
            await self._book.keep_window(parcel.address, None)
            return await self._send_template(parcel, deadline)

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        """Nothing that stands on Zalo can be written over."""
        del address, provider_id, reply
        raise RefusedError(NOT_EDITABLE, code=NOT_EDITABLE)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        await self._lines.templates.close()
        await self._lines.close_tokens()

    # --- windows

    async def _is_open(self, user: str) -> bool:
        """Whether a consultation message may go out: what we saw ourselves, else what Zalo says, else it is tried."""
        now = self._clock.now()
        last, checked = await self._book.find_window(user)
        if last is not None and now - last <= OPEN_FOR:
            return True
        if checked is not None and now - checked <= _ASKED_FOR:
            return False
        try:
            told = await self._client.read_window(user, seconds=_ASK_SECONDS)
        except (DeliveryFailedError, CodeError) as failed:
            _log.info("zalo.window_unknown", error=type(failed).__name__)
            return True  # Zalo itself then says whether it is
        last = datetime.fromtimestamp(told / 1000, UTC) if told is not None else None
        await self._book.keep_window(user, last)
        return last is not None and now - last <= OPEN_FOR

    # --- consultation

    async def _consult(self, parcel: Parcel, deadline: float) -> str:
        """One push may be several messages: how the first ended is how it ended. Raises CodeError."""
        parts = self._build(parcel.reply)
        await self._take_allowance(parcel)
        try:
            await self._book.await_echo(parcel.delivery, parcel.address, parts[0].text)
            sent = await self._hand_over(parcel.address, parts[0], deadline)
        except _SURELY_NOT_SENT:
            await self._book.give_back()
            raise
        await self._send_rest(parcel, parts[1:], deadline)
        return sent.message_id

    def _build(self, reply: Reply) -> list[Part]:
        try:
            return build_parts(reply, self._describe)
        except ValueError:
            _log.error("zalo.bad_request", method="push", words="no words, or a button too long")
        raise RefusedError("no words, or a button too long", code=BAD_REQUEST)

    async def _take_allowance(self, parcel: Parcel) -> None:
        if not await self._book.take_one(is_broadcast=parcel.is_broadcast):
            raise allowance_used(self._clock.now())

    async def _hand_over(self, user: str, part: Part, deadline: float) -> Sent:
        return await _twice(lambda: self._client.send(user, part.message, seconds=_left(deadline)))

    async def _send_rest(self, parcel: Parcel, parts: list[Part], deadline: float) -> None:
        """What follows the first message: it arrived, and nothing here changes that."""
        file = file_of(parcel.reply, self._describe)
        try:
            for part in parts:
                await self._take_allowance(parcel)
                await self._client.send(parcel.address, part.message, seconds=_left(deadline))
            if file is not None and (kind := kind_of_upload(file)) is not None:
                handle = await self._client.upload(kind, file.name, file.content, file.media_type)
                await self._client.send(parcel.address, build_uploaded(kind, handle))
        except Exception as failed:  # noqa: BLE001  whatever it is, sending it all again would double what arrived
            _log.warning("zalo.cut_short", delivery=parcel.delivery, error=type(failed).__name__)

    # --- templates

    async def _send_template(self, parcel: Parcel, deadline: float) -> str:
        template = next((self._templates[one] for one in (*parcel.kinds, "default") if one in self._templates), None)
        if template is None:
            raise RefusedError(OUTSIDE_WINDOW, code=OUTSIDE_WINDOW)
        if time.monotonic() < self._unpaid_until:
            raise RefusedError(NOT_PAID, code=NOT_PAID)
        wait = until_morning(self._clock.now())
        if wait:
            raise NotNowError(NIGHT, code=NIGHT, later=wait)
        recipient = await self._book.find_recipient(parcel.address) or Recipient("")
        values = fill(template, self._sources(parcel, recipient))
        await self._take_allowance(parcel)
        try:
            return await self._by_user_or_phone(parcel, template, values, recipient.phone, deadline)
        except CodeError as refused:
            await self._book.give_back()
            self._raise_of_template(refused)
        except _SURELY_NOT_SENT:
            await self._book.give_back()
            raise

    async def _by_user_or_phone(
        self, parcel: Parcel, template: MessageTemplate, values: Mapping[str, str], phone: str | None, deadline: float
    ) -> str:
        user, client, templates = parcel.address, self._client, self._lines.templates
        try:
            sent = await _twice(lambda: client.send_template(user, template.id, values, seconds=_left(deadline)))
        except CodeError as refused:
            if phone is None or refused.meaning.act not in _BY_USER_OR_PHONE:
                raise
        else:
            return sent.message_id
        tracking_id = tracking_of(parcel.delivery)
        sent = await _twice(
            lambda: templates.send(phone, template.id, values, tracking_id=tracking_id, seconds=_left(deadline))
        )
        return sent.message_id

    def _sources(self, parcel: Parcel, recipient: Recipient) -> dict[str, str]:
        return {
            "name": recipient.name,
            "title": parcel.reply.title,
            "text": render_text(parcel.reply, self._describe),
            "day": show_day(self._clock.today()),
        }

    # --- errors

    def _raise(self, refused: CodeError) -> NoReturn:
        raise name_failure(refused, self._clock.now()) from None

    def _raise_of_template(self, refused: CodeError) -> NoReturn:
        """What is wrong with templates holds up templates only, never what can be said in conversation."""
        match refused.meaning.act:
            case Act.OPERATOR | Act.OURS if refused.field != "user_id":
                _log.error("zalo.template_refused", code=refused.code, words=refused.meaning.words)
                raise RefusedError(TEMPLATE_REFUSED, code=TEMPLATE_REFUSED) from None
            case Act.PAY:
                self._unpaid_until = time.monotonic() + _NOT_ASKED_FOR
                self._raise(refused)
            case _:
                self._raise(refused)


async def _twice(send: Callable[[], Awaitable[Sent]]) -> Sent:
    """Once more where Zalo says that it did not send it, and not why."""
    try:
        return await send()
    except CodeError as refused:
        if refused.meaning.act is not Act.RETRY_ONCE:
            raise
    return await send()


def _left(deadline: float) -> float:
    """Seconds left for one request. Raises NotSentError where too few are."""
    left = min(deadline - time.monotonic(), 8.0)
    if left < _LEAST_SECONDS:
        raise NotSentError("out of time", code="out_of_time")
    return left
