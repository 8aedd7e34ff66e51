"""Who may call openapi.zalo.me: the access token in its own header, and not too often."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.standins.zalo_ground.calls import Asked
from tests.standins.zalo_ground.serving import Refused

if TYPE_CHECKING:
    from tests.standins.zalo_oa.server import ZaloOa


@dataclass
class Gate:
    """Counts calls of the last minute and looks at tokens."""

    oa: ZaloOa
    _called_at: deque[float] = field(default_factory=deque)

    def ensure_may_call(self, asked: Asked) -> None:
        """Raises Refused: -32 for too many calls, -216 and -220 for tokens, 404 for a token in the query."""
        self._ensure_rate()
        if "access_token" in asked.query:
            raise Refused(404, "Not found", is_violation=True, status=404)
        token = asked.request.headers.get("access_token")
        if token is None:
            raise Refused(self.oa.switches.invalid_token_code, "Access token is missing", is_violation=True)
        state = self.oa.grants.state_of(token)
        if state == "unknown":
            raise Refused(self.oa.switches.invalid_token_code, "Access token is invalid")
        if state == "expired":
            raise Refused(-220, "Access token has expired")
        if not self.oa.grants.is_proven(asked, token):
            raise Refused(-242, "appsecret_proof is wrong", is_violation=True)

    def left(self) -> int:
        """Calls left in this minute, for the headers."""
        return max(0, self.oa.app_rate - len(self._called_at))

    def _ensure_rate(self) -> None:
        now = self.oa.clock()
        while self._called_at and self._called_at[0] <= now - 60:
            self._called_at.popleft()
        for most, whose in ((self.oa.app_rate, "application"), (self.oa.oa_rate, "official account")):
            if most is not None and len(self._called_at) >= most:
                raise Refused(-32, f"The {whose} exceeded its rate limit")
        self._called_at.append(now)
