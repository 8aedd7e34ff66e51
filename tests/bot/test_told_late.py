"""Who left and came back is reached again, in whichever order their platform's two events are done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.wiring_push import ReachInDatabase
from storage.database import Database
from tests.bot.on_telegram.door import open_door as open_telegram
from tests.bot.on_zalo.account import OfficeClock, open_door, standing_oa
from tests.bot.opened import POLLING
from tests.standins.telegram_api import TelegramApi
from tests.standins.zalo_ground import Clock
from tests.storage.filling import HEALTH, LAN, put_people, put_units

LEFT_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
NOW = LEFT_AT + timedelta(hours=1)


def reach_of(database: Database, now: datetime = NOW) -> ReachInDatabase:
    return ReachInDatabase(database, OfficeClock(Clock(start=now.timestamp())))


async def link(database: Database, channel: str, address: str) -> None:
    async with database.transaction() as drawers:
        await drawers.accounts.link(channel, address, LAN.code, LEFT_AT - timedelta(days=9))


async def is_reachable(database: Database, channel: str, address: str) -> bool:
    async with database.transaction() as drawers:
        account = await drawers.accounts.find_account(channel, address)
    assert account is not None
    return account.unreachable_at is None


@pytest.fixture
async def roster(database: Database) -> Database:
    """Somebody is on record."""
    async with database.transaction() as drawers:
        await put_units(drawers, HEALTH)
        await put_people(drawers, [LAN])
    return database


def changed(api: TelegramApi, chat: dict[str, Any], user: dict[str, Any], status: str, at: datetime) -> None:
    until = {"until_date": 0} if status == "kicked" else {}
    api.updates.add(
        "my_chat_member",
        {
            "chat": chat,
            "from": user,
            "date": int(at.timestamp()),
            "old_chat_member": {"user": api.me, "status": "member"},
            "new_chat_member": {"user": api.me, "status": status, **until},
        },
    )


BACK = LEFT_AT + timedelta(minutes=5)
ORDERS = {
    "the return is told first": ((("member", BACK), ("kicked", LEFT_AT)), True),
    "both in the same second": ((("member", LEFT_AT), ("kicked", LEFT_AT)), True),
    "in order": ((("kicked", LEFT_AT), ("member", BACK)), True),
    "gone again": ((("kicked", LEFT_AT), ("member", BACK), ("kicked", BACK + timedelta(seconds=1))), False),
    "gone": ((("kicked", LEFT_AT),), False),
}


@pytest.mark.parametrize(("told", "is_there"), ORDERS.values(), ids=ORDERS)
async def test_telegram_is_told_by_the_time_of_each_event(told, is_there, roster):
    async with TelegramApi() as api:
        visitor = api.visitor("Lan")
        await link(roster, "telegram", str(visitor.id))
        async with open_telegram(api, POLLING, reach=reach_of(roster)):
            for status, at in told:
                changed(api, visitor.chat.as_api(), visitor.user, status, at)
            visitor.says("chào")
            await visitor.reads()
        assert await is_reachable(roster, "telegram", str(visitor.id)) is is_there


@pytest.mark.parametrize("has_come_back", [True, False], ids=["came back meanwhile", "stayed away"])
async def test_whoever_follows_the_account_again_is_not_lost_by_a_late_event(has_come_back, roster):
    async with standing_oa() as oa:
        lan = oa.person("Lan")
        await link(roster, "zalo_oa", lan.id)
        async with open_door(oa, roster, reach=reach_of(roster)):
            left_at = str(oa.clock.millis())
            oa.clock.advance(60)
            if has_come_back:
                lan.follows()
                await lan.reads()
            event = {"oa_id": oa.oa_id, "follower": {"id": lan.id}, "event_name": "unfollow", "app_id": oa.app_id}
            oa.webhook.emit({**event, "timestamp": left_at})
            another = oa.person("Minh")
            await oa.wait_for(lambda: len(oa.webhook.events_of("unfollow")) == 1)
            another.says("chào")
            await another.reads()
        assert await is_reachable(roster, "zalo_oa", lan.id) is has_come_back
