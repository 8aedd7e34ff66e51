"""Where the Official Account is joined to the cabinet: its grant, windows, allowances, echoes and recipients."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.on_zalo.allowances import Allowance, predict_last_day
from bot.on_zalo.bot_plan import Plan
from bot.on_zalo.grants import Grant, Pair
from bot.on_zalo.oa_marks import Recipient, delivery_of
from bot.places import Place
from bot.push.figures import AllowanceLine
from bot.settings import Settings
from handlers.asking import Channel
from handlers.ports import Clock
from knowledge.facts import Role
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Account, Letter, LetterKind, ZaloGrant

_SEED_LASTS: Final = timedelta(days=90)
_log = structlog.get_logger("bot.on_zalo")
_LETTER_CHANNELS: Final = (Channel.TELEGRAM.value, Channel.ZALO_BOT.value, Channel.WEB.value)


class GrantsInDatabase:
    """Keeps the promises of `bot.on_zalo.tokens.Grants`. `seed` is the operator's token of now."""

    def __init__(self, database: Database, oa_id: str, seed: str | None) -> None:
        self._database = database
        self._oa_id = oa_id
        self._seed = seed

    async def find(self) -> Grant | None:
        async with self._database.transaction() as drawers:
            kept = await drawers.zalo.find_grant(self._oa_id)
        if kept is None:
            return None
        pair = Pair(kept.access, kept.refresh, kept.obtained_at, kept.access_until, kept.refresh_until)
        return Grant(pair, kept.generation, kept.begun_at, kept.lost_at, kept.reason)

    async def plant(self, refresh: str, at: datetime) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.plant(self._oa_id, refresh, at, _SEED_LASTS)

    async def begin(self, generation: int, holder: str, seconds: float, at: datetime) -> bool:
        async with self._database.transaction() as drawers:
            return await drawers.zalo.begin(self._oa_id, generation, holder, timedelta(seconds=seconds), at)

    async def keep(self, generation: int, pair: Pair) -> bool:
        async with self._database.transaction() as drawers:
            return await drawers.zalo.keep(self._oa_id, generation, _as_kept(pair))

    async def replace(self, pair: Pair) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.replace(self._oa_id, _as_kept(pair), self._seed)
            await drawers.audit.record("command_line", "connected_zalo", self._oa_id, pair.obtained_at)

    async def let_go(self, holder: str, *, begun_at: datetime | None) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.let_go(self._oa_id, holder, begun_at)

    async def lose(self, generation: int, reason: str, at: datetime) -> bool:
        """HR and operators get a letter each, in the same transaction."""
        async with self._database.transaction() as drawers:
            is_news = await drawers.zalo.lose(self._oa_id, generation, reason, at)
            if is_news:
                await _tell_staff(drawers, f"zalo_lost:{self._oa_id}:{generation}", at)
        return is_news


class BookInDatabase:
    """Keeps the promises of `bot.on_zalo.pushing.Book` and `bot.on_zalo.receiving.Contacts` for one account."""

    def __init__(
        self, database: Database, identity: str, allowance: Allowance, clock: Clock, place: Place | None = None
    ) -> None:
        self._database = database
        self._identity = identity
        self._allowance = allowance
        self._clock = clock
        self._at = (place or Place()).address_of

    # --- who did something

    async def note_interaction(self, user: str, at: datetime) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.note_interaction(Channel.ZALO_OA, self._at(user), min(at, self._clock.now()))
            await drawers.accounts.mark_reachable(Channel.ZALO_OA, self._at(user))

    async def find_window(self, user: str) -> tuple[datetime | None, datetime | None]:
        async with self._database.transaction() as drawers:
            return await drawers.zalo.find_window(Channel.ZALO_OA, self._at(user))

    async def keep_window(self, user: str, last_at: datetime | None) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.keep_window(Channel.ZALO_OA, self._at(user), last_at, self._clock.now())

    async def find_recipient(self, user: str) -> Recipient | None:
        async with self._database.transaction() as drawers:
            account = await drawers.accounts.find_account(Channel.ZALO_OA, self._at(user))
            person = await drawers.profiles.find_person(account.person) if account and account.person else None
            if account is None or person is None:
                return None
            # The consent to linking covers the phone number on record; without it no message goes to the number.
            phone = await drawers.profiles.find_phone(person.code) if account.consented_at is not None else None
        return Recipient(person.name, phone)

    # --- allowances

    async def take_one(self, *, is_broadcast: bool = False) -> bool:
        async with self._database.transaction() as drawers:
            of_day, of_month = (
                one(is_broadcast=is_broadcast) for one in (self._allowance.of_day, self._allowance.of_month)
            )
            return await drawers.zalo.take_one(self._identity, self._clock.today(), of_day, of_month)

    async def give_back(self) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.give_back(self._identity, self._clock.today())

    async def count_answers(self, count: int) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.count_answered(self._identity, self._clock.today(), count)

    async def count_used(self, first: date, last: date) -> int:
        """Messages that counted on these days."""
        async with self._database.transaction() as drawers:
            return sum(await drawers.zalo.count_used(self._identity, first, last))

    # --- what arrived

    async def await_echo(self, delivery: int, user: str, text: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.zalo.await_echo(delivery, self._identity, self._at(user), _digest(text), self._clock.now())

    async def note_echo(self, user: str, text: str, message_id: str) -> bool:
        async with self._database.transaction() as drawers:
            now = self._clock.now()
            return await drawers.zalo.note_echo(self._identity, self._at(user), _digest(text), message_id, now) > 0

    async def note_receipts(
        self, message_ids: tuple[str, ...], *, at: datetime | None = None, tracking: str = ""
    ) -> None:
        now = self._clock.now()
        async with self._database.transaction() as drawers:
            await drawers.zalo.note_receipts(
                self._identity, message_ids, min(at or now, now), delivery=delivery_of(tracking)
            )


def allowance_of(settings: Settings) -> Allowance:
    """What the Official Account may send, as the operator has set it."""
    return Allowance(settings.zalo_oa_daily, settings.zalo_oa_monthly, settings.zalo_oa_reserve)


def bot_plan(settings: Settings) -> Plan:
    """What the Zalo Bot platform allows in a month, as the operator has set it."""
    return Plan(settings.zalo_bot_monthly, settings.zalo_bot_reserve)


async def read_allowances(
    drawers: Drawers, settings: Settings, senders: Mapping[str, str], today: date
) -> Sequence[AllowanceLine]:
    """How the allowances of this month and of today stand."""
    lines: list[AllowanceLine] = []
    plan, allowance, first = bot_plan(settings), allowance_of(settings), today.replace(day=1)

    def add(sender: str, sent: int, most: int, most_pushed: int, *, is_daily: bool = False) -> None:
        last = None if is_daily else predict_last_day(sent, most_pushed, today)
        lines.append(AllowanceLine(sender, sent, most, most_pushed, is_daily, last))

    if (bot := senders.get(Channel.ZALO_BOT)) is not None and plan.most is not None:
        add(bot, await drawers.zalo_bot.count(bot), plan.most, plan.most_pushed or 0)
    if (account := senders.get(Channel.ZALO_OA)) is not None:
        for is_daily, most, since in ((False, allowance.monthly, first), (True, allowance.daily, today)):
            if most is not None:
                sent = sum(await drawers.zalo.count_used(account, since, today))
                add(account, sent, most, allowance.most_pushed(most) or 0, is_daily=is_daily)
    return lines


async def _tell_staff(drawers: Drawers, key: str, at: datetime) -> None:
    untold = 0
    for person in await drawers.staff.list_staff():
        if not person.roles & {Role.HR, Role.ADMINISTRATOR}:
            continue
        where = _choose(await drawers.accounts.list_accounts(person.code))
        if where is None:
            untold += 1
        else:
            letter = Letter(
                where.channel,
                where.address,
                LetterKind.ZALO_LOST,
                at,
                person=person.code,
                key=f"{key}:{person.code}",
                locale=where.locale or "vi",
            )
            await drawers.letters.leave(letter)
    if untold:
        _log.error("zalo.staff_not_told", people=untold, because="no other channel reaches them")


def _choose(accounts: Sequence[Account]) -> Account | None:
    """Where somebody can be told that Zalo is closed."""
    open_ones = [one for one in accounts if one.channel in _LETTER_CHANNELS and one.unreachable_at is None]
    return min(open_ones, key=lambda one: _LETTER_CHANNELS.index(one.channel), default=None)


def _as_kept(pair: Pair) -> ZaloGrant:
    return ZaloGrant(pair.access, pair.refresh, pair.obtained_at, pair.access_until, pair.refresh_until)


def _digest(text: str) -> bytes:
    """A fingerprint of words as people see them."""
    return hashlib.sha256(" ".join(unicodedata.normalize("NFC", text).split()).encode()).digest()[:16]
