"""What HR stops while a request is under way stays stopped, however that request ends."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.failures import ChannelRefusedError, NotNowError, NotSentError, RefusedError
from bot.push.ledger import BroadcastState, Claim, DeliveryState
from knowledge.facts import PersonCode
from storage.database import Database
from storage.drawers import Drawers
from storage.ledger import Ledger, Terms
from storage.records import Broadcast, NewDelivery, NewNotice, NoticeKind, Proposal, ProposalKind
from tests.bot.push.pumping import NOON, SENDER, KeepingSender, only, pump, states
from tests.people import CONFIRMER, GIVER
from tests.storage.filling import LAN, put_people, put_units

PAUSED, CANCELLED, RECALLED = BroadcastState.PAUSED, BroadcastState.CANCELLED, BroadcastState.RECALLED
OTHER = "zalo_oa:1"
PROPOSAL = Proposal(ProposalKind.BROADCAST, {}, None, GIVER, NOON)
# Every end of a request after which a message surely did not go out.
ENDS = {
    "asked to wait": NotSentError("later", code="429", wait=0.05),
    "out of reach": NotSentError("away", code="connect"),
    "not now": NotNowError("allowance", code="allowance_used", later=0.05),
    "elsewhere": NotNowError("allowance", code="allowance_used", later=0.05, may_go_elsewhere=True),
    "channel refused": ChannelRefusedError(),
}


@dataclass(frozen=True, slots=True)
class Hr:
    """Stops and resumes a broadcast, as the desk does it: all in one transaction."""

    database: Database
    number: int

    async def presses(self, state: BroadcastState) -> None:
        async with self.database.transaction() as drawers:
            await self.change(drawers, state)

    async def change(self, drawers: Drawers, state: BroadcastState) -> None:
        assert await drawers.broadcasts.change(self.number, list(BroadcastState), state, NOON)
        if state in {CANCELLED, RECALLED}:
            await drawers.outbox.drop_broadcast(self.number, state.value, NOON)
        else:
            await drawers.outbox.hold_broadcast(self.number, is_held=state is PAUSED)


class PressedWhile(KeepingSender):
    """HR presses while the first request is under way, which then fails."""

    def __init__(self, hr: Hr, state: BroadcastState, end: Exception) -> None:
        super().__init__()
        self._press, self._end = (hr, state), end

    async def send(self, parcel):
        provider_id = await super().send(parcel)
        if len(self.sent) == 1:
            hr, state = self._press
            await hr.presses(state)
            raise self._end
        return provider_id


@pytest.fixture
async def hr(database: Database) -> Hr:
    """A broadcast to Lan, who has a second account, is due."""
    async with database.transaction() as drawers:
        number = await drawers.proposals.add(PROPOSAL)
        await drawers.broadcasts.add(
            Broadcast(number, "Xin chào", False, {}, None, GIVER, NOON, CONFIRMER, NOON, changed_at=NOON)
        )
        await put_units(drawers)
        await put_people(drawers, [LAN])
        for channel in ("telegram", "zalo_oa"):
            await drawers.accounts.link(channel, LAN.code, LAN.code, NOON)
        one = NewDelivery(LAN.code, _due(), SENDER, "telegram", LAN.code, broadcast=number)
        notice = NewNotice(NoticeKind.BROADCAST, f"broadcast:{number}:{LAN.code}")
        assert await drawers.outbox.put(one, [notice], NOON)
        await drawers.pace.set(SENDER, per_second=0)
    return Hr(database, number)


def _due() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def keep_pumping(database: Database, sender: KeepingSender) -> None:
    """As often as workers look, with nothing left to wait for."""
    for _look in range(3):
        await pump(database, sender)
        async with database.transaction() as drawers:
            run = drawers.connection.exec_driver_sql
            await run("UPDATE deliveries SET lease_until = NULL WHERE state = 'waiting'")
            await run("UPDATE pace SET paused_until = NULL")


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("state", [CANCELLED, RECALLED])
async def test_what_comes_back_of_a_broadcast_that_has_ended_goes_out_no_more(
    database: Database, hr: Hr, state: BroadcastState, end: Exception
) -> None:
    sender = PressedWhile(hr, state, end)

    await keep_pumping(database, sender)

    assert len(sender.sent) == 1
    dropped = await only(database, DeliveryState.DROPPED)
    assert dropped.reason == state.value
    assert dropped.done_at is not None
    async with database.transaction() as drawers:
        assert not await drawers.outbox.known_keys([f"broadcast:{hr.number}:{LAN.code}"])


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_what_comes_back_of_a_paused_broadcast_waits_until_it_is_resumed(
    database: Database, hr: Hr, end: Exception
) -> None:
    sender = PressedWhile(hr, PAUSED, end)

    await keep_pumping(database, sender)

    assert len(sender.sent) == 1
    assert await states(database) == {"waiting": 1}
    await hr.presses(BroadcastState.SENDING)
    await keep_pumping(database, sender)
    assert len(sender.sent) == 2
    assert await states(database) == {"delivered": 1}


@pytest.fixture
async def ledger(database: Database) -> AsyncIterator[Ledger]:
    opened = Ledger(database, Terms(), senders={"telegram": SENDER, "zalo_oa": OTHER})
    try:
        yield opened
    finally:
        await opened.close()


async def start(ledger: Ledger) -> Claim:
    (claim,) = (await ledger.claim(SENDER, datetime.now(UTC))).claims
    assert await ledger.start(claim, NOON) is not None
    return claim


@pytest.mark.parametrize(
    ("state", "is_moved", "after"),
    [(CANCELLED, False, "started"), (RECALLED, False, "started"), (PAUSED, True, "waiting")],
)
async def test_message_of_a_stopped_broadcast_is_not_moved_on_to_another_account_to_go_out_there(
    database: Database, hr: Hr, ledger: Ledger, state: BroadcastState, is_moved: bool, after: str
) -> None:
    claim = await start(ledger)
    await hr.presses(state)

    assert await ledger.move_on(claim, "blocked", NOON, makes_unreachable=False) is is_moved

    assert await states(database) == {after: 1}
    assert (await ledger.claim(OTHER, datetime.now(UTC))).claims == ()


async def test_message_that_is_refused_after_a_recall_ends_as_refused(database: Database, hr: Hr) -> None:
    sender = PressedWhile(hr, RECALLED, RefusedError("no", code="blocked"))

    await keep_pumping(database, sender)

    assert await states(database) == {"refused": 1}


@pytest.mark.parametrize("is_moved_on", [False, True], ids=["put back", "moved on"])
async def test_what_comes_back_while_hr_cancels_waits_for_that(
    database: Database, hr: Hr, ledger: Ledger, is_moved_on: bool
) -> None:
    claim = await start(ledger)
    is_cancelling, may_end = asyncio.Event(), asyncio.Event()

    async def cancel() -> None:
        async with database.transaction() as drawers:
            await hr.change(drawers, CANCELLED)
            is_cancelling.set()
            await may_end.wait()

    async def come_back() -> None:
        if not (is_moved_on and await ledger.move_on(claim, "blocked", NOON, makes_unreachable=False)):
            await ledger.put_back(claim, NOON)

    first = asyncio.create_task(cancel())
    await is_cancelling.wait()
    second = asyncio.create_task(come_back())
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await asyncio.gather(first, second)
    assert await states(database) == {"dropped": 1}


async def test_whoever_cancels_while_something_comes_back_waits_for_that_and_drops_it(
    database: Database, hr: Hr, ledger: Ledger
) -> None:
    await start(ledger)
    async with database.transaction() as drawers:
        assert await drawers.outbox.see_broadcasts([hr.number]) == {hr.number: BroadcastState.SENDING}
        pressing = asyncio.create_task(hr.presses(CANCELLED))
        await asyncio.sleep(0.05)
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'waiting'")
    await pressing
    assert await states(database) == {"dropped": 1}


async def test_messages_of_no_broadcast_come_back_as_ever(database: Database, hr: Hr, ledger: Ledger) -> None:
    async with database.transaction() as drawers:
        one = NewDelivery(PersonCode("CB9"), _due(), SENDER, "telegram", "9")
        await drawers.outbox.put(one, [NewNotice(NoticeKind.STUDY, "study:1:1:CB9")], NOON)
    claims = (await ledger.claim(SENDER, datetime.now(UTC))).claims
    for claim in claims:
        assert await ledger.start(claim, NOON) is not None
    await hr.presses(RECALLED)

    await asyncio.gather(*(ledger.put_back(claim, NOON) for claim in claims))

    assert await states(database) == {"waiting": 1, "dropped": 1}
