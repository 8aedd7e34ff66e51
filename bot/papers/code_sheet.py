"""A sheet of linking codes as a PDF: slips to cut out, each with its person, the code, how to use it and until when."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

import segno

from bot.drawing import font_file
from handlers.phrases import _, show_moment
from handlers.reply import CodeCard, CodeSheet, File
from knowledge.folding import printable

if TYPE_CHECKING:
    from fpdf import FPDF

PDF: Final = "application/pdf"
CODE_SHEET: Final = "ma-lien-ket.pdf"
_FONT: Final = "DejaVu"
_COLUMNS, _ROWS = 2, 4
_MARGIN, _HEAD, _FOOT = 10.0, 12.0, 8.0  # millimetres
_PAGE_WIDTH, _PAGE_HEIGHT = 210.0, 297.0
_WIDTH = (_PAGE_WIDTH - 2 * _MARGIN) / _COLUMNS
_HEIGHT = (_PAGE_HEIGHT - 2 * _MARGIN - _HEAD - _FOOT) / _ROWS
_LONGEST = 90  # letters of a post or a unit
_INNER, _QR = 4.0, 36.0


def write_code_sheet(sheet: CodeSheet) -> File:
    """The PDF, eight slips to a page."""
    from fpdf import FPDF  # noqa: PLC0415  loaded for the first sheet only

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.add_font(_FONT, "", str(font_file()))
    pdf.add_font(_FONT, "B", str(font_file(is_bold=True)))
    pdf.set_title(_("Linking codes"))
    pdf.set_author("Nhắc Chuẩn")
    pdf.set_creation_date(sheet.printed_at)
    for first in range(0, len(sheet.cards), _COLUMNS * _ROWS):
        _add_page(pdf, sheet, sheet.cards[first : first + _COLUMNS * _ROWS])
    return File(CODE_SHEET, bytes(pdf.output()), PDF, _("Linking codes to print: {units}").format(units=sheet.units))


def _add_page(pdf: "FPDF", sheet: CodeSheet, cards: Sequence[CodeCard]) -> None:
    pdf.add_page()
    _say(pdf, _MARGIN, _MARGIN, _("Linking codes – {units}").format(units=_short(sheet.units)), 11, is_bold=True)
    closing = _("Printed by {who} at {moment}. Confidential: cut out, hand each slip over in person, keep no copy.")
    told = closing.format(who=_short(sheet.printed_by), moment=show_moment(sheet.printed_at))
    _say(pdf, _MARGIN, _PAGE_HEIGHT - _MARGIN - 4, told, 7)
    for place, card in enumerate(cards):
        left = _MARGIN + _WIDTH * (place % _COLUMNS)
        top = _MARGIN + _HEAD + _HEIGHT * (place // _COLUMNS)
        _add_card(pdf, card, sheet.link, left, top)


def _add_card(pdf: "FPDF", card: CodeCard, link: str, left: float, top: float) -> None:
    pdf.set_draw_color(150)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    pdf.rect(left, top, _WIDTH, _HEIGHT)
    pdf.set_dash_pattern()
    x, y, wide = left + _INNER, top + _INNER, _WIDTH - 2 * _INNER
    y = _write(pdf, (x, y, wide), _short(card.name), 12, is_bold=True)
    y = _write(pdf, (x, y, wide), _short(f"{card.code} · {card.position}"), 8.5)
    y = _write(pdf, (x, y, wide), _short(card.unit), 8.5) + 1
    narrow = wide - _QR + _INNER
    picture = _qr(link.format(code=card.secret) if link else card.secret)
    pdf.image(picture, x=left + _WIDTH - _QR - 1, y=top + _HEIGHT - _QR - 1, w=_QR, h=_QR)
    y = _write(pdf, (x, y, narrow), _("Your linking code:"), 8.5)
    y = _write(pdf, (x, y, narrow), f"{card.secret[:4]} {card.secret[4:]}", 17, is_bold=True) + 1
    for line in _how_to(link):
        y = _write(pdf, (x, y, narrow), line, 7.5) + 0.5
    until = _("Works once, until {moment}. For you alone: do not show it to anybody.")
    _write(pdf, (x, y + 1, narrow), until.format(moment=show_moment(card.expires_at)), 7.5)


def _short(words: str) -> str:
    """At most two lines of a slip."""
    words = " ".join(printable(words).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


def _how_to(link: str) -> tuple[str, ...]:
    if "{code}" in link:
        return (_("1. Scan the picture with your phone, then press Start."), _("2. Read the notice and agree."))
    first = (
        _("1. Scan the picture with Zalo and open the chat.") if link else _("1. Open Nhắc Chuẩn on Zalo or Telegram.")
    )
    return (first, _("2. Choose “Link my account” and type the code."))


def _qr(content: str) -> BytesIO:
    written = BytesIO()
    segno.make(content, error="m", micro=False).save(written, kind="png", scale=8, border=4)
    written.seek(0)
    return written


def _write(pdf: "FPDF", where: tuple[float, float, float], words: str, size: float, *, is_bold: bool = False) -> float:
    """Words in a column, in as many lines as they need; where the next may stand."""
    left, top, wide = where
    pdf.set_xy(left, top)
    pdf.set_font(_FONT, "B" if is_bold else "", size)
    pdf.multi_cell(wide, size * 0.45, words, align="L")
    return float(pdf.get_y())


def _say(pdf: "FPDF", left: float, top: float, words: str, size: float, *, is_bold: bool = False) -> None:
    pdf.set_xy(left, top)
    pdf.set_font(_FONT, "B" if is_bold else "", size)
    pdf.cell(_PAGE_WIDTH - 2 * _MARGIN, size * 0.45, words)
