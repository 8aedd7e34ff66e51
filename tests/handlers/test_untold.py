"""A letter that has waited for long is told while it is true and theirs; what has ended is kept as told no more."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.asking import Channel
from knowledge.facts import Person, PersonCode
from storage.records import (
    Breach,
    DataRequest,
    DataRequestState,
    InquiryState,
    Letter,
    LetterKind,
    LetterState,
    Proposal,
    ProposalKind,
    ProposalState,
    Untold,
)
from tests.handlers.inbox_people import ADMINISTRATOR, ASKER, DIVISION_HR, OFFICE_HR, OTHER, PROVINCE_HR, Room
from tests.handlers.visits import words
from tests.people import OFFICE, Signatory

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
BY = Signatory(PROVINCE_HR.code, PROVINCE_HR.name, PROVINCE_HR.unit, "")
HERE = {"channel": Channel.COMMAND_LINE, "address": "local"}


@pytest.fixture
def room(loaded, reader):
    return Room(loaded, reader)


async def untold(room: Room, kind: LetterKind, to: Person, *, inquiry: str | None = None, number: int = 0):
    letter = Letter("telegram", "1", kind, NOW, to.code, inquiry, number)
    return await room.tried.desk.find_untold(letter, room.tried.drawers)


@pytest.mark.parametrize("state", list(ProposalState))
async def test_proposal_waits_for_a_second_person_while_it_does(room, state):
    waiting = Proposal(ProposalKind.RULING, {}, OFFICE.code, BY, NOW, state=state)
    number = await room.tried.drawers.proposals.add(waiting)
    expected = None if state is ProposalState.WAITING else Untold.NO_LONGER_TRUE
    assert await untold(room, LetterKind.PROPOSAL, OFFICE_HR, number=number) is expected
    assert await untold(room, LetterKind.DECIDED, PROVINCE_HR, number=number) is None
    if state is ProposalState.WAITING:
        assert await untold(room, LetterKind.PROPOSAL, DIVISION_HR, number=number) is Untold.NOT_THEIRS
        assert await untold(room, LetterKind.PROPOSAL, OTHER, number=number) is Untold.NOT_THEIRS


@pytest.mark.parametrize("state", list(DataRequestState))
async def test_request_about_data_is_with_hr_while_it_is_open(room, state):
    day = date(2026, 11, 30)
    wanted = DataRequest(ASKER.code, "telegram", "see", NOW, day, day, state=state)
    kept = await room.tried.drawers.privacy.add_request(wanted)
    expected = None if state is DataRequestState.OPEN else Untold.NO_LONGER_TRUE
    assert await untold(room, LetterKind.DATA_REQUEST, OFFICE_HR, number=kept.number) is expected
    assert await untold(room, LetterKind.DATA, ASKER, number=kept.number) is None
    assert await untold(room, LetterKind.DATA_REQUEST, OFFICE_HR) is None, "of clocks, not of one"


async def test_clock_of_a_breach_runs_until_it_is_closed(room):
    breaches = room.tried.drawers.privacy
    kept = await breaches.open_breach(Breach(NOW, NOW, "QT001", NOW, "Tệp gửi nhầm"))
    assert await untold(room, LetterKind.BREACH, ADMINISTRATOR, number=kept.number) is None
    await breaches.close_breach(kept.number, "QT001", NOW)
    assert await untold(room, LetterKind.BREACH, ADMINISTRATOR, number=kept.number) is Untold.NO_LONGER_TRUE


@pytest.mark.parametrize(
    ("state", "holder", "assigned", "details"),
    [
        (InquiryState.OPEN, OFFICE_HR.code, None, None),
        (InquiryState.ASKED_BACK, OFFICE_HR.code, None, None),
        (InquiryState.OPEN, None, Untold.NO_LONGER_TRUE, None),
        (InquiryState.OPEN, PROVINCE_HR.code, Untold.NO_LONGER_TRUE, Untold.NO_LONGER_TRUE),
        (InquiryState.ANSWERED, OFFICE_HR.code, Untold.NO_LONGER_TRUE, Untold.NO_LONGER_TRUE),
        (InquiryState.WITHDRAWN, OFFICE_HR.code, Untold.NO_LONGER_TRUE, Untold.NO_LONGER_TRUE),
    ],
    ids=["theirs", "theirs, asked back", "nobody's", "somebody else's", "answered", "taken back"],
)
async def test_question_is_handed_to_whoever_has_it_while_it_waits(
    room, state: InquiryState, holder: PersonCode | None, assigned: Untold | None, details: Untold | None
):
    code = await room.asks()
    room.inquiries.kept[code] = replace(room.inquiries.kept[code], state=state, assigned_to=holder)
    assert await untold(room, LetterKind.ASSIGNED, OFFICE_HR, inquiry=code) is assigned
    assert await untold(room, LetterKind.DETAILS, OFFICE_HR, inquiry=code) is details


async def test_what_hr_asks_back_is_asked_until_the_asker_has_said_it(room):
    code = await room.asks()
    await room.answers(code, "Chứng chỉ nào?", begins="inbox.ask")
    assert await untold(room, LetterKind.ASKED_BACK, ASKER, inquiry=code) is None
    await room.presses(f"inquiry.add|{code}", ASKER)
    await room.says("Chứng chỉ B1", ASKER)
    assert await untold(room, LetterKind.ASKED_BACK, ASKER, inquiry=code) is Untold.NO_LONGER_TRUE
    await room.answers(code, "Có tính.")
    assert await untold(room, LetterKind.ANSWERED, ASKER, inquiry=code) is None
    room.inquiries.kept[code] = replace(room.inquiries.kept[code], state=InquiryState.WITHDRAWN)
    assert await untold(room, LetterKind.ANSWERED, ASKER, inquiry=code) is Untold.NO_LONGER_TRUE


async def test_letter_that_is_not_shown_at_the_next_turn_counts_as_told_no_more(room):
    number = await room.tried.drawers.proposals.add(
        Proposal(ProposalKind.RULING, {}, OFFICE.code, BY, NOW, state=ProposalState.CONFIRMED)
    )
    for kind in (LetterKind.PROPOSAL, LetterKind.EVIDENCE):
        await room.letters.leave(Letter(**HERE, kind=kind, left_at=NOW, person=OFFICE_HR.code, number=number))

    shown = await room.tried.say("/help", person=OFFICE_HR, **HERE)

    assert [one.action for one in shown.choices if one.action in {"proposal", "evidence.open"}] == ["evidence.open"]
    assert words(shown)
    assert [(one.state, one.reason) for one in room.letters.kept] == [
        (LetterState.REFUSED, Untold.NO_LONGER_TRUE.value),
        (LetterState.DELIVERED, ""),
    ]


async def test_hr_is_not_told_that_a_chat_takes_no_messages_where_the_word_had_ended(room):
    code = await room.asks()
    await room.answers(code, "Chứng chỉ nào?", begins="inbox.ask")
    waiting = words(await room.presses(f"inbox.open|{code}", OFFICE_HR))
    await room.letters.keep_untold(room.letters.kept[-1].id, Untold.NO_LONGER_TRUE, NOW)
    ended = await room.presses(f"inbox.open|{code}", OFFICE_HR)
    room.letters.kept.clear()
    assert words(ended) == words(await room.presses(f"inbox.open|{code}", OFFICE_HR)) != waiting
