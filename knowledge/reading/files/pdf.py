"""The text of a PDF, page by page, with PDFium. Runs only in the process that `child` starts and limits."""

import re

import pypdfium2

from knowledge.reading.files.limits import LETTERS, PAGES
from knowledge.reading.files.refusals import Refusal, UnreadableError

_PASSWORD = "password"  # noqa: S105 - a word of PDFium's message, no secret
_NUMBER = re.compile(r"\s*[-–]?\s*(\d{1,4})\s*[-–]?\s*$")
_FEW = 20  # letters on a page by which a stamp over a scan is told from text
_SCANNED = 0.5  # share of pages without text from which the document counts as a scan


def read_pdf(path: str) -> str:
    """The pages' text, a form feed between two. Raises UnreadableError."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(Refusal.LOCKED if _PASSWORD in str(error).lower() else Refusal.BROKEN) from None
    if len(document) > PAGES:
        raise UnreadableError(Refusal.TOO_MANY_PAGES)
    if len(document) == 0:
        raise UnreadableError(Refusal.BROKEN)
    pages: list[str] = []
    letters = 0
    for number in range(len(document)):
        pages.append(_text_of(document, number))
        letters += len(pages[-1])
        if letters > LETTERS:
            raise UnreadableError(Refusal.TOO_LONG)
    bare = sum(len(page.strip()) < _FEW for page in pages)
    if bare == len(pages) or bare > max(1, _SCANNED * len(pages)):
        raise UnreadableError(Refusal.NO_TEXT_LAYER)
    return "\f".join(without_numbers(pages))


def _text_of(document: pypdfium2.PdfDocument, number: int) -> str:
    try:
        page = document[number]
        words = page.get_textpage()
        # U+FFFE stands where PDFium joined a word that a hyphen divided at the end of a line.
        text: str = words.get_text_range().replace("\r\n", "\n").replace("\ufffe", "")
    except pypdfium2.PdfiumError:
        raise UnreadableError(Refusal.BROKEN) from None
    words.close()
    page.close()
    return text


def without_numbers(pages: list[str]) -> list[str]:
    """The pages without their printed numbers: a lone number as first or last line that rises page by page."""
    kept: list[str] = []
    for place, page in enumerate(pages, start=1):
        lines = page.strip("\n").split("\n")
        for end in (0, -1):
            found = _NUMBER.match(lines[end]) if lines else None
            if found and abs(int(found[1]) - place) <= 1:
                del lines[end]
        kept.append("\n".join(lines))
    return kept
