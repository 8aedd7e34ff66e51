"""The five official documents and those they cite: nothing left out, every date right, every citation resolving."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.document_view import document_as_json
from knowledge import loader
from knowledge.documents import Confidence, DeadlineKind, Document, PointDeadline
from knowledge.facts import DocumentId, ManagedBy, TerritoryCode
from knowledge.library import Library
from knowledge.loader import load_library

LETTER_2123 = DocumentId("2123/UBND-NC")
LETTER_354 = DocumentId("354-CV/TU")
DECISION_676 = DocumentId("676/QĐ-UBND")
LETTER_2021 = DocumentId("CV-BTVTU-QNg/2021")
LETTER_2024 = DocumentId("CV-BTCTU-QNg/2024")

# Counted by hand in the texts: numbered and lettered points, bullets, numbered items inside a point, target lines,
# paragraphs with a task of their own, closing instructions.
POINTS = {LETTER_2123: 9, LETTER_354: 55, DECISION_676: 72, LETTER_2021: 13, LETTER_2024: 23}

HEADERS = {
    LETTER_2123: ("Ủy ban nhân dân tỉnh Hưng Yên", date(2020, 8, 17), "Nguyễn Văn Phóng", {"hung-yen"}),
    LETTER_354: ("Ban Thường vụ Tỉnh ủy Hưng Yên", date(2026, 3, 16), "Trần Quốc Toàn", {"hung-yen", "thai-binh"}),
    DECISION_676: ("Ủy ban nhân dân tỉnh Hải Dương", date(2019, 2, 28), None, {"hai-duong"}),
    LETTER_2021: ("Ban Thường vụ Tỉnh ủy Quảng Ngãi", None, "Bùi Thị Quỳnh Vân", {"quang-ngai"}),
    LETTER_2024: ("Ban Tổ chức Tỉnh ủy Quảng Ngãi", None, "Lữ Ngọc Bình", {"quang-ngai"}),
}

DEADLINES = {
    LETTER_2123: {"2": "until 2020-10-01", "2.g3": "until 2020-10-01", "3": "until 2020-10-01"},
    LETTER_354: {
        "2.2.g2": "event",
        "2.3.(1)": "in 2026-3",
        "2.3.(2)": "in 2026-3",
        "2.3.(3)": "in 2026-3",
        "2.3.(4)": "in 2026-3",
        "2.3.(5)": "in 2026-6",
        "2.3.(6)": "event",
        "2.3.g2": "event",
        "2.5.(3)": "before 2026-06-30",
        "2.5.(4)": "event",
        "2.6.g2": "event",
    },
    DECISION_676: {
        "II.2.1.a": "Q1 2019",
        "II.2.1.b": "Q3 2019",
        "II.2.1.c": "Q4 2019",
        "II.2.1.d": "Q3 2019",
        "II.2.1.đ": "Q2 2019",
        "II.2.1.e": "Q3 2019",
        "II.2.1.g": "Q2 2019",
        "II.2.1.g.1": "Q1 2019",
        "II.2.1.g.2": "Q2 2019",
        "II.2.2.a": "in 2020",
        "II.2.2.a.g1": "in 2020",
        "II.2.2.a.g2": "in 2020",
        "II.2.2.b": "Q3 2019",
        "II.2.3.a": "in 2030",
        "II.2.3.a.2020": "in 2020",
        "II.2.3.a.2020.1": "in 2020",
        "II.2.3.a.2020.2": "in 2020",
        "II.2.3.a.2020.3": "in 2020",
        "II.2.3.a.2025": "in 2025",
        "II.2.3.a.2025.1": "in 2025",
        "II.2.3.a.2025.2": "in 2025",
        "II.2.3.a.2025.3": "in 2025",
        "II.2.3.a.2030": "in 2030",
        "II.2.3.a.2030.1": "in 2030",
        "II.2.3.a.2030.2": "in 2030",
        "II.2.3.a.2030.3": "in 2030",
        "II.2.4": "event",
        "II.2.5.a": "event",
        "II.2.5.b": "Q2 2019",
        "II.2.5.b.g1": "Q2 2019",
        "II.2.5.b.g2": "Q2 2019",
        "II.2.6.a": "event",
        "II.2.6.b": "Q3 2019",
        "II.2.6.c": "yearly",
        "II.2.7": "event",
        "II.2.8": "event",
        "II.2.9": "in 2019",
        "II.2.9.1": "in 2019",
        "II.2.9.2": "event",
        "II.2.10.d2": "event",
        "III.1": "Q1 2019",
        "III.2": "yearly before 25/11",
        "III.3": "yearly before 30/11",
    },
    LETTER_2021: {
        "2.g3": "before 2021-12-31",
        "3.d2": "yearly",
        "3.d3": "yearly before 31/1",
        "3.d3.td": "event + 7 working days",
        "4": "yearly",
    },
    LETTER_2024: {"1.g4": "event", "2.g3": "event"},
}

CITED = {
    LETTER_2123: """1090-QĐ/TU 02-QĐi/TU 1555-TB/TU 51-TB/TW 90-QĐ/TW 1769/UBND-KGVX 2288/UBND-NC""",
    LETTER_354: """21-TB/VPTW 335/2025/NĐ-CP 205-KL/TW""",
    DECISION_676: """132/NQ-CP 26-NQ/TW 10-KH/TW 103a-KH/TU 160/TTr-SNV 18-NQ/TW 19-NQ/TW 08/NQ-CP 10/NQ-CP
        2115/2006/QĐ-UBND 24/2010/NĐ-CP 93/2010/NĐ-CP 29/2012/NĐ-CP 161/2018/NĐ-CP 04-QĐi/TU 15/2017/QĐ-UBND
        1834/QĐ-UBND 02-HD/TU 08-QĐi/TU 2046/QĐ-BNV 41/2012/NĐ-CP 14/2012/TT-BNV 03-ĐA/TU 74-KH/TU 77-KH/TU
        1038/KH-UBND 89-QĐ/TW 06-QĐi/TU 140/2017/NĐ-CP 743/2005/QĐ-UBND 1304/2007/QĐ-UBND 16/2009/QĐ-UBND""",
    LETTER_2021: "",
    LETTER_2024: """07-ĐA/TU 09-NQ/TU 33/2023/NĐ-CP 08/2024/QĐ-UBND 08-ĐA/TU 114-QĐ/TW 50-QĐ/TW 16-HD/BTCTW 05-HD/TU
        29/2024/NĐ-CP""",
}

NUMBER = re.compile(r"\b\d+[a-z]?(?:/\d{4})?[-/](?:[A-ZĐ]{2,}i?)(?:[-/][A-ZĐ]{2,})?\b")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


@pytest.fixture(params=list(POINTS), ids=str)
def held(request: pytest.FixtureRequest, library: Library) -> Document:
    """Each of the five documents."""
    return library.get_document(request.param)


def told(deadline: PointDeadline) -> str:
    """Write a deadline as the tables of this test do."""
    match deadline.kind:
        case DeadlineKind.DATE:
            return f"until {deadline.day}"
        case DeadlineKind.BEFORE:
            return f"before {deadline.day}"
        case DeadlineKind.WITHIN_MONTH:
            return f"in {deadline.year}-{deadline.month}"
        case DeadlineKind.QUARTER:
            return f"Q{deadline.quarter} {deadline.year}"
        case DeadlineKind.WITHIN_YEAR:
            return f"in {deadline.year}"
        case DeadlineKind.YEARLY if deadline.month is not None:
            word = "until" if deadline.is_included else "before"
            return f"yearly {word} {deadline.day_of_month}/{deadline.month}"
        case DeadlineKind.EVENT if deadline.working_days is not None:
            return f"event + {deadline.working_days} working days"
        case _:
            return deadline.kind.value


def test_no_point_is_left_out(held: Document) -> None:
    assert len(held.points) == POINTS[held.id]


def test_the_header_is_that_of_the_text(held: Document) -> None:
    issuer, dated, signer, territories = HEADERS[held.id]
    assert held.issuer == issuer
    assert held.dated == dated
    assert held.in_force_from == dated
    assert (held.signer is None) if signer is None else (held.signer or "").startswith(signer)
    assert held.territories == territories
    assert not held.is_national
    assert held.text_held
    assert held.confidence is Confidence.SEED
    assert held.addressees


def test_every_deadline_is_that_of_the_text(held: Document) -> None:
    found = {one.id: told(one.deadline) for one in held.points if one.deadline.kind is not DeadlineKind.NONE}
    assert found == DEADLINES[held.id]


def test_every_deadline_gives_its_decisive_words(held: Document) -> None:
    for point in held.points:
        if point.deadline.kind is not DeadlineKind.NONE:
            assert point.deadline.wording, point.id
            assert len(point.deadline.wording.split()) <= 12, point.id


def test_every_document_that_the_text_cites_is_listed(held: Document) -> None:
    named = set(CITED[held.id].split())
    if held.id == DECISION_676:
        named.add("Luật Tổ chức chính quyền địa phương 2015")  # the text gives its date, not its number
    assert set(held.mentions) == named


def test_every_citation_of_a_point_resolves_and_is_among_the_mentions(held: Document, library: Library) -> None:
    for point in held.points:
        assert library.cite(held.id, point.id).held
        for cited in point.cites:
            assert library.cite(cited).document == cited
            assert cited in held.mentions


def test_every_number_in_a_summary_is_cited_by_its_point(held: Document, library: Library) -> None:
    for point in held.points:
        for number in NUMBER.findall(point.summary):
            known = library.find_document(number)
            assert known is not None, (point.id, number)
            assert known.id in point.cites, (point.id, number)


def test_every_point_can_be_read_out_and_found_by_words(held: Document) -> None:
    for point in held.points:
        assert point.label, point.id
        assert point.topics, point.id
        assert point.summary.endswith("."), point.id
        assert len(point.summary.split()) <= 75, point.id


def test_letter_2123_gives_two_duties_to_leaders_with_five_years_left(library: Library) -> None:
    letter = library.get_document(LETTER_2123)
    duties = {point.id: point.duty for point in letter.points if point.duty is not None}

    assert set(duties) == {"2", "3"}
    for duty in duties.values():
        assert duty.leaders_only
        assert duty.service_left_years == 5
        assert duty.standards_document == "02-QĐi/TU"
    assert duties["2"].managed_by == {ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE}
    assert duties["3"].managed_by == {ManagedBy.DISTRICT}


@pytest.mark.parametrize("point_id", ["2", "2.g3", "3"])
def test_letter_2123_threatens_a_consideration_and_no_automatic_loss(point_id: str, library: Library) -> None:
    point = library.get_document(LETTER_2123).point(point_id)
    assert point is not None
    assert "xem xét cho thôi chức vụ đang đảm nhiệm" in (point.consequence or "")
    assert "không phải tự động" in (point.consequence or "")
    assert point.accountable
    assert point.escalates_to


def test_letter_2123_sets_no_day_for_posts_managed_by_the_standing_committee(library: Library) -> None:
    point = library.get_document(LETTER_2123).point("2.g2")
    assert point is not None
    assert point.deadline.kind is DeadlineKind.NONE
    assert point.duty is None
    assert "thôi chức vụ đang đảm nhiệm" not in (point.consequence or "")


def test_no_other_document_gives_a_dated_duty_to_a_person(library: Library) -> None:
    with_duty = {one.id for one in library.documents.values() if any(point.duty for point in one.points)}
    assert with_duty == {LETTER_2123}


@pytest.mark.parametrize("letter", [LETTER_2021, LETTER_2024])
def test_a_letter_without_number_and_date_says_so(letter: DocumentId, library: Library) -> None:
    caution = library.get_document(letter).caution
    assert caution is not None
    assert caution.startswith("Số, ngày")


@pytest.mark.parametrize(
    ("number", "dated", "words"),
    [
        ("1769/UBND-KGVX", date(2020, 7, 17), ("năm 2020", "ngoại ngữ", "Sở Nội vụ")),
        ("2288/UBND-NC", date(2019, 9, 9), ("năm 2019", "ngoại ngữ", "Sở Nội vụ")),
    ],
)
def test_a_recognition_letter_is_known_by_its_subject_only(
    number: str, dated: date, words: tuple[str, ...], library: Library
) -> None:
    letter = library.get_document(DocumentId(number))
    assert letter.dated == dated
    assert letter.territories == {"hung-yen"}
    assert not letter.text_held
    assert letter.points == ()
    assert letter.caution is not None
    assert all(word in letter.caution for word in words)


def test_a_cited_document_is_never_said_to_be_held(library: Library) -> None:
    cited = [one for one in library.documents.values() if one.confidence is Confidence.CITED_ONLY]
    assert len(cited) >= 48
    for document in cited:
        assert not document.text_held, document.id
        assert not library.cite(document.id).held
        assert document.points == (), document.id
        assert document.source, document.id


def test_nothing_recalled_enters_the_library() -> None:
    for file in Path(loader.PACKAGED).rglob("*.yaml"):
        assert "recalled" not in file.read_text(encoding="utf-8"), file.name


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ("2123", LETTER_2123),
        ("cv 2123", LETTER_2123),
        ("Cv 2123 / ubnd-NC", LETTER_2123),
        ("công văn số 2123/UBND-NC", LETTER_2123),
        ("cong van 2123", LETTER_2123),
        ("354", LETTER_354),
        ("công văn 354", LETTER_354),
        ("354 cv tu", LETTER_354),
        ("676", DECISION_676),
        ("Kế hoạch 676", DECISION_676),
        ("676/qd-ubnd", DECISION_676),
        ("công văn tỉnh ủy quảng ngãi 2021", LETTER_2021),
        ("công văn ban tổ chức tỉnh ủy quảng ngãi", LETTER_2024),
        ("1769", "1769/UBND-KGVX"),
        ("Công văn số 1769/UBND-KGVX", "1769/UBND-KGVX"),
        ("Số: 1769/UBND-KGVX", "1769/UBND-KGVX"),
        ("CV số 354-CV/TU", "354-CV/TU"),
        ("qđ số 676/qđ-ubnd", DECISION_676),
        ("02 qđi tu", "02-QĐi/TU"),
        ("quy định 02", "02-QĐi/TU"),
        ("quyết định 1090", "1090-QĐ/TU"),
        ("qđ 08/2024", "08/2024/QĐ-UBND"),
    ],
)
def test_a_document_is_found_however_its_number_is_typed(typed: str, document: str, library: Library) -> None:
    found = library.find_document(typed)
    assert found is not None
    assert found.id == document


def test_a_document_reads_as_json_with_points_and_days(library: Library) -> None:
    view = document_as_json(library.get_document(LETTER_2123), library.territories)

    assert view["id"] == "2123/UBND-NC"
    assert view["date"] == view["in_force_from"] == "2020-08-17"
    assert view["in_force_to"] is None
    assert view["replaced_by"] is None
    assert view["text_held"] is True
    assert view["confidence"] == "seed"
    assert view["territories"] == ["hung-yen"]
    points = view["points"]
    assert isinstance(points, list)
    third = next(point for point in points if point["id"] == "2.g3")
    assert third["parent"] == "2"
    assert third["label"] == "điểm 2, gạch đầu dòng thứ ba"
    assert third["deadline"] == {
        "kind": "date",
        "wording": "đến ngày 01/10/2020",
        "date": "2020-10-01",
        "included": True,
    }
    assert third["who"] == ["Sở Nội vụ"]
    assert third["escalates_to"] == ["Ban Cán sự Đảng UBND tỉnh"]
    assert next(point for point in points if point["id"] == "4")["deadline"] is None


def test_a_national_document_reads_as_binding_every_territory(library: Library) -> None:
    view = document_as_json(library.get_document(DocumentId("51-TB/TW")), library.territories)
    assert view["territories"] == ["hai-duong", "hai-phong", "hung-yen", "kon-tum", "quang-ngai", "thai-binh"]


def test_a_deadline_that_is_not_a_day_reads_as_json_with_what_it_has(library: Library) -> None:
    decision = library.get_document(DECISION_676)
    view = document_as_json(decision, [TerritoryCode("hai-duong")])
    points = view["points"]
    assert isinstance(points, list)
    deadlines = {point["id"]: point["deadline"] for point in points}
    assert deadlines["III.2"] == {
        "kind": "yearly",
        "wording": "trước ngày 25 tháng 11 hàng năm",
        "date": None,
        "included": False,
        "month": 11,
        "day_of_month": 25,
    }
    assert deadlines["II.2.2.b"]["quarter"] == 3
    assert deadlines["II.2.2.b"]["year"] == 2019
