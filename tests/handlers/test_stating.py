"""How law is stated: with its proof where it holds, else as background whose first words say why it decides nothing."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.gaps import list_my_deadlines, list_my_gaps
from handlers.reply import Background, Line, Record, Statement
from handlers.stating import Ground, for_reference, state, state_for, state_on
from handlers.verdicts import describe_finding, describe_gaps, describe_met
from knowledge.evaluate import evaluate
from knowledge.facts import DocumentId, TerritoryCode
from knowledge.proof import Doubt, Proof, UnprovenError
from tests.handlers import visits
from tests.handlers.visits import TODAY, visit
from tests.people import HUNG_YEN, NEIGHBOUR, THAI_BINH, credential, official, review, row, standard


def cite(book, number, point=None):
    return book.library.cite(DocumentId(number), point)


def test_law_is_a_statement_when_its_document_holds_here_on_the_day(bare):
    line = state("Phải hoàn thành.", [cite(bare, "2123/UBND-NC", "3")], visit(bare))

    assert isinstance(line, Statement)
    assert line.text == "Phải hoàn thành."
    assert [(proof.on, proof.territory) for proof in line.proofs] == [(TODAY, HUNG_YEN)]


DOUBTFUL = [
    pytest.param(
        "676/QĐ-UBND", TODAY, Doubt.OTHER_TERRITORY, "áp dụng ở", "không áp dụng ở", id="another province's document"
    ),
    pytest.param(
        "2123/UBND-NC",
        date(2020, 1, 15),
        Doubt.NOT_YET_ISSUED,
        "ban hành ngày 17/08/2020",
        "sau ngày được hỏi",
        id="a letter of later",
    ),
    pytest.param(
        "30/2008/QĐ-BGDĐT",
        TODAY,
        Doubt.NO_LONGER_IN_FORCE,
        "hết hiệu lực từ ngày 15/01/2020",
        "30/2008",
        id="a decision that has ended",
    ),
    pytest.param(
        "01/2014/TT-BGDĐT",
        date(2014, 2, 1),
        Doubt.NOT_YET_IN_FORCE,
        "chỉ có hiệu lực từ ngày 16/03/2014",
        "01/2014",
        id="a circular that has not begun",
    ),
]


@pytest.mark.parametrize(("number", "on", "doubt", "reason", "more"), DOUBTFUL)
def test_law_is_background_that_says_why_when_it_does_not_hold(bare, number, on, doubt, reason, more):
    line = state("Phải hoàn thành.", [cite(bare, number)], visit(bare, on=on))

    assert isinstance(line, Background)
    assert line.doubt is doubt
    mark = line.text.removesuffix(" Phải hoàn thành.")
    assert mark.startswith("(")
    assert reason in mark
    assert more in mark


def test_one_doubtful_basis_makes_the_whole_background_when_others_hold(bare):
    cites = [cite(bare, "2123/UBND-NC"), cite(bare, "676/QĐ-UBND")]
    line = state("Phải hoàn thành.", cites, visit(bare))
    assert isinstance(line, Background)
    assert line.cites == tuple(cites)


def test_what_is_said_of_somebody_elsewhere_is_proven_there(bare):
    rules = bare.on(TODAY)
    assert isinstance(state_for("…", [cite(bare, "2123/UBND-NC")], rules, THAI_BINH), Background)
    both = [Ground(cite(bare, "354-CV/TU"), HUNG_YEN), Ground(cite(bare, "354-CV/TU"), THAI_BINH)]
    line = state_on("…", both, rules)
    assert isinstance(line, Statement)
    assert len(line.proofs) == 2
    assert len(line.cites) == 1


def test_nothing_is_stated_without_a_citation(bare):
    with pytest.raises(UnprovenError):
        state("Phải hoàn thành.", [], visit(bare))
    with pytest.raises(UnprovenError):
        Statement("Phải hoàn thành.", ())  # type: ignore[arg-type]


def test_a_proof_is_refused_when_the_document_has_no_such_point(bare):
    document = bare.library.documents[DocumentId("2123/UBND-NC")]
    with pytest.raises(UnprovenError):
        Proof(document, "99", TODAY, HUNG_YEN)


def test_plain_words_cannot_carry_a_citation(bare):
    with pytest.raises(TypeError):
        Line("Phải hoàn thành.", (cite(bare, "2123/UBND-NC"),))  # type: ignore[call-arg, misc]
    assert Line("Xin chào.").cites == ()
    assert Record("Ký ngày …", (cite(bare, "2123/UBND-NC"),)).is_background is False


@pytest.mark.parametrize("doubt", list(Doubt))
def test_what_never_decides_says_so_first_whatever_the_reason(bare, doubt):
    line = for_reference("Bảng đối chiếu.", [cite(bare, "23/2021/TT-BGDĐT")], doubt)
    assert line.text.startswith("(")
    assert line.text.endswith(") Bảng đối chiếu.")
    assert line.is_background


# What HR may load though no order foresees it.


def strange(library, **more):
    return visits.with_standards(library, **more)


def test_a_standard_is_shown_as_history_when_its_document_has_ended(library):
    book = strange(library, standards=(standard("ngoai_ngu", "bac_3", "30/2008/QĐ-BGDĐT"),))
    reply = list_my_gaps(visit(book, official()), official())

    assert isinstance(reply.lines[0], Background)
    assert "hết hiệu lực" in reply.lines[0].text
    assert "1 nội dung" not in reply.title
    assert "văn bản căn cứ" in reply.title


def test_a_deadline_is_marked_when_the_document_of_its_round_has_ended(library):
    rounds = (review("CU", document=DocumentId("11/2014/TT-BNV"), consequence="xem xét"),)
    book = strange(library, rounds=rounds)
    reply = list_my_deadlines(visit(book, official()), official())

    (deadline,) = [line for line in reply.lines if "31/12/2026" in line.text]
    (consequence,) = [line for line in reply.lines if "xem xét" in line.text]
    assert isinstance(deadline, Background)
    assert isinstance(consequence, Background)


def test_a_round_on_another_provinces_document_sets_no_deadline_and_breaks_nothing(library):
    book = strange(library, rounds=(review("LA", document=DocumentId("676/QĐ-UBND")),))
    reply = list_my_deadlines(visit(book, official()), official())
    assert all(finding.deadline is None for finding in reply.findings)
    assert not any("676" in line.text for line in reply.lines)


def test_a_point_of_nobodys_list_falls_back_to_the_document_when_hr_names_it(library):
    book = strange(library, rounds=(review("LE", document=DocumentId("2123/UBND-NC"), point="99"),))
    reply = list_my_deadlines(visit(book, official()), official())
    (deadline,) = [line for line in reply.lines if "31/12/2026" in line.text]
    assert isinstance(deadline, Statement)
    assert [(one.document, one.point) for one in deadline.cites] == [("2123/UBND-NC", None)]


def test_a_verdict_by_a_table_that_has_ended_is_marked_when_it_is_met_by_it(library):
    table = (row("ielts", "bac_3", "4.5", "6.0", document=DocumentId("30/2008/QĐ-BGDĐT")),)
    book = strange(library, recognition=table)
    person = official(credentials=(credential("ielts", "5.0"), credential("bang_cap", "dai_hoc")))
    rules = book.on(TODAY)
    met = [one for one in evaluate(person, rules) if not one.is_gap]

    proven, doubtful = describe_met(met, rules)
    assert isinstance(proven, Statement)
    assert "trình độ" in proven.text.lower() or "học vấn" in proven.text.lower()
    assert isinstance(doubtful, Background)
    assert "ngoại ngữ" in doubtful.text


def test_another_persons_verdict_is_proven_where_that_person_serves(library):
    declared = (standard("hoc_van", "dai_hoc", "354-CV/TU"),)
    book = strange(library, standards=declared, rounds=())
    rules = book.on(TODAY)
    (finding,) = evaluate(official(unit=NEIGHBOUR.code), rules)

    line = describe_finding(finding, rules)
    assert isinstance(line, Statement)
    assert {proof.territory for proof in line.proofs} == {THAI_BINH}
    elsewhere = replace(finding, unit=None)  # judged for nobody: by the rules of home
    assert {proof.territory for proof in describe_finding(elsewhere, rules).proofs} == {HUNG_YEN}


def test_which_document_decides_is_stated_though_its_text_is_not_held(bare):
    rules = bare.on(TODAY)
    (line,) = describe_gaps(evaluate(official(), rules), rules)
    assert isinstance(line, Statement)
    assert "02-QĐi/TU" in line.text


def test_nothing_is_known_to_decide_where_no_document_reaches(bare):
    rules = bare.on(TODAY)
    (line,) = describe_gaps(evaluate(official(unit=NEIGHBOUR.code), rules), rules)
    assert type(line) is Line
    assert TerritoryCode("thai-binh") == rules.territory_of(NEIGHBOUR.code)
