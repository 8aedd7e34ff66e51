"""Who pauses reminders after the day was planned and before its message leaves is left in peace, and told after it."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from bot.wiring import Office
from handlers.hr.broadcasts_result import name_reason
from handlers.phrases import locale_of
from knowledge.facts import PersonCode
from storage.records import DeliveryState
from tests.conversations.test_escalating import OFFICIAL, SENDER, DayClock, live, press, send
from tests.databases import make_home
from tests.handlers.visits import words
from tests.offices import sample_office

MONDAY = date(2026, 12, 7)
INSISTED = date(2026, 12, 17)


@pytest.fixture
async def office(server_url: str) -> AsyncIterator[tuple[Office, DayClock]]:
    clock = DayClock()
    with make_home("pausing") as home:
        async with sample_office(server_url, home, clock) as opened:
            async with opened._database.transaction() as drawers:
                await drawers.accounts.save_consent("telegram", OFFICIAL, "1", clock.now())
                await drawers.accounts.link("telegram", OFFICIAL, PersonCode(OFFICIAL), clock.now())
            yield opened, clock


async def plan_and_pause(office: Office, clock: DayClock, day: date) -> None:
    """The day is planned soon after midnight; the person pauses before eight."""
    clock.day = day
    await office.push.plan_and_store(day, {"telegram": SENDER})
    with locale_of("vi"):
        assert (day + timedelta(days=6)).strftime("%d/%m/%Y") in await press(office, OFFICIAL, "reminders.pause|7")


async def test_pause_holds_for_the_reminder_of_the_same_morning(office: tuple[Office, DayClock]) -> None:
    opened, clock = office

    await plan_and_pause(opened, clock, MONDAY)

    assert OFFICIAL not in await send(opened)
    async with opened._database.transaction() as drawers:
        (kept,) = await drawers.outbox.list_of(PersonCode(OFFICIAL))
    assert (kept.state, name_reason(kept.reason) == kept.reason) == (DeliveryState.DROPPED, False)
    assert OFFICIAL not in await live(opened, clock, MONDAY + timedelta(days=1))
    told = await live(opened, clock, MONDAY + timedelta(days=8))
    assert [("31/12/2026" in words(one)) for one in told[OFFICIAL]] == [True]


async def test_what_is_insisted_on_is_told_all_the_same(office: tuple[Office, DayClock]) -> None:
    opened, clock = office

    await plan_and_pause(opened, clock, INSISTED)

    assert [("31/12/2026" in words(one)) for one in (await send(opened))[OFFICIAL]] == [True]
