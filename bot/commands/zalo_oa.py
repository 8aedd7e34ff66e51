"""Zalo's Official Account as a channel of the office: its door, who sends by it, and whether it works."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Counter

from bot.door_meters import DoorMeters
from bot.errors import InputError
from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.on_zalo.account import AccountClient, CodeError
from bot.on_zalo.allowances import predict_last_day
from bot.on_zalo.answering import Answerer
from bot.on_zalo.door import OaDoor, PollingDoor, WebhookDoor
from bot.on_zalo.events import Reader
from bot.on_zalo.fetching import Fetching
from bot.on_zalo.letters import OaCarrier
from bot.on_zalo.oauth import App, OauthClient
from bot.on_zalo.pushing import Lines, OaSender
from bot.on_zalo.receiving import Reception
from bot.on_zalo.signing import Signatures
from bot.on_zalo.templates import TemplateClient
from bot.on_zalo.tokens import TokenKeeper
from bot.settings import Settings
from bot.wiring import Office
from handlers.asking import Channel
from handlers.phrases import _, ngettext, show_day
from knowledge.message_templates import MessageTemplate, TemplatesError, load_templates

OA_WEBHOOK_PATH = "/zalo/oa/webhook"
_USABLE = "ENABLE"
_CARD = "/static/zalo-card.png"
_log = structlog.get_logger("bot.on_zalo")


@dataclass(frozen=True, slots=True)
class Account:
    """The open account: one keeper of its tokens for everything in this process."""

    app: App
    oauth: OauthClient
    keeper: TokenKeeper
    settings: Settings

    def client(self) -> AccountClient:
        """A client of its own connections."""
        return AccountClient(self.settings.zalo_oa_api, self.keeper)


def app_of(settings: Settings) -> App:
    """The application and account that are set. Raises InputError where something is missing."""
    if not settings.is_zalo_oa_open:
        raise InputError(
            _(
                "not connected (NHACCHUAN_ZALO_OA_APP_ID, NHACCHUAN_ZALO_OA_ID and NHACCHUAN_ZALO_OA_APP_SECRET"
                " must be set)"
            )
        )
    secret = settings.zalo_oa_app_secret
    return App(
        settings.zalo_oa_app_id or "",
        settings.zalo_oa_id or "",
        secret.get_secret_value() if secret is not None else "",
    )


def open_account(office: Office) -> Account | None:
    """The account with its tokens; None where it is not set."""
    settings = office.settings
    if not settings.is_zalo_oa_open:
        return None
    app = app_of(settings)
    oauth = OauthClient(app, settings.zalo_oauth_api)
    seed = settings.zalo_oa_refresh_token
    keeper = TokenKeeper(
        oauth, office.zalo_grants, office.clock, seed=seed.get_secret_value() if seed is not None else None
    )
    return Account(app, oauth, keeper, settings)


def make_zalo_oa_door(office: Office, registry: CollectorRegistry, meters: DoorMeters | None = None) -> OaDoor | None:
    """The door by webhook where the server has a public address, else by reading recent conversations; or None."""
    account = open_account(office)
    if account is None:
        return None
    settings, client, book = office.settings, account.client(), office.zalo_book
    count = (meters or DoorMeters(registry)).of(Channel.ZALO_OA)
    reception = Reception(
        desk=office.desk_at(Channel.ZALO_OA),
        describe=office.describe,
        inbox=count.over(office.inbox_at(Channel.ZALO_OA)),
        contacts=book,
        clock=office.clock,
        reach=office.reach_at(Channel.ZALO_OA),
        locale=settings.locale,
        make_reference=count.make_reference,
    )
    is_public = (settings.public_url or "").startswith("https://")
    answerer = Answerer(
        client,
        office.describe,
        office.clock,
        asyncio.sleep,
        image_url=f"{settings.public_url}{_CARD}" if is_public else None,
        count=book.count_answers,
    )
    reader = Reader(account.app.oa_id, settings.locale, Fetching(own=settings.zalo_oa_api))
    if not settings.public_url:
        return PollingDoor(client, account.keeper, reception, answerer, reader)
    own = settings.zalo_oa_webhook_secret
    events = Counter("zalo_oa_webhook_events", "Webhook calls by what became of them", ["became"], registry=registry)
    return WebhookDoor(
        client,
        account.keeper,
        reception,
        answerer,
        reader,
        signatures=Signatures(
            account.app.app_id, account.app.oa_id, own.get_secret_value() if own is not None else account.app.secret
        ),
        count=lambda became: events.labels(became).inc(),
    )


def make_zalo_oa_sender(office: Office) -> OaSender | None:
    """Whoever sends by the account; None without one. Raises InputError for templates that cannot be used."""
    account = open_account(office)
    if account is None:
        return None
    templates = _load_templates(office.settings)
    zbs = TemplateClient(office.settings.zalo_zbs_api, account.keeper)
    lines = Lines(account.client(), zbs, account.keeper.close)
    return OaSender(
        account.app.oa_id,
        lines,
        office.zalo_book,
        office.describe,
        office.clock,
        templates,
    )


def _load_templates(settings: Settings) -> Mapping[str, MessageTemplate]:
    path = settings.zalo_zbs_templates
    try:
        return load_templates(path) if path is not None else {}
    except TemplatesError as error:
        raise InputError(_("NHACCHUAN_ZALO_ZBS_TEMPLATES cannot be used: {reason}").format(reason=error)) from None


def make_zalo_oa_carrier(office: Office) -> OaCarrier | None:
    """Whoever brings letters by the account; None without one."""
    account = open_account(office)
    if account is None:
        return None
    client, count = account.client(), office.zalo_book.count_answers
    return OaCarrier(
        client, office.describe, office.reach_at(Channel.ZALO_OA), office.clock.now, account.keeper.close, count
    )


async def renew_zalo_oa(office: Office) -> None:
    """Renew the account's tokens where they are old enough; whoever must act is told where that cannot be."""
    account = open_account(office)
    if account is None:
        return
    try:
        await account.keeper.ensure_fresh()
    except (ChannelRefusedError, DeliveryFailedError) as failed:
        _log.warning("zalo.not_fresh", error=type(failed).__name__)
    finally:
        await account.keeper.close()


async def check_zalo_oa(office: Office) -> str:
    """The account's name, how long its permission holds without use, and how its month stands.

    Raises InputError where it does not work.
    """
    account = open_account(office)
    if account is None:
        return ""
    client, zbs = account.client(), TemplateClient(account.settings.zalo_zbs_api, account.keeper)
    try:
        about = await client.describe()
        grant = await office.zalo_grants.find()
        of_templates = await describe_templates(zbs, _load_templates(office.settings))
    except (ChannelRefusedError, DeliveryFailedError, CodeError) as error:
        raise InputError(str(error)) from None
    finally:
        await account.keeper.close()
        await client.close()
        await zbs.close()
    left = (grant.pair.refresh_until - office.clock.now()).days if grant is not None else 0
    found = ngettext(
        "{name}; the permission lasts {n} more day and is renewed by itself",
        "{name}; the permission lasts {n} more days and is renewed by itself",
        left,
    ).format(name=about.get("name") or account.app.oa_id, n=left)
    return " ".join([f"{found}.", await _describe_month(office), *of_templates])


async def describe_templates(zbs: TemplateClient, templates: Mapping[str, MessageTemplate]) -> list[str]:
    """How many template messages are left today. Raises InputError for a template that cannot be sent."""
    for template in sorted({one.id for one in templates.values()}):
        status = await zbs.read_status(template)
        if status != _USABLE:
            raise InputError(
                _("template {template} cannot be sent: its status with Zalo is {status}").format(
                    template=template, status=status or "–"
                )
            )
    quota = await zbs.read_quota() if templates else None
    if quota is None:
        return []
    return [_("{left} of {most} template messages are left today.").format(left=quota[1], most=quota[0])]


async def _describe_month(office: Office) -> str:
    """How many messages the account has sent this month, and the day on which its allowance ends if it goes on so."""
    today, monthly = office.clock.today(), office.settings.zalo_oa_monthly
    used = await office.zalo_book.count_used(today.replace(day=1), today)
    if monthly is None:
        return ngettext("{n} message this month, no limit set", "{n} messages this month, no limit set", used).format(
            n=used
        )
    last = predict_last_day(used, monthly, today)
    if last is None:
        return _("{used} of {most} messages this month; that lasts").format(used=used, most=monthly)
    return _("{used} of {most} messages this month; at this pace the last day is {day}").format(
        used=used, most=monthly, day=show_day(last)
    )
