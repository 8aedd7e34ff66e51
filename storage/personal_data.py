"""Everything about one person, given out or taken away; and what has had its time, removed by its periods."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from storage.characters import storable
from storage.encryption import SecretKeyError, Vault
from storage.holdings import HOLDINGS, Holding, Whose
from storage.records import Kept
from storage.tables import (
    accounts,
    audit_entries,
    breaches,
    consents,
    data_requests,
    deliveries,
    inquiries,
    interactions,
    retention_runs,
    seen_updates,
    update_holders,
)

_SEALED: Final = "sealed"
_UNREADABLE: Final = "…"  # sealed with a key that is no longer there
_CHANGED_SO_FAR: Final = text(
    "SELECT relname, n_tup_del, n_tup_upd FROM pg_stat_xact_user_tables WHERE n_tup_del + n_tup_upd > 0"
)
# A door that lives has taken up what waited: it does so within seconds of its start.
_LIVES: Final = update_holders.c.alive_at > func.clock_timestamp() - timedelta(minutes=1)
# A clean-up goes by the clock, and what it takes is gone: the clock is to have been seen a day ago, and a leap is one
# of more days than a house is closed for over a weekend.
_WAITED: Final = timedelta(days=1)
_LEAP: Final = timedelta(days=3)
_SELDOM: Final = timedelta(days=45)  # a house may be opened once a month; a longer pause after a first try is a leap
_OPEN: Final = ("open", "asked_back", "answered")
_IS_DONE: Final = func.jsonb_typeof(retention_runs.c.removed) != "null"  # else nothing was removed: it was held back
_UNDER_WAY: Final = ("waiting", "claimed", "started")
_OLD_NOTICE: Final = """
n.made_at < :before AND NOT EXISTS (
    SELECT FROM carried c JOIN deliveries d ON d.id = c.delivery
    WHERE c.notice = n.id AND c.dropped IS NULL AND d.state IN ('waiting', 'claimed', 'started'))
"""
_REMEMBERED: Final = (
    "n.kind = 'reminder' AND n.freed_at IS NULL AND EXISTS (SELECT FROM people p WHERE p.code = n.about[1])"
)
_EMPTY_NOTICES: Final = text(
    "UPDATE notices n SET payload = '{}', about = '{}',"  # noqa: S608  ours
    " key = CASE WHEN kind = 'reminder' THEN 'reminder:' || id ELSE key END"
    f" WHERE (n.payload <> '{{}}' OR n.about <> '{{}}') AND NOT ({_REMEMBERED}) AND {_OLD_NOTICE}"
)
_EMPTY_REMINDERS: Final = text(
    "UPDATE notices n SET payload = jsonb_build_object("  # noqa: S608  ours
    "'source', n.payload -> 'source', 'criterion', n.payload -> 'criterion')"
    f" WHERE n.payload - ARRAY['source', 'criterion'] <> '{{}}' AND {_REMEMBERED} AND {_OLD_NOTICE}"
)


class PersonalDataDrawer:
    """Keeps the promises of the desk's `PersonalData`."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def collect(self, person: PersonCode) -> Sequence[Kept]:
        whose = await self._whose(person)
        groups: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for holding in HOLDINGS:
            rows = await self._read(holding, whose)
            groups.setdefault(holding.group, []).extend((holding.table.name, row) for row in rows)
        return [Kept(group, tuple(rows)) for group, rows in groups.items()]

    async def count(self, person: PersonCode) -> Mapping[str, int]:
        whose = await self._whose(person)
        counts: dict[str, int] = {}
        for holding in HOLDINGS:
            query = select(func.count()).select_from(holding.table).where(holding.which(whose))
            counts[holding.group] = counts.get(holding.group, 0) + int((await self._connection.scalar(query)) or 0)
        return counts

    async def erase(self, person: PersonCode) -> None:
        whose = await self._whose(person)
        for holding in reversed(HOLDINGS):  # what belongs to other rows before those by which it is found
            if holding.erase:
                await self._connection.execute(delete(holding.table).where(holding.which(whose)))
            elif holding.emptied is not None:
                emptied = update(holding.table).where(holding.which(whose)).values(holding.emptied(whose))
                await self._connection.execute(emptied)

    async def _whose(self, person: PersonCode) -> Whose:
        code = storable(person)
        found = await self._connection.execute(
            select(accounts.c.channel, accounts.c.address).where(accounts.c.person == code)
        )
        return Whose(code, [(channel, address) for channel, address in found])

    async def _read(self, holding: Holding, whose: Whose) -> list[dict[str, Any]]:
        columns = [holding.table.c[name] for name in holding.columns]
        order = list(holding.table.primary_key.columns)
        found = await self._connection.execute(select(*columns).where(holding.which(whose)).order_by(*order))
        return [
            {
                name: self._open(value) if name in holding.sealed else _plain(value)
                for name, value in zip(holding.columns, row, strict=True)
            }
            for row in found
        ]

    def _open(self, sealed: Any) -> Any:
        """What a column holds, opened; a document where it is one."""
        if sealed is None:
            return None
        if isinstance(sealed, dict):  # a conversation: a document whose only key holds what is sealed
            return self._open(sealed[_SEALED].encode("ascii")) if _SEALED in sealed else sealed
        try:
            opened = self._vault.decrypt(bytes(sealed))
        except SecretKeyError:
            return _UNREADABLE
        try:
            return json.loads(opened)
        except ValueError:
            return opened

    # --- periods

    async def prune(self, periods: Mapping[str, int], now: datetime) -> int:
        """Remove what has had its time by these periods (days by code), where no other drawer does.

        How many messages were removed that nobody had answered: as long again is waited for a door that takes them up.
        """
        ago = {code: now - timedelta(days=days) for code, days in periods.items()}
        execute = self._connection.execute
        await self._forget_what_was_told(ago["deliveries"])
        # Whoever waits for an answer is waited for as well, but not for ever: what they wrote is a conversation too.
        is_tried = (seen_updates.c.tries > 0) & select(update_holders).where(_LIVES).exists()
        long_ago = ago["waiting_updates"] - timedelta(days=periods["waiting_updates"])
        has_come = seen_updates.c.seen_at < ago["waiting_updates"]
        is_over = has_come & (is_tried | seen_updates.c.body.is_(None) | (seen_updates.c.seen_at < long_ago))
        is_unanswered = seen_updates.c.body.is_not(None) & seen_updates.c.answered_at.is_(None)
        gone = await execute(delete(seen_updates).where(is_over).returning(is_unanswered))
        expired = sum(gone.scalars())
        # Whom a load took off the roster nobody unlinked: their link ended, for all that is known, when it is found so.
        cut_off = accounts.c.person.is_(None) & accounts.c.linked_at.is_not(None)
        await execute(update(accounts).where(cut_off).values(linked_at=None, changed_at=now))
        idle = accounts.c.person.is_(None) & (accounts.c.changed_at < ago["idle_chats"])
        await execute(delete(accounts).where(idle))
        linked = select(accounts.c.address).where(
            accounts.c.channel == interactions.c.channel,
            accounts.c.address == interactions.c.address,
            accounts.c.person.is_not(None),
        )
        silent = func.coalesce(interactions.c.last_at, interactions.c.checked_at) < ago["idle_chats"]
        await execute(delete(interactions).where(silent, ~linked.exists()))
        spent = inquiries.c.texts.is_(None) & inquiries.c.state.not_in(_OPEN)
        await execute(delete(inquiries).where(spent, inquiries.c.changed_at < ago["inquiry_rows"]))
        await execute(delete(data_requests).where(data_requests.c.closed_at < ago["requests"]))
        await execute(delete(breaches).where(breaches.c.closed_at < ago["requests"]))
        await self._forget_proofs(ago["requests"])
        await execute(delete(retention_runs).where(retention_runs.c.day < ago["retention_runs"].date()))
        return expired

    async def _forget_proofs(self, before: datetime) -> None:
        """Proof of what somebody agreed to goes when this long has passed since that ended.

        While a chat is linked nothing has ended. Then it did with the last that was said there to the same purpose,
        or, where nobody withdrew because a load took them off the roster, with the last change of the chat itself.
        """
        later = consents.alias()
        to_the_same = select(later.c.id).where(
            later.c.channel == consents.c.channel,
            later.c.address == consents.c.address,
            later.c.purpose == consents.c.purpose,
        )
        is_said_since = to_the_same.where(later.c.at >= before).exists()
        is_last = ~to_the_same.where(later.c.id > consents.c.id).exists()
        chat = select(accounts.c.address).where(
            accounts.c.channel == consents.c.channel, accounts.c.address == consents.c.address
        )
        is_linked = chat.where(accounts.c.person.is_not(None)).exists()
        was_cut_off = is_last & (consents.c.act == "agreed") & chat.where(accounts.c.changed_at >= before).exists()
        spent = delete(consents).where(consents.c.at < before, ~is_said_since, ~is_linked, ~was_cut_off)
        await self._connection.execute(spent)

    async def _forget_what_was_told(self, before: datetime) -> None:
        """Of messages of before this moment it stays to whom, of which kind, when, and with which outcome.

        Of a reminder also the stage, while its person is on the roster: it is what nobody is told twice by.
        """
        execute = self._connection.execute
        old = func.coalesce(deliveries.c.done_at, deliveries.c.due_at) < before
        is_over = old & deliveries.c.state.not_in(_UNDER_WAY) & (deliveries.c.address != "")
        await execute(update(deliveries).where(is_over).values(address="", tried=[], provider_id=None))
        await execute(_EMPTY_NOTICES, {"before": before})
        await execute(_EMPTY_REMINDERS, {"before": before})

    async def count_changes(self) -> Mapping[str, int]:
        """How many rows of which table this connection has removed or changed of late."""
        found = await self._connection.execute(_CHANGED_SO_FAR)
        return {name: deleted + updated for name, deleted, updated in found if name != retention_runs.name}

    async def note_run(self, day: date, at: datetime, before_it: Mapping[str, int]) -> Mapping[str, int]:
        """Keep how many rows of which table were removed or emptied since it was counted before; what it was.

        What was noted of days to come is dropped: the clock that said so was ahead.
        """
        await self._forget_days_to_come(day)
        now = await self.count_changes()
        removed = {name: more for name, count in now.items() if (more := count - before_it.get(name, 0)) > 0}
        kept = insert(retention_runs).values(day=day, finished_at=at, removed=removed)
        before = await self._connection.scalar(select(retention_runs.c.removed).where(retention_runs.c.day == day))
        both = {name: removed.get(name, 0) + (before or {}).get(name, 0) for name in {*removed, *(before or {})}}
        changed = {"finished_at": at, "removed": both}
        await self._connection.execute(kept.on_conflict_do_update(index_elements=["day"], set_=changed))
        return removed

    async def last_run(self, today: date) -> tuple[date, datetime, Mapping[str, int]] | None:
        """The last day on which what had its time was removed, when, and how much of each table.

        A day after `today` was noted while a clock was ahead, and tells nothing.
        """
        found = await self._connection.execute(
            select(retention_runs.c.day, retention_runs.c.finished_at, retention_runs.c.removed)
            .where(retention_runs.c.day <= today, _IS_DONE)
            .order_by(retention_runs.c.day.desc())
            .limit(1)
        )
        row = found.one_or_none()
        return (row.day, row.finished_at, row.removed) if row is not None else None

    # --- whether the clock is to be believed

    async def may_prune(self, now: datetime) -> bool:
        """Whether the clock is to be believed so far that what it says has had its time may go for good.

        It is where the house was seen a day ago by it, which a clock that has leapt ahead was not. After a leap, or
        where the house was closed for long, that is so a day after a try (`note_held_back`); never while the
        database's own clock is behind.
        """
        is_behind = select(func.clock_timestamp() < now - _WAITED)
        if await self._connection.scalar(is_behind):
            return False
        at = retention_runs.c.finished_at
        seen = select(at).where(at.between(now - _WAITED - _LEAP, now), or_(at <= now - _WAITED, _IS_DONE))
        if await self._connection.scalar(select(seen.exists())):
            return True
        tried = select(at).where(
            at.between(now - _SELDOM, now - _WAITED), retention_runs.c.day > self._last_done(now.date())
        )
        if await self._connection.scalar(select(tried.exists())):
            return True
        begun = [one for one in (await self.begun_at(), await self._connection.scalar(select(func.min(at)))) if one]
        return not begun or now - min(begun) < 2 * _WAITED  # nothing has had its time in a house so young

    async def note_held_back(self, day: date, at: datetime) -> None:
        """Keep that nothing was removed, since the clock is not to be believed yet; the first time of a day counts."""
        await self._forget_days_to_come(day)
        row = insert(retention_runs).values(day=day, finished_at=at, removed=JSONB.NULL)
        await self._connection.execute(row.on_conflict_do_nothing())

    async def _forget_days_to_come(self, today: date) -> None:
        tomorrow = today + timedelta(days=1)  # another machine's midnight may be a moment earlier
        await self._connection.execute(delete(retention_runs).where(retention_runs.c.day > tomorrow))

    async def held_back_at(self, today: date) -> datetime | None:
        """Since when nothing is removed for the clock's sake; None where the last clean-up was done."""
        run = retention_runs.c
        since = select(func.min(run.finished_at)).where(run.day <= today, run.day > self._last_done(today))
        at: datetime | None = await self._connection.scalar(since)
        return at

    def _last_done(self, today: date) -> ColumnElement[date]:
        done = select(func.max(retention_runs.c.day)).where(retention_runs.c.day <= today, _IS_DONE).scalar_subquery()
        return func.coalesce(done, date.min)

    async def ahead_on(self, today: date) -> date | None:
        """A day that has not come and on which a clean-up was noted: a clock was ahead. None where there is no such."""
        tomorrow = today + timedelta(days=1)  # another machine's midnight may be a moment earlier
        day: date | None = await self._connection.scalar(
            select(func.max(retention_runs.c.day)).where(retention_runs.c.day > tomorrow)
        )
        return day

    async def begun_at(self) -> datetime | None:
        """The moment of the oldest entry of the audit chain: from when this house is known to stand."""
        first = select(audit_entries.c.at).order_by(audit_entries.c.number).limit(1)
        at: datetime | None = await self._connection.scalar(first)
        return at

    async def count_processing(self, since: datetime, until: datetime) -> Sequence[tuple[date, str, str, int, int]]:
        """Acts of the audit chain by day in Việt Nam, actor and action: how many, and about how many different."""
        found = await self._connection.execute(_PROCESSING, {"since": since, "until": until})
        return [(day, actor, action, count, subjects) for day, actor, action, count, subjects in found]

    async def count_open(self, day: date) -> tuple[int, int, int]:
        """Requests whose clocks run, those of them overdue, and breaches that are open."""
        late = or_(
            data_requests.c.due_on < day,
            data_requests.c.answered_at.is_(None) & (data_requests.c.first_on < day),
        )
        is_open = data_requests.c.state == "open"
        running = await self._connection.scalar(select(func.count()).where(is_open))
        overdue = await self._connection.scalar(select(func.count()).where(is_open, late))
        breached = await self._connection.scalar(select(func.count()).where(breaches.c.closed_at.is_(None)))
        return int(running or 0), int(overdue or 0), int(breached or 0)


_PROCESSING: Final = text(
    "SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, actor, action, count(*), count(DISTINCT subject) "
    "FROM audit_entries WHERE at >= :since AND at < :until GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


def _plain(value: Any) -> Any:
    """As other programs read it."""
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value
