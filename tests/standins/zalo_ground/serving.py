"""The server under every Zalo stand-in: loopback only, every call recorded, faults in front, HTTP control."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from tests.standins.listening import Listening
from tests.standins.zalo_ground.bell import Bell
from tests.standins.zalo_ground.calls import Asked, Call, mask_all, read_asked
from tests.standins.zalo_ground.clock import Agenda, Clock
from tests.standins.zalo_ground.faults import Fault, Harm, Plan, Taken
from tests.standins.zalo_ground.switches import Switches

CONTROL = "/_ctl"
MOST_BODY = 20_000_000
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(eq=False)
class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """The platform refuses a call. `is_violation`: no careful client would have made it."""

    code: int
    message: str
    is_violation: bool = False
    status: int | None = None
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """How one kind of call is carried out, and how its host writes a refusal."""

    name: str
    carry_out: Callable[[Asked], Awaitable[dict[str, Any] | web.Response]]
    refuse: Callable[[Refused], web.Response]
    find_subject: Callable[[Asked], str | None] = lambda _: None


class StandIn(Listening):
    """A loopback server with a record, faults and a clock. Leaving the block fails if a call was doubtful."""

    def __init__(
        self, *, clock: Clock | Callable[[], float] | None, seed: int, switches: Switches, shown_path: str = ""
    ) -> None:
        super().__init__()
        self.clock = clock if isinstance(clock, Clock) else Clock(clock)
        self.random = random.Random(seed)  # noqa: S311 - ids of a stand-in are repeatable on purpose
        self.bell = Bell()
        self.clock.tell(self.bell)
        self.agenda = Agenda(self.clock)
        self.calls: list[Call] = []
        self.acts: dict[str, Callable[..., Any]] = {}
        self.all_switches: dict[str, Switches] = {"": switches}
        self.faults = Plan()
        self._numbers = count(1)
        self._shown_path = shown_path

    # ---- life -------------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        """Put the platform's own addresses into the server."""
        raise NotImplementedError

    def show_state(self) -> dict[str, Any]:
        """What the HTTP control shows under `state`."""
        return {}

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `base` is then the address."""
        from tests.standins.zalo_ground.control import add_control  # it needs this module

        app = web.Application(client_max_size=MOST_BODY)
        add_control(app, self)
        self.add_routes(app)
        await self._listen(app, port)

    async def stop(self) -> None:
        """Stop listening, delivering and waiting."""
        await self.agenda.stop()
        await super().stop()

    # ---- for tests --------------------------------------------------------------------------------------------

    def fail_next(
        self, name: str, fault: Fault, times: int | None = 1, *, about: str | None = None, skip: int = 0
    ) -> None:
        """Let the next calls of this name go wrong, or with `about` only those to this person.

        `skip` lets that many pass first; `times=None` means until `heal`; the name `*` means any call.
        """
        self.faults.put(name, fault, about=about, times=times, skip=skip)

    def heal(self, name: str | None = None) -> None:
        """Nothing planned goes wrong any more."""
        self.faults.clear(name)

    def calls_of(self, name: str) -> list[Call]:
        """Calls of this name so far."""
        return [call for call in self.calls if call.name == name]

    async def wait_for(self, is_so: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until something about this server is so; fail otherwise."""
        assert await self.bell.wait_until(is_so, timeout), "it did not come to be so in time"

    def new_hex(self, length: int = 20) -> str:
        """An id as Zalo writes them."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def new_digits(self, first: str, length: int = 19) -> str:
        """An id of many digits, more than a double can hold."""
        return first + "".join(self.random.choices("0123456789", k=length - len(first)))

    # ---- one call ---------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request, service: Service, *, path: str | None = None) -> web.StreamResponse:
        """Record, let go wrong what is to go wrong, carry out, answer."""
        call = self._note(request, service.name, path or request.path)
        asked = await read_asked(request, call)
        call.about = service.find_subject(asked)
        taken = self.faults.take(service.name, call.about)
        try:
            response = await self._answer(asked, service, taken)
        finally:
            self.bell.ring()
        call.status = response.status
        return response

    def _note(self, request: web.Request, name: str, path: str) -> Call:
        call = Call(
            number=next(self._numbers), at=self.clock(), name=name, method=request.method, path=path,
            query=mask_all(dict(request.query)), headers=mask_all(dict(request.headers)),
            arrived=asyncio.get_running_loop().time(),
        )  # fmt: skip
        self.calls.append(call)
        return call

    async def _answer(self, asked: Asked, service: Service, taken: Taken | None) -> web.StreamResponse:
        fault = taken.fault if taken else None
        call, harm = asked.call, fault.harm if fault else None
        if fault is not None and harm is Harm.HOLD:
            call.outcome = "held"
            await self._hold(fault)
        if fault is not None and harm in {Harm.ANSWER, Harm.PAGE, Harm.DROP_BEFORE}:
            call.outcome = "fault, not carried out"
            return self._harm(asked, service, fault)
        try:
            made = await service.carry_out(asked)
        except Refused as wrong:
            if taken is not None and harm is not Harm.HOLD:
                self.faults.give_back(taken)
            if wrong.is_violation:
                self.violations.append(f"{call.name}: {wrong.code} {wrong.message}")
            call.code, call.outcome = wrong.code, "refused"
            call.answer = wrong.body or {"code": wrong.code, "message": wrong.message}
            return service.refuse(wrong)
        call.outcome = "carried out"
        if fault is not None and harm is not Harm.HOLD:
            call.outcome = "carried out, answer lost"
            return self._harm(asked, service, fault)
        if isinstance(made, web.StreamResponse):
            return made
        call.answer = mask_all(made)
        return web.json_response(made)

    async def _hold(self, fault: Fault) -> None:
        if fault.until is not None:
            await fault.until.wait()
        elif fault.seconds:
            await self.clock.wait(self.bell, lambda: False, self.clock() + fault.seconds)

    def _harm(self, asked: Asked, service: Service, fault: Fault) -> web.StreamResponse:
        call = asked.call
        if fault.harm in {Harm.DROP_BEFORE, Harm.DROP_AFTER}:
            if asked.request.transport is not None:
                asked.request.transport.abort()
            return web.Response(status=500)
        if fault.harm is Harm.GARBAGE:
            return web.Response(text='{"error": 0, "da', content_type="application/json")
        if fault.harm in {Harm.PAGE, Harm.PAGE_AFTER}:
            return web.Response(status=fault.status or 502, text=_PAGE, content_type="text/html")
        call.code, call.answer = fault.code, mask_all(fault.body)
        if fault.body is not None:
            return web.json_response(fault.body, status=fault.status or 200)
        return service.refuse(Refused(fault.code, fault.message, status=fault.status))
