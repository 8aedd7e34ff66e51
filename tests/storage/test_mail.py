"""Letters that nobody comes back to read, or that a chat refused, go where their reader is reached now: once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import PersonCode, Role
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Letter, LetterKind, LetterState
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
