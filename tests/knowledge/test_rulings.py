"""What HR's rulings decide, on which days, for whom, and what goes before them; each is a document that holds."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.documents import Confidence
from knowledge.evaluate import evaluate
from knowledge.facts import Credential, CriterionCode, DocumentId, Ruling, RulingId, UnitCode
from knowledge.findings import Finding, Reason, State
from knowledge.library import Library
from knowledge.outranking import list_overlapping, outranked
from knowledge.proof import Proof, UnprovenError
from tests.people import (
    COMMUNE,
    DISTRICT,
    DIVISION,
    HUNG_YEN,
    NEIGHBOUR,
    OFFICE,
    THAI_BINH,
    credential,
    official,
    row,
    rule_book,
    ruling,
    standard,
)

TODAY = date(2026, 11, 21)
LANGUAGE = (standard("ngoai_ngu", "bac_3"),)
IELTS = credential("ielts", "5.0", date(2025, 5, 12))
OTHER_TABLE = (row("toeic", "bac_3", "450"),)


def judge(
    library: Library,
    *rulings: Ruling,
    held: Credential = IELTS,
    on: date = TODAY,
    unit: UnitCode = OFFICE.code,
    **rules,
) -> Finding:
    book = rule_book(library, standards=LANGUAGE, rulings=rulings, **rules)
    (found,) = evaluate(official(credentials=(held,), unit=unit), book.on(on))
    return found


@pytest.mark.parametrize(
    ("given", "held", "state", "reason"),
    [
        pytest.param(ruling(), IELTS, State.MET, Reason.SATISFIES, id="a ruling settles what no loaded table does"),
        pytest.param(ruling(low="5.0"), IELTS, State.MET, Reason.SATISFIES, id="its lowest level is in"),
        pytest.param(
            ruling(low="5.5"), IELTS, State.UNDETERMINED, Reason.INSTRUMENT_NOT_LOADED, id="a level below it is open"
        ),
        pytest.param(
            ruling(counts_as="bac_2"), IELTS, State.MISSING, Reason.LEVEL_TOO_LOW, id="it may count as too little"
        ),
        pytest.param(
            ruling(counts_as=None), IELTS, State.NOT_RECOGNISED, Reason.RULED_OUT, id="it may rule a kind out"
        ),
        pytest.param(
            ruling(months_valid=12), IELTS, State.EXPIRED, Reason.EXPIRED, id="its months of validity are counted"
        ),
        pytest.param(
            ruling(issued_from=date(2025, 5, 12)),
            IELTS,
            State.MET,
            Reason.SATISFIES,
            id="issued on the first day is in",
        ),
        pytest.param(
            ruling(issued_from=date(2025, 5, 13)),
            IELTS,
            State.UNDETERMINED,
            Reason.INSTRUMENT_NOT_LOADED,
            id="issued the day before is out",
        ),
        pytest.param(
            ruling(issued_to=date(2025, 5, 12)), IELTS, State.MET, Reason.SATISFIES, id="issued on the last day is in"
        ),
        pytest.param(
            ruling(issued_from=date(2025, 1, 1)),
            credential("ielts", "5.0", None),
            State.UNDETERMINED,
            Reason.ISSUE_DATE_UNKNOWN,
            id="an issue window needs the day of issue",
        ),
        pytest.param(
            ruling(counts_as="bac_3"),
            credential("vstep", "bac_2"),
            State.MISSING,
            Reason.LEVEL_TOO_LOW,
            id="other kinds stay as they are",
        ),
        pytest.param(
            ruling("vstep", "bac_4"),
            credential("vstep", "bac_2"),
            State.MISSING,
            Reason.LEVEL_TOO_LOW,
            id="a kind that carries its level is not lifted by a ruling",
        ),
    ],
)
def test_ruling_decides_by_its_own_limits(library, given, held, state, reason):
    found = judge(library, given, held=held)

    assert (found.state, found.reason) == (state, reason)


def test_verdict_rests_on_the_ruling_as_its_own_basis(library):
    found = judge(library, ruling())

    assert [cite.document for cite in found.basis] == ["02-QĐi/TU", "YK-2026-0001"]
    assert found.basis[1].held


@pytest.mark.parametrize(
    ("on", "state"),
    [
        pytest.param(date(2026, 10, 31), State.UNDETERMINED, id="the day before it is in force"),
        pytest.param(date(2026, 11, 1), State.MET, id="its first day"),
        pytest.param(date(2026, 12, 31), State.MET, id="its last day"),
        pytest.param(date(2027, 1, 1), State.UNDETERMINED, id="the day after"),
    ],
)
def test_ruling_holds_from_its_first_to_its_last_day(library, on, state):
    assert judge(library, ruling(valid_to=date(2026, 12, 31)), on=on).state is state


@pytest.mark.parametrize(
    ("on", "state"),
    [
        pytest.param(date(2026, 11, 19), State.MET, id="the day before the withdrawal"),
        pytest.param(date(2026, 11, 20), State.UNDETERMINED, id="the day of the withdrawal"),
        pytest.param(TODAY, State.UNDETERMINED, id="the day after"),
    ],
)
def test_withdrawn_ruling_still_held_before(library, on, state):
    assert judge(library, ruling(withdrawn_on=date(2026, 11, 20)), on=on).state is state


@pytest.mark.parametrize(
    ("scope", "unit", "reaches"),
    [
        pytest.param(None, OFFICE.code, True, id="without a scope it reaches the province"),
        pytest.param(None, NEIGHBOUR.code, True, id="and its other part, for the province is one today"),
        pytest.param(OFFICE.code, OFFICE.code, True, id="the unit itself"),
        pytest.param(OFFICE.code, DIVISION.code, True, id="a unit below"),
        pytest.param(DIVISION.code, OFFICE.code, False, id="not the unit above"),
        pytest.param(OFFICE.code, COMMUNE.code, False, id="not a unit beside"),
        pytest.param(DISTRICT.code, COMMUNE.code, True, id="the unit that took over from its scope"),
    ],
)
def test_ruling_reaches_its_scope_and_below(library, scope, unit, reaches):
    on_everybody = (replace(LANGUAGE[0], document=DocumentId("9/SNV-TEST")),)
    book = rule_book(library, standards=on_everybody, rulings=(ruling(scope=scope),))

    (found,) = evaluate(official(credentials=(IELTS,), unit=unit), book.on(TODAY))

    assert (found.state is State.MET) == reaches


@pytest.mark.parametrize(
    ("table", "state", "basis"),
    [
        pytest.param((row("ielts", "bac_2", "4.5", "5.0"),), State.MISSING, "1769/UBND-KGVX", id="a row that fits"),
        pytest.param((row("ielts", "bac_4", "5.5"),), State.MET, "YK-2026-0001", id="a row of another level does not"),
        pytest.param(OTHER_TABLE, State.MET, "YK-2026-0001", id="rows of other kinds do not"),
        pytest.param(
            (row("ielts", "bac_2", "4.5", "5.0", valid_from=date(2026, 12, 1)),),
            State.MET,
            "YK-2026-0001",
            id="a row not yet in force does not",
        ),
    ],
)
def test_loaded_row_goes_before_the_ruling_where_it_fits(library, table, state, basis):
    found = judge(library, ruling(), recognition=table)

    assert (found.state, found.basis[1].document) == (state, basis)


def test_ruling_makes_no_other_kind_unrecognised(library):
    assert judge(library, ruling("toeic"), held=IELTS).reason is Reason.INSTRUMENT_NOT_LOADED


def test_ruling_settles_a_certificate_whose_course_is_unproven(library):
    given = ruling("tin_hoc_abc", "co_ban", criterion=CriterionCode("tin_hoc"))
    held = credential("tin_hoc_abc", "B", date(2018, 1, 1))
    standards = (standard("tin_hoc", "co_ban"),)

    def judged(*rulings: Ruling) -> Finding:
        book = rule_book(library, standards=standards, rulings=rulings)
        return evaluate(official(credentials=(held,)), book.on(TODAY))[0]

    assert judged().reason is Reason.COURSE_START_UNPROVEN
    assert judged(given).state is State.MET


def test_ruling_never_lifts_beyond_what_the_state_allows(library):
    given = ruling("tin_hoc_abc", "nang_cao", criterion=CriterionCode("tin_hoc"))
    book = rule_book(library, standards=(standard("tin_hoc", "nang_cao"),), rulings=(given,))
    held = credential("tin_hoc_abc", "B", date(2018, 1, 1))

    assert evaluate(official(credentials=(held,)), book.on(TODAY))[0].state is State.MISSING


def test_latest_ruling_stands_when_two_fit(library):
    later = ruling(counts_as=None, id=RulingId("YK-2026-0002"), confirmed_on=date(2026, 11, 10))

    found = judge(library, later, ruling())

    assert found.state is State.NOT_RECOGNISED
    assert found.basis[1].document == "YK-2026-0002"


def test_without_rulings_nothing_else_is_judged(library):
    assert judge(library) == judge(library, ruling("hsk"))


# --- as a document ---


def test_ruling_is_a_document_that_holds_its_own_text(library):
    book = rule_book(library, rulings=(ruling(low="5.0", document=DocumentId("2288/UBND-NC"), point="2"),))

    document = book.library.get_document(DocumentId("YK-2026-0001"))

    assert document.confidence is Confidence.RULING
    assert document.text_held
    assert document.issuer == OFFICE.name
    assert document.title == "IELTS từ 5.0 trở lên được tính là ngoại ngữ: Bậc 3"
    assert document.points[0].summary.endswith("Căn cứ: 2288/UBND-NC, 2. Lý do: Sở đã thống nhất với các đơn vị.")
    assert document.territories == {HUNG_YEN, THAI_BINH}


@pytest.mark.parametrize(
    ("on", "is_proven"),
    [
        pytest.param(date(2026, 10, 31), False, id="before it was given"),
        pytest.param(date(2026, 11, 1), True, id="on its first day"),
        pytest.param(date(2026, 11, 19), True, id="on the day before it was withdrawn"),
        pytest.param(date(2026, 11, 20), False, id="on the day of its withdrawal"),
    ],
)
def test_ruling_proves_only_on_its_days(library, on, is_proven):
    book = rule_book(library, rulings=(ruling(withdrawn_on=date(2026, 11, 20), valid_to=date(2027, 1, 1)),))
    document = book.library.get_document(DocumentId("YK-2026-0001"))

    if is_proven:
        assert Proof(document, None, on, HUNG_YEN).citation.document == "YK-2026-0001"
    else:
        with pytest.raises(UnprovenError):
            Proof(document, None, on, HUNG_YEN)


def test_basis_that_nobody_knew_is_registered_as_declared(library):
    book = rule_book(library, rulings=(ruling(document=DocumentId("99/SNV-CC")),))

    assert book.library.get_document(DocumentId("99/SNV-CC")).confidence is Confidence.DECLARED


# --- idle ones ---


@pytest.mark.parametrize(
    ("given", "table", "is_idle", "rows"),
    [
        pytest.param(ruling(low="5.0"), (), False, 0, id="nothing is loaded"),
        pytest.param(ruling(low="5.0"), (row("ielts", "bac_3", "4.5"),), True, 1, id="a row fits wherever it does"),
        pytest.param(ruling(low="5.0"), (row("ielts", "bac_4", "6.0"),), False, 1, id="a row fits in part"),
        pytest.param(ruling(low="5.0"), (row("ielts", "bac_2", None, "4.5"),), False, 0, id="a row fits elsewhere"),
        pytest.param(ruling(), (row("ielts", "bac_3", "4.5"),), False, 1, id="no limit is not within one"),
        pytest.param(ruling(low="5.0"), OTHER_TABLE, False, 0, id="a row of another kind"),
        pytest.param(
            ruling(low="5.0"),
            (row("ielts", "bac_3", "4.5", issued_from=date(2024, 1, 1)),),
            False,
            1,
            id="a row for some days of issue",
        ),
        pytest.param(
            ruling(low="5.0", issued_from=date(2024, 6, 1)),
            (row("ielts", "bac_3", "4.5", issued_from=date(2024, 1, 1)),),
            True,
            1,
            id="a row for all its days of issue",
        ),
    ],
)
def test_ruling_is_idle_when_loaded_rows_decide_instead(library, given, table, is_idle, rows):
    found = outranked(given, rule_book(library, recognition=table, rulings=(given,)).on(TODAY))

    assert (found.is_idle, len(found.rows)) == (is_idle, rows)


def test_overlapping_rulings_are_told(library):
    beside = ruling(low="6.5", id=RulingId("YK-2026-0002"))
    apart = ruling(high="4.5", id=RulingId("YK-2026-0003"))
    given = ruling(low="5.0")

    found = list_overlapping(given, rule_book(library, rulings=(given, beside, apart)).on(TODAY))

    assert found == [beside]
