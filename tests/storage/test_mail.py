"""Letters that nobody comes back to read, or that a chat refused, go where their reader is reached now: once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import CriterionCode, PersonCode, Role
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent, StudyState
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Letter, LetterKind, LetterState, Untold
from tests.storage.filling import LAN, another, put_people, put_units

LEFT = datetime(2026, 11, 23, 2, tzinfo=UTC)
LATER = LEFT + timedelta(hours=1)
TODAY = datetime(2026, 11, 22, 17, tzinfo=UTC)  # midnight of that day in Việt Nam
SINCE = LEFT - timedelta(days=60)
HEAD = PersonCode("CB002")
STUDY = Letter("web", "w1", LetterKind.STUDY, LEFT, HEAD, number=7, key="study:7:1:CB002")
GOING = [
    LetterKind.STUDY,
    LetterKind.EVIDENCE,
    LetterKind.DATA,
    LetterKind.DATA_REQUEST,
    LetterKind.BREACH,
    LetterKind.PROPOSAL,
    LetterKind.DECIDED,
    LetterKind.ASSIGNED,
    LetterKind.DETAILS,
    LetterKind.ANSWERED,
    LetterKind.ASKED_BACK,
    LetterKind.CLOSED,
    LetterKind.OVERDUE,
    LetterKind.AUDIT_BROKEN,
    LetterKind.UNANSWERED,
    LetterKind.GIVEN_UP,
    LetterKind.BACKUP_FAILED,
]
OF_THEIR_DAY = [LetterKind.OVERDUE, LetterKind.GIVEN_UP, LetterKind.BACKUP_FAILED]


@pytest.fixture
async def office(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002", roles=frozenset({Role.HEAD}))])
    await drawers.accounts.link("web", "w1", HEAD, LEFT - timedelta(days=9))
    return drawers


async def link(drawers: Drawers) -> None:
    await drawers.accounts.link("telegram", "t1", HEAD, LATER)


async def find_again(drawers: Drawers, channels: Sequence[str] = ("telegram",), at: datetime = LATER) -> int:
    return await drawers.letters.find_chats_again(channels, SINCE, TODAY, at)


async def taken_up(drawers: Drawers) -> list[tuple[str, LetterKind]]:
    """What the postman of Telegram takes up: where to, and what it tells."""
    return [(one.address, one.kind) for one in await drawers.letters.start("telegram", None, 50, LATER)]


@pytest.mark.parametrize("kind", GOING)
async def test_letter_that_waits_on_a_web_page_goes_to_the_chat_linked_since(office: Drawers, kind: LetterKind) -> None:
    await office.letters.leave(replace(STUDY, kind=kind))
    assert await find_again(office) == 0, "there is no other chat"
    await link(office)

    assert await find_again(office) == 1

    assert await taken_up(office) == [("t1", kind)]
    assert await find_again(office) == 0
    assert not await office.letters.collect("web", "w1", HEAD, LATER)
    assert not await office.letters.leave(replace(STUDY, kind=kind)), "it is the same letter"


@pytest.mark.parametrize("kind", sorted(set(LetterKind) - set(GOING)))
async def test_what_belongs_to_its_chat_stays_there(office: Drawers, kind: LetterKind) -> None:
    await office.letters.leave(replace(STUDY, kind=kind))
    await link(office)

    assert await find_again(office) == 0
    assert [one.kind for one in await office.letters.collect("web", "w1", HEAD, LATER)] == [kind]


@pytest.mark.parametrize("kind", OF_THEIR_DAY)
async def test_what_tells_of_a_day_goes_nowhere_on_another(office: Drawers, kind: LetterKind) -> None:
    await office.letters.leave(replace(STUDY, kind=kind, left_at=TODAY - timedelta(minutes=1)))
    await link(office)

    assert await find_again(office) == 0


async def test_of_letters_that_say_the_same_the_newest_goes_and_no_other_ever(office: Drawers) -> None:
    for version in (1, 2, 3):
        await office.letters.leave(replace(STUDY, key=f"study:7:{version}:CB002"))
    await office.letters.leave(replace(STUDY, number=8, key="study:8:1:CB002"))
    await link(office)

    assert await find_again(office) == 2
    assert [one.key for one in await office.letters.start("telegram", None, 9, LATER)] == [
        "study:7:3:CB002",
        "study:8:1:CB002",
    ]
    assert await find_again(office) == 0


@pytest.mark.parametrize("closed", ["withheld", "unreachable", "of nobody's channel", "somebody else's"])
async def test_letter_stays_while_no_chat_takes_what_is_told_unasked(office: Drawers, closed: str) -> None:
    await office.letters.leave(STUDY)
    await link(office)
    if closed == "withheld":
        await office.accounts.withhold("telegram", "t1", ["reminders"], LATER)
    if closed == "unreachable":
        await office.accounts.mark_unreachable("telegram", "t1", LATER)
    if closed == "somebody else's":
        await office.accounts.link("telegram", "t1", LAN.code, LATER)

    assert await find_again(office, ("zalo_oa",) if closed == "of nobody's channel" else ("telegram",)) == 0
    assert len(await office.letters.collect("web", "w1", HEAD, LATER)) == 1


@pytest.mark.parametrize("state", [LetterState.STARTED, LetterState.DELIVERED, LetterState.UNCLEAR])
async def test_letter_that_is_shown_or_may_have_been_stays_where_it_is(office: Drawers, state: LetterState) -> None:
    await office.letters.leave(STUDY)
    (started,) = await office.letters.start("web", ["w1"], 1, LEFT)
    if state is not LetterState.STARTED:
        await office.letters.finish(started.id, state, LEFT)
    await link(office)

    assert await find_again(office) == 0


async def test_letter_that_is_taken_up_at_that_very_moment_is_not_moved(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN, another("CB002")])
        await drawers.letters.leave(STUDY)
        await link(drawers)

    async with database.transaction() as moving:
        assert await find_again(moving) == 1
        async with database.transaction() as showing:
            assert not await showing.letters.start("web", ["w1"], 1, LATER)
    async with database.transaction() as showing:
        assert not await showing.letters.start("web", ["w1"], 1, LATER)
        assert await taken_up(showing) == [("t1", LetterKind.STUDY)]


async def test_letter_left_before_a_restore_may_have_been_brought_and_stays(office: Drawers) -> None:
    await office.letters.leave(STUDY)
    await office.letters.leave(replace(STUDY, number=8, key="after it", left_at=LATER))
    await office.connection.execute(
        text(
            "INSERT INTO restores (taken_at, restored_at, revision, chain_number, is_held)"
            " VALUES (:at, :at, '', 0, false)"
        ),
        {"at": LEFT + timedelta(minutes=1)},
    )
    await link(office)

    assert await find_again(office) == 1
    assert len(await office.letters.collect("web", "w1", HEAD, LATER)) == 1


async def test_letter_that_a_chat_refused_goes_to_another_once_and_comes_back_to_none(office: Drawers) -> None:
    await office.accounts.link("zalo_oa", "z1", HEAD, LEFT)
    await office.letters.leave(replace(STUDY, channel="zalo_oa", address="z1", kind=LetterKind.PROPOSAL))
    (started,) = await office.letters.start("zalo_oa", None, 1, LEFT)
    await office.letters.finish(started.id, LetterState.REFUSED, LEFT, "-213")
    await link(office)
    channels = ("telegram", "zalo_oa")
    assert await find_again(office, channels) == 0, "it was not about the chat"

    await office.accounts.mark_unreachable("zalo_oa", "z1", LEFT)

    assert await find_again(office, channels) == 1
    (again,) = await office.letters.start("telegram", None, 5, LATER)
    assert (again.address, again.tries) == ("t1", 1)
    await office.letters.finish(again.id, LetterState.REFUSED, LATER, "blocked")
    await office.accounts.mark_unreachable("telegram", "t1", LATER)
    assert await find_again(office, channels) == 0


# --- what was refused


async def refuse(drawers: Drawers, letter: Letter, reason: str, at: datetime = LEFT) -> None:
    """It is left, and its chat refuses it."""
    await drawers.letters.leave(letter)
    (started,) = await drawers.letters.start(letter.channel, [letter.address], 1, at)
    await drawers.letters.finish(started.id, LetterState.REFUSED, at, reason)


@pytest.mark.parametrize("is_marked", [True, False], ids=["its chat is marked", "not marked"])
async def test_letter_that_a_chat_refused_goes_there_once_more_each_time_its_reader_does_something_there(
    office: Drawers, is_marked: bool
) -> None:
    await office.accounts.link("zalo_oa", "z1", HEAD, LEFT)
    await refuse(office, replace(STUDY, channel="zalo_oa", address="z1", kind=LetterKind.DECIDED), "outside_window")
    if is_marked:
        await office.accounts.mark_unreachable("zalo_oa", "z1", LEFT)
    assert await find_again(office, ("zalo_oa",)) == 0

    await office.accounts.mark_reachable("zalo_oa", "z1", at=LATER)

    assert await find_again(office, ("zalo_oa",)) == 1
    (again,) = await office.letters.start("zalo_oa", None, 5, LATER)
    await office.letters.finish(again.id, LetterState.REFUSED, LATER, "outside_window")
    assert await find_again(office, ("zalo_oa",)) == 0, "nothing was done there since"


async def test_letter_moved_off_a_web_page_and_refused_waits_there_again_until_a_chat_takes_it(office: Drawers) -> None:
    await link(office)
    await office.accounts.link("web", "w1", HEAD, LATER + timedelta(hours=1))
    await refuse(office, replace(STUDY, channel="telegram", address="t1", kind=LetterKind.EVIDENCE), "blocked")
    await office.accounts.mark_unreachable("telegram", "t1", LATER)

    async def find() -> int:
        return await office.letters.find_chats_again(["telegram"], SINCE, TODAY, LATER, pages=["web"])

    assert (await find(), await find()) == (1, 0)
    async with office.connection.begin_nested() as shown:
        assert [one.kind for one in await office.letters.collect("web", "w1", HEAD, LATER)] == [LetterKind.EVIDENCE]
        await shown.rollback()

    await office.accounts.mark_reachable("telegram", "t1", at=LATER)
    assert (await find(), await find()) == (1, 0)
    assert await taken_up(office) == [("t1", LetterKind.EVIDENCE)]


@pytest.mark.parametrize("why", list(Untold))
async def test_letter_that_is_told_no_more_goes_nowhere(office: Drawers, why: Untold) -> None:
    await office.letters.leave(replace(STUDY, kind=LetterKind.PROPOSAL))
    (one,) = await office.letters.collect("web", "w1", HEAD, LEFT)
    await office.letters.keep_untold(one.id, why, LEFT)
    await link(office)

    assert await find_again(office) == 0


@pytest.mark.parametrize(
    ("state", "to", "goes"),
    [
        (StudyState.WAITING, HEAD, 0),
        (StudyState.WAITING, LAN.code, 1),
        (StudyState.PROPOSED, LAN.code, 1),
        (StudyState.SENT, HEAD, 1),
    ],
    ids=["who decides is told by planning", "who asked on paper", "who is proposed", "who decided, of what came of it"],
)
async def test_what_came_of_a_study_case_and_was_refused_goes_to_another_chat_unless_planning_tells_it(
    office: Drawers, state: StudyState, to: PersonCode, goes: int
) -> None:
    event = StudyEvent(StudyAct.PROPOSED, LEFT, LEFT.date(), HEAD, "", "", "", "")
    case = await office.study.add_case(
        StudyCase(LAN.code, CriterionCode("ngoai_ngu"), Course("Anh B1"), state, (event,)), ()
    )
    assert case is not None
    await office.accounts.link("zalo_oa", "z1", to, LEFT)
    await refuse(office, Letter("zalo_oa", "z1", LetterKind.STUDY, LEFT, to, number=case.number, key="k"), "blocked")
    await office.accounts.mark_unreachable("zalo_oa", "z1", LEFT)
    await office.accounts.link("telegram", "t1", to, LATER)

    assert await find_again(office) == goes
    if goes:
        (started,) = await office.letters.start("telegram", None, 1, LATER)
        await office.letters.finish(started.id, LetterState.REFUSED, LATER, "blocked")
        await office.accounts.mark_reachable("telegram", "t1", at=LATER + timedelta(hours=1))
        await office.study.save_case(replace(case, events=(event, replace(event, at=LATER))), ())
        assert await find_again(office) == 0, "something else has come of it since"


# --- what waits in a chat that is left


@pytest.mark.parametrize("only_answers", [True, False])
async def test_of_what_waits_in_a_chat_that_is_left_only_what_hr_says_to_their_questions_goes_where_nothing_else_may(
    office: Drawers, only_answers: bool
) -> None:
    for kind in LetterKind:
        await office.letters.leave(replace(STUDY, kind=kind, key=kind.value))

    await office.letters.move_of("web", "w1", HEAD, "telegram", "t1", only_answers=only_answers)

    moved = {kind for _address, kind in await taken_up(office)}
    answers = {LetterKind.ANSWERED, LetterKind.ASKED_BACK, LetterKind.CLOSED}
    assert moved == (answers if only_answers else set(LetterKind) - {LetterKind.LINKED})
