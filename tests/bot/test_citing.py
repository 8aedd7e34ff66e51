"""How citations are read out, from the library as it stands."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.citing import describe_citation
from bot.on_telegram.layout import MOST_TOKEN_BYTES
from handlers.asking import Choice
from handlers.phrases import locale_of
from knowledge.documents import Confidence, Document, Point
from knowledge.facts import DocumentId, TerritoryCode
from knowledge.library import Library
from knowledge.loader import load_library


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture(autouse=True)
def speak_english():
    with locale_of("en"):
        yield


def declared(number: str, **fields: Any) -> Document:
    empty: dict[str, Any] = {"kind": "Công văn", "issuer": "", "title": "", "about": "", "source": "HR"}
    territories = frozenset[str]()
    return Document(DocumentId(number), territories=territories, confidence=Confidence.DECLARED, **{**empty, **fields})


LISTED = Point(id="2.g3", label="điểm 2, gạch đầu dòng thứ ba", summary="…")


@pytest.mark.parametrize(
    ("document", "point", "described"),
    [
        pytest.param(
            declared("9/UBND", issuer="UBND tỉnh", dated=date(2020, 8, 17), text_held=True, points=(LISTED,)),
            "2.g3",
            "Công văn 9/UBND of 17/08/2020 by UBND tỉnh, điểm 2, gạch đầu dòng thứ ba",
            id="everything known",
        ),
        pytest.param(
            declared("9/UBND", dated=date(2020, 8, 17), text_held=True),
            None,
            "Công văn 9/UBND of 17/08/2020",
            id="no issuer",
        ),
        pytest.param(
            declared("9/UBND", issuer="UBND tỉnh"),
            "3",
            "Công văn 9/UBND by UBND tỉnh, point 3 (its full text is not held in the library)",
            id="no date, text not held, point not listed",
        ),
        pytest.param(
            declared("9/UBND"),
            "Điều 23",
            "Công văn 9/UBND, Điều 23 (its full text is not held in the library)",
            id="point written with its kind",
        ),
        pytest.param(
            declared("CV-BAN/2021", issuer="Ban Thường vụ", title="Về rà soát", text_held=True),
            None,
            "Công văn without a known number “Về rà soát” by Ban Thường vụ",
            id="number unknown",
        ),
        pytest.param(
            declared("Luật Tổ chức", kind="Luật", title="Luật Tổ chức", dated=date(2015, 6, 19), text_held=True),
            None,
            "Luật Tổ chức of 19/06/2015",
            id="cited by its name",
        ),
        pytest.param(
            declared("CV-BAN/2021", text_held=True), None, "Công văn without a known number", id="nothing known"
        ),
    ],
)
def test_citation_is_read_out_with_what_is_known(library, document, point, described):
    holding = replace(library, documents={document.id: document})
    assert describe_citation(holding, holding.cite(document.id, point)) == described


def test_every_point_of_the_library_can_be_read_out_and_put_on_a_button(library):
    for document in library.documents.values():
        for point in (None, *(point.id for point in document.points)):
            assert document.kind in describe_citation(library, library.cite(document.id, point))
        for point in document.points:
            token = Choice("…", "document.point", f"{document.id}#{point.id}").token
            assert len(token.encode()) <= MOST_TOKEN_BYTES, token


def test_a_number_declared_by_hr_is_told_as_hr_wrote_it_whatever_it_begins_with(library: Library):
    told = library.with_declared(["NQ-05/MẪU"], TerritoryCode("hung-yen"))

    assert describe_citation(told, told.cite(DocumentId("NQ-05/MẪU"))).startswith("Văn bản NQ-05/MẪU")
