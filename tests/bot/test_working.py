"""`work`, `run` and `queue` over the invented province: planned once, sent, told in figures, ended politely."""

import asyncio
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.commands.doctor import _check_pace, _push_of
from bot.commands.queue import describe, figures_as_json, show_queue
from bot.commands.working import make_rounds, make_senders
from bot.errors import InputError
from bot.push.fleet import Worker
from bot.push.meters import PushMeters
from bot.settings import Settings
from bot.wiring import open_office
from handlers.phrases import locale_of
from knowledge.facts import PersonCode
from storage.records import Breach
from tests.databases import make_home
from tests.offices import ROOT, sample_office, working
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.faults import bad_request, blocked, lost_answer

MONDAY = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class MondayClock:
    """Always nine o'clock on a working day."""

    is_fixed = True

    def today(self):
        return MONDAY.date()

    def now(self):
        return MONDAY


@pytest.fixture(scope="module")
async def province(server_url):
    """The office of the invented province on a Monday, connected to a stand-in of Telegram."""
    with make_home() as home:
        async with sample_office(server_url, home) as plain, TelegramApi() as api:
            settings = plain.settings.model_copy(
                update={"telegram_token": secret(plain, api.token), "telegram_api": api.base}
            )
            async with open_office(settings, clock=MondayClock(), keeps_threads=False) as office:
                yield office, api


def secret(office, token):
    return type(office.settings.secret_key)(token)


async def until(office, is_so, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_so(await office.push.read_figures()):  # noqa: ASYNC110  it is the database that changes
            await asyncio.sleep(0.1)


async def test_day_is_planned_sent_and_told_in_figures(province, capsys):
    office, api = province
    async with office.push.read_plan(MONDAY.date()) as (_telling, _agenda, planned):
        kinds: dict[str, set[str]] = {}
        async for one in planned:
            kinds.setdefault(one.owed.to, set()).add(one.owed.kind)
        owed = sorted(code for code, told in kinds.items() if told == {"reminder"})[:4]
    visitors = [api.visitor(code) for code in owed]
    async with office._database.transaction() as drawers:
        for code, visitor in zip(owed, visitors, strict=True):
            await drawers.accounts.link("telegram", str(visitor.id), PersonCode(code), MONDAY)
    for fault in (lost_answer(), blocked(), bad_request("can't parse entities")):
        api.fail_next("sendMessage", fault)

    async with working(office), working(office):
        await api.wait_for(lambda: len(api.calls_of("sendMessage")) == 4, 30)
        await until(office, lambda figures: figures.workers == 2 and figures.queues[0].under_way == 0)
    figures = await office.push.read_figures()
    assert (figures.workers, figures.is_today_planned, figures.due, figures.stuck) == (0, True, 0, 0)
    states = {state: n for (identity, state), n in figures.states.items() if identity}
    assert states == {"delivered": 1, "unclear": 1, "refused": 2}
    assert figures.refused == {"bad_request": 1, "blocked": 1}
    assert len(figures.unclear) == 1
    assert figures.states["", "unreachable"] > 0
    assert len(api.calls_of("sendMessage")) == 4, "the second worker told nobody again"

    shown = figures_as_json(figures)
    assert shown["planned"]["counts"]["reminder"] > 0
    assert shown["identities"][0]["delivered_last_hour"] == 1
    with locale_of("en"):
        told = " ".join(describe(figures))
    assert "whether it arrived" in told
    assert "defect of ours" in told

    registry = CollectorRegistry()
    PushMeters(registry).show(figures)
    written = generate_latest(registry).decode()
    assert 'nhacchuan_push_refused_last_week{reason="blocked"} 1.0' in written
    assert "nhacchuan_push_today_planned 1.0" in written

    capsys.readouterr()
    for as_json in (True, False):
        await show_queue(office.settings.model_copy(update={"today": MONDAY.date()}), as_json=as_json)
        printed = capsys.readouterr().out
        assert f"telegram:{api.me['id']}" in printed
        assert json.loads(printed)["stuck"] == 0 if as_json else "23/11/2026" in printed


async def test_doctor_names_messages_that_were_made_wrongly(province):
    office, _api = province
    check = _push_of(await office.push.read_figures())
    assert not check.is_well
    assert "telegram.bad_request" in check.mend


PACES = {
    "the usual pace": ({}, True),
    "more than is free": ({"telegram_per_second": 40}, False),
    "no limit at all": ({"telegram_per_second": 0}, False),
    "more, and paid for": ({"telegram_per_second": 40, "telegram_paid_broadcast": True}, True),
    "a server of one's own": ({"telegram_per_second": 0, "telegram_api": "http://127.0.0.1:8081"}, True),
}


@pytest.mark.parametrize(("given", "is_well"), PACES.values(), ids=PACES)
def test_doctor_sees_whether_the_pace_is_allowed_and_tells_its_price(given, is_well):
    settings = Settings(_env_file=None, **given)
    with locale_of("en"):
        check = _check_pace(settings)
    assert check.is_well is is_well
    assert ("Telegram Stars" in check.found) == settings.telegram_paid_broadcast


async def test_worker_without_a_channel_plans_the_paper_list_and_sends_nothing(province):
    office, api = province
    settings = office.settings.model_copy(update={"telegram_token": None})
    before = len(api.calls)
    async with open_office(settings, clock=MondayClock(), keeps_threads=False) as bare:
        assert make_senders(bare) == ()
        async with working(bare):
            await until(bare, lambda figures: figures.workers == 1)
    assert len(api.calls) == before


class PlansNothing:
    """The work of a fleet whose daily plan fails again and again."""

    async def list_due(self):
        return ()

    async def pump(self, identity, stop):
        raise NotImplementedError

    async def plan(self):
        raise RuntimeError("the plan of the day cannot be made")

    async def tidy(self):
        return None

    async def renew(self):
        return None

    async def tell_hook(self, number):
        raise NotImplementedError


async def test_clock_of_a_breach_is_told_of_though_no_day_can_be_planned(province):
    office, _api = province
    kept = Breach(MONDAY - timedelta(hours=30), MONDAY, "CB080", MONDAY + timedelta(hours=42), "Mất máy")
    async with office._database.transaction() as drawers:
        number = (await drawers.privacy.open_breach(kept)).number
    worker, stop = Worker(office.connection_words, PlansNothing(), rounds=make_rounds(office, ())), asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        while (await office.privacy.find_breach(number)).warned is None:  # noqa: ASYNC110  the database changes
            await asyncio.sleep(0.1)
        stop.set()
    assert (await office.privacy.find_breach(number)).warned == 48
    await office.privacy.close_breach(number, "CB080")


async def test_token_that_is_none_is_refused_in_a_sentence(province):
    office, _api = province
    settings = office.settings.model_copy(update={"telegram_token": secret(office, "nonsense")})
    async with open_office(settings, clock=MondayClock(), keeps_threads=False) as wrong:
        with pytest.raises(InputError):
            make_senders(wrong)


async def test_run_opens_the_doors_with_a_worker_and_ends_both(province, tmp_path):
    office, api = province
    settings = office.settings
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
    environment = {
        **kept,
        "NHACCHUAN_HOME": str(settings.home),
        "NHACCHUAN_DATABASE_URL": settings.database_url.get_secret_value(),
        "NHACCHUAN_SECRET_KEY": settings.secret_key.get_secret_value(),
        "NHACCHUAN_TELEGRAM_TOKEN": api.token,
        "NHACCHUAN_TELEGRAM_API": api.base,
        "NHACCHUAN_HTTP": "127.0.0.1:0",
        "NHACCHUAN_TODAY": "2026-11-23",
    }
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stdout=file, stderr=file
        )
        try:
            await until(office, lambda figures: figures.workers == 1, 60)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    said = log.read_text(encoding="utf-8")
    assert "23/11/2026" in said
    assert api.token.partition(":")[2] not in said
    assert (await office.push.read_figures()).workers == 0
