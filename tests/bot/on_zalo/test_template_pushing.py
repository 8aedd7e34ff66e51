"""Template messages: by user, by phone only with consent, what Zalo's refusals become, and receipts that settle."""

import pytest
from sqlalchemy import text

from bot.commands.zalo_oa import describe_templates
from bot.errors import InputError
from bot.on_zalo.oa_marks import delivery_of, tracking_of
from bot.on_zalo.templates import TemplateClient
from handlers.phrases import locale_of
from storage.records import DeliveryState
from tests.bot.on_zalo.account import open_door, standing_oa
from tests.bot.on_zalo.sending import TEMPLATES, everybody, find, pump, put, sender_of
from tests.bot.on_zalo.test_pushing import until
from tests.standins.zalo_ground import faults
from tests.standins.zalo_zbs import Param, ZaloZbs

LONG_AGO = 8 * 24.0
PHONE = "0912345678"
PARAMS = [Param("ho_ten", 30), Param("noi_dung", 20)]


@pytest.fixture
async def zbs():
    async with ZaloZbs(standing_oa()) as zbs:
        yield zbs


@pytest.fixture
async def account(zbs, database):
    async with open_door(zbs.oa, database) as account:
        yield account


async def someone(account, *, phone: str | None = PHONE, consents: bool = True):
    """A person outside the windows, with a message for them; their number is on record."""
    (lan,) = everybody(account, 1, hours_ago=LONG_AGO, phone=f"84{PHONE[1:]}")
    (number,) = await put(account, [lan], phone=phone)
    if not consents:
        async with account.database.transaction() as drawers:
            await drawers.connection.execute(text("UPDATE accounts SET consented_at = NULL, consent_version = NULL"))
    return lan, number


async def send(account) -> None:
    sender = sender_of(account, TEMPLATES)
    await pump(account, sender)
    await sender.close()


async def test_template_that_cannot_go_by_user_goes_by_phone_and_its_receipt_is_kept(zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    lan, number = await someone(account)

    await send(account)

    (sent,) = zbs.sent.values()
    delivery = await find(account, number)
    assert (sent.to, sent.tracking_id) == (f"84{PHONE[1:]}", tracking_of(number))
    assert (delivery.state, delivery.provider_id) == (DeliveryState.DELIVERED, sent.id)
    await arrived(account, number)
    assert not lan.screen()


@pytest.mark.parametrize(
    ("phone", "consents"),
    [pytest.param(PHONE, False, id="no consent"), pytest.param(None, True, id="no number on record")],
)
async def test_nobody_is_written_to_by_phone_without_consent_and_number(phone, consents, zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    _lan, number = await someone(account, phone=phone, consents=consents)

    await send(account)

    delivery = await find(account, number)
    assert (delivery.state, delivery.reason) == (DeliveryState.WAITING, "template_refused")
    assert not zbs.sent
    assert not zbs.oa.calls_of("business/message/template")


@pytest.mark.parametrize("shape", ["nested", "flat"])
async def test_receipt_settles_a_template_by_phone_whose_answer_was_lost(shape, zbs, account):
    zbs.switches.receipt_shape = shape
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    zbs.oa.fail_next("business/message/template", faults.lost_answer())
    _lan, number = await someone(account)

    await send(account)
    await until(account, number, DeliveryState.DELIVERED)

    (sent,) = zbs.sent.values()
    delivery = await find(account, number)
    assert (delivery.reason, delivery.provider_id) == ("receipt", sent.id)


async def test_template_by_phone_stays_unclear_while_no_receipt_comes(zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    zbs.oa.fail_next("business/message/template", faults.lost_request())
    _lan, number = await someone(account)

    await send(account)

    assert (await find(account, number)).state is DeliveryState.UNCLEAR
    assert len(zbs.oa.calls_of("business/message/template")) == 1


async def test_template_by_user_is_seen_and_so_told_as_arrived(zbs, account):
    zbs.template("123456", PARAMS)
    lan, number = await someone(account)
    lan.is_reachable = False  # the phone is off: no receipt comes

    await send(account)
    async with account.database.transaction() as drawers:
        assert await arrival(drawers, number) is None
    lan.opens_chat()

    await arrived(account, number)


REFUSALS = {
    "not approved": (faults.answer(-131), "template_refused", False),
    "disabled for low quality": (faults.answer(-146), "template_refused", False),
    "no balance": (faults.answer(-115), "not_paid", False),
    "no such Zalo account": (faults.answer(-118), "-118", True),
    "refused this account": (faults.answer(-141), "-141", True),
    "parameter too long": (faults.answer(-1121), "template_refused", False),
    "permission missing": (faults.answer(-120), "template_refused", False),
    "unknown error, twice": (faults.answer(-100), "platform_failed", False),
}


@pytest.mark.parametrize(("fault", "reason", "is_theirs"), REFUSALS.values(), ids=REFUSALS)
async def test_refusal_by_phone_is_named_and_holds_up_templates_only(fault, reason, is_theirs, zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    zbs.oa.fail_next("business/message/template", fault, times=2)
    lan, number = await someone(account)

    await send(account)

    delivery = await find(account, number)
    state = DeliveryState.UNREACHABLE if is_theirs else DeliveryState.WAITING  # for them to be there, or for us
    assert (delivery.state, delivery.reason) == (state, reason)
    async with account.database.transaction() as drawers:
        kept = await drawers.accounts.find_account("zalo_oa", lan.id)
        paused = await drawers.pace.list_paused()
    assert (kept.unreachable_at is not None) is is_theirs
    assert paused == []


async def test_what_is_not_paid_is_asked_for_once_and_not_once_for_each_message(zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    zbs.oa.fail_next("business/message/template", faults.answer(-115), times=3)
    numbers = await put(account, everybody(account, 3, hours_ago=LONG_AGO, phone=f"84{PHONE[1:]}"), phone=PHONE)

    sender = sender_of(account, TEMPLATES)
    await pump(account, sender, at_once=1)
    await sender.close()

    assert len(zbs.oa.calls_of("business/message/template")) == 1
    for number in numbers:
        kept = await find(account, number)
        assert (kept.state, kept.reason) == (DeliveryState.WAITING, "not_paid")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        pytest.param(-144, "allowance_used", id="daily limit of the account"),
        pytest.param(-147, "allowance_used", id="daily limit of the template"),
        pytest.param(-1472, "-1472", id="daily limit of this user"),
        pytest.param(-133, "night", id="not at night"),
    ],
)
async def test_limit_of_templates_lets_the_message_wait_and_stops_nobody_else(code, reason, zbs, account):
    zbs.template("123456", PARAMS, is_usable_by_user_id=False)
    zbs.oa.fail_next("business/message/template", faults.answer(code))
    _lan, number = await someone(account)

    await send(account)

    delivery = await find(account, number)
    assert (delivery.state, delivery.reason, delivery.attempts) == (DeliveryState.WAITING, reason, 0)
    async with account.database.transaction() as drawers:
        assert await drawers.pace.list_paused() == []


async def test_unknown_error_of_templates_is_tried_once_more(zbs, account):
    zbs.template("123456", PARAMS)
    zbs.oa.fail_next("message/template", faults.answer(-200))
    _lan, number = await someone(account)

    await send(account)

    assert (await find(account, number)).state is DeliveryState.DELIVERED
    assert len(zbs.oa.calls_of("message/template")) == 2


@pytest.mark.parametrize(
    ("mark", "delivery"), [(tracking_of(17), 17), ("order-17", None), ("nhacchuan-x", None), ("", None)]
)
def test_mark_names_its_delivery(mark, delivery):
    assert delivery_of(mark) == delivery


async def arrival(drawers, number):
    order = text("SELECT arrived_at FROM deliveries WHERE id = :number")
    return (await drawers.connection.execute(order, {"number": number})).scalar_one()


async def arrived(account, number) -> None:
    """Wait for the receipt of an already delivered message."""
    seen = None
    while seen is None:
        async with account.database.transaction() as drawers:
            seen = await arrival(drawers, number)


async def test_operator_is_told_what_is_left_of_templates_and_which_cannot_be_sent(zbs, account):
    zbs.template("123456", PARAMS)
    client = TemplateClient(zbs.business_base, account.keeper)
    with locale_of("en"):
        assert await describe_templates(client, TEMPLATES) == ["500 of 500 template messages are left today."]
        assert await describe_templates(client, {}) == []
        zbs.decide("123456", "DISABLE", "low quality")
        with pytest.raises(InputError, match=r"123456 .* DISABLE"):
            await describe_templates(client, TEMPLATES)
    await client.close()


async def test_changes_that_zalo_makes_to_templates_and_quota_are_logged(zbs, account, capsys):
    zbs.template("123456", PARAMS)
    zbs.decide("123456", "DISABLE", "low quality")
    zbs.change_quota(100)
    said = ""
    while said.count("zalo.changed_by_platform") < 2:
        await zbs.oa.wait_for(lambda: all(one.attempts for one in zbs.oa.webhook.deliveries))
        said += capsys.readouterr().out
    assert "123456 ENABLE → DISABLE low quality" in said
    assert "500 → 100" in said
