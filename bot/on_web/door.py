"""What the web door is given when it opens: settings, the desk, and the small outside things it needs."""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from bot.on_web.askers import Proxies
from bot.on_web.present import Present
from bot.render import Describe
from handlers.asking import Choice
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE
from knowledge.facts import PersonCode

# The page speaks these; each name is written in its own language.
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}

Probe = Callable[[], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the sample province whom a visitor may play; `why` says in a line what is worth asking as them."""

    code: PersonCode
    name: str
    position: str
    why: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one connection may speak: a burst, then one message every so many seconds; so many may wait in line."""

    burst: int = 12
    seconds_per_message: float = 2.0
    waiting: int = 8


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`cookie_key` signs what browsers keep; a function gives several while one replaces another, the newest first.

    `public_url` is the address as seen from outside, empty on one machine.

    `allowed_hosts` are further host names that reach this server; loopback and the public one always may.
    """

    cookie_key: bytes | Callable[[], Sequence[bytes]]
    public_url: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    locale: str = DEFAULT_LOCALE
    pace: Pace = Pace()
    most_connections: int = 2000
    proxies: Proxies = field(default_factory=Proxies)

    @property
    def cookie_keys(self) -> Sequence[bytes]:
        """The keys of now: the first signs, and what any of them signed holds."""
        return (self.cookie_key,) if isinstance(self.cookie_key, bytes) else self.cookie_key()

    @property
    def is_https(self) -> bool:
        """Whether visitors come over TLS, so that cookies may be marked for it."""
        return urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebDoor:
    """Everything the web door needs.

    `probe` returns what keeps the product from serving, in words for the operator; nothing = ready. `describe` says
    a citation in words, in the locale being spoken. `starters` are the first choices offered, in that locale too.
    `demo_people` None = no demonstration: nobody may choose who they are. `present` learns who has the chat open.
    """

    settings: WebSettings
    desk: Desk
    describe: Describe
    probe: Probe
    registry: CollectorRegistry
    demo_people: tuple[DemoPerson, ...] | None = None
    present: Present = field(default_factory=Present)
    starters: Callable[[], Sequence[Choice]] = tuple
    monotonic: Callable[[], float] = time.monotonic
    new_visitor: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    new_reference: Callable[[], str] = lambda: secrets.token_hex(4)
