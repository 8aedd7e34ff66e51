"""What Zalo's error numbers mean and what is to be done, by host: the same number means other things elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """What is to be done about an error."""

    SLOW_DOWN = "slow_down"  # the call rate: nobody sends for a while
    RETRY_ONCE = "retry_once"
    UPLOAD_AGAIN = "upload_again"
    RENEW_TOKEN = "renew_token"  # noqa: S105  no secret
    USE_TEMPLATE = "use_template"  # outside the windows of conversation
    BY_PHONE = "by_phone"  # this template cannot be sent by user id
    NEXT_RECIPIENT = "next_recipient"  # permanent for this person
    LATER = "later"  # a limit of this one recipient or thing
    TOMORROW = "tomorrow"  # an allowance is used up
    MORNING = "morning"  # forbidden at night
    PAY = "pay"  # no account to bill, or no money in it
    OPERATOR = "operator"  # nothing works until a human mends it
    TEMPLATE_HUMAN = "template_human"  # this template cannot be used until a human mends it
    OURS = "ours"  # our request is wrong


@dataclass(frozen=True, slots=True)
class Meaning:
    """One error number."""

    act: Act
    words: str


UNKNOWN: Final = Meaning(Act.OURS, "unknown error number")


def _of(act: Act, words: Mapping[int, str]) -> dict[int, Meaning]:
    return {code: Meaning(act, said) for code, said in words.items()}


# openapi.zalo.me: the Official Account. ±401 and 216 were seen in place of -216 on live traffic.
OA: Final[Mapping[int, Meaning]] = {
    **_of(Act.SLOW_DOWN, {-32: "application or account exceeded the call rate"}),
    **_of(Act.UPLOAD_AGAIN, {-100: "uploaded attachment expired"}),
    **_of(Act.RETRY_ONCE, {-200: "sending failed, unspecific"}),
    **_of(
        Act.OURS,
        {
            -201: "a parameter is invalid",
            -210: "value above the allowed limit",
            -233: "message type invalid or unsupported",
            -238: "asset used or disabled",
            -240: "version 2 of the message interface is closed",
            -241: "free asset used",
            -242: "wrong appsecret_proof",
            -248: "content violates the platform's rules",
            -403: "account is not in that group",
        },
    ),
    **_of(
        Act.OPERATOR,
        {
            -204: "account disabled",
            -205: "account does not exist",
            -209: "application not activated for this interface",
            -212: "application has not registered this interface",
            -219: "application removed or disabled",
            -221: "account must be verified",
            -223: "account has not granted this permission",
            -224: "account must buy a higher package",
            -235: "interface not for this type of account",
            -237: "group disabled",
        },
    ),
    **_of(Act.TOMORROW, {-211: "quota of the feature used up"}),
    **_of(
        Act.NEXT_RECIPIENT,
        {
            -213: "user does not follow the account",
            -217: "user blocked the account's invitation",
            -227: "user banned or long away",
            -244: "user restricted this message type",
        },
    ),
    **_of(
        Act.RENEW_TOKEN,
        {
            -216: "access token invalid",
            -220: "access token expired or withdrawn",
            -124: "access token invalid",
            216: "access token invalid",
            401: "access token invalid",
            -401: "access token invalid",
        },
    ),
    **_of(Act.LATER, {-214: "article still processing", -218: "limit of messages to this user reached"}),
    **_of(
        Act.USE_TEMPLATE,
        {-230: "no interaction in the last seven days", -232: "never interacted, or interaction expired"},
    ),
    **_of(Act.MORNING, {-234: "not allowed from 22:00 to 06:00"}),
    **_of(Act.BY_PHONE, {-249: "template cannot be sent by user id"}),
    **_of(Act.PAY, {-320: "Zalo Cloud Account not linked", -321: "Zalo Cloud Account has no balance"}),
}

# business.openapi.zalo.me: template messages by phone number.
ZBS: Final[Mapping[int, Meaning]] = {
    **_of(Act.RETRY_ONCE, {-100: "unknown error"}),
    **_of(
        Act.OPERATOR,
        {
            -101: "application invalid",
            -102: "application missing",
            -103: "application inactive",
            -104: "wrong secret of the application",
            -105: "application not linked to an account",
            -120: "permission missing",
            -1201: "permission missing",
            -1202: "permission missing",
            -125: "account id invalid",
            -126: "development wallet empty",
            -135: "account may not send",
            -1351: "account blocked for violations",
            -138: "permission missing",
            -1381: "permission missing",
        },
    ),
    **_of(
        Act.OURS,
        {
            -106: "method unsupported",
            -107: "message id invalid",
            -1091: "template not editable",
            -111: "template data empty",
            -112: "template data of undefined type",
            -1121: "a parameter of the template is too long",
            -1122: "a parameter of the template is missing",
            -1123: "QR code failed",
            -1124: "a parameter of the template has a bad format",
            -113: "button invalid",
            -1131: "link of a button invalid",
            -1132: "button missing",
            -116: "text not per specification",
            -121: "body empty",
            -122: "body is not JSON",
            -130: "content too long",
            -132: "parameter not per specification",
            -153: "data not per specification",
            -123: "RSA key problem",
            -128: "RSA key problem",
            -129: "RSA key problem",
            -142: "RSA key problem",
            -143: "RSA key problem",
            -151: "end-to-end encryption problem",
            -152: "end-to-end encryption problem",
            -1241: "wrong appsecret_proof",
            -148: "journey token missing",
            -149: "journey token invalid",
            -1491: "journey token of the wrong type",
            -150: "journey token expired",
            -158: "file too big",
            -159: "file of a wrong format",
            -161: "sending mode invalid",
            -162: "sending mode 3 not for this tag",
        },
    ),
    **_of(
        Act.NEXT_RECIPIENT,
        {
            -108: "phone number invalid",
            -110: "recipient's Zalo is too old",
            -114: "user cannot receive",
            -118: "no such Zalo account",
            -119: "account cannot receive",
            -139: "user refused this type",
            -140: "user not eligible",
            -141: "user refused this account",
        },
    ),
    **_of(Act.PAY, {-115: "no quota or no balance", -136: "Cloud Account not linked", -137: "charge failed"}),
    **_of(
        Act.TEMPLATE_HUMAN,
        {
            -109: "template id invalid",
            -117: "application or account may not use this template",
            -127: "test template goes to administrators only",
            -131: "template not approved",
            -145: "account may not send this content type",
            -146: "template disabled for low quality",
        },
    ),
    **_of(Act.RENEW_TOKEN, {-124: "access token invalid", -216: "access token invalid", -220: "access token expired"}),
    **_of(Act.MORNING, {-133: "not allowed from 22:00 to 06:00"}),
    **_of(
        Act.TOMORROW,
        {
            -144: "daily limit of the account",
            -1441: "monthly promotion limit",
            -147: "daily limit of the template",
            -160: "daily limit of changes",
        },
    ),
    **_of(Act.LATER, {-1471: "monthly limit of this user", -1472: "daily limit of this user"}),
    **_of(Act.SLOW_DOWN, {-32: "call rate exceeded"}),
}

# openapi.zalo.me/v3.0/oa/message/template: the account's own numbers first, then what templates add.
TEMPLATE_BY_USER: Final[Mapping[int, Meaning]] = {**ZBS, **OA, -100: ZBS[-100]}


def meaning_of(table: Mapping[int, Meaning], code: int) -> Meaning:
    """What this number means on that host; an unknown one is ours to mend."""
    return table.get(code, UNKNOWN)
