"""`work`: one worker of the fleet, which plans and sends; the same stands beside the doors in `run`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

from bot import heap
from bot.commands.rehearsing import tell_rehearsal
from bot.commands.stopping import stop_on_signals
from bot.commands.zalo_bot import make_zalo_bot_sender
from bot.commands.zalo_oa import make_zalo_oa_sender, renew_zalo_oa
from bot.errors import InputError
from bot.failures import ChannelRefusedError
from bot.on_telegram.pushing import TelegramSender, Terms
from bot.on_telegram.tokens import identity_of
from bot.places import SenderAt
from bot.push.daily import DailyPlan
from bot.push.fleet import Round, Worker
from bot.push.pump import Pump
from bot.push.sending import Sender
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_keeping import Keeper, settle_restore
from bot.wiring_keys import ALIVE_EVERY
from handlers.phrases import _
from handlers.ports import Clock

_CARDS_EVERY = 1.0  # seconds between looks; each card is written over more rarely
_RECALLS_EVERY = 0.5
_HOOKS_EVERY = 3.0
_JUDGE_EVERY = 3.0
_KEEP_EVERY = 300.0
_STAY_EVERY = 60.0
_BREACHES_EVERY = 60.0  # apart from the daily plan: whatever holds that back must not silence a clock of the law


async def work(settings: Settings, *, clock: Clock | None = None) -> None:
    """Plan and send until SIGINT or SIGTERM, then finish what was begun; by the clock of the settings unless given."""
    async with open_office(settings, clock=clock, keeps_threads=False, waits=True) as office:
        stop = asyncio.Event()
        stop_on_signals(stop)
        async with open_worker(office) as worker:
            print(_("Planning and sending (Ctrl-C ends)."), flush=True)
            tell_rehearsal(office)
            heap.settle()
            await worker.run(stop)


@asynccontextmanager
async def open_worker(office: Office) -> AsyncIterator[Worker]:
    """A worker with a sender for every channel that the settings name. Raises InputError for a token that is none."""
    async with AsyncExitStack() as stack:
        senders = make_senders(office)
        for one in senders:
            stack.push_async_callback(one.close)
        pumps = {}
        for one in senders:
            pumping = partial(office.push.pumping, one, per_second=pace_of(office, one))
            pumps[one.identity] = await office.once_reachable(partial(_enter, stack, pumping))
        tasks = OfficeTasks(office, pumps, office.senders)
        yield Worker(office.connection_words, tasks, rounds=make_rounds(office, senders))


async def _enter(stack: AsyncExitStack, pumping: Callable[[], AbstractAsyncContextManager[Pump]]) -> Pump:
    return await stack.enter_async_context(pumping())


def make_senders(office: Office) -> Sequence[Sender]:
    """One sender for each identity of ours. Raises InputError for a token that cannot be one."""
    made = _make_telegram_sender(office), make_zalo_bot_sender(office), make_zalo_oa_sender(office)
    return tuple(SenderAt(one, office.places.of(one.channel)) for one in made if one is not None)


def _make_telegram_sender(office: Office) -> Sender | None:
    settings = office.settings
    if settings.telegram_token is None:
        return None
    token = settings.telegram_token.get_secret_value()
    try:
        identity = identity_of(token)

        async def announce(seconds: float) -> None:
            await office.push.pause_sender(identity, seconds)

        terms = Terms(is_paid_allowed=settings.telegram_paid_broadcast)
        return TelegramSender(token, settings.telegram_api, office.describe, terms=terms, announce=announce)
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None


def pace_of(office: Office, sender: Sender) -> float:
    """Messages a second that the whole fleet may send by this identity."""
    settings = office.settings
    return {
        "telegram": settings.telegram_per_second,
        "zalo_bot": settings.zalo_bot_per_second,
        "zalo_oa": settings.zalo_oa_per_second,
    }[sender.channel]


def make_rounds(office: Office, senders: Sequence[Sender]) -> Sequence[Round]:
    """What every worker does again and again beside jobs and messages."""
    broadcasts = office.push.keep_broadcasts(senders, {one.identity: pace_of(office, one) for one in senders})
    return (
        Round("broadcast_cards", _CARDS_EVERY, broadcasts.show),
        Round("broadcast_recalls", _RECALLS_EVERY, broadcasts.recall),
        Round("identities", _STAY_EVERY, office.push.stay),
        Round("hooks", _HOOKS_EVERY, office.shared_store.nudge),
        Round("verdicts", _JUDGE_EVERY, _judge(office)),
        Round("keeping", _KEEP_EVERY, Keeper(office).look),
        Round("breaches", _BREACHES_EVERY, _warn_of_breaches(office)),
        Round("keys", ALIVE_EVERY.total_seconds(), office.keys.note_alive),
    )


def _judge(office: Office) -> Callable[[], Awaitable[None]]:
    judge = office.make_judge()

    async def refresh() -> None:
        await judge.refresh()

    return refresh


def _warn_of_breaches(office: Office) -> Callable[[], Awaitable[None]]:
    async def warn() -> None:
        await office.privacy.remind_of_breaches()

    return warn


class OfficeTasks:
    """What a worker does, by the open office. `identities` are the first of each channel that the fleet sends by."""

    def __init__(self, office: Office, pumps: Mapping[str, Pump], identities: Mapping[str, str]) -> None:
        self._office = office
        self._pumps = pumps
        self._identities = identities
        self._daily = DailyPlan(office.push, identities, office.clock)

    async def list_due(self) -> Sequence[str]:
        return [one for one in await self._office.push.list_senders_due() if one in self._pumps]

    async def pump(self, identity: str, stop: asyncio.Event) -> None:
        # A job may be for an identity of another installation's token on the same database: not ours to send by.
        if identity in self._pumps:
            await self._pumps[identity].run(stop)

    async def plan(self) -> None:
        await settle_restore(self._office)
        await self._daily.ensure_today()
        await self._office.push.find_chats_again(self._identities)

    async def tidy(self) -> None:
        await self._office.tidy()

    async def renew(self) -> None:
        await renew_zalo_oa(self._office)

    async def tell_hook(self, number: int) -> None:
        await self._office.shared_store.tell(number)
