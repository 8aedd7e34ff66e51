"""Personal data joined to the cabinet: the daily clean-up, running clocks, breaches, and the log of processing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog

from bot.wiring_administrators import tell_administrators
from bot.wiring_rules import Reference
from handlers.hr.breaches import Desk as BreachDesk
from handlers.hr.breaches import NotABreachError, close, open_breach, remind, take_step
from handlers.hr.data_deeds import Desk as RequestDesk
from handlers.hr.data_deeds import decides_who_is_let_in
from handlers.hr.data_entering import Entry, NotEnteredError, enter
from handlers.hr.data_requests import is_officer
from handlers.letting_go import Kept
from handlers.notifying import Notifying
from handlers.phrases import _
from handlers.ports import Clock
from handlers.rights import serves_everybody, units_served
from knowledge.facts import PersonCode, Role
from knowledge.local_time import VIETNAM
from knowledge.privacy import Processing
from knowledge.rulebook import RulesOn
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Breach, DataRequest, LetterKind

_MOST = 500
_DAY = timedelta(days=1)
_MOST_RUNNING = 5_000
_log = structlog.get_logger("bot.privacy")


@dataclass(frozen=True, slots=True)
class ProcessingLine:
    """Acts of one kind by one actor on one day: how many, about how many, and what they served; None: the machine."""

    day: date
    actor: str
    action: str
    count: int
    subjects: int
    served: Processing | None


@dataclass(frozen=True, slots=True)
class PrivacyStanding:
    """How it stands: open requests, those overdue, open breaches, and the last clean-up with what it removed.

    `held_back_at`: since when nothing is removed, for the clock's sake; `ahead_on`: a clean-up carries this day, which
    has not come. `begun_at`: the oldest sign of the house.
    """

    running: int
    overdue: int
    breaches: int
    cleaned_on: date | None
    cleaned_at: datetime | None
    removed: Mapping[str, int]
    held_back_at: datetime | None
    ahead_on: date | None
    begun_at: datetime | None


async def count_due(drawers: Drawers, rules: RulesOn) -> Mapping[PersonCode, int]:
    """Of how many requests that run out each is to be told: HR in charge and data officers, or else administrators.

    Administrators too where every chat of all of those was got by a code of whoever asks: nobody could decide there.
    A clock runs out on a day off as well: whatever does before the next working day is told of on the one before.
    """
    until = rules.calendar.first_working_day_on_or_after(rules.day + _DAY) - _DAY
    due = await drawers.privacy.list_due(until, _MOST)
    if not due:
        return {}
    staff = [one for one in await drawers.profiles.list_staff() if is_officer(one)]
    people = await drawers.profiles.find_people({one.person for one in due})
    served = {one.code: units_served(one, rules) for one in staff}
    of_all = {one.code for one in staff if serves_everybody(one, rules)}  # of those who left the roster too
    behind = await drawers.privacy.list_vouchers({one.code for one in staff})
    told: Counter[PersonCode] = Counter()
    for request in due:
        person = people.get(request.person)
        others = [one for one in staff if one.code != request.person]
        in_charge = [
            one.code for one in others if one.code in of_all or (person is not None and person.unit in served[one.code])
        ]
        desk = {*in_charge, *(one.code for one in others if Role.DATA_OFFICER in one.roles)}
        # Nor does anybody agree to what may be their own word, asked where their code led.
        asked_by = {request.person} | (request.asked_vouched_by if decides_who_is_let_in(request) else frozenset())
        is_barred = all(asked_by & {one, *behind.get(one, ())} for one in desk)
        told.update(desk | {one.code for one in others if is_barred and Role.ADMINISTRATOR in one.roles})
    return told


async def tidy(drawers: Drawers, reference: Reference, now: datetime) -> Mapping[str, int]:
    """Forget what has had its time by the periods of the library, within one transaction; how much of which table.

    Done again it removes nothing more.
    """
    periods = {one.code: one.days for one in reference.library.privacy.periods}
    ago = {code: now - timedelta(days=days) for code, days in periods.items()}
    before = await drawers.personal_data.count_changes()
    await drawers.updates.prune(ago["updates"])
    await drawers.zalo.prune(now)
    await drawers.link_codes.prune(ago["sessions"])
    await drawers.console.prune(ago["sessions"])
    await drawers.threads.prune(ago["conversations"])
    await drawers.inquiries.prune(texts_before=ago["inquiry_texts"], guesses_before=ago["guesses"])
    await drawers.letters.prune(ago["inquiry_texts"])
    await drawers.evidence.prune(decided_before=ago["evidence_files"], loose_before=ago["loose_files"])
    await drawers.questions.prune(ago["unanswered"], ago["answer_counts"])
    await drawers.fleet.prune(ago["planned_days"].date())
    await drawers.escalations.prune(ago["cases"].date(), ago["cases"])
    await drawers.hooks.prune(ago["hook_events"], ago["hook_given_up"])
    if expired := await drawers.personal_data.prune(periods, now):
        _log.error("privacy.unanswered_deleted", count=expired)
        day = now.astimezone(VIETNAM).date().isoformat()
        await tell_administrators(drawers, LetterKind.UNANSWERED, f"unanswered:{day}", now, expired)
    return await drawers.personal_data.note_run(now.astimezone(VIETNAM).date(), now, before)


class PrivacyInDatabase:
    """What operators and data officers do about personal data."""

    def __init__(self, database: Database, reference: Reference, clock: Clock, senders: Mapping[str, str]) -> None:
        self._database = database
        self._reference = reference
        self._clock = clock
        self._senders = senders

    async def tidy(self) -> Mapping[str, int] | None:
        """Forget what has had its time; how much of which table.

        None where nothing is removed: in a rehearsal, and while the clock may be ahead (`may_prune`).
        """
        if self._clock.is_fixed:
            return None
        now = self._clock.now()
        async with self._database.transaction() as drawers:
            if await drawers.personal_data.may_prune(now):
                return await tidy(drawers, self._reference, now)
            await drawers.personal_data.note_held_back(now.astimezone(VIETNAM).date(), now)
        _log.error("privacy.clean_up_held_back", by_clock=now.isoformat(), because="the clock may be ahead")
        return None

    async def begun_at(self) -> datetime | None:
        """The oldest sign of the house."""
        async with self._database.transaction() as drawers:
            return await drawers.personal_data.begun_at()

    async def standing(self) -> PrivacyStanding:
        """How it stands."""
        today = self._clock.today()
        async with self._database.transaction() as drawers:
            kept = drawers.personal_data
            running, overdue, breached = await kept.count_open(today)
            cleaned_on, cleaned_at, removed = await kept.last_run(today) or (None, None, {})
            held_back_at, ahead_on = await kept.held_back_at(today), await kept.ahead_on(today)
            begun_at = await kept.begun_at()
        return PrivacyStanding(
            running, overdue, breached, cleaned_on, cleaned_at, removed, held_back_at, ahead_on, begun_at
        )

    async def list_running(self) -> Sequence[DataRequest]:
        """Every request whose clocks run, the first due first; the look is audited."""
        async with self._database.transaction() as drawers:
            found = await drawers.privacy.list_running(None, _MOST_RUNNING)
            await drawers.audit.record(
                "command_line", "listed_data_requests", "data_requests", self._clock.now(), {"requests": len(found)}
            )
            return found

    async def enter(self, entry: Entry, by: str) -> DataRequest:
        """Write down what came on paper, in the name of somebody who looks after it. Raises NotEnteredError."""
        async with self._database.transaction() as drawers:
            officer = await drawers.profiles.find_person(PersonCode(by))
            if officer is None or not is_officer(officer):
                raise NotEnteredError(_("{by} does not look after requests about personal data.").format(by=by))
            return await enter(entry, officer, await self._today(drawers), self._request_desk(drawers))

    def _request_desk(self, drawers: Drawers) -> RequestDesk:
        return RequestDesk(
            requests=drawers.privacy,
            corrections=drawers.corrections,
            profiles=drawers.profiles,
            personal=drawers.personal_data,
            consents=drawers.privacy,
            kept=Kept(
                drawers.accounts,
                drawers.threads,
                drawers.inquiries,
                drawers.letters,
                drawers.evidence,
                drawers.calendars,
            ),
            audit=drawers.audit,
            clock=self._clock,
            by=self._notifying(drawers),
        )

    def _notifying(self, drawers: Drawers) -> Notifying:
        return Notifying(drawers.accounts, drawers.outbox, drawers.letters, self._clock, self._senders)

    async def list_processing(self, since: date, until: date, by: str = "command_line") -> Sequence[ProcessingLine]:
        """Who processed what for which purpose, from the first to the last of these days; reading it is audited."""
        begin = datetime.combine(since, datetime.min.time(), VIETNAM).astimezone(UTC)
        end = datetime.combine(until + timedelta(days=1), datetime.min.time(), VIETNAM).astimezone(UTC)
        rules = self._reference.library.privacy
        async with self._database.transaction() as drawers:
            found = await drawers.personal_data.count_processing(begin, end)
            details = {"since": since.isoformat(), "until": until.isoformat(), "rows": len(found)}
            await drawers.audit.record(by, "exported_processing_log", "processing", self._clock.now(), details)
        return [ProcessingLine(*row, served=rules.purpose_of_action(row[2])) for row in found]

    # --- breaches

    async def open_breach(self, title: str, detected_at: datetime | None, by: str) -> Breach:
        """Begin the clock of a breach. Raises NotABreachError with one sentence."""
        async with self._database.transaction() as drawers:
            return await open_breach(title, detected_at, by, await self._today(drawers), self._desk(drawers))

    async def take_step(self, number: int, step: str, note: str, by: str) -> Breach:
        """Keep that a step was taken. Raises NotABreachError."""
        async with self._database.transaction() as drawers:
            return await take_step(number, step, note, by, await self._today(drawers), self._desk(drawers))

    async def close_breach(self, number: int, by: str) -> Breach:
        """End it. Raises NotABreachError."""
        async with self._database.transaction() as drawers:
            return await close(number, by, await self._today(drawers), self._desk(drawers))

    async def list_breaches(self) -> Sequence[Breach]:
        """All of them, the newest first."""
        async with self._database.transaction() as drawers:
            return await drawers.privacy.list_breaches()

    async def find_breach(self, number: int) -> Breach:
        """The one of this number. Raises NotABreachError."""
        found = next((one for one in await self.list_breaches() if one.number == number), None)
        if found is None:
            raise NotABreachError(number)
        return found

    async def remind_of_breaches(self) -> int:
        """Warn administrators and data officers whose clocks have come to the next mark; how many were told."""
        async with self._database.transaction() as drawers:
            if not await drawers.privacy.list_breaches(only_open=True):
                return 0
            return await remind(await self._today(drawers), self._desk(drawers))

    async def _today(self, drawers: Drawers) -> RulesOn:
        return self._reference.rule_book(await drawers.rules.load()).on(self._clock.today())

    def _desk(self, drawers: Drawers) -> BreachDesk:
        return BreachDesk(
            breaches=drawers.privacy,
            staff=drawers.profiles,
            audit=drawers.audit,
            clock=self._clock,
            by=self._notifying(drawers),
        )
