"""By which identities of ours messages go out, and how each of them sends."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import InputError
from bot.failures import ChannelRefusedError
from bot.on_telegram.paid import describe_price
from bot.on_zalo.bot_tokens import identity_of as bot_identity_of
from bot.on_zalo.oa_marks import identity_of as oa_identity_of
from bot.settings import Settings
from bot.wiring_zalo import allowance_of, bot_plan
from handlers.asking import Channel
from handlers.reply import Reply
from handlers.sending_lines import SendingLine

if TYPE_CHECKING:
    from bot.push.jobs import Connection


@dataclass(frozen=True, slots=True)
class SendingByJobs:
    """The identities that send unasked; the job that lets one send is put in line in the transaction of the desk."""

    lines: Sequence[SendingLine]
    connection: "Connection"

    async def start(self, senders: Collection[str]) -> None:
        from bot.push.jobs import defer_pump  # noqa: PLC0415  with it comes the job engine, which few questions need

        for one in sorted(set(senders)):
            await defer_pump(self.connection, one)


def lines_of(settings: Settings, first: Mapping[str, str] | None = None) -> Sequence[SendingLine]:
    """How each channel of ours sends; `first` names the identity where it is not that of this process."""
    is_paid = settings.telegram_paid_broadcast
    speeds = {
        Channel.TELEGRAM.value: settings.telegram_per_second,
        Channel.ZALO_BOT.value: settings.zalo_bot_per_second,
        Channel.ZALO_OA.value: settings.zalo_oa_per_second,
    }

    def describe(messages: int) -> str:
        return describe_price(messages, settings.telegram_per_second, is_allowed=is_paid)

    lines: list[SendingLine] = []
    for channel, sender in senders_of(settings).items():
        line = SendingLine((first or {}).get(channel, sender), channel, speeds[channel])
        if channel == Channel.TELEGRAM:
            line = replace(line, describe_price=describe, fits=_fits_telegram)
        elif channel == Channel.ZALO_BOT:
            per_month = bot_plan(settings).most_broadcast
            line = replace(line, fits=_fits_zalo_bot, per_month=per_month)
        elif channel == Channel.ZALO_OA:
            allowance = allowance_of(settings)
            per_day, per_month = (
                allowance.most_pushed(most, is_broadcast=True) for most in (allowance.daily, allowance.monthly)
            )
            line = replace(line, per_day=per_day, per_month=per_month)
        lines.append(line)
    return lines


def senders_of(settings: Settings) -> Mapping[str, str]:
    """Our own identities that messages are sent from, by channel: the public half of a token names its bot."""
    senders = {}
    if settings.telegram_token is not None:
        public, _mark, _secret = settings.telegram_token.get_secret_value().partition(":")
        senders[Channel.TELEGRAM.value] = f"{Channel.TELEGRAM.value}:{public}"
    if settings.zalo_bot_token is not None:
        try:
            senders[Channel.ZALO_BOT.value] = bot_identity_of(settings.zalo_bot_token.get_secret_value())
        except ChannelRefusedError as error:
            raise InputError(str(error)) from None
    if settings.is_zalo_oa_open:
        senders[Channel.ZALO_OA.value] = oa_identity_of(settings.zalo_oa_id or "")
    return senders


def _fits_zalo_bot(reply: Reply) -> bool:
    from bot.on_zalo.bot_pushing import fits  # noqa: PLC0415  only where there is such a bot

    return fits(reply, str)


def _fits_telegram(reply: Reply) -> bool:
    from bot.on_telegram.pushing import fits  # noqa: PLC0415  with it comes the library that only a worker sends by

    return fits(reply, str)
