"""The chat WebSocket `/chat`: who speaks, one message at a time, to the desk and back.

Each message is one JSON text frame of at most 64 kB. The page says:

    {"type": "hello", "locale": "vi"}               first, and again after every reconnect
    {"type": "say", "id": "…", "text": "…"}         a question; `id` is the page's own, the same when it sends again
    {"type": "choose", "id": "…", "token": "…"}     a pressed choice, at most 64 bytes
    {"type": "hand_in", "id", "name", "media_type", "size", "text"}  a file of so many bytes is to come; once it has
                                                    heard {"type": "go_on", "to": id}, the page sends it in binary
                                                    frames of at most 256 kB
    {"type": "language", "locale": "en"}            speak this language from now on
    {"type": "be", "person": "CB001"}               demonstration only: speak as this person; null = as a visitor
    {"type": "ping"}                                is anybody there?

and hears:

    {"type": "welcome", "locale": "vi", "person": null, "starters": [{"label", "token"}], "visitor": "…"}
                                                    where the visitor is another than before, what the page shows is
                                                    not theirs: it starts anew
    {"type": "reply", "to": id, "outcome", "title", "lines": [{"text", "background", "item", "cites": [1]}],
     "citations": [{"number", "text", "held", "reference"}], "choices": [{"label", "token"}], "file": null | {"name",
     "media_type", "description" (of a picture), "data" (base64)}}
    {"type": "reply", "to": null, …}                a letter: something that the visitor waited for has come
    {"type": "notice", "to": id | null, "text"}     politely not done: too long, too fast, not possible here
    {"type": "apology", "to": id, "text", "reference"}
    {"type": "language", "locale", "words": {…}, "starters": […]}, {"type": "person", "person", "text"},
    {"type": "pong"}

Messages of one visitor are answered in order, one at a time across all their tabs. The same id is asked of the desk
once; sent again over a new connection, it gets the answer that was lost. The visitor's identity is the signed cookie
of the handshake (`visitors`), never something a message says. A line that closes with the code 4001 closes because
its visitor left: the page starts anew at once.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.failures import where_of
from bot.on_web.askers import network_of
from bot.on_web.conversation import Allowance, Conversation, Conversations
from bot.on_web.door import Pace, WebDoor
from bot.on_web.guards import ensure_same_origin
from bot.on_web.line import ChatLine
from bot.on_web.messages import (
    Be,
    Hello,
    Message,
    Ping,
    Press,
    Say,
    Speak,
    UnreadableError,
    choice_message,
    notice_message,
    read_message,
    reply_message,
)
from bot.on_web.meters import Meters
from bot.on_web.page import page_words
from bot.on_web.uploads import LONGEST_PIECE, Announced, Upload, Uploads
from bot.on_web.visitors import alias_of, know_visitor
from bot.pacing import Paces
from handlers.asking import Channel, Incoming
from handlers.officials.my_data import LEAVE
from handlers.phrases import _, locale_of, ngettext
from knowledge.facts import PersonCode

_log = structlog.get_logger(__name__)

_ANSWER_WITHIN_SECONDS = 60.0
_LEFT = 4001  # of the codes that are left to applications
# Messages at once and seconds for each in the long run: an office of 500 people who all begin to ask within a minute.
_FROM_ONE_NETWORK = 1_000, 0.1


class ChatRoom:
    """Serves every chat connection of this process."""

    def __init__(self, door: WebDoor) -> None:
        self._door = door
        self._conversations = Conversations(lambda: Allowance(door.settings.pace, door.monotonic))
        self._networks = Paces(*_FROM_ONE_NETWORK, monotonic=door.monotonic)
        self._lines: WeakSet[ChatLine] = WeakSet()
        self._meters = Meters(door.registry)
        self._uploads = Uploads(door.monotonic)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from handshake to close."""
        ensure_same_origin(request, self._door.settings)
        if len(self._lines) >= self._door.settings.most_connections:
            raise web.HTTPServiceUnavailable(text=_("Too many people are here at the moment. Please try again soon."))
        line = ChatLine(self._door.settings.locale)
        visitor = line.visitor = know_visitor(request, line, self._door)
        await line.prepare(request)

        self._lines.add(line)
        self._meters.connections.inc()
        try:
            with self._conversations.joined(visitor) as conversation, self._door.present.staying(visitor, line):
                asker = _Asker(network_of(request), self._networks)
                visit = _Visit(self._door, self._meters, line, visitor, conversation, self._uploads, asker)
                await visit.run()
        finally:
            self._lines.discard(line)
            self._meters.connections.dec()
        return line

    async def part_with(self, visitor: str) -> None:
        """Nobody is answered as who this visitor was any more, by whichever process, nor what was said before.

        Raises what the desk raises; then nothing has changed.
        """
        left = Incoming(Channel.WEB, visitor, choice=LEAVE, locale=self._door.settings.locale)
        with self._conversations.joined(visitor) as conversation:
            # What is being answered ends first: it would be remembered again, or link again, after all is forgotten.
            async with asyncio.timeout(_ANSWER_WITHIN_SECONDS), conversation.turn:
                await self._door.desk.answer(left)
                conversation.forget()

    async def hang_up_on(self, visitor: str) -> None:
        """Close every line of a visitor who left; their pages start anew."""
        await _close([line for line in self._lines if line.visitor == visitor], _LEFT)

    async def close(self, _app: web.Application) -> None:
        """Say goodbye to everybody; their pages reconnect by themselves."""
        await _close(list(self._lines), WSCloseCode.GOING_AWAY)


async def _close(lines: Sequence[ChatLine], code: int) -> None:
    async with asyncio.TaskGroup() as everybody:
        for line in lines:
            everybody.create_task(line.close(code=code))


@dataclass(frozen=True, slots=True)
class _Asker:
    """The network of a connection, and how fast all visitors there may speak together."""

    network: str
    paces: Paces

    def seconds_to_wait(self) -> int:
        """0 and one message used up, or the whole seconds after which one is allowed again."""
        return math.ceil(self.paces.take(self.network)) if self.network else 0


class _Visit:
    """One connection of one visitor: reads without delay, answers in order."""

    def __init__(
        self,
        door: WebDoor,
        meters: Meters,
        line: ChatLine,
        visitor: str,
        conversation: Conversation,
        uploads: Uploads,
        asker: "_Asker",
    ) -> None:
        self._door = door
        self._meters = meters
        self._line = line
        self._visitor = visitor
        self._conversation = conversation
        self._pace: Pace = door.settings.pace
        self._allowance = conversation.allowance  # one for all connections of a visitor
        self._asker = asker
        self._waiting: asyncio.Queue[Message | Upload | None] = asyncio.Queue()
        self._uploads = uploads
        self._upload: Upload | None = None
        self._taken: set[str] = set()
        self._person: PersonCode | None = None

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._listen())
            both.create_task(self._answer_in_order())

    async def _listen(self) -> None:
        try:
            async for frame in self._line:
                with locale_of(self._line.locale):
                    await self._take(frame)
        finally:
            self._end_upload()
            self._waiting.put_nowait(None)

    async def _take(self, frame: Any) -> None:
        if frame.type is WSMsgType.BINARY and self._upload is not None:
            await self._take_piece(self._upload, frame.data)
            return
        if frame.type is not WSMsgType.TEXT:
            await self._line.send(notice_message(_("Only text can be sent here."), None))
            return
        try:
            message = read_message(frame.data)
            self._ensure_allowed(message)
        except UnreadableError as refused:
            self._meters.refused.inc()
            await self._line.send(notice_message(refused.sentence, refused.message_id))
            return
        if isinstance(message, Ping):
            await self._line.send({"type": "pong"})
        elif isinstance(message, Announced):
            await self._begin_upload(message)
        elif not self._is_repeated(message):
            self._waiting.put_nowait(message)

    async def _begin_upload(self, announced: Announced) -> None:
        """Let the page bring a file, unless the answer to it is only to be said again."""
        self._end_upload()
        known = self._conversation.find_answer(announced.id)
        if known is not None:
            await self._line.send(known)
            return
        self._upload = self._uploads.begin(announced)
        if self._upload is None:
            busy = _("Many files are being sent at this moment. Please send yours again in a minute.")
            await self._line.send(notice_message(busy, announced.id))
            return
        await self._line.send({"type": "go_on", "to": announced.id})

    async def _take_piece(self, upload: Upload, piece: bytes) -> None:
        is_too_much = len(piece) > LONGEST_PIECE or len(upload.content) + len(piece) > upload.size
        if is_too_much or not self._uploads.is_open(upload):
            self._end_upload()
            self._meters.refused.inc()
            broken = _("The file did not arrive as it was announced. Please send it again.")
            await self._line.send(notice_message(broken, upload.id))
            return
        upload.content += piece
        if upload.is_whole:
            self._end_upload()
            self._waiting.put_nowait(upload)

    def _end_upload(self) -> None:
        if self._upload is not None:
            self._uploads.end(self._upload)
        self._upload = None

    def _ensure_allowed(self, message: Message) -> None:
        if isinstance(message, Ping):
            return
        message_id = message.id if isinstance(message, Say | Press | Announced) else None
        seconds = self._asker.seconds_to_wait() or self._allowance.seconds_to_wait()
        if seconds:
            sentence = ngettext(
                "That was a little fast. Please wait {n} second and send it again.",
                "That was a little fast. Please wait {n} seconds and send it again.",
                seconds,
            ).format(n=seconds)
            raise UnreadableError(sentence, message_id)
        if self._waiting.qsize() >= self._pace.waiting:
            raise UnreadableError(_("Your earlier questions are still being answered. Please wait."), message_id)

    def _is_repeated(self, message: Message) -> bool:
        if not isinstance(message, Say | Press) or message.id is None:
            return False
        if message.id in self._taken:
            return True
        self._taken.add(message.id)
        return False

    async def _answer_in_order(self) -> None:
        while (message := await self._waiting.get()) is not None:
            if self._line.closed:
                continue  # nobody listens; the page asks again over its next connection
            with locale_of(self._line.locale):
                await self._line.send(await self._respond(message))

    async def _respond(self, message: Message | Upload) -> dict[str, Any]:
        match message:
            case Say() | Press() | Upload():
                async with self._conversation.turn:
                    return self._conversation.find_answer(message.id) or await self._ask_desk(message)
            case Be(person):
                return self._become(person)
            case Hello(locale):
                self._line.locale = locale
                self._door.present.note(self._visitor, self._line, self._person)
                with locale_of(locale):
                    known = {"person": self._person, "visitor": alias_of(self._visitor)}
                    return {"type": "welcome", "locale": locale, **known, **self._starters()}
            case Speak(locale):
                self._line.locale = locale
                with locale_of(locale):
                    return {"type": "language", "locale": locale, "words": page_words(), **self._starters()}
            case Ping() | Announced():
                return {"type": "pong"}

    async def _ask_desk(self, message: Say | Press | Upload) -> dict[str, Any]:
        asked = Incoming(
            channel=Channel.WEB,
            address=self._visitor,
            text=message.text or None if isinstance(message, Say | Upload) else None,
            choice=message.token if isinstance(message, Press) else None,
            file=message.as_file() if isinstance(message, Upload) else None,
            person=self._person,
            thread=self._thread,
            locale=self._line.locale,
            network=self._asker.network,
        )
        started = self._door.monotonic()
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_SECONDS):
                reply = await self._door.desk.answer(asked)
            answer = reply_message(reply, self._door.describe, message.id)
        except Exception as broken:  # noqa: BLE001  the visitor gets an apology whatever broke, and the log the place
            self._meters.failures.inc()
            return _apology(broken, message.id, self._door.new_reference)
        finally:
            self._meters.seconds.observe(self._door.monotonic() - started)
        self._meters.answers.labels(outcome=str(reply.outcome)).inc()
        self._conversation.remember(message.id, answer)
        return answer

    @property
    def _thread(self) -> str:
        # In the demonstration each person played has a conversation of their own.
        return f"web:{self._visitor}" if self._person is None else f"web:{self._visitor}:{self._person}"

    def _become(self, person: PersonCode | None) -> dict[str, Any]:
        if self._door.demo_people is None:
            self._meters.refused.inc()
            return notice_message(
                _("Nobody can choose here who they are. To link your record, ask your HR office for a one-time code."),
                None,
            )
        known = next((one for one in self._door.demo_people if one.code == person), None)
        if person is not None and known is None:
            return notice_message(_("There is no such person in the sample data."), None)
        self._person = person
        self._door.present.note(self._visitor, self._line, person)
        if known is None:
            return {"type": "person", "person": None, "text": _("You are now asking as a visitor who is not linked.")}
        text = _("You are now asking as {name}, {position}.").format(name=known.name, position=known.position)
        return {"type": "person", "person": known.code, "text": text}

    def _starters(self) -> dict[str, Any]:
        return {"starters": [choice_message(choice) for choice in self._door.starters()]}


def _apology(broken: Exception, answers: str | None, new_reference: Callable[[], str]) -> dict[str, Any]:
    reference = new_reference()
    _log.error("web_answer_failed", reference=reference, error=type(broken).__name__, places=where_of(broken))
    text = _(
        "Sorry, something went wrong on our side and your question was not answered. Please try again; "
        "if it happens again, give your HR office this reference: {reference}."
    ).format(reference=reference)
    return {"type": "apology", "to": answers, "text": text, "reference": reference}
