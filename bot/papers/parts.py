"""What every part of a paper is written with: words in a paragraph, freed of signs that no document can hold."""

from collections.abc import Callable

from docx.text.paragraph import Paragraph

from knowledge.documents import Citation

Describe = Callable[[Citation], str]


def say(paragraph: Paragraph, text: str, *, is_bold: bool = False, is_italic: bool = False) -> None:
    """Words at the end of a paragraph."""
    run = paragraph.add_run(plain(text))
    run.bold, run.italic = is_bold, is_italic


def plain(text: str) -> str:
    """The text without signs that no document of this kind can hold."""
    return "".join(sign for sign in text if sign in "\n\t" or sign >= " ")
