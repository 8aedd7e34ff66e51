"""The vectors of the signature and of the challenge, the tables of error numbers, and how long an allowance lasts."""

import hashlib
import json
from datetime import date, datetime

import pytest

from bot.on_zalo.allowances import Allowance, predict_last_day
from bot.on_zalo.codes import OA, TEMPLATE_BY_USER, ZBS, Act, meaning_of
from bot.on_zalo.failing import until_morning
from bot.on_zalo.oauth import challenge_of
from bot.on_zalo.signing import Signatures
from bot.on_zalo.templates import as_zalo_writes, fill
from knowledge.message_templates import MessageTemplate, TemplateValue

BODY = (
    '{"app_id":"4123456789012345678","sender":{"id":"7311111111111111111"},"recipient":{"id":"2987654321098765432"},'
    '"user_id_by_app":"6422222222222222222","event_name":"user_send_text","message":{"text":"xin chào",'
    '"msg_id":"9f1c2d3e4b5a69788796"},"timestamp":"1790000000123"}'
).encode()
BY_APP = "528bd173e038c0afd13db9b394d90523b4df33033f26ab682b9608ac931d35dd"
BY_OA = "7d2ef34d609c3164a71acf2bb4edb37620ce2f8b7912c66f6b73a133f5e3038e"


@pytest.mark.parametrize(
    ("shown", "formula"),
    [
        (BY_APP, "app_id"), (f"mac={BY_APP}", "app_id"), (f"mac={BY_OA}", "oa_id"), (BY_OA.upper(), "oa_id"),
        ("", None),
        ("mac=", None), (f"mac={BY_APP[:-1]}0", None), ("mac=ơ", None),
    ],
)  # fmt: skip
def test_signature_follows_one_of_two_formulas(shown, formula):
    signatures = Signatures("4123456789012345678", "2987654321098765432", "oaSecretKeyForTests0001")
    assert signatures.find_formula(BODY, json.loads(BODY), shown) == formula
    assert Signatures("4123456789012345678", "2987654321098765432", "").find_formula(BODY, {}, shown) is None


@pytest.mark.parametrize(
    ("secret", "formula"),
    [
        ("oaSecretKeyForTests0001,before", "app_id"), ("after , oaSecretKeyForTests0001", "app_id"),
        ("after,before", None), (" , ", None), ("", None),
    ],
)  # fmt: skip
def test_secret_that_is_replaced_signs_as_well_as_the_new_one(secret, formula):
    signatures = Signatures("4123456789012345678", "2987654321098765432", secret)
    assert signatures.find_formula(BODY, json.loads(BODY), f"mac={BY_APP}") == formula


def test_no_secret_is_no_empty_secret():
    signed_with_nothing = hashlib.sha256(b"4123456789012345678" + BODY + b"1790000000123").hexdigest()
    signatures = Signatures("4123456789012345678", "2987654321098765432", "")
    assert signatures.find_formula(BODY, json.loads(BODY), signed_with_nothing) is None


def test_half_a_character_in_the_time_of_an_event_is_no_error():
    signatures = Signatures("1", "2", "oaSecretKeyForTests0001")
    assert signatures.find_formula(b"{}", {"timestamp": "\ud800"}, "mac=00") is None


def test_challenge_is_that_of_the_vector():
    assert challenge_of("Test0Verifier1Test0Verifier1Test0Verifier1A") == "9sl_EOJK3xbtiAE4P8e7F-9nlsfUs1ZhPj_0RPJgK9E"


@pytest.mark.parametrize(
    ("table", "code", "act"),
    [
        (OA, -118, Act.OURS), (ZBS, -118, Act.NEXT_RECIPIENT), (OA, -100, Act.UPLOAD_AGAIN),
        (ZBS, -100, Act.RETRY_ONCE),
        (OA, -230, Act.USE_TEMPLATE), (OA, -213, Act.NEXT_RECIPIENT), (OA, 401, Act.RENEW_TOKEN), (OA, -999, Act.OURS),
        (TEMPLATE_BY_USER, -249, Act.BY_PHONE), (TEMPLATE_BY_USER, -100, Act.RETRY_ONCE), (ZBS, -124, Act.RENEW_TOKEN),
    ],
)  # fmt: skip
def test_same_number_means_what_its_host_means(table, code, act):
    assert meaning_of(table, code).act is act


@pytest.mark.parametrize(
    ("used", "monthly", "day", "last"),
    [
        (100, None, 10, None), (100, 300, 10, None), (200, 300, 10, 15), (300, 300, 10, 10), (0, 300, 1, None),
        (310, 300, 10, 10),
    ],
)  # fmt: skip
def test_last_day_of_an_allowance_is_predicted(used, monthly, day, last):
    expected = date(2026, 11, last) if last is not None else None
    assert predict_last_day(used, monthly, date(2026, 11, day)) == expected


def test_part_of_an_allowance_is_kept():
    allowance = Allowance(100, 1001, 0.1)
    assert (allowance.of_day(), allowance.of_month()) == ((100, 10), (1001, 101))
    assert allowance.of_day(is_broadcast=True) == (100 - 18, 10)
    assert (allowance.most_pushed(100), allowance.most_pushed(100, is_broadcast=True)) == (90, 72)
    assert Allowance().of_day() == (None, 0)


@pytest.mark.parametrize(
    ("hour", "seconds"), [(22, 8 * 3600), (23, 7 * 3600), (0, 6 * 3600), (5, 3600), (6, 0), (21, 0)]
)
def test_night_ends_at_six(hour, seconds):
    assert until_morning(datetime(2026, 11, 23, hour)) == seconds  # noqa: DTZ001  local time


def test_parameters_are_composed_and_cut():
    template = MessageTemplate(
        "1", {"a": TemplateValue("name", 5), "b": TemplateValue("text", 5), "c": TemplateValue("day", 9)}
    )
    decomposed = "Tha\u0306\u0301ng"
    assert fill(template, {"name": decomposed, "text": "một hai ba"}) == {"a": "Thắng", "b": "một…", "c": "-"}
    assert [as_zalo_writes(one) for one in ("0912345678", "+84912345678")] == ["84912345678"] * 2
