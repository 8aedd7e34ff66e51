"""When the rules count as told: once everybody whom a change touches has been told, and never where unreadable."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.places import Places
from bot.push.planning import Agenda, Planned, Reach
from bot.wiring_planning import store
from bot.wiring_push import PushHalf
from knowledge.facts import PersonCode
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.reminders import Reminding
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.migrating import migrate, migrate_down
from storage.records import NewDelivery, NewNotice, NoticeKind
from storage.tables import told_rules
from tests.handlers.visits import with_standards
from tests.offices import settings_for
from tests.storage.test_told_rules import AS_BEFORE, NEWCOMER, RAISED, Province
from tests.storage.workbook.books import WHOLE

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SENDERS = {"telegram": "telegram:1"}


# --- as many as there are


async def changes_for(*codes: str) -> AsyncIterator[Planned]:
    for code in codes:
        owed = Owed("change", PersonCode(code), f"change:{code}:a:b", "change", (PersonCode(code),), {"told": "a"})
        yield Planned(owed, Reach(code, "telegram", code), NOW, "")


def agenda(library: Library) -> Agenda:
    return Agenda(with_standards(library).on(MONDAY), Reminding(library.policy.reminders, {}, MONDAY))


@pytest.mark.parametrize("at_once", [1, 2, 3, 5])
async def test_everybody_is_told_however_many_batches_it_takes(
    library: Library, drawers: Drawers, at_once: int
) -> None:
    planned = changes_for("CB001", "CB002", "CB003", "CB004", "CB005")

    counts = await store(drawers, planned, agenda(library), SENDERS, NOW, at_once=at_once)

    assert counts == {"change": 5}
    assert len(await drawers.outbox.known_keys([f"change:CB00{n}:a:b" for n in range(1, 6)])) == 5


@pytest.mark.parametrize("at_once", [1, 2, 5])
async def test_whom_the_message_of_the_day_cannot_tell_is_counted_in_whichever_batch(
    library: Library, drawers: Drawers, at_once: int
) -> None:
    gone = NewDelivery(PersonCode("CB002"), NOW, "telegram:1", "telegram", "CB002", merge_day=MONDAY)
    number = await drawers.outbox.put(gone, [NewNotice(NoticeKind.REMINDER, "told early")], NOW)
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered' WHERE id = %s", (number,))

    counts = await store(
        drawers, changes_for("CB001", "CB002", "CB003"), agenda(library), SENDERS, NOW, at_once=at_once
    )

    assert counts == {"change": 3, "untold": 1}


# --- after an upgrade


class Morning:
    """Early on a day that the test sets."""

    is_fixed = False
    day = MONDAY

    def today(self) -> date:
        return self.day

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 1, tzinfo=UTC)


class Upgraded:
    """A store with people, and a release whose library is another in nothing but whom to ask."""

    def __init__(self, province: Province, folder: Path) -> None:
        self.province = province
        known = province.reference
        assert known.library.contacts
        province.reference = replace(known, library=replace(known.library, contacts=()))
        settings, places = settings_for("", folder), Places({}, {})
        self.clock = Morning()
        self._push = PushHalf(province.database, province.reference, self.clock, settings, places)

    async def plan(self, day: date) -> int:
        """How many changes are told."""
        self.clock.day = day
        return (await self._push.plan_and_store(day, SENDERS)).get("change", 0)


@pytest.fixture
async def upgraded(database: Database, vault: Vault, tmp_path: Path) -> Upgraded:
    province = Province(database, vault, tmp_path)
    await province.load(WHOLE)
    return Upgraded(province, tmp_path)


async def test_who_comes_after_a_release_that_changed_nothing_to_be_told_is_told_of_the_next_change(
    upgraded: Upgraded,
) -> None:
    await upgraded.province.load(NEWCOMER)
    assert await upgraded.plan(MONDAY) == 0

    await upgraded.province.load(RAISED)

    assert await upgraded.province.noticed() == {"CB001": ["ngoai_ngu"], "CB002": ["ngoai_ngu"]}
    assert await upgraded.plan(TUESDAY) == 2
    assert await upgraded.province.noticed() == {}


async def test_everybody_else_hears_of_each_change_once_while_one_record_cannot_be_judged(upgraded: Upgraded) -> None:
    await upgraded.province.load(NEWCOMER)
    async with upgraded.province.database.transaction() as drawers:
        await drawers.connection.exec_driver_sql(
            "INSERT INTO credentials (person, kind, status) VALUES ('CB002', 'khong_con', 'da_xac_minh')"
        )
    for n, sheets in enumerate([RAISED, AS_BEFORE]):
        await upgraded.province.load(sheets)

        assert await upgraded.plan(MONDAY + timedelta(days=n)) == 1

        assert len({*await list_changes(upgraded.province.database)}) == n + 1


async def test_rules_that_cannot_be_read_are_not_taken_for_told(upgraded: Upgraded) -> None:
    async with upgraded.province.database.transaction() as drawers:
        await drawers.connection.execute(update(told_rules).values(content=b"of another release", fingerprint="x"))

    await upgraded.plan(MONDAY)

    async with upgraded.province.database.transaction() as drawers:
        assert [one.rules.fingerprint for one in await drawers.told.list_told()] == ["x"]


async def test_a_change_that_was_taken_back_is_told_again_when_it_comes_again(upgraded: Upgraded) -> None:
    for n, sheets in enumerate([RAISED, AS_BEFORE, RAISED, AS_BEFORE]):
        await upgraded.province.load(sheets)

        assert await upgraded.plan(MONDAY + timedelta(days=n)) == 1

        assert len(await list_changes(upgraded.province.database)) == n + 1
        assert await upgraded.province.noticed() == {}


async def test_a_telling_that_an_upgrade_finds_half_done_goes_on_with_those_who_were_not_told(
    empty_database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database)
        province = Province(database, vault, tmp_path)
        await province.load(WHOLE)
        await province.load(NEWCOMER)
        upgraded = Upgraded(province, tmp_path)
        for sheets in (RAISED, AS_BEFORE):  # told to their end, long before
            await province.load(sheets)
            await upgraded.plan(MONDAY)
            async with database.transaction() as drawers:
                await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered', merge_day = NULL")
        before = await list_changes(database)
        assert len(before) == 4
        upgraded.clock.day = TUESDAY
        gone = NewDelivery(PersonCode("CB002"), NOW, "telegram:1", "telegram", "CB002", merge_day=TUESDAY)
        async with database.transaction() as drawers:
            number = await drawers.outbox.put(gone, [NewNotice(NoticeKind.REMINDER, "told early")], NOW)
            await drawers.connection.exec_driver_sql(
                "UPDATE deliveries SET state = 'delivered' WHERE id = %s", (number,)
            )
        await province.load(RAISED)
        await upgraded.plan(TUESDAY)
        (first,) = set(await list_changes(database)) - set(before)

        await migrate_down(database, "0032")
        assert first.rpartition(":")[0] in await list_changes(database)
        await migrate(database)

        assert set(await list_changes(database)) == {*before, first}
        await upgraded.plan(TUESDAY + timedelta(days=1))
        told = set(await list_changes(database)) - {*before, first}
        assert [one.split(":")[1] for one in told] == ["CB002"]
        assert await province.noticed() == {}


async def test_a_change_that_an_earlier_version_told_once_is_told_again_after_an_upgrade(
    empty_database_url: str, vault: Vault, tmp_path: Path
) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database)
        province = Province(database, vault, tmp_path)
        upgraded = Upgraded(province, tmp_path)
        await province.load(WHOLE)
        for day, sheets in ((MONDAY, RAISED), (TUESDAY, AS_BEFORE)):
            await province.load(sheets)
            assert await upgraded.plan(day) == 1
        await province.load(RAISED)

        await migrate_down(database, "0032")
        async with database.transaction() as drawers:
            await drawers.connection.exec_driver_sql("UPDATE notices SET key = regexp_replace(key, ':[0-9]+$', '')")
        await migrate(database)

        await upgraded.plan(TUESDAY + timedelta(days=1))
        assert len(await list_changes(database)) == 3
        assert await province.noticed() == {}


async def list_changes(database: Database) -> list[str]:
    """The keys of all that people were told of changed rules."""
    async with database.transaction() as drawers:
        found = await drawers.connection.exec_driver_sql("SELECT key FROM notices WHERE kind = 'change' ORDER BY key")
        return list(found.scalars())
