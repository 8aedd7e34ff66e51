"""Control over HTTP, under /_ctl, for tests written in another language or running in another process."""

import inspect
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.standins.zalo_ground.faults import Fault, Harm
from tests.standins.zalo_ground.serving import CONTROL, StandIn
from tests.standins.zalo_ground.switches import Switches


def add_control(app: web.Application, standin: StandIn) -> None:
    """Add the control addresses to a stand-in's server."""
    control = _Control(standin)
    add = app.router.add_route
    add("GET", f"{CONTROL}/state", control.state)
    add("GET", f"{CONTROL}/calls", control.calls)
    add("DELETE", f"{CONTROL}/calls", control.forget_calls)
    add("GET", f"{CONTROL}/violations", control.violations)
    add("GET", f"{CONTROL}/switches", control.switches)
    add("PATCH", f"{CONTROL}/switches", control.change_switches)
    add("GET", f"{CONTROL}/clock", control.clock)
    add("POST", f"{CONTROL}/clock", control.move_clock)
    add("POST", f"{CONTROL}/faults", control.add_fault)
    add("DELETE", f"{CONTROL}/faults", control.heal)
    add("GET", f"{CONTROL}/acts", control.list_acts)
    add("POST", f"{CONTROL}/acts/{{act}}", control.act)


class _Control:
    def __init__(self, standin: StandIn) -> None:
        self._standin = standin

    async def state(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self._standin.clock(), **self._standin.show_state()})

    async def calls(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        name = request.query.get("name")
        chosen = [one for one in self._standin.calls if one.number > since and name in {None, one.name}]
        return web.json_response([one.as_json() for one in chosen])

    async def forget_calls(self, _: web.Request) -> web.Response:
        self._standin.calls.clear()
        self._standin.violations.clear()
        return web.json_response({"ok": True})

    async def violations(self, _: web.Request) -> web.Response:
        return web.json_response(self._standin.violations)

    async def switches(self, _: web.Request) -> web.Response:
        return web.json_response(self._show_switches())

    async def change_switches(self, request: web.Request) -> web.Response:
        given = await request.json()
        try:
            for prefix, switches in self._standin.all_switches.items():
                mine = {name: value for name, value in given.items() if self._owner(name) == prefix}
                switches.change(**{name.removeprefix(prefix): value for name, value in mine.items()})
        except ValueError as wrong:
            return _wrong(wrong)
        return web.json_response(self._show_switches())

    async def clock(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self._standin.clock(), "local": self._standin.clock.local().isoformat()})

    async def move_clock(self, request: web.Request) -> web.Response:
        given = await request.json()
        if "to" in given:
            self._standin.clock.move_to(float(given["to"]))
        self._standin.clock.advance(float(given.get("advance", 0)))
        return await self.clock(request)

    async def add_fault(self, request: web.Request) -> web.Response:
        given = await request.json()
        try:
            placing = {name: given.pop(name) for name in ("times", "about", "skip") if name in given}
            name = given.pop("call")
            fault = Fault(Harm(given.pop("harm")), **given)
        except (KeyError, TypeError, ValueError) as wrong:
            return _wrong(wrong)
        self._standin.fail_next(name, fault, **placing)
        return web.json_response({"ok": True})

    async def heal(self, request: web.Request) -> web.Response:
        self._standin.heal(request.query.get("call"))
        return web.json_response({"ok": True})

    async def list_acts(self, _: web.Request) -> web.Response:
        return web.json_response({name: str(inspect.signature(one)) for name, one in self._standin.acts.items()})

    async def act(self, request: web.Request) -> web.Response:
        act: Callable[..., Any] | None = self._standin.acts.get(request.match_info["act"])
        if act is None:
            return _wrong(ValueError("there is no such act; GET /_ctl/acts lists them"), 404)
        given = await request.json() if request.can_read_body else {}
        try:
            made = act(**given)
            made = await made if inspect.isawaitable(made) else made
        except (AssertionError, KeyError, TypeError, ValueError) as wrong:
            return _wrong(wrong)
        return web.json_response({"ok": True, "result": made})

    def _owner(self, name: str) -> str:
        return max((one for one in self._standin.all_switches if name.startswith(one)), key=len)

    def _show_switches(self) -> dict[str, Any]:
        shown: dict[str, Switches] = self._standin.all_switches
        return {prefix + name: value for prefix, one in shown.items() for name, value in one.as_json().items()}


def _wrong(wrong: Exception, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "wrong": f"{type(wrong).__name__}: {wrong}"}, status=status)
