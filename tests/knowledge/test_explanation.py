"""The chain behind a verdict tells the same story as the verdict, whatever is on record."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.evaluate import evaluate
from knowledge.explanation import Fate, explain
from knowledge.facts import CredentialStatus, CriterionCode, DocumentId, Exemption, RecognitionRow
from knowledge.findings import Reason, State
from knowledge.library import NormativeConversion
from tests.people import credential, official, review, row, rule_book, standard

TODAY = date(2026, 11, 21)
LANGUAGE, COMPUTING = CriterionCode("ngoai_ngu"), CriterionCode("tin_hoc")
STANDARDS = (standard("ngoai_ngu", "bac_3"), standard("tin_hoc", "co_ban"))
TABLE = (row("ielts", "bac_3", "4.5", "5.0", months_valid=24), row("ielts", "bac_4", "5.5", "6.5"))


@pytest.fixture
def rules(library):
    return rule_book(library, standards=STANDARDS, recognition=TABLE, rounds=(review(),)).on(TODAY)


def chain_of(rules, criterion, *credentials, **more):
    (chain,) = explain(official(credentials=credentials, **more), rules, [criterion])
    return chain


def test_the_row_that_decides_is_a_link_when_a_certificate_fits_it(rules):
    chain = chain_of(rules, LANGUAGE, credential("ielts", "5.0", date(2025, 5, 1)))

    (one,) = chain.considered
    assert chain.standard == STANDARDS[0]
    assert one.decides
    assert one.judged.state is State.MET
    assert one.judged.rule == TABLE[0]
    assert one.judged.valid_to == date(2027, 5, 1)


def test_every_credential_is_told_with_what_became_of_it(rules):
    chain = chain_of(
        rules,
        LANGUAGE,
        credential("ielts", "4.0", date(2025, 5, 1)),
        credential("ielts", "6.0", date(2027, 5, 1)),
        credential("ielts", "6.0", date(2025, 5, 1), status=CredentialStatus.REJECTED),
        credential("ielts", "4.0", date(2026, 5, 1), status=CredentialStatus.WAITING),
        credential("ielts", "5.0", date(2026, 5, 1), status=CredentialStatus.WAITING),
        credential("bang_cap", "dai_hoc"),  # about something else
    )
    told = [(one.credential.level, one.fate, one.decides) for one in chain.considered]
    assert told == [
        ("5.0", Fate.JUDGED, True),
        ("4.0", Fate.JUDGED, False),
        ("6.0", Fate.ISSUED_LATER, False),
        ("6.0", Fate.REJECTED, False),
        ("4.0", Fate.WAITING_IN_VAIN, False),
    ]
    assert chain.finding.state is State.PENDING


def test_the_states_own_conversion_is_the_rule_when_it_decides(rules):
    chain = chain_of(rules, COMPUTING, credential("tin_hoc_abc", "B", date(2015, 5, 1)))
    assert isinstance(chain.considered[0].judged.rule, NormativeConversion)
    open_case = chain_of(rules, COMPUTING, credential("tin_hoc_abc", "B", date(2018, 5, 1)))
    assert open_case.considered[0].judged.reason is Reason.COURSE_START_UNPROVEN


def test_no_rule_stands_behind_a_certificate_that_carries_its_level(rules):
    (one,) = chain_of(rules, LANGUAGE, credential("vstep", "bac_4")).considered
    assert one.judged.rule is None
    assert one.judged.state is State.MET


def test_an_exemption_is_the_whole_chain_when_there_is_one(rules):
    exempt = (Exemption(LANGUAGE, DocumentId("02-QĐi/TU")),)
    chain = chain_of(rules, LANGUAGE, credential("ielts", "5.0"), exemptions=exempt)
    assert chain.exemption == exempt[0]
    assert chain.considered == ()


def test_only_what_is_asked_about_is_explained_and_all_where_it_is_not_judged(rules):
    person = official()
    assert [one.finding.criterion for one in explain(person, rules, [COMPUTING])] == [COMPUTING]
    assert [one.finding.criterion for one in explain(person, rules)] == [LANGUAGE, COMPUTING]
    assert len(explain(person, rules, [CriterionCode("hoc_van")])) == 2


def test_nothing_is_explained_after_retirement(rules):
    assert explain(official(born_on=date(1950, 1, 1)), rules) == ()


def test_an_unknown_requirement_has_no_links(library):
    (chain,) = explain(official(credentials=(credential("ielts", "5.0"),)), rule_book(library).on(TODAY))
    assert (chain.standard, chain.considered) == (None, ())
    assert chain.finding.reason is Reason.STANDARDS_NOT_LOADED


issued = st.none() | st.dates(date(2014, 1, 1), date(2028, 1, 1))
credentials = st.lists(
    st.builds(
        lambda what, day, status: credential(*what, day, status=status),
        st.sampled_from(
            [
                ("ielts", "4.0"),
                ("ielts", "5.0"),
                ("ielts", "6.0"),
                ("ielts", None),
                ("tin_hoc_abc", "B"),
                ("vstep", "bac_3"),
            ]
        ),
        issued,
        st.sampled_from(CredentialStatus),
    ),
    max_size=5,
).map(tuple)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=credentials)
def test_the_deciding_link_is_the_verdict_whatever_is_on_record(rules, held):
    person = official(credentials=held)
    for finding, chain in zip(evaluate(person, rules), explain(person, rules), strict=True):
        assert chain.finding == finding
        deciding = [one for one in chain.considered if one.decides]
        if finding.held is None:
            assert deciding == []
            continue
        first = deciding[0]
        assert chain.considered[0] == first
        assert (first.judged.state, first.judged.reason) == (finding.state, finding.held.reason)
        assert first.judged.valid_to == finding.held.valid_to
        assert set(first.judged.basis) <= set(finding.basis)
        if isinstance(first.judged.rule, RecognitionRow):
            assert first.judged.rule in TABLE
        about = [one for one in held if rules.library.kinds[one.kind].criterion == finding.criterion]
        assert len(chain.considered) == len(about)


def test_two_alike_are_both_told(rules):
    one = credential("ielts", "5.0", date(2025, 5, 1))
    chain = chain_of(rules, LANGUAGE, one, replace(one))
    assert len(chain.considered) == 2
