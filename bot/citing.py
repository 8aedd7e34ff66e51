"""How a citation is read out: kind, number, day, issuer and point of the document, and whether its text is held."""

import re

from handlers.phrases import _, show_day
from handlers.wording import name_alone
from knowledge.documents import Citation, Document
from knowledge.folding import fold
from knowledge.library import Library

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
    named = name_alone(document)
    if document.dated is not None and document.issuer:
        return _("{document} of {day} by {issuer}").format(
            document=named, day=show_day(document.dated), issuer=document.issuer
        )
    if document.dated is not None:
        return _("{document} of {day}").format(document=named, day=show_day(document.dated))
    if document.issuer:
        return _("{document} by {issuer}").format(document=named, issuer=document.issuer)
    return named


def _describe_point(document: Document, point_id: str) -> str:
    point = document.point(point_id)
    if point is not None and point.label:
        return point.label
    if _NAMES_ITS_PLACE.match(fold(point_id)):
        return point_id
    return _("point {point}").format(point=point_id)
