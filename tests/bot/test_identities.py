"""Two bots on one installation: each has its own visitors, pace and updates, and sends for nobody else."""

import asyncio
import uuid
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy import text

from bot.commands.channels import make_telegram_door
from bot.commands.identities import show_identities
from bot.commands.zalo_bot import make_zalo_bot_door
from bot.commands.zalo_oa import make_zalo_oa_door
from bot.door_meters import CountedInbox, DoorMeters
from bot.errors import InputError
from bot.on_zalo.allowances import Allowance
from bot.places import DeskAt, Place, Places
from bot.wiring import open_office
from bot.wiring_push import leave_closed
from bot.wiring_zalo import BookInDatabase
from handlers.asking import Channel, Incoming
from handlers.phrases import locale_of
from handlers.reply import Reply
from knowledge.facts import PersonCode
from storage.database import open_database
from storage.encryption import Vault
from storage.migrating import migrate
from storage.records import Letter, LetterKind
from tests.bench.planning import fill
from tests.databases import make_home, named
from tests.offices import TEST_SECRET, settings_for, working
from tests.standins.telegram_api import TelegramApi

MONDAY = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
A, B = "telegram:7001", "telegram:7002"
_WAITS = (
    "INSERT INTO deliveries (person, sender, channel, address, locale, due_at)"
    " VALUES ('CB0000010', :sender, 'telegram', '901@7002', 'vi', '2026-11-23')"
)
_SILENT = "UPDATE identities SET heard_at = '2026-01-01' WHERE identity = :identity"


class MondayClock:
    """Always nine o'clock on a working day."""

    is_fixed = False

    def today(self):
        return MONDAY.date()

    def now(self):
        return MONDAY


@contextmanager
def fresh_database(server_url):
    """A database of this module alone."""
    name = f"two_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        yield named(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def two(server_url):
    """Offices of two bots on one database, A first, each connected to a stand-in of its own."""
    async with AsyncExitStack() as stack:
        home = stack.enter_context(make_home())
        url = stack.enter_context(fresh_database(server_url))
        async with open_database(url, vault=Vault([TEST_SECRET])) as database:
            await migrate(database)
            await fill(database, 12)
            async with database.transaction() as drawers:
                await drawers.connection.execute(text("DELETE FROM accounts"))
        offices, apis = [], []
        for token in ("7001:" + "a" * 35, "7002:" + "b" * 35):
            api = await stack.enter_async_context(TelegramApi(token))
            settings = settings_for(url, home, telegram_token=token, telegram_api=api.base)
            opened = open_office(settings, clock=MondayClock())
            offices.append(await stack.enter_async_context(opened))
            apis.append(api)
        yield SimpleNamespace(a=offices[0], b=offices[1], api_a=apis[0], api_b=apis[1])


async def states_at(office, *threads):
    async with office._database.transaction() as drawers:
        return [await drawers.threads.recall(one) for one in threads]


@asynccontextmanager
async def open_doors(offices):
    stop = asyncio.Event()
    doors = [make_telegram_door(one, CollectorRegistry()) for one in offices]
    async with asyncio.TaskGroup() as group:
        for door in doors:
            group.create_task(door.keep_open(stop))
        try:
            yield
        finally:
            stop.set()


async def test_every_door_counts_what_fails_as_its_channel(two):
    zalo = {"zalo_bot_token": SecretStr("7003:" + "c" * 35), "zalo_oa_app_id": "1", "zalo_oa_id": "2"}
    settings = two.a.settings.model_copy(update={**zalo, "zalo_oa_app_secret": SecretStr("d")})
    registry = CollectorRegistry()
    meters = DoorMeters(registry)
    for make, channel in (
        (make_telegram_door, "telegram"),
        (make_zalo_bot_door, "zalo_bot"),
        (make_zalo_oa_door, "zalo_oa"),
    ):
        door = make(replace(two.a, settings=settings), registry, meters)
        door._reception.make_reference()
        assert isinstance(door._reception.inbox, CountedInbox)
        labels = {"channel": channel, "what": "defect"}
        assert registry.get_sample_value("nhacchuan_door_failures_total", labels) == 1


async def link(office, address, code):
    async with office._database.transaction() as drawers:
        await drawers.accounts.link("telegram", address, PersonCode(code), MONDAY)


def sent_by(api):
    """The chats that messages came to, but for the one that was answered."""
    return {one.chat for one in api.arrivals if one.status == 200} - {"555"}


async def rows(office, order):
    async with office._database.transaction() as drawers:
        return [tuple(row) for row in await drawers.connection.execute(text(order))]


def test_address_names_its_identity_unless_it_is_the_first():
    places = Places({"telegram": B, "zalo_oa": "zalo_oa:5"}, {"telegram": A, "zalo_oa": "zalo_oa:5"})
    assert [places.of(one) for one in ("telegram", "zalo_oa", "web")] == [Place("7002"), Place(), Place()]
    assert Place("7002").address_of("12") == "12@7002"
    assert [Place("7002").chat_of("12@7002"), Place().chat_of("12")] == ["12", "12"]


class Listener:
    """A desk that says who it was asked by."""

    def __init__(self) -> None:
        self.asked = []

    async def answer(self, asked):
        self.asked.append((asked.channel, asked.address))
        return Reply(f"Chào {asked.address}")


async def test_whoever_is_linked_at_one_bot_is_a_stranger_to_the_other(two):
    await link(two.a, "555", "CB0000002")
    desk = Listener()
    async with open_doors([replace(one, desk=desk) for one in (two.a, two.b)]):
        at_a, at_b = two.api_a.visitor("Lan", 555), two.api_b.visitor("Lan", 555)
        at_a.says("/conthieu")  # with the same number of an update
        at_b.says("/conthieu")
        assert await at_a.reads(timeout=60) == "Chào 555"
        assert await at_b.reads(timeout=60) == "Chào 555@7002"
    assert sorted(desk.asked) == [("telegram", "555"), ("telegram", "555@7002")]
    async with two.b._database.transaction() as drawers:
        assert (await drawers.accounts.find_account("telegram", "555")).person == "CB0000002"
        assert await drawers.accounts.find_account("telegram", "555@7002") is None


async def test_each_bot_has_conversations_of_its_own_and_what_is_forgotten_at_one_is_gone_there(two):
    names = "telegram:800", "telegram:800@7002"

    async def ask(office, **said):
        asked = Incoming(Channel.TELEGRAM, "800", thread="telegram:800", **said)
        return await DeskAt(office.desk, office.places.of(Channel.TELEGRAM)).answer(asked)

    await link(two.b, "800@7002", "CB0000003")
    await ask(two.a, text="/trogiup")
    await ask(two.b, text="/conthieu")
    at_a, at_b = await states_at(two.a, *names)
    assert (at_a.get("spoken_by"), at_b.get("spoken_by")) == (None, "CB0000003")
    await ask(two.b, choice="data.withdraw.yes")
    left_at_a, left_at_b = await states_at(two.a, *names)
    assert left_at_a == at_a
    assert "spoken_by" not in left_at_b
    asked = Incoming(Channel.TELEGRAM, "800")
    assert (await DeskAt(Listener(), Place("7002")).answer(asked)).title == "Chào 800@7002"  # without a memory


async def test_messages_leave_only_by_the_bot_that_their_people_are_linked_with(two):
    for office in (two.a, two.b):
        assert office.senders == {"telegram": A}
    async with two.a.push.read_plan(MONDAY.date()) as (_telling, _agenda, planned):
        owed = sorted({one.owed.to async for one in planned if one.owed.kind == "reminder"} - {"CB0000002"})[:6]
    chats = {code: (one.visitor(code), one) for code, one in zip(owed, [two.api_a, two.api_b] * 3, strict=True)}
    for code, (visitor, api) in chats.items():
        await link(two.a, f"{visitor.id}" if api is two.api_a else f"{visitor.id}@7002", code)

    async with working(two.b), working(two.a):  # B may plan, for everybody
        for api in (two.api_a, two.api_b):
            await api.wait_for(lambda api=api: len(sent_by(api)) >= 3, 30)
    for api in (two.api_a, two.api_b):
        assert sent_by(api) == {str(who.id) for who, at in chats.values() if at is api}
    of = await rows(two.a, "SELECT sender, count(*) FROM deliveries WHERE address LIKE '%@7002' GROUP BY sender")
    assert of == [(B, 3)]
    assert await rows(two.a, "SELECT identity, interval_ms > 0 FROM pace ORDER BY 1") == [(A, True), (B, True)]


async def test_letter_is_brought_by_the_bot_that_it_is_for(two):
    async with two.a._database.transaction() as drawers:
        await drawers.letters.leave(Letter("telegram", "900@7002", LetterKind.ZALO_LOST, MONDAY, key="for b"))
    assert await two.a.mail.begin("telegram", None) is None
    errand = await two.b.mail.begin("telegram", None)
    assert errand is not None
    assert errand.address == "900"


async def test_what_a_second_official_account_shows_settles_what_was_unclear(two):
    order = (
        "INSERT INTO deliveries (person, sender, channel, address, locale, due_at, state, merge_day)"
        " VALUES ('CB0000011', 'zalo_oa:77', 'zalo_oa', 'u1@77', 'vi', '2026-11-20', 'unclear', '2026-11-20')"
        " RETURNING id"
    )
    async with two.a._database.transaction() as drawers:
        delivery = await drawers.connection.scalar(text(order))
    book = BookInDatabase(two.a._database, "zalo_oa:77", Allowance(), MondayClock(), Place("77"))
    await book.await_echo(delivery, "u1", "Chào đồng chí")
    assert await book.note_echo("u1", "Chào đồng chí", "m1")
    became = "SELECT state, reason FROM deliveries WHERE person = 'CB0000011' AND sender = 'zalo_oa:77'"
    assert await rows(two.a, became) == [("delivered", "echo")]


async def test_what_waits_for_a_silent_bot_goes_to_another_account_of_its_person(two):
    await link(two.a, "901@7002", "CB0000010")
    await link(two.a, "902", "CB0000010")
    async with two.a._database.transaction() as drawers:
        await drawers.connection.execute(text("DELETE FROM deliveries WHERE person = 'CB0000010'"))
        await drawers.connection.execute(text(_WAITS), {"sender": A})
        of = text("SELECT sender, address FROM deliveries WHERE person = 'CB0000010'")
        assert [tuple(one) for one in await drawers.connection.execute(of)] == [(B, "901@7002")]
        await leave_closed(drawers, two.a.places, MONDAY)
        assert [tuple(one) for one in await drawers.connection.execute(of)] == [(B, "901@7002")], "B was heard of"
        await drawers.connection.execute(text(_SILENT), {"identity": B})
        await leave_closed(drawers, two.a.places, MONDAY)
        assert [tuple(one) for one in await drawers.connection.execute(of)] == [(A, "902")]


async def test_bot_that_is_given_up_is_written_to_by_nobody(two, capsys):
    with locale_of("en"):
        await show_identities(two.a.settings, as_json=False)
    assert f"{B}: 4 people linked" in capsys.readouterr().out
    assert await two.a.retire_identity(B) >= 4
    with pytest.raises(InputError):
        await two.a.retire_identity("telegram:1")
    still = "SELECT count(*) FROM accounts WHERE person IS NOT NULL AND unreachable_at IS NULL AND address"
    assert await rows(two.a, f"{still} LIKE '%@7002'") == [(0,)]
    assert await rows(two.a, f"{still} NOT LIKE '%@%' AND channel = 'telegram'") > [(0,)]
