"""A pump over a real database, with a sender that keeps what it was given and fails as it is told."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.push.composing import Composed, Written
from bot.push.ledger import Delivery
from bot.push.pump import Manner, Pump, Tally
from bot.push.sending import Parcel, Sender
from handlers.reply import Reply
from knowledge.facts import PersonCode
from storage.database import Database
from storage.drawers import Drawers
from storage.ledger import Ledger, Terms
from storage.records import DeliveryState, NewDelivery, NewNotice, NoticeKind

SENDER = "telegram:123456789"
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
Answer = Callable[[Parcel], Awaitable[str]]


class TickingClock:
    """Real time, so that what waits becomes due."""

    is_fixed = False

    def today(self):
        return self.now().date()

    def now(self) -> datetime:
        return datetime.now(UTC)


class KeepingSender:
    """Keeps the moments and numbers of what it was given; `answers` says otherwise for some addresses."""

    identity = SENDER
    channel = "telegram"

    def __init__(self, answers: dict[str, Answer | Exception] | None = None) -> None:
        self.sent: list[tuple[float, Parcel]] = []
        self.answers = answers or {}
        self._comes = asyncio.Condition()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so of what came."""
        async with self._comes, asyncio.timeout(20):
            await self._comes.wait_for(is_so)

    @property
    def addresses(self) -> list[str]:
        return [parcel.address for _moment, parcel in self.sent]

    async def send(self, parcel: Parcel) -> str:
        self.sent.append((time.monotonic(), parcel))
        async with self._comes:
            self._comes.notify_all()
        answer = self.answers.get(parcel.address)
        if isinstance(answer, Exception):
            raise answer
        return await answer(parcel) if answer is not None else f"m{parcel.delivery}"

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing is held open."""


class PlainComposer:
    """Says the same to everybody, unless told otherwise for a person."""

    def __init__(self, others: dict[str, Composed] | None = None) -> None:
        self.others = others or {}
        self.batches: list[int] = []

    async def compose(self, deliveries: Sequence[Delivery]) -> Sequence[Composed]:
        self.batches.append(len(deliveries))
        return [self.others.get(one.person, Written(Reply("Có việc cần xem"), one.locale)) for one in deliveries]


async def put(
    drawers: Drawers,
    people: Sequence[str],
    *,
    due_at: datetime | None = None,
    urgency: int = 5,
    kind: NoticeKind = NoticeKind.STUDY,
) -> None:
    """One message for each; the address is the code."""
    due_at = due_at or datetime.now(UTC) - timedelta(minutes=1)
    parcels = [
        (
            NewDelivery(PersonCode(one), due_at, SENDER, "telegram", one, urgency=urgency),
            [NewNotice(kind, f"study:{one}:{due_at}:{urgency}:{n}")],
        )
        for n, one in enumerate(people)
    ]
    assert await drawers.outbox.put_many(parcels, NOON) == len(people)


async def fill(database: Database, people: Sequence[str], *, per_second: float = 0, chat: float = 0, **more) -> None:
    async with database.transaction() as drawers:
        await put(drawers, people, **more)
        await drawers.pace.set(SENDER, per_second=per_second, chat_per_second=chat)


@asynccontextmanager
async def ledger_of(database: Database, **terms):
    opened = Ledger(database, Terms(**terms))
    try:
        yield opened
    finally:
        await opened.close()


async def pump(
    database: Database,
    sender: Sender,
    composer: PlainComposer | None = None,
    *,
    stop: asyncio.Event | None = None,
    manner: Manner | None = None,
    **terms,
) -> Tally:
    """Run a pump until it ends by itself."""
    async with ledger_of(database, **terms) as ledger, asyncio.timeout(60):
        made = Pump(ledger, sender, composer or PlainComposer(), TickingClock(), manner)
        return await made.run(stop or asyncio.Event())


async def states(database: Database) -> dict[str, int]:
    async with database.transaction() as drawers:
        return {state.value: count for state, count in (await drawers.outbox.count_states()).items()}


async def only(database: Database, state: DeliveryState) -> Delivery:
    """The one delivery of this state."""
    async with database.transaction() as drawers:
        [row] = await drawers.outbox._list("WHERE state = %s", (state.value,))
    return row


def people(count: int, first: int = 0) -> list[str]:
    return [f"CB{n:05}" for n in range(first, first + count)]
