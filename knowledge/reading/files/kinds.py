"""What a file is, told by its first bytes; its name is not asked, since names lie."""

import re

from knowledge.reading.files.refusals import Refusal, UnreadableError

PDF = "pdf"
PACKAGE = "docx"
PLAIN = "txt"

_PDF_WITHIN = 1024  # readers accept a few bytes of rubbish before the mark, and so do senders
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF", b"\x00\x00\x01\x00")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # what Office calls the stream of a .docx with a password
_WEB = re.compile(rb"^\s*(<!doctype\s+html|<html|<\?xml[^>]*>\s*<(!doctype\s+)?html)", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """Tell PDF, PACKAGE or PLAIN. Raises UnreadableError for what is known to be something else."""
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableError(Refusal.EMPTY)
    if content.startswith(b"PK\x03\x04"):
        return PACKAGE
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return PDF
    if content.startswith(_OLE):
        raise UnreadableError(Refusal.LOCKED if _LOCKED_PACKAGE in content else Refusal.OLD_WORD)
    if content.startswith(b"{\\rtf"):
        raise UnreadableError(Refusal.RICH_TEXT)
    if content.startswith(_PICTURES):
        raise UnreadableError(Refusal.PICTURE)
    if _WEB.match(content[:_PDF_WITHIN]):
        raise UnreadableError(Refusal.WEB_PAGE)
    return PLAIN
