"""Evidence in the cabinet: a credential follows what is decided on it; files are sealed, and go in their time."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import Credential, CredentialStatus, KindCode, PersonCode, UnitCode
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Evidence, EvidenceState, NewDelivery, NewNotice, NoticeKind
from tests.storage.filling import HEALTH, LAN, put_people, put_units

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
IELTS = Credential(KindCode("ielts"), "6.0", "Hội đồng Anh", "A-1", date(2025, 5, 12))
ME = replace(LAN, credentials=())
COLLEAGUE = replace(ME, code=PersonCode("CB002"), name="Trần Văn Hai")
HR = PersonCode("HR001")


@pytest.fixture
async def filled(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    await put_people(drawers, [ME, COLLEAGUE])
    return drawers


def made(credential: Credential = IELTS, person: PersonCode = ME.code) -> Evidence:
    return Evidence(person, credential, submitted_at=NOW, changed_at=NOW)


async def submitted(drawers: Drawers, credential: Credential = IELTS, files: Collection[int] = ()) -> Evidence:
    kept = await drawers.evidence.submit(made(credential), files)
    assert kept is not None
    return kept


async def statuses(drawers: Drawers) -> list[CredentialStatus]:
    person = await drawers.profiles.find_person(ME.code)
    assert person is not None
    return [one.status for one in person.credentials]


async def put_on_record(drawers: Drawers, *held: Credential) -> None:
    await put_units(drawers)
    await put_people(drawers, [replace(ME, credentials=held)])


async def on_record(drawers: Drawers) -> list[Credential]:
    person = await drawers.profiles.find_person(ME.code)
    assert person is not None
    return sorted(person.credentials, key=lambda one: one.number or "")


async def list_waiting(
    drawers: Drawers,
    units: Collection[UnitCode],
    but: PersonCode,
    *,
    asked_before: datetime = NOW,
    limit: int = 9,
    offset: int = 0,
) -> tuple[Sequence[Evidence], int]:
    return await drawers.evidence.list_waiting(units, but, asked_before=asked_before, limit=limit, offset=offset)


def decided(one: Evidence, state: EvidenceState, **more: object) -> Evidence:
    changed = {"state": state, "version": one.version + 1, "changed_at": NOW, "decided_by": HR, "decided_at": NOW}
    return replace(one, **{**changed, **more})


async def test_what_is_handed_in_waits_on_record_and_is_read_back_whole(filled: Drawers) -> None:
    kept = await submitted(filled)
    assert await filled.evidence.find(kept.number) == kept
    assert await filled.evidence.list_of(ME.code, 5) == [kept]
    assert await filled.evidence.find_open(ME.code, IELTS) == kept
    assert await statuses(filled) == [CredentialStatus.WAITING]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (EvidenceState.VERIFIED, [CredentialStatus.VERIFIED]),
        (EvidenceState.REJECTED, [CredentialStatus.REJECTED]),
        (EvidenceState.CHECKED, [CredentialStatus.WAITING]),
        (EvidenceState.ASKED_BACK, []),  # it waits for the official, not for the office
        (EvidenceState.WITHDRAWN, []),
    ],
)
async def test_the_credential_on_record_follows_the_decision(filled, state, status):
    kept = await submitted(filled)
    settled = decided(kept, state, words="Ảnh mờ")
    await filled.evidence.settle(settled)
    found = await filled.evidence.find(kept.number)
    assert (found.state, found.words, found.decided_by, found.version) == (state, "Ảnh mờ", HR, 2)
    assert await statuses(filled) == status


async def test_the_same_certificate_waits_once_and_never_over_a_verified_one(filled):
    kept = await submitted(filled)
    assert await filled.evidence.submit(made(replace(IELTS, level="7.0")), ()) is None
    await filled.evidence.settle(decided(kept, EvidenceState.VERIFIED))
    assert await filled.evidence.submit(made(), ()) is None
    unnumbered = replace(IELTS, number=None)
    await submitted(filled, unnumbered)
    assert await filled.evidence.submit(made(unnumbered), ()) is None
    await submitted(filled, replace(unnumbered, issued_on=date(2025, 5, 13)))


async def test_what_is_verified_stays_so_when_it_is_handed_in_at_the_same_moment(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [ME])
        kept = await submitted(drawers)

    async def hand_in_again() -> Evidence | None:
        async with database.transaction() as drawers:
            return await drawers.evidence.submit(made(), ())

    async with database.transaction() as hr:
        await hr.evidence.settle(decided(kept, EvidenceState.VERIFIED))
        again = asyncio.create_task(hand_in_again())
        while not (again.done() or await waits_for_a_lock(hr)):  # noqa: ASYNC110  it waits in the database, which tells no event
            await asyncio.sleep(0)

    assert await again is None
    async with database.transaction() as drawers:
        assert await statuses(drawers) == [CredentialStatus.VERIFIED]
        assert len(await drawers.evidence.list_of(ME.code, 5)) == 1


async def waits_for_a_lock(drawers: Drawers) -> bool:
    """Whether somebody waits for what this transaction holds."""
    found = await drawers.connection.execute(
        text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    )
    return found.scalar_one() > 0


async def test_a_rejected_certificate_may_be_handed_in_again(filled):
    await filled.evidence.settle(decided(await submitted(filled), EvidenceState.REJECTED))
    again = await submitted(filled)
    assert again.number > 1
    assert await statuses(filled) == [CredentialStatus.WAITING]


@pytest.mark.parametrize("status", [CredentialStatus.WAITING, CredentialStatus.REJECTED])
@pytest.mark.parametrize("is_asked", [False, True])
async def test_what_hr_had_on_record_is_there_again_when_it_is_taken_back(
    drawers: Drawers, status: CredentialStatus, *, is_asked: bool
) -> None:
    before = replace(IELTS, level="4.0", issued_on=date(2020, 1, 1), expires_on=date(2022, 1, 1), status=status)
    await put_on_record(drawers, before)
    kept = await submitted(drawers)
    assert not kept.is_new
    assert await on_record(drawers) == [IELTS]
    if is_asked:
        kept = decided(kept, EvidenceState.ASKED_BACK)
        await drawers.evidence.settle(kept)
        assert await on_record(drawers) == [before]
        again = await drawers.evidence.submit_again(replace(kept, state=EvidenceState.WAITING, version=3), ())
        assert again is not None
        assert not again.is_new
        assert await on_record(drawers) == [IELTS]
        kept = again
    await drawers.evidence.settle(decided(kept, EvidenceState.WITHDRAWN))
    assert await on_record(drawers) == [before]
    former = await drawers.connection.execute(text("SELECT former FROM evidence WHERE former IS NOT NULL"))
    assert former.first() is None


async def test_what_was_rejected_stays_so_when_whoever_handed_it_in_again_leaves(filled):
    await filled.evidence.settle(decided(await submitted(filled), EvidenceState.REJECTED))
    await submitted(filled)
    await filled.evidence.withdraw_all(ME.code, NOW)
    assert await statuses(filled) == [CredentialStatus.REJECTED]


async def test_what_hr_has_loaded_meanwhile_stays_when_it_is_taken_back(drawers: Drawers) -> None:
    await put_on_record(drawers, replace(IELTS, level="4.0"))
    kept = await submitted(drawers)
    await drawers.connection.execute(text("UPDATE credentials SET level = '5.0'"))
    await drawers.evidence.settle(decided(kept, EvidenceState.WITHDRAWN))
    assert await on_record(drawers) == [replace(IELTS, level="5.0")]


@pytest.mark.parametrize("state", [EvidenceState.WITHDRAWN, EvidenceState.ASKED_BACK])
async def test_a_last_day_that_hr_has_loaded_meanwhile_stays_when_it_is_taken_back(
    drawers: Drawers, state: EvidenceState
) -> None:
    await put_on_record(drawers, replace(IELTS, level="4.0"))
    kept = await submitted(drawers)
    await drawers.connection.execute(text("UPDATE credentials SET expires_on = '2026-05-12'"))
    await drawers.evidence.settle(decided(kept, state))
    assert await on_record(drawers) == [replace(IELTS, expires_on=date(2026, 5, 12))]


async def test_another_number_at_each_question_leaves_the_record_as_it_was(drawers: Drawers) -> None:
    before = replace(IELTS, level="4.0")
    await put_on_record(drawers, before)
    kept: Evidence | None = await submitted(drawers)
    for number in ("A-2", "A-1", "A-3"):
        assert kept is not None
        asked = decided(kept, EvidenceState.ASKED_BACK)
        await drawers.evidence.settle(asked)
        right = replace(IELTS, number=number)
        sent = replace(asked, credential=right, state=EvidenceState.WAITING, version=asked.version + 1)
        kept = await drawers.evidence.submit_again(sent, ())
        assert kept is not None
        assert kept.is_new is (number != "A-1")
        assert await on_record(drawers) == ([IELTS] if number == "A-1" else [before, right])
    assert kept is not None
    await drawers.evidence.settle(decided(kept, EvidenceState.WITHDRAWN))
    assert await on_record(drawers) == [before]


async def test_what_was_asked_about_while_it_stood_on_record_is_still_taken_back(filled):
    """As an earlier version of the product left it."""
    kept = await submitted(filled)
    await filled.connection.execute(text("UPDATE evidence SET state = 'asked_back'"))
    again = await filled.evidence.submit_again(replace(kept, version=3), ())
    assert again is not None
    assert again.is_new
    await filled.evidence.settle(decided(again, EvidenceState.WITHDRAWN))
    assert await statuses(filled) == []


async def test_what_was_left_on_record_while_asked_about_is_taken_back_after_the_first_of_two_has_agreed(filled):
    """Asked about in an earlier version of the product, agreed to without an answer in this one."""
    kept = await submitted(filled)
    await filled.connection.execute(text("UPDATE evidence SET state = 'asked_back'"))
    checked = decided(kept, EvidenceState.CHECKED, checked_by=HR, decided_by=None, decided_at=None)
    await filled.evidence.settle(checked)
    assert await statuses(filled) == [CredentialStatus.WAITING]
    await filled.evidence.settle(decided(checked, EvidenceState.WITHDRAWN))
    assert await statuses(filled) == []


async def test_the_last_day_of_another_issue_is_not_that_of_what_is_verified(drawers: Drawers) -> None:
    await put_on_record(drawers, replace(IELTS, issued_on=date(2020, 1, 1), expires_on=date(2022, 1, 1)))
    await drawers.evidence.settle(decided(await submitted(drawers), EvidenceState.VERIFIED))
    assert [one.expires_on for one in await on_record(drawers)] == [None]


async def test_the_last_day_of_the_same_issue_stays(drawers: Drawers) -> None:
    await put_on_record(drawers, replace(IELTS, expires_on=date(2027, 5, 12)))
    await drawers.evidence.settle(decided(await submitted(drawers), EvidenceState.VERIFIED))
    assert [one.expires_on for one in await on_record(drawers)] == [date(2027, 5, 12)]


@pytest.mark.parametrize("issued", [None, date(2025, 5, 11)], ids=["of no day", "a day written otherwise"])
async def test_a_last_day_on_record_that_is_not_over_by_then_stays(drawers: Drawers, issued: date | None) -> None:
    await put_on_record(drawers, replace(IELTS, issued_on=issued, expires_on=date(2026, 12, 31)))
    await drawers.evidence.settle(decided(await submitted(drawers), EvidenceState.VERIFIED))
    assert [one.expires_on for one in await on_record(drawers)] == [date(2026, 12, 31)]


@pytest.mark.parametrize("is_on_record", [False, True])
async def test_what_the_first_of_two_checks_after_a_question_waits_on_record_again(
    drawers: Drawers, *, is_on_record: bool
) -> None:
    await put_on_record(drawers, *([replace(IELTS, status=CredentialStatus.REJECTED)] if is_on_record else []))
    asked = decided(await submitted(drawers), EvidenceState.ASKED_BACK)
    await drawers.evidence.settle(asked)
    checked = decided(asked, EvidenceState.CHECKED, decided_by=None, decided_at=None, checked_by=HR)
    await drawers.evidence.settle(checked)
    assert await on_record(drawers) == [IELTS]
    await drawers.evidence.settle(decided(checked, EvidenceState.WITHDRAWN))
    assert await statuses(drawers) == [CredentialStatus.REJECTED] * is_on_record


async def test_what_is_rejected_is_not_left_written_over_what_hr_had_on_record(drawers: Drawers) -> None:
    before = replace(IELTS, level="4.0", issuer="IDP", status=CredentialStatus.WAITING)
    await put_on_record(drawers, before)
    await drawers.evidence.settle(decided(await submitted(drawers), EvidenceState.REJECTED))
    assert await on_record(drawers) == [replace(before, status=CredentialStatus.REJECTED)]


async def test_what_hr_has_loaded_over_a_new_one_stays_when_that_is_taken_back(filled: Drawers) -> None:
    kept = await submitted(filled)
    await filled.connection.execute(text("UPDATE credentials SET level = '6.5'"))
    await filled.evidence.settle(decided(kept, EvidenceState.WITHDRAWN))
    assert await on_record(filled) == [replace(IELTS, level="6.5", status=CredentialStatus.WAITING)]


async def test_an_answer_to_a_question_may_change_the_certificate_itself(filled):
    kept = await submitted(filled)
    asked = decided(kept, EvidenceState.ASKED_BACK, words="Số hiệu nào?")
    await filled.evidence.settle(asked)
    right = replace(IELTS, number="A-2")
    sent = replace(asked, credential=right, state=EvidenceState.WAITING, version=3, words=None)
    again = await filled.evidence.submit_again(sent, ())
    assert again is not None
    assert again.credential.number == "A-2"
    person = await filled.profiles.find_person(ME.code)
    assert [(one.number, one.status) for one in person.credentials] == [("A-2", CredentialStatus.WAITING)]


async def test_the_queue_holds_what_waits_in_these_units_but_ones_own(filled):
    first = await submitted(filled)
    second = await filled.evidence.submit(made(person=COLLEAGUE.code), ())
    assert second is not None
    others, total = await list_waiting(filled, [HEALTH.code], HR, limit=1, offset=1)
    assert (others, total) == ([second], 2)
    assert await list_waiting(filled, [HEALTH.code], ME.code, limit=9, offset=0) == ([second], 1)
    await filled.evidence.settle(decided(first, EvidenceState.ASKED_BACK))
    await filled.evidence.settle(decided(second, EvidenceState.CHECKED))
    left, total = await list_waiting(filled, [HEALTH.code], HR, limit=9, offset=0)
    assert ([one.number for one in left], total) == ([second.number], 1)
    assert await list_waiting(filled, [], HR, limit=9, offset=0) == ([], 0)


async def test_what_an_official_left_unanswered_waits_for_hr_again(filled):
    asked = decided(await submitted(filled), EvidenceState.ASKED_BACK, words="Số hiệu nào?")
    await filled.evidence.settle(asked)
    assert await filled.evidence.list_all_waiting(NOW) == []

    later = NOW + timedelta(seconds=1)
    left, total = await list_waiting(filled, [HEALTH.code], HR, asked_before=later)
    assert ([one.number for one in left], total) == ([asked.number], 1)
    assert [one.number for one in await filled.evidence.list_all_waiting(later)] == [asked.number]
    assert await filled.evidence.find_waiting([asked.number]) == {asked.number: (2, ME.code)}


@pytest.mark.parametrize(
    ("state", "status"),
    [(EvidenceState.REJECTED, CredentialStatus.REJECTED), (EvidenceState.VERIFIED, CredentialStatus.VERIFIED)],
)
async def test_what_an_official_was_asked_about_is_decided_all_the_same(filled, state, status):
    asked = decided(await submitted(filled), EvidenceState.ASKED_BACK)
    await filled.evidence.settle(asked)
    await filled.evidence.settle(decided(asked, state))
    assert await statuses(filled) == [status]


async def test_certificates_that_wait_on_record_with_nothing_handed_in_are_counted(drawers: Drawers) -> None:
    await put_units(drawers)
    waiting, verified = IELTS, replace(IELTS, number="A-2", status=CredentialStatus.VERIFIED)
    await put_people(drawers, [replace(ME, credentials=(waiting, verified)), COLLEAGUE])

    async def counted() -> tuple[int, int]:
        by_unit = await drawers.evidence.count_all_unproven()
        return await drawers.evidence.count_unproven([HEALTH.code], HR), by_unit.get(HEALTH.code, 0)

    assert await counted() == (1, 1)
    assert await drawers.evidence.count_unproven([HEALTH.code], ME.code) == 0
    assert await drawers.evidence.count_unproven([], HR) == 0
    kept = await submitted(drawers)
    assert await counted() == (0, 0)
    await drawers.evidence.settle(decided(kept, EvidenceState.ASKED_BACK))
    assert await counted() == (1, 1)


async def test_files_are_sealed_belong_to_one_person_and_are_read_with_their_submission(filled):
    mine = await filled.evidence.add_file(ME.code, b"the dots of a picture", "image/jpeg", NOW)
    other = await filled.evidence.add_file(COLLEAGUE.code, b"of somebody else", "image/jpeg", NOW)
    sealed = (await filled.connection.execute(text("SELECT sealed FROM evidence_files"))).scalars().all()
    assert not any(b"dots" in one for one in sealed)
    assert await filled.evidence.list_loose(ME.code, [mine.id, other.id]) == [mine]
    assert await filled.evidence.count_since(ME.code, NOW) == 1

    kept = await submitted(filled, files=[mine.id, other.id])
    assert kept.files == (mine,)
    assert await filled.evidence.read_file(kept.number, mine.id) == b"the dots of a picture"
    assert await filled.evidence.read_file(kept.number, other.id) is None
    assert await filled.evidence.list_loose(ME.code, [mine.id]) == []


async def test_files_go_some_days_after_the_decision_and_unused_ones_after_one(filled):
    day = timedelta(days=1)
    used = await filled.evidence.add_file(ME.code, b"used", "image/jpeg", NOW)
    await filled.evidence.add_file(ME.code, b"never used", "image/jpeg", NOW)
    kept = await submitted(filled, files=[used.id])

    async def tidied(now: datetime) -> list[bytes | None]:
        await filled.evidence.prune(decided_before=now - 30 * day, loose_before=now - day)
        left = (await filled.connection.execute(text("SELECT count(*) FROM evidence_files"))).scalar_one()
        return [await filled.evidence.read_file(kept.number, used.id), left]

    assert await tidied(NOW + day) == [b"used", 2]
    assert await tidied(NOW + 400 * day) == [b"used", 1]  # nobody has decided yet
    await filled.evidence.settle(decided(kept, EvidenceState.VERIFIED))
    assert await tidied(NOW + 30 * day) == [b"used", 1]
    assert await tidied(NOW + 31 * day) == [None, 0]
    found = await filled.evidence.find(kept.number)
    assert (found.state, found.files) == (EvidenceState.VERIFIED, ())


async def test_whoever_withdraws_takes_everything_undecided_back(filled):
    file = await filled.evidence.add_file(ME.code, b"x", "image/jpeg", NOW)
    await filled.evidence.add_file(ME.code, b"loose", "image/jpeg", NOW)
    kept = await submitted(filled, files=[file.id])
    await filled.evidence.withdraw_all(ME.code, NOW)
    assert (await filled.evidence.find(kept.number)).state is EvidenceState.WITHDRAWN
    assert await statuses(filled) == []
    assert (await filled.connection.execute(text("SELECT count(*) FROM evidence_files"))).scalar_one() == 0


async def test_kinds_are_marked_for_two_people(filled):
    await filled.evidence.mark(KindCode("ielts"), HR, NOW)
    await filled.evidence.mark(KindCode("ielts"), HR, NOW)
    assert await filled.evidence.list_marked() == {"ielts"}
    await filled.evidence.unmark(KindCode("ielts"))
    assert await filled.evidence.list_marked() == frozenset()


async def test_what_was_handed_in_under_two_people_still_needs_two_once_its_kind_is_marked_no_more(filled):
    await filled.evidence.mark(KindCode("ielts"), HR, NOW)
    before = await submitted(filled)
    await filled.evidence.unmark(KindCode("ielts"))
    later = await submitted(filled, replace(IELTS, number="A-2"))

    kept = [await filled.evidence.find(one.number) for one in (before, later)]
    assert [one.needs_two for one in kept] == [True, False]


async def test_what_hr_was_told_of_is_known_until_the_message_is_dropped(filled):
    kept = await submitted(filled)
    (row,) = await filled.evidence.list_all_waiting(NOW)
    assert (row.number, row.version, row.person, row.unit) == (kept.number, 1, ME.code, HEALTH.code)
    assert await filled.evidence.find_waiting([kept.number, 99]) == {kept.number: (1, ME.code)}

    payload = {"days": 3, "of": [[kept.number, 1, "new"]]}
    notice = NewNotice(NoticeKind.EVIDENCE_WAITING, "evidence_waiting:CB002:2026-11-23", "new", (ME.code,), payload)
    where = NewDelivery(COLLEAGUE.code, NOW, "telegram:1", "telegram", "a", merge_day=date(2026, 11, 23))
    delivery = await filled.outbox.put(where, [notice], NOW)
    assert await filled.evidence.list_told(NOW) == {COLLEAGUE.code: {(kept.number, 1, "new")}}
    assert await filled.evidence.list_told(NOW + timedelta(seconds=1)) == {}
    await filled.outbox.drop(delivery, "closed", NOW)
    assert await filled.evidence.list_told(NOW) == {}
