"""The Zalo bot in the whole house: served, linked by a code, sent by, and its token written nowhere."""

import asyncio
import io
import itertools
import json
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import sql
from pydantic import SecretStr

from bot.commands.doctor import examine
from bot.commands.queue import show_queue
from bot.commands.serving import _webhook_hosts
from bot.commands.zalo_bot import make_zalo_bot_door
from bot.errors import CommandError
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.phrases import locale_of
from knowledge.facts import PersonCode
from tests.bot.test_serving import free_port, wait_until_healthy
from tests.bot.test_working import MONDAY, MondayClock, until, working
from tests.databases import make_home
from tests.offices import ROOT, sample_office
from tests.standins.zalo_bot import DEFAULT_TOKEN, ZaloBot
from tests.standins.zalo_ground import faults

SECRET = DEFAULT_TOKEN.partition(":")[2]
_SEEDS = itertools.count(100)
WEBHOOK_SECRET = "a-secret-that-only-tests-know"
MARKED_QUESTION = "đồng chí Nguyễn Dấu Riêng, số 0912345678, còn thiếu gì?"
DOCUMENTED = {
    one.removesuffix("_total")
    for one in re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "metrics.md").read_text("utf-8"), re.MULTILINE)
}


@pytest.fixture(scope="module")
async def province(server_url: str) -> AsyncIterator[Office]:
    with make_home("zalo_bot") as home:
        async with sample_office(server_url, home) as office:
            yield office


@pytest.fixture
async def untouched(server_url: str) -> AsyncIterator[Office]:
    """One that no process has planned a day for, whatever the day is on which this runs."""
    with make_home("zalo_bot_day") as home:
        async with sample_office(server_url, home) as office:
            yield office


@pytest.fixture
async def platform() -> AsyncIterator[ZaloBot]:
    async with ZaloBot(seed=next(_SEEDS)) as platform:  # one office sees the messages of every test
        yield platform


def environment(office: Office, platform: ZaloBot, **more: str) -> dict[str, str]:
    """What a process needs to serve this office by the Zalo bot."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
    settings = office.settings
    assert settings.database_url is not None
    assert settings.secret_key is not None
    return {
        **kept,
        "NHACCHUAN_HOME": str(settings.home),
        "NHACCHUAN_DATABASE_URL": settings.database_url.get_secret_value(),
        "NHACCHUAN_SECRET_KEY": settings.secret_key.get_secret_value(),
        "NHACCHUAN_HTTP": f"127.0.0.1:{free_port()}",
        "NHACCHUAN_ZALO_BOT_TOKEN": platform.token,
        "NHACCHUAN_ZALO_BOT_API": platform.base,
        **more,
    }


@asynccontextmanager
async def running(command: str, given: dict[str, str], log: Path) -> AsyncIterator[None]:
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "--debug", command, cwd=ROOT, env=given, stdout=file, stderr=file
        )
        try:
            await wait_until_healthy(given["NHACCHUAN_HTTP"], process)
            yield
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def everything_kept(office: Office) -> str:
    """Every row of every table, as words."""
    assert office.settings.database_url is not None
    with psycopg.connect(office.settings.database_url.get_secret_value()) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(*one))) for one in tables]
        return "\n".join(str(row) for one in rows for row in one.fetchall())


def everything_written(office: Office, *logs: Path) -> str:
    files = [one for one in office.settings.home.rglob("*") if one.is_file() and "cache" not in one.parts]
    written = [one.read_bytes().decode("utf-8", "replace") for one in (*files, *logs)]
    return "\n".join([*written, everything_kept(office)])


DEFECT = re.compile(r'nhacchuan_door_failures_total\{channel="zalo_bot",what="defect"\} [1-9]')


async def ask_while_something_is_broken(office: Office, http: str, visitor: Any) -> str:
    """A question that names somebody, while what the answer needs is not there: the error itself would name them.

    The figures, once they tell of it.
    """
    assert office.settings.database_url is not None
    with psycopg.connect(office.settings.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute("ALTER TABLE threads RENAME TO threads_away")
        try:
            visitor.says(MARKED_QUESTION)
            for _look in range(20):
                await asyncio.sleep(0.5)
                if DEFECT.search(metrics := await read_metrics(http)):
                    return metrics
            raise AssertionError(metrics)
        finally:
            connection.execute("ALTER TABLE threads_away RENAME TO threads")


async def read_metrics(http: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://{http}/metrics") as response:
        return await response.text()


def ensure_names_nobody(written: str, code: str) -> None:
    """The log is lines of JSON beside what commands print; neither it nor the figures hold words of people."""
    events = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert {"zalo_bot.open", "zalo_bot.defect"} <= {one["event"] for one in events}
    assert all({"timestamp", "level", "event"} <= one.keys() for one in events)
    for word in ("Trần Thị Mẫu", "Dấu Riêng", "912345678", "công văn 2123", "toi con thieu gi", "Ngoại ngữ", code):
        assert word not in written, word
    for name in re.findall(r"^# TYPE (\w+?)(?:_total|_created)? ", written, re.MULTILINE):
        assert name in DOCUMENTED or name.startswith(("python_", "process_")), name


async def test_official_links_by_code_asks_by_numbers_and_the_token_is_written_nowhere(province, platform, tmp_path):
    log = tmp_path / "log"
    given = environment(province, platform, NHACCHUAN_LOG_FORMAT="json")
    async with running("run", given, log):
        lan = platform.person("Lan")
        platform.fail_next("getUpdates", faults.gateway_page())
        lan.says("điểm 3 công văn 2123 nói gì")
        assert "01/10/2020" in await lan.reads(timeout=30)
        async with open_office(province.settings) as by_the_real_clock:
            issued = await by_the_real_clock.issue_code(PersonCode("CB002"))
        lan.says(f"/lienket {issued.code}")
        assert "dữ liệu cá nhân" in await lan.reads(timeout=10)
        lan.says("1")
        await platform.wait_for(lambda: "Trần Thị Mẫu" in lan.sees(), 20)
        for fault in (faults.gateway_page(), faults.lost_answer(), faults.malformed(), faults.answer(500, "?")):
            platform.fail_next("sendMessage", fault)
            before = len(platform.calls_of("sendMessage"))
            lan.says("toi con thieu gi")
            await platform.wait_for(lambda before=before: len(platform.calls_of("sendMessage")) > before, 20)
        platform.heal()
        lan.says("toi con thieu gi")
        await platform.wait_for(lambda: "Ngoại ngữ" in lan.sees(), 20)
        assert "1. " in lan.sees()
        metrics = await ask_while_something_is_broken(province, given["NHACCHUAN_HTTP"], lan)
        platform.reset_token("1234567890123456789:AnotherTokenOfTests")
        await platform.wait_for(lambda: any(one.code == 401 for one in platform.calls_of("getUpdates")), 60)
    written = everything_written(province, log)
    assert "zalo_bot.open" in written
    assert "zalo_bot.token_refused" in written
    assert "zalo_bot:1234567890123456789" in written
    assert SECRET not in written
    ensure_names_nobody(log.read_text(encoding="utf-8") + metrics, issued.code)


async def test_bot_answers_by_webhook_and_nothing_without_the_secret(province, platform, tmp_path):
    log = tmp_path / "log"
    given = environment(province, platform, NHACCHUAN_ZALO_BOT_WEBHOOK_SECRET=WEBHOOK_SECRET)
    url = given["NHACCHUAN_ZALO_BOT_WEBHOOK_URL"] = f"http://{given['NHACCHUAN_HTTP']}/zalo/bot/webhook"
    async with running("serve", given, log), aiohttp.ClientSession() as session:
        lan = platform.person("Lan")
        await platform.wait_for(lambda: platform.webhook is not None, 20)
        lan.says("ai ký công văn 2123", copies=2)
        assert "Nguyễn Văn Phóng" in await lan.reads(timeout=30)
        async with session.post(url, json={"event_name": "message.text.received"}) as response:
            assert response.status == 401
        async with session.get(f"http://{given['NHACCHUAN_HTTP']}/metrics") as response:
            assert 'zalo_bot_webhook_refused_total{reason="no_secret"} 1.0' in await response.text()
        assert lan.unread() == []
    written = everything_written(province, log)
    assert SECRET not in written
    assert WEBHOOK_SECRET not in written


async def test_day_is_sent_by_the_bot_and_its_number_acknowledges(untouched, platform, capsys):
    settings = untouched.settings.model_copy(
        update={"zalo_bot_token": SecretStr(platform.token), "zalo_bot_api": platform.base, "zalo_bot_monthly": 40}
    )
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    async with open_office(settings, clock=MondayClock()) as office:
        async with office.push.read_plan(MONDAY.date()) as (_telling, _agenda, planned):
            owed = sorted({one.owed.to async for one in planned if one.owed.kind == "reminder"})[:2]
        people = [platform.person(code) for code in owed]
        async with office._database.transaction() as drawers:
            for code, person in zip(owed, people, strict=True):
                platform.learn(person.chat)
                await drawers.accounts.link("zalo_bot", person.id, PersonCode(code), MONDAY)
        platform.fail_next("sendMessage", faults.lost_answer(), about=people[1].id)
        door, stop = make_zalo_bot_door(office, CollectorRegistry()), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(door.keep_open(stop))
            async with working(office):
                await platform.wait_for(lambda: len(platform.calls_of("sendMessage")) >= 2, 30)
                await until(office, lambda figures: figures.queues and figures.queues[0].under_way == 0)
            pushed = people[0].sees()
            number = next(line.partition(".")[0] for line in pushed.splitlines() if line.endswith("Đã nhận"))
            people[0].says(number)
            await platform.wait_for(lambda: people[0].sees() != pushed, 10)
            platform.hurry_polls()
            stop.set()
        figures = await office.push.read_figures()
        states = {state: n for (identity, state), n in figures.states.items() if identity.startswith("zalo_bot:")}
        assert states == {"delivered": 1, "unclear": 1}
        async with office._database.transaction() as drawers:
            acknowledged = await drawers.connection.exec_driver_sql(
                "SELECT count(*) FROM deliveries WHERE acknowledged_at IS NOT NULL"
            )
            assert acknowledged.scalar() == 1
    logging.getLogger().removeHandler(handler)

    capsys.readouterr()
    with locale_of("en"):
        await show_queue(settings.model_copy(update={"today": MONDAY.date()}), as_json=False)
        told = capsys.readouterr().out
        assert "of this month's 40 messages sent, 8 of them kept" in told
        await show_queue(settings.model_copy(update={"today": MONDAY.date()}), as_json=True)
        allowances = json.loads(capsys.readouterr().out)["allowances"]
        assert allowances == [
            {
                "identity": "zalo_bot:1234567890123456789",
                "of": "month",
                "sent": allowances[0]["sent"],
                "most": 40,
                "most_unasked": 32,
                "last_day": None,
            }
        ]
        assert allowances[0]["sent"] >= 3
    assert SECRET not in logged.getvalue() + told + everything_kept(untouched)


CONNECTIONS = {
    "well": ({}, "bot.StandIn, messages are fetched", "✓"),
    "a wrong token": ({"zalo_bot_token": SecretStr("1:wrong-of-tests")}, "NHACCHUAN_ZALO_BOT_TOKEN", "✗"),
    "nobody there": ({"zalo_bot_api": "http://127.0.0.1:9"}, "out of reach", "✗"),
    "not connected": ({"zalo_bot_token": None}, "NHACCHUAN_ZALO_BOT_TOKEN is empty", "✓"),
}


@pytest.mark.parametrize(("given", "words", "mark"), CONNECTIONS.values(), ids=CONNECTIONS)
async def test_doctor_says_how_the_bot_stands(given, words, mark, province, platform, capsys):
    settings = province.settings.model_copy(
        update={
            "zalo_bot_token": SecretStr(platform.token),
            "zalo_bot_api": platform.base,
            "http": f"127.0.0.1:{free_port()}",
            **given,
        }
    )
    with locale_of("en"), suppress(CommandError):  # one account for everything is named too
        await examine(settings, as_json=False)
    line = next(one for one in capsys.readouterr().out.splitlines() if one[1:].startswith(" Zalo Bot:"))
    assert line.startswith(mark)
    assert words in line
    assert "wrong-of-tests" not in line


def test_address_of_the_webhook_is_one_that_the_web_server_answers_under():
    settings = Settings(_env_file=None, zalo_bot_webhook_url="https://bot.example.vn/zalo/bot/webhook")
    assert _webhook_hosts(settings) == {"bot.example.vn"}
