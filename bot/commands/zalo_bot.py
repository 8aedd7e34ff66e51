"""The Zalo Bot platform as a channel of the office: which way it is opened, who sends by it, and whether it works."""

from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter

from bot.door_meters import DoorMeters
from bot.errors import InputError, ServiceError
from bot.failures import ChannelRefusedError, DeliveryFailedError, RefusedError
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_door import BotPollingDoor, BotWebhookDoor
from bot.on_zalo.bot_letters import ZaloBotCarrier
from bot.on_zalo.bot_pushing import ZaloBotSender
from bot.on_zalo.bot_receive import BotReception
from bot.on_zalo.bot_tokens import refused_token
from bot.on_zalo.fetching import Fetching
from bot.settings import Settings
from bot.wiring import Office
from bot.wiring_zalo import bot_plan
from handlers.asking import Channel
from handlers.phrases import _

BOT_WEBHOOK_PATH = "/zalo/bot/webhook"


async def check_zalo_bot(settings: Settings) -> str:
    """The bot's own name, and how its messages come. Raises InputError for what is set wrong, else ServiceError."""
    if settings.zalo_bot_token is None:
        raise InputError(_("not connected (NHACCHUAN_ZALO_BOT_TOKEN is empty)"))
    try:
        api = _open_api(settings)
        try:
            me = await api.get_me()
            url = await api.get_webhook()
        finally:
            await api.close()
    except (ChannelRefusedError, RefusedError) as error:
        raise InputError(str(error if isinstance(error, ChannelRefusedError) else refused_token())) from None
    except DeliveryFailedError as error:
        raise ServiceError(
            _("The Zalo Bot platform is out of reach: {reason}").format(reason=error.code or error)
        ) from None
    name = str(me.get("account_name", ""))
    host = urlsplit(url).hostname or ""
    if settings.zalo_bot_webhook_url:
        return _("{name}, messages are brought to {host}").format(name=name, host=host or "–")
    if url and not settings.zalo_bot_drop_webhook:
        raise InputError(_("a webhook at {host} stands, so that messages cannot be fetched").format(host=host))
    return _("{name}, messages are fetched").format(name=name)


def make_zalo_bot_door(
    office: Office, registry: CollectorRegistry, meters: DoorMeters | None = None
) -> BotPollingDoor | BotWebhookDoor | None:
    """The door by webhook where an address for it is set, else by polling; None without a token.

    Raises InputError for a token or secret that cannot be one.
    """
    settings = office.settings
    if settings.zalo_bot_token is None:
        return None
    try:
        api = _open_api(settings)
        kept = office.zalo_bot
        count = (meters or DoorMeters(registry)).of(Channel.ZALO_BOT)
        reception = BotReception(
            desk=office.desk_at(Channel.ZALO_BOT),
            describe=office.describe,
            inbox=count.over(office.inbox_at(Channel.ZALO_BOT)),
            seen=office.seen_at(Channel.ZALO_BOT),
            files=Fetching(own=settings.zalo_bot_api),
            meter=kept.meter(api.identity),
            plan=bot_plan(settings),
            offered=kept.offered,
            reach=office.reach_at(Channel.ZALO_BOT),
            locale=settings.locale,
            make_reference=count.make_reference,
        )
        if not settings.zalo_bot_webhook_url:
            return BotPollingDoor(api, reception, drops_webhook=settings.zalo_bot_drop_webhook)
        secret = settings.zalo_bot_webhook_secret
        refused = Counter("zalo_bot_webhook_refused", "Webhook calls turned away", ["reason"], registry=registry)
        return BotWebhookDoor(
            api,
            reception,
            url=settings.zalo_bot_webhook_url,
            secret=secret.get_secret_value() if secret is not None else "",
            count=lambda reason: refused.labels(reason).inc(),
        )
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None


def make_zalo_bot_sender(office: Office) -> ZaloBotSender | None:
    """Whoever sends by the Zalo bot; None without a token. Raises InputError for a token that cannot be one."""
    if office.settings.zalo_bot_token is None:
        return None
    try:
        api = _open_api(office.settings)
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None

    kept = office.zalo_bot
    return ZaloBotSender(
        api,
        office.describe,
        meter=kept.meter(api.identity),
        offered=kept.offered,
        plan=bot_plan(office.settings),
    )


def make_zalo_bot_carrier(office: Office) -> ZaloBotCarrier | None:
    """Whoever brings letters by the Zalo bot; None without a token."""
    sender = make_zalo_bot_sender(office)
    return ZaloBotCarrier(sender, reach=office.reach_at(Channel.ZALO_BOT)) if sender is not None else None


def _open_api(settings: Settings) -> BotApi:
    token = settings.zalo_bot_token
    return BotApi(token.get_secret_value() if token is not None else "", settings.zalo_bot_api)
