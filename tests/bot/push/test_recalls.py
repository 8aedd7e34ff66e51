"""A recall is carried out to its end, also where the watch over it is long over and whoever worked at it is gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.failures import RefusedError
from bot.push.broadcasting import BroadcastKeeper, Surroundings
from bot.push.ledger import BroadcastState
from bot.rules_now import RulesNow
from handlers.reply import Reply
from knowledge.facts import PersonCode
from knowledge.library import Library
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Broadcast, NewDelivery, NewNotice, NoticeKind, Proposal, ProposalKind
from tests.bot.push.pumping import NOON, SENDER, KeepingSender, TickingClock
from tests.people import CONFIRMER, GIVER, rule_book

_CORRECTED = text("SELECT key FROM notices WHERE kind = 'correction' ORDER BY key")


class EditingSender(KeepingSender):
    """Writes over what stands in a chat, unless the platform refuses it there."""

    def __init__(self, refused: Sequence[str] = ()) -> None:
        super().__init__()
        self.written: list[str] = []
        self._refused = refused

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        if address in self._refused:
            raise RefusedError("gone", code="message_gone")
        self.written.append(address)


class MovedClock(TickingClock):
    """Real time, put forward by a test."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.by


def keeper_of(
    database: Database, library: Library, sender: EditingSender, clock: TickingClock | None = None
) -> BroadcastKeeper:
    """One that has looked for long enough already, unless its clock is given."""
    settled = timedelta(0) if clock is None else timedelta(minutes=5)
    rules = RulesNow(lambda _declared: rule_book(library), clock or TickingClock())
    return BroadcastKeeper(
        database.transaction, [sender], {}, Surroundings(clock or TickingClock(), rules, settled=settled)
    )


async def recalled(drawers: Drawers, people: Sequence[str]) -> int:
    """A broadcast that arrived at these people and was recalled; the watch over it ends at once."""
    number = await drawers.proposals.add(Proposal(ProposalKind.BROADCAST, {}, None, GIVER, NOON))
    made = Broadcast(number, "Xin chào", False, {}, None, GIVER, NOON, CONFIRMER, NOON, changed_at=NOON)
    await drawers.broadcasts.add(made)
    for one in people:
        delivery = NewDelivery(PersonCode(one), NOON, SENDER, "telegram", one, broadcast=number)
        await drawers.outbox.put(delivery, [NewNotice(NoticeKind.BROADCAST, f"broadcast:{number}:{one}")], NOON)
    run = drawers.connection.exec_driver_sql
    await run("UPDATE deliveries SET state = 'delivered', provider_id = 'm', done_at = now(), started_at = now()")
    assert await drawers.broadcasts.change(number, list(BroadcastState), BroadcastState.RECALLED, NOON)
    await drawers.broadcasts.prepare_recalls(number, ["telegram"])
    await drawers.broadcasts.watch_recall(number, timedelta(0))
    await drawers.pace.set(SENDER, per_second=0)
    return number


async def test_what_is_refused_last_is_corrected_by_whoever_looks_next(database: Database, library: Library) -> None:
    async with database.transaction() as drawers:
        number = await recalled(drawers, ["CB1", "CB2"])

    await keeper_of(database, library, sender := EditingSender(["CB2"])).recall()
    await keeper_of(database, library, EditingSender()).recall()

    assert sender.written == ["CB1"]
    async with database.transaction() as drawers:
        assert (await drawers.connection.execute(_CORRECTED)).scalars().all() == [f"correction:{number}:CB2"]


async def test_whose_identity_is_given_up_gets_a_correction_and_holds_nobody_back(
    database: Database, library: Library
) -> None:
    async with database.transaction() as drawers:
        number = await recalled(drawers, ["CB1", "CB2"])
        await drawers.identities.register({"telegram": SENDER})
        await drawers.identities.register({"telegram": "telegram:2"})
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET sender = 'telegram:2' WHERE person = 'CB1'")
        await drawers.identities.retire("telegram:2", NOON)

    await keeper_of(database, library, sender := EditingSender()).recall()

    assert sender.written == ["CB2"]
    async with database.transaction() as drawers:
        assert (await drawers.connection.execute(_CORRECTED)).scalars().all() == [f"correction:{number}:CB1"]


class ZaloSender(EditingSender):
    """Of a process that sends by nothing else."""

    channel = "zalo_bot"
    identity = "zalo_bot:9"


async def test_a_process_without_that_channel_leaves_what_came_by_it_to_the_one_that_has_it(
    database: Database, library: Library
) -> None:
    async with database.transaction() as drawers:
        await recalled(drawers, ["CB1", "CB2"])
        await drawers.connection.exec_driver_sql("DELETE FROM broadcast_recalls")  # nobody has looked yet
        await drawers.identities.register({"telegram": SENDER, "zalo_bot": ZaloSender.identity})
        await drawers.connection.exec_driver_sql("UPDATE broadcasts SET recall_watched_until = NULL")

    await keeper_of(database, library, ZaloSender()).recall()
    await keeper_of(database, library, sender := EditingSender()).recall()

    assert sorted(sender.written) == ["CB1", "CB2"]
    async with database.transaction() as drawers:
        assert (await drawers.connection.execute(_CORRECTED)).scalars().all() == []


@pytest.mark.parametrize("is_known", [True, False], ids=["long unheard of", "never heard of"])
async def test_who_was_written_to_by_an_identity_that_no_process_has_any_more_gets_a_correction_and_only_that(
    database: Database, library: Library, is_known: bool
) -> None:
    async with database.transaction() as drawers:
        number = await recalled(drawers, ["CB1"])
        await drawers.identities.register(
            {"zalo_bot": ZaloSender.identity, **({"telegram": SENDER} if is_known else {})}
        )
        await drawers.connection.exec_driver_sql("UPDATE identities SET heard_at = heard_at - interval '61 minutes'")

    await keeper_of(database, library, ZaloSender()).recall()
    await keeper_of(database, library, sender := EditingSender()).recall()  # it comes back after all

    assert sender.written == []
    async with database.transaction() as drawers:
        assert (await drawers.connection.execute(_CORRECTED)).scalars().all() == [f"correction:{number}:CB1"]
        assert await drawers.broadcasts.list_recalling() == []


async def test_whoever_is_away_for_less_than_an_hour_is_waited_for_and_nobody_takes_themselves_for_silent(
    database: Database, library: Library
) -> None:
    async with database.transaction() as drawers:
        await recalled(drawers, ["CB1"])
        await drawers.identities.register({"telegram": SENDER, "zalo_bot": ZaloSender.identity})
        await drawers.connection.exec_driver_sql("UPDATE identities SET heard_at = heard_at - interval '59 minutes'")
    await keeper_of(database, library, ZaloSender()).recall()
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE identities SET heard_at = heard_at - interval '1 day'")

    await keeper_of(database, library, sender := EditingSender()).recall()

    assert sender.written == ["CB1"]


@pytest.mark.parametrize("is_first", [True, False], ids=["started together", "the database was away"])
async def test_whoever_comes_up_first_after_an_outage_waits_for_whoever_sends_by_the_other_channel(
    database: Database, library: Library, is_first: bool
) -> None:
    async with database.transaction() as drawers:
        number = await recalled(drawers, ["CB1", "CB2"])
        await drawers.identities.register({"telegram": SENDER, "zalo_bot": ZaloSender.identity})
        await drawers.connection.exec_driver_sql("UPDATE identities SET heard_at = heard_at - interval '2 hours'")
    early, telegram = MovedClock(), EditingSender()
    of_zalo = keeper_of(database, library, ZaloSender(), early)

    async def look(minutes: int) -> None:
        for _minute in range(minutes):
            early.by += timedelta(minutes=1)
            await of_zalo.recall()

    if not is_first:  # it has looked for long, and nothing was recalled then
        async with database.transaction() as drawers:
            await drawers.connection.exec_driver_sql("UPDATE broadcasts SET state = 'sending'")
        await look(9)
        async with database.transaction() as drawers:
            await drawers.connection.exec_driver_sql("UPDATE broadcasts SET state = 'recalled'")
        early.by += timedelta(hours=2)
    await look(5)
    async with database.transaction() as drawers:
        assert (await drawers.connection.execute(_CORRECTED)).scalars().all() == []
    await keeper_of(database, library, telegram).recall()
    assert sorted(telegram.written) == ["CB1", "CB2"]

    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE broadcast_recalls SET state = 'waiting', lease_until = NULL")
    await look(2)  # nobody has come in those minutes
    async with database.transaction() as drawers:
        gone = (await drawers.connection.execute(_CORRECTED)).scalars().all()
    assert gone == [f"correction:{number}:CB1", f"correction:{number}:CB2"]
