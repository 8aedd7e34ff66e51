"""What `doctor` finds at the doors: whether platforms know us and reach us, and what listens at our address."""

import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from bot.commands.channels import ask_webhook, check_telegram
from bot.commands.checked import Check, away, remark, wrong
from bot.commands.zalo_bot import check_zalo_bot
from bot.commands.zalo_oa import check_zalo_oa
from bot.errors import CommandError, ServiceError
from bot.settings import Settings
from bot.wiring import Office
from handlers.phrases import _, show_moment

_PATIENCE = 4.0
_FAILED_LATELY = timedelta(days=1)
_OK = 200


async def check_doors(settings: Settings) -> list[Check]:
    """Telegram, the bot of Zalo, the web server."""
    return [*await _about_telegram(settings), await _about_zalo_bot(settings), *await _about_web(settings)]


async def check_account(office: Office) -> Check:
    """Whether the Official Account works, how long its permission holds, and what is left of its month."""
    if not office.settings.is_zalo_oa_open:
        found = _("not connected (NHACCHUAN_ZALO_OA_APP_ID is empty)")
        return Check("zalo_oa", is_well=True, found=found)
    try:
        return Check("zalo_oa", is_well=True, found=await check_zalo_oa(office))
    except CommandError as error:
        mend = _("If the permission is lost: nhacchuan zalo connect. Else check the settings and the network.")
        return _closed("zalo_oa", error, mend)


def _closed(name: str, error: CommandError, mend: str) -> Check:
    if isinstance(error, ServiceError):
        return away(name, "out_of_reach", str(error), mend)
    return wrong(name, "refused", str(error), mend)


async def _about_telegram(settings: Settings) -> list[Check]:
    if settings.telegram_token is None:
        return [Check("telegram", is_well=True, found=_("not connected (NHACCHUAN_TELEGRAM_TOKEN is empty)"))]
    try:
        name = await check_telegram(settings)
        brought = await ask_webhook(settings)
    except CommandError as error:
        return [_closed("telegram", error, _("Check the token and the network, then try again."))]
    if not settings.telegram_webhook_url and brought.url:
        found = _("a webhook at {host} stands for this token").format(host=urlsplit(brought.url).hostname or "–")
        mend = _("Another installation may use the token: stop it, or ask BotFather for a new token for this one.")
        return [remark("telegram", "webhook_stands", found, mend)]
    failed = brought.failed_at
    if settings.telegram_webhook_url and failed is not None and datetime.now(UTC) - failed < _FAILED_LATELY:
        found = _("Telegram could not reach NHACCHUAN_TELEGRAM_WEBHOOK_URL on {moment}: {reason}").format(
            moment=show_moment(failed), reason=brought.reason
        )
        mend = _("Check the name, the certificate and the firewall before the web server, and that serve runs.")
        return [wrong("telegram", "webhook_fails", found, mend)]
    return [Check("telegram", is_well=True, found=f"@{name}")]


async def _about_zalo_bot(settings: Settings) -> Check:
    """Whether the bot of Zalo works, and what is left of its month."""
    if settings.zalo_bot_token is None:
        return Check("zalo_bot", is_well=True, found=_("not connected (NHACCHUAN_ZALO_BOT_TOKEN is empty)"))
    try:
        return Check("zalo_bot", is_well=True, found=await check_zalo_bot(settings))
    except CommandError as error:
        mend = _("Check NHACCHUAN_ZALO_BOT_TOKEN, the webhook settings and the network, then try again.")
        return _closed("zalo_bot", error, mend)


async def _about_web(settings: Settings) -> list[Check]:
    """Whether our address is free or our own server answers there, and whether the public one leads to it."""
    try:
        with socket.create_server((settings.host, settings.port)):
            return [Check("web", is_well=True, found=settings.http)]
    except OSError as error:
        reason = error.strerror
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  only compared
        host = f"[{host}]" if ":" in host else host
        if await _get(client, f"http://{host}:{settings.port}/healthz") != _OK:
            mend = _("Stop the other program, or choose another NHACCHUAN_HTTP.")
            return [wrong("web", "port_taken", f"{settings.http}: {reason}", mend)]
        well = Check("web", is_well=True, found=_("{address}, served now").format(address=settings.http))
        return [well, *(await _about_outside(client, settings.public_url.rstrip("/")) if settings.public_url else ())]


async def _about_outside(client: httpx.AsyncClient, public: str) -> list[Check]:
    """How the server looks from outside, while it runs."""
    if await _get(client, f"{public}/healthz") != _OK:
        found = _("the server runs, and NHACCHUAN_PUBLIC_URL does not lead to it")
        mend = _("Check its name, certificate, proxy and firewall; from here too {address} must open.")
        return [wrong("web", "public_not_reached", found, mend.format(address=f"{public}/healthz"))]
    if await _get(client, f"{public}/metrics") == _OK:
        found = _("the figures at {address} can be read by everybody").format(address=f"{public}/metrics")
        mend = _("Let the proxy refuse /metrics from outside; only Prometheus has to read it.")
        return [remark("web", "metrics_open", found, mend)]
    return []


async def _get(client: httpx.AsyncClient, address: str) -> int:
    try:
        return (await client.get(address)).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return 0
