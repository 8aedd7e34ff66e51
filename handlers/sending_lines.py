"""The channel identities of ours that send unasked, as the desk must know them to tell beforehand what will happen."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from handlers.asking import EDITABLE
from handlers.reply import Reply


@dataclass(frozen=True, slots=True)
class SendingLine:
    """One identity: its channel, how many messages it sends a second (0: no limit), a day and a month (None: no quota).

    `describe_price` says what so many messages cost, in the
    language being spoken; empty where nothing needs to be said. `fits`: whether a reply can be sent as one push.
    """

    sender: str
    channel: str
    per_second: float
    per_day: int | None = None
    per_month: int | None = None
    describe_price: Callable[[int], str] = lambda _messages: ""
    fits: Callable[[Reply], bool] = lambda _reply: True

    @property
    def is_editable(self) -> bool:
        """Whether what has arrived can be written over."""
        return self.channel in EDITABLE


@dataclass(frozen=True, slots=True)
class NothingToSendBy:
    """An installation without any channel that sends unasked."""

    lines: tuple[SendingLine, ...] = ()

    async def start(self, senders: Collection[str]) -> None:
        """There is nobody to start."""
