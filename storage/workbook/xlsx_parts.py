"""The parts of an .xlsx package, each unpacked in small pieces and never further than the limits allow."""

import mmap
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.parsers import expat
from zlib import error as ZlibError  # noqa: N812 (an exception class)

from storage.workbook.limits import Limits
from storage.workbook.problems import Problem, ProblemKind, UnreadableError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DIRECTORY_ENTRY = b"PK\x01\x02"
_MOST_PARTS = 5_000
_PIECE = 1 << 16
_IS_ENCRYPTED = 0x1


class Package:
    """An opened .xlsx file. Raises UnreadableError for everything that is not a plain one."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.name = path.name
        self.limits = limits
        self._left = limits.all_bytes
        _ensure_plain_zip(path, limits)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as cause:
            raise self.refuse(ProblemKind.BROKEN_FILE) from cause
        self._names = {info.filename for info in self._zip.infolist()}
        if any(posixpath.basename(name).lower() == "vbaproject.bin" for name in self._names):
            raise self.refuse(ProblemKind.HAS_MACROS)
        if "mimetype" in self._names:
            raise self.refuse(ProblemKind.OTHER_FORMAT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return part in self._names

    def refuse(self, kind: ProblemKind, sheet: str | None = None) -> UnreadableError:
        """The error that says this about the file (or about one sheet of it)."""
        return UnreadableError(Problem(sheet=sheet or self.name, kind=kind))

    def pieces(self, part: str, most: int) -> Iterator[bytes]:
        """The unpacked bytes of a part, at most so many of them."""
        try:
            info = self._zip.getinfo(part)
            if info.flag_bits & _IS_ENCRYPTED:
                raise self.refuse(ProblemKind.PASSWORD_PROTECTED)
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self.refuse(ProblemKind.BROKEN_FILE)
            if info.file_size > most:
                raise self.refuse(ProblemKind.TOO_LARGE)
            left = most
            with self._zip.open(info) as stream:
                while piece := stream.read(_PIECE):
                    left -= len(piece)
                    self._left -= len(piece)
                    if left < 0 or self._left < 0:
                        raise self.refuse(ProblemKind.TOO_LARGE)
                    yield piece
        except (KeyError, zipfile.BadZipFile, ZlibError, EOFError, OSError, NotImplementedError) as cause:
            raise self.refuse(ProblemKind.BROKEN_FILE) from cause

    def parse(self, parser: expat.XMLParserType, part: str, most: int) -> Iterator[None]:
        """Feed a part to a parser piece by piece, pausing after each so that the caller can hand on what was found.

        Declarations of document types and single tags of enormous size are refused: no honest workbook has them.
        """
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        fed = 0
        try:
            for piece in self.pieces(part, most):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > self.limits.token_bytes:
                    raise self.refuse(ProblemKind.TOO_LARGE)
                yield
            parser.Parse(b"", True)
            yield
        except (expat.ExpatError, ValueError, IndexError, LookupError) as cause:
            raise self.refuse(ProblemKind.BROKEN_FILE) from cause

    def parse_whole(self, parser: expat.XMLParserType, part: str, most: int) -> None:
        """Feed all of a part."""
        for _ in self.parse(parser, part, most):
            pass

    def _refuse_doctype(self, *_declared: object) -> None:
        raise self.refuse(ProblemKind.BROKEN_FILE)


def _ensure_plain_zip(path: Path, limits: Limits) -> None:
    """Refuse by its first bytes whatever is no zip, and a zip whose directory alone would fill the memory."""

    def refuse(kind: ProblemKind) -> UnreadableError:
        return UnreadableError(Problem(sheet=path.name, kind=kind))

    size = path.stat().st_size
    if size == 0:
        raise refuse(ProblemKind.NOT_A_WORKBOOK)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content[:8]
        if start == _OLE:
            is_locked = content.find(_ENCRYPTED, 0, limits.small_part_bytes) >= 0
            raise refuse(ProblemKind.PASSWORD_PROTECTED if is_locked else ProblemKind.OLD_FORMAT)
        if not start.startswith(b"PK\x03\x04"):
            raise refuse(ProblemKind.NOT_A_WORKBOOK)
        if size > limits.file_bytes:
            raise refuse(ProblemKind.TOO_LARGE)
        if _has_more_than(content, _DIRECTORY_ENTRY, _MOST_PARTS):
            raise refuse(ProblemKind.TOO_LARGE)


def _has_more_than(content: mmap.mmap, mark: bytes, most: int) -> bool:
    found, place = 0, content.find(mark)
    while place >= 0 and found <= most:
        found += 1
        place = content.find(mark, place + len(mark))
    return found > most
