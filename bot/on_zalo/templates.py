"""business.openapi.zalo.me: template messages by phone number; and what fills the parameters of a template."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from bot.on_zalo.account import CodeError, Sent, Tokens, ask_once, renew_within
from bot.on_zalo.codes import ZBS, Act
from bot.on_zalo.wire import Wire
from knowledge.message_templates import MessageTemplate

_SEND: Final = "/message/template"
_MOST_TRACKING: Final = 48


class TemplateClient:
    """One account's template messages. Errors: NotSentError, UnclearError, ChannelRefusedError, or CodeError."""

    def __init__(self, base: str, tokens: Tokens) -> None:
        self._wire = Wire(base)
        self._tokens = tokens

    async def send(
        self, phone: str, template: str, values: Mapping[str, str], *, tracking_id: str, seconds: float | None = None
    ) -> Sent:
        """Hand an approved template over to this number."""
        body: dict[str, Any] = {
            "phone": as_zalo_writes(phone),
            "template_id": template,
            "template_data": dict(values),
            "tracking_id": tracking_id[:_MOST_TRACKING],
        }
        data = await self._call("POST", _SEND, {"json": body, "seconds": seconds})
        return Sent(str(data.get("msg_id") or data.get("message_id") or ""))

    async def read_status(self, template: str) -> str:
        """How this template stands with the platform: `ENABLE` where it can be sent."""
        data = await self._ask("/template/info/v2", {"template_id": template})
        return str(data.get("status") or "")

    async def read_quota(self) -> tuple[int, int] | None:
        """Template messages a day and how many are left of them; None where the platform does not say."""
        data = await self._ask("/message/quota", {})
        try:
            return int(data["dailyQuota"]), int(data["remainingQuota"])
        except (KeyError, TypeError, ValueError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _ask(self, path: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._call("GET", path, {"params": dict(given)})

    async def _call(self, method: str, path: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        token = await self._tokens.access()
        try:
            return await ask_once(self._wire, method, path, token, ZBS, request)
        except CodeError as refused:
            if refused.meaning.act is not Act.RENEW_TOKEN:
                raise
        token = await renew_within(self._tokens, token)
        return await ask_once(self._wire, method, path, token, ZBS, request)


def as_zalo_writes(phone: str) -> str:
    """A number as 84… without plus or leading zero."""
    digits = "".join(one for one in phone if one.isdigit())
    return f"84{digits[1:]}" if digits.startswith("0") else digits


def fill(template: MessageTemplate, sources: Mapping[str, str]) -> dict[str, str]:
    """The values of a template's parameters: composed letters, for others count more, and none too long."""
    return {
        name: _cut(" ".join(unicodedata.normalize("NFC", sources.get(one.source, "")).split()), one.most) or "-"
        for name, one in template.parameters.items()
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
