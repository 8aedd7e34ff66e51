"""Tells hooks what has changed: each change again and again until the hook takes it, always under the same id."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import structlog

from bot.on_api.addresses import AddressRefusedError, LookUp, ensure_may_be_told, find_address, look_up
from bot.on_api.signing import sign
from bot.on_api.told import Held, Missed, Told
from knowledge.local_time import VIETNAM

_AT_ONCE: Final = 8
_BATCH: Final = 64
_MOST_BATCHES: Final = 500  # of one job; what is left is found by the next
_SECONDS: Final = 10.0
_MOST_ANSWER: Final = 65_536
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
_TAKEN: Final = range(200, 300)
_log = structlog.get_logger("bot.on_api")


class Ledger(Protocol):
    """Where it is kept what hooks were told."""

    async def hold(self, number: int, held: Held | None) -> Held | None:
        """Hold this hook, or hold it on; None where that cannot be."""
        ...

    async def list_events(self, number: int, limit: int) -> Sequence[Told]:
        """What it is to be told now."""
        ...

    async def settle(self, number: int, taken: Sequence[int], missed: Sequence[Missed]) -> None:
        """Keep what it took and what not; where it did not take one, it is left alone for a while."""
        ...

    async def let_go(self, held: Held) -> None:
        """Let others tell it."""
        ...


class Teller:
    """Tells one hook after another. One to each process."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], float] = time.time,
        find: LookUp = look_up,
        seconds: float = _SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._find = find
        self._seconds = seconds
        self._tls = tls or _trusted()

    async def tell(self, number: int) -> None:
        """Tell this hook all that is due, until it does not take something."""
        held = await self._ledger.hold(number, None)
        if held is None:
            return
        try:
            async with self._client() as client:
                for _batch in range(_MOST_BATCHES):
                    events = await self._ledger.list_events(number, _BATCH)
                    if not events or not await self._tell_some(client, held, events):
                        return
                    still = await self._ledger.hold(number, held)
                    if still is None:
                        return
                    held = still
        finally:
            await asyncio.shield(self._ledger.let_go(held))

    async def _tell_some(self, client: httpx.AsyncClient, held: Held, events: Sequence[Told]) -> bool:
        """Whether all were taken. Once one was not, those that have not left yet are not tried."""
        room = asyncio.Semaphore(_AT_ONCE)
        taken: list[int] = []
        missed: list[Missed] = []

        async def tell(event: Told) -> None:
            async with room:
                if missed:
                    return
                reason, asked = await self._try(client, held, event)
            if reason:
                missed.append(Missed(event.change, max(wait_after(event.tries + 1), asked), reason, asked))
            else:
                taken.append(event.change)

        try:
            async with asyncio.TaskGroup() as group:
                for one in events:
                    group.create_task(tell(one))
        finally:
            await asyncio.shield(self._ledger.settle(held.number, taken, missed))
        if missed:
            _log.warning("api.hook_missed", hook=held.number, count=len(missed), reason=missed[0].reason)
        return not missed

    async def _try(self, client: httpx.AsyncClient, held: Held, event: Told) -> tuple[str, timedelta]:
        """Empty where it was taken, else why not; and how long the hook asks to be left alone."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(client, held, event)
        except AddressRefusedError:
            return "address_refused", timedelta()
        except TimeoutError:
            return "no_answer", timedelta()
        except httpx.TransportError as failed:
            return type(failed).__name__, timedelta()
        except OSError:
            return "no_such_host", timedelta()

    async def _post(self, client: httpx.AsyncClient, held: Held, event: Told) -> tuple[str, timedelta]:
        ensure_may_be_told(held.url, may_be_private=held.may_be_private)
        parts = urlsplit(held.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = await find_address(host, port, self._find, may_be_private=held.may_be_private)
        body = render_event(event)
        signed = sign(held.secret, f"chg_{held.number}_{event.change}", int(self._now()), body)
        # To the address that was looked at, under the name that its certificate must bear.
        url = httpx.URL(held.url).copy_with(host=str(address))
        request = client.build_request(
            "POST",
            url,
            content=body,
            headers={**signed, "Content-Type": "application/json", "Host": parts.netloc, "User-Agent": "nhacchuan"},
            extensions={"sni_hostname": host},
        )
        answer = await client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():  # so that the connection can be used again
                read += len(chunk)
                if read > _MOST_ANSWER:
                    break
        finally:
            await answer.aclose()
        if answer.status_code in _TAKEN:
            return "", timedelta()
        return str(answer.status_code), _asked_wait(answer.headers.get("Retry-After", ""))

    def _client(self) -> httpx.AsyncClient:
        # No redirect and no proxy of the surroundings hears of anything.
        limits = httpx.Limits(max_connections=_AT_ONCE)
        return httpx.AsyncClient(
            verify=self._tls, timeout=self._seconds, limits=limits, follow_redirects=False, trust_env=False
        )


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the machine trusts: an authority of one's own is added there."""
    return ssl.create_default_context()


def render_event(event: Told) -> bytes:
    """The body of what a hook is told: codes and states, nobody's name."""
    body: dict[str, Any] = {
        "type": "verdict.changed",
        "timestamp": event.changed_at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "data": {
            "person": event.person,
            "unit": event.unit,
            "criterion": event.criterion,
            "before": event.before,
            "after": event.after,
            "as_of": event.as_of.isoformat(),
        },
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, up to an hour."""
    doubled = 1 << min(max(tries - 1, 0), 20)
    return min(_FIRST_WAIT * doubled, _LONGEST_WAIT)


def _asked_wait(written: str) -> timedelta:
    if not (written.isascii() and written.isdigit()):
        return timedelta()
    return min(timedelta(seconds=int(written[:6])), _LONGEST_WAIT)
