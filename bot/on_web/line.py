"""One WebSocket of the chat: its limits, and how it is written to and closed."""

import json
from typing import Any

from aiohttp import WSCloseCode, web

from bot.on_web.messages import notice_message, too_long
from handlers.phrases import locale_of

# Beyond this a frame is refused by its header, unread; between this and 64 kB a sentence says that it is too long.
_UNREAD_ABOVE = 1024 * 1024
_HEARTBEAT_SECONDS = 30.0


class ChatLine(web.WebSocketResponse):
    """A WebSocket that says in words that a message was too big before it hangs up for that."""

    def __init__(self, locale: str) -> None:
        # Without compression a small frame cannot unfold into a large one.
        super().__init__(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_UNREAD_ABOVE, compress=False, timeout=5.0)
        self.locale = locale
        self.visitor = ""  # who holds it, once that is known

    async def send(self, message: dict[str, Any]) -> None:
        """Send if anybody still listens; whoever reconnects asks again."""
        if self.closed:
            return
        try:
            await self.send_str(json.dumps(message, ensure_ascii=False))
        except ConnectionError:
            return

    async def push(self, message: dict[str, Any]) -> bool:
        """Send what nobody asked for; False when nobody listens any more, so that it is brought another time."""
        if self.closed:
            return False
        try:
            await self.send_str(json.dumps(message, ensure_ascii=False))
        except ConnectionError:
            return False
        return True

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        if code == WSCloseCode.MESSAGE_TOO_BIG:
            with locale_of(self.locale):
                await self.send(notice_message(too_long(), None))
        return await super().close(code=code, message=message, drain=drain)
