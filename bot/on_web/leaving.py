"""How a web server leaves: it says that it is not ready, then takes no more calls, and answers whoever is there."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

_LOOK_EVERY: Final = 0.02
_TURNS: Final = 5
_LOOKS: Final = 150  # so often, some 3 seconds: callers who keep their connection find out that it ends
# Some 20 seconds: a caller may write into a line that was idle in the very moment in which it is closed. Where another
# process answers meanwhile nobody waits for us, and most callers give up a line of their own that was idle for less.
_LOOKS_REPLACED: Final = 1000


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

    async def leave(self, *, is_replaced: bool) -> None:
        """Take no more calls, and wait for those who are there, not for ever: what is left is closed afterwards.

        Not by the clock: where so much is to be done that seconds pass between two looks, nobody was heard meanwhile.
        """
        await self._let_in_who_was_taken()
        for site in self.sites:
            await site.stop()
        for _look in range(_LOOKS_REPLACED if is_replaced else _LOOKS):
            if not self._is_talking():
                return
            await asyncio.sleep(_LOOK_EVERY)

    async def _let_in_who_was_taken(self) -> None:
        """Whoever was taken from the queue is attached a turn of the loop later; a server closed before cuts them off.

        So nobody is taken any more first; whoever comes from now on waits in the queue for our successor.
        """
        loop = asyncio.get_running_loop()
        for one in self.sockets:
            loop.remove_reader(one)
        for _turn in range(_TURNS):
            await asyncio.sleep(0)

    def _is_talking(self) -> bool:
        server = self.runner.server
        return server is not None and bool(server.connections)
