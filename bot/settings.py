"""Settings from the environment and `.env`, under the names of the contract (NHACCHUAN_…)."""

from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import InputError
from handlers.phrases import _

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_DEFAULT_PORT = 8080


def _checked_address(address: str) -> str:
    """A base address: https, or plain http on loopback alone."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return address.rstrip("/")
    raise ValueError("must be an https:// address (plain http is accepted for loopback alone)")


BaseAddress = Annotated[str, AfterValidator(_checked_address)]


def secrets_in(setting: str) -> tuple[str, ...]:
    """The secrets that a setting names, divided by commas, the newest first: several while one replaces another."""
    return tuple(one.strip() for one in setting.split(",") if one.strip())


class Settings(BaseSettings):
    """Everything that an installation can set. Secrets are kept out of every representation."""

    model_config = SettingsConfigDict(
        env_prefix="NHACCHUAN_", env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    home: Path = Path("var")
    database_url: SecretStr | None = None
    # The account that owns the tables, where the one above is another that only serves; for init, backup and restore.
    database_owner_url: SecretStr | None = None
    # A hot standby that lists, reports and what other programs read are read from, while it is not further behind.
    read_database_url: SecretStr | None = None
    read_behind_seconds: float = Field(default=10.0, gt=0)
    # Where a backup is put every night, and how many are kept; empty is none by itself.
    backup_dir: Path | None = None
    backup_keep: int = Field(default=14, ge=1)
    # Seconds that a web server asked to end by SIGTERM goes on answering while it says that it is not ready.
    drain_seconds: float = Field(default=0, ge=0, le=300)
    secret_key: SecretStr | None = None
    territory: str = "hung-yen"
    telegram_token: SecretStr | None = None
    telegram_api: BaseAddress = "https://api.telegram.org"
    telegram_name: str | None = None  # user name of the bot; empty: Telegram is asked when the doors open
    telegram_webhook_url: str | None = None
    # Of the secrets of webhooks the first is announced and all are accepted: NEW,OLD while one replaces another.
    telegram_webhook_secret: SecretStr | None = None
    # Messages a second that the whole fleet sends unasked; answers to visitors do not count. 0 is no limit.
    telegram_per_second: float = Field(default=27.0, ge=0)
    # Whether Telegram may take Stars from the bot's balance for messages beyond its free pace.
    telegram_paid_broadcast: bool = False
    # Zalo Official Account: it is open when the app, the account and the secret of the app are named.
    zalo_oa_app_id: str | None = None
    zalo_oa_id: str | None = None
    zalo_oa_app_secret: SecretStr | None = None
    zalo_oa_webhook_secret: SecretStr | None = None  # empty: the secret of the app
    zalo_oa_refresh_token: SecretStr | None = None  # the first one; later ones live in the store
    zalo_oa_trusts_numbers: bool = False  # a number shared by the form of the account links who has it in the roster
    zalo_oa_code_verifier: SecretStr | None = None  # where the console holds a code challenge
    zalo_oa_api: BaseAddress = "https://openapi.zalo.me"
    zalo_oauth_api: BaseAddress = "https://oauth.zaloapp.com"
    zalo_zbs_api: BaseAddress = "https://business.openapi.zalo.me"
    zalo_zbs_templates: Path | None = None
    zalo_oa_per_second: float = Field(default=20.0, ge=0)
    # Messages of the account a day and a month, answers to visitors included; empty is no limit that we know of.
    zalo_oa_daily: int | None = Field(default=None, ge=0)
    zalo_oa_monthly: int | None = Field(default=None, ge=0)
    # The part of an allowance that is kept for conversation: what is sent unasked stops short of it.
    zalo_oa_reserve: float = Field(default=0.1, ge=0, le=1)
    # Zalo Bot platform: it is open when its token is set, by webhook where an address for it is set.
    zalo_bot_token: SecretStr | None = None
    zalo_bot_api: BaseAddress = "https://bot-api.zaloplatforms.com"
    zalo_bot_webhook_url: str | None = None
    zalo_bot_webhook_secret: SecretStr | None = None
    # Whether a webhook that stands from before may be taken away to poll.
    zalo_bot_drop_webhook: bool = False
    zalo_bot_per_second: float = Field(default=5.0, ge=0)
    # Messages a month of the plan, answers included; 0 is no limit. The basic plan has 3,000.
    zalo_bot_monthly: int = Field(default=3000, ge=0)
    # The part of it that is kept for conversation: what is sent unasked stops short of it.
    zalo_bot_reserve: float = Field(default=0.2, ge=0, le=1)
    # Requests a minute that each key of another program may make in the long run.
    api_per_minute: float = Field(default=120.0, gt=0)
    http: str = "127.0.0.1:8080"
    public_url: str | None = None
    # Proxies before us, comma-separated addresses or networks: what they say of who asks is taken. None unless named.
    trusted_proxies: Annotated[frozenset[str], NoDecode] = frozenset()
    proxy_header: str = "X-Forwarded-For"
    # How the log on standard error is written: lines of key=value for reading, or JSON for a collector.
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    today: date | None = None
    locale: str = "vi"
    # Days off that are not certain in law yet, comma-separated: ngay_van_hoa_24_11 makes 24/11 a day off here.
    calendar_switches: Annotated[frozenset[str], NoDecode] = frozenset()

    @field_validator("calendar_switches", mode="before")
    @classmethod
    def _divided_by_commas(cls, given: object) -> object:
        return [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else given

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_networks(cls, given: object) -> object:
        named = [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else given
        if isinstance(named, list):
            for one in named:
                ip_network(one, strict=False)  # raises ValueError
        return named

    @field_validator("http")
    @classmethod
    def _has_a_port(cls, address: str) -> str:
        host, _colon, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError("must be host:port, for example 127.0.0.1:8080")
        return address

    @property
    def is_zalo_oa_open(self) -> bool:
        """Whether enough is set for the Official Account."""
        return bool(self.zalo_oa_app_id and self.zalo_oa_id and self.zalo_oa_app_secret)

    @property
    def host(self) -> str:
        """Host that the web server listens on."""
        return self.http.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """Port that the web server listens on; 0 lets the system choose."""
        return int(self.http.rpartition(":")[2])


def read_settings() -> Settings:
    """The settings of this run. Raises InputError naming every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        told = [f"NHACCHUAN_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()]
        raise InputError(_("Wrong settings: {problems}").format(problems="; ".join(told))) from None
