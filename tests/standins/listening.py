"""How every stand-in lives: a server on loopback inside a block that fails if a client did anything doubtful."""

from types import TracebackType
from typing import Self

from aiohttp import web


class Listening:
    """A server that listens inside the block. `base` is the address to configure; `violations` must stay empty."""

    def __init__(self) -> None:
        self.base = ""
        self.violations: list[str] = []
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `base` is then the address."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _listen(self, app: web.Application, port: int) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        host, bound = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{bound}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if kind is None:
            self.ensure_clean()

    def ensure_clean(self) -> None:
        """Fail if a client did anything that a strict server would not let pass."""
        assert not self.violations, "\n".join(self.violations)
