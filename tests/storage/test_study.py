"""Study cases, records and exemptions are entered, carried on, and read with the person."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from knowledge.facts import CriterionCode, DocumentId, Exemption, PersonCode, Role, StudyRecord
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent, StudyState
from knowledge.studying import happen, records_of
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Letter, LetterKind, LetterState
from storage.study import StudyNumber
from tests.storage.filling import HEALTH, LAN, put_people, put_units

ASKED = StudyRecord(CriterionCode("ngoai_ngu"), requested_on=date(2026, 1, 5))


async def test_a_request_is_carried_on_to_its_answer(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])

    number = await drawers.study.add(LAN.code, ASKED)
    refused = replace(ASKED, refused_on=date(2026, 2, 1), answered_on=date(2026, 2, 1))
    await drawers.study.save(number, LAN.code, refused)

    lan = await drawers.profiles.find_person(LAN.code)
    assert lan is not None
    assert lan.study == (refused,)


async def test_a_record_is_not_changed_under_another_persons_code(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    number = await drawers.study.add(LAN.code, ASKED)

    with pytest.raises(LookupError):
        await drawers.study.save(number, PersonCode("CB999"), ASKED)
    with pytest.raises(LookupError):
        await drawers.study.save(StudyNumber(number + 1), LAN.code, ASKED)


async def test_an_exemption_is_read_with_the_person(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    granted = Exemption(CriterionCode("ngoai_ngu"), DocumentId("9/QĐ"), None, date(2026, 1, 1))

    await drawers.study.add_exemption(LAN.code, granted)

    lan = await drawers.profiles.find_person(LAN.code)
    assert lan is not None
    assert lan.exemptions == (granted,)


# --- cases

COURSE = Course("Tiếng Anh bậc 3", date(2027, 3, 1), date(2027, 6, 30))
BOSS = replace(LAN, code=PersonCode("CB002"), name="Trần Văn Trưởng", roles=frozenset({Role.HEAD}), credentials=())


def event(act: StudyAct, on: date, **more: object) -> StudyEvent:
    at = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    made = StudyEvent(act, at, on, LAN.code, LAN.name, "Trưởng phòng", "Sở Y tế")
    return replace(made, **more)  # type: ignore[arg-type]


REQUESTED = event(StudyAct.REQUESTED, date(2026, 11, 20), course=COURSE, put_to=("Trần Văn Trưởng (CB002)",))
REQUEST = StudyCase(LAN.code, CriterionCode("ngoai_ngu"), COURSE, StudyState.WAITING, (REQUESTED,))
REFUSED = event(
    StudyAct.REFUSED,
    date(2026, 11, 24),
    who=BOSS.code,
    name=BOSS.name,
    words="Thiếu người",
    recorded_by="HR",
    paper="CV 5",
)


async def put(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN, BOSS])


async def test_a_case_is_kept_with_everything_that_happened_and_read_as_dates(drawers: Drawers) -> None:
    await put(drawers)

    kept = await drawers.study.add_case(REQUEST, records_of(REQUEST))
    assert kept is not None
    refused = happen(kept, REFUSED)
    await drawers.study.save_case(refused, records_of(refused))

    assert await drawers.study.find_case(kept.number, to_change=True) == refused
    lan = await drawers.profiles.find_person(LAN.code)
    assert lan is not None
    assert lan.study == (
        StudyRecord(
            CriterionCode("ngoai_ngu"),
            requested_on=date(2026, 11, 20),
            refused_on=date(2026, 11, 24),
            answered_on=date(2026, 11, 24),
        ),
    )


async def test_reasons_are_sealed_in_the_cabinet(drawers: Drawers) -> None:
    await put(drawers)
    kept = await drawers.study.add_case(REQUEST, ())
    assert kept is not None
    await drawers.study.save_case(happen(kept, REFUSED), ())

    found = await drawers.connection.execute(text("SELECT sealed FROM study_events"))
    assert not any("Thiếu".encode() in bytes(row.sealed) for row in found)


async def test_one_case_is_open_for_a_criterion_and_another_may_follow_it(drawers: Drawers) -> None:
    await put(drawers)
    first = await drawers.study.add_case(REQUEST, ())
    assert first is not None
    assert await drawers.study.add_case(REQUEST, ()) is None
    assert await drawers.study.find_open(LAN.code, REQUEST.criterion) == first
    assert await drawers.study.find_waiting([first.number, 99]) == {first.number: 1}

    await drawers.study.save_case(happen(first, REFUSED), ())
    second = await drawers.study.add_case(REQUEST, ())

    assert second is not None
    assert [one.number for one in await drawers.study.list_of(LAN.code, 10)] == [first.number, second.number]
    assert [one.number for one in await drawers.study.list_in({HEALTH.code}, 10, only_open=True)] == [second.number]
    assert [one.number for one in await drawers.study.list_in(None, 10, only_open=False)] == [
        second.number,
        first.number,
    ]
    assert await drawers.study.list_in(frozenset(), 10, only_open=False) == []


async def test_heads_are_found_by_their_role(drawers: Drawers) -> None:
    await put(drawers)
    assert await drawers.study.list_heads([HEALTH.code]) == {HEALTH.code: [BOSS.code]}


async def test_two_who_send_a_request_at_once_make_one(database: Database) -> None:
    async with database.transaction() as drawers:
        await put(drawers)
    async with database.transaction() as one:
        made = await one.study.add_case(REQUEST, ())
    async with database.transaction() as other:
        assert await other.study.add_case(REQUEST, ()) is None
        assert made is not None
        assert await other.study.find_open(LAN.code, REQUEST.criterion) == made


async def test_what_waits_for_a_head_is_listed_with_what_letters_told_of_it(drawers: Drawers) -> None:
    await put(drawers)
    kept = await drawers.study.add_case(REQUEST, records_of(REQUEST))
    assert kept is not None
    key = f"study:{kept.number}:1:{BOSS.code}"
    at = REQUESTED.at
    await drawers.letters.leave(
        Letter("web", "w1", LetterKind.STUDY, at, person=BOSS.code, number=kept.number, key=key)
    )

    assert (await drawers.study.list_waiting(), await drawers.study.list_told_by_letter()) == ([kept], {key})
    refused = happen(kept, REFUSED)
    await drawers.study.save_case(refused, records_of(refused))
    assert (await drawers.study.list_waiting(), await drawers.study.list_told_by_letter()) == ([], frozenset())


async def test_letter_that_was_refused_has_told_no_head(drawers: Drawers) -> None:
    await put(drawers)
    kept = await drawers.study.add_case(REQUEST, records_of(REQUEST))
    assert kept is not None
    at = REQUESTED.at
    await drawers.letters.leave(Letter("telegram", "1", LetterKind.STUDY, at, BOSS.code, number=kept.number, key="a"))
    (started,) = await drawers.letters.start("telegram", None, 1, at)
    assert await drawers.study.list_told_by_letter() == {"a"}

    await drawers.letters.finish(started.id, LetterState.REFUSED, at, "blocked")

    assert await drawers.study.list_told_by_letter() == frozenset()
