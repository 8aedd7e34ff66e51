"""How a web server leaves: it says that it is not ready, then takes no more calls, and answers whoever is there."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

_LOOK_EVERY: Final = 0.02
_LOOKS: Final = 150  # so often, some 3 seconds: callers who keep their connection find out that it ends


@dataclass(slots=True)
class Leaving:
    """Whether this process is leaving: `asked` by whoever wants it to, `replaced` by one that is ready."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    replaced: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, drain: float) -> None:
        """Until it is to leave; so many seconds later where nobody takes its place, so that callers are led elsewhere.

        Meanwhile it answers as ever, and says that it is not ready.
        """
        waiting = {asyncio.ensure_future(one.wait()) for one in (self.asked, self.replaced)}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not self.replaced.is_set() and drain:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.replaced.wait(), drain)
        finally:
            for one in waiting:
                one.cancel()
            self.asked.set()

    async def say_so(self, request: web.Request, response: web.StreamResponse) -> None:
        """Callers who keep connections are told with each answer that this one ends."""
        if self.asked.is_set() and response.status != 101 and "upgrade" not in request.headers:  # noqa: PLR2004
            response.headers["Connection"] = "close"
            response.force_close()


@dataclass(frozen=True, slots=True)
class Listening:
    """An open web server."""

    address: str
    runner: web.AppRunner
    sites: tuple[web.BaseSite, ...]
    sockets: list[socket.socket]

    async def leave(self, looks: int = _LOOKS) -> None:
        """Take no more calls, and wait for those who are there, not for ever: what is left is closed afterwards.

        Not by the clock: where so much is to be done that seconds pass between two looks, nobody was heard meanwhile.
        """
        for site in self.sites:
            await site.stop()
        for _look in range(looks):
            if not self._is_talking():
                return
            await asyncio.sleep(_LOOK_EVERY)

    def _is_talking(self) -> bool:
        server = self.runner.server
        return server is not None and bool(server.connections)
