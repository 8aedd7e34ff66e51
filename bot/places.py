"""Which chats are ours where several identities of one channel serve one installation, and under what address.

Doors, senders and carriers speak of chats as their platform does. The cabinet keeps an address: the chat alone at the
first identity of a channel, and with `@` and the name of the identity at every other. So one visitor of two bots is
two visitors, numbers of updates of two bots are not confused, and nothing goes out by a bot that was not asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.push.sending import Parcel, Sender
from bot.reach import Reach
from bot.seen import Inbox, KeptUpdate, SeenUpdates
from handlers.asking import Incoming
from handlers.desk import Desk
from handlers.reply import Reply

_MARK: Final = "@"


@dataclass(frozen=True, slots=True)
class Place:
    """The chats of one identity of ours. `mark` is empty at the first identity of a channel."""

    mark: str = ""

    def address_of(self, chat: str) -> str:
        """The address in the cabinet of a chat of this place."""
        return f"{chat}{_MARK}{self.mark}" if self.mark else chat

    def chat_of(self, address: str) -> str:
        """The chat of the platform behind an address of this place."""
        return address.removesuffix(f"{_MARK}{self.mark}") if self.mark else address


@dataclass(frozen=True, slots=True)
class Places:
    """By channel: the identities of this process, and the first of the installation."""

    own: Mapping[str, str]
    first: Mapping[str, str]

    def of(self, channel: str) -> Place:
        """Where this process stands in a channel."""
        identity = self.own.get(channel)
        is_first = identity is None or self.first.get(channel, identity) == identity
        return Place("" if is_first or identity is None else identity.partition(":")[2])


@dataclass(frozen=True, slots=True)
class DeskAt:
    """The desk, for visitors of a place."""

    desk: Desk
    place: Place

    async def answer(self, asked: Incoming) -> Reply:
        if not self.place.mark:
            return await self.desk.answer(asked)
        thread = None if asked.thread is None else self.place.address_of(asked.thread)
        return await self.desk.answer(replace(asked, address=self.place.address_of(asked.address), thread=thread))


@dataclass(frozen=True, slots=True)
class SeenAt:
    """What is done but once at a place: two bots may call it by the same names."""

    seen: SeenUpdates
    place: Place

    async def claim(self, channel: str, update_id: str, by: str = "") -> bool:
        return await self.seen.claim(channel, self.place.address_of(update_id), by)

    async def release(self, channel: str, update_id: str) -> None:
        await self.seen.release(channel, self.place.address_of(update_id))


@dataclass(frozen=True, slots=True)
class InboxAt:
    """What platforms bring but once to a place: only those who stand there take it up."""

    inbox: Inbox
    place: Place

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> Collection[str]:
        return await self.inbox.keep(self.place.address_of(channel), updates, holder)

    async def adopt(self, channel: str, holder: str, most: int, *, from_silent: bool = True) -> Sequence[KeptUpdate]:
        return await self.inbox.adopt(self.place.address_of(channel), holder, most, from_silent=from_silent)

    async def count_tries(self, channel: str, keys: Collection[str], holder: str) -> Collection[str]:
        return await self.inbox.count_tries(self.place.address_of(channel), keys, holder)

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        await self.inbox.let_go(self.place.address_of(channel), holder, but)

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> Collection[str]:
        return await self.inbox.begin_sending(self.place.address_of(channel), updates, holder)

    async def finish_kept(self, channel: str, keys: Collection[str], holder: str) -> None:
        await self.inbox.finish_kept(self.place.address_of(channel), keys, holder)

    async def give_up(self, channel: str, key: str, holder: str) -> None:
        await self.inbox.give_up(self.place.address_of(channel), key, holder)

    async def postpone(self, channel: str, key: str, holder: str, seconds: float, mark: str = "") -> None:
        await self.inbox.postpone(self.place.address_of(channel), key, holder, seconds, mark)

    async def stay(self, holder: str) -> None:
        await self.inbox.stay(holder)

    async def leave(self, holder: str) -> None:
        await self.inbox.leave(holder)


@dataclass(frozen=True, slots=True)
class ReachAt:
    """Which chats of a place take what we send."""

    reach: Reach
    place: Place

    async def mark_unreachable(self, channel: str, address: str, *, as_of: datetime | None = None) -> None:
        await self.reach.mark_unreachable(channel, self.place.address_of(address), as_of=as_of)

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        await self.reach.mark_reachable(channel, self.place.address_of(address), at=at)


@dataclass(frozen=True, slots=True)
class SenderAt:
    """A sender, given addresses of the cabinet."""

    sender: Sender
    place: Place

    @property
    def identity(self) -> str:
        return self.sender.identity

    @property
    def channel(self) -> str:
        return self.sender.channel

    async def send(self, parcel: Parcel) -> str:
        return await self.sender.send(replace(parcel, address=self.place.chat_of(parcel.address)))

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        await self.sender.edit(self.place.chat_of(address), provider_id, reply)

    async def close(self) -> None:
        await self.sender.close()
