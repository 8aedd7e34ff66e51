"""The library grows by documents that were read in: what they take over, what stays curated, what is refused."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.calendar import WorkingCalendar
from knowledge.documents import Confidence, Document, Point
from knowledge.facts import AddedDocument, DeclaredRules, DocumentId, TerritoryCode
from knowledge.growing import as_added, find_misfits, grow
from knowledge.library import Library
from knowledge.reading.accepted import AcceptedDocument
from knowledge.rulebook import RuleBook
from tests.added import GRANTS, grants
from tests.people import HUNG_YEN

TEXT = "Mở đầu.\n\n1. Điểm một nói về (1) việc này; (2) việc kia.\n\nĐoạn hai của điểm một.\n\n- Gạch thứ nhất.\n\nKết."


def grown(library: Library, *accepted: AcceptedDocument) -> Library:
    return grow(library, [as_added(library, one) for one in accepted])


def of_known(library: Library, number: str, **changes) -> AcceptedDocument:
    """A record of a document that the library knows, with one point."""
    known = library.get_document(DocumentId(number))
    point = Point("1", "điểm 1", "Tóm tắt.")
    record = Document(
        id=known.id,
        kind=known.kind,
        issuer=known.issuer,
        title="Tên đọc được",
        about="",
        territories=frozenset({TerritoryCode("quang-ngai")}),
        confidence=Confidence.ADDED,
        source="tep.txt",
        dated=known.dated,
        points=(point,),
    )
    return AcceptedDocument(replace(record, **changes), TEXT, {"1": (9, len(TEXT))})


def test_an_unknown_document_becomes_a_full_record_that_is_held(library: Library):
    document = grown(library, grants()).documents[GRANTS]

    assert (document.text_held, document.confidence) == (True, Confidence.ADDED)
    assert document.dated == date(2026, 5, 12)
    assert [point.id for point in document.points][:3] == ["1", "2", "2.g1"]


@pytest.mark.parametrize(
    "typed", ["9015/UBND-NC", "cv 9015 ubnd nc", "Công văn số 9015/UBND-NC", "9015", "cv 9015", "công văn 9015/ubnd nc"]
)
def test_an_added_document_is_found_by_its_number_however_it_is_typed(library: Library, typed):
    found = grown(library, grants()).find_document(typed)
    assert found is not None
    assert found.id == GRANTS


def test_what_was_read_makes_no_duty_of_a_person_live(library: Library):
    rules = DeclaredRules(1, added_documents=(as_added(library, grants()),))
    calendar = WorkingCalendar(library.calendar)
    day = date(2026, 6, 1)

    book = RuleBook.of(library, rules, calendar, HUNG_YEN)

    assert book.on(day).live_duties == RuleBook.of(library, DeclaredRules(1), calendar, HUNG_YEN).on(day).live_duties


def test_offices_and_documents_that_nobody_knows_break_nothing(library: Library):
    whole = grown(library, grants())
    document = whole.documents[GRANTS]

    assert document.point("2").owners == ()
    assert set(document.mentions) == {"354-CV/TU", "8888/QĐ-UBND"}
    assert whole.documents[DocumentId("8888/QĐ-UBND")].confidence is Confidence.CITED_ONLY
    assert not whole.documents[DocumentId("8888/QĐ-UBND")].text_held


def test_a_document_known_by_name_takes_over_what_was_read_but_not_its_territory(library: Library):
    document = grown(library, of_known(library, "1769/UBND-KGVX")).documents[DocumentId("1769/UBND-KGVX")]

    assert (document.text_held, document.confidence, document.title) == (True, Confidence.ADDED, "Tên đọc được")
    assert document.territories == {"hung-yen"}
    assert document.caution is None
    assert "cv 1769" in document.aliases


def test_what_a_decider_was_said_to_lack_is_no_longer_said_once_its_text_is_held(library: Library):
    whole = grown(library, of_known(library, "02-QĐi/TU"))
    assert [one.caution for one in whole.deciders if one.document == "02-QĐi/TU"] == [None]


def test_a_document_known_in_full_keeps_its_points_and_gets_its_words(library: Library):
    known = library.get_document(DocumentId("2123/UBND-NC"))

    whole = grown(library, of_known(library, known.id))

    assert whole.documents[known.id] == known
    assert whole.texts[known.id].quote("1").startswith("1. Điểm một")


def test_curated_points_of_a_document_known_in_part_go_on_resolving(library: Library):
    number = DocumentId("17/2016/TTLT-BGDĐT-BTTTT")
    article, clause = Point("D23", "Điều 23", "Tóm tắt."), Point("D23.1", "khoản 1 Điều 23", "Tóm tắt.", parent="D23")
    accepted = of_known(library, number, points=(Point("1", "điểm 1", "Tóm tắt."), article, clause))

    whole = grown(library, AcceptedDocument(accepted.document, TEXT, {"D23": (9, 30), "D23.1": (12, 20)}))

    assert whole.cite(number, "Điều 23").held
    assert whole.texts[number].quote("Điều 23") == TEXT[9:30].strip()
    assert whole.documents[number].point("D23") is None
    assert whole.documents[number].point("D23.1").parent == "Điều 23"


def test_without_additions_it_is_the_same_library(library: Library):
    assert grow(library, ()) is library


def test_a_record_of_another_version_is_left_out_and_named(library: Library):
    broken = AddedDocument(DocumentId("1/XX"), '{"id": "1/XX", "unknown": 1}', "Văn bản.")

    whole = grow(library, [broken, as_added(library, grants())])

    assert whole.unreadable == ("1/XX",)
    assert GRANTS in whole.documents
    assert "1/XX" not in whole.documents


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        (grants(territories=frozenset()), "no_territory"),
        (grants(territories=frozenset({TerritoryCode("sao-hoa")})), "unknown_territory"),
        (AcceptedDocument(replace(grants().document, points=()), "Văn bản.", {}), "no_points"),
        (AcceptedDocument(grants().document, " \n", {}), "no_text"),
        (AcceptedDocument(grants().document, "a\0b", {}), "no_text"),
        (grants("2123/UBND-NC"), "other_date"),
    ],
    ids=["nobody said where it binds", "no such territory", "no points", "no words", "a letter no database keeps",
         "the number is known with another date"],
)  # fmt: skip
def test_a_record_that_does_not_fit_is_refused_with_the_reason(library: Library, accepted, kind):
    assert kind in [one.kind for one in find_misfits(library, accepted)]


def test_a_sound_record_fits(library: Library):
    assert list(find_misfits(library, grants())) == []
