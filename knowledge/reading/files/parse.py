"""The process that parses one file: limits itself, then writes the text, or the reason for refusing it.

Started by `child`: `python -m knowledge.reading.files.parse KIND PATH`.
"""

import sys

from knowledge.reading.files.kinds import PDF
from knowledge.reading.files.limiting import limit_itself
from knowledge.reading.files.refusals import Refusal, UnreadableError

_REFUSED = 3


def main(kind: str, path: str) -> int:
    """Write the text of a file to the output; the exit code says whether it is one."""
    limit_itself()
    try:
        text = _parse(kind, path)
        sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
    except UnreadableError as refused:
        sys.stdout.write(refused.reason.value)
        return _REFUSED
    except (MemoryError, RecursionError):
        sys.stdout.write(Refusal.TOO_HEAVY.value)
        return _REFUSED
    return 0


def _parse(kind: str, path: str) -> str:
    # Each parser is loaded only where its kind is read: a .docx needs no PDFium, and starting takes half the time.
    if kind == PDF:
        from knowledge.reading.files.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(path)
    from knowledge.reading.files.docx import read_docx  # noqa: PLC0415

    return read_docx(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
