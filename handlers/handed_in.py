"""A file that came with a message: fetched, looked at, and made safe before anything is decided about it.

What is made of pictures and PDFs the doors do (`Examine`); here stand what may come of it and the words for that.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.asking import FileGoneError, FileTooBigError, IncomingFile
from handlers.phrases import _

MOST_BYTES = 10 * 1024 * 1024
PDF = "application/pdf"


class FileRefusal(StrEnum):
    """Why a file is not taken."""

    TOO_BIG = "too_big"
    GONE = "gone"  # its platform does not bring it
    EMPTY = "empty"
    WRONG_KIND = "wrong_kind"
    HEIC = "heic"
    BROKEN = "broken"
    HUGE = "huge"  # small when packed, huge when unpacked
    LOCKED = "locked"  # with a password
    ACTIVE = "active"  # a PDF that is a program or carries other files
    TOO_MANY_PAGES = "too_many_pages"
    TOO_HEAVY = "too_heavy"  # took more time or memory than a file may
    CUT_OFF = "cut_off"  # looking at it was ended from outside: nothing is known of the file
    TOO_MANY = "too_many"  # files of one person within a day


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A picture or PDF made anew from what was handed in: nothing is in it but what it shows."""

    content: bytes = field(repr=False)
    media_type: str


HandedIn = CleanFile | FileRefusal
Examine = Callable[[bytes], Awaitable[HandedIn]]


async def take(file: IncomingFile, examine: Examine) -> HandedIn:
    """Fetch a file and make it safe. What its sender says of it decides nothing but an early refusal."""
    if file.size is not None and file.size > MOST_BYTES:
        return FileRefusal.TOO_BIG
    try:
        content = await file.fetch(MOST_BYTES)
    except FileTooBigError:
        return FileRefusal.TOO_BIG
    except FileGoneError:
        return FileRefusal.GONE
    if len(content) > MOST_BYTES:
        return FileRefusal.TOO_BIG
    return await examine(content) if content else FileRefusal.EMPTY


def say_refusal(why: FileRefusal) -> str:
    """Why a file was not taken, in one sentence, and what would do."""
    return {
        FileRefusal.TOO_BIG: _(
            "The file is larger than 10 MB, so it was not kept; please send a smaller picture or PDF."
        ),
        FileRefusal.GONE: _(
            "The file could not be fetched from this channel, so it was not kept; please send it again."
        ),
        FileRefusal.EMPTY: _("The file is empty, so it was not kept; please send the picture or PDF again."),
        FileRefusal.WRONG_KIND: _(
            "This is no picture (JPEG, PNG, WebP) and no PDF inside, whatever its name, so it was not kept."
        ),
        FileRefusal.HEIC: _(
            "HEIC pictures cannot be read here, so it was not kept; please send it as a photo, a screenshot, or a JPEG."
        ),
        FileRefusal.BROKEN: _("The file is damaged or cut off, so it was not kept; please send it again."),
        FileRefusal.HUGE: _("The picture has far too many dots, so it was not kept; please take an ordinary photo."),
        FileRefusal.LOCKED: _("The PDF has a password, so it was not kept; please send it without one, or a photo."),
        FileRefusal.ACTIVE: _(
            "The PDF holds more than pages (a program or other files), so it was not kept; please send a photo."
        ),
        FileRefusal.TOO_MANY_PAGES: _(
            "The PDF has too many pages, so it was not kept; please send only those of the certificate."
        ),
        FileRefusal.TOO_HEAVY: _(
            "The file takes too long to be read, so it was not kept; please send a photo of the paper."
        ),
        FileRefusal.CUT_OFF: _("The file could not be looked at just now, so it was not kept; please send it again."),
        FileRefusal.TOO_MANY: _(
            "You have sent many files today, so this one was not kept; please go on tomorrow or ask HR."
        ),
    }[why]
