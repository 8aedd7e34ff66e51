"""The text of a Word document: paragraphs with the numbers that Word prints, tables row by row, headers first.

Deleted and hidden words are left out, inserted ones are kept. Runs only in the process that `child` starts.
"""

from dataclasses import dataclass, field

from knowledge.reading.files.limits import LETTERS
from knowledge.reading.files.numbering import Numbering, read_numbering
from knowledge.reading.files.package import Package, Tags
from knowledge.reading.files.refusals import Refusal, UnreadableError

_LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "rPrChange", "pPrChange"})
_OFF = frozenset({"0", "false", "off", "none"})


def read_docx(path: str) -> str:
    """The text of a document, one line for each paragraph. Raises UnreadableError."""
    package = Package(path)
    _refuse_macros(package)
    body = _find_body(package)
    numbering = read_numbering(package)
    story = _Story(numbering)
    # A letterhead may stand in the header of the first page; a page number there says nothing.
    for part in package.list_parts("word/header", ".xml"):
        header = _Story(Numbering())
        package.read(part, header)
        story.lines += [line for line in header.lines if sum(letter.isalpha() for letter in line) > 1]
    package.read(body, story)
    if not any(line.strip() for line in story.lines):
        raise UnreadableError(Refusal.EMPTY)
    return "\n".join(story.lines)


def _refuse_macros(package: Package) -> None:
    def heard(name: str, said: dict[str, str]) -> None:
        if name in {"Override", "Default"} and "macroenabled" in said.get("ContentType", "").lower():
            raise UnreadableError(Refusal.MACROS)

    if "[Content_Types].xml" in package:
        package.read("[Content_Types].xml", Tags(heard))


def _find_body(package: Package) -> str:
    found: list[str] = []

    def heard(name: str, said: dict[str, str]) -> None:
        if name == "Relationship" and said.get("Type", "").endswith("/officeDocument"):
            found.append(said.get("Target", "").lstrip("/"))

    if "_rels/.rels" in package:
        package.read("_rels/.rels", Tags(heard))
    for part in (*found, "word/document.xml"):
        if part in package and part.startswith("word/"):
            return part
    raise UnreadableError(Refusal.OTHER_PACKAGE)


@dataclass(slots=True)
class _Paragraph:
    words: list[str] = field(default_factory=list)
    style: str = ""
    list_used: str = ""
    level: int | None = None


@dataclass(slots=True)
class _Table:
    row: list[list[str]] = field(default_factory=list)


class _Story:
    """Hears a part with paragraphs and keeps its lines."""

    def __init__(self, numbering: Numbering) -> None:
        self.lines: list[str] = []
        self._numbering = numbering
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._skipped = 0  # how deep inside something left out
        self._is_hidden = False
        self._is_text = False
        self._letters = 0

    def start(self, name: str, said: dict[str, str]) -> None:  # noqa: C901, PLR0912 - one case for each tag heard
        if self._skipped or name in _LEFT_OUT:
            self._skipped += 1
            return
        value = said.get("val", "")
        match name:
            case "p":
                self._paragraphs.append(_Paragraph())
            case "pStyle" if self._paragraphs:
                self._paragraphs[-1].style = value
            case "numId" if self._paragraphs:
                self._paragraphs[-1].list_used = value
            case "ilvl" if self._paragraphs:
                self._paragraphs[-1].level = int(value) if value.isdigit() and len(value) == 1 else 0
            case "r":
                self._is_hidden = False
            case "vanish":
                self._is_hidden = value not in _OFF
            case "t":
                self._is_text = True
            case "tab" if self._paragraphs and "pos" not in said:  # with a position it sets a stop and is no tab
                self.add("\t")
            case "br" | "cr":
                self.add("\n")
            case "noBreakHyphen":
                self.add("-")
            case "tbl":
                self._tables.append(_Table())
            case "tr" if self._tables:
                self._tables[-1].row = []
            case "tc" if self._tables:
                self._tables[-1].row.append([])
            case _:
                pass

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        match name:
            case "t":
                self._is_text = False
            case "r":
                self._is_hidden = False
            case "p" if self._paragraphs:
                self._put(self._paragraphs.pop())
            case "tr" if self._tables:
                row, self._tables[-1].row = self._tables[-1].row, []
                self._put_row(row)
            case "tbl" if self._tables:
                self._tables.pop()
            case _:
                pass

    def text(self, words: str) -> None:
        if self._is_text and not self._skipped:
            self.add(words)

    def add(self, words: str) -> None:
        """Put letters into the paragraph at hand. Raises UnreadableError beyond what a document has."""
        if self._is_hidden or not self._paragraphs:
            return
        self._letters += len(words)
        if self._letters > LETTERS:
            raise UnreadableError(Refusal.TOO_LONG)
        self._paragraphs[-1].words.append(words)

    def _put(self, paragraph: _Paragraph) -> None:
        used, level = paragraph.list_used, paragraph.level
        if not used:
            used, level = self._numbering.styles.get(paragraph.style, ("", level))
        printed = self._numbering.next(used, level or 0) if used not in {"", "0"} else ""
        words = "".join(paragraph.words).strip(" ")
        line = f"{printed} {words}" if printed and words.strip() else words
        place = self._tables[-1].row[-1] if self._tables and self._tables[-1].row else self.lines
        place.append(line)

    def _put_row(self, cells: list[list[str]]) -> None:
        place = self._tables[-2].row[-1] if len(self._tables) > 1 and self._tables[-2].row else self.lines
        filled = [[line for line in cell if line.strip()] for cell in cells]
        if all(len(cell) <= 1 and "\n" not in "".join(cell) for cell in filled):
            place.append("\t".join("".join(cell) for cell in filled).rstrip("\t"))
            return
        # A letterhead or a signature: two columns that are read one after the other.
        for cell in filled:
            place.extend([*cell, ""])
