"""What the Zalo stand-ins stand on: clocks, held calls, parameters in every form, and running by themselves."""

import asyncio
import re
import signal
import ssl
import sys
from pathlib import Path

import httpx
import pytest

from tests.standins.zalo_bot import ZaloBot
from tests.standins.zalo_ground import Clock, faults
from tests.standins.zalo_ground.bell import Bell
from tests.standins.zalo_ground.clock import Agenda
from tests.standins.zalo_oa import ZaloOa

TLS = ssl.create_default_context()  # once: making it is slow


class Moved:
    """Somebody else's clock."""

    now = 1000.0

    def __call__(self):
        return self.now


async def test_waiting_ends_when_somebody_elses_clock_goes_on():
    moved = Moved()
    clock = Clock(moved)
    waiting = asyncio.ensure_future(clock.wait(Bell(), lambda: False, 1010.0))
    await asyncio.sleep(0)
    moved.now = 1010.0
    assert await asyncio.wait_for(waiting, 2) is False
    clock.advance(5)
    assert clock() == 1015.0


async def test_work_is_done_in_the_order_of_its_times_when_the_clock_is_moved():
    clock, done, bell = Clock(start=0.5), [], Bell()
    agenda = Agenda(clock)

    def note(word):
        async def work():
            done.append(word)
            bell.ring()

        return work

    agenda.put(20, note("late"))
    agenda.put(10, note("soon"))
    agenda.put(0, note("now"))
    for words in (["now"], ["now", "soon"], ["now", "soon", "late"]):
        assert await bell.wait_until(lambda words=words: done == words, 2)
        clock.advance(10)
    await agenda.stop()


async def test_call_is_carried_out_all_the_same_when_the_caller_left_a_held_one():
    async with ZaloOa() as oa, httpx.AsyncClient(verify=TLS, timeout=0.2) as client:
        old, go = oa.refresh_token, asyncio.Event()
        oa.fail_next("oauth/access_token", faults.held(go))
        form = {"app_id": oa.app_id, "grant_type": "refresh_token", "refresh_token": old}
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"{oa.oauth_base}/v4/oa/access_token", data=form, headers={"secret_key": oa.app_secret})
        assert oa.refresh_token == old
        go.set()
        await oa.wait_for(lambda: oa.refresh_token != old)


async def test_a_fault_after_a_call_waits_for_one_that_is_carried_out_when_the_first_is_refused():
    async with ZaloOa() as oa, httpx.AsyncClient(verify=TLS) as client:
        lan = oa.person("Lan", is_follower=True, interacted_at=oa.clock())
        oa.fail_next("message/cs", faults.gateway_page(502, after=True), about=lan.id)
        body = {"recipient": {"user_id": lan.id}, "message": {"text": "chào"}}
        url, token = f"{oa.openapi_base}/v3.0/oa/message/cs", oa.grants.access_token
        oa.grants.expire_access()
        assert (await client.post(url, json=body, headers={"access_token": token})).json()["error"] == -220
        form = {"app_id": oa.app_id, "grant_type": "refresh_token", "refresh_token": oa.refresh_token}
        new = await client.post(f"{oa.oauth_base}/v4/oa/access_token", data=form, headers={"secret_key": oa.app_secret})
        header = {"access_token": new.json()["access_token"]}
        assert [(await client.post(url, json=body, headers=header)).status_code for _each in range(2)] == [502, 200]


@pytest.mark.parametrize("form", ["query", "json", "form", "multipart", "GET"])
async def test_parameters_are_read_when_given_in_any_form(form):
    async with ZaloBot() as platform, httpx.AsyncClient(verify=TLS) as client:
        lan = platform.person("Lan")
        lan.says("a")
        given, url = {"chat_id": lan.id, "text": "đây"}, f"{platform.base}/bot{platform.token}/sendMessage"
        parts = {name: (None, value) for name, value in given.items()}
        more = {
            "query": {"params": given}, "json": {"json": given}, "form": {"data": given},
            "multipart": {"files": parts}, "GET": {"params": given},
        }[form]  # fmt: skip
        await client.request("GET" if form == "GET" else "POST", url, **more)
        assert lan.sees() == "đây"


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"'])
async def test_bodies_are_refused_when_they_are_no_json_object(body):
    async with ZaloBot() as platform, httpx.AsyncClient(verify=TLS) as client:
        answer = await client.post(f"{platform.base}/bot{platform.token}/getMe", content=body)
        assert answer.json()["error_code"] == 400
        platform.violations.clear()


@pytest.mark.parametrize("name", ["zalo_bot", "zalo_oa", "zalo_zbs"])
async def test_stand_in_serves_and_says_where_when_run_by_itself(name):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"tests.standins.{name}",
        "--clock",
        "1794000000",
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    try:
        control = ""
        while not control:
            line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
            assert line, "it ended early"
            if found := re.match("CONTROL=(.*)", line):
                control = found[1].strip()
        async with httpx.AsyncClient(verify=TLS) as client:
            assert (await client.get(f"{control}/state")).json()["now"] == 1794000000
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0
