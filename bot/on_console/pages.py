"""What a page is: its address, who may see it, and what shows it. `contents` lists them all."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.on_console.browser import PATH
from bot.on_console.door import ConsoleDoor
from bot.on_console.ports import Cabinet
from bot.on_console.seats import Member, Seat
from bot.on_console.showing import Templates
from handlers.rights import may_see
from knowledge.facts import Person, PersonCode
from knowledge.rulebook import RulesOn

LARGEST_FORM = 64 * 1024
_OK, _REFUSED = 200, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of somebody who is in: what they ask, who they are today, and all that answers it.

    Everything happens in the one transaction of `cabinet`. `form` are the fields of a POST, its mark already checked.
    """

    request: web.Request
    door: ConsoleDoor
    cabinet: Cabinet
    member: Member
    today: RulesOn
    locale: str
    mark: str
    templates: Templates
    form: Mapping[str, Any]

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.member.person

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark of the address."""
        return self.request.query

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page only."""
        return self.request.headers.get("HX-Request") == "true"

    def show(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The page of this template with these values; a template named `…_part.html` is a part for htmx.

        A form that is shown again with its `problem` was refused.
        """
        if status == _OK and self.request.method == "POST" and values.get("problem"):
            status = _REFUSED
        html = self.templates.render(template, self, values)
        return web.Response(text=html, content_type="text/html", status=status)

    def go(self, name: str, **where: str) -> web.Response:
        """Go on to another page, by its name; after a POST, so that loading it again does nothing twice."""
        address = self.address(name, **where)
        if self.is_fragment:
            return web.Response(status=204, headers={"HX-Redirect": address})
        return web.Response(status=303, headers={"Location": address})

    def address(self, name: str, **where: str) -> str:
        """The address of a page; parts of its path are given by name, `query_…` go behind the question mark."""
        path = {key: value for key, value in where.items() if not key.startswith("query_")}
        query = {key.removeprefix("query_"): value for key, value in where.items() if key.startswith("query_")}
        return str(self.request.app.router[f"console.{name}"].url_for(**path).with_query(query))

    async def record(self, action: str, subject: str, details: Mapping[str, Any] | None = None) -> None:
        """Put what is done into the audit chain."""
        told = {"channel": "console", **(details or {})}
        await self.cabinet.audit.record(self.person.code, action, subject, self.door.clock.now(), told)

    async def look_at(self, code: str) -> Person:
        """Somebody whom they may see, the look audited. Raises web.HTTPNotFound for everybody else."""
        other = await self.cabinet.profiles.find_person(PersonCode(code))
        if other is None or not may_see(self.person, other, self.member.units):
            await self.record("look_refused", "person")
            raise NotHereError
        if other.code != self.person.code:
            await self.record("looked_at_person", other.code)
        return other


class NotHereError(Exception):
    """There is no such thing for whoever asks; that it was asked for is kept."""


Show = Callable[[Asked], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Page:
    """One address: for GET what it shows, for POST what it does. `largest` is the most that a form may bring."""

    method: str
    path: str
    name: str
    may: frozenset[Seat]
    show: Show
    largest: int = LARGEST_FORM


def page(path: str, name: str, may: frozenset[Seat], show: Show) -> Page:
    """A page to look at."""
    return Page("GET", f"{PATH}{path}", name, may, show)


def deed(path: str, name: str, may: frozenset[Seat], do: Show, *, largest: int = LARGEST_FORM) -> Page:
    """Something done by a form."""
    return Page("POST", f"{PATH}{path}", name, may, do, largest)
