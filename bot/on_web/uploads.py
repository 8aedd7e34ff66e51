"""Files on their way in over the chat: announced, then brought in pieces, a few at a time, never beyond their size."""

from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.asking import FileTooBigError, IncomingFile

LONGEST_PIECE = 256 * 1024  # bytes; the line refuses frames above a megabyte unread
_AT_ONCE = 8
_SECONDS = 120.0  # after which one that does not come on gives its room to others


@dataclass(slots=True)
class Upload:
    """One file on its way."""

    id: str
    name: str
    media_type: str
    size: int
    text: str
    began_at: float
    content: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return len(self.content) == self.size

    def as_file(self) -> IncomingFile:
        """The file for the desk; it is here already."""
        content = bytes(self.content)

        async def fetch(most: int) -> bytes:
            if len(content) > most:
                raise FileTooBigError
            return content

        return IncomingFile(self.name, fetch, self.media_type, len(content))


class Uploads:
    """The room for files on their way to this process."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: list[Upload] = []

    def begin(self, announced: "Announced") -> Upload | None:
        """Make room for one; None while there is none."""
        now = self._monotonic()
        self._open = [one for one in self._open if now - one.began_at < _SECONDS]
        if len(self._open) >= _AT_ONCE:
            return None
        upload = Upload(announced.id, announced.name, announced.media_type, announced.size, announced.text, now)
        self._open.append(upload)
        return upload

    def is_open(self, upload: Upload) -> bool:
        """Whether it still has its room."""
        return any(one is upload for one in self._open)

    def end(self, upload: Upload) -> None:
        """Give its room to others."""
        self._open = [one for one in self._open if one is not upload]


@dataclass(frozen=True, slots=True)
class Announced:
    """What the page says of a file before it brings it; nothing is decided by it but a refusal of its size."""

    id: str
    name: str
    media_type: str
    size: int
    text: str
