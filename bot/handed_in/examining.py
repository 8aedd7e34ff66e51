"""Files that people hand in, made anew in a process that may use so much memory and time and no more.

That process has no settings and no secrets in its environment. What stands in the file besides its picture or pages
ends there.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import structlog

from bot.handed_in.child import REFUSED
from bot.handed_in.kinds import Kind, kind_of
from handlers.handed_in import MOST_BYTES, PDF, CleanFile, FileRefusal, HandedIn
from knowledge.reading.files.limits import WALL_SECONDS

_ROOT = Path(__file__).parents[2]
_AT_ONCE = 2
_ENDED_BY_OTHERS = {-signal.SIGKILL, -signal.SIGTERM}  # no limit of its own ends it by these
_log = structlog.get_logger("bot.handed_in")


class Examiner:
    """Makes files anew, a few at a time."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, content: bytes) -> HandedIn:
        """The picture as JPEG or the pages as PDF, made anew; or why not."""
        kind = kind_of(content)
        if isinstance(kind, FileRefusal):
            return kind
        async with self._room:
            made = await self._make(kind, content)
            if made is FileRefusal.CUT_OFF:
                made = await self._make(kind, content)
        if isinstance(made, FileRefusal):
            _log.info("handed_in.refused", kind=kind.value, reason=made.value, size=len(content))
            return made
        return CleanFile(made, PDF if kind is Kind.PDF else "image/jpeg")

    async def _make(self, kind: Kind, content: bytes) -> bytes | FileRefusal:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "TMPDIR"}}
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.handed_in.child",
            kind.value,
            env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self._wall_seconds):
                written, _nothing = await child.communicate(content)
        except TimeoutError:
            return FileRefusal.TOO_HEAVY
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode == REFUSED:
            return _reason(written)
        if child.returncode in _ENDED_BY_OTHERS:
            return FileRefusal.CUT_OFF
        if child.returncode != 0:
            # Killed by a limit, or by its own bytes: either way this file asks too much.
            return FileRefusal.TOO_HEAVY if child.returncode is None or child.returncode < 0 else FileRefusal.BROKEN
        return written if len(written) <= 2 * MOST_BYTES else FileRefusal.TOO_BIG


def _reason(said: bytes) -> FileRefusal:
    try:
        return FileRefusal(said.decode("ascii", errors="replace").strip())
    except ValueError:
        return FileRefusal.BROKEN
