"""The stand-in's webhook: probe, signatures, retries, copies, echoes, receipts, and control over HTTP."""

import asyncio
import contextlib
import json
import ssl

import httpx
import pytest
from aiohttp import web

from tests.standins.zalo_ground import Clock
from tests.standins.zalo_oa import ZaloOa, sign
from tests.standins.zalo_oa.shapes import read_message

TLS = ssl.create_default_context()  # once: making it is slow
NOW = 1_794_000_000.0


class Receiver:
    """A webhook of ours: keeps what came and answers as told."""

    def __init__(self):
        self.status = 200
        self.came = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.url = ""

    async def take(self, request):
        self.came.append((dict(request.headers), await request.read()))
        await self.may_answer.wait()
        return web.Response(status=self.status)

    @property
    def events(self):
        return [json.loads(body) for _, body in self.came if body != b"{}"]


@pytest.fixture
async def receiver():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/zalo", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/zalo"
    yield receiver
    await runner.cleanup()


@contextlib.asynccontextmanager
async def running(**given):
    oa = ZaloOa(clock=Clock(start=NOW), **given)
    await oa.start()
    try:
        yield oa
    finally:
        await oa.stop()


@pytest.fixture
async def oa(receiver):
    async with running() as oa:
        assert await oa.save_webhook(receiver.url)
        yield oa


async def settle(oa):
    await oa.wait_for(lambda: all(one.attempts for one in oa.webhook.deliveries))


async def send(oa, person, text="Xin chào"):
    body = {"recipient": {"user_id": person.id}, "message": {"text": text}}
    async with httpx.AsyncClient(verify=TLS) as client:
        url, headers = f"{oa.openapi_base}/v3.0/oa/message/cs", {"access_token": oa.access_token}
        return (await client.post(url, json=body, headers=headers)).json()


async def test_address_is_not_saved_when_the_unsigned_probe_is_refused(oa, receiver):
    oa.webhook.url = None
    receiver.status = 401
    assert not await oa.save_webhook(receiver.url)
    assert oa.webhook.url is None
    assert "X-ZEvent-Signature" not in receiver.came[-1][0]


@pytest.mark.parametrize("first", ["app_id", "oa_id"])
@pytest.mark.parametrize("secret", ["oa secret", "app secret"])
@pytest.mark.parametrize("prefix", [True, False], ids=["with mac=", "without mac="])
async def test_events_are_signed_over_the_raw_body_by_every_documented_formula(oa, receiver, first, secret, prefix):
    oa.switches.change(signature_first=first, signature_secret=secret, signature_prefix=prefix)
    lan = oa.person("Lan")
    lan.says("xin chào")
    await settle(oa)
    headers, body = receiver.came[-1]
    key = oa.oa_secret if secret == "oa secret" else oa.app_secret
    expected = sign(getattr(oa, first), body, str(int(NOW * 1000)), key)
    assert headers["X-ZEvent-Signature"] == ("mac=" if prefix else "") + expected
    event = json.loads(body)
    assert event["sender"] == {"id": lan.id}
    assert event["message"] == {"text": "xin chào", "msg_id": lan.rows[0].id}
    assert isinstance(event["timestamp"], str)


@pytest.mark.parametrize("how", ["unsigned", "wrong", "hmac", "changed"])
async def test_forged_events_carry_no_good_signature_when_brought(oa, receiver, how):
    lan = oa.person("Lan")
    forged = oa.webhook.forge(oa.event_from(lan.id, "user_send_text", {"text": "x", "msg_id": "1"}), how)
    await oa.wait_for(lambda: bool(forged.attempts))
    headers, body = receiver.came[-1]
    good = sign(oa.app_id, body, str(int(NOW * 1000)), oa.oa_secret)
    assert headers.get("X-ZEvent-Signature") != f"mac={good}"


async def test_event_is_brought_by_the_ladder_and_the_webhook_disabled_when_it_is_refused(oa, receiver):
    receiver.status = 500
    oa.person("Lan").says("x")
    delivery = oa.webhook.deliveries[0]
    for tries, wait in enumerate([0, 30, 300, 900, 1800, 3600], start=1):
        oa.clock.advance(wait)
        await oa.wait_for(lambda tries=tries: len(delivery.attempts) == tries)
    assert delivery.state == "given up"
    assert [headers.get("num_retry") for headers, _ in receiver.came[1:]] == [None, "1", "2", "3", "4", "5"]
    assert len({body for _, body in receiver.came[1:]}) == 1
    assert not oa.webhook.is_enabled
    oa.person("Minh").says("y")
    assert oa.webhook.deliveries[-1].state == "no webhook"


async def test_event_is_brought_again_when_it_was_refused_once(oa, receiver):
    receiver.status = 503
    oa.person("Lan").says("x")
    await settle(oa)
    receiver.status = 200
    oa.clock.advance(30)
    await oa.wait_for(lambda: oa.webhook.deliveries[0].state == "delivered")


async def test_event_is_brought_again_when_its_answer_came_too_late(receiver):
    async with running(webhook_deadline=0.1) as oa:
        await oa.save_webhook(receiver.url)
        receiver.may_answer.clear()
        oa.person("Lan").says("x")
        await settle(oa)
        assert oa.webhook.deliveries[0].attempts[0].status == 0
        receiver.may_answer.set()
        oa.clock.advance(30)
        await oa.wait_for(lambda: oa.webhook.deliveries[0].state == "delivered")
        assert len(receiver.events) == 2


@pytest.mark.parametrize(("shape", "field"), [("new", "full_address"), ("old", "district")])
async def test_shared_details_come_in_either_shape_when_the_form_is_filled_in(oa, receiver, shape, field):
    oa.switches.change(submitted_shape=shape)
    lan = oa.person("Lan", phone="84912345678", is_follower=True, interacted_at=NOW)
    element = {"title": "Sở A", "subtitle": "Xin số", "image_url": "https://cdn.example.vn/a.png"}
    payload = {"template_type": "request_user_info", "elements": [element]}
    oa.sending.put(lan, read_message({"attachment": {"type": "template", "payload": payload}}, oa.switches))
    lan.submits_info()
    await settle(oa)
    event = next(one for one in receiver.events if one["event_name"] == "user_submit_info")
    assert event["info"]["phone"] == "84912345678"
    assert field in event["info"]


async def test_events_come_several_times_or_late_when_wanted(oa, receiver):
    lan = oa.person("Lan")
    lan.says("hai lần", copies=2)
    lan.says("muộn", delay=5)
    lan.says("sớm")
    await oa.wait_for(lambda: len(receiver.events) == 3)
    oa.clock.advance(5)
    await oa.wait_for(lambda: len(receiver.events) == 4)
    assert receiver.events[-1]["message"]["text"] == "muộn"
    assert int(receiver.events[-1]["timestamp"]) == int(NOW * 1000)


async def test_own_messages_come_back_with_receipt_and_seen_when_sent(oa, receiver):
    lan = oa.person("Lan", is_follower=True, interacted_at=NOW)
    sent = (await send(oa, lan))["data"]["message_id"]
    lan.opens_chat()
    await settle(oa)
    by_name = {event["event_name"]: event for event in receiver.events}
    assert by_name["oa_send_text"]["sender"] == {"id": oa.oa_id}
    assert by_name["oa_send_text"]["message"]["msg_id"] == sent
    assert by_name["user_received_message"]["message"] == {"msg_id": sent}
    assert by_name["user_seen_message"]["message"] == {"msg_ids": [sent]}


async def test_echoes_and_receipts_vary_when_switched(receiver):
    async with running(receipt_delay=10.0) as oa:
        await oa.save_webhook(receiver.url)
        oa.switches.change(echo_msg_id="other", seen_field="msg_id")
        lan = oa.person("Lan", is_follower=True, interacted_at=NOW)
        sent = (await send(oa, lan))["data"]["message_id"]
        assert oa.webhook.events_of("oa_send_text")[0]["message"]["msg_id"] != sent
        assert oa.webhook.events_of("user_received_message") == []
        oa.clock.advance(10)
        await oa.wait_for(lambda: bool(oa.webhook.events_of("user_received_message")))
        oa.switches.change(receipts="seen first")
        await send(oa, lan)
        lan.opens_chat()
        names = [one.event["event_name"] for one in oa.webhook.deliveries]
        assert names[-3:] == ["user_seen_message", "user_seen_message", "user_received_message"]
        lan.is_reachable = False


async def test_people_are_told_of_as_documented_when_they_follow_share_and_send(oa, receiver):
    lan = oa.person("Lan")
    lan.follows()
    lan.shows_image()
    lan.sends_file(b"1234", "bang.pdf")
    lan.shows_location()
    lan.unfollows()
    await oa.wait_for(lambda: len(receiver.events) == 5)
    by_name = {event["event_name"]: event for event in receiver.events}
    assert by_name["follow"]["follower"] == {"id": lan.id}
    assert not {"sender", "recipient"} & by_name["follow"].keys()
    payload = by_name["user_send_file"]["message"]["attachments"][0]["payload"]
    assert (payload["name"], payload["size"]) == ("bang.pdf", "4")
    async with httpx.AsyncClient(verify=TLS) as client:
        assert (await client.get(payload["url"])).content == b"1234"
    place = by_name["user_send_location"]["message"]["attachments"][0]["payload"]
    assert place["coordinates"]["latitude"] == "20.65"


async def test_only_ticked_events_come_when_some_are_not_ticked(oa, receiver):
    oa.webhook.ticked = {"user_send_text"}
    lan = oa.person("Lan")
    lan.follows()
    lan.says("x")
    await settle(oa)
    assert [event["event_name"] for event in receiver.events] == ["user_send_text"]


async def test_many_events_are_brought_once_each_when_flooded(oa, receiver):
    lan = oa.person("Lan")
    events = [oa.event_from(lan.id, "user_send_text", {"text": "x", "msg_id": f"m{n}"}) for n in range(100)]
    brought = await oa.webhook.flood(events, per_second=500)
    assert {one.state for one in brought} == {"delivered"}
    assert {event["message"]["msg_id"] for event in receiver.events} == {f"m{n}" for n in range(100)}


async def test_account_can_be_driven_over_http_when_the_test_is_elsewhere(oa, receiver):
    async with httpx.AsyncClient(base_url=f"{oa.base}/_ctl", verify=TLS) as control:

        async def act(what, **given):
            return await control.post(f"/acts/{what}", json=given)

        lan = (await act("new_person", name="Lan", phone="84912345678")).json()["result"]
        await act("follows", person=lan)
        await act("says", person=lan, text="chào")
        await settle(oa)
        assert (await send(oa, oa.people[lan], "đây"))["error"] == 0
        assert (await act("reads", person=lan)).json()["result"] == "đây"
        assert (await act("taps", person=lan, title="Không có")).status_code == 400
        assert (await control.patch("/switches", json={"signature_first": "oa_id"})).status_code == 200
        fault = {"call": "message/cs", "harm": "answer", "code": -32, "message": "rate", "times": None, "about": lan}
        await control.post("/faults", json=fault)
        assert (await send(oa, oa.people[lan]))["error"] == -32
        await control.delete("/faults")
        await act("expire_access")
        assert (await send(oa, oa.people[lan]))["error"] == -220
        assert (await control.post("/faults", json={"call": "x", "harm": "flood"})).status_code == 400
        state = (await control.get("/state")).json()
        assert state["people"][lan]["rows"][-1]["text"] == "đây"
        assert "says" in (await control.get("/acts")).json()
