"""What a day owes to whom: watched, planned and stored within one transaction of the cabinet."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.push.planning import Agenda, Planned, Unjudged, Watcher, plan
from bot.refusals import OURS
from bot.telling import Telling
from bot.wiring_privacy import count_due
from knowledge.data_clocks import DataClocks
from knowledge.digesting import DeskWork, Digests, first_working_day, week_of
from knowledge.escalating import Escalations
from knowledge.evidence_waiting import EvidenceWaiting, WaitingEvidence, left_before
from knowledge.local_time import VIETNAM
from knowledge.reminders import Reminding
from knowledge.rulebook import RulesOn
from knowledge.study_waiting import StudyRequests
from storage.drawers import Drawers
from storage.records import (
    NewDelivery,
    NewNotice,
    NoticeKind,
    WaitingRow,
)

_PARCELS_AT_ONCE = 2_000
_KIND_OF = {"evidence": NoticeKind.EVIDENCE_WAITING}  # for those of evidence themselves the word is taken


@dataclass(frozen=True, slots=True)
class Watching:
    """Those who look at everybody in the pass of a day, and what keeps their memory once all is stored."""

    watchers: Sequence[Watcher]
    keep: Callable[[], Awaitable[None]]


async def watch(drawers: Drawers, rules: RulesOn, *, today: date) -> Watching:
    """The watchers of a day with their memory. Each kind of notice that looks at everybody joins here."""
    kept = drawers.escalations
    offered = await kept.list_offered()
    escalations = Escalations(rules, await kept.load_memory(rules.day, OURS), offered)
    first_day = first_working_day(rules.day, rules.calendar)
    waiting = await drawers.evidence.list_all_waiting(left_before(rules))
    desk = DeskWork(
        inquiries=await kept.count_inquiries(),
        proposals=await kept.count_proposals(),
        own_proposals=await kept.count_own_proposals(),
        unclear=await kept.count_unclear(),
        evidence=Counter(one.unit for one in waiting),
        own_evidence=Counter(code for one in waiting for code in {one.person, one.checked_by} if code is not None),
        unproven=await drawers.evidence.count_all_unproven(),
    )
    digests = Digests(rules, desk, offered, is_late=first_day < today and await kept.was_missed(first_day, rules.day))

    requests = StudyRequests(rules, await drawers.study.list_waiting(), await drawers.study.list_told_by_letter())
    told = await drawers.evidence.list_told(min(one.changed_at for one in waiting)) if waiting else {}
    evidence = EvidenceWaiting(rules, [_waiting(one) for one in waiting], told)

    clocks = DataClocks(rules.day, await count_due(drawers, rules))

    async def keep() -> None:
        await kept.keep(escalations.list_changes())

    return Watching((requests, evidence, escalations, digests, clocks), keep)


def _waiting(row: WaitingRow) -> WaitingEvidence:
    since = row.changed_at.astimezone(VIETNAM).date()
    return WaitingEvidence(row.number, row.version, row.person, row.unit, since, row.checked_by)


async def make_agenda(drawers: Drawers, telling: Telling, day: date) -> Agenda:
    policy = telling.now.library.policy.reminders
    reminding = Reminding(policy, await drawers.reminders.list_stages(), day)
    return Agenda(telling.now.on(day), reminding, telling.find_before(day))


def plan_within(
    drawers: Drawers, agenda: Agenda, watching: Watching, channels: Collection[str], unjudged: Unjudged
) -> AsyncIterator[Planned]:
    recipients = drawers.reminders.stream_recipients(channels)
    return plan(agenda, recipients, watching.watchers, drawers.outbox.known_keys, unjudged)


async def store(
    drawers: Drawers,
    planned: AsyncIterator[Planned],
    agenda: Agenda,
    senders: Mapping[str, str],
    now: datetime,
    *,
    at_once: int = _PARCELS_AT_ONCE,
) -> dict[str, int]:
    """How many of each kind were kept; `untold` counts changes that today's message, gone already, cannot tell.

    The messages of so many people are put `at_once`, so that a province is never whole in memory.
    """
    counts: Counter[str] = Counter()
    parcels: list[tuple[NewDelivery, list[NewNotice]]] = []
    keys: list[str] = []
    digests: list[tuple[NewDelivery, NewNotice]] = []

    async def put() -> None:
        await drawers.outbox.put_many(parcels, now)
        await _put_off(drawers, digests, agenda, now)
        digests.clear()
        known = await drawers.outbox.known_keys(keys)
        if len(known) < len(keys):
            counts["untold"] += len(keys) - len(known)
        parcels.clear()
        keys.clear()

    async for one in planned:
        owed = one.owed
        counts[owed.kind] += 1
        told = [
            NewNotice(_KIND_OF.get(part.kind, NoticeKind(part.kind)), part.key, part.stage, part.about, part.payload)
            for part in one.parts or (owed,)
        ]
        if not parcels or parcels[-1][0].person != owed.to:
            if len(parcels) >= at_once:
                await put()
            parcels.append((_delivery(one, agenda, senders), []))
        delivery, notices = parcels[-1]
        notices.extend(told)
        # What is looked up after a batch is noted only here, where its parcel is in the batch.
        if owed.kind == "change":
            keys.append(owed.key)
        elif owed.kind == "digest":
            digests.append((delivery, told[0]))
    if parcels:
        await put()
    return dict(counts)


def _delivery(one: Planned, agenda: Agenda, senders: Mapping[str, str]) -> NewDelivery:
    reach = one.reach
    return NewDelivery(
        person=one.owed.to,
        due_at=one.send_at,
        sender=senders.get(reach.channel) if reach.channel is not None else None,
        channel=reach.channel,
        address=reach.address,
        locale=reach.locale,
        merge_day=agenda.day,
    )


async def _put_off(
    drawers: Drawers, digests: Sequence[tuple[NewDelivery, NewNotice]], agenda: Agenda, now: datetime
) -> None:
    """Digests that a day's message, gone already, cannot tell are told on the next working day of that week."""
    next_day = agenda.rules.calendar.add_working_days(agenda.day, 1)
    if not digests or week_of(next_day) != week_of(agenda.day):
        return
    known = await drawers.outbox.known_keys([notice.key for _delivery, notice in digests])
    later = next_day - agenda.day
    missed = [
        (replace(one, merge_day=next_day, due_at=one.due_at + later), (notice,))
        for one, notice in digests
        if notice.key not in known
    ]
    await drawers.outbox.put_many(missed, now)
