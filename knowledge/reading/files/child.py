"""Runs the parsing of a file in a process of its own, which may use so much memory and time and no more.

What that process does stands in `parse`; it has no settings and no secrets in its environment.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from knowledge.reading.files.limits import LETTERS, WALL_SECONDS
from knowledge.reading.files.refusals import Refusal, UnreadableError

_ROOT = Path(__file__).parents[3]
# By which signal it ended. No limit of its own ends it by those of others; a library that gets no memory aborts.
_ENDED_BY: Mapping[int, Refusal] = {
    signal.SIGXCPU: Refusal.TOO_SLOW,
    signal.SIGABRT: Refusal.TOO_HEAVY,
    signal.SIGKILL: Refusal.CUT_OFF,
    signal.SIGTERM: Refusal.CUT_OFF,
    signal.SIGINT: Refusal.CUT_OFF,
    signal.SIGHUP: Refusal.CUT_OFF,
}
_REFUSED = 3  # exit code of a reason that stands on the output


def parse_apart(kind: str, path: Path) -> str:
    """The text of a file of this kind. Raises UnreadableError, also when the process dies or takes too long."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "TMPDIR"}}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is one argument, never a command
            [sys.executable, "-m", "knowledge.reading.files.parse", kind, str(path.resolve())],
            env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(Refusal.TOO_SLOW) from None
    if done.returncode == _REFUSED:
        raise UnreadableError(_reason(done.stdout))
    if done.returncode != 0:
        raise UnreadableError(_ENDED_BY.get(-done.returncode, Refusal.BROKEN))
    text = done.stdout.decode("utf-8", errors="replace")
    if len(text) > LETTERS:
        raise UnreadableError(Refusal.TOO_LONG)
    return text


def _reason(said: bytes) -> Refusal:
    try:
        return Refusal(said.decode("ascii", errors="replace").strip())
    except ValueError:
        return Refusal.BROKEN
