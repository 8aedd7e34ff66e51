"""`nhacchuan serve` as a process: web chat, health, Telegram by polling and by webhook, and a polite end."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psycopg
import pytest

from tests.databases import make_home, named
from tests.offices import ROOT, TEST_SECRET, share_cache
from tests.standins.telegram_api import TelegramApi


@pytest.fixture
async def installation(server_url: str) -> AsyncIterator[dict[str, str]]:
    """The environment of an installation that has no data yet."""
    name = "serving"
    with make_home(name) as home:
        share_cache(home)
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        yield {
            "NHACCHUAN_HOME": str(home),
            "NHACCHUAN_DATABASE_URL": named(server_url, name),
            "NHACCHUAN_SECRET_KEY": TEST_SECRET,
            "NHACCHUAN_HTTP": f"127.0.0.1:{free_port()}",
        }
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@asynccontextmanager
async def serving(settings: dict[str, str], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process, once its web server answers; ended politely, and its end must be a clean one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", cwd=ROOT, env={**kept, **settings}, stdout=file, stderr=file
        )
        try:
            await wait_until_healthy(settings["NHACCHUAN_HTTP"], process)
            yield process
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def wait_until_healthy(address: str, process: asyncio.subprocess.Process) -> None:
    async with aiohttp.ClientSession() as session:
        for _attempt in range(600):
            assert process.returncode is None, "the process ended"
            try:
                async with session.get(f"http://{address}/healthz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the web server did not answer")


async def wait_for_metric(session: aiohttp.ClientSession, address: str, line: str) -> None:
    """The figures of sending are counted by rounds, the first of them some moments after the doors are open."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(f"http://{address}/metrics") as response:
                if line in await response.text():
                    return
            await asyncio.sleep(0.2)


async def test_web_door_is_ready_and_telegram_answers_by_polling(installation, tmp_path):
    log = tmp_path / "log"
    async with TelegramApi() as api:
        settings = {**installation, "NHACCHUAN_TELEGRAM_TOKEN": api.token, "NHACCHUAN_TELEGRAM_API": api.base}
        async with serving(settings, log), aiohttp.ClientSession() as session:
            async with session.get(f"http://{installation['NHACCHUAN_HTTP']}/readyz") as response:
                assert response.status == 200
            async with session.get(f"http://{installation['NHACCHUAN_HTTP']}/") as response:
                assert "Nhắc Chuẩn" in await response.text()
            await wait_for_metric(session, installation["NHACCHUAN_HTTP"], 'nhacchuan_push_workers{sign="heard"}')
            visitor = api.visitor("Lan")
            visitor.says("điểm 3 công văn 2123 nói gì")
            assert "01/10/2020" in await visitor.reads(timeout=30)
            visitor.says("/lienket")
            assert "dữ liệu cá nhân" in await visitor.reads(timeout=10)
            for line in ('updates_unanswered{channel="telegram"}', 'door_answers_total{channel="telegram"} 2.0'):
                await wait_for_metric(session, installation["NHACCHUAN_HTTP"], f"nhacchuan_{line}")
        api.ensure_clean()
    assert api.token not in log.read_text(encoding="utf-8")


async def test_telegram_answers_by_webhook_and_nothing_without_the_secret(installation, tmp_path):
    url = f"http://{installation['NHACCHUAN_HTTP']}/telegram/webhook"
    async with TelegramApi() as api:
        settings = {
            **installation,
            "NHACCHUAN_TELEGRAM_TOKEN": api.token,
            "NHACCHUAN_TELEGRAM_API": api.base,
            "NHACCHUAN_TELEGRAM_WEBHOOK_URL": url,
            "NHACCHUAN_TELEGRAM_WEBHOOK_SECRET": "a-secret-of-tests",
        }
        async with serving(settings, tmp_path / "log"), aiohttp.ClientSession() as session:
            visitor = api.visitor("Lan")
            visitor.says("ai ký công văn 2123")
            assert "Nguyễn Văn Phóng" in await visitor.reads(timeout=30)
            async with session.post(url, json={"update_id": 1}) as response:
                assert response.status in {401, 403}
        api.ensure_clean()


async def test_refused_token_ends_the_process_with_one_sentence(installation, tmp_path):
    async with TelegramApi() as api:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
        wrong = "999:WRONG-TOKEN-OF-TESTS-AAAAAAAAAAAAAAAA"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "serve",
            cwd=ROOT,
            env={**kept, **installation, "NHACCHUAN_TELEGRAM_TOKEN": wrong, "NHACCHUAN_TELEGRAM_API": api.base},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, told = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert "NHACCHUAN_TELEGRAM_TOKEN" in told.decode()
    assert wrong not in (out + told).decode()
