"""Broadcasts in the cabinet: two persons in the table itself, counts in people, thousands at once, recalls once."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from knowledge.facts import PersonCode
from storage.database import Database
from storage.drawers import Drawers
from storage.records import (
    Broadcast,
    BroadcastState,
    Card,
    DeliveryState,
    NewDelivery,
    NewNotice,
    NoticeKind,
    Proposal,
    ProposalKind,
    ProposalState,
)
from tests.people import CONFIRMER, GIVER
from tests.storage.filling import LAN, put_people, put_units
from tests.storage.test_audit import NOON

SENDER = "telegram:1"
LEASE = timedelta(seconds=60)
PROPOSAL = Proposal(ProposalKind.BROADCAST, {"noi_dung": "Xin chào đồng chí"}, None, GIVER, NOON)


@pytest.fixture
async def broadcast(drawers: Drawers) -> Broadcast:
    number = await drawers.proposals.add(PROPOSAL)
    made = Broadcast(
        number, "Xin chào đồng chí", True, {"tieu_chi": "tin_hoc"}, None, GIVER, NOON, CONFIRMER, NOON,
        changed_at=NOON,
    )  # fmt: skip
    await drawers.broadcasts.add(made)
    return made


async def put(drawers: Drawers, broadcast: Broadcast, count: int, *, sender: str | None = SENDER) -> None:
    """A message of the broadcast to so many people."""
    parcels = []
    for number in range(count):
        code = PersonCode(f"CB{number:05}")
        channel, address = ("telegram", f"a{number}") if sender is not None else (None, None)
        delivery = NewDelivery(code, NOON, sender, channel, address, broadcast=broadcast.number)
        key = f"broadcast:{broadcast.number}:{code}"
        parcels.append((delivery, [NewNotice(NoticeKind.BROADCAST, key, payload={"text": broadcast.text * 20})]))
    await drawers.outbox.put_many(parcels, NOON)


async def end(drawers: Drawers, state: DeliveryState, person: str, **columns: str) -> int:
    """Let the message to one person have ended so."""
    values = {"state": state.value, "started_at": NOON, "done_at": NOON, **columns}
    listed = ", ".join(f"{name} = :{name}" for name in values)
    order = text(f"UPDATE deliveries SET {listed} WHERE person = :person RETURNING id")  # noqa: S608  ours
    return (await drawers.connection.execute(order, {**values, "person": person})).scalar_one()


async def test_broadcast_is_found_as_it_was_approved(drawers: Drawers, broadcast: Broadcast) -> None:
    assert await drawers.broadcasts.find(broadcast.number) == broadcast
    assert await drawers.broadcasts.list_recent(5) == [broadcast]
    assert await drawers.broadcasts.find(broadcast.number + 1) is None


async def test_nobody_approves_their_own_even_in_the_table(drawers: Drawers) -> None:
    number = await drawers.proposals.add(PROPOSAL)
    own = Broadcast(number, "Xin chào", False, {}, None, GIVER, NOON, GIVER, NOON)

    with pytest.raises(IntegrityError, match="two_persons"):
        await drawers.broadcasts.add(own)


async def test_state_changes_once_from_what_it_was(drawers: Drawers, broadcast: Broadcast) -> None:
    number, going = broadcast.number, (BroadcastState.SENDING,)

    assert await drawers.broadcasts.change(number, going, BroadcastState.PAUSED, NOON)
    assert not await drawers.broadcasts.change(number, going, BroadcastState.CANCELLED, NOON)


async def test_progress_counts_people_by_what_became_of_them(drawers: Drawers, broadcast: Broadcast) -> None:
    await put(drawers, broadcast, 5)
    await end(drawers, DeliveryState.DELIVERED, "CB00000", provider_id="7")
    await end(drawers, DeliveryState.REFUSED, "CB00001", reason="blocked")
    unclear = await end(drawers, DeliveryState.UNCLEAR, "CB00002")
    await drawers.outbox.acknowledge(unclear, PersonCode("CB00002"), NOON)

    progress = await drawers.broadcasts.progress(broadcast.number)

    assert (progress.total, progress.delivered, progress.refused, progress.unclear, progress.left) == (5, 2, 1, 0, 2)
    assert progress.acknowledged == 1
    assert not progress.is_over
    assert await drawers.broadcasts.list_silent(broadcast.number) == {
        PersonCode(f"CB0000{number}") for number in (0, 1, 3, 4)
    }


async def test_whoever_lost_the_chat_before_it_went_out_has_not_confirmed_it(
    drawers: Drawers, broadcast: Broadcast
) -> None:
    await put(drawers, broadcast, 3)
    await end(drawers, DeliveryState.DROPPED, "CB00000", reason="unlinked")
    await end(drawers, DeliveryState.DROPPED, "CB00001", reason="moved")

    assert await drawers.broadcasts.list_silent(broadcast.number) == {PersonCode("CB00000"), PersonCode("CB00002")}


async def test_rows_name_people_and_units_while_the_roster_knows_them(drawers: Drawers, broadcast: Broadcast) -> None:
    await put_units(drawers)
    await put_people(drawers, [replace(LAN, code=PersonCode("CB00000"))])
    await put(drawers, broadcast, 2)

    rows = {one.person: one for one in await drawers.broadcasts.list_rows(broadcast.number)}

    assert (rows["CB00000"].name, rows["CB00000"].unit_name) == ("Nguyễn Thị Lan", "Sở Y tế")
    assert rows["CB00001"].name is None


async def test_only_an_unclear_one_is_sent_again_and_waits_while_paused(drawers: Drawers, broadcast: Broadcast) -> None:
    await put(drawers, broadcast, 2)
    unclear = await end(drawers, DeliveryState.UNCLEAR, "CB00000")
    delivered = await end(drawers, DeliveryState.DELIVERED, "CB00001")
    await drawers.broadcasts.change(broadcast.number, (BroadcastState.SENDING,), BroadcastState.PAUSED, NOON)

    assert await drawers.broadcasts.send_again(broadcast.number, unclear, NOON)
    assert not await drawers.broadcasts.send_again(broadcast.number, unclear, NOON)
    assert not await drawers.broadcasts.send_again(broadcast.number, delivered, NOON)

    held = await drawers.connection.scalar(text("SELECT is_held FROM deliveries WHERE id = :id"), {"id": unclear})
    assert held is True


async def test_nothing_is_sent_again_of_a_broadcast_that_is_being_cancelled(database: Database) -> None:
    async with database.transaction() as drawers:
        number = await drawers.proposals.add(PROPOSAL)
        made = Broadcast(
            number, "Xin chào", False, {}, None, GIVER, NOON, CONFIRMER, NOON, changed_at=NOON,
        )  # fmt: skip
        await drawers.broadcasts.add(made)
        await put(drawers, made, 1)
        unclear = await end(drawers, DeliveryState.UNCLEAR, "CB00000")
    is_cancelling, may_end = asyncio.Event(), asyncio.Event()

    async def cancel() -> None:
        async with database.transaction() as drawers:
            assert await drawers.broadcasts.change(number, (BroadcastState.SENDING,), BroadcastState.CANCELLED, NOON)
            await drawers.outbox.drop_broadcast(number, "cancelled", NOON)
            is_cancelling.set()
            await may_end.wait()

    async def send_again() -> bool:
        async with database.transaction() as drawers:
            return await drawers.broadcasts.send_again(number, unclear, NOON)

    first = asyncio.create_task(cancel())
    await is_cancelling.wait()
    second = asyncio.create_task(send_again())
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await first
    assert not await second


async def test_of_two_who_press_at_once_one_changes_a_broadcast(database: Database) -> None:
    async with database.transaction() as drawers:
        number = await drawers.proposals.add(PROPOSAL)

    async def approve() -> bool:
        async with database.transaction() as drawers:
            if not await drawers.proposals.decide(number, ProposalState.CONFIRMED, CONFIRMER.person, NOON):
                return False
            await drawers.broadcasts.add(
                Broadcast(number, "Xin chào", False, {}, None, GIVER, NOON, CONFIRMER, NOON, changed_at=NOON)
            )
            return True

    async def take_back() -> bool:
        async with database.transaction() as drawers:
            return await drawers.proposals.decide(number, ProposalState.WITHDRAWN, GIVER.person, NOON)

    assert sorted(await asyncio.gather(approve(), approve(), take_back())) == [False, False, True]

    async def change(before: BroadcastState, after: BroadcastState) -> bool:
        async with database.transaction() as drawers:
            return await drawers.broadcasts.change(number, (before,), after, NOON)

    async with database.transaction() as drawers:
        is_sent = await drawers.broadcasts.find(number) is not None
    if is_sent:
        ends = [change(BroadcastState.SENDING, BroadcastState.PAUSED) for _press in range(3)]
        assert sorted(await asyncio.gather(*ends)) == [False, False, True]


async def test_recall_takes_each_message_once_and_corrects_the_others(drawers: Drawers, broadcast: Broadcast) -> None:
    await put(drawers, broadcast, 4)
    await end(drawers, DeliveryState.DELIVERED, "CB00000", provider_id="7")
    await end(drawers, DeliveryState.UNCLEAR, "CB00001")
    await end(drawers, DeliveryState.DELIVERED, "CB00002", provider_id="8", channel="zalo_oa")
    await end(drawers, DeliveryState.REFUSED, "CB00003")
    kept = drawers.broadcasts

    assert await kept.prepare_recalls(broadcast.number, ["telegram"]) == 1
    assert await kept.prepare_recalls(broadcast.number, ["telegram"]) == 0
    (recall,) = await kept.take_recalls(broadcast.number, [SENDER], 10, LEASE)
    assert (recall.address, recall.provider_id) == ("a0", "7")
    assert not await kept.take_recalls(broadcast.number, [SENDER], 10, LEASE)
    assert [one[0] for one in await kept.list_to_correct(broadcast.number)] == ["CB00001", "CB00002"]

    await kept.finish_recall(recall.delivery, is_done=False, reason="not_editable", at=NOON)
    assert [one[0] for one in await kept.list_to_correct(broadcast.number)] == ["CB00000", "CB00001", "CB00002"]


async def recall(drawers: Drawers, broadcast: Broadcast) -> None:
    """Recall it, with what arrived of it taken up."""
    assert await drawers.broadcasts.change(broadcast.number, list(BroadcastState), BroadcastState.RECALLED, NOON)
    await drawers.broadcasts.prepare_recalls(broadcast.number, ["telegram"])


async def test_what_was_refused_is_looked_at_once_more_however_long_ago_the_recall_was(
    drawers: Drawers, broadcast: Broadcast
) -> None:
    kept, number = drawers.broadcasts, broadcast.number
    await put(drawers, broadcast, 2)
    for person in ("CB00000", "CB00001"):
        await end(drawers, DeliveryState.DELIVERED, person, provider_id="7")
    await recall(drawers, broadcast)
    await kept.watch_recall(number, timedelta(0))  # and that is over
    taken = await kept.take_recalls(number, [SENDER], 10, LEASE)
    first, last = sorted(taken, key=lambda one: one.delivery)

    await kept.finish_recall(first.delivery, is_done=True, reason="", at=NOON)
    await kept.finish_recall(last.delivery, is_done=False, reason="message_gone", at=NOON)

    assert await kept.list_recalling() == [number]
    await kept.watch_recall(number, timedelta(0))  # whoever looks sends corrections in the same transaction
    assert [one[0] for one in await kept.list_to_correct(number)] == ["CB00001"]
    assert await kept.list_recalling() == []


async def test_nobody_waits_for_an_identity_that_is_given_up_to_write_over_what_it_sent(
    drawers: Drawers, broadcast: Broadcast
) -> None:
    kept, number, given_up = drawers.broadcasts, broadcast.number, "telegram:2"
    await drawers.identities.register({"telegram": SENDER})
    await drawers.identities.register({"telegram": given_up})
    await put(drawers, broadcast, 3)
    await end(drawers, DeliveryState.DELIVERED, "CB00000", provider_id="7", sender=given_up)
    await end(drawers, DeliveryState.DELIVERED, "CB00001", provider_id="8")
    await recall(drawers, broadcast)
    assert await kept.list_to_correct(number) == []

    await drawers.identities.retire(given_up, NOON)
    await end(drawers, DeliveryState.DELIVERED, "CB00002", provider_id="9", sender=given_up)
    await kept.prepare_recalls(number, ["telegram"])

    assert [one[0] for one in await kept.list_to_correct(number)] == ["CB00000", "CB00002"]
    progress = await kept.progress(number)
    assert (progress.to_recall, progress.kept) == (1, 2)


async def test_each_process_takes_what_its_own_identities_sent(drawers: Drawers, broadcast: Broadcast) -> None:
    kept, number = drawers.broadcasts, broadcast.number
    await put(drawers, broadcast, 3)
    await end(drawers, DeliveryState.DELIVERED, "CB00000", provider_id="7", sender="telegram:2")
    await end(drawers, DeliveryState.DELIVERED, "CB00001", provider_id="8", sender="telegram:2")
    await end(drawers, DeliveryState.DELIVERED, "CB00002", provider_id="9")
    await recall(drawers, broadcast)

    assert [one.provider_id for one in await kept.take_recalls(number, [SENDER], 1, LEASE)] == ["9"]
    assert await kept.take_recalls(number, [SENDER], 9, LEASE) == []
    theirs = await kept.take_recalls(number, ["telegram:2", "telegram:3"], 9, LEASE)
    assert sorted(one.provider_id for one in theirs) == ["7", "8"]


async def test_card_is_looked_at_by_one_at_a_time(drawers: Drawers, broadcast: Broadcast) -> None:
    card = Card(broadcast.number, SENDER, "a1", "vi")
    kept = drawers.broadcasts
    await kept.add_card(card)
    await kept.add_card(card)

    assert await kept.take_cards(timedelta(seconds=60)) == [card]
    assert await kept.take_cards(timedelta(seconds=60)) == []
    assert await kept.begin_card(card)
    assert not await kept.begin_card(card)
    await kept.keep_card(card, provider_id="9", shown="x", final_in=BroadcastState.RECALLED)
    assert len(await kept.take_cards(timedelta(0))) == 1  # it was decided on meanwhile
    await kept.keep_card(card, provider_id="9", shown="x", final_in=BroadcastState.SENDING)
    assert await kept.take_cards(timedelta(0)) == []
    await kept.reopen_cards(broadcast.number)
    assert await kept.take_cards(timedelta(0)) == [replace(card, is_begun=True, provider_id="9", shown="x")]


async def test_chat_linked_last_is_reached_unless_it_refuses(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN])
    for address, day in (("old", 1), ("new", 2), ("dead", 3)):
        await drawers.accounts.save_consent("telegram", address, "1", NOON)
        await drawers.accounts.link("telegram", address, LAN.code, NOON + timedelta(days=day))
    await drawers.accounts.mark_unreachable("telegram", "dead", NOON)

    reached = await drawers.broadcasts.list_reached(["telegram"])

    assert reached[LAN.code].address == "new"
    assert await drawers.broadcasts.list_reached(["zalo_oa"]) == {}


async def test_ten_thousand_are_put_and_counted_in_seconds(drawers: Drawers, broadcast: Broadcast) -> None:
    began = time.process_time()

    await put(drawers, broadcast, 10_000)
    progress = await drawers.broadcasts.progress(broadcast.number)

    assert progress.left == 10_000
    assert time.process_time() - began < 5
