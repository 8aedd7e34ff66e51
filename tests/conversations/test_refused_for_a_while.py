"""What a platform refuses to us, or its chat for a while, is told later, once; those above are told in their time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.failures import NotNowError, RefusedError
from bot.push.sending import Parcel
from bot.refusals import ALLOWANCE_USED, BAD_REQUEST, BLOCKED, NOT_PAID
from bot.wiring import Office
from knowledge.facts import PersonCode
from storage.records import DeliveryState
from tests.conversations.test_escalating import (
    DIRECTOR,
    HEAD,
    HR,
    MONDAY,
    NAMES,
    OFFICIAL,
    SENDER,
    DayClock,
    Postbox,
    live,
    press,
    send,
)
from tests.databases import make_home
from tests.offices import sample_office


class Refusing(Postbox):
    """A channel that refuses what goes to the official and their head."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    async def send(self, parcel: Parcel) -> str:
        if parcel.address in {HEAD, OFFICIAL}:
            if self.code == ALLOWANCE_USED:
                raise NotNowError("no", code=self.code, later=3600.0, may_go_elsewhere=True)
            raise RefusedError("no", code=self.code)
        return await super().send(parcel)


class RefusingKinds(Postbox):
    """A channel that calls every message wrong in which something is of these kinds."""

    def __init__(self, *kinds: str) -> None:
        super().__init__()
        self.kinds = set(kinds)
        self.told: dict[str, list[str]] = {}

    async def send(self, parcel: Parcel) -> str:
        if self.kinds & set(parcel.kinds):
            raise RefusedError("no", code=BAD_REQUEST)
        self.told.setdefault(parcel.address, []).extend(parcel.kinds)
        return await super().send(parcel)


@pytest.fixture
async def office(server_url: str) -> AsyncIterator[tuple[Office, DayClock]]:
    clock = DayClock()
    with make_home("cases") as home:
        async with sample_office(server_url, home, clock) as opened:
            async with opened._database.transaction() as drawers:
                for code in (OFFICIAL, HEAD, DIRECTOR, HR):
                    await drawers.accounts.save_consent("telegram", code, "1", clock.now())
                    await drawers.accounts.link("telegram", code, PersonCode(code), clock.now())
            yield opened, clock


async def live_refused(office: Office, clock: DayClock, n: int, code: str) -> None:
    """A day on which they are refused; the hour, or the day, for which that is waited for is over after it."""
    clock.day = MONDAY + timedelta(days=n)
    await office.push.plan_and_store(clock.day, {"telegram": SENDER})
    async with office.push.pumping(Refusing(code), per_second=0) as pump:
        await pump.run(asyncio.Event())
    async with office._database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET lease_until = NULL WHERE state = 'waiting'")


@pytest.mark.parametrize("code", [NOT_PAID, BAD_REQUEST, ALLOWANCE_USED])
async def test_head_hears_once_it_is_mended_and_those_above_when_the_heads_grace_is_over(
    office: tuple[Office, DayClock], code: str
) -> None:
    opened, clock = office
    for n in range(10):  # the first day is a Monday: on the ninth five working days are over
        await live_refused(opened, clock, n, code)
        is_told = NAMES[OFFICIAL] in await press(opened, DIRECTOR, "escalation.list")
        assert is_told == (n >= 8), n

    mended = await live(opened, clock, MONDAY + timedelta(days=10))

    by_itself = 1 if code == BAD_REQUEST else 0  # what is told only once, and was called wrong in the week's message
    assert {who: len(mended[who]) for who in (OFFICIAL, HEAD)} == {OFFICIAL: 1, HEAD: 1 + by_itself}
    assert NAMES[OFFICIAL] in await press(opened, HEAD, "escalation.list")
    next_day = await live(opened, clock, MONDAY + timedelta(days=11))
    assert not next_day.keys() & {OFFICIAL, HEAD}


async def test_what_is_called_wrong_takes_nothing_with_it_that_is_told_in_the_same_message(
    office: tuple[Office, DayClock],
) -> None:
    opened, clock = office
    channel = RefusingKinds("digest", "change")
    for n in range(3):
        clock.day = MONDAY + timedelta(days=n)
        await opened.push.plan_and_store(clock.day, {"telegram": SENDER})
        async with opened.push.pumping(channel, per_second=0) as pump:
            await pump.run(asyncio.Event())

    assert channel.told[HEAD].count("escalation") == 1
    assert NAMES[OFFICIAL] in await press(opened, HEAD, "escalation.list")
    async with opened._database.transaction() as drawers:
        [waiting] = [
            one
            for one in await drawers.outbox.list_of(PersonCode(HEAD))
            if any(told.kind == "digest" for told in one.notices)
        ]
    assert (waiting.state, waiting.merge_day, waiting.reason) == (DeliveryState.WAITING, None, BAD_REQUEST)


async def test_whoever_blocked_us_for_an_hour_hears_the_next_day(office: tuple[Office, DayClock]) -> None:
    opened, clock = office
    await live_refused(opened, clock, 0, BLOCKED)
    async with opened._database.transaction() as drawers:
        counted = await drawers.outbox.count_reminders(None, clock.now() - timedelta(1), clock.now() + timedelta(1))
        assert (DeliveryState.REFUSED, False, 1) in counted
        [refused] = await drawers.outbox.list_of(PersonCode(OFFICIAL))
        assert [one.kind for one in refused.notices] == ["reminder"]
        for who in (HEAD, OFFICIAL):
            await drawers.accounts.mark_reachable("telegram", who)
    await opened.push.find_chats_again({"telegram": SENDER})

    same_day = await send(opened)  # what is told only once
    tuesday = await live(opened, clock, MONDAY + timedelta(days=1))
    wednesday = await live(opened, clock, MONDAY + timedelta(days=2))

    assert len(same_day[HEAD]) == 1
    assert {who: len(tuesday[who]) for who in (OFFICIAL, HEAD)} == {OFFICIAL: 1, HEAD: 1}
    assert NAMES[OFFICIAL] in await press(opened, HEAD, "escalation.list")
    assert not wednesday.keys() & {OFFICIAL, HEAD}
