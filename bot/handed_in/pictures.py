"""A picture painted anew: the dots alone, upright, on white, and nothing of what the file said besides.

Runs only in the process that `examining` starts and `child` limits.
"""

import struct
from io import BytesIO

from PIL import Image, ImageOps

from bot.handed_in.kinds import Kind
from handlers.handed_in import FileRefusal

_LONGEST = 3_000  # dots of a side: every word of a certificate can be read
_MOST_DOTS = 50_000_000  # to be unpacked; a telephone takes 12 to 50 million
_MOST_DOTS_OF_JPEG = 250_000_000  # which can be read at an eighth of its size
_QUALITY = 85


class NotPaintedError(ValueError):
    """A picture that is refused, with the reason."""

    def __init__(self, reason: FileRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def paint_anew(content: bytes, kind: Kind) -> bytes:
    """A JPEG of what the picture shows. Raises NotPaintedError."""
    Image.MAX_IMAGE_PIXELS = None  # the bounds here are narrower
    try:
        with Image.open(BytesIO(content), formats=(kind.value,)) as opened:
            if kind is Kind.JPEG:
                _ensure_small(opened, _MOST_DOTS_OF_JPEG)
                opened.draft("RGB", (_LONGEST, _LONGEST))
            _ensure_small(opened, _MOST_DOTS)
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
            painted = Image.new("RGB", upright.size, "white")
            if upright.has_transparency_data:
                layers = upright.convert("RGBA")
                painted.paste(layers, mask=layers.getchannel("A"))
            else:
                painted.paste(upright.convert("RGB"))
    except NotPaintedError:
        raise
    except (
        OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError,
        struct.error,  # of what the telephone says of itself
    ):  # fmt: skip
        raise NotPaintedError(FileRefusal.BROKEN) from None
    written = BytesIO()
    painted.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _ensure_small(opened: Image.Image, most: int) -> None:
    if opened.width * opened.height > most:
        raise NotPaintedError(FileRefusal.HUGE)
