"""Where what is told unasked is joined to the cabinet: how it is planned, sent, paced and reported."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot.places import Places
from bot.push.broadcasting import BroadcastKeeper, Surroundings
from bot.push.composing import NoticeComposer, Premises
from bot.push.figures import Figures
from bot.push.ledger import ASKED, CHANNEL_REFUSED, OUT_OF_REACH
from bot.push.planning import Agenda, Planned, Unjudged
from bot.push.pump import Manner, Pump
from bot.push.sending import Sender
from bot.refusals import OURS, PASSING
from bot.rules_now import RulesNow
from bot.settings import Settings
from bot.telling import Standing, Telling
from bot.wiring_planning import make_agenda, plan_within, store, watch
from bot.wiring_rules import Reference, RulesScribe, read_kept_rules
from bot.wiring_zalo import read_allowances
from handlers.asking import PUSHED, Channel
from handlers.notices.digests import ENDS_TOLD
from handlers.notices.table import BY_KIND, join
from handlers.ports import Clock
from knowledge.calendar import WorkingCalendar
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import fingerprint_of
from knowledge.sending_hours import next_allowed, sending_day
from storage.database import Database
from storage.drawers import Drawers
from storage.ledger import Ledger
from storage.pace import Paused
from storage.records import (
    Delivery,
    NoticeKind,
)

_CARDS_MOVE_EVERY = timedelta(seconds=5)  # what shows the progress of a broadcast is written over no more often
_UNREACHED_WAIT = timedelta(days=60)  # for a chat; what they would have been told is told by other notices since
_REFUSALS_ARE_SHOWN = timedelta(days=7)
_ENDS_ARE_SHOWN = timedelta(days=1)
_UNCLEAR_ARE_SHOWN = 100
_LONG_AWAY = timedelta(seconds=20)
_UNHEARD = timedelta(hours=1)  # without a worker that sends by it
SILENCE = timedelta(seconds=12)  # a worker not heard of for so long is taken for dead
_log = structlog.get_logger("bot.push")
PUSHED_CHANNELS = tuple(one.value for one in PUSHED)  # a web page or a terminal can only be asked, not sent to


async def leave_closed(drawers: Drawers, places: Places, now: datetime) -> None:
    """Let what is due by identities that are refused as a whole, long out of reach, or sent by by nobody, go by others.

    Who asks lives, so that their own identities are not taken for silent.
    """
    paused = await drawers.pace.list_paused()
    closed = {one.identity: one.reason for one in paused if one.reason == CHANNEL_REFUSED or _is_long_away(one)}
    silent = set(await drawers.identities.list_silent(_UNHEARD)) - set(places.own.values())
    closed |= dict.fromkeys(silent - closed.keys(), OUT_OF_REACH)
    reason = next(iter(closed.values()), "")
    if closed and (moved := await drawers.outbox.leave_closed(list(closed), places.first, reason, now)):
        _log.info("push.left_closed_channel", identities=sorted(closed), count=moved)


def _is_long_away(paused: Paused) -> bool:
    """Pauses grow while a platform stays out of reach: so long a one comes after half a minute of trying."""
    return paused.reason == OUT_OF_REACH and paused.left > _LONG_AWAY


class PremisesInDatabase:
    """What is true of recipients at the moment of sending; the rules are read again when they have changed."""

    def __init__(self, database: Database, reference: Reference, clock: Clock) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._known: tuple[int, RuleBook] | None = None

    async def look_up(self, deliveries: Sequence[Delivery]) -> Premises:
        codes = {one.person for one in deliveries}
        addresses = {(one.channel or "", one.address or "") for one in deliveries}
        told = [notice for one in deliveries for notice in one.notices if notice.kind is NoticeKind.ESCALATION]
        about = {code for notice in told for code in notice.about}
        of_study = [notice for one in deliveries for notice in one.notices if notice.kind is NoticeKind.STUDY]
        studied = {int(one.payload["case"]) for one in of_study}
        learners = {code for notice in of_study for code in notice.about}
        handed_in = [one for d in deliveries for one in d.notices if one.kind is NoticeKind.EVIDENCE_WAITING]
        submissions = {int(number) for one in handed_in for number, _version, _stage in one.payload["of"]}
        owners = {code for one in handed_in for code in one.about}
        reminders = {NoticeKind.REMINDER, NoticeKind.UNIT_REMINDER}
        reminded = {one.person for one in deliveries if any(notice.kind in reminders for notice in one.notices)}
        today = self._clock.today()
        has_digest = any(one.kind is NoticeKind.DIGEST for d in deliveries for one in d.notices)
        async with self._database.transaction() as drawers:
            return Premises(
                people=await drawers.profiles.find_people(codes | about | learners | owners),
                accounts=await drawers.accounts.find_accounts(addresses),
                own_hours=await drawers.reminders.find_hours(codes),
                rules=(await self._rule_book(drawers)).on(today),
                reached=await drawers.escalations.find_reached(about, PUSHED_CHANNELS) if about else frozenset(),
                offered=await drawers.escalations.list_offered() if about else {},
                waiting=await drawers.study.find_waiting(studied) if studied else {},
                evidence=await drawers.evidence.find_waiting(submissions) if submissions else {},
                seals=await drawers.audit.list_seals(ENDS_TOLD) if has_digest else (),
                quiet=await drawers.reach.find_quiet(reminded, today) if reminded else frozenset(),
            )

    async def _rule_book(self, drawers: Drawers) -> RuleBook:
        version = await drawers.rules.version()
        if self._known is None or self._known[0] != version:
            declared = await drawers.rules.load()
            self._known = declared.version, self._reference.rule_book(declared)
        return self._known[1]


class ReachInDatabase:
    """Which accounts take what we send, kept for every process and for who plans what is sent."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def mark_unreachable(self, channel: str, address: str, *, as_of: datetime | None = None) -> None:
        async with self._database.transaction() as drawers:
            await drawers.accounts.mark_unreachable(channel, address, self._clock.now(), as_of=as_of)

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        async with self._database.transaction() as drawers:
            if at is not None:  # also where nothing is marked yet: that they had gone may be told after this
                await drawers.zalo.note_interaction(channel, address, min(at, self._clock.now()))
            await drawers.accounts.mark_reachable(channel, address)


@dataclass(frozen=True, slots=True)
class PushHalf:
    """What is told unasked: planned, stored and sent."""

    database: Database
    reference: Reference
    clock: Clock
    settings: Settings
    places: Places

    @asynccontextmanager
    async def pumping(self, sender: Sender, *, per_second: float, manner: Manner | None = None) -> AsyncIterator[Pump]:
        """A pump of the sender's identity at this pace, 0 for none, open inside the block."""
        async with self.database.transaction() as drawers:
            await drawers.pace.set(sender.identity, per_second=per_second, chat_per_second=min(per_second, 1.0))
        records = PremisesInDatabase(self.database, self.reference, self.clock)
        composer = NoticeComposer(
            records,
            BY_KIND,
            join,
            clock=self.clock,
        )
        ledger = Ledger(self.database, senders=self.places.first)
        try:
            yield Pump(ledger, sender, composer, self.clock, manner)
        finally:
            await ledger.close()

    async def list_senders_due(self) -> Sequence[str]:
        """The identities that have something to send now, by whatever process.

        What waits for one that its platform refuses (a token or permission is gone) goes to another channel of the same
        person first, so that nobody who has one waits for an operator.
        """
        async with self.database.transaction() as drawers:
            now = self.clock.now()
            if put_back := await drawers.pace.mend():
                _log.warning("clock.put_back", seconds=round(put_back))
            await leave_closed(drawers, self.places, now)
            return await drawers.outbox.list_senders_due(now)

    async def stay(self) -> None:
        """A worker of this process sends by its identities."""
        async with self.database.transaction() as drawers:
            await drawers.identities.hear(tuple(self.places.own.values()))

    def keep_broadcasts(
        self, senders: Sequence[Sender], speeds: Mapping[str, float], *, every: timedelta = _CARDS_MOVE_EVERY
    ) -> BroadcastKeeper:
        """Shows the progress of broadcasts and carries out recalls by these senders, at so many messages a second."""
        around = Surroundings(self.clock, RulesNow(self.reference.rule_book, self.clock), every, _UNHEARD)
        return BroadcastKeeper(self.database.transaction, senders, speeds, around)

    async def pause_sender(self, identity: str, seconds: float, reason: str = ASKED) -> None:
        """Let nobody of the fleet send by this identity for so long, because its platform asked or for this reason."""
        async with self.database.transaction() as drawers:
            await drawers.pace.pause(identity, timedelta(seconds=seconds), reason)

    async def read_figures(self) -> Figures:
        """How the push half stands."""
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            engine = await drawers.fleet.read_engine(SILENCE)
            planned = next(iter(await drawers.fleet.list_planned(1)), None)
            return Figures(
                at=now,
                today=now.date(),
                is_working_day=(await self._calendar(drawers)).is_working(now.date()),
                queues=await drawers.outbox.list_queues(now),
                states=await drawers.fleet.count_states(now - _ENDS_ARE_SHOWN),
                refused=await drawers.fleet.count_refused(now - _REFUSALS_ARE_SHOWN, OURS),
                unclear=[one.id for one in await drawers.outbox.list_unclear(_UNCLEAR_ARE_SHOWN)],
                jobs=engine.jobs,
                workers=engine.workers,
                silent=engine.silent,
                stalled=engine.stalled,
                planned_day=planned.day if planned is not None else None,
                planned_at=planned.finished_at if planned is not None else None,
                planned_counts=planned.counts if planned is not None else {},
                allowances=await read_allowances(drawers, self.settings, self.places.own, now.date()),
            )

    @asynccontextmanager
    async def read_told(self) -> AsyncIterator[Telling]:
        """The rules of now and those that people were last told by, with these people, all as of one moment."""
        async with self.database.transaction() as drawers:
            await drawers.told.see_one_moment()
            yield await self._find_telling(drawers)

    async def _find_telling(self, drawers: Drawers) -> Telling:
        now = self.reference.rule_book(await drawers.rules.load())
        last = await drawers.told.find_last()
        return Telling(
            now=now,
            fingerprint=fingerprint_of(now),
            moment=last.number if last is not None else 0,
            told=read_kept_rules(last.rules) if last is not None else None,
            told_fingerprint=last.rules.fingerprint if last is not None else None,
            told_at=last.told_at if last is not None else None,
        )

    @asynccontextmanager
    async def read_plan(self, day: date) -> AsyncIterator[tuple[Telling, Agenda, AsyncIterator[Planned]]]:
        """All that is to be told on a day, or on the next working one, as of one moment. Keeps nothing."""
        async with self.database.transaction() as drawers:
            await drawers.told.see_one_moment()
            telling = await self._find_telling(drawers)
            agenda = await make_agenda(drawers, telling, sending_day(day, telling.now.calendar))
            watching = await watch(drawers, agenda.rules, today=self.clock.today())
            yield telling, agenda, plan_within(drawers, agenda, watching, PUSHED_CHANNELS, Unjudged())

    async def plan_and_store(
        self,
        day: date,
        senders: Mapping[str, str],
        *,
        only_if: Callable[[Drawers], Awaitable[bool]] | None = None,
        also: Callable[[Drawers, Mapping[str, int]], Awaitable[None]] | None = None,
    ) -> Mapping[str, int]:
        """Keep all that is to be told on a working day, for the senders (identity by channel); how many of each kind.

        Everything, what `also` does included, is one transaction, and nothing is done where `only_if` finds at its
        beginning that it need not be. Doing it again changes nothing; on a day off nothing is kept, because the next
        working day plans itself. What still waits since earlier days becomes part of this
        day's one message.
        """
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            if not (await self._calendar(drawers)).is_working(day):
                return {}
            if only_if is not None and not await only_if(drawers):
                return {}
            await drawers.told.keep_loads_out()
            await drawers.outbox.leave_earlier_to_planning(day, PASSING, now)
            telling = await self._find_telling(drawers)
            agenda = await make_agenda(drawers, telling, day)
            watching = await watch(drawers, agenda.rules, today=self.clock.today())
            await drawers.reminders.carry_over(day)
            unjudged = Unjudged()
            planned = plan_within(drawers, agenda, watching, tuple(senders), unjudged)
            counts = await store(drawers, planned, agenda, senders, now)
            if unjudged.people:
                counts["unjudged"] = len(unjudged.people)
            await watching.keep()
            # Whoever could not be judged is told of no change, and named in the log: were it kept open for them,
            # everybody else would be told anew at whatever changes next, and those who came since of nothing.
            # Also where what differs is nothing to be told: else whoever came in since would stay apart for ever.
            if telling.standing is Standing.DIFFERENT and counts.pop("untold", 0) == 0:
                await drawers.told.advance(RulesScribe(self.reference).write(telling.now.rules), now)
            if also is not None:
                await also(drawers, counts)
        return counts

    async def _calendar(self, drawers: Drawers) -> WorkingCalendar:
        """The working days of now, those that HR declared included."""
        return self.reference.calendar.declaring((await drawers.rules.load()).calendar_days)

    async def find_chats_again(self, senders: Mapping[str, str]) -> int:
        """Let what could not reach somebody, or waits for a chat that is theirs no more, go where they are reached now.

        To be asked every few minutes: so whoever links a chat late is told the same day. Letters that wait to be read
        on a web page, or that their chat refused, go in working hours.
        """
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            book = self.reference.rule_book(await drawers.rules.load())
            due_at = next_allowed(now, book.calendar, book.library.policy)
            found = await drawers.outbox.find_chats_again(senders, now.date() - _UNREACHED_WAIT, due_at)
            if due_at <= now:
                today = now.replace(hour=0, minute=0, second=0, microsecond=0)
                since = now - _UNREACHED_WAIT
                channels, pages = list(senders), [Channel.WEB.value]
                found += await drawers.letters.find_chats_again(channels, since, today, now, pages=pages)
            return found
