"""Every error number of Zalo's contract, by host: what it means, and what becomes of the message at hand."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.failures import ChannelRefusedError, NotNowError, NotSentError, RefusedError
from bot.on_zalo.account import CodeError
from bot.on_zalo.codes import OA, TEMPLATE_BY_USER, ZBS, Act, meaning_of
from bot.on_zalo.failing import name_failure
from bot.refusals import OURS as SAYS_NOTHING_ABOUT_THEM

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
BACK_OFF, RETRY, UPLOAD, TOKEN, TEMPLATE = (
    Act.SLOW_DOWN,
    Act.RETRY_ONCE,
    Act.UPLOAD_AGAIN,
    Act.RENEW_TOKEN,
    Act.USE_TEMPLATE,
)
WAIT, RESET, MORNING, PHONE = Act.LATER, Act.TOMORROW, Act.MORNING, Act.BY_PHONE
USER, HUMAN, MONEY, OF_TEMPLATE, PERMANENT = (
    Act.NEXT_RECIPIENT, Act.OPERATOR, Act.PAY, Act.TEMPLATE_HUMAN, Act.OURS,
)  # fmt: skip

# openapi.zalo.me
ACCOUNT = {
    BACK_OFF: [-32],
    UPLOAD: [-100],
    RETRY: [-200],
    PERMANENT: [-201, -210, -233, -238, -240, -241, -242, -248, -403],
    HUMAN: [-204, -205, -209, -212, -219, -221, -223, -224, -235, -237],
    RESET: [-211],
    USER: [-213, -217, -227, -244],
    WAIT: [-214, -218],
    TOKEN: [-216, -220, 216, 401, -401, -124],
    TEMPLATE: [-230, -232],
    MORNING: [-234],
    PHONE: [-249],
    MONEY: [-320, -321],
}
# business.openapi.zalo.me
PHONE_HOST = {
    RETRY: [-100],
    HUMAN: [-101, -102, -103, -104, -105, -120, -1201, -1202, -125, -126, -135, -1351, -138, -1381],
    PERMANENT: [
        -106, -107, -1091, -111, -112, -1121, -1122, -1123, -1124, -113, -1131, -1132, -116, -121, -122, -130, -132,
        -153, -123, -128, -129, -142, -143, -151, -152, -1241, -148, -149, -1491, -150, -158, -159, -161, -162,
    ],
    USER: [-108, -110, -114, -118, -119, -139, -140, -141],
    MONEY: [-115, -136, -137],
    OF_TEMPLATE: [-109, -117, -127, -131, -145, -146],
    TOKEN: [-124, -216, -220],
    MORNING: [-133],
    RESET: [-144, -1441, -147, -160],
    WAIT: [-1471, -1472],
    BACK_OFF: [-32],
}  # fmt: skip
ROWS = [
    pytest.param(table, code, act, id=f"{host} {code}: {act}")
    for host, table, rows in (("account", OA, ACCOUNT), ("phone", ZBS, PHONE_HOST))
    for act, codes in rows.items()
    for code in codes
]

# What becomes of the message: the kind of outcome, whether another channel takes it at once, and whether it says
# something about the person.
OUTCOMES = {
    BACK_OFF: (NotSentError, False, False),
    TOKEN: (NotSentError, False, False),
    RESET: (NotNowError, True, False),
    WAIT: (NotNowError, True, False),
    MORNING: (NotNowError, False, False),
    USER: (RefusedError, True, True),
    TEMPLATE: (RefusedError, True, True),
    RETRY: (RefusedError, True, False),
    UPLOAD: (RefusedError, True, False),
    PERMANENT: (RefusedError, True, False),
    MONEY: (RefusedError, True, False),
    OF_TEMPLATE: (RefusedError, True, False),
    PHONE: (RefusedError, True, False),
    HUMAN: (ChannelRefusedError, False, False),
}


@pytest.mark.parametrize(("table", "code", "act"), ROWS)
def test_number_of_the_contract_has_its_meaning_and_its_outcome(table, code, act):
    refused = CodeError(code, meaning_of(table, code))

    assert refused.meaning.act is act
    assert refused.meaning.words
    failure = name_failure(refused, NOON)
    kind, moves_on, is_theirs = OUTCOMES[act]
    assert type(failure) is kind
    if isinstance(failure, NotNowError):
        assert (failure.may_go_elsewhere, failure.later > 0) == (moves_on, True)
    elif isinstance(failure, NotSentError):
        assert failure.wait > 0
    elif isinstance(failure, RefusedError):
        assert failure.code
        assert (failure.code not in SAYS_NOTHING_ABOUT_THEM) is is_theirs


@pytest.mark.parametrize(("table", "rows"), [(OA, ACCOUNT), (ZBS, PHONE_HOST)], ids=["account", "phone"])
def test_table_holds_nothing_beside_the_contract(table, rows):
    assert sorted(table) == sorted(code for codes in rows.values() for code in codes)


def test_template_by_user_is_read_by_the_accounts_numbers_first():
    assert {code: TEMPLATE_BY_USER[code].act for code in (-100, -118, -133, -213, -230)} == {
        -100: RETRY, -118: USER, -133: MORNING, -213: USER, -230: TEMPLATE,
    }  # fmt: skip


def test_number_that_nobody_wrote_down_is_ours_to_mend():
    assert meaning_of(OA, -999).act is PERMANENT


def test_unknown_person_is_told_from_other_parameters():
    refused = CodeError(-201, OA[-201], field="user_id")
    assert name_failure(refused, NOON).code == "unknown_user"
