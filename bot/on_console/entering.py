"""Coming in and leaving: the bot is asked in a chat, and its one-time link or code opens the browser that asked."""

import math
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from bot.on_console import browser
from bot.on_console.door import ConsoleDoor
from bot.on_console.ports import Cabinet
from bot.on_console.seats import Member, Seat, find_member
from bot.on_console.showing import Templates
from bot.on_web.askers import network_of
from bot.on_web.door import LANGUAGES
from bot.on_web.guards import ensure_same_origin
from handlers.asking import Channel
from handlers.phrases import DEFAULT_LOCALE, _, locale_of, show_moment
from storage.records import ConsoleEntry

_SMALL_FORM = 4096


class Entrance:
    """Everything that may be asked for by whoever is not in yet."""

    def __init__(
        self, door: ConsoleDoor, templates: Templates, menu: Sequence[tuple[str, str, frozenset[Seat]]]
    ) -> None:
        self._door = door
        self._templates = templates
        self._menu = menu

    def routes(self) -> list[web.RouteDef]:
        """The routes outside."""
        return [
            web.get(browser.PATH, self.show, name="console.entrance"),
            web.post(f"{browser.PATH}/code", self.take_code, name="console.code"),
            web.get(browser.PATH + "/enter/{token}", self.show_link, name="console.enter"),
            web.post(browser.PATH + "/enter/{token}", self.take_link, name="console.enter.now"),
            web.post(f"{browser.PATH}/leave", self.leave, name="console.leave"),
            web.get(browser.PATH + "/language/{locale}", self.speak, name="console.language"),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """How to come in; whoever is in already goes on to their first page."""
        with locale_of(_language(request)):
            async with self._door.open_cabinet() as cabinet:
                member = await self._find_member(request, cabinet)
            if member is not None:
                return _go(request, self._first_page(member))
            return self._show_entrance(request)

    async def take_code(self, request: web.Request) -> web.Response:
        """Come in by the short code that the bot gave."""
        ensure_same_origin(request, self._door.settings)
        with locale_of(_language(request)):
            fields = await request.clone(client_max_size=_SMALL_FORM).post()
            typed, asking = str(fields.get("code", "")), self._asking(request)
            async with self._door.open_cabinet() as cabinet:
                entry = None
                if (locked_until := await self._find_locked_until(request, cabinet)) is not None:
                    return self._refuse_guessing(request, locked_until)
                if asking is not None:
                    code = browser.short_code(asking)
                    entry = await cabinet.console.use_code(typed, code, self._door.clock.now())
                if entry is not None:
                    return await self._let_in(request, entry, cabinet)
                await cabinet.console.note_wrong(network_of(request), self._door.clock.now())
            return self._show_entrance(
                request,
                status=403,
                problem=_(
                    "This code does not open this page. It works for 10 minutes, once, and only in the browser whose "
                    "letters you told the bot. Ask the bot again."
                ),
            )

    async def show_link(self, request: web.Request) -> web.Response:
        """What the link of the bot leads to: one button, so that nothing which merely looks at links uses it up."""
        with locale_of(_language(request)):
            asking, token = self._asking(request), request.match_info["token"]
            async with self._door.open_cabinet() as cabinet:
                entry = None
                if asking is not None:
                    code = browser.short_code(asking)
                    entry = await cabinet.console.find_entry(token, code, self._door.clock.now())
                person = await cabinet.profiles.find_person(entry.person) if entry is not None else None
            if person is None:
                return self._show_entrance(request, problem=_link_useless(), status=403)
            return self._page("enter.html", request, name=person.name, token=token)

    async def take_link(self, request: web.Request) -> web.Response:
        """Come in by the link."""
        ensure_same_origin(request, self._door.settings)
        with locale_of(_language(request)):
            asking, token = self._asking(request), request.match_info["token"]
            async with self._door.open_cabinet() as cabinet:
                entry = None
                if (locked_until := await self._find_locked_until(request, cabinet)) is not None:
                    return self._refuse_guessing(request, locked_until)
                if asking is not None:
                    code = browser.short_code(asking)
                    entry = await cabinet.console.use_entry(token, code, self._door.clock.now())
                if entry is not None:
                    return await self._let_in(request, entry, cabinet)
                await cabinet.console.note_wrong(network_of(request), self._door.clock.now())
            return self._show_entrance(request, problem=_link_useless(), status=403)

    async def _find_locked_until(self, request: web.Request, cabinet: Cabinet) -> datetime | None:
        return await cabinet.console.find_locked_until(network_of(request), self._door.clock.now())

    def _refuse_guessing(self, request: web.Request, until: datetime) -> web.Response:
        told = _("Too many wrong codes came from your network. Please try again after {moment}.")
        response = self._show_entrance(request, problem=told.format(moment=show_moment(until)), status=429)
        wait = max(1, math.ceil((until - self._door.clock.now()).total_seconds()))
        response.headers["Retry-After"] = str(wait)
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """End the session of this browser."""
        ensure_same_origin(request, self._door.settings)
        secret, now = browser.read_session(request, self._door.settings), self._door.clock.now()
        if secret is not None:
            async with self._door.open_cabinet() as cabinet:
                session = await cabinet.console.find_session(secret, now)
                if session is not None:
                    await cabinet.console.end_session(secret, "left", now)
                    await cabinet.threads.forget_of(Channel.CONSOLE, session.person)
                    await cabinet.audit.record(session.person, "console_left", session.person, now)
        response = web.Response(status=303, headers={"Location": browser.PATH})
        browser.forget_session(response, self._door.settings)
        return response

    async def speak(self, request: web.Request) -> web.Response:
        """Speak another language from now on, on the page where that was chosen."""
        locale = request.match_info["locale"]
        back = request.query.get("back", "")
        own = back.startswith(f"{browser.PATH}/") and back.isprintable() and "\\" not in back and "//" not in back
        response = web.Response(status=303, headers={"Location": back if own else browser.PATH})
        if locale in LANGUAGES:
            browser.keep_language(response, self._door.settings, locale)
        return response

    async def _let_in(self, request: web.Request, entry: ConsoleEntry, cabinet: Cabinet) -> web.Response:
        now = self._door.clock.now()
        person = await cabinet.profiles.find_person(entry.person)
        _version, today = await self._door.rules_now.of_today(cabinet.rules)
        member = find_member(person, today) if person is not None else None
        if member is None:
            await cabinet.audit.record(entry.person, "console_refused", entry.person, now, {"why": "role"})
            return self._show_entrance(request, problem=_("You have no office here any more."), status=403)
        secret = self._door.new_secret()
        session = await cabinet.console.open_session(secret, entry, now)
        await cabinet.audit.record(
            entry.person, "console_entered", entry.person, now, {"asked_in": entry.channel or "demonstration"}
        )
        response = _go(request, self._first_page(member))
        browser.keep_session(response, self._door.settings, secret, session.expires_at - now)
        browser.forget_asking(response, self._door.settings)
        return response

    async def _find_member(self, request: web.Request, cabinet: Cabinet) -> Member | None:
        secret = browser.read_session(request, self._door.settings)
        session = await cabinet.console.find_session(secret, self._door.clock.now()) if secret is not None else None
        person = await cabinet.profiles.find_person(session.person) if session is not None else None
        _version, today = await self._door.rules_now.of_today(cabinet.rules)
        return find_member(person, today) if person is not None else None

    def _first_page(self, member: Member) -> str:
        return next(name for name, _words, may in self._menu if member.seats & may)

    def _asking(self, request: web.Request) -> str | None:
        return browser.read_asking(request, self._door.settings, self._door.clock.now())

    def _show_entrance(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        settings, now = self._door.settings, self._door.clock.now()
        asking = self._asking(request)
        response = web.Response(content_type="text/html", status=status)
        if asking is None:
            asking = browser.keep_asking(response, settings, self._door.new_secret(), now)
        code = browser.short_code(asking)
        response.text = self._templates.render_outside(
            "entrance.html", _language(request), {"code": code, "problem": problem, "back": browser.PATH}
        )
        return response

    def _page(self, template: str, request: web.Request, **values: object) -> web.Response:
        html = self._templates.render_outside(template, _language(request), {"back": browser.PATH, **values})
        return web.Response(text=html, content_type="text/html")


def _language(request: web.Request) -> str:
    locale = browser.read_language(request)
    return locale if locale in LANGUAGES else DEFAULT_LOCALE


def _go(request: web.Request, name: str) -> web.Response:
    address = str(request.app.router[f"console.{name}"].url_for())
    return web.Response(status=303, headers={"Location": address})


def _link_useless() -> str:
    return _(
        "This link does not open this browser. It works for 10 minutes, once, and only in the browser whose letters "
        "you told the bot. Ask the bot again, with the letters below."
    )
