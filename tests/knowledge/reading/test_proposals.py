"""From a draft to a record: what is proposed, what is left to a person, and what a corrected draft may say."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.draft_view import render_draft
from knowledge.documents import Confidence, DeadlineKind
from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.reading.accepted import AcceptedDocument
from knowledge.reading.cleaning import clean
from knowledge.reading.corrections import read_corrected
from knowledge.reading.draft import Doubt
from knowledge.reading.mistakes import DraftError, Mistake
from knowledge.reading.proposal import accepted, propose
from knowledge.reading.reader import read
from tests.people import HUNG_YEN
from tests.reading import SAMPLES

OF_HUNG_YEN = clean((SAMPLES / "columns-flattened.txt").read_text(encoding="utf-8")).replace("SÔNG TRĂNG", "HƯNG YÊN")
FROM_ELSEWHERE = clean((SAMPLES / "party-letter.txt").read_text(encoding="utf-8"))


def proposed(library: Library, text: str = OF_HUNG_YEN, **said):
    return propose(read(text), library, HUNG_YEN, source="cv.txt", **said)


def written(library: Library, text: str = OF_HUNG_YEN, **said) -> str:
    draft = read(text)
    return render_draft(propose(draft, library, HUNG_YEN, source="cv.txt", **said), draft, Path("cv.txt"))


def mistakes_of(draft: str, text: str = OF_HUNG_YEN) -> set[tuple[str, Mistake]]:
    with pytest.raises(DraftError) as wrong:
        read_corrected(draft, text, "cv.txt")
    return {(one.key, one.mistake) for one in wrong.value.problems}


def test_a_letter_of_the_own_province_is_accepted_as_read(library: Library):
    proposal = proposed(library)
    record = accepted(proposal)

    assert proposal.list_open() == ()
    assert (record.document.id, record.document.confidence) == ("117/SNV-CCVC", Confidence.ADDED)
    assert record.document.issuer == "Sở Nội vụ tỉnh Hưng Yên"
    assert record.document.territories == {"hung-yen", "thai-binh"}
    assert record.quote("2.g2").startswith("- Lớp thứ hai mở chậm nhất")


def test_a_letter_of_before_the_merger_binds_the_province_of_its_day(library: Library):
    text = OF_HUNG_YEN.replace("ngày 05 tháng 02 năm 2033", "ngày 05 tháng 02 năm 2020")
    assert proposed(library, text).territories.value == ("hung-yen",)


def test_where_a_document_from_elsewhere_binds_is_left_to_a_person(library: Library):
    assert ("territories", Doubt.PROPOSED) in proposed(library, FROM_ELSEWHERE).list_open()
    given = proposed(library, FROM_ELSEWHERE, territories=(TerritoryCode("kon-tum"),))
    assert given.list_open() == ()


def test_a_letter_of_a_commune_is_not_taken_for_one_of_the_province(library: Library):
    text = OF_HUNG_YEN.replace("ỦY BAN NHÂN DÂN TỈNH HƯNG YÊN\t", "ỦY BAN NHÂN DÂN XÃ HƯNG YÊN\t")
    assert ("territories", Doubt.PROPOSED) in proposed(library, text).list_open()


def test_what_is_missing_is_named_and_keeps_the_draft_from_being_accepted(library: Library):
    text = clean((SAMPLES / "blanks-to-fill.txt").read_text(encoding="utf-8"))
    proposal = proposed(library, text)

    assert dict(proposal.list_open()) == {
        "id": Doubt.INCOMPLETE,
        "dated": Doubt.INCOMPLETE,
        "territories": Doubt.PROPOSED,
    }
    with pytest.raises(ValueError, match="missing"):
        accepted(proposal)


def test_a_document_that_the_library_knows_keeps_its_name_and_its_territories(library: Library):
    known = library.get_document("2123/UBND-NC")
    text = OF_HUNG_YEN.replace("117 / SNV - CCVC", "2123/UBND-NC")
    proposal = proposed(library, text)

    assert proposal.known is known
    assert (proposal.id.value, proposal.territories.value) == (known.id, tuple(sorted(known.territories)))


def test_a_text_without_number_is_accepted_under_the_name_agreed_for_it(library: Library):
    text = OF_HUNG_YEN.replace("Số :  117 / SNV - CCVC", "").replace(", ngày 05 tháng 02 năm 2033", "")
    proposal = proposed(library, text, number="CV-BTVTU-QNg/2021")
    assert proposal.list_open() == ()
    assert proposal.id.value == "CV-BTVTU-QNg/2021"


def test_cited_numbers_become_ids_of_the_library_where_it_knows_them(library: Library):
    text = OF_HUNG_YEN.replace("88/QĐ-UBND", "02-QĐI/TU")
    assert proposed(library, text).mentions == ("02-QĐi/TU",)


def test_a_draft_comes_back_as_it_was_proposed(library: Library):
    record = read_corrected(written(library), OF_HUNG_YEN, "cv.txt")
    assert record == accepted(proposed(library))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_a_draft_of_any_text_can_be_read_back(library: Library, noise):
    text = clean(f"{OF_HUNG_YEN}\n\n{noise}")
    record = read_corrected(written(library, text), text, "cv.txt")
    assert isinstance(record, AcceptedDocument)


def test_a_correction_is_taken_over(library: Library):
    draft = written(library).replace('id: "117/SNV-CCVC"', 'id: "118/SNV-CCVC"')
    draft = draft.replace("2033-03-31", "2033-03-30").replace('kind: "before"', 'kind: "date"')
    record = read_corrected(draft.replace("is_included: false", "is_included: true"), OF_HUNG_YEN, "cv.txt")

    assert record.document.id == "118/SNV-CCVC"
    deadline = record.document.point("1").deadline
    assert (deadline.kind, deadline.day) == (DeadlineKind.DATE, date(2033, 3, 30))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param('id: "117/SNV-CCVC"', "id: null", ("id", Mistake.MISSING), id="no number"),
        pytest.param('issuer: "', 'isuer: "', ("isuer", Mistake.UNKNOWN_KEY), id="a key written wrongly"),
        pytest.param("dated: 2033-02-05", "dated: null", ("dated", Mistake.MISSING), id="no day"),
        pytest.param("dated: 2033-02-05", 'dated: "05/02"', ("dated", Mistake.NOT_DAY), id="half a day"),
        pytest.param("dated: 2033-02-05", "dated: 2033-02-31", ("dated", Mistake.NOT_DAY), id="a day that is none"),
        pytest.param('kind: "Công văn"', "kind: [a]", ("kind", Mistake.NOT_TEXT), id="a list for a word"),
        pytest.param(
            "is_national: false", 'is_national: "x"', ("is_national", Mistake.NOT_BOOLEAN), id="no truth value"
        ),
        pytest.param(
            'territories: ["hung-yen", "thai-binh"]', "territories: []", ("territories", Mistake.MISSING), id="nowhere"
        ),
        pytest.param(
            'territories: ["hung-yen", "thai-binh"]', "territories: x", ("territories", Mistake.NOT_LIST), id="no list"
        ),
        pytest.param('- id: "2.g1"', '- id: "2.g2"', ("points[2.g2]", Mistake.TWICE), id="an id twice"),
        pytest.param(
            'parent: "2"', 'parent: "9"', ("points[2.g1].parent", Mistake.NO_PARENT), id="no such point above"
        ),
        pytest.param('parent: "2"', 'parent: "2.g1"', ("points[2.g1].parent", Mistake.CIRCLE), id="a circle"),
        pytest.param(
            'kind: "before"', 'kind: "soon"', ("points[1].deadline.kind", Mistake.NOT_ONE_OF), id="no kind of deadline"
        ),
        pytest.param(
            ", day: 2033-03-31", "", ("points[1].deadline.day", Mistake.NEEDED), id="a deadline without its day"
        ),
        pytest.param("month: 4", "month: 14", ("points[2.g1].deadline.month", Mistake.NOT_ONE_OF), id="no month"),
        pytest.param(
            "is_included: false",
            "is_included: true",
            ("points[1].deadline.is_included", Mistake.INCLUDED),
            id="before includes",
        ),
        pytest.param("place: [", "place: [9999999, ", ("points[1].place", Mistake.WRONG), id="three places"),
        pytest.param('text: "', 'text: "0', ("text", Mistake.OTHER_TEXT), id="another text"),
        pytest.param('kind: "Công văn"', 'kind: "a"\nkind: "b"', ("", Mistake.WRITTEN_TWICE), id="a key twice"),
        pytest.param('kind: "Công văn"', 'kind: &a "b"', ("", Mistake.ALIASES), id="an anchor"),
        pytest.param('kind: "Công văn"', 'kind: "b', ("", Mistake.NOT_YAML), id="a quotation mark missing"),
        pytest.param('kind: "Công văn"', "kind: " + "[" * 5000, ("", Mistake.NOT_YAML), id="brackets without end"),
    ],
)
def test_a_mistake_in_a_corrected_draft_is_told_with_its_key(library: Library, old, new, expected):
    assert old in written(library)
    assert expected in mistakes_of(written(library).replace(old, new, 1))


def test_all_mistakes_of_a_draft_are_told_at_once(library: Library):
    draft = written(library).replace('issuer: "', 'isuer: "').replace("dated: 2033-02-05", "dated: 5")
    assert {"issuer", "isuer", "dated"} <= {key for key, _mistake in mistakes_of(draft)}


@pytest.mark.parametrize("written_so", ["", "- 1", "chào", "null", "\x00", "a: " * 3000, "%YAML 9"])
def test_what_is_no_draft_is_refused(written_so):
    assert mistakes_of(written_so)


def test_a_place_outside_the_text_cannot_be_accepted(library: Library):
    record = accepted(proposed(library))
    with pytest.raises(ValueError, match="not a place"):
        replace(record, spans={"1": (0, len(record.text) + 1)})
    with pytest.raises(ValueError, match="no point"):
        replace(record, spans={"9": (0, 1)})
