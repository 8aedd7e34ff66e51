"""What comes to the desk: a question or a pressed choice, who asks it, in which conversation, about which day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from knowledge.facts import PersonCode


class Channel(StrEnum):
    """The doors a visitor can come in by."""

    TELEGRAM = "telegram"
    ZALO_BOT = "zalo_bot"
    ZALO_OA = "zalo_oa"
    WEB = "web"
    TERMINAL = "terminal"
    COMMAND_LINE = "command_line"
    CONSOLE = "console"


PUSHED = (Channel.TELEGRAM, Channel.ZALO_BOT, Channel.ZALO_OA)
"""The doors by which something can be sent unasked."""

EDITABLE = (Channel.TELEGRAM,)
"""Those whose platform lets us write over what has arrived, whichever of our processes sent it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A next step offered under a reply: the words shown, and the action with its subject that it stands for.

    It holds no state: the desk reads everything again when it is pressed, however late. `token` must fit the
    64 bytes that Telegram leaves for a button.
    """

    label: str
    action: str
    subject: str = ""

    @property
    def token(self) -> str:
        """The choice as one short string that a door can send out and get back."""
        return f"{self.action}|{self.subject}" if self.subject else self.action

    @staticmethod
    def split(token: str) -> tuple[str, str]:
        """Action and subject of a token."""
        action, _, subject = token.partition("|")
        return action, subject


class FileTooBigError(Exception):
    """A file that came with a message is larger than whoever fetched it takes."""


class FileGoneError(Exception):
    """The door cannot bring a file that came with a message: its platform no longer has it, or is out of reach."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that came with a message; nothing of it is here before somebody fetches it.

    `name`, `declared_type` (a media type) and `size` (bytes) are what its sender or the platform says of it, empty
    and None where nothing is said; nothing may be decided by them but to refuse a size early. `fetch(most)` brings
    the content, at most so many bytes: FileTooBigError for more (reading stops there), FileGoneError where the
    door cannot bring it. It is called at most once. `group`: files that were sent together have the same; else empty.
    `message`: by what the platform knows what it came with, so that what comes once more is known; else empty.
    """

    name: str
    fetch: Callable[[int], Awaitable[bytes]] = field(repr=False, compare=False)
    declared_type: str = ""
    size: int | None = None
    group: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing a visitor said, pressed or handed in, already freed of its platform.

    Exactly one of `text`, `choice` (a token), `phone` (the sender's own shared contact) and `file` is set, except
    that `text` may come with `file` as the words written under it.
    `address` is the channel identity; `person` the official it is proven to be, None before linking.
    `thread` names the conversation, None when there is no memory. `on` is a day asked about by the caller
    (command line), None = today.
    """

    channel: Channel
    address: str
    text: str | None = None
    choice: str | None = None
    phone: str | None = None
    file: IncomingFile | None = None
    person: PersonCode | None = None
    thread: str | None = None
    on: date | None = None
    locale: str = "vi"
    # The network that it came from, where guessing from one is to be braked; empty is one that nobody knows, None is
    # no matter: the platform says who somebody is.
    network: str | None = field(default=None, repr=False)
    # It was said before what may have been answered since, as after an outage: what stood there then may not stand now.
    is_belated: bool = False
    # By the clock of the platform, and never by a word of the sender; None where nothing tells.
    said_at: datetime | None = field(default=None, compare=False)
