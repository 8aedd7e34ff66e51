"""The sheet that HR keeps: ends of the audit chain, signed, to be compared with the chain in years to come."""

import base64
import re
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Final

import segno
from fpdf import FPDF

from bot.drawing import font_file
from handlers.audit_words import SHORTEST, line_of
from handlers.phrases import _, show_day, show_moment, show_number
from handlers.reply import File

PDF: Final = "application/pdf"
AUDIT_SHEET: Final = "niem-phong-nhat-ky.pdf"
_FONT: Final = "DejaVu"
_MARGIN: Final = 15.0
_QR: Final = 52.0
_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\d)\s+(?:[^\d\n]{0,3}\s*)?(\d{1,18})\s+((?:[0-9a-fA-F]{2,64}[ \t]*)+)")
_BEGUN: Final = re.compile(r"\d{4}-\d")


def read_lines(words: str) -> Sequence[tuple[date, int, str]]:
    """The ends in what somebody copied from paper; a hash may be cut short after so many signs."""
    found = []
    for day, number, end in _LINE.findall(words):
        signs = "".join(end.split()).lower()
        if len(signs) >= SHORTEST:
            try:
                found.append((date.fromisoformat(day), int(number), signs[:64]))
            except ValueError:
                continue
    return found


def list_unread(words: str) -> Sequence[str]:
    """Lines that begin like one that was printed and are none: whoever compares must not take them for compared."""
    lines = (line.strip() for line in words.splitlines())
    return [line for line in lines if _BEGUN.match(line) and not read_lines(line)]


def write_audit_sheet(
    ends: Sequence[tuple[date, int, str, bytes]], public_key: bytes, printed_at: datetime, *, place: str
) -> File:
    """A page with these ends (day, number, hash, signature), the newest first and as a picture to be scanned too."""
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.set_margin(_MARGIN)
    pdf.add_font(_FONT, "", str(font_file()))
    pdf.add_font(_FONT, "B", str(font_file(is_bold=True)))
    pdf.set_title(_("Sealed ends of the audit chain"))
    pdf.set_author("Nhắc Chuẩn")
    pdf.set_creation_date(printed_at)
    pdf.add_page()
    day, number, end, signature = ends[0]
    pdf.image(_qr(line_of(day, number, end), signature), x=210 - _MARGIN - _QR, y=_MARGIN, w=_QR, h=_QR)
    narrow = 210 - 2 * _MARGIN - _QR - 4
    _write(pdf, _("Sealed ends of the audit chain"), 15, narrow, is_bold=True)
    _write(pdf, place, 10, narrow)
    printed = _("Printed on {moment}; newest: entry {n} of {day}.")
    _write(pdf, printed.format(moment=show_moment(printed_at), n=show_number(number), day=show_day(day)), 9, narrow)
    for words in (
        _("Keep this sheet on paper, away from the server. Whoever changes the records later cannot change it."),
        _("To compare: nhacchuan audit verify --against FILE, where FILE holds one or more of the lines below."),
        _("The first {n} signs of a line's code are enough.").format(n=SHORTEST),
    ):
        _write(pdf, words, 9, narrow)
    pdf.set_y(max(pdf.get_y(), _MARGIN + _QR) + 6)
    for day, number, end, _signature in ends:
        _write(pdf, line_of(day, number, end), 7.5, 210 - 2 * _MARGIN)
    pdf.ln(4)
    _write(pdf, _("Key that signs (public): {key}").format(key=public_key.hex()), 7.5, 210 - 2 * _MARGIN)
    pdf.ln(10)
    _write(pdf, _("Received and kept by (name, signature, day): ……………………………………"), 10, 210 - 2 * _MARGIN)
    return File(AUDIT_SHEET, bytes(pdf.output()), PDF, _("Sealed ends of the audit chain"))


def _qr(line: str, signature: bytes) -> BytesIO:
    written = BytesIO()
    content = f"NHACCHUAN-AUDIT {line} {base64.b64encode(signature).decode()}"
    segno.make(content, error="m", micro=False).save(written, kind="png", scale=6, border=4)
    written.seek(0)
    return written


def _write(pdf: FPDF, words: str, size: float, wide: float, *, is_bold: bool = False) -> None:
    pdf.set_x(_MARGIN)
    pdf.set_font(_FONT, "B" if is_bold else "", size)
    pdf.multi_cell(wide, size * 0.52, words, align="L", new_x="LMARGIN", new_y="NEXT")
