"""Zalo's error numbers in the words that all channels share."""

from datetime import datetime, time, timedelta
from typing import Final

import structlog

from bot.failures import ChannelRefusedError, NotNowError, NotSentError, RefusedError
from bot.on_zalo.account import CodeError
from bot.on_zalo.codes import Act
from bot.refusals import (
    ALLOWANCE_USED,
    BAD_REQUEST,
    NIGHT,
    NOT_PAID,
    OUTSIDE_WINDOW,
    PLATFORM_FAILED,
    TEMPLATE_REFUSED,
    UNKNOWN_USER,
)
from handlers.phrases import _

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
SLOW_DOWN_SECONDS: Final = 15.0
_TOKEN_SECONDS: Final = 30.0
LATER_SECONDS: Final = 3600.0  # an operator may have bought more meanwhile
_log = structlog.get_logger("bot.on_zalo")


def name_failure(  # noqa: C901, PLR0911, PLR0912  one branch for each act
    refused: CodeError, now: datetime
) -> NotSentError | RefusedError | ChannelRefusedError:
    """What this error number means for the message at hand; `now` is local time."""
    code = str(refused.code)
    match refused.meaning.act:
        case Act.SLOW_DOWN:
            return NotSentError("call rate", code=code, wait=SLOW_DOWN_SECONDS)
        case Act.RENEW_TOKEN:
            return NotSentError("token refused again", code=code, wait=_TOKEN_SECONDS)
        case Act.TOMORROW:
            return allowance_used(now)
        case Act.LATER:
            return NotNowError("limit of this recipient", code=code, later=LATER_SECONDS, may_go_elsewhere=True)
        case Act.MORNING:
            return NotNowError(NIGHT, code=NIGHT, later=until_morning(now) or LATER_SECONDS)
        case Act.NEXT_RECIPIENT:
            return RefusedError(refused.meaning.words, code=code)
        case Act.RETRY_ONCE:
            return RefusedError(refused.meaning.words, code=PLATFORM_FAILED)
        case Act.USE_TEMPLATE:
            return RefusedError(OUTSIDE_WINDOW, code=OUTSIDE_WINDOW)
        case Act.PAY:
            _log.error("zalo.not_paid", code=refused.code, words=refused.meaning.words)
            return RefusedError(NOT_PAID, code=NOT_PAID)
        case Act.TEMPLATE_HUMAN | Act.BY_PHONE:
            _log.error("zalo.template_refused", code=refused.code, words=refused.meaning.words)
            return RefusedError(TEMPLATE_REFUSED, code=TEMPLATE_REFUSED)
        case Act.OPERATOR:
            _log.error("zalo.refused", code=refused.code, words=refused.meaning.words)
            return refused_account(refused)
        case Act.OURS | Act.UPLOAD_AGAIN:
            if refused.field == "user_id":
                return RefusedError(UNKNOWN_USER, code=UNKNOWN_USER)
            _log.error("zalo.bad_request", code=refused.code, words=refused.meaning.words, field=refused.field)
            return RefusedError(refused.meaning.words, code=BAD_REQUEST)


def allowance_used(now: datetime) -> NotNowError:
    """Nothing more may be sent unasked: whoever has another channel gets it there, the others wait."""
    later = min(until_tomorrow(now), LATER_SECONDS)
    return NotNowError(ALLOWANCE_USED, code=ALLOWANCE_USED, later=later, may_go_elsewhere=True)


def refused_account(refused: CodeError) -> ChannelRefusedError:
    """An error that only an operator can mend, told to them."""
    return ChannelRefusedError(
        _("Zalo refuses the Official Account: {words} (code {code}). Check it at oa.zalo.me.").format(
            words=refused.meaning.words, code=refused.code
        )
    )


def until_morning(now: datetime) -> float:
    """Seconds until messages may go out at night again; 0 by day."""
    if NIGHT_ENDS <= now.time() < NIGHT_BEGINS:
        return 0.0
    morning = datetime.combine(now.date(), NIGHT_ENDS, tzinfo=now.tzinfo)
    return ((morning if now < morning else morning + timedelta(days=1)) - now).total_seconds()


def until_tomorrow(now: datetime) -> float:
    """Seconds until the next day begins."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return (tomorrow - now).total_seconds()
