"""The pages of a PDF in a file made anew: no programs, no attachments, no forms, nothing about who made it.

Runs only in a process that limits itself (`limiting`).
"""

from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge.reading.files.refusals import Refusal, UnreadableError

_PASSWORD = "password"  # noqa: S105 - a word of PDFium's message, no secret
_END = b"%%EOF"
_END_WITHIN = 1024  # of the end, where every whole file has its mark
_DOTS = 200  # of the longer side of a page that is drawn to see whether it can be
# PDFium writes names in clear, whatever they were hidden in; none of these belongs to a picture of a paper.
_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


def rewrite_pdf(content: bytes, most_pages: int) -> bytes:
    """The same pages in a new file. Raises UnreadableError."""
    if _END not in content[-_END_WITHIN:]:
        raise UnreadableError(Refusal.BROKEN)
    try:
        source = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(Refusal.LOCKED if _PASSWORD in str(error).lower() else Refusal.BROKEN) from None
    if len(source) == 0:
        raise UnreadableError(Refusal.BROKEN)
    if len(source) > most_pages:
        raise UnreadableError(Refusal.TOO_MANY_PAGES)
    made = pypdfium2.PdfDocument.new()
    try:
        made.import_pages(source)
        for number in range(len(made)):
            _strip(made[number])
    except pypdfium2.PdfiumError:
        raise UnreadableError(Refusal.BROKEN) from None
    written = BytesIO()
    made.save(written)
    rewritten = written.getvalue()
    if any(name in rewritten for name in _ACTIVE):
        raise UnreadableError(Refusal.MACROS)
    return rewritten


def _strip(page: pypdfium2.PdfPage) -> None:
    """Without what can be pressed or filled in on it; drawn once, so that a page that cannot be is found out."""
    for place in reversed(range(pdfium.FPDFPage_GetAnnotCount(page))):
        pdfium.FPDFPage_RemoveAnnot(page, place)
    width, height = page.get_size()
    if min(width, height) <= 0:
        raise UnreadableError(Refusal.BROKEN)
    page.render(scale=_DOTS / max(width, height))
