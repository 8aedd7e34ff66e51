"""What a statement of law rests on: a citation proven for a day and a territory, or the reason why it is not.

A `Proof` cannot be made of a citation that does not hold; whoever has one may state law with it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.documents import Citation, Document
from knowledge.facts import TerritoryCode


class Doubt(StrEnum):
    """Why a citation proves nothing for this day and territory; what rests on it can only be background."""

    OTHER_TERRITORY = "other_territory"
    NOT_YET_ISSUED = "not_yet_issued"
    NOT_YET_IN_FORCE = "not_yet_in_force"
    NO_LONGER_IN_FORCE = "no_longer_in_force"
    OTHER_PURPOSE = "other_purpose"  # made for something else, such as teachers or admission
    GUIDANCE = "guidance"  # explains, decides nothing


class UnprovenError(ValueError):
    """A proof was asked of a citation that does not hold: a defect of ours, never of the reader."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A citation of `document` that resolves, is in force on `on` and binds `territory`.

    Raises UnprovenError where it is not so, or where the document lists its points and this is none of them.
    """

    document: Document
    point: str | None
    on: date
    territory: TerritoryCode

    def __post_init__(self) -> None:
        doubt = doubt_of(self.document, self.on, self.territory)
        if doubt is not None:
            raise UnprovenError(f"{self.document.id} on {self.on} in {self.territory}: {doubt}")
        if self.point is not None and self.document.points and self.document.point(self.point) is None:
            raise UnprovenError(f"{self.document.id} has no point {self.point}")

    @property
    def citation(self) -> Citation:
        """The citation that is proven."""
        return Citation(document=self.document.id, point=self.point, held=self.document.text_held)


def doubt_of(document: Document, on: date, territory: TerritoryCode) -> Doubt | None:
    """Why the document proves nothing on that day in that territory; None where it does."""
    if not document.binds(territory):
        return Doubt.OTHER_TERRITORY
    if not document.exists_on(on):
        return Doubt.NOT_YET_ISSUED
    if document.in_force_to is not None and on > document.in_force_to:
        return Doubt.NO_LONGER_IN_FORCE
    if not document.is_in_force_on(on):
        return Doubt.NOT_YET_IN_FORCE
    return None
