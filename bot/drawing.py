"""Draws the picture of a chart so that a phone can show it: each bar under its name, its parts explained below."""

from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from handlers.reply import Chart, File
from knowledge.folding import printable

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

PNG: Final = "image/png"
_MOST_LETTERS: Final = 400  # more than one line of a picture ever holds
_MOST_LINES: Final = 3  # of a title
_NAME: Final = "bieu-do.png"
_WIDTH, _EDGE = 960, 28
_BAR, _LABEL, _GAP = 52, 50, 20
_TITLE, _LEGEND = 62, 50
_TOTALS: Final = 110  # room for the total of a bar behind it
_SIZE, _BIG, _SMALL = 37, 39, 35  # a phone shows three dots of the picture as one: no letter smaller than its own
_INK, _PAPER = "#1f2933", "#ffffff"
# Told apart also without colour, by lightness and by always standing in this order: with dark or light numbers on them.
_PARTS: Final = (("#c62828", _PAPER), ("#f59f00", _INK), ("#3b6fb6", _PAPER), ("#b8c0c8", _INK))


def draw(chart: Chart) -> File:
    """The chart as a picture, its bars from the top."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  a picture is drawn now and then, and never by most doors

    title = _break(chart.title, _font(_BIG, is_bold=True))
    top = _EDGE + _TITLE * len(title)
    row = _BAR + _GAP + (_LABEL if chart.labels else 0)
    below = _LEGEND * len(chart.legend)
    image = Image.new("RGB", (_WIDTH, top + row * len(chart.bars) + below + _EDGE), _PAPER)
    pen = ImageDraw.Draw(image)
    for place, line in enumerate(title):
        _write(pen, line, (_EDGE, _EDGE + _TITLE * place), _font(_BIG, is_bold=True))
    most = max((sum(bar) for bar in chart.bars), default=0) or 1
    unit = (_WIDTH - 2 * _EDGE - _TOTALS) / most
    for place, bar in enumerate(chart.bars):
        at = top + place * row
        if chart.labels:
            _write(pen, chart.labels[place], (_EDGE, at), _font(_SIZE))
            at += _LABEL
        _draw_bar(pen, bar, at, unit)
    _explain(pen, chart.legend, top + row * len(chart.bars))
    written = BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return File(_NAME, written.getvalue(), PNG, description=chart.description)


def _draw_bar(pen: "ImageDraw", bar: tuple[int, ...], top: float, unit: float) -> None:
    middle, left = top + _BAR / 2, float(_EDGE)
    for part, (colour, ink) in zip(bar, _PARTS, strict=False):
        if part:
            right = left + max(part * unit, 4.0)
            pen.rectangle((left, top, right, top + _BAR), fill=colour)
            number = str(part)
            if pen.textlength(number, font=_font(_SMALL)) + 8 <= right - left:
                pen.text(((left + right) / 2, middle), number, fill=ink, font=_font(_SMALL), anchor="mm")
            left = right + 1
    pen.text((left + 10, middle), str(sum(bar)), fill=_INK, font=_font(_SIZE, is_bold=True), anchor="lm")


def _explain(pen: "ImageDraw", legend: tuple[str, ...], top: float) -> None:
    for place, (words, (colour, _ink)) in enumerate(zip(legend, _PARTS, strict=False)):
        middle = top + _LEGEND * place + _LEGEND / 2
        pen.rectangle((_EDGE, middle - 16, _EDGE + 32, middle + 16), fill=colour)
        shown = " ".join(printable(words).split())[:_MOST_LETTERS]
        pen.text((_EDGE + 46, middle), shown, fill=_INK, font=_font(_SMALL), anchor="lm")


def _break(words: str, font: "FreeTypeFont") -> list[str]:
    """The words as lines that fit, for a title: it ends with the day, which must be read. The last line may be long."""
    lines: list[str] = []
    for word in printable(words)[:_MOST_LETTERS].split():
        longer = f"{lines[-1]} {word}" if lines else word
        fits = font.getlength(longer) <= _WIDTH - 2 * _EDGE
        if lines and (fits or len(lines) == _MOST_LINES):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _write(pen: "ImageDraw", words: str, at: tuple[float, float], font: "FreeTypeFont") -> None:
    """One line, cut where the picture ends."""
    room, shown = _WIDTH - 2 * _EDGE, " ".join(printable(words).split())[:_MOST_LETTERS]
    while shown and pen.textlength(shown, font=font) > room:
        shown = shown[:-2].rstrip() + "…"
    pen.text(at, shown, fill=_INK, font=font)


@cache
def _font(size: int, *, is_bold: bool = False) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415  see above

    return ImageFont.truetype(str(font_file(is_bold=is_bold)), size)


@cache
def font_file(*, is_bold: bool = False) -> Path:
    """A font that has every Vietnamese letter. The one that comes with the library of charts; it is not imported."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("matplotlib")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"DejaVuSans{'-Bold' if is_bold else ''}.ttf"
