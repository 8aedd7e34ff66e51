"""What each method of the Bot platform does, apart from getUpdates."""
# ruff: noqa: N802 - methods carry the platform's names

from datetime import datetime
from typing import Any, Literal

from tests.standins.zalo_bot.parameters import ensure_public, is_loopback
from tests.standins.zalo_bot.people import Chat, Sent
from tests.standins.zalo_bot.platform_switches import BotSwitches
from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.clock import HANOI
from tests.standins.zalo_ground.courier import Attempt, Courier
from tests.standins.zalo_ground.serving import Refused, StandIn

_HINTS = {
    "webhook.ok": "The address answered.",
    "webhook.err.dns": "The name could not be found.",
    "webhook.err.timeout": "No answer in time.",
    "webhook.err.conn": "No connection.",
}


class Methods(StandIn):
    """The methods; their state lives in `ZaloBot`."""

    switches: BotSwitches
    me: dict[str, Any]
    chats: dict[str, Chat]
    webhook: dict[str, Any] | None
    courier: Courier
    monthly_allowance: int | None
    users_allowed: int | None
    tests_per_day: int
    webhooks_per_day: int | None
    allows_loopback: bool
    counted_at: list[float]
    fetches: list[tuple[str, int]]

    def counted(self) -> int:
        raise NotImplementedError

    def arrive(self, event: dict[str, Any], *, copies: int = 1, delay: float = 0.0) -> None:
        raise NotImplementedError

    async def _getMe(self, _: Asked) -> dict[str, Any]:
        return {"ok": True, "result": self.me}

    # ---- webhook ----------------------------------------------------------------------------------------------

    async def _setWebhook(self, asked: Asked, url: str, secret_token: str) -> dict[str, Any]:
        ensure_public(url, allows_loopback=self.allows_loopback)
        if self.webhooks_per_day is not None and self._today("setWebhook", asked) > self.webhooks_per_day:
            raise Refused(429, "Quota exceeded")
        self.webhook = {"url": url, "secret_token": secret_token, "updated_at": self.clock.millis()}
        result = {"url": url, "updated_at": self.webhook["updated_at"]}
        if self.switches.sets_webhook_with_verification:
            result["verification"] = await self._probe(self.webhook)
        return {"ok": True, "result": result}

    async def _deleteWebhook(self, _: Asked) -> dict[str, Any]:
        self.webhook = None
        return {"ok": True, "result": {"url": "", "updated_at": self.clock.millis()}}

    async def _getWebhookInfo(self, _: Asked) -> dict[str, Any]:
        held = self.webhook or {"url": "", "updated_at": 0}
        return {"ok": True, "result": {"url": held["url"], "updated_at": held["updated_at"]}}

    async def _testWebhook(self, asked: Asked) -> dict[str, Any]:
        if self._today("testWebhook", asked) > self.tests_per_day:
            body = {"ok": False, "errorCode": 426, "description": "Too many tests today"}
            raise Refused(426, "Too many tests today", body=body)
        if self.webhook is None:
            raise Refused(400, "no webhook is set")
        return {"ok": True, "result": await self._probe(self.webhook, with_latency=True)}

    async def _probe(self, webhook: dict[str, Any], *, with_latency: bool = False) -> dict[str, Any]:
        """A POST without body to the address; other machines are never spoken to and count as not found."""
        url = webhook["url"]
        if not is_loopback(url):
            return {"ok": False, "url": url, "outcome": "webhook.err.dns", "hint": _HINTS["webhook.err.dns"]}
        headers = {"User-Agent": "Java/1.8.0_202"}
        if self.switches.probe_carries_secret:
            headers["X-Bot-Api-Secret-Token"] = webhook["secret_token"]
        attempt = await self.courier.post(url, b"", headers)
        outcome = _outcome(attempt, self.courier.deadline)
        found = {"ok": outcome == "webhook.ok", "url": url, "outcome": outcome, "hint": _HINTS.get(outcome, outcome)}
        if attempt.status:
            found["status_code"] = attempt.status
        if with_latency:
            found["latency_ms"] = int(attempt.took * 1000)
        return found

    def _today(self, name: str, asked: Asked) -> int:
        """How many calls of this name there were today, this one included."""
        today = self.clock.local().date()
        return sum(
            1
            for one in self.calls_of(name)
            if one.number <= asked.call.number and datetime.fromtimestamp(one.at, HANOI).date() == today
        )

    # ---- sending ----------------------------------------------------------------------------------------------

    async def _sendMessage(self, _: Asked, chat_id: str, text: str, **parameters: Any) -> dict[str, Any]:
        return self._put(self._ensure_may_write(chat_id), "text", text, parameters)

    async def _sendPhoto(
        self, _: Asked, chat_id: str, photo: str, caption: str = "", **parameters: Any
    ) -> dict[str, Any]:
        chat = self._ensure_may_write(chat_id)
        if self.switches.photo_fetch == "fails":
            raise Refused(400, "the photo could not be fetched")
        is_black = False
        if self.switches.photo_fetch == "twice" and is_loopback(photo):
            for _turn in range(2):
                status, size = await self.courier.get(photo)
                self.fetches.append((photo, status))
                is_black = status != 200 or not size
        return self._put(chat, "photo", caption, {"photo": photo, **parameters}, is_black=is_black)

    async def _sendSticker(self, _: Asked, chat_id: str, sticker: str, **parameters: Any) -> dict[str, Any]:
        return self._put(self._ensure_may_write(chat_id), "sticker", "", {"sticker": sticker, **parameters})

    async def _sendVoice(self, _: Asked, chat_id: str, voice_url: str, **parameters: Any) -> dict[str, Any]:
        chat = self._ensure_may_write(chat_id)
        made = self._put(chat, "voice", "", {"voice_url": voice_url, **parameters})
        chat.sent[-1].is_delivered = chat.type == "PRIVATE"
        return made

    async def _sendChatAction(self, _: Asked, chat_id: str, action: str) -> dict[str, Any]:
        self._find_chat(chat_id).actions.append(action)
        return {"ok": True}

    def _find_chat(self, chat_id: str) -> Chat:
        chat = self.chats.get(chat_id)
        if chat is None or not chat.is_known:
            raise Refused(self.switches.unknown_chat, "chat not found")
        return chat

    def _ensure_may_write(self, chat_id: str) -> Chat:
        chat = self._find_chat(chat_id)
        if self.users_allowed is not None and chat.rank > self.users_allowed:
            raise Refused(429, "Quota exceeded: users of this plan")
        if self.monthly_allowance is not None and self.counted() >= self.monthly_allowance:
            raise Refused(429, "Quota exceeded: messages of this month")
        return chat

    def _put(
        self,
        chat: Chat,
        kind: Literal["text", "photo", "sticker", "voice"],
        text: str,
        parameters: dict[str, Any],
        *,
        is_black: bool = False,
    ) -> dict[str, Any]:
        sent = Sent(self.new_hex(), self.clock.millis(), kind, text, parameters, is_black=is_black)
        chat.sent.append(sent)
        self.counted_at.append(self.clock())
        if self.switches.echoes_own_messages:
            self._echo(chat, sent)
        self.bell.ring()
        return {"ok": True, "result": {"message_id": sent.id, "date": sent.date}}

    def _echo(self, chat: Chat, sent: Sent) -> None:
        message = {
            "message_id": sent.id, "date": sent.date, "text": sent.text,
            "from": {"id": self.me["id"], "display_name": self.me["account_name"], "is_bot": True},
            "chat": {"id": chat.id, "chat_type": chat.type},
        }  # fmt: skip
        self.arrive({"event_name": "message.text.received", "message": message})


def _outcome(attempt: Attempt, deadline: float) -> str:
    if attempt.status == 0:
        return "webhook.err.timeout" if attempt.took >= deadline else "webhook.err.conn"
    if 200 <= attempt.status < 300:
        return "webhook.ok"
    if attempt.status in {403, 404}:
        return f"webhook.http.{attempt.status}"
    return "webhook.http.5xx" if attempt.status >= 500 else "webhook.http.other"
