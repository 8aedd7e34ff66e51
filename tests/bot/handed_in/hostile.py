"""Files made by hand: sound ones, and those that somebody sends by mistake or on purpose."""

import struct
import zlib
from io import BytesIO

import pypdfium2
from fpdf import FPDF
from PIL import Image
from PIL.Image import Exif

HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
_GPS = 0x8825
_ORIENTATION = 0x0112
_MAKER = 0x010F


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    """A picture whose left half is red."""
    made = Image.new("RGB", size, "white")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    written = BytesIO()
    made.save(written, kind, **more)
    return written.getvalue()


def photo_with_place() -> bytes:
    """As a telephone takes it: lying on its side, with maker and place."""
    said = Exif()
    said[_ORIENTATION] = 6
    said[_MAKER] = "Telephone of somebody"
    said.get_ifd(_GPS)[1] = "N"
    return picture(exif=said, comment=b"secret remark")


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says to be 60,000 dots wide and high."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(pages: int = 1, *, author: str = "", password: str = "", script: str = "") -> bytes:
    """A PDF with a word on each page."""
    made = FPDF()
    made.set_font("helvetica")
    made.set_author(author)
    for number in range(pages):
        made.add_page()
        made.cell(text=f"Certificate page {number + 1}")
        made.link(10, 10, 50, 50, "https://example.invalid/")
    if password:
        made.set_encryption(owner_password=password, user_password=password)
    written = bytes(made.output())
    if script:  # what opens with the document: an action, put into its catalogue by hand
        action = f"/Type /Catalog /OpenAction << /S /JavaScript /JS ({script}) >>".encode()
        written = written.replace(b"/Type /Catalog", action, 1)
    return written


def text_of(content: bytes) -> list[str]:
    """The words of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
