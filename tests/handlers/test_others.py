"""Another person's record and the unit's: within one's scope only, and every look in the audit chain."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.heads import others, unit_gaps
from handlers.heads.others import list_gaps_of
from handlers.heads.unit_gaps import list_unit_gaps
from handlers.reply import Outcome
from knowledge.facts import PersonCode, Role
from knowledge.understanding.meaning import Wish
from tests.fakes import FakeAudit, FakeClock, FakeProfiles
from tests.handlers.visits import IN_2020, TODAY, actions, cited, visit, words
from tests.people import (
    COMMUNE,
    DISTRICT,
    DIVISION,
    NEIGHBOUR,
    OFFICE,
    UNITS,
    credential,
    official,
    review,
    rule_book,
    standard,
)

CLOCK = FakeClock(TODAY)
HEAD = official(code=PersonCode("CB009"), name="Nguyễn Văn Minh", roles=frozenset({Role.HEAD}))
HR = official(code=PersonCode("CB008"), name="Nguyễn Văn Lâm", roles=frozenset({Role.HR}))
BELOW = official(code=PersonCode("CB002"), name="Trần Thị Bình", unit=DIVISION.code)
ELSEWHERE = official(code=PersonCode("CB004"), name="Phạm Thị Dung", unit=NEIGHBOUR.code)
MET = official(
    code=PersonCode("CB003"),
    name="Lê Văn Cường",
    credentials=(
        credential("bang_cap", "dai_hoc"),
        credential("llct", "trung_cap"),
        credential("vstep", "bac_3"),
        credential("cntt_co_ban"),
    ),
)
RETIRED = official(code=PersonCode("CB007"), name="Vũ Văn Khải", born_on=date(1960, 1, 1))
PEOPLE = [official(), BELOW, ELSEWHERE, HEAD, HR, MET, RETIRED]


async def look(book, person, words_of_question, *, people=PEOPLE, audit=None, subject="", **more):
    named = {"person_words": words_of_question} if words_of_question else {}
    return await list_gaps_of(
        visit(book, person, subject=subject, **named, **more),
        person,
        profiles=FakeProfiles(people),
        audit=audit or FakeAudit(),
        clock=CLOCK,
    )


async def look_at_unit(book, person, *, people=PEOPLE, audit=None, **more):
    return await list_unit_gaps(
        visit(book, person, **more), person, profiles=FakeProfiles(people), audit=audit or FakeAudit(), clock=CLOCK
    )


@pytest.mark.parametrize("asked", ["CB002", "CB999", "đồng chí Trần Thị Bình", "đồng chí Không Có"])
async def test_official_is_refused_in_the_same_words_whether_or_not_the_person_exists(loaded, asked):
    audit = FakeAudit()
    reply = await look(loaded, official(), asked, audit=audit)

    assert reply == others.refuse(visit(loaded, official()))
    assert reply.outcome is Outcome.DENIED
    assert [(one.actor, one.action) for one in audit.entries] == [("CB001", "look_refused")]


@pytest.mark.parametrize("asked", ["CB004", "CB999", "Phạm Thị Dung"])
async def test_head_learns_nothing_about_people_outside_the_unit(loaded, asked):
    audit = FakeAudit()
    reply = await look(loaded, HEAD, asked, audit=audit)

    assert reply.outcome is Outcome.DENIED
    assert reply.title == f"Trong số những người đồng chí được xem hồ sơ, không có ai là “{asked}”."
    assert reply.findings == ()
    assert [one.action for one in audit.entries] == ["look_refused"]


@pytest.mark.parametrize("asked", ["CB002", " cb002", "Trần Thị Bình", "đồng chí Trần Thị Bình", "chi tran thi binh"])
async def test_head_sees_people_of_the_unit_and_below_and_the_look_is_recorded(loaded, asked):
    audit = FakeAudit()
    reply = await look(loaded, HEAD, asked, audit=audit)

    assert "Trần Thị Bình (CB002), Trưởng phòng: 4 nội dung" in reply.title
    assert {one.person for one in reply.findings} == {"CB002"}
    assert [(one.actor, one.action, one.subject) for one in audit.entries] == [("CB009", "looked_at_person", "CB002")]


async def test_hr_sees_both_halves_of_the_province(loaded):
    reply = await look(loaded, HR, "CB004")

    assert reply.outcome is Outcome.NO_BASIS
    assert "Chưa thể nói chức danh này cần gì" in words(reply)


async def test_hr_with_a_scope_sees_that_unit_only(loaded):
    scoped = replace(HR, scope=DIVISION.code)

    assert (await look(loaded, scoped, "CB002")).outcome is Outcome.ANSWERED
    assert (await look(loaded, scoped, "CB001")).outcome is Outcome.DENIED


async def test_people_of_the_same_name_are_offered_by_code_and_only_those_in_scope(loaded):
    namesake = official(code=PersonCode("CB010"), name="Nguyễn Văn Mẫu", unit=NEIGHBOUR.code)
    twin = official(code=PersonCode("CB011"), name="Nguyễn Văn Mẫu", unit=DIVISION.code)
    reply = await look(loaded, HEAD, "anh Nguyễn Văn Mẫu", people=[*PEOPLE, namesake, twin])

    assert "Có nhiều người tên Nguyễn Văn Mẫu" in reply.title
    assert {(one.action, one.subject) for one in reply.choices} == {("person", "CB001"), ("person", "CB011")}


async def test_many_namesakes_elsewhere_do_not_hide_the_one_in_scope(loaded):
    elsewhere = [
        official(code=PersonCode(f"CA{number:03}"), name="Trần Thị Bình", unit=NEIGHBOUR.code) for number in range(9)
    ]
    reply = await look(loaded, HEAD, "Trần Thị Bình", people=[*elsewhere, *PEOPLE])

    assert {one.person for one in reply.findings} == {"CB002"}


async def test_look_at_the_scope_of_hr_names_that_unit_in_the_audit_chain(loaded):
    audit = FakeAudit()
    await look_at_unit(loaded, replace(HR, scope=DIVISION.code), audit=audit)

    assert [(one.action, one.subject) for one in audit.entries] == [("looked_at_unit", DIVISION.code)]


async def test_pressed_person_is_judged_again_for_rights(loaded):
    assert (await look(loaded, HEAD, "", subject="CB002")).outcome is Outcome.ANSWERED
    assert (await look(loaded, official(), "", subject="CB002")).outcome is Outcome.DENIED


async def test_head_who_names_nobody_is_asked_whom(loaded):
    audit = FakeAudit()
    reply = await look(loaded, HEAD, "", audit=audit)

    assert "hỏi về ai" in reply.title
    assert audit.entries == []


async def test_person_who_misses_nothing_is_told_so_with_the_basis(loaded):
    reply = await look(loaded, HEAD, "CB003")

    assert "Đáp ứng đủ tiêu chuẩn" in words(reply)
    assert cited(reply) == {"02-QĐi/TU"}
    assert "nội dung" not in reply.title


async def test_retired_person_is_told_as_past_retirement_with_its_law(loaded):
    reply = await look(loaded, HEAD, "CB007")

    assert "30/04/2020" in words(reply)
    assert cited(reply) == {"45/2019/QH14"}


async def test_retired_person_by_the_old_ages_is_told_without_a_law_that_is_not_held(loaded):
    earlier = replace(RETIRED, born_on=date(1950, 1, 1))
    reply = await look(loaded, HEAD, "CB007", people=[HEAD, earlier], on=IN_2020)

    assert cited(reply) == set()


async def test_day_asked_about_does_not_bring_back_rights_that_ended(library):
    units = tuple(replace(one, head=HEAD.code) if one is DISTRICT else one for one in UNITS)
    book = rule_book(library, standards=(standard("tin_hoc", "co_ban"),), units=units)
    former = replace(HEAD, roles=frozenset({Role.OFFICIAL}))
    moved = official(code=PersonCode("CB012"), unit=DISTRICT.code)

    assert (await look(book, former, "CB012", people=[moved], on=IN_2020)).outcome is Outcome.DENIED
    assert (await look_at_unit(book, former, people=[moved], on=IN_2020)).outcome is Outcome.DENIED


async def test_unit_lists_who_is_behind_counted_by_criterion_and_the_look_is_recorded(loaded):
    audit = FakeAudit()
    reply = await look_at_unit(loaded, HEAD, audit=audit)

    assert reply.title.startswith("Sở Mẫu: 4/6 người")
    assert "Ngoại ngữ: 4 người" in words(reply)
    assert "Trần Thị Bình (CB002)" in words(reply)
    assert "hạn 31/12/2026" in words(reply)
    assert "Lê Văn Cường" not in words(reply)
    assert "Phạm Thị Dung" not in words(reply)
    assert [(one.action, one.subject, one.details["people"]) for one in audit.entries] == [
        ("looked_at_unit", "SO-MAU", 6)
    ]
    assert actions(reply) == {"person", "digest.list", "unit.glance"}


async def test_recorded_head_is_filed_as_looking_at_the_unit_they_head(library):
    units = tuple(replace(one, head=HEAD.code) if one is COMMUNE else one for one in UNITS)
    book = rule_book(library, standards=(standard("tin_hoc", "co_ban"),), rounds=(review(),), units=units)
    audit = FakeAudit()
    await look_at_unit(book, replace(HEAD, roles=frozenset()), audit=audit)

    assert [one.subject for one in audit.entries] == ["XA-MAU"]


async def test_named_unit_narrows_the_scope_and_never_widens_it(loaded):
    narrowed = await look_at_unit(loaded, HEAD, units=(DIVISION.code,))
    outside = await look_at_unit(loaded, HEAD, units=(NEIGHBOUR.code,))

    assert narrowed.title.startswith("Phòng Mẫu: 1/1 người")
    assert outside.outcome is Outcome.DENIED


async def test_official_is_refused_the_unit_and_the_refusal_is_recorded(loaded):
    audit = FakeAudit()
    reply = await look_at_unit(loaded, official(), audit=audit)

    assert reply.outcome is Outcome.DENIED
    assert [one.action for one in audit.entries] == ["look_refused"]


async def test_people_without_standards_are_listed_as_such(bare):
    reply = await look_at_unit(bare, HEAD)

    assert "chưa nạp tiêu chuẩn" in words(reply)


async def test_long_list_is_cut_and_says_how_many_are_left(loaded):
    many = [official(code=PersonCode(f"CB1{n:02}")) for n in range(15)]

    assert "và 5 người khác" in words(await look_at_unit(loaded, HEAD, people=many))


async def test_scope_that_is_too_large_for_a_chat_asks_for_a_unit(loaded, monkeypatch):
    monkeypatch.setattr(unit_gaps, "MOST_PEOPLE", 3)
    reply = await look_at_unit(loaded, HEAD)

    assert "nêu một đơn vị" in reply.title
    assert OFFICE.name not in words(reply)


async def test_other_gaps_of_a_person_are_named_when_one_criterion_is_asked_about(loaded):
    reply = await look(loaded, HEAD, "CB002", criteria=("tin_hoc",))

    assert "nội dung cần" not in reply.title
    assert "còn 3 nội dung khác cần hoàn thiện hoặc làm rõ" in words(reply)


async def test_head_is_asked_back_when_the_unit_named_is_not_on_the_roster(loaded):
    asked = visit(loaded, HEAD)
    assert asked.meaning is not None
    asked = replace(asked, meaning=replace(asked.meaning, unit_words="xã Nam Hòa"))
    reply = await list_unit_gaps(asked, HEAD, profiles=FakeProfiles(PEOPLE), audit=FakeAudit(), clock=CLOCK)

    assert "“xã Nam Hòa”" in reply.title
    assert reply.findings == ()
    assert "CB002" not in words(reply)


@pytest.mark.parametrize("ends", [True, False])
async def test_head_sees_only_what_soon_expires_when_that_is_asked(recognised, ends):
    issued = date(2024, 12, 1) if ends else date(2026, 1, 1)
    person = replace(BELOW, credentials=(credential("ielts", "5.0", issued),))
    asked = visit(recognised, HEAD)
    assert asked.meaning is not None
    asked = replace(asked, meaning=replace(asked.meaning, wishes=frozenset({Wish.EXPIRING})))
    reply = await list_unit_gaps(asked, HEAD, profiles=FakeProfiles([person]), audit=FakeAudit(), clock=CLOCK)

    assert ("có 1 chứng chỉ sắp hết hạn" in reply.title) is ends
    assert ("Trần Thị Bình (CB002): ngoại ngữ chỉ được tính đến 01/12/2026" in words(reply)) is ends
    assert "học vấn" not in words(reply)
