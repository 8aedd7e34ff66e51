"""Questions passed on are kept sealed, under codes nobody can guess, and changed by one at a time."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from knowledge.facts import DocumentId, PersonCode, Role, TerritoryCode, Unit, UnitCode, UnitKind
from storage.database import Database
from storage.drawers import Drawers
from storage.link_codes import ALPHABET
from storage.records import (
    EarlierQuestion,
    Inquiry,
    InquiryMessage,
    InquiryReason,
    InquiryState,
    Letter,
    LetterKind,
    MessageKind,
)
from storage.tables import inquiries, inquiry_messages
from tests.storage.filling import HEALTH, LAN, another, put_people, put_units

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = date(2026, 11, 25)
ASKED = Inquiry(
    code="",
    channel="telegram",
    address="42",
    person=LAN.code,
    unit=HEALTH.code,
    territory=TerritoryCode("hung-yen"),
    question="TOEIC 600 có tính không?",
    context=(EarlierQuestion("ielts thì sao", "answered", "Được tính bậc 3."),),
    why=InquiryReason.NO_BASIS,
    opened_at=NOON,
    due_on=DUE,
    consent_version="2026-11-21",
    answer="Kho chưa có toàn văn.",
)
AWAY = Unit(UnitCode("XA"), "UBND xã", UnitKind.COMMUNE_GOVERNMENT, TerritoryCode("ha-noi"))
STRANGER = replace(ASKED, person=None, unit=None, address="99")
REPLY = InquiryMessage(
    MessageKind.REPLY, NOON, "Có tính.", PersonCode("HR001"), "Phạm Thị Mẫu", "Sở Mẫu", DocumentId("2123/UBND-NC"), "3"
)


@pytest.fixture
async def office(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002"), another("HR001", roles=frozenset({Role.HR}))])
    return drawers


async def test_a_question_is_read_back_as_it_was_kept(office: Drawers) -> None:
    added = await office.inquiries.add(ASKED)
    await office.inquiries.save(replace(added, state=InquiryState.ANSWERED), NOON, REPLY)
    found = await office.inquiries.find(added.code)
    assert found == replace(added, state=InquiryState.ANSWERED, version=2, messages=(REPLY,))


async def test_nothing_that_was_typed_stands_in_the_tables_in_clear(office: Drawers) -> None:
    added = await office.inquiries.add(ASKED)
    await office.inquiries.save(added, NOON, REPLY)
    kept = (await office.connection.execute(select(inquiries))).one()
    said = (await office.connection.execute(select(inquiry_messages))).one()
    stored = repr((tuple(kept), tuple(said)))
    for words in ("TOEIC", "ielts", "Được tính", "Có tính", "Phạm Thị Mẫu"):
        assert words not in stored


async def test_codes_are_six_clear_signs_that_read_like_no_word_number_or_document(office: Drawers) -> None:
    codes = {(await office.inquiries.add(STRANGER)).code for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code) == 6
        assert set(code) <= set(ALPHABET)
        assert 0 < sum(sign.isdigit() for sign in code) < 6
        assert not code.startswith(("CV", "QH", "TT", "HR", "NV", "CC", "GV", "QT", "VC"))


async def test_own_questions_are_those_of_the_person_or_of_the_stranger_at_this_address(office: Drawers) -> None:
    mine = (await office.inquiries.add(ASKED)).code
    strangers = (await office.inquiries.add(STRANGER)).code
    other = (await office.inquiries.add(replace(ASKED, person=PersonCode("CB002")))).code

    async def own(channel: str, address: str, person: str | None) -> set[str]:
        found = await office.inquiries.list_asked(channel, address, PersonCode(person) if person else None, 10)
        return {one.code for one in found}

    assert await own("web", "elsewhere", "CB001") == {mine}
    assert await own("telegram", "42", None) == set()  # not while nobody is proven to be who asked
    assert await own("telegram", "99", None) == {strangers}
    assert await own("web", "99", None) == set()
    assert await own("telegram", "99", "CB002") == {other, strangers}


async def test_waiting_ones_are_listed_by_scope_and_without_texts(office: Drawers) -> None:
    mine = (await office.inquiries.add(ASKED)).code
    strangers = (await office.inquiries.add(replace(STRANGER, due_on=DUE - DAY))).code
    await put_people(office, [another("CB003", unit=UnitCode("SYT-VP"))])
    of_office = replace(ASKED, person=PersonCode("CB003"), unit=UnitCode("SYT-VP"), for_administrators=True)
    lost = (await office.inquiries.add(replace(ASKED, person=None, unit=UnitCode("DA-XOA")))).code
    left_over = (await office.inquiries.add(of_office)).code
    done = await office.inquiries.add(ASKED)
    await office.inquiries.save(replace(done, state=InquiryState.ANSWERED), NOON)

    async def waiting(
        *units: str, unplaced: bool = False, administrator: bool = False, who: str = "HR001"
    ) -> list[str]:
        found = await office.inquiries.list_waiting(
            units_served=frozenset(map(UnitCode, units)),
            serves_unplaced=unplaced,
            is_administrator=administrator,
            person=PersonCode(who),
        )
        assert not any(one.question or one.context for one in found)
        return [one.code for one in found]

    assert await waiting("SYT") == [mine]
    assert set(await waiting("SYT", unplaced=True)) == {strangers, mine, lost}
    assert (await waiting("SYT", unplaced=True))[0] == strangers  # due first
    assert await waiting(administrator=True) == [left_over]
    assert await waiting("SYT", who="CB001") == []


async def test_a_question_is_served_where_its_asker_is_now(office: Drawers) -> None:
    await put_units(office, AWAY)
    code = (await office.inquiries.add(ASKED)).code
    strangers = (await office.inquiries.add(STRANGER)).code
    await office.connection.execute(text("UPDATE people SET unit = 'XA' WHERE code = 'CB001'"))

    async def waiting(*served: str, unplaced: bool = False) -> list[str]:
        found = await office.inquiries.list_waiting(
            units_served=frozenset(map(UnitCode, served)),
            serves_unplaced=unplaced,
            is_administrator=False,
            person=PersonCode("HR001"),
        )
        return [one.code for one in found]

    assert (await waiting("SYT"), await waiting("XA")) == ([], [code])
    assert set(await waiting("XA", unplaced=True)) == {code, strangers}
    read = [await office.inquiries.find(code), await office.inquiries.find(code, to_change=True)]
    read += await office.inquiries.list_asked("telegram", "42", LAN.code, 10)
    read += [one for one in await office.inquiries.list_overdue(DUE + DAY, 10) if one.code == code]
    places = [(one.unit, one.territory) for one in read if one is not None]
    assert places == [(AWAY.code, AWAY.territory)] * 4
    assert await office.escalations.count_inquiries() == {AWAY.code: 1, None: 1}

    # A change of the question leaves where it was asked as it was, for when the asker is gone.
    assert read[0] is not None
    await office.inquiries.save(read[0], NOON, REPLY)
    await office.connection.execute(text("DELETE FROM people WHERE code = 'CB001'"))
    assert (await waiting("SYT"), await waiting("XA")) == ([code], [])
    gone = await office.inquiries.find(code)
    assert gone is not None
    assert (gone.unit, gone.territory) == (ASKED.unit, ASKED.territory)
    assert await office.escalations.count_inquiries() == {HEALTH.code: 1, None: 1}


async def test_who_has_the_chat_next_has_nothing_of_who_left_the_roster(office: Drawers) -> None:
    code = (await office.inquiries.add(ASKED)).code
    await office.connection.execute(text("DELETE FROM people WHERE code = 'CB001'"))
    next_one = PersonCode("CB002")
    await office.accounts.link(ASKED.channel, ASKED.address, next_one, NOON)

    assert not await office.inquiries.list_asked(ASKED.channel, ASKED.address, next_one, 10)
    assert not await office.inquiries.list_asked(ASKED.channel, ASKED.address, None, 10)
    assert not (await office.personal_data.count(next_one)).get("questions")
    assert await office.inquiries.withdraw_all(ASKED.channel, ASKED.address, next_one, NOON) == 0
    kept = await office.inquiries.find(code)
    assert kept is not None
    assert (kept.state, kept.question) == (InquiryState.OPEN, ASKED.question)


async def test_a_second_writer_waits_and_sees_the_change_of_the_first(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
        code = (await drawers.inquiries.add(ASKED)).code

    async def answer(words: str) -> bool:
        async with database.transaction() as drawers:
            found = await drawers.inquiries.find(code, to_change=True)
            assert found is not None
            if not found.is_open:
                return False
            await asyncio.sleep(0)
            await drawers.inquiries.save(replace(found, state=InquiryState.ANSWERED), NOON, replace(REPLY, text=words))
            return True

    assert sorted(await asyncio.gather(answer("một"), answer("hai"), answer("ba"))) == [False, False, True]
    async with database.transaction() as drawers:
        found = await drawers.inquiries.find(code)
    assert found is not None
    assert len(found.messages) == 1


async def test_withdrawing_all_drops_texts_and_letters_of_that_asker_alone(office: Drawers) -> None:
    mine, strangers = await office.inquiries.add(ASKED), await office.inquiries.add(STRANGER)
    await office.inquiries.save(mine, NOON, REPLY)
    for one in (mine, strangers):
        await office.letters.leave(
            Letter(one.channel, one.address, LetterKind.ANSWERED, NOON, one.person, inquiry=one.code)
        )

    assert await office.inquiries.withdraw_all("telegram", "42", LAN.code, NOON) == 1

    gone, kept = await office.inquiries.find(mine.code), await office.inquiries.find(strangers.code)
    assert gone is not None
    assert kept is not None
    assert (gone.state, gone.question, gone.messages[0].text) == (InquiryState.WITHDRAWN, None, None)
    assert kept.question == STRANGER.question
    assert not await office.letters.list_about(mine.code)
    assert await office.letters.list_about(strangers.code)


async def test_texts_of_what_ended_are_dropped_after_their_time(office: Drawers) -> None:
    old, young, waiting = [await office.inquiries.add(ASKED) for _ in range(3)]
    await office.inquiries.save(replace(old, state=InquiryState.ANSWERED), NOON, REPLY)
    await office.inquiries.save(replace(young, state=InquiryState.CLOSED), NOON + 2 * DAY)

    await office.inquiries.prune(texts_before=NOON + DAY, guesses_before=NOON)

    dropped = [(await office.inquiries.find(one.code)) for one in (old, young, waiting)]
    assert [one.question is None for one in dropped if one is not None] == [True, False, False]
    assert dropped[0] is not None
    assert dropped[0].messages[0].text is None


async def test_a_question_outlives_the_roster_entry_of_its_asker(office: Drawers) -> None:
    code = (await office.inquiries.add(ASKED)).code
    await office.connection.execute(text("DELETE FROM people WHERE code = 'CB001'"))
    found = await office.inquiries.find(code)
    assert found is not None
    assert found.person is None


async def test_overdue_ones_are_held_by_one_process_and_left_out_by_another(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
        code = (await drawers.inquiries.add(ASKED)).code
        assert not await drawers.inquiries.list_overdue(DUE, 10)
    async with database.transaction() as one, database.transaction() as other:
        assert [held.code for held in await one.inquiries.list_overdue(DUE + DAY, 10)] == [code]
        assert not await other.inquiries.list_overdue(DUE + DAY, 10)
        await one.inquiries.mark_reminded(code, DUE + DAY, for_administrators=True)
    async with database.transaction() as drawers:
        assert not await drawers.inquiries.list_overdue(DUE + DAY, 10)
        (again,) = await drawers.inquiries.list_overdue(DUE + 3 * DAY, 10)
    assert (again.reminders, again.for_administrators, again.version) == (1, True, 1)


async def test_wrong_codes_count_for_an_hour_and_for_each_identity(office: Drawers) -> None:
    for n in range(1, 4):
        assert await office.guesses.count_wrong("web", "v", NOON) == n
    assert await office.guesses.wrong_so_far("web", "v", NOON + timedelta(minutes=59)) == 3
    assert await office.guesses.wrong_so_far("web", "w", NOON) == 0
    assert await office.guesses.wrong_so_far("web", "v", NOON + timedelta(minutes=61)) == 0
    assert await office.guesses.count_wrong("web", "v", NOON + timedelta(minutes=61)) == 1


async def test_staff_are_hr_and_administrators(office: Drawers) -> None:
    await put_people(office, [another("QT001", roles=frozenset({Role.ADMINISTRATOR}))])
    assert [one.code for one in await office.staff.list_staff()] == ["HR001", "QT001"]


# --- letters

LETTER = Letter("telegram", "42", LetterKind.ANSWERED, NOON, LAN.code)


async def test_a_letter_is_taken_up_once_by_several_processes(database: Database) -> None:
    async with database.transaction() as drawers:
        for n in range(20):
            await drawers.letters.leave(replace(LETTER, address=str(n)))

    async def take() -> list[int]:
        taken = []
        while True:
            async with database.transaction() as drawers:
                started = await drawers.letters.start("telegram", None, 1, NOON)
            if not started:
                return taken
            taken.append(started[0].id)

    taken = [one for some in await asyncio.gather(*(take() for _ in range(4))) for one in some]
    assert len(taken) == len(set(taken)) == 20


async def test_a_letter_whose_end_is_not_known_becomes_unclear_and_is_never_taken_up_again(office: Drawers) -> None:
    await office.letters.leave(LETTER)
    (started,) = await office.letters.start("telegram", None, 5, NOON)
    assert started.tries == 1
    assert await office.letters.give_up_lost(NOON + timedelta(minutes=5)) == 0
    assert await office.letters.give_up_lost(NOON + timedelta(minutes=6)) == 1
    assert not await office.letters.start("telegram", None, 5, NOON + DAY)


async def test_a_letter_that_was_put_off_comes_again_at_its_time_alone(office: Drawers) -> None:
    await office.letters.leave(LETTER)
    (started,) = await office.letters.start("telegram", None, 5, NOON)
    await office.letters.put_off(started.id, NOON + timedelta(minutes=2), "429")
    assert not await office.letters.start("telegram", None, 5, NOON + timedelta(minutes=1))
    (again,) = await office.letters.start("telegram", None, 5, NOON + timedelta(minutes=2))
    assert again.tries == 2
    await office.letters.put_off(again.id, NOON, "nobody_there", is_try=False)
    (untried,) = await office.letters.start("telegram", None, 5, NOON)
    assert untried.tries == 2


async def test_letters_go_only_to_the_channel_and_addresses_asked_for(office: Drawers) -> None:
    await office.letters.leave(replace(LETTER, channel="web", address="v"))
    assert not await office.letters.start("telegram", None, 5, NOON)
    assert not await office.letters.start("web", ["w"], 5, NOON)
    assert len(await office.letters.start("web", ["v", "w"], 5, NOON)) == 1


async def test_a_letter_of_the_same_key_is_left_once(office: Drawers) -> None:
    keyed = replace(LETTER, key="overdue:HR001:2026-11-26", kind=LetterKind.OVERDUE)
    assert await office.letters.leave(keyed)
    assert not await office.letters.leave(keyed)


async def test_a_letter_is_collected_by_the_person_it_is_for_alone(office: Drawers) -> None:
    await office.letters.leave(replace(LETTER, channel="terminal", address="local"))
    assert not await office.letters.collect("terminal", "local", PersonCode("CB002"), NOON)
    assert not await office.letters.collect("terminal", "local", None, NOON)
    assert len(await office.letters.collect("terminal", "local", LAN.code, NOON)) == 1
    assert not await office.letters.collect("terminal", "local", LAN.code, NOON)
