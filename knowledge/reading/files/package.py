"""A Word package opened carefully: what it claims is checked first, what it holds is read up to a bound.

Runs only in the process that `child` starts and limits.
"""

import zipfile
import zlib
from collections.abc import Callable
from typing import Protocol
from xml.parsers import expat

from knowledge.reading.files.limits import DEPTH, PACKED_PARTS, PART_BYTES, UNPACKED_FREE_BYTES, UNPACKED_RATIO
from knowledge.reading.files.refusals import Refusal, UnreadableError

_CHUNK = 64 * 1024
_ENCRYPTED = 0x1


class Listener(Protocol):
    """What hears a part being read."""

    def start(self, name: str, said: dict[str, str]) -> None:
        """An element begins; its name is without namespace."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, words: str) -> None:
        """Letters between two tags; one run of text may come in several calls."""


class Package:
    """The parts of one file. Raises UnreadableError on opening where it is no sound Word document without macros."""

    def __init__(self, path: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            parts = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise UnreadableError(Refusal.BROKEN) from None
        if len(parts) > PACKED_PARTS:
            raise UnreadableError(Refusal.BOMB)
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise UnreadableError(Refusal.LOCKED)
        self._parts = {part.filename.lstrip("/"): part for part in parts}
        names = {name.lower() for name in self._parts}
        if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
            raise UnreadableError(Refusal.MACROS)
        if any(name.startswith("xl/") for name in names):
            raise UnreadableError(Refusal.WORKBOOK)

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def list_parts(self, start: str, end: str) -> list[str]:
        """The parts whose name starts and ends so, in the order of their names."""
        return sorted(name for name in self._parts if name.startswith(start) and name.endswith(end))

    def read(self, part: str, listener: Listener) -> None:
        """Let the listener hear one part from its first to its last tag. Raises UnreadableError."""
        entry = self._parts[part]
        if entry.file_size > PART_BYTES or (
            entry.file_size > UNPACKED_FREE_BYTES and entry.file_size > UNPACKED_RATIO * max(1, entry.compress_size)
        ):
            raise UnreadableError(Refusal.BOMB)
        parser = _careful_parser(listener)
        try:
            with self._zip.open(entry) as file:
                for _ in range(PART_BYTES // _CHUNK + 1):
                    chunk = file.read(_CHUNK)
                    parser.Parse(chunk, not chunk)
                    if not chunk:
                        return
        except UnreadableError:
            raise
        except (
            expat.ExpatError,
            zlib.error,
            zipfile.BadZipFile,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
            LookupError,  # it names an encoding that there is not
        ):
            raise UnreadableError(Refusal.BROKEN) from None
        raise UnreadableError(Refusal.BOMB)  # what it claims of its size is not true


def _careful_parser(listener: Listener) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def start(name: str, said: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise UnreadableError(Refusal.BOMB)
        listener.start(_bare(name), {_bare(key): value for key, value in said.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end(_bare(name))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = listener.text
    # Word writes no document type; entities are declared only by those who want to harm.
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_declared: object) -> None:
    raise UnreadableError(Refusal.BOMB)


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


Heard = Callable[[str, dict[str, str]], None]


class Tags:
    """A listener to starting tags alone."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def start(self, name: str, said: dict[str, str]) -> None:
        """Pass it on."""
        self._heard(name, said)

    def end(self, name: str) -> None:
        """Nothing is waited for."""

    def text(self, words: str) -> None:
        """Text between tags means nothing in lists of settings."""
