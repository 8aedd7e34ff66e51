"""Consent and tokens: codes of ten minutes, access tokens of 25 hours, refresh tokens that work once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from aiohttp import web

from tests.standins.zalo_ground.calls import Asked, masked
from tests.standins.zalo_ground.serving import Refused

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa

ACCESS_LIFE = 90_000.0
REFRESH_LIFE = 90 * 86_400.0
CODE_LIFE = 600.0
TokenState = Literal["good", "unknown", "expired"]


@dataclass(frozen=True)
class _Code:
    until: float
    redirect_uri: str
    challenge: str | None


@dataclass
class Grants:
    """Everything that was ever issued. `access_token` and `refresh_token` are the pair that works now, if any."""

    oa: ZaloOa
    access_token: str = ""
    refresh_token: str = ""
    refreshes: int = 0
    dead_uses: int = 0  # refresh tokens presented although they were used, expired or withdrawn
    history: list[tuple[float, str, str]] = field(default_factory=list)  # moment, old and new refresh token, masked
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access_until: dict[str, float] = field(default_factory=dict)
    _refresh_until: float = 0.0

    def issue(self) -> None:
        """Make a new pair; the one before dies at this moment."""
        old, now = self.refresh_token, self.oa.clock()
        self.expire_access()
        self.access_token = "ax" + self.oa.new_hex(80)
        self.refresh_token = "rx" + self.oa.new_hex(80)
        self._access_until[self.access_token] = now + ACCESS_LIFE
        self._refresh_until = now + REFRESH_LIFE
        self.history.append((now, masked(old), masked(self.refresh_token)))

    def expire_access(self) -> None:
        """The access token stops working now; the refresh token does not."""
        if self.access_token:
            self._access_until[self.access_token] = self.oa.clock()

    def withdraw(self) -> None:
        """The grant is lost, as when the console's settings are changed: a human must consent again."""
        self.expire_access()
        self._refresh_until = self.oa.clock()
        self._codes.clear()

    def state_of(self, token: str) -> TokenState:
        """Whether this access token works."""
        until = self._access_until.get(token)
        if until is None:
            return "unknown"
        return "good" if self.oa.clock() < until else "expired"

    def is_proven(self, asked: Asked, token: str) -> bool:
        """Whether `appsecret_proof`, where a call carries one, is the HMAC of the token under the app's secret."""
        given = asked.request.headers.get("appsecret_proof")
        return given is None or given == hmac.new(self.oa.app_secret.encode(), token.encode(), "sha256").hexdigest()

    # ---- the two addresses ------------------------------------------------------------------------------------

    async def permit(self, asked: Asked) -> web.Response:
        """The consent page; the administrator agrees at once."""
        given = asked.query
        known = {"app_id", "redirect_uri", "code_challenge", "state"}
        if unknown := given.keys() - known:
            raise Refused(-14004, f"unknown parameter {sorted(unknown)}", is_violation=True)
        if given.get("app_id") != self.oa.app_id:
            raise Refused(-14002, "Invalid app id", is_violation=True)
        redirect = given.get("redirect_uri", "")
        if redirect not in self.oa.callback_urls:
            raise Refused(-14003, "Invalid redirect uri", is_violation=True)
        is_fixed = self.oa.switches.consent_parameters == "fixed"
        challenge = self.oa.console_challenge if is_fixed else given.get("code_challenge") or self.oa.console_challenge
        code = "cx" + self.oa.new_hex(40)
        self._codes[code] = _Code(self.oa.clock() + CODE_LIFE, redirect, challenge)
        back = {"code": code, "oa_id": self.oa.oa_id}
        if "state" in given and self.oa.switches.returns_state:
            back["state"] = given["state"]
        return web.Response(status=302, headers={"Location": f"{redirect}?{urlencode(back)}"})

    async def hand_out(self, asked: Asked) -> dict[str, Any]:
        """Exchange a code, or refresh."""
        if asked.request.content_type != "application/x-www-form-urlencoded":
            raise _named("Invalid content type", is_violation=True)
        if asked.form.get("app_id") != self.oa.app_id:
            raise _named("Invalid app id", -14002, is_violation=True)
        if asked.request.headers.get("secret_key") != self.oa.app_secret:
            raise _named("Invalid secret key", is_violation=True)
        kind = asked.form.get("grant_type")
        if kind == "authorization_code":
            self._use_code(asked.form)
        elif kind == "refresh_token":
            self._use_refresh(asked.form)
        else:
            raise _named("Invalid grant type", is_violation=True)
        self.issue()
        return self._pair()

    def _use_code(self, form: dict[str, str]) -> None:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or self.oa.clock() >= code.until:
            raise _named("Invalid authorization code")
        verifier = form.get("code_verifier")
        if code.challenge is None and verifier is not None:
            raise _named("Code verifier without a challenge", is_violation=True)
        if code.challenge is not None and challenge_of(verifier or "") != code.challenge:
            raise _named("Invalid code verifier")

    def _use_refresh(self, form: dict[str, str]) -> None:
        token = form.get("refresh_token", "")
        if token == self.refresh_token and token and self.oa.clock() < self._refresh_until:
            self.refreshes += 1
            return
        self.dead_uses += 1
        how = self.oa.switches.dead_refresh
        raise _named("Invalid refresh token", None if how == "named" else int(how))

    def _pair(self) -> dict[str, Any]:
        life = int(ACCESS_LIFE)
        pair: dict[str, Any] = {
            "access_token": self.access_token, "refresh_token": self.refresh_token,
            "expires_in": str(life) if self.oa.switches.expires_in == "string" else life,
        }  # fmt: skip
        if self.oa.switches.tells_refresh_expiry:
            pair["refresh_token_expires_in"] = str(int(REFRESH_LIFE))
        return pair

    def refuse(self, wrong: Refused) -> web.Response:
        """An error as this host writes it; often with HTTP 200."""
        body = wrong.body or _named(wrong.message, wrong.code or None).body
        return web.json_response(body, status=wrong.status or self.oa.switches.token_error_status)


def challenge_of(verifier: str) -> str:
    """The PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _named(name: str, code: int | None = None, *, is_violation: bool = False) -> Refused:
    body: dict[str, Any] = {
        "error_name": name, "error_reason": name, "error_description": f"{name}.",
        "ref_doc": "https://developers.zalo.me/docs/official-account",
    }  # fmt: skip
    if code is not None:
        body["error"] = code
    return Refused(code or 0, name, is_violation, body=body)
