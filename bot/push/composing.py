"""The words of deliveries that are about to leave, from what is true now: who is still there, reached, and concerned.

Words are written by `handlers.notices`; what is no longer true is left out, and what may not go out now is deferred.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Protocol

from bot.push.ledger import Account, AuditSeal, Delivery, NoticeKind
from handlers.notices.composing import Compose, Dropped, Partly, Present
from handlers.phrases import locale_of
from handlers.ports import Clock
from handlers.reply import Reply
from knowledge.facts import CriterionCode, Person, PersonCode
from knowledge.rulebook import RulesOn
from knowledge.sending_hours import next_allowed, next_by_day

GONE, UNLINKED, UNREACHABLE, NOTHING_LEFT = "gone", "unlinked", "unreachable", "nothing_left"
_DAY = timedelta(days=1)
_ORDER = tuple(NoticeKind)  # what comes first in one message: what concerns the recipient, then their people


@dataclass(frozen=True, slots=True)
class Written:
    """A message in this language; `left_out` are the numbers of notices that it does not tell, with the reason.

    `untold` are the cases, by notice, that are left out of one that it tells otherwise.
    """

    reply: Reply
    locale: str
    left_out: Mapping[int, str] = field(default_factory=dict)
    untold: Mapping[int, Sequence[Sequence[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Nothing of it is to be told any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """It may not go out now, but then. `is_merged`: it is the one message of its day; `next_day` goes on from there."""

    until: datetime
    is_merged: bool
    next_day: Callable[[datetime], datetime]


Composed = Written | Unsaid | Deferred | Exception


class Composer(Protocol):
    """Writes the words of deliveries at the moment of sending."""

    async def compose(self, deliveries: Sequence[Delivery]) -> Sequence[Composed]:
        """One outcome for each, in the same order; an exception for one whose words could not be written."""
        ...


@dataclass(frozen=True, slots=True)
class Premises:
    """What is true now of the recipients of some deliveries and of those whom their notices concern.

    Whoever or whatever is not known is absent. `reached`, `offered`, `waiting`, `evidence` and `seals` are as in
    `Present`; `quiet` are recipients of reminders who want none today.
    """

    people: Mapping[PersonCode, Person]
    accounts: Mapping[tuple[str, str], Account]
    own_hours: Mapping[PersonCode, time]
    rules: RulesOn
    reached: frozenset[PersonCode] = frozenset()
    offered: Mapping[PersonCode, frozenset[CriterionCode]] = field(default_factory=dict)
    waiting: Mapping[int, int] = field(default_factory=dict)
    evidence: Mapping[int, tuple[int, PersonCode]] = field(default_factory=dict)
    seals: Sequence[AuditSeal] = ()
    quiet: frozenset[PersonCode] = frozenset()


class LooksUp(Protocol):
    """Reads what is true now, all as of one moment."""

    async def look_up(self, deliveries: Sequence[Delivery]) -> Premises:
        """The recipients and those concerned, their accounts and wishes, and the rules of today."""
        ...


class NoticeComposer:
    """Keeps the promise of `Composer` with the writers of each kind."""

    def __init__(
        self,
        records: LooksUp,
        by_kind: Mapping[NoticeKind, Compose],
        join: Callable[[Sequence[Reply]], Reply],
        *,
        clock: Clock,
    ) -> None:
        self._records = records
        self._by_kind = by_kind
        self._join = join
        self._clock = clock

    async def compose(self, deliveries: Sequence[Delivery]) -> Sequence[Composed]:
        premises = await self._records.look_up(deliveries)
        return [await self._compose_guarded(one, premises) for one in deliveries]

    async def _compose_guarded(self, delivery: Delivery, premises: Premises) -> Composed:
        try:
            return await self._compose(delivery, premises)
        except Exception as defect:  # noqa: BLE001  one that cannot be written must not hold back the others
            return defect

    async def _compose(self, delivery: Delivery, premises: Premises) -> Composed:
        person = premises.people.get(delivery.person)
        account = premises.accounts.get((delivery.channel or "", delivery.address or ""))
        if person is None:
            return Unsaid(GONE)
        if account is None or account.person != person.code:
            return Unsaid(UNLINKED)
        if not account.takes_notices:
            return Unsaid(UNREACHABLE)
        now = self._clock.now()
        deferred = self._defer(delivery, now, premises.own_hours.get(person.code), premises.rules)
        if deferred is not None:
            return deferred
        locale = account.locale or delivery.locale
        with locale_of(locale):
            present = Present(
                person,
                premises.rules,
                now,
                about=premises.people,
                reached=premises.reached,
                offered=premises.offered,
                waiting=premises.waiting,
                evidence=premises.evidence,
                seals=premises.seals,
                is_quiet=person.code in premises.quiet,
            )
            return await self._write(delivery, present, locale)

    async def _write(self, delivery: Delivery, present: Present, locale: str) -> Written | Unsaid:
        replies: list[Reply] = []
        left_out: dict[int, str] = {}
        untold: dict[int, Sequence[Sequence[str]]] = {}
        for notice in sorted(delivery.notices, key=lambda one: _ORDER.index(one.kind)):
            said = await self._by_kind[notice.kind](notice, delivery, present)
            if isinstance(said, Dropped):
                left_out[notice.id] = said.reason
            elif isinstance(said, Partly):
                replies.append(said.reply)
                untold[notice.id] = said.untold
            else:
                replies.append(said)
        if not replies:
            return Unsaid(next(iter(left_out.values()), NOTHING_LEFT))
        return Written(replies[0] if len(replies) == 1 else self._join(replies), locale, left_out, untold)

    @staticmethod
    def _defer(delivery: Delivery, now: datetime, own_hour: time | None, rules: RulesOn) -> Deferred | None:
        """The one message of a day goes out within working hours of a working day, as the message of that very day.

        A broadcast keeps to working hours too, and to nobody's own. What goes out by itself leaves at once by day.
        """
        calendar, policy = rules.calendar, rules.library.policy
        is_merged = delivery.merge_day is not None
        own_hour = own_hour if is_merged else None
        if is_merged or delivery.broadcast is not None:
            allowed = next_allowed(now, calendar, policy, own_hour)
        else:
            allowed = next_by_day(now, delivery.due_at, calendar, policy)
        if allowed <= now and delivery.merge_day in {None, now.date()}:
            return None

        def next_day(moment: datetime) -> datetime:
            tomorrow = datetime.combine(moment.date() + _DAY, time(), tzinfo=moment.tzinfo)
            return next_allowed(tomorrow, calendar, policy, own_hour)

        return Deferred(allowed, is_merged=is_merged, next_day=next_day)
