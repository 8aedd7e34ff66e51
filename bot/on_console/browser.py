"""What a browser keeps of the console: that it asked to come in, who is in, and the mark that its forms carry."""

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from bot.on_web.door import WebSettings
from handlers.phrases import DEFAULT_LOCALE

LETTERS = "2345679CFGHJKMNPQRTVX"  # none that looks like another, or that a Vietnamese keyboard makes another of
SHORT_CODE = 5
ASKS_FOR = timedelta(minutes=30)  # how long a browser that asked keeps its short code
PATH = "/console"

_ASKING = "asking"
_SESSION = "session"
_WRITTEN = "written"
_REMEMBERS_FOR = timedelta(minutes=10)  # longer than a copy of the database is read that is behind
_POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
_LANGUAGE = "nhacchuan-console-language"
_STAMPED = re.compile(r"(\d{1,12})\.([\w-]{32,64})")


def read_asking(request: web.Request, settings: WebSettings, now: datetime) -> str | None:
    """The secret of a browser that asked to come in not long ago, or None."""
    written, _dot, seal = request.cookies.get(_name(settings, _ASKING), "").rpartition(".")
    stamped = _STAMPED.fullmatch(written)
    if stamped is None or not _is_sealed(settings, "asks", written, seal):
        return None
    return written if timedelta() <= now - datetime.fromtimestamp(int(stamped[1]), now.tzinfo) < ASKS_FOR else None


def keep_asking(response: web.StreamResponse, settings: WebSettings, secret: str, now: datetime) -> str:
    """Let the browser ask from now on, by this secret; what it asks by."""
    written = f"{int(now.timestamp())}.{secret}"
    _keep(response, settings, _ASKING, f"{written}.{_seal(settings, 'asks', written)}", ASKS_FOR)
    return written


def short_code(asking: str) -> str:
    """What the browser that asks by this shows, to be told to the bot; made of a secret, so without a key."""
    number = int.from_bytes(sha256(b"nhacchuan console code\0" + asking.encode()).digest())
    code = ""
    for _letter in range(SHORT_CODE):
        number, place = divmod(number, len(LETTERS))
        code += LETTERS[place]
    return code


def forget_asking(response: web.StreamResponse, settings: WebSettings) -> None:
    """Let the browser ask anew next time."""
    response.del_cookie(_name(settings, _ASKING), path=_path(settings))


def read_session(request: web.Request, settings: WebSettings) -> str | None:
    """The secret of the session that the browser keeps, or None."""
    return request.cookies.get(_name(settings, _SESSION)) or None


def keep_session(response: web.StreamResponse, settings: WebSettings, secret: str, life: timedelta) -> None:
    """Let the browser stay in by this secret."""
    _keep(response, settings, _SESSION, secret, life)


def forget_session(response: web.StreamResponse, settings: WebSettings) -> None:
    """Let the browser be in no more."""
    response.del_cookie(_name(settings, _SESSION), path=_path(settings))


def read_written(request: web.Request, settings: WebSettings) -> str:
    """Up to where the database had been written when this browser did something last; empty for not lately."""
    found = _POSITION.fullmatch(request.cookies.get(_name(settings, _WRITTEN), ""))
    return found[0] if found is not None else ""


def keep_written(response: web.StreamResponse, settings: WebSettings, position: str) -> None:
    """Let this browser read nothing older than what it has just done."""
    _keep(response, settings, _WRITTEN, position, _REMEMBERS_FOR)


def form_mark(secret: str, settings: WebSettings) -> str:
    """What every form of a session carries, and no page of another site can know."""
    return _seal(settings, "forms", secret)


def is_form_mark(given: str, secret: str, settings: WebSettings) -> bool:
    """Whether a form brought the mark of its session, also one that an older secret key made."""
    return _is_sealed(settings, "forms", secret, given)


def seal_fields(mark: str, settings: WebSettings, written: str) -> str:
    """What vouches for fields that a page gave to a form of this session; whoever sits there cannot make it either."""
    return _seal(settings, f"fields {mark}", written)


def are_sealed_fields(mark: str, settings: WebSettings, written: str, seal: str) -> bool:
    """Whether a page of this session gave exactly these fields."""
    return _is_sealed(settings, f"fields {mark}", written, seal)


def read_language(request: web.Request) -> str:
    """The language that was chosen here, or the one of the installation's people."""
    return request.cookies.get(_LANGUAGE, DEFAULT_LOCALE)


def keep_language(response: web.StreamResponse, settings: WebSettings, locale: str) -> None:
    """Speak this language from now on."""
    response.set_cookie(
        _LANGUAGE, locale, max_age=31_536_000, path=PATH, secure=settings.is_https, httponly=True, samesite="Lax"
    )


def _keep(response: web.StreamResponse, settings: WebSettings, name: str, value: str, life: timedelta) -> None:
    # Lax and not Strict: the link of the bot is opened from a chat, and a browser would bring no strict cookie then.
    response.set_cookie(
        _name(settings, name),
        value,
        max_age=int(life.total_seconds()),
        path=_path(settings),
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def _name(settings: WebSettings, name: str) -> str:
    # Over TLS the prefix forbids that a sibling site plants the cookie; it then must be for the whole host.
    return f"__Host-nhacchuan-console-{name}" if settings.is_https else f"nhacchuan-console-{name}"


def _path(settings: WebSettings) -> str:
    return "/" if settings.is_https else PATH


def _seal(settings: WebSettings, purpose: str, text: str) -> str:
    return _seals(settings, purpose, text)[0]


def _is_sealed(settings: WebSettings, purpose: str, text: str, seal: str) -> bool:
    given = seal.encode("utf-8", "surrogateescape")
    return any(hmac.compare_digest(given, one.encode()) for one in _seals(settings, purpose, text))


def _seals(settings: WebSettings, purpose: str, text: str) -> list[str]:
    words = f"nhacchuan console {purpose}\0{text}".encode("utf-8", "surrogateescape")
    return [hmac.new(key, words, sha256).hexdigest() for key in settings.cookie_keys]
