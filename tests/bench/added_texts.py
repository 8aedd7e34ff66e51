"""The texts of a folder of official documents as they would be held, with the places of the points read in them."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.facts import DocumentId
from knowledge.held_text import HeldText
from knowledge.reading.files.opening import read_text_of
from knowledge.reading.reader import read


def read_texts(folder: Path) -> Iterator[HeldText]:
    """Every text of the folder, in the order of the file names."""
    for path in sorted(folder.glob("*.txt")):
        draft = read(read_text_of(path))
        spans = {point.id: (point.start, point.end) for point in draft.points}
        yield HeldText(DocumentId(draft.number.value or path.stem), draft.text, spans)
