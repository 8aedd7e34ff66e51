"""Draws the small picture of a chart: bars and numbers only, since the words stand in the message beside it.

The fonts that come with our libraries lack Vietnamese letters, and a picture without letters needs no other.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from handlers.reply import Chart, File

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

PNG: Final = "image/png"
_NAME: Final = "bieu-do.png"
_WIDTH, _ROW, _EDGE = 640, 46, 16
_NUMBERS, _TOTALS = 44, 64  # room for the number of a bar before it and for its total after it
_SIZE: Final = 20
_INK, _PAPER, _LINE = "#1f2933", "#ffffff", "#e4e7eb"
# Told apart also without colour, by lightness and by always standing in this order: with dark or light numbers on them.
_PARTS: Final = (("#c62828", _PAPER), ("#f59f00", _INK), ("#3b6fb6", _PAPER), ("#b8c0c8", _INK))


def draw(chart: Chart) -> File:
    """The chart as a picture; bars are numbered from 1, from the top."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  a picture is drawn once a week, and never by most doors

    height = 2 * _EDGE + _ROW * len(chart.bars)
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(_SIZE)
    most = max((sum(bar) for bar in chart.bars), default=0) or 1
    unit = (_WIDTH - 2 * _EDGE - _NUMBERS - _TOTALS) / most
    for row, bar in enumerate(chart.bars):
        top = _EDGE + row * _ROW
        middle = top + _ROW / 2
        pen.text((_EDGE, middle), str(row + 1), fill=_INK, font=font, anchor="lm")
        left = float(_EDGE + _NUMBERS)
        for part, (colour, ink) in zip(bar, _PARTS, strict=False):
            if part:
                right = left + max(part * unit, 3.0)
                pen.rectangle((left, top + 7, right, top + _ROW - 7), fill=colour)
                _write_inside(pen, str(part), (left, right), middle, ink, font)
                left = right + 1
        pen.text((left + 8, middle), str(sum(bar)), fill=_INK, font=font, anchor="lm")
        if row:
            pen.line((_EDGE, top, _WIDTH - _EDGE, top), fill=_LINE)
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return File(_NAME, written.getvalue(), PNG, description=chart.description)


def _write_inside(
    pen: "ImageDraw", number: str, room: tuple[float, float], middle: float, ink: str, font: "object"
) -> None:
    """The number of a part in its middle, where there is room for it."""
    left, right = room
    if pen.textlength(number, font=font) + 6 <= right - left:  # type: ignore[arg-type]
        pen.text(((left + right) / 2, middle), number, fill=ink, font=font, anchor="mm")  # type: ignore[arg-type]
