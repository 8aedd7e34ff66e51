"""Broadcasts and their messages in memory, of the shape that the desk asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers.sending_lines import SendingLine
from knowledge.facts import PersonCode
from storage.records import (
    Account,
    Broadcast,
    BroadcastRow,
    BroadcastState,
    Card,
    DeliveryState,
    NewDelivery,
    NewNotice,
    Progress,
    Reached,
)


@dataclass
class FakeSending:
    """One line on which ten go out a second. `started` are those told to begin."""

    lines: Sequence[SendingLine] = (SendingLine("telegram:1", "telegram", 10.0),)
    started: list[str] = field(default_factory=list)

    async def start(self, senders: Collection[str]) -> None:
        self.started += senders


class FakeBroadcastOutbox:
    """What was put, as it was put; a test says how each ended (`end`)."""

    def __init__(self) -> None:
        self.put: dict[int, NewDelivery] = {}
        self.notices: dict[int, Sequence[NewNotice]] = {}
        self.states: dict[int, DeliveryState] = {}
        self.reasons: dict[int, str] = {}
        self.held: set[int] = set()
        self.put_at: dict[int, datetime] = {}

    async def put_many(self, parcels: Sequence[tuple[NewDelivery, Sequence[NewNotice]]], at: datetime) -> int:
        for delivery, notices in parcels:
            number = len(self.put) + 1
            self.put_at[number] = at
            self.put[number], self.notices[number] = delivery, notices
            self.states[number] = DeliveryState.WAITING if delivery.sender else DeliveryState.UNREACHABLE
        return len(parcels)

    async def hold_broadcast(self, broadcast: int, *, is_held: bool) -> int:
        waiting = {one for one in self._of(broadcast) if self.states[one] is DeliveryState.WAITING}
        self.held = self.held | waiting if is_held else self.held - waiting
        return len(waiting)

    async def drop_broadcast(self, broadcast: int, reason: str, at: datetime) -> int:
        waiting = [one for one in self._of(broadcast) if self.states[one] is DeliveryState.WAITING]
        for one in waiting:
            self.states[one] = DeliveryState.DROPPED
        return len(waiting)

    async def settle_unclear(self, delivery: int, *, has_arrived: bool, at: datetime) -> bool:
        self.states[delivery] = DeliveryState.DELIVERED if has_arrived else DeliveryState.REFUSED
        return True

    def end(self, person: str, state: DeliveryState, reason: str = "") -> int:
        number = next(one for one, delivery in self.put.items() if delivery.person == person)
        self.states[number], self.reasons[number] = state, reason
        return number

    def _of(self, broadcast: int) -> list[int]:
        return [number for number, one in self.put.items() if one.broadcast == broadcast]


class FakeBroadcasts:
    """Kept in memory over the outbox and the accounts of the same cabinet."""

    def __init__(self, outbox: FakeBroadcastOutbox, accounts: Any, profiles: Any) -> None:
        self.outbox, self._accounts, self._profiles = outbox, accounts, profiles
        self.kept: dict[int, Broadcast] = {}
        self.cards: list[Card] = []
        self.editable: tuple[str, ...] | None = None
        self.silent: dict[int, frozenset[PersonCode]] = {}

    async def add(self, broadcast: Broadcast) -> None:
        assert broadcast.made_by.person != broadcast.approved_by.person
        self.kept[broadcast.number] = broadcast

    async def find(self, number: int) -> Broadcast | None:
        return self.kept.get(number)

    async def list_recent(self, limit: int) -> Sequence[Broadcast]:
        return sorted(self.kept.values(), key=lambda one: -one.number)[:limit]

    async def change(
        self, number: int, before: Collection[BroadcastState], after: BroadcastState, at: datetime
    ) -> bool:
        if self.kept[number].state not in before:
            return False
        self.kept[number] = replace(self.kept[number], state=after, changed_at=at)
        return True

    async def add_card(self, card: Card) -> None:
        self.cards.append(card)

    async def reopen_cards(self, number: int) -> None:
        del number

    async def progress(self, number: int) -> Progress:
        states = [self.outbox.states[one] for one, put in self.outbox.put.items() if put.broadcast == number]
        count = states.count
        return Progress(
            total=len(states),
            delivered=count(DeliveryState.DELIVERED),
            refused=count(DeliveryState.REFUSED),
            unclear=count(DeliveryState.UNCLEAR),
            left=count(DeliveryState.WAITING),
            dropped=count(DeliveryState.DROPPED),
            unreachable=count(DeliveryState.UNREACHABLE),
        )

    async def list_rows(self, number: int) -> Sequence[BroadcastRow]:
        people = self._profiles.people
        return [
            BroadcastRow(
                one,
                put.person,
                people[put.person].name,
                people[put.person].unit,
                people[put.person].unit,
                people[put.person].position,
                self.outbox.states[one],
                put.channel,
                None,
                self.outbox.reasons.get(one, ""),
                None,
            )
            for one, put in self.outbox.put.items()
            if put.broadcast == number
        ]

    async def list_silent(self, number: int) -> frozenset[PersonCode]:
        return self.silent.get(number, frozenset())

    async def send_again(self, number: int, delivery: int, at: datetime) -> bool:
        del at
        is_going = self.kept[number].state in {BroadcastState.SENDING, BroadcastState.PAUSED}
        if not is_going or self.outbox.states[delivery] is not DeliveryState.UNCLEAR:
            return False
        self.outbox.states[delivery] = DeliveryState.WAITING
        return True

    async def list_reached(self, channels: Collection[str]) -> Mapping[PersonCode, Reached]:
        accounts: list[Account] = [one for one in self._accounts.kept.values() if one.channel in channels]
        return {one.person: Reached(one.channel, one.address, "vi") for one in accounts if one.person is not None}

    async def count_sent(self, sender: str, since: datetime) -> int:
        del sender, since
        return 0

    async def prepare_recalls(self, number: int, editable: Collection[str]) -> int:
        del number
        self.editable = tuple(editable)
        return 0

    async def list_to_correct(self, number: int) -> Sequence[tuple[PersonCode, str, Reached, datetime | None]]:
        return [
            (put.person, put.sender or "", Reached("telegram", put.address or "", "vi"), None)
            for one, put in self.outbox.put.items()
            if put.broadcast == number and self.outbox.states[one] is DeliveryState.UNCLEAR
        ]
