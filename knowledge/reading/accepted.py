"""What a person accepted of a document: its record, its own words, and where each point stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.documents import Document


@dataclass(frozen=True)
class AcceptedDocument:
    """A record together with the text that it was made from, so that a point can be quoted word for word.

    `spans` tells for a point id where the point starts and ends in `text` (`text[start:end]`, in characters); a
    point includes what stands below it. A point of the record without a span is held in summary only. Raises
    ValueError for a span of an unknown point or one that reaches outside the text.
    """

    document: Document
    text: str
    spans: Mapping[str, tuple[int, int]]

    def __post_init__(self) -> None:
        known = {point.id for point in self.document.points}
        for point, (start, end) in self.spans.items():
            if point not in known:
                raise ValueError(f"{self.document.id} has no point {point}")
            if not 0 <= start < end <= len(self.text):
                raise ValueError(f"{self.document.id}, {point}: {start} to {end} is not a place in its text")

    def quote(self, point: str) -> str | None:
        """The point's own words, or None where it has no place in the text."""
        span = self.spans.get(point)
        return self.text[span[0] : span[1]].strip() if span is not None else None
