"""Who has the chat open in this process, and over which lines."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Line(Protocol):
    """An open tab, as far as something can be shown in it unasked."""

    locale: str

    @property
    def closed(self) -> bool:
        """Whether nobody listens any more."""
        ...

    async def push(self, message: dict[str, Any]) -> bool:
        """Send what nobody asked for; False when nobody listens any more."""
        ...


class Present:
    """Visitors whose page is ready; in the demonstration also whom each of their tabs plays."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[Line, str | None]] = {}

    @contextmanager
    def staying(self, visitor: str, line: Line) -> Iterator[None]:
        """Forget the line at the end of the block."""
        try:
            yield
        finally:
            lines = self._lines.get(visitor, {})
            lines.pop(line, None)
            if not lines:
                self._lines.pop(visitor, None)

    def note(self, visitor: str, line: Line, playing: str | None) -> None:
        """The page of this line is ready, and plays this person of the demonstration; None = nobody."""
        self._lines.setdefault(visitor, {})[line] = playing

    def list_visitors(self) -> Collection[str]:
        """Visitors whose page is ready."""
        return list(self._lines)

    def list_lines(self, visitor: str) -> list[tuple[Line, str | None]]:
        """The open lines of a visitor, and whom each plays."""
        return [(line, playing) for line, playing in self._lines.get(visitor, {}).items() if not line.closed]
