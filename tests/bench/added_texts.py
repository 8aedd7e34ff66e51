"""The texts of a folder of official documents, each with the places of its points."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.facts import DocumentId
from knowledge.held_text import HeldText
from knowledge.library import Library


def read_texts(folder: Path, library: Library) -> Iterator[HeldText]:
    """Every text of the folder, in the order of the file names."""
    del library
    for path in sorted(folder.glob("*.txt")):
        yield HeldText(DocumentId(path.stem), path.read_text(encoding="utf-8"), {})
