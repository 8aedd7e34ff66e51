"""Who manages me, whom do I ask, which office took over, how long do I still serve?"""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.offices import tell_service_left, tell_whom_to_ask
from handlers.phrases import locale_of
from handlers.reply import Outcome
from knowledge.facts import Gender, ManagedBy, PersonCode, TerritoryCode, UnitCode, UnitKind
from knowledge.understanding.meaning import Wish
from tests.handlers.visits import IN_2020, cited, visit, words
from tests.people import COMMUNE, DISTRICT, DIVISION, NEIGHBOUR, OFFICE, UNITS, official, rule_book


@pytest.fixture(scope="module")
def headed(library):
    units = tuple(replace(one, head=PersonCode("CB009")) if one is OFFICE else one for one in UNITS)
    return rule_book(library, units=units)


def test_chain_goes_from_the_head_of_the_unit_to_the_offices_of_today(headed):
    reply = tell_whom_to_ask(visit(headed, official(unit=DIVISION.code)))

    assert "thủ trưởng Sở Mẫu → Sở Nội vụ tỉnh Hưng Yên → Đảng ủy Ủy ban nhân dân tỉnh" in words(reply)
    assert "Phòng Mẫu" in words(reply)
    assert "2123/UBND-NC" in cited(reply)


def test_chain_names_the_offices_of_the_day_asked_about(headed):
    said = words(tell_whom_to_ask(visit(headed, official(), on=IN_2020)))

    assert "Ban Cán sự Đảng" in said
    assert "Đảng ủy Ủy ban" not in said


def test_inferred_successor_is_told_as_inferred(headed):
    assert "được hiểu là cơ quan tiếp nối" in words(tell_whom_to_ask(visit(headed, official())))


def test_only_the_offices_of_the_chain_are_said_to_come_from_the_point_cited(headed):
    with locale_of("en"):
        said = words(tell_whom_to_ask(visit(headed, official(unit=DIVISION.code))))

    assert "If you lack a standard of your position, that is reported" in said
    assert "not for appointments or certificates" in said
    named = said.partition("rest on the point cited: ")[2].partition(".")[0]
    assert "Sở Nội vụ tỉnh Hưng Yên" in named
    assert "Sở Mẫu" not in named


def test_chain_without_a_point_claims_none(headed):
    with locale_of("en"):
        said = words(tell_whom_to_ask(visit(headed, official(managed_by=ManagedBy.UNIT))))

    assert "reported in this order" in said
    assert "the point cited" not in said


PARTY_BODY = replace(COMMUNE, code=UnitCode("DU-XA"), name="Đảng ủy xã Mẫu", kind=UnitKind.COMMUNE_PARTY_COMMITTEE)
PARTY_OFFICE = replace(DIVISION, code=UnitCode("VP-DU"), name="Văn phòng Đảng ủy", parent=PARTY_BODY.code)
COMMUNE_OF_PARTY = replace(COMMUNE, code=UnitCode("UB-XA"), name="UBND xã Mẫu", parent=PARTY_BODY.code)
SECTORS = [
    pytest.param(COMMUNE_OF_PARTY, ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, False, id="State body under one"),
    pytest.param(PARTY_BODY, ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, True, id="Party body"),
    pytest.param(PARTY_OFFICE, ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, True, id="office of a Party body"),
    pytest.param(OFFICE, ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, False, id="State body"),
    pytest.param(PARTY_BODY, ManagedBy.UNIT, False, id="no point is cited"),
]


@pytest.mark.parametrize(("unit", "managed_by", "is_limited"), SECTORS)
def test_party_body_is_told_that_the_point_is_for_the_state_sector(library, unit, managed_by, is_limited):
    book = rule_book(library, units=(*UNITS, PARTY_BODY, PARTY_OFFICE, COMMUNE_OF_PARTY))
    said = words(tell_whom_to_ask(visit(book, official(unit=unit.code, managed_by=managed_by))))

    assert ("viết cho khối Nhà nước" in said) == is_limited


def test_post_of_the_ended_district_level_is_told_that_nobody_is_named(bare):
    reply = tell_whom_to_ask(visit(bare, official(unit=DISTRICT.code, managed_by=ManagedBy.DISTRICT)))

    assert COMMUNE.name in words(reply)
    assert "không có cơ quan cùng cấp thay thế" in words(reply)
    assert "203/2025/QH15" in cited(reply)


CONTACTS = [
    pytest.param({}, "Sở Nội vụ tỉnh Hưng Yên", id="government post: department of home affairs"),
    pytest.param(
        {"managed_by": ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE},
        "Ban Tổ chức Tỉnh ủy",
        id="Party post: Party office",
    ),
    pytest.param({"unit": NEIGHBOUR.code}, "Sở Nội vụ tỉnh Hưng Yên", id="the other half: the same department today"),
]


@pytest.mark.parametrize(("changes", "office"), CONTACTS)
def test_whom_to_ask_is_the_office_of_the_managing_body(bare, changes, office):
    reply = tell_whom_to_ask(visit(bare, official(**changes)))

    assert f"đề nghị hỏi: {office}" in reply.lines[-1].text


def test_unit_that_the_roster_does_not_know_is_named_by_its_code(bare):
    assert "KHONG-CO" in words(tell_whom_to_ask(visit(bare, official(unit="KHONG-CO"))))


def test_personnel_section_is_named_where_the_library_knows_no_office(library, bare):
    book = replace(bare, library=replace(library, contacts=()))

    assert "bộ phận tổ chức cán bộ của cơ quan đồng chí" in words(tell_whom_to_ask(visit(book)))


def test_ended_office_without_heir_is_passed_over_as_contact(library, bare):
    gone = replace(library.contacts[0], office="ubnd_huyen_hung_yen", managed_by=frozenset())
    book = replace(bare, library=replace(library, contacts=(gone,)))

    assert "bộ phận tổ chức cán bộ" in words(tell_whom_to_ask(visit(book)))


OFFICES = [
    pytest.param("bcsd_ubnd_tinh_hung_yen", date(2026, 1, 1), "việc này nay thuộc Đảng ủy", id="ended, with heir"),
    pytest.param("ubnd_huyen_hung_yen", date(2025, 7, 1), "không có cơ quan cùng cấp kế thừa", id="ended, no heir"),
    pytest.param("ubnd_huyen_hung_yen", date(2025, 6, 30), "đang hoạt động", id="its last day"),
    pytest.param("tinh_uy_hung_yen", date(2026, 1, 1), "đang hoạt động", id="still working"),
]


@pytest.mark.parametrize(("office", "on", "decisive"), OFFICES)
def test_named_office_is_told_as_it_stands_on_the_day(bare, office, on, decisive):
    assert decisive in words(tell_whom_to_ask(visit(bare, official(), on=on, offices=(office,))))


def test_office_of_an_earlier_day_is_not_explained_by_what_was_written_later(bare):
    reply = tell_whom_to_ask(visit(bare, official(), on=IN_2020, offices=("bcsd_ubnd_tinh_hung_yen",)))

    assert "đang hoạt động vào ngày 15/09/2020." in words(reply)
    assert "354-CV/TU" not in cited(reply)


def test_stranger_elsewhere_is_sent_to_their_own_province(library, bare):
    book = replace(bare, home=TerritoryCode("quang-ngai"))

    assert "Ban Tổ chức Tỉnh ủy Quảng Ngãi" in words(tell_whom_to_ask(visit(book)))


def test_last_day_of_service_is_told_with_its_law_and_the_time_left(loaded):
    reply = tell_service_left(visit(loaded, official()), official())

    assert "31/05/2047, còn hơn 20 năm" in words(reply)
    assert cited(reply) == {"45/2019/QH14"}
    assert reply.outcome is Outcome.ANSWERED


def test_last_day_of_service_that_passed_is_told_as_passed(loaded):
    person = official(born_on=date(1960, 1, 1))

    assert "(đã qua)" in words(tell_service_left(visit(loaded, person), person))


def test_last_day_by_the_old_ages_is_told_as_an_estimate_without_basis(loaded):
    reply = tell_service_left(visit(loaded, official(), on=IN_2020), official())

    assert reply.outcome is Outcome.NO_BASIS
    assert "chỉ là ước tính" in words(reply)
    assert "31/05/2045" in words(reply)


YEARS = [
    pytest.param(date(1985, 5, 20), "còn đủ 5 năm", id="far from it"),
    pytest.param(date(1966, 3, 1), "còn dưới 5 năm", id="close to it"),
]


@pytest.mark.parametrize(("born_on", "decisive"), YEARS)
def test_years_that_the_question_names_are_counted(loaded, born_on, decisive):
    person = official(born_on=born_on)

    assert decisive in words(tell_service_left(visit(loaded, person, years=5), person))


def test_years_of_the_live_duty_are_counted_to_its_day(loaded):
    person = official(gender=Gender.FEMALE, born_on=date(1970, 11, 1))
    reply = tell_service_left(visit(loaded, person, on=IN_2020), person)

    assert "Tính đến ngày 01/10/2020, đồng chí còn đủ 5 năm" in words(reply)


@pytest.fixture
def asked_of_mergers(bare):
    def ask(territory, on=date(2026, 11, 21)):
        asked = visit(bare, on=on, territories=(territory,))
        return tell_whom_to_ask(replace(asked, meaning=replace(asked.meaning, wishes=frozenset({Wish.MERGED}))))

    return ask


@pytest.mark.parametrize(
    ("territory", "said"),
    [
        pytest.param("kon-tum", "tỉnh Kon Tum (cũ) thuộc tỉnh Quảng Ngãi", id="a province that was taken in"),
        pytest.param("hai-duong", "thành phố Hải Phòng", id="a province that became part of a city"),
        pytest.param("hung-yen", "tỉnh Thái Bình", id="a province that took another in"),
    ],
)
def test_what_became_of_a_province_is_told_with_its_day_and_basis(asked_of_mergers, territory, said):
    reply = asked_of_mergers(territory)
    assert said in words(reply)
    assert "01/07/2025" in words(reply)
    assert "202/2025/QH15" in cited(reply)


def test_a_merger_is_not_told_of_a_day_before_it(asked_of_mergers):
    said = words(asked_of_mergers("kon-tum", IN_2020))
    assert "tỉnh Kon Tum" in said
    assert "Quảng Ngãi" not in said.partition("đề nghị hỏi")[0]
