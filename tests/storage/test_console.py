"""A session at the console ends with what it rests on: the chat in which it was asked for, the role, the scope."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from knowledge.facts import PersonCode
from storage.drawers import Drawers
from storage.records import ConsoleEntry
from storage.tables import people
from tests.storage.filling import HEALTH, LAN, another, put_people, put_units

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SECRET = "the secret of a browser"
CHAT = "telegram", "42"


@pytest.fixture
async def inside(drawers: Drawers) -> Drawers:
    """Lan is at the console, by a way in that she asked for in her chat, and has asked for another."""
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002")])
    await drawers.accounts.link(*CHAT, LAN.code, NOW)
    await drawers.console.open_session(SECRET, ConsoleEntry(LAN.code, *CHAT, LATER), NOW)
    assert await drawers.console.find_session(SECRET, LATER) is not None
    return drawers


async def is_in(drawers: Drawers) -> bool:
    return await drawers.console.find_session(SECRET, LATER) is not None


async def test_who_unlinks_and_links_again_within_the_day_is_out(inside: Drawers) -> None:
    await inside.accounts.unlink(*CHAT, NOW)
    await inside.accounts.link(*CHAT, LAN.code, NOW)
    assert not await is_in(inside)


async def test_who_is_linked_as_somebody_else_for_a_while_is_out(inside: Drawers) -> None:
    await inside.accounts.link(*CHAT, PersonCode("CB002"), NOW)
    await inside.accounts.link(*CHAT, LAN.code, NOW)
    assert not await is_in(inside)


async def test_who_links_the_same_chat_once_more_stays(inside: Drawers) -> None:
    await inside.accounts.link(*CHAT, LAN.code, LATER)
    await inside.accounts.link("web", "w", LAN.code, LATER)
    await inside.accounts.unlink("web", "w", LATER)
    assert await is_in(inside)


@pytest.mark.parametrize("change", [{"roles": ["can_bo", "hr"]}, {"scope": HEALTH.code}], ids=["a role", "a scope"])
async def test_whose_role_or_scope_changes_is_out(inside: Drawers, change: dict[str, object]) -> None:
    of_lan = update(people).where(people.c.code == LAN.code)
    await inside.connection.execute(of_lan.values(name="Nguyễn Thị Lan Anh", roles=people.c.roles))
    assert await is_in(inside)
    await inside.connection.execute(of_lan.values(**change))
    assert not await is_in(inside)


async def test_a_way_in_that_was_not_used_is_worth_nothing_once_the_chat_is_unlinked(inside: Drawers) -> None:
    token, _code = await inside.console.make_entry(LAN.code, "a browser", *CHAT, NOW)
    await inside.accounts.unlink(*CHAT, NOW)
    await inside.accounts.link(*CHAT, LAN.code, NOW)
    assert await inside.console.use_entry(token, "a browser", NOW) is None


async def test_a_session_knows_whose_codes_led_to_the_chat_in_which_it_was_asked_for(inside: Drawers) -> None:
    by = {PersonCode("HR001")}
    await inside.accounts.link("web", "w", LAN.code, NOW, by)
    await inside.console.open_session("another secret", ConsoleEntry(LAN.code, "web", "w", LATER), NOW)
    await inside.console.open_session("played", ConsoleEntry(LAN.code, None, None, LATER), NOW)

    found = {
        secret: await inside.console.find_session(secret, LATER) for secret in (SECRET, "another secret", "played")
    }
    assert {secret: one.vouched_by for secret, one in found.items() if one is not None} == {
        SECRET: frozenset(),
        "another secret": by,
        "played": frozenset(),
    }
