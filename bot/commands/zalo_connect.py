"""`zalo connect`: an administrator of the Official Account agrees, and the first pair of tokens is kept."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.commands.zalo_oa import app_of
from bot.errors import InputError, ServiceError
from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.on_zalo.account import AccountClient, CodeError
from bot.on_zalo.grants import Pair
from bot.on_zalo.oauth import NoTokenError, OauthClient, challenge_of, new_verifier
from bot.on_zalo.wire import AnswerLostError, NeverLeftError
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.phrases import _

CALLBACK_PATH: Final = "/zalo/oa/callback"
_WAIT_SECONDS: Final = 600.0  # a code is good for so long


@dataclass(frozen=True, slots=True)
class Consent:
    """What comes back from Zalo's page."""

    code: str
    oa_id: str = ""
    state: str = ""


async def connect(settings: Settings, *, given: str | None, callback: str | None, with_challenge: bool) -> None:
    """Show the link, wait for the administrator's browser or take what was `given`, and keep the tokens."""
    app = app_of(settings)
    redirect = callback or f"{settings.public_url or f'http://{settings.http}'}{CALLBACK_PATH}"
    verifier = _verifier(settings, with_challenge=with_challenge and given is None)
    oauth = OauthClient(app, settings.zalo_oauth_api)
    try:
        async with open_office(settings, keeps_threads=False) as office:
            if given is not None:
                consent = read_consent(given)
            else:
                state = secrets.token_urlsafe(16)
                link = oauth.consent_link(redirect, state=state, challenge=challenge_of(verifier) if verifier else None)
                _explain(link, redirect)
                consent = await _wait_for_consent(settings, state)
            if consent.oa_id and consent.oa_id != app.oa_id:
                raise InputError(
                    _("Zalo answered for the account {given}, but NHACCHUAN_ZALO_OA_ID is {expected}.").format(
                        given=consent.oa_id, expected=app.oa_id
                    )
                )
            pair = await _exchange(oauth, consent.code, verifier, office)
            await office.zalo_grants.replace(pair)
            print(_("Connected: {name}. The tokens are kept and renewed by themselves.").format(
                name=await _find_name(settings, pair) or app.oa_id
            ))  # fmt: skip
    finally:
        await oauth.close()


def read_consent(given: str) -> Consent:
    """A code, or the whole address to which Zalo's page led. Raises InputError for neither."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(given.strip()).query).items()}
    code = asked.get("code") or ("" if "://" in given or not given.strip() else given.strip())
    if not code:
        raise InputError(_("There is no code in what was given. Copy the whole address that Zalo's page led to."))
    return Consent(code, asked.get("oa_id", ""), asked.get("state", ""))


async def show_code(request: web.Request) -> web.Response:
    """The callback on the running server: what to type, for only the operator may exchange the code."""
    code = request.query.get("code", "")
    if not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        return web.Response(status=400, text=_("There is no code in this address."))
    return web.Response(
        text=_("Agreed. Now run on the server, within ten minutes:\n\nnhacchuan zalo connect --code {code}").format(
            code=code
        )
    )


def _verifier(settings: Settings, *, with_challenge: bool) -> str | None:
    kept = settings.zalo_oa_code_verifier
    if kept is not None:
        return kept.get_secret_value()
    return new_verifier() if with_challenge else None


def _explain(link: str, redirect: str) -> None:
    print(
        _(
            "1. At developers.zalo.me, in the application under “Official Account → general settings”, this callback"
            " must be saved, letter by letter:\n   {redirect}\n"
            "2. Open this link in a browser signed in to Zalo as an administrator of the account, and agree:\n"
            "   {link}\n"
            "3. If the browser cannot come back here, run: nhacchuan zalo connect --code CODE (or the whole address)."
        ).format(redirect=redirect, link=link),
        flush=True,
    )


async def _wait_for_consent(settings: Settings, state: str) -> Consent:
    came: asyncio.Future[Consent] = asyncio.get_running_loop().create_future()

    async def take(request: web.Request) -> web.Response:
        consent = Consent(request.query.get("code", ""), request.query.get("oa_id", ""), request.query.get("state", ""))
        # Zalo does not promise to bring the state back; where it does, it must be ours.
        if not consent.code or consent.state not in {"", state}:
            return web.Response(status=400, text=_("This is not the answer that was waited for."))
        if not came.done():
            came.set_result(consent)
        return web.Response(text=_("Agreed. You can close this page."))

    app = web.Application()
    app.router.add_get(CALLBACK_PATH, take)
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError:
            raise ServiceError(
                _("{address} is in use. Open the link, then run: nhacchuan zalo connect --code CODE").format(
                    address=settings.http
                )
            ) from None
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                return await came
        except TimeoutError:
            raise ServiceError(_("Nobody agreed within ten minutes; please begin again.")) from None


async def _exchange(oauth: OauthClient, code: str, verifier: str | None, office: Office) -> Pair:
    try:
        return await oauth.exchange(code, verifier, office.clock.now())
    except (NeverLeftError, AnswerLostError) as failed:
        raise ServiceError(_("Zalo is out of reach: {reason}").format(reason=failed)) from None
    except NoTokenError as refused:
        raise InputError(
            _(
                "Zalo gives no tokens for this code (error {code}): it may be used or older than ten minutes, the"
                " callback may differ, or the console holds a code challenge (set NHACCHUAN_ZALO_OA_CODE_VERIFIER)."
                " Begin again."
            ).format(code=refused.code if refused.code is not None else "—")
        ) from None


async def _find_name(settings: Settings, pair: Pair) -> str:
    """The account's own name, as a first use of the tokens."""

    class Fixed:
        async def access(self) -> str:
            return pair.access

        async def renew(self, stale: str | None) -> str:
            del stale
            return pair.access

    client = AccountClient(settings.zalo_oa_api, Fixed())
    try:
        return str((await client.describe()).get("name") or "")
    except (ChannelRefusedError, DeliveryFailedError, CodeError):
        return ""
    finally:
        await client.close()
