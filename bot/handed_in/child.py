"""The process that makes one file anew: limits itself, then writes the new file, or the reason for refusing it.

Started by `examining`: `python -m bot.handed_in.child KIND`, the file on its input.
"""

import sys

from bot.handed_in.kinds import Kind
from handlers.handed_in import FileRefusal
from knowledge.reading.files.limiting import limit_itself

REFUSED = 3
_MOST_PAGES = 20


def main(kind: str) -> int:
    """Write the new file to the output; the exit code says whether it is one."""
    content = sys.stdin.buffer.read()
    limit_itself()
    try:
        made = _make(Kind(kind), content)
    except (MemoryError, RecursionError):
        made = FileRefusal.TOO_HEAVY
    if isinstance(made, FileRefusal):
        sys.stdout.write(made.value)
        return REFUSED
    sys.stdout.buffer.write(made)
    return 0


def _make(kind: Kind, content: bytes) -> bytes | FileRefusal:
    # Each library is loaded only where its kind is read: starting takes half the time.
    if kind is Kind.PDF:
        from knowledge.reading.files.refusals import Refusal, UnreadableError  # noqa: PLC0415
        from knowledge.reading.files.rewriting import rewrite_pdf  # noqa: PLC0415

        refusals = {
            Refusal.LOCKED: FileRefusal.LOCKED,
            Refusal.TOO_MANY_PAGES: FileRefusal.TOO_MANY_PAGES,
            Refusal.MACROS: FileRefusal.ACTIVE,
        }
        try:
            return rewrite_pdf(content, _MOST_PAGES)
        except UnreadableError as refused:
            return refusals.get(refused.reason, FileRefusal.BROKEN)
    from bot.handed_in.pictures import NotPaintedError, paint_anew  # noqa: PLC0415

    try:
        return paint_anew(content, kind)
    except NotPaintedError as refused:
        return refused.reason


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
