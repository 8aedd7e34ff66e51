"""How a citation is read out: kind, number, day, issuer and point of the document, and whether its text is held."""

import re

from handlers.phrases import _, show_day
from knowledge.documents import Citation, Document
from knowledge.folding import fold
from knowledge.library import Library

# Official numbers begin with a digit; any other id is the library's own name for a letter whose number is unknown.
_OFFICIAL_NUMBER = re.compile(r"\d")
_NAMES_ITS_PLACE = re.compile(r"(diem|dieu|muc|khoan|phan|chuong|phu luc|bang)\b")


def describe_citation(library: Library, citation: Citation) -> str:
    """The citation in words: "Công văn 2123/UBND-NC ngày 17/08/2020 của UBND tỉnh Hưng Yên, điểm 3"."""
    document = library.get_document(citation.document)
    described = _describe_document(document)
    if citation.point is not None:
        described = _("{document}, {point}").format(document=described, point=_describe_point(document, citation.point))
    if not citation.held:
        described = _("{document} (its full text is not held in the library)").format(document=described)
    return described


def _describe_document(document: Document) -> str:
    named = _name(document)
    if document.dated is not None and document.issuer:
        return _("{document} of {day} by {issuer}").format(
            document=named, day=show_day(document.dated), issuer=document.issuer
        )
    if document.dated is not None:
        return _("{document} of {day}").format(document=named, day=show_day(document.dated))
    if document.issuer:
        return _("{document} by {issuer}").format(document=named, issuer=document.issuer)
    return named


def _name(document: Document) -> str:
    if _OFFICIAL_NUMBER.match(document.id):
        return f"{document.kind} {document.id}".strip()
    if fold(document.id).startswith(fold(document.kind)):
        return document.id  # cited by its name
    if document.title:
        return _("{kind} without a known number “{title}”").format(kind=document.kind, title=document.title)
    return _("{kind} without a known number").format(kind=document.kind)


def _describe_point(document: Document, point_id: str) -> str:
    point = document.point(point_id)
    if point is not None and point.label:
        return point.label
    if _NAMES_ITS_PLACE.match(fold(point_id)):
        return point_id
    return _("point {point}").format(point=point_id)
