"""The webhook of the app: saved only after a probe, events signed, retried by the ladder, disabled when all failed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from tests.standins.zalo_ground.courier import Courier, Delivery

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa

LADDER = (30.0, 300.0, 900.0, 1800.0, 3600.0)


def sign(first: str, body: bytes, timestamp: str, secret: str) -> str:
    """The signature of an event: a plain SHA-256 over app (or account) id, raw body, timestamp and secret."""
    return hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


class Webhook:
    """The one webhook of the app."""

    def __init__(self, oa: ZaloOa, ladder: Sequence[float], ladder_factor: float, deadline: float) -> None:
        self._oa = oa
        self.url: str | None = None
        self.is_enabled = False
        self.ticked: set[str] | None = None  # None: every event is ticked in the console
        self.courier = Courier(
            oa.clock, oa.agenda, oa.bell, [one * ladder_factor for one in ladder], deadline,
            retry_header="num_retry", on_given_up=self._disable,
        )  # fmt: skip

    @property
    def deliveries(self) -> list[Delivery]:
        """Every event so far with its attempts."""
        return self.courier.deliveries

    def events_of(self, name: str) -> list[dict[str, Any]]:
        """Events of this name so far."""
        return [one.event for one in self.deliveries if one.event and one.event.get("event_name") == name]

    async def save(self, url: str) -> bool:
        """Save the address in the console. It is kept only when an unsigned probe is answered with 200."""
        attempt = await self.courier.post(url, b"{}", {"Content-Type": "application/json"})
        if attempt.status != 200:
            return False
        self.url, self.is_enabled = url, True
        return True

    def emit(
        self,
        event: dict[str, Any],
        *,
        copies: int = 1,
        delay: float = 0.0,
        headers: dict[str, str] | None = None,
    ) -> list[Delivery]:
        """Bring an event, signed; its timestamp is now unless it has one."""
        event.setdefault("timestamp", str(self._oa.clock.millis()))
        if self.ticked is not None and event["event_name"] not in self.ticked:
            return []
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        signed = {
            "Content-Type": "application/json",
            "X-ZEvent-Signature": self.signature(body, event["timestamp"]),
            **(headers or {}),
        }
        url = self.url if self.is_enabled else None
        return [self.courier.bring(url, Delivery(event, body, signed), wait=delay) for _ in range(copies)]

    def forge(self, event: dict[str, Any], how: Literal["unsigned", "wrong", "hmac", "changed"]) -> Delivery:
        """Bring an event that Zalo did not sign: no signature, another secret, an HMAC, or a body changed after it."""
        event.setdefault("timestamp", str(self._oa.clock.millis()))
        body = json.dumps(event, ensure_ascii=False).encode()
        timestamp, secret = event["timestamp"], self._secret()
        signature = {
            "unsigned": "",
            "wrong": "mac=" + sign(self._oa.app_id, body, timestamp, secret + "x"),
            "hmac": "mac=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
            "changed": self.signature(body + b" ", timestamp),
        }[how]
        headers = {"Content-Type": "application/json", **({"X-ZEvent-Signature": signature} if signature else {})}
        assert self.url is not None, "no webhook is saved"
        return self.courier.bring(self.url, Delivery(event, body, headers))

    def signature(self, body: bytes, timestamp: str) -> str:
        """The header's value, by the switches."""
        switches = self._oa.switches
        first = self._oa.app_id if switches.signature_first == "app_id" else self._oa.oa_id
        made = sign(first, body, timestamp, self._secret())
        return f"mac={made}" if switches.signature_prefix else made

    async def flood(self, events: Sequence[dict[str, Any]], per_second: float) -> list[Delivery]:
        """Bring many events at this rate of real time, and wait until each was answered or left without answer."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        brought: list[Delivery] = []
        for number, event in enumerate(events):
            await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
            brought += self.emit(event)
        for one in brought:
            await self._oa.bell.wait_until(lambda one=one: bool(one.attempts) or one.state == "no webhook", 60)  # type: ignore[misc]
        return brought

    def _secret(self) -> str:
        is_own = self._oa.switches.signature_secret == "oa secret"
        return self._oa.oa_secret if is_own else self._oa.app_secret

    def _disable(self) -> None:
        self.is_enabled = False
