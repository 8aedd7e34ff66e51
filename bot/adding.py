"""What is said to the operator about a document to be added to the library, or taken out of it."""

from collections.abc import Mapping
from datetime import date

from handlers.phrases import _, mark, show_day
from knowledge.facts import DocumentId
from knowledge.growing import Misfit

_MISFITS: Mapping[str, str] = {
    "no_text": mark("{document}: the record has no text that can be kept."),
    "no_points": mark("{document}: the record lists no point; a document whose text is held lists at least one."),
    "points_twice": mark("{document}: the record has two points of the same id."),
    "no_territory": mark(
        "{document}: the record does not say where the document applies; set “territories” (known: {known})"
        " or “is_national”."
    ),
    "unknown_territory": mark("{document}: {value} is not a territory; known are: {known}."),
    "other_date": mark(
        "{document}: the record says {value}, but the library knows a document of this number of {known}."
        " Correct the date or the number in the record."
    ),
}


def describe_misfit(document: DocumentId, misfit: Misfit) -> str:
    """Why the document cannot be added, and what to correct."""
    told = _(_MISFITS[misfit.kind])
    return told.format(document=document, value=_shown(misfit.value), known=_shown(misfit.known))


def describe_kept_already(document: DocumentId) -> str:
    """That another file of the same document is kept."""
    text = _("{document} has been added before; nothing was changed. To put this file in its place, use --replace.")
    return text.format(document=document)


def describe_not_kept(number: str) -> str:
    """That there is nothing to take out."""
    text = _("{number} is not a document that was added from a file; nothing was changed.")
    return text.format(number=number)


def _shown(value: str) -> str:
    try:
        return show_day(date.fromisoformat(value))
    except ValueError:
        return value
