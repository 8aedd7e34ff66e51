"""The stand-in of the Official Account keeps the contract: tokens, windows, shapes, uploads, questions."""

import base64
import contextlib
import hashlib
import json
import ssl
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.standins.zalo_ground import HANOI, Clock, faults, masked
from tests.standins.zalo_oa import OaSwitches, ZaloOa, sign

TLS = ssl.create_default_context()  # once: making it is slow
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=HANOI).timestamp()
HOUR, DAY = 3600.0, 86_400.0
CALLBACK = "http://127.0.0.1/zalo/callback"


@contextlib.asynccontextmanager
async def running(**given):
    oa = ZaloOa(clock=Clock(start=NOON), **given)
    await oa.start()
    try:
        yield oa
    finally:
        await oa.stop()


@pytest.fixture
async def oa():
    async with running() as oa:
        yield oa


async def post(oa, path, body, *, token=None, **more):
    async with httpx.AsyncClient(verify=TLS) as client:
        headers = {"access_token": oa.access_token if token is None else token}
        return await client.post(f"{oa.openapi_base}/{path}", json=body, headers=headers, **more)


async def ask(oa, path, data=None):
    async with httpx.AsyncClient(verify=TLS) as client:
        query = {} if data is None else {"data": json.dumps(data)}
        headers = {"access_token": oa.access_token}
        return (await client.get(f"{oa.openapi_base}/{path}", params=query, headers=headers)).json()


async def send(oa, person, message=None, **more):
    body = {"recipient": {"user_id": person.id}, "message": message or {"text": "Xin chào"}}
    return (await post(oa, "v3.0/oa/message/cs", body, **more)).json()


async def upload(oa, kind, name, content):
    async with httpx.AsyncClient(verify=TLS) as client:
        url, headers = f"{oa.openapi_base}/v2.0/oa/upload/{kind}", {"access_token": oa.access_token}
        return (await client.post(url, files={"file": (name, content)}, headers=headers)).json()


async def hand_out(oa, *, secret=None, **form):
    async with httpx.AsyncClient(verify=TLS) as client:
        return await client.post(
            f"{oa.oauth_base}/v4/oa/access_token",
            data={"app_id": oa.app_id, **form},
            headers={"secret_key": secret or oa.app_secret},
        )


async def refresh(oa, token):
    return await hand_out(oa, grant_type="refresh_token", refresh_token=token)


async def consent(oa, **given):
    async with httpx.AsyncClient(verify=TLS) as client:
        query = {"app_id": oa.app_id, "redirect_uri": CALLBACK, **given}
        return await client.get(f"{oa.oauth_base}/v4/oa/permission", params=query)


def friend(oa, name="Lan", hours_ago=1.0, **more):
    return oa.person(name, is_follower=True, interacted_at=oa.clock() - hours_ago * HOUR, **more)


# ---- tokens -------------------------------------------------------------------------------------------------------


async def test_pair_replaces_the_old_one_when_refreshed(oa):
    access, old = oa.access_token, oa.refresh_token
    made = (await refresh(oa, old)).json()
    assert made == {"access_token": oa.access_token, "refresh_token": oa.refresh_token, "expires_in": "90000"}
    assert (await send(oa, friend(oa), token=access))["error"] == -220
    assert (await send(oa, friend(oa)))["error"] == 0
    assert oa.grants.refreshes == 1


@pytest.mark.parametrize(("how", "code"), [("named", None), ("-14014", -14014), ("-118", -118)])
async def test_refusal_has_no_token_and_http_200_when_a_refresh_token_is_used_twice(oa, how, code):
    oa.switches.change(dead_refresh=how)
    old = oa.refresh_token
    await refresh(oa, old)
    answer = await refresh(oa, old)
    assert answer.status_code == 200
    assert "access_token" not in answer.json()
    assert answer.json().get("error") == code
    assert oa.grants.dead_uses == 1
    assert (await refresh(oa, oa.refresh_token)).json()["access_token"]


async def test_grant_is_lost_when_the_answer_to_a_refresh_is(oa):
    old = oa.refresh_token
    oa.fail_next("oauth/access_token", faults.lost_answer())
    with pytest.raises(httpx.RemoteProtocolError):
        await refresh(oa, old)
    assert "access_token" not in (await refresh(oa, old)).json()
    oa.fail_next("oauth/access_token", faults.answer_with({"error_name": "?", "error_description": "?"}))
    assert "access_token" not in (await refresh(oa, oa.refresh_token)).json()
    assert (await refresh(oa, oa.refresh_token)).json()["access_token"]


@pytest.mark.parametrize(("after", "code"), [(25 * HOUR - 1, 0), (25 * HOUR, -220)], ids=["before", "after"])
async def test_access_token_dies_when_25_hours_have_gone(oa, after, code):
    lan = friend(oa)
    oa.clock.advance(after)
    assert (await send(oa, lan))["error"] == code


async def test_refresh_token_dies_when_three_months_have_gone_or_the_grant_is_withdrawn(oa):
    oa.clock.advance(90 * DAY)
    assert "access_token" not in (await refresh(oa, oa.refresh_token)).json()
    oa.grants.issue()
    oa.grants.withdraw()
    assert (await send(oa, friend(oa)))["error"] == -220
    assert "access_token" not in (await refresh(oa, oa.refresh_token)).json()


async def test_code_is_exchanged_once_when_consent_was_given(oa):
    answer = await consent(oa, state="s1")
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["oa_id"], back["state"]) == ([oa.oa_id], ["s1"])
    code = back["code"][0]
    assert (await hand_out(oa, grant_type="authorization_code", code=code)).json()["access_token"] == oa.access_token
    assert "access_token" not in (await hand_out(oa, grant_type="authorization_code", code=code)).json()
    assert masked(code) == oa.calls_of("oauth/access_token")[0].body["code"]


@pytest.mark.parametrize(
    ("parameters", "verifier", "is_given"),
    [
        pytest.param("fixed", "x" * 43, True, id="the console's challenge, its verifier"),
        pytest.param("fixed", "y" * 43, False, id="the console's challenge, another verifier"),
        pytest.param("per request", "y" * 43, True, id="the link's challenge, its verifier"),
    ],
)
async def test_verifier_must_fit_when_there_is_a_challenge(oa, parameters, verifier, is_given):
    def challenge(value):
        return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()

    oa.switches.change(consent_parameters=parameters, returns_state=False)
    oa.console_challenge = challenge("x" * 43)
    answer = await consent(oa, code_challenge=challenge("y" * 43), state="s1")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert "state" not in back
    made = await hand_out(oa, grant_type="authorization_code", code=back["code"][0], code_verifier=verifier)
    assert ("access_token" in made.json()) is is_given


async def test_consent_and_exchange_are_refused_when_something_is_not_registered(oa):
    assert (await consent(oa, redirect_uri="http://127.0.0.1/other")).json()["error"] == -14003
    assert (await consent(oa, app_id="1")).json()["error"] == -14002
    assert "access_token" not in (await hand_out(oa, secret="wrong", grant_type="refresh_token")).json()
    answer = await consent(oa)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    oa.clock.advance(601)
    assert "access_token" not in (await hand_out(oa, grant_type="authorization_code", code=code)).json()


@pytest.mark.parametrize("variant", [-216, 216, -401, 401])
async def test_strange_tokens_are_refused_when_they_call(oa, variant):
    oa.switches.change(invalid_token_code=variant)
    assert (await send(oa, friend(oa), token="stranger"))["error"] == variant
    async with httpx.AsyncClient(verify=TLS) as client:
        url = f"{oa.openapi_base}/v2.0/oa/getoa"
        assert (await client.get(url, headers={"Authorization": f"Bearer {oa.access_token}"})).json()[
            "error"
        ] == variant
        assert (await client.get(url, params={"access_token": oa.access_token})).status_code == 404
    assert len(oa.violations) == 2


# ---- sending ------------------------------------------------------------------------------------------------------

BUTTONS = [
    {"title": "Mở trang", "type": "oa.open.url", "payload": {"url": "https://shop.example.vn"}},
    {"title": "Giá", "type": "oa.query.show", "payload": "#gia"},
    {"title": "Gọi lại", "type": "oa.query.hide", "payload": "#goilai"},
    {"title": "SMS", "type": "oa.open.sms", "payload": {"content": "XIN GIA", "phone_code": "84912345678"}},
    {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84912345678"}},
]


def with_buttons(buttons, text="Chọn giúp em"):
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": buttons}}}


def template(**payload):
    return {"attachment": {"type": "template", "payload": payload}}


REQUEST = {"title": "Sở A", "subtitle": "Xin số điện thoại", "image_url": "https://cdn.example.vn/a.png"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        pytest.param({"text": "x" * 2000}, 0, id="2,000 characters"),
        pytest.param({"text": "x" * 2001}, -210, id="2,001 characters"),
        pytest.param({"text": " "}, -201, id="no words"),
        pytest.param({"txt": "x"}, -201, id="an unknown field"),
        pytest.param(with_buttons(BUTTONS), 0, id="five buttons of every kind"),
        pytest.param(with_buttons([*BUTTONS, BUTTONS[1]]), -210, id="six buttons"),
        pytest.param(with_buttons([]), -201, id="no buttons"),
        pytest.param(with_buttons([{**BUTTONS[1], "title": "x" * 101}]), -210, id="a long title"),
        pytest.param(with_buttons([{**BUTTONS[1], "payload": "x" * 1001}]), -210, id="a long payload"),
        pytest.param(with_buttons([{**BUTTONS[1], "payload": {"q": 1}}]), -201, id="a query that is no string"),
        pytest.param(with_buttons([{**BUTTONS[0], "payload": "https://x.vn"}]), -201, id="an address without object"),
        pytest.param(with_buttons([{**BUTTONS[1], "type": "oa.query"}]), -201, id="an unknown button"),
        pytest.param(with_buttons(BUTTONS, ""), -201, id="buttons without words"),
        pytest.param(template(template_type="request_user_info", elements=[REQUEST]), 0, id="a request for details"),
        pytest.param(template(template_type="request_user_info", elements=[REQUEST] * 2), -201, id="two requests"),
        pytest.param(template(template_type="list", elements=[{"title": "x"}]), -201, id="a list"),
        pytest.param({"attachment": {"type": "image", "payload": {"attachment_id": "x"}}}, -201, id="a plain image"),
        pytest.param({"attachment": {"type": "file", "payload": {"token": "x"}}}, -201, id="a file never uploaded"),
        pytest.param(
            template(template_type="media", elements=[{"media_type": "image", "url": "http://a", "attachment_id": ""}]),
            -201,
            id="an image named twice",
        ),
        pytest.param(
            template(template_type="media", elements=[{"media_type": "gif", "url": "https://a.vn/x.gif"}]),
            -201,
            id="a gif without size",
        ),
    ],
)
async def test_messages_are_taken_only_in_the_documented_shape(oa, message, code):
    lan = friend(oa)
    assert (await send(oa, lan, message))["error"] == code
    assert bool(lan.screen()) is (code == 0)
    assert bool(oa.violations) is (code != 0)


@pytest.mark.parametrize(
    ("hours", "wallet", "code", "is_billed"),
    [
        pytest.param(48, None, 0, False, id="48 hours: free"),
        pytest.param(48.01, 5, 0, True, id="after 48 hours: billed"),
        pytest.param(48.01, None, -320, False, id="after 48 hours without a wallet"),
        pytest.param(48.01, 0, -321, False, id="after 48 hours with an empty wallet"),
        pytest.param(168, 5, 0, True, id="seven days: billed"),
        pytest.param(168.01, 5, -230, False, id="after seven days"),
    ],
)
async def test_windows_are_kept_when_time_goes_by(oa, hours, wallet, code, is_billed):
    oa.wallet = wallet
    lan = friend(oa, hours_ago=hours)
    made = await send(oa, lan)
    assert made["error"] == code
    assert [row.is_billed for row in lan.screen()] == ([is_billed] if code == 0 else [])
    if code == 0:
        assert made["data"]["quota"]["quota_type"] == ("purchase_quota" if is_billed else "reply")


async def test_window_opens_again_when_the_person_writes_or_taps(oa):
    lan = friend(oa)
    await send(oa, lan, with_buttons(BUTTONS))
    oa.clock.advance(8 * DAY)
    oa.grants.issue()
    assert (await send(oa, lan))["error"] == -230
    lan.taps("Gọi lại")
    assert lan.rows[-1].text == "#goilai"
    assert (await send(oa, lan))["error"] == 0
    with pytest.raises(AssertionError, match="to be seen"):
        lan.taps("Không có")


async def test_people_are_refused_by_their_code_when_they_cannot_be_written_to(oa):
    never, gone, banned = oa.person("A"), friend(oa, "B"), friend(oa, "C")
    gone.unfollows()
    banned.refusal = -227
    assert [(await send(oa, one))["error"] for one in (never, gone, banned)] == [-232, -213, -227]
    stranger = oa.person("D", interacted_at=oa.clock())
    assert (await send(oa, stranger))["error"] == 0
    oa.switches.change(refuses_strangers="every non-follower")
    assert (await send(oa, stranger))["error"] == -213
    body = {"recipient": {"user_id": "73"}, "message": {"text": "x"}}
    assert (await post(oa, "v3.0/oa/message/cs", body)).json()["error"] == -201


async def test_rates_and_quotas_are_kept_when_too_much_is_sent():
    async with running(app_rate=3, daily_allowance=4, monthly_allowance=5) as oa:
        lan = friend(oa)
        codes = [(await send(oa, lan))["error"] for _ in range(4)]
        assert codes == [0, 0, 0, -32]
        oa.clock.advance(60)
        assert [(await send(oa, lan))["error"] for _ in range(2)] == [0, -211]
        oa.clock.advance(DAY - 2 * HOUR)
        assert [(await send(oa, lan))["error"] for _ in range(2)] == [0, -211]
        answer = await post(oa, "v3.0/oa/quota/message", {"quota_owner": "OA"})
        assert answer.json()["data"][0]["remain"] == "0"
        assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remain"]) == ("3", "0")


async def test_message_stands_when_only_its_answer_was_lost(oa):
    lan = friend(oa)
    oa.fail_next("message/cs", faults.lost_answer(), about=lan.id)
    with pytest.raises(httpx.RemoteProtocolError):
        await send(oa, lan, {"text": "một lần"})
    oa.fail_next("message/cs", faults.answer(-32, "rate"), skip=1, times=2)
    assert [(await send(oa, lan))["error"] for _ in range(4)] == [0, -32, -32, 0]
    assert [row.text for row in lan.screen()] == ["một lần", "Xin chào", "Xin chào"]


async def test_closed_kinds_are_refused_or_kept_out_of_nights_when_switched(oa):
    lan = friend(oa)
    body = {"recipient": {"user_id": lan.id}, "message": template(template_type="promotion", elements=[{}])}
    assert (await post(oa, "v3.0/oa/message/promotion", body)).json()["error"] == -233
    oa.switches.change(closed_kinds="open")
    assert (await post(oa, "v3.0/oa/message/promotion", body)).json()["error"] == 0
    oa.clock.advance(10 * HOUR)
    assert (await post(oa, "v3.0/oa/message/promotion", body)).json()["error"] == -234
    assert (await post(oa, "v2.0/oa/message", {"recipient": {}, "message": {}})).json()["error"] == -240
    assert (await post(oa, "v3.0/oa/message/template", {})).json()["error"] == -212


async def test_groups_and_reactions_answer_by_their_rules(oa):
    group, lan = oa.group(), friend(oa)
    body = {"recipient": {"group_id": group.id}, "message": {"text": "Chào"}}
    assert (await post(oa, "v3.0/oa/group/message", body)).json()["data"]["group_id"] == group.id
    group.is_enabled = False
    assert (await post(oa, "v3.0/oa/group/message", body)).json()["error"] == -237
    body["recipient"] = {"group_id": "other"}
    assert (await post(oa, "v3.0/oa/group/message", body)).json()["error"] == -403
    action = {"react_icon": "/-strong", "react_message_id": lan.says("chào")}
    body = {"recipient": {"user_id": lan.id}, "sender_action": action}
    assert (await post(oa, "v2.0/oa/message", body)).json()["error"] == 0


# ---- uploads ------------------------------------------------------------------------------------------------------


async def test_file_is_sent_when_uploaded_within_seven_days(oa):
    lan = friend(oa)
    token = (await upload(oa, "file", "thieu.pdf", b"%PDF"))["data"]["token"]
    message = {"attachment": {"type": "file", "payload": {"token": token}}}
    assert (await send(oa, lan, message))["error"] == 0
    assert oa.uploads.held[token].content == b"%PDF"
    oa.clock.advance(7 * DAY + 1)
    oa.grants.issue()
    lan.says("còn đây")
    assert (await send(oa, lan, message))["error"] == -100


async def test_uploads_follow_their_rules_of_name_size_and_key(oa):
    assert (await upload(oa, "file", "thieu.exe", b"x"))["data"] == {}
    assert (await upload(oa, "file", "thieu.pdf", b"x" * 5_242_881))["error"] == -210
    assert (await upload(oa, "image", "a.png", b"x" * 1_048_577))["error"] == -210
    oa.switches.change(file_key="attachment_id")
    assert set((await upload(oa, "file", "thieu.docx", b"x"))["data"]) == {"attachment_id"}
    image = (await upload(oa, "image", "a.jpg", b"x"))["data"]["attachment_id"]
    media = template(template_type="media", elements=[{"media_type": "image", "attachment_id": image}])
    assert (await send(oa, friend(oa), media))["error"] == 0


# ---- questions ----------------------------------------------------------------------------------------------------


async def test_details_of_people_are_told_when_they_follow_and_share(oa):
    lan = friend(oa, phone="84912345678")
    assert (await ask(oa, "v3.0/oa/user/detail", {"user_id": lan.id}))["data"]["shared_info"]["phone"] == ""
    with pytest.raises(AssertionError, match="nobody asked"):
        lan.submits_info()
    await send(oa, lan, template(template_type="request_user_info", elements=[REQUEST]))
    lan.submits_info()
    told = (await ask(oa, "v3.0/oa/user/detail", {"user_id": lan.id}))["data"]
    assert told["shared_info"]["phone"] == "84912345678"
    assert told["user_last_interaction_date"] == "20/11/2026"
    lan.unfollows()
    assert (await ask(oa, "v3.0/oa/user/detail", {"user_id": lan.id}))["error"] == -213


async def test_recent_messages_can_be_polled_when_there_is_no_webhook(oa):
    lan, minh = friend(oa), friend(oa, "Minh")
    lan.says("một")
    minh.says("hai")
    await send(oa, lan)
    lan.sends_file(b"%PDF")
    told = (await ask(oa, "v2.0/oa/listrecentchat", {"offset": 0, "count": 10}))["data"]
    assert [(row["src"], row["message"]) for row in told] == [(1, ""), (0, "Xin chào"), (1, "hai"), (1, "một")]
    async with httpx.AsyncClient(verify=TLS) as client:
        assert (await client.get(told[0]["url"])).content == b"%PDF"
    oa.switches.change(recent_chats="last of each chat")
    assert len((await ask(oa, "v2.0/oa/listrecentchat", {"offset": 0, "count": 10}))["data"]) == 2
    told = (await ask(oa, "v2.0/oa/conversation", {"user_id": lan.id, "offset": 1, "count": 1}))["data"]
    assert [row["message"] for row in told] == ["Xin chào"]
    assert (await ask(oa, "v2.0/oa/listrecentchat", {"offset": 0, "count": 11}))["error"] == -201


async def test_people_tags_and_the_account_are_listed(oa):
    lan, _ = friend(oa), friend(oa, "Minh", hours_ago=72)
    body = {"user_id": lan.id, "tag_name": "tổ 1"}
    assert (await post(oa, "v2.0/oa/tag/tagfollower", body)).json()["error"] == 0
    assert (await ask(oa, "v2.0/oa/tag/gettagsofoa"))["data"] == ["tổ 1"]
    page = {"offset": 0, "count": 50}
    assert (await ask(oa, "v3.0/oa/user/getlist", page))["data"]["total"] == 2
    listed = (await ask(oa, "v3.0/oa/user/getlist", {**page, "tag_name": "tổ 1"}))["data"]
    assert listed["users"] == [{"user_id": lan.id}]
    assert (await ask(oa, "v3.0/oa/user/getlist", {**page, "last_interaction_period": "TODAY"}))["data"]["total"] == 1
    assert (await ask(oa, "v3.0/oa/user/getlist", {**page, "count": 51}))["error"] == -201
    assert (await ask(oa, "v2.0/oa/getoa"))["data"]["num_follower"] == 2
    told = (await post(oa, "v3.0/oa/quota/message", {"user_id": lan.id})).json()["data"]
    assert told["last_interaction"] == str(int(lan.last_interaction * 1000))


async def test_unknown_addresses_are_violations_when_called(oa):
    assert (await post(oa, "v2.0/oa/message/cs", {})).status_code == 404
    assert (await post(oa, "v3.0/oa/user/detail", {})).status_code == 404
    assert len(oa.violations) == 2


async def test_secrets_are_never_in_the_record_when_calls_are_kept(oa):
    old = oa.refresh_token
    await refresh(oa, old)
    await send(oa, friend(oa))
    async with httpx.AsyncClient(verify=TLS) as client:
        shown = "".join([(await client.get(f"{oa.base}/_ctl/{what}")).text for what in ("calls", "state")])
    assert not any(one in shown for one in (old, oa.refresh_token, oa.access_token, oa.app_secret, oa.oa_secret))
    assert oa.calls_of("message/cs")[0].headers["access_token"] == masked(oa.access_token)


def test_signature_is_that_of_the_known_vectors():
    body = (
        '{"app_id":"4123456789012345678","sender":{"id":"7311111111111111111"},'
        '"recipient":{"id":"2987654321098765432"},"user_id_by_app":"6422222222222222222",'
        '"event_name":"user_send_text","message":{"text":"xin chào","msg_id":"9f1c2d3e4b5a69788796"},'
        '"timestamp":"1790000000123"}'
    ).encode()
    assert len(body) == 271
    secret = "oaSecretKeyForTests0001"
    by_app = "528bd173e038c0afd13db9b394d90523b4df33033f26ab682b9608ac931d35dd"
    by_account = "7d2ef34d609c3164a71acf2bb4edb37620ce2f8b7912c66f6b73a133f5e3038e"
    assert sign("4123456789012345678", body, "1790000000123", secret) == by_app
    assert sign("2987654321098765432", body, "1790000000123", secret) == by_account


def test_switches_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="no switch"):
        OaSwitches().change(colour="red")
    with pytest.raises(ValueError, match="cannot be"):
        OaSwitches().change(expired_code=-231)
