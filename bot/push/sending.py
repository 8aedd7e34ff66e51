"""What the pump needs of a channel: one message handed over, edited later where the platform can."""

from dataclasses import dataclass
from typing import Protocol

from bot.push.ledger import NoticeKind
from handlers.reply import Reply


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way: the delivery it is, where it goes, its words, and the kinds of what it tells."""

    delivery: int
    address: str
    reply: Reply
    locale: str
    kinds: tuple[str, ...] = ()

    @property
    def is_broadcast(self) -> bool:
        """Whether it tells nothing but what HR wrote: that comes behind what concerns the recipient alone."""
        return bool(self.kinds) and set(self.kinds) == {NoticeKind.BROADCAST.value}


class Sender(Protocol):
    """One channel identity of ours. It never tries again by itself, and never waits for its turn: the pump paces it."""

    @property
    def identity(self) -> str:
        """The identity that the platform counts, as in `deliveries.sender` (`telegram:123456`)."""
        ...

    @property
    def channel(self) -> str:
        """The channel of this identity (`telegram`)."""
        ...

    async def send(self, parcel: Parcel) -> str:
        """Hand it over; the platform's own id of the message.

        Raises NotSentError (surely not taken; `wait` where the platform asks to be left alone), RefusedError,
        UnclearError or ChannelRefusedError, and nothing else.
        """
        ...

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        """Put other words in the place of a message that arrived. Raises the same errors."""
        ...

    async def close(self) -> None:
        """Give back what was held open."""
        ...
