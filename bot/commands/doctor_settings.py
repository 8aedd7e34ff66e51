"""What `doctor` finds in the settings alone: names, addresses, secrets, files. Nobody is asked for it."""

import os
import shutil
from collections.abc import Callable, Collection
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from bot.commands.channels import WEBHOOK_PATH
from bot.commands.checked import Check, remark, wrong
from bot.commands.zalo_bot import BOT_WEBHOOK_PATH
from bot.settings import Settings, secrets_in
from handlers.phrases import _, show_day, show_number
from knowledge.message_templates import TemplatesError, load_templates

_PREFIX = "NHACCHUAN_"
_NOT_SETTINGS = {"NHACCHUAN_TEST_SERVER_URL", "NHACCHUAN_TEST_PICTURES", "NHACCHUAN_DOCUMENTS"}  # of tests and builds
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PORTS_OF_TELEGRAM = {None, 80, 88, 443, 8443}  # others it does not call
_SHORT_SECRET = 16
_TWO = 2
_LEAST_ROOM = 1_000_000_000  # bytes; below it the database may stop in a day
_LEAST_SHARE = 0.05
_WIDEST = {4: 8, 6: 20}  # bits: a network that is wider than a private one is the whole world
RoomLeft = Callable[[Path], tuple[int, int]]


def names_given() -> Collection[str]:
    """The names of every variable of ours, in the environment and in `.env`."""
    file = Settings.model_config.get("env_file")
    written = dotenv_values(file, interpolate=False) if isinstance(file, str) and Path(file).is_file() else {}
    return {one for one in (*os.environ, *written) if one.upper().startswith(_PREFIX)}


def room_left(home: Path) -> tuple[int, int]:
    """Bytes that are free where this directory is, and how many there are."""
    usage = shutil.disk_usage(home)
    return usage.free, usage.total


def check_settings(
    settings: Settings, names: Collection[str], room: RoomLeft = room_left, *, is_rehearsal_told: bool = True
) -> list[Check]:
    """Everything that is wrong with the settings; empty where they are sound."""
    return [
        *_about_names(names),
        *(_about_rehearsal(settings) if is_rehearsal_told else ()),
        *_about_webhook("telegram", settings.telegram_webhook_url, settings.telegram_webhook_secret, WEBHOOK_PATH),
        *_about_webhook("zalo_bot", settings.zalo_bot_webhook_url, settings.zalo_bot_webhook_secret, BOT_WEBHOOK_PATH),
        *_about_account(settings),
        *_about_old_secrets("zalo_oa", settings.zalo_oa_webhook_secret),
        *_about_templates(settings),
        *_about_address(settings),
        *_about_proxies(settings),
        *_about_home(settings, room),
        *_about_key_file(settings),
    ]


def _about_names(names: Collection[str]) -> list[Check]:
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields} | _NOT_SETTINGS
    told = []
    for name in sorted(names):
        if name.upper() in known:
            continue
        nearest = get_close_matches(name.upper(), known, n=1, cutoff=0.6)
        mend = (
            _("It does nothing. Did you mean {nearest}? Write it so.").format(nearest=nearest[0])
            if nearest
            else _("It does nothing. Take it out; .env.example lists every variable.")
        )
        told.append(wrong("settings", "unknown_name", _("there is no variable {name}").format(name=name), mend))
    return told


def _about_rehearsal(settings: Settings) -> list[Check]:
    if settings.today is None:
        return []
    found = _("NHACCHUAN_TODAY is set: every day is taken to be {day}").format(day=show_day(settings.today))
    mend = _("Rehearsals only. Take NHACCHUAN_TODAY out and restart every process, or nobody is reminded in time.")
    return [remark("settings", "rehearsal", found, mend)]


def _about_webhook(channel: str, url: str | None, secret: SecretStr | None, path: str) -> list[Check]:
    variable = f"{_PREFIX}{channel.upper()}_WEBHOOK"
    if not url:
        return []
    parts, told = urlsplit(url), []
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        found = _("{variable} is not an https:// address: {url}").format(variable=f"{variable}_URL", url=_shown(url))
        mend = _("Put a certificate before the web server and write {variable} with https://.")
        told.append(wrong(channel, "webhook_not_https", found, mend.format(variable=f"{variable}_URL")))
    if parts.path != path:
        found = _("{variable} leads to {path}, where nothing of ours listens").format(
            variable=f"{variable}_URL", path=parts.path or "/"
        )
        mend = _("Let {variable} end with {path}").format(variable=f"{variable}_URL", path=path)
        told.append(wrong(channel, "webhook_path", found, mend))
    if channel == "telegram" and parts.hostname not in _LOOPBACK and parts.port not in _PORTS_OF_TELEGRAM:
        found = _("{variable} names port {port}, which Telegram does not call").format(
            variable=f"{variable}_URL", port=parts.port
        )
        mend = _("Use port 443, 80, 88 or 8443.")
        told.append(wrong(channel, "webhook_port", found, mend))
    secrets = secrets_in(secret.get_secret_value()) if secret is not None else ()
    if not secrets or min(map(len, secrets)) < _SHORT_SECRET:
        found = _("{variable} is missing or has fewer than {n} characters: whoever guesses it speaks for everybody")
        mend = _("Set {variable} to 32 characters by chance, for example from: openssl rand -hex 16")
        names = {"variable": f"{variable}_SECRET"}
        told.append(wrong(channel, "webhook_secret", found.format(n=_SHORT_SECRET, **names), mend.format(**names)))
    return [*told, *_about_old_secrets(channel, secret)]


def _about_old_secrets(channel: str, secret: SecretStr | None) -> list[Check]:
    """While one secret replaces another both let in; the older is not to stay."""
    if secret is None or len(secrets_in(secret.get_secret_value())) < _TWO:
        return []
    variable = f"{_PREFIX}{channel.upper()}_WEBHOOK_SECRET"
    found = _("{variable} lets in by an older secret as well").format(variable=variable)
    mend = _(
        "Once every process was started with the new secret first, leave the new one alone in {variable} and restart"
        " them again."
    )
    return [remark(channel, "webhook_old_secret", found, mend.format(variable=variable))]


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _about_account(settings: Settings) -> list[Check]:
    given = {
        "NHACCHUAN_ZALO_OA_APP_ID": settings.zalo_oa_app_id,
        "NHACCHUAN_ZALO_OA_ID": settings.zalo_oa_id,
        "NHACCHUAN_ZALO_OA_APP_SECRET": settings.zalo_oa_app_secret,
    }
    missing = sorted(name for name, value in given.items() if not value)
    if not missing or len(missing) == len(given):
        return []
    found = _("the Official Account stays closed: {names} not set").format(names=", ".join(missing))
    return [wrong("zalo_oa", "half_set", found, _("Set all three, or none of them; see docs/zalo-oa.md."))]


def _about_templates(settings: Settings) -> list[Check]:
    if settings.zalo_zbs_templates is None:
        return []
    try:
        load_templates(settings.zalo_zbs_templates)
    except TemplatesError as error:
        found = _("NHACCHUAN_ZALO_ZBS_TEMPLATES cannot be used: {reason}").format(reason=error)
        return [wrong("zalo_oa", "templates", found, _("Mend the file as docs/zalo-oa.md shows it."))]
    return []


def _about_address(settings: Settings) -> list[Check]:
    has_channel = bool(settings.telegram_token or settings.zalo_bot_token or settings.is_zalo_oa_open)
    public = settings.public_url
    if not public:
        if not has_channel:
            return []
        found = _("NHACCHUAN_PUBLIC_URL is not set: links to the console lead to {address}, this machine alone").format(
            address=f"http://{settings.http}"
        )
        mend = _("Set NHACCHUAN_PUBLIC_URL to the https:// address under which others open the web server.")
        return [remark("web", "no_public_url", found, mend)]
    parts = urlsplit(public)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        found = _("{variable} is not an https:// address: {url}").format(
            variable="NHACCHUAN_PUBLIC_URL", url=_shown(public)
        )
        mend = _("Put a certificate before the web server and write {variable} with https://.")
        return [wrong("web", "public_not_https", found, mend.format(variable="NHACCHUAN_PUBLIC_URL"))]
    return []


def _about_proxies(settings: Settings) -> list[Check]:
    wide = []
    for one in sorted(settings.trusted_proxies):
        network = ip_network(one, strict=False)
        if network.prefixlen < _WIDEST[network.version]:
            wide.append(str(network))
    if wide:
        found = _("NHACCHUAN_TRUSTED_PROXIES trusts {networks}: anybody may say that they are somebody else").format(
            networks=", ".join(wide)
        )
        return [wrong("web", "proxies_too_wide", found, _("Name only the addresses of your own proxies."))]
    is_behind = (settings.public_url or "").startswith("https://") and not settings.trusted_proxies
    if is_behind:
        found = _("a public address and no trusted proxy: every visitor seems to come from one and the same place")
        mend = _("Name the proxy before us in NHACCHUAN_TRUSTED_PROXIES, for example 127.0.0.1.")
        return [remark("web", "no_proxies", found, mend)]
    return []


def _about_home(settings: Settings, room: RoomLeft) -> list[Check]:
    home = settings.home
    place = next((one for one in (home, *home.absolute().parents) if one.exists()), Path("/"))
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        found = _("NHACCHUAN_HOME ({home}) cannot be written").format(home=home)
        mend = _("Give the account that runs the program the directory: chown, or choose another NHACCHUAN_HOME.")
        return [wrong("home", "not_writable", found, mend)]
    free, total = room(place)
    if free < _LEAST_ROOM or free < total * _LEAST_SHARE:
        found = _("only {free} GB of {total} GB are free where {home} is").format(
            free=show_number(round(free / 1e9, 1)), total=show_number(round(total / 1e9, 1)), home=home
        )
        mend = _("Make room or move NHACCHUAN_HOME to a larger disk before the database stops.")
        return [wrong("home", "disk_full", found, mend)]
    return []


def _about_key_file(settings: Settings) -> list[Check]:
    if settings.secret_key is not None:
        return []
    file = settings.home / "secret.key"
    if not file.is_file() or not file.stat().st_mode & 0o077:
        return []
    found = _("{file} can be read by other accounts of this machine").format(file=file)
    mend = _("Run: chmod 600 {file} – and, where others had access, nhacchuan rotate-key").format(file=file)
    return [wrong("secret_key", "readable", found, mend)]
