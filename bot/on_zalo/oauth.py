"""Zalo's consent and token addresses: the link for the administrator, the exchange of a code, the refresh of a pair.

An answer is a success only where it holds an access token that is not empty, whatever its status or numbers say.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from bot.on_zalo.grants import Pair
from bot.on_zalo.wire import Answer, AnswerLostError, Wire

_TOKENS: Final = "/v4/oa/access_token"
_CONSENT: Final = "/v4/oa/permission"
_USUAL_LIFE: Final = 90_000.0  # seconds of an access token where the answer does not say
_USUAL_REFRESH_LIFE: Final = timedelta(days=90)
_DEAD: Final = {-118, -14014}
_DEAD_WORDS: Final = ("refresh token", "refresh_token")
PATIENCE: Final = 20.0


class NoTokenError(Exception):
    """Zalo answered and gave no token. `is_dead`: the refresh token or code counts no more."""

    def __init__(self, code: int | None, *, is_dead: bool) -> None:
        super().__init__(f"no token, code {code}")
        self.code = code
        self.is_dead = is_dead


@dataclass(frozen=True, slots=True)
class App:
    """The application and the account that it speaks for."""

    app_id: str
    oa_id: str
    secret: str = field(repr=False)


class OauthClient:
    """oauth.zaloapp.com."""

    def __init__(self, app: App, base: str, *, seconds: float = PATIENCE) -> None:
        self._app = app
        self._base = base
        self._wire = Wire(base, seconds=seconds)

    def consent_link(self, redirect: str, *, state: str, challenge: str | None = None) -> str:
        """Where the administrator of the account agrees. `redirect` equals the one saved in the console."""
        given = {"app_id": self._app.app_id, "redirect_uri": redirect, "state": state}
        if challenge is not None:
            given["code_challenge"] = challenge
        return f"{self._base}{_CONSENT}?{urlencode(given)}"

    async def exchange(self, code: str, verifier: str | None, at: datetime) -> Pair:
        """The first pair of a consent. Raises NeverLeftError, AnswerLostError or NoTokenError."""
        form = {"app_id": self._app.app_id, "grant_type": "authorization_code", "code": code}
        return await self._ask(form | ({"code_verifier": verifier} if verifier else {}), at)

    async def refresh(self, token: str, at: datetime) -> Pair:
        """The next pair; `token` is dead from then on. Raises NeverLeftError, AnswerLostError or NoTokenError."""
        form = {"app_id": self._app.app_id, "grant_type": "refresh_token", "refresh_token": token}
        return await self._ask(form, at)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _ask(self, form: Mapping[str, str], at: datetime) -> Pair:
        answer = await self._wire.ask("POST", _TOKENS, headers={"secret_key": self._app.secret}, data=dict(form))
        return read_pair(answer, at)


def read_pair(answer: Answer, at: datetime) -> Pair:
    """The pair that an answer holds. Raises NoTokenError, or AnswerLostError where it says neither yes nor no."""
    body = answer.body or {}
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if isinstance(access, str) and access and isinstance(refresh, str) and refresh:
        life = _seconds(body.get("expires_in")) or _USUAL_LIFE
        refresh_life = _seconds(body.get("refresh_token_expires_in"))
        return Pair(
            access,
            refresh,
            obtained_at=at,
            access_until=at + timedelta(seconds=life),
            refresh_until=at + (timedelta(seconds=refresh_life) if refresh_life else _USUAL_REFRESH_LIFE),
        )
    if not {"error", "error_name", "error_reason", "error_description"} & body.keys():
        raise AnswerLostError(f"HTTP{answer.status}")
    code = _number(body.get("error"))
    said = " ".join(str(body.get(name, "")) for name in ("error_name", "error_reason", "error_description")).lower()
    raise NoTokenError(code, is_dead=code in _DEAD or any(one in said for one in _DEAD_WORDS))


def new_verifier() -> str:
    """A fresh PKCE verifier of 43 letters."""
    return secrets.token_urlsafe(32)


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 < seconds < 10 * 365 * 86_400 else None


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
