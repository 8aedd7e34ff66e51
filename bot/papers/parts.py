"""What every part of a paper is written with: words in a paragraph, freed of signs that no document can hold."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from knowledge.documents import Citation
from knowledge.folding import printable as plain

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

__all__ = ["Describe", "plain", "say"]
Describe = Callable[[Citation], str]


def say(paragraph: "Paragraph", text: str, *, is_bold: bool = False, is_italic: bool = False) -> None:
    """Words at the end of a paragraph."""
    run = paragraph.add_run(plain(text))
    run.bold, run.italic = is_bold, is_italic
