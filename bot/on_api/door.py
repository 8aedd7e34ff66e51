"""The routes of the door for other programs: whose key, what is asked, and the answer as JSON."""

import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import structlog
from aiohttp import web

from bot.errors import ServiceError
from bot.failures import where_of
from bot.on_api.asking import read_question, write_cursor
from bot.on_api.openapi import write_document
from bot.on_api.pace import WrongTries
from bot.on_api.page import STYLE_PATH, render_page, render_style
from bot.on_api.paths import BASE, Path, list_paths
from bot.on_api.problems import ProblemError, render_problem
from bot.on_api.store import NotInScopeError, Standing, Store, Visitor
from handlers.phrases import _, locale_of
from knowledge.local_time import VIETNAM

_BEARER: Final = "bearer "
_RETRY_SECONDS: Final = "60"
_log = structlog.get_logger("bot.on_api")

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ApiDoor:
    """Answers other programs. `locale` is spoken to those who do not say what they read; `criteria` are all codes."""

    def __init__(
        self,
        store: Store,
        criteria: Sequence[str],
        locale: str,
        new_reference: Callable[[], str],
        tries: WrongTries | None = None,
    ) -> None:
        self._store = store
        self._criteria = tuple(criteria)
        self._locale = locale
        self._new_reference = new_reference
        self._tries = tries or WrongTries()

    def routes(self) -> Sequence[web.RouteDef]:
        """All of them; what is not among them below the base is answered as a problem too."""
        paths = list_paths(self._criteria)
        return [
            web.get(BASE, self._guarded(self._show_page)),
            web.get(f"{BASE}/", self._guarded(self._show_page)),
            web.get(STYLE_PATH, self._guarded(self._show_style)),
            web.get(f"{BASE}/openapi.json", self._guarded(self._show_document)),
            *(web.get(path.url, self._guarded(self._answer_of(path.name))) for path in paths),
            web.route("*", BASE + "/{rest:.*}", self._guarded(self._refuse)),
        ]

    # --- for people, without a key

    async def _show_page(self, request: web.Request) -> web.Response:
        spoken = _spoken(request, self._locale)
        return web.Response(text=render_page(list_paths(self._criteria), spoken), content_type="text/html")

    async def _show_style(self, _request: web.Request) -> web.Response:
        return web.Response(text=render_style(), content_type="text/css", headers={"Cache-Control": "no-cache"})

    async def _show_document(self, request: web.Request) -> web.Response:
        return _reply(request, write_document(list_paths(self._criteria)))

    async def _refuse(self, request: web.Request) -> web.StreamResponse:
        if any(request.path == path.url for path in list_paths(self._criteria)):
            headers = {"Allow": "GET, HEAD"}
            told = _("Here one can only read."), _("Ask with GET.")
            raise ProblemError(405, "read-only", *told, headers)
        raise _not_found(_("The paths there are stand at {page}.").format(page=BASE))

    # --- for programs

    def _answer_of(self, name: str) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            visitor = await self._let_in(request)
            path = next(one for one in list_paths(self._criteria) if one.name == name)
            return await self._read(request, path, visitor)

        return answer

    async def _read(self, request: web.Request, path: Path, visitor: Visitor) -> web.StreamResponse:
        given: dict[str, list[str]] = {}
        for parameter, written in request.query.items():
            given.setdefault(parameter, []).append(written)
        question = read_question(path, given)
        if not path.is_list:
            return _reply(request, dict(await self._store.read_status(visitor)))
        try:
            page = await self._store.read(visitor, question)
        except NotInScopeError:
            raise _not_found(_("There is no unit {unit} within the scope of this key.").format(
                unit=question.unit)) from None  # fmt: skip
        following = write_cursor(page.more_after) if page.more_after is not None else None
        return _reply(request, {"items": [dict(one) for one in page.items], "next": following})

    async def _let_in(self, request: web.Request) -> Visitor:
        """Whoever asks. Raises ProblemError unless they may now."""
        shown = request.headers.get("Authorization", "")
        address = request.remote or ""
        if not shown.lower().startswith(_BEARER):
            raise _no_key(_("Show a key: Authorization: Bearer KEY."))
        # Good keys are served even from an address that shows wrong ones: several programs may share it.
        visitor = await self._store.recognise(shown[len(_BEARER) :].strip())
        if visitor.standing is Standing.GOOD:
            return visitor
        if visitor.standing is Standing.TOO_OFTEN:
            raise _too_often(visitor.wait)
        wait = self._tries.wait(address)
        if wait > 0:
            raise _too_often(wait)
        self._tries.note(address)
        _log.warning("api.key_refused", standing=visitor.standing.value, key=visitor.number or None)
        told = {
            Standing.EXPIRED: _("This key has expired. The operator can make another."),
            Standing.REVOKED: _("This key was revoked."),
            Standing.SUSPENDED: _("This key is suspended since a backup was put back; have it confirmed."),
        }
        raise _no_key(told.get(visitor.standing, _("This key is not known here.")))

    def _guarded(self, answer: Answer) -> Answer:
        """Have whatever goes wrong answered as a problem, in the language of whoever asks."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            with locale_of(_spoken(request, self._locale)):
                try:
                    return await answer(request)
                except ProblemError as problem:
                    return render_problem(problem, BASE)
                except ServiceError:
                    told = _("The data is out of reach just now."), _("Try again in a minute.")
                    headers = {"Retry-After": _RETRY_SECONDS}
                    return render_problem(ProblemError(503, "out-of-service", *told, headers), BASE)
                except Exception as broken:  # noqa: BLE001  the program is told whatever broke, and nothing of it
                    reference = self._new_reference()
                    _log.error("api.failed", reference=reference, error=type(broken).__name__, where=where_of(broken))
                    words = _("Sorry, something went wrong on our side. Reference: {reference}.")
                    told = _("Something went wrong on our side."), words.format(reference=reference)
                    return render_problem(ProblemError(500, "ours", *told), BASE)

        return guarded


def _spoken(request: web.Request, usual: str) -> str:
    """The language of the first of those that they read which we speak."""
    for wished in request.headers.get("Accept-Language", "").split(","):
        language = wished.strip()[:2].lower()
        if language in {"vi", "en"}:
            return language
    return usual


def _reply(request: web.Request, body: Any) -> web.Response:
    """The body as JSON, or that it has not changed since they asked last."""
    text = json.dumps(body, ensure_ascii=False, default=_plain)
    tag = hashlib.sha256(text.encode()).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language"}
    known = request.if_none_match or ()
    if any(one.value in {tag, "*"} for one in known):
        return web.Response(status=304, headers=headers)
    return web.Response(text=text, content_type="application/json", headers=headers)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _no_key(detail: str) -> ProblemError:
    return ProblemError(401, "no-key", _("A key is needed."), detail, {"WWW-Authenticate": "Bearer"})


def _too_often(wait: float) -> ProblemError:
    seconds = max(1, math.ceil(wait))
    detail = _("Try again in {n} seconds.").format(n=seconds)
    return ProblemError(429, "too-often", _("Too many requests."), detail, {"Retry-After": str(seconds)})


def _not_found(detail: str) -> ProblemError:
    return ProblemError(404, "not-found", _("There is nothing here."), detail)
