"""What a file is that was handed in, told by its first bytes: names and declared types lie."""

from enum import StrEnum

from handlers.handed_in import FileRefusal


class Kind(StrEnum):
    """What is taken."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    PDF = "PDF"


_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")


def kind_of(content: bytes) -> Kind | FileRefusal:
    """The kind, or why it is none that is taken. A PDF begins with its mark: anything before it is something else."""
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    if content.startswith(b"%PDF-"):
        return Kind.PDF
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return FileRefusal.HEIC
    return FileRefusal.WRONG_KIND
