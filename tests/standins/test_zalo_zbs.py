"""The stand-in of template messages keeps the contract: codes by host, quota, receipts, approval."""

import contextlib
import hashlib
import ssl
import unicodedata
from datetime import datetime

import httpx
import pytest

from tests.standins.zalo_ground import HANOI, Clock
from tests.standins.zalo_oa import ZaloOa
from tests.standins.zalo_zbs import Param, ZaloZbs

TLS = ssl.create_default_context()  # once: making it is slow
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=HANOI).timestamp()
PHONE = "84912345678"


@contextlib.asynccontextmanager
async def running(**given):
    zbs = ZaloZbs(ZaloOa(clock=Clock(start=NOON)), **given)
    zbs.template("123456", [Param("customer_name", 10), Param("due_on", 10, type="DATE"), Param("note", require=False)])
    await zbs.start()
    try:
        yield zbs
    finally:
        await zbs.stop()


@pytest.fixture
async def zbs():
    async with running() as zbs:
        yield zbs


@pytest.fixture
def lan(zbs):
    return zbs.oa.person("Lan", phone=PHONE)


DATA = {"customer_name": "Lan", "due_on": "20/11/2026"}
BODY = {"phone": PHONE, "template_id": "123456", "template_data": DATA, "tracking_id": "t1"}


async def post(zbs, path="message/template", body=None, *, base=None, token=None, **more):
    async with httpx.AsyncClient(verify=TLS) as client:
        headers = {"access_token": token or zbs.oa.access_token}
        given = more or {"json": body if body is not None else BODY}
        return (await client.post(f"{base or zbs.business_base}/{path}", headers=headers, **given)).json()


async def ask(zbs, path, **query):
    async with httpx.AsyncClient(verify=TLS) as client:
        headers = {"access_token": zbs.oa.access_token}
        return (await client.get(f"{zbs.business_base}/{path}", headers=headers, params=query)).json()


async def by_user(zbs, person, **changes):
    body = {"user_id": person.id, "template_id": "123456", "template_data": DATA, **changes}
    return await post(zbs, "v3.0/oa/message/template", body, base=zbs.oa.openapi_base)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({}, 0, id="all as it should be"),
        pytest.param({"phone": f"+{PHONE}"}, 0, id="a plus before the number"),
        pytest.param({"phone": "0912345678"}, -108, id="a leading zero"),
        pytest.param({"phone": 84912345678}, -108, id="a number that is no string"),
        pytest.param({"phone": "84900000000"}, -118, id="nobody's number"),
        pytest.param({"template_id": "9"}, -109, id="an unknown template"),
        pytest.param({"template_data": {}}, -111, id="no data"),
        pytest.param({"template_data": {**DATA, "customer_name": 5}}, -112, id="data that is no string"),
        pytest.param({"template_data": {**DATA, "customer_name": "x" * 11}}, -1121, id="data too long"),
        pytest.param({"template_data": {"customer_name": "Lan"}}, -1122, id="a parameter missing"),
        pytest.param({"template_data": {**DATA, "due_on": "2026-11-20"}}, -1124, id="a date written otherwise"),
        pytest.param({"template_data": {**DATA, "colour": "x"}}, -153, id="a parameter that is not there"),
        pytest.param({"tracking_id": None}, -132, id="no tracking id"),
        pytest.param({"tracking_id": "x" * 49}, -132, id="a tracking id too long"),
        pytest.param({"user_id": "73"}, -132, id="a user id on the phone host"),
        pytest.param({"sending_mode": "2"}, -161, id="an unknown sending mode"),
        pytest.param({"mode": "development"}, -127, id="a test to somebody who is no administrator"),
    ],
)
async def test_messages_by_phone_answer_with_the_codes_of_their_host(zbs, lan, changes, code):
    assert (await post(zbs, body={**BODY, **changes}))["error"] == code
    assert len(zbs.sent) == (code == 0)


async def test_name_in_decomposed_letters_is_too_long_when_it_would_fit_composed(zbs, lan):
    name = "Nguyễn Thị"
    data = {**DATA, "customer_name": unicodedata.normalize("NFC", name)}
    assert (await post(zbs, body={**BODY, "template_data": data}))["error"] == 0
    data = {**DATA, "customer_name": unicodedata.normalize("NFD", name)}
    assert (await post(zbs, body={**BODY, "template_data": data}))["error"] == -1121


async def test_bodies_and_tokens_are_refused_when_they_are_none(zbs, lan):
    assert (await post(zbs, content=b""))["error"] == -121
    assert (await post(zbs, content=b"{"))["error"] == -122
    assert (await post(zbs, token="stranger"))["error"] == -124
    old = zbs.oa.access_token
    zbs.oa.grants.issue()
    assert (await post(zbs, token=old))["error"] == -124


@pytest.mark.parametrize(
    ("status", "code"), [("PENDING_REVIEW", -131), ("REJECT", -131), ("DISABLE", -146), ("DELETE", -109)]
)
async def test_template_is_refused_when_it_is_not_approved(zbs, lan, status, code):
    zbs.decide("123456", status, "vì nội dung")
    assert (await post(zbs))["error"] == code
    assert zbs.oa.webhook.events_of("change_template_status")[0]["status"]["new_status"] == status


async def test_quota_is_kept_by_day_and_told_when_it_moves(lan, zbs):
    zbs.daily_quota = 2
    answers = [await post(zbs) for _ in range(3)]
    assert [one["error"] for one in answers] == [0, 0, -144]
    assert answers[0]["data"]["quota"] == {"dailyQuota": "2", "remainingQuota": "1"}
    assert (await ask(zbs, "message/quota"))["data"]["remainingQuota"] == "0"
    zbs.oa.clock.advance(43_200)
    zbs.templates["123456"].daily_limit = 1
    assert [(await post(zbs))["error"] for _ in range(2)] == [0, -147]
    zbs.change_quota(1000)
    assert zbs.oa.webhook.events_of("change_oa_daily_quota")[0]["quota"] == {"prev_value": 2, "new_value": 1000}


async def test_money_and_people_are_refused_by_their_codes(zbs, lan):
    zbs.refuse(lan, -141)
    assert (await post(zbs))["error"] == -141
    zbs.refuse(lan, None)
    zbs.oa.wallet = 0
    assert ((await post(zbs))["error"], (await by_user(zbs, lan))["error"]) == (-115, -321)
    zbs.oa.wallet = None
    assert ((await post(zbs))["error"], (await by_user(zbs, lan))["error"]) == (-136, -320)
    zbs.admins.add(PHONE)
    zbs.oa.wallet, zbs.development_messages = 5, 1
    assert [(await post(zbs, body={**BODY, "mode": "development"}))["error"] for _ in range(2)] == [0, -126]


async def test_receipt_comes_after_a_while_and_status_follows_when_sent(lan, zbs):
    zbs.receipt_delay = 5.0
    sent = (await post(zbs))["data"]["msg_id"]
    assert (await ask(zbs, "message/status", message_id=sent))["data"]["status"] == 0
    zbs.oa.clock.advance(5)
    await zbs.oa.wait_for(lambda: bool(zbs.oa.webhook.events_of("user_received_message")))
    event = zbs.oa.webhook.events_of("user_received_message")[0]
    told = {"msg_id": sent, "tracking_id": "t1", "delivery_time": str(int((NOON + 5) * 1000))}
    assert (event["recipient"], event["message"]) == ({"id": PHONE}, told)
    assert zbs.oa.webhook.deliveries[-1].headers["X-ZEvent-Server"] == "ZNS"
    assert (await ask(zbs, "message/status", message_id=sent))["data"]["status"] == 1
    assert (await ask(zbs, "message/status", message_id="other"))["data"]["status"] == -1


async def test_message_of_the_night_is_pushed_in_the_morning_or_refused_when_switched(lan, zbs):
    zbs.oa.clock.advance(11 * 3600)
    await post(zbs)
    zbs.oa.clock.advance(7 * 3600 - 1)
    assert not zbs.oa.webhook.events_of("user_received_message")
    zbs.switches.change(receipt_shape="flat")
    zbs.oa.clock.advance(1)
    await zbs.oa.wait_for(lambda: bool(zbs.oa.webhook.events_of("user_received_message")))
    assert zbs.oa.webhook.events_of("user_received_message")[0]["recipient"] == PHONE
    zbs.oa.clock.advance(-3600)
    zbs.switches.change(night_rule="-133", duplicate_tracking="-132")
    assert (await post(zbs, body={**BODY, "tracking_id": "t2"}))["error"] == -133
    assert (await post(zbs))["error"] == -132


async def test_messages_by_user_id_answer_with_the_codes_of_the_account(zbs, lan):
    made = await by_user(zbs, lan)
    assert made["data"]["message_id"] == lan.rows[-1].id
    assert "Lan" in lan.sees()
    assert zbs.oa.webhook.events_of("oa_send_template")
    assert (await by_user(zbs, lan, tracking_id="t1"))["error"] == -201
    assert (await by_user(zbs, lan, template_id="9"))["error"] == -201
    assert (await by_user(zbs, lan, template_data={**DATA, "customer_name": "x" * 11}))["error"] == -210
    zbs.templates["123456"].is_usable_by_user_id = False
    assert (await by_user(zbs, lan))["error"] == -249
    zbs.oa.grants.expire_access()
    assert (await by_user(zbs, lan))["error"] == -220


async def test_message_goes_by_hash_when_the_number_is_hashed(zbs, lan):
    hashed = hashlib.sha256(PHONE.encode()).hexdigest()
    assert hashed == "25cc2f7574420a2d46c9f2d6cf94cdbb242ef7d479afe92ed6e8eb33a7493093"
    body = {**{key: value for key, value in BODY.items() if key != "phone"}, "hash_phone": hashed}
    assert (await post(zbs, "message/template/hashphone", body))["error"] == 0
    assert next(iter(zbs.sent.values())).to == hashed


async def test_templates_are_told_created_and_edited_by_their_rules(zbs):
    told = (await ask(zbs, "template/info/v2", template_id="123456"))["data"]
    assert (told["status"], told["listParams"][0]["maxLength"]) == ("ENABLE", 10)
    sample = (await ask(zbs, "template/sample-data", template_id="123456"))["data"]
    zbs.templates["123456"].ensure_fits(sample)
    new = {"template_name": "Nhắc hạn", "template_type": 1, "tag": "1", "params": [{"name": "who", "maxLength": 5}]}
    made = (await post(zbs, "template/create", new))["data"]
    assert made["template_status"] == "PENDING_REVIEW"
    edit = {"template_id": made["template_id"], "template_name": "Nhắc"}
    assert (await post(zbs, "template/edit", edit))["error"] == -1091
    zbs.decide(made["template_id"], "REJECT", "x")
    assert (await post(zbs, "template/edit", edit))["data"]["template_status"] == "PENDING_REVIEW"
    listed = await ask(zbs, "template/all", offset=0, limit=100, status="PENDING_REVIEW")
    assert (listed["metadata"]["total"], listed["data"][0]["templateName"]) == (1, "Nhắc")
    assert (await ask(zbs, "template/all", offset=0, limit=101))["error"] == -132
    assert (await ask(zbs, "quality"))["data"]["oaCurrentQuality"] == "HIGH"
    assert (await ask(zbs, "message/template-tag"))["data"] == ["IN_TRANSACTION"]


async def test_pictures_follow_their_limits_when_uploaded(zbs):
    assert (await post(zbs, "upload/image", files={"file": ("a.png", b"x")}))["data"]["media_id"]
    assert (await post(zbs, "upload/image", files={"file": ("a.gif", b"x")}))["error"] == -159
    assert (await post(zbs, "upload/image", files={"file": ("a.png", b"x" * 500_001)}))["error"] == -158


async def test_template_messages_can_be_driven_over_http(zbs, lan):
    async with httpx.AsyncClient(base_url=f"{zbs.oa.base}/_ctl", verify=TLS) as control:
        await control.post("/acts/new_template", json={"template_id": "7", "params": {"who": 5}})
        assert (await control.patch("/switches", json={"zbs_night_rule": "-133"})).status_code == 200
        await control.post("/acts/refuse_phone", json={"person": lan.id, "code": -114})
        fault = {"call": "business/message/template", "harm": "answer", "code": -137, "about": PHONE}
        await control.post("/faults", json=fault)
        body = {**BODY, "template_id": "7", "template_data": {"who": "Lan"}}
        assert [(await post(zbs, body=body))["error"] for _ in range(2)] == [-137, -114]
        assert (await control.get("/state")).json()["zbs"]["quota"]["dailyQuota"] == "500"
    assert zbs.switches.night_rule == "-133"
