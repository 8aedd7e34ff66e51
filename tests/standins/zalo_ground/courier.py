"""Brings events to a webhook: deadline, the ladder of retries, copies, delays, and a record of every attempt."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.standins.zalo_ground.bell import Bell
from tests.standins.zalo_ground.clock import Agenda, Clock


@dataclass(frozen=True)
class Attempt:
    """One try: the stand-in's time, the status (0: no answer within the deadline), real seconds taken."""

    at: float
    status: int
    took: float


@dataclass
class Delivery:
    """One event on its way. `state`: "under way", "waiting", "delivered", "given up" or "no webhook"."""

    event: Any
    body: bytes
    headers: dict[str, str]
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "under way"

    def as_json(self) -> dict[str, Any]:
        """The delivery as the HTTP control shows it."""
        tries = [vars(one) for one in self.attempts]
        return {"event": self.event, "state": self.state, "attempts": tries}


@dataclass
class Courier:
    """Posts bodies to a URL. `ladder` are the waits before retries; `on_given_up` is told when the last one failed."""

    clock: Clock
    agenda: Agenda
    bell: Bell
    ladder: Sequence[float] = ()
    deadline: float = 2.0
    retry_header: str | None = None
    is_accepted: Callable[[int], bool] = lambda status: status == 200
    on_given_up: Callable[[], None] = lambda: None
    deliveries: list[Delivery] = field(default_factory=list)
    _session: ClientSession | None = None

    def bring(self, url: str | None, delivery: Delivery, *, wait: float = 0.0, keeps: bool = True) -> Delivery:
        """Bring it to the URL, after a while if wanted; without URL it is only noted."""
        if keeps:
            self.deliveries.append(delivery)
        if url is None:
            delivery.state = "no webhook"
            self.bell.ring()
            return delivery
        self.agenda.put(wait, lambda: self._try(url, delivery))
        return delivery

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Attempt:
        """One try; status 0 when nothing came back in time."""
        at, began = self.clock(), time.monotonic()
        try:
            async with self._open().post(url, data=body, headers=headers, allow_redirects=False) as response:
                await response.read()
                return Attempt(at, response.status, time.monotonic() - began)
        except (ClientError, TimeoutError):
            return Attempt(at, 0, time.monotonic() - began)

    async def get(self, url: str) -> tuple[int, int]:
        """Fetch a picture: status and bytes; status 0 when there was no answer."""
        try:
            async with self._open().get(url) as response:
                return response.status, len(await response.read())
        except (ClientError, TimeoutError):
            return 0, 0

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> ClientSession:
        if self._session is None:
            # Its own connections are kept apart from those of whoever is tested.
            self._session = ClientSession(timeout=ClientTimeout(total=self.deadline), connector=TCPConnector(limit=200))
        return self._session

    async def _try(self, url: str, delivery: Delivery) -> None:
        number = len(delivery.attempts)
        headers = dict(delivery.headers)
        if number and self.retry_header:
            headers[self.retry_header] = str(number)
        attempt = await self.post(url, delivery.body, headers)
        delivery.attempts.append(attempt)
        if self.is_accepted(attempt.status):
            delivery.state = "delivered"
        elif number < len(self.ladder):
            delivery.state = "waiting"
            self.agenda.put(max(self.ladder[number], 1e-9), lambda: self._try(url, delivery))
        else:
            delivery.state = "given up"
            self.on_given_up()
        self.bell.ring()
