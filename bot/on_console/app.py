"""The routes of the console: every request learns anew who asks and whether they may, before any page is shown."""

import math
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from aiohttp import web

from bot.on_console import browser
from bot.on_console.contents import MENU, PAGES
from bot.on_console.door import ConsoleDoor
from bot.on_console.entering import Entrance
from bot.on_console.pages import Asked, NotHereError, Page
from bot.on_console.ports import Cabinet
from bot.on_console.seats import Member, find_member
from bot.on_console.showing import STATIC, Templates
from bot.on_console.shown import keep
from bot.on_web.door import LANGUAGES
from bot.on_web.guards import ensure_same_origin
from bot.pacing import Paces
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.vouching import in_chat_of
from knowledge.rulebook import RulesOn

_MARK_FIELD = "mark"
_MARK_HEADER = "X-Form-Mark"
_MEGABYTE = 2**20
# Nobody reads five pages a second for long; a page of certificates with their pictures is some ten requests at once.
PERSON: Final = 300, 0.2
_log = structlog.get_logger(__name__)


def console_routes(
    door: ConsoleDoor, pages: Iterable[Page] = PAGES, pace: Paces | None = None
) -> list[web.AbstractRouteDef]:
    """Every route below `/console`; `pace` is how often one person may ask, whatever browsers they sit at."""
    templates = Templates(MENU)
    entrance = Entrance(door, templates, MENU)
    console = _Console(door, templates, pace or Paces(*PERSON))
    return [
        *entrance.routes(),
        web.static(f"{browser.PATH}/static", STATIC),
        *(_route(console, one) for one in pages),
    ]


def _route(console: "_Console", page: Page) -> web.RouteDef:
    async def serve(request: web.Request) -> web.StreamResponse:
        return await console.serve(page, request)

    return web.route(page.method, page.path, serve, name=f"console.{page.name}")


@dataclass(frozen=True, slots=True)
class _Who:
    """Who asks, as the database says at this moment."""

    member: Member
    today: RulesOn
    secret: str


class _Console:
    """Serves pages to whoever may see them."""

    def __init__(self, door: ConsoleDoor, templates: Templates, pace: Paces) -> None:
        self._door = door
        self._templates = templates
        self._pace = pace

    async def serve(self, page: Page, request: web.Request) -> web.StreamResponse:
        """One request in one transaction: who asks, whether they may, the page."""
        locale = browser.read_language(request)
        locale = locale if locale in LANGUAGES else DEFAULT_LOCALE
        with locale_of(locale):
            if page.method == "POST":
                ensure_same_origin(request, self._door.settings)
            fields, is_too_large = await _read_form(page, request)
            async with self._open(page, request) as cabinet:
                who = await self._find(request, cabinet)
                if who is None:
                    return _send_to_entrance(request, self._door)
                asked = Asked(
                    request=request,
                    door=self._door,
                    cabinet=cabinet,
                    member=who.member,
                    today=who.today,
                    locale=locale,
                    mark=browser.form_mark(who.secret, self._door.settings),
                    templates=self._templates,
                    form=fields,
                )
                if wait := self._pace.take(who.member.person.code):
                    response = _show_too_often(asked, wait)
                elif is_too_large:
                    response = asked.show("refused.html", status=413, why=_too_large(page))
                else:
                    response = await self._answer(page, asked, who.secret)
            if page.method == "POST" and self._door.find_position is not None:
                browser.keep_written(response, self._door.settings, await self._door.find_position())
            return response

    def _open(self, page: Page, request: web.Request) -> AbstractAsyncContextManager[Any]:
        """What is only looked at may be read from a copy that knows at least what this browser has done."""
        if page.method == "POST" or self._door.open_reading is None:
            return self._door.open_cabinet()
        return self._door.open_reading(browser.read_written(request, self._door.settings))

    async def _answer(self, page: Page, asked: Asked, secret: str) -> web.StreamResponse:
        if page.method == "POST":
            given = str(asked.form.get(_MARK_FIELD) or asked.request.headers.get(_MARK_HEADER, ""))
            if not browser.is_form_mark(given, secret, self._door.settings):
                _log.warning("console_form_refused", page=page.name)
                why = _("This form is out of date. Please open the page again and repeat it.")
                return asked.show("refused.html", status=403, why=why)
            asked = replace(asked, mark=given)  # what its page sealed, it sealed by this mark
        if not asked.member.seats & page.may:
            await asked.record("look_refused", f"console:{page.name}")
            return asked.show("refused.html", status=403, why=_("This page is not for your office."))
        try:
            response = await page.show(asked)
            return await keep(asked, response) if page.method == "POST" else response
        except NotHereError:
            return asked.show(
                "refused.html", status=404, why=_("There is nothing here, or it is not among what you may see.")
            )

    async def _find(self, request: web.Request, cabinet: Cabinet) -> _Who | None:
        """Who asks; whoever lost their role is put out for good."""
        secret = browser.read_session(request, self._door.settings)
        if secret is None:
            return None
        now = self._door.clock.now()
        session = await cabinet.console.find_session(secret, now)
        if session is None:
            return None
        person = await cabinet.profiles.find_person(session.person)
        _version, today = await self._door.rules_now.of_today(cabinet.rules)
        member = find_member(in_chat_of(person, session.vouched_by), today) if person is not None else None
        if member is None:
            await cabinet.console.end_session(secret, "role", now)
            await cabinet.audit.record(session.person, "console_ended", session.person, now, {"why": "role"})
            return None
        return _Who(member, today, secret)


async def _read_form(page: Page, request: web.Request) -> tuple[dict[str, object], bool]:
    """The fields that came with a request, and whether they were too large to be read."""
    if page.method != "POST":
        return {}, False
    try:
        fields = await request.clone(client_max_size=page.largest).post()
    except web.HTTPRequestEntityTooLarge:
        return {}, True
    return {name: fields[name] if len(fields.getall(name)) == 1 else fields.getall(name) for name in fields}, False


def _show_too_often(asked: Asked, wait: float) -> web.StreamResponse:
    _log.info("console_too_often")
    response = asked.show("refused.html", status=429, why=_("Too many requests; please try again later."))
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _too_large(page: Page) -> str:
    if page.largest < _MEGABYTE:
        return _("What was typed is too long. Please go back and shorten it; nothing was changed.")
    text = _("The file is too large: at most {n} MB. Please divide it into several; nothing was changed.")
    return text.format(n=page.largest // _MEGABYTE)


def _send_to_entrance(request: web.Request, door: ConsoleDoor) -> web.Response:
    if request.headers.get("HX-Request") == "true":
        response = web.Response(status=204, headers={"HX-Redirect": browser.PATH})
    else:
        response = web.Response(status=303, headers={"Location": browser.PATH})
    if browser.read_session(request, door.settings) is not None:
        browser.forget_session(response, door.settings)
    return response
