"""The account's tokens: one refresher in the whole fleet, and a new pair kept before anybody uses it.

A refresh token works once. Whoever refreshes first takes the lock, which outlasts the request; that a refresh has
begun is kept before it leaves, so that an answer lost with its process is known, and named when the grant went with it.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.failures import ChannelRefusedError, NotSentError
from bot.on_zalo.grants import Grant, Pair
from bot.on_zalo.oauth import PATIENCE, NoTokenError, OauthClient
from bot.on_zalo.wire import AnswerLostError, NeverLeftError
from handlers.phrases import _
from handlers.ports import Clock

LOCK_SECONDS: Final = 3 * PATIENCE
_LOOK_AGAIN: Final = 0.25
_KEEP_AGAIN: Final = 0.5
ANSWER_LOST, WITHDRAWN = "answer_lost", "withdrawn"
_log = structlog.get_logger("bot.on_zalo")


class Grants(Protocol):
    """Keeps the grant of one account for all processes; every method is committed when it returns."""

    async def find(self) -> Grant | None:
        """The grant, or None before the first."""
        ...

    async def plant(self, refresh: str, at: datetime) -> None:
        """Begin with a refresh token that an operator gave, unless a grant is kept that counts."""
        ...

    async def begin(self, generation: int, holder: str, seconds: float, at: datetime) -> bool:
        """Take the lock for so long and keep that a refresh of this pair has begun. False while another holds it."""
        ...

    async def keep(self, generation: int, pair: Pair) -> bool:
        """Put the next pair in the place of that generation and let go. False where another pair is there already."""
        ...

    async def replace(self, pair: Pair) -> None:
        """Put the pair of a new consent in the place of whatever was kept."""
        ...

    async def let_go(self, holder: str, *, begun_at: datetime | None) -> None:
        """Nothing was refreshed: give the lock back, and remember which earlier beginning has no answer."""
        ...

    async def lose(self, generation: int, reason: str, at: datetime) -> bool:
        """The grant of that generation counts no more: whoever must act is told. False where that is known."""
        ...


class TokenKeeper:
    """Gives the access token, and renews it. One for each process; close it last.

    `lock_seconds` is longer than a request of `oauth` may take.
    """

    def __init__(
        self,
        oauth: OauthClient,
        grants: Grants,
        clock: Clock,
        *,
        seed: str | None = None,
        lock_seconds: float = LOCK_SECONDS,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._oauth = oauth
        self._grants = grants
        self._clock = clock
        self._seed = seed
        self._lock_seconds = lock_seconds
        self._pause = pause
        self._known: Pair | None = None
        self._renewing: asyncio.Future[str] | None = None
        self._is_closing = False

    async def access(self) -> str:
        """The access token. Raises ChannelRefusedError without a grant, NotSentError when none can be had now."""
        if self._known is None or self._known.access_until <= self._clock.now():
            return await self.renew(None)
        return self._known.access

    async def renew(self, stale: str | None) -> str:
        """Another access token than the one that Zalo has just refused. Raises as `access` does.

        What was begun is finished even when whoever waits gives up: an answer not read would lose the grant.
        """
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.ensure_future(self._renew(stale))
            self._renewing.add_done_callback(_look_at)
        return await asyncio.shield(self._renewing)

    async def ensure_fresh(self) -> None:
        """Renew the pair once it is old enough; raises as `access` does."""
        grant = await self._find()
        if grant is not None and grant.lost_at is None and self._clock.now() >= grant.renew_at:
            await self.renew(grant.pair.access)
        else:
            await self.access()

    async def close(self) -> None:
        """Finish what was begun, and close the connections."""
        self._is_closing = True
        if self._renewing is not None:
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self._oauth.close()

    # --- below

    async def _find(self) -> Grant | None:
        grant = await self._grants.find()
        if self._seed and (grant is None or grant.lost_at is not None):
            await self._grants.plant(self._seed, self._clock.now())
            grant = await self._grants.find()
        return grant

    async def _renew(self, stale: str | None) -> str:
        holder = secrets.token_hex(8)
        while True:
            grant = await self._find()
            if grant is None:
                raise not_connected()
            if grant.lost_at is not None:
                raise lost_grant()
            pair = grant.pair
            if pair.access and pair.access != stale and pair.access_until > self._clock.now():
                self._known = pair
                return pair.access
            if await self._grants.begin(grant.generation, holder, self._lock_seconds, self._clock.now()):
                self._known = await self._refresh(grant, holder)
                return self._known.access
            if self._is_closing:
                raise NotSentError("closing", code="closing")
            await self._pause(_LOOK_AGAIN)

    async def _refresh(self, grant: Grant, holder: str) -> Pair:
        failed: Exception
        try:
            pair = await self._oauth.refresh(grant.pair.refresh, self._clock.now())
        except NeverLeftError as never:
            await self._grants.let_go(holder, begun_at=grant.begun_at)
            failed = NotSentError("no token", code=str(never))
        except AnswerLostError as lost:
            # The lock runs out by itself: Zalo may still be at it. The next try finds out what became of it.
            _log.error("zalo.token_answer_lost", code=str(lost))
            failed = NotSentError("no token", code="token_answer_lost")
        except NoTokenError as refused:
            failed = await self._keep_refusal(grant, holder, refused)
        else:
            await self._keep(grant, pair)
            return pair
        raise failed

    async def _keep(self, grant: Grant, pair: Pair) -> None:
        """The pair exists nowhere else: it is kept however long the database is away, and only then used."""
        while True:
            try:
                is_kept = await self._grants.keep(grant.generation, pair)
            except Exception as failed:  # noqa: BLE001  whatever it is, giving up here would lose the grant
                _log.error("zalo.tokens_not_kept", error=type(failed).__name__)
                await asyncio.sleep(_KEEP_AGAIN)
            else:
                _log.info("zalo.token_renewed", is_newest=is_kept)
                return

    async def _keep_refusal(self, grant: Grant, holder: str, refused: NoTokenError) -> Exception:
        if not refused.is_dead:
            _log.error("zalo.token_refused", code=refused.code)
            await self._grants.let_go(holder, begun_at=grant.begun_at)
            return refused_app(refused.code)
        reason = ANSWER_LOST if grant.begun_at is not None else WITHDRAWN
        if await self._grants.lose(grant.generation, reason, self._clock.now()):
            _log.error("zalo.grant_lost", reason=reason, begun_at=str(grant.begun_at or ""), mend=steps_to_connect())
        return lost_grant()


def steps_to_connect() -> str:
    """What a human must do to get a grant again."""
    return _(
        "An administrator of the Official Account must agree once more: 1) on the server run “nhacchuan zalo connect”;"
        " 2) open the link that it shows, in a browser that is signed in to Zalo as an administrator of the account;"
        " 3) agree to everything asked for; 4) run “nhacchuan doctor”."
    )


def lost_grant() -> ChannelRefusedError:
    """Zalo does not know our grant any more."""
    return ChannelRefusedError(
        _("Zalo does not accept our permission for the Official Account any more. {steps}").format(
            steps=steps_to_connect()
        )
    )


def not_connected() -> ChannelRefusedError:
    """Nobody has agreed yet."""
    return ChannelRefusedError(_("The Official Account is not connected yet. {steps}").format(steps=steps_to_connect()))


def refused_app(code: int | None) -> ChannelRefusedError:
    """Zalo refuses the application itself, told to the operator."""
    return ChannelRefusedError(
        _(
            "Zalo refuses the application (code {code}). Check NHACCHUAN_ZALO_OA_APP_ID and"
            " NHACCHUAN_ZALO_OA_APP_SECRET, and that the application is activated at developers.zalo.me."
        ).format(code=code if code is not None else "—")
    )


def _look_at(done: asyncio.Future[str]) -> None:
    """Whoever waited may have left; an error that nobody reads is no fault of theirs."""
    if not done.cancelled():
        done.exception()
