"""Where the door for other programs is joined to the cabinet: keys, pages, hooks and what they are told."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot.errors import InputError, ServiceError
from bot.on_api.addresses import AddressRefusedError, ensure_may_be_told
from bot.on_api.signing import make_secret
from bot.on_api.store import NotInScopeError, Page, Question, Standing, Visitor
from bot.on_api.told import Held, Missed, Told
from bot.rules_now import RulesNow
from handlers.phrases import _
from handlers.ports import Clock
from knowledge.facts import PersonCode, UnitCode
from knowledge.rulebook import RulesOn
from storage.database import Database
from storage.drawers import Drawers
from storage.errors import DatabaseUnavailableError
from storage.records import ApiKey, Hook, HookEvent

GIVEN_UP_AFTER: Final = timedelta(days=3)
_KEY_PREFIX: Final = "nc_"
_KEY_BYTES: Final = 32
_LEASE: Final = timedelta(minutes=2)
_BURST: Final = 30
_MINUTE: Final = timedelta(minutes=1)
_TOLD_ARE_KEPT: Final = timedelta(days=30)
_GIVEN_UP_ARE_KEPT: Final = timedelta(days=90)
_LONGEST_LABEL: Final = 100
_MOST_DAYS: Final = 3 * 366
_ACTOR: Final = "command_line"
Reading = Callable[[], AbstractAsyncContextManager[Drawers]]


class StoreInDatabase:
    """Keeps the promises of `bot.on_api.store.Store`. `per_minute` is how often each key may ask in the long run."""

    def __init__(
        self,
        database: Database,
        rules_now: RulesNow,
        clock: Clock,
        per_minute: float,
        reading: Reading | None = None,
    ) -> None:
        self._database = database
        self._reading = reading or database.transaction
        self._rules_now = rules_now
        self._clock = clock
        self._gap = _MINUTE / per_minute

    async def recognise(self, key: str) -> Visitor:
        try:
            async with self._database.transaction() as drawers:
                found = await drawers.api_keys.find(key)
                if found is None:
                    return Visitor(Standing.UNKNOWN)
                if found.revoked_at is not None:
                    return Visitor(Standing.REVOKED, found.number)
                if found.suspended_at is not None:
                    return Visitor(Standing.SUSPENDED, found.number)
                if found.expires_at <= self._clock.now():
                    return Visitor(Standing.EXPIRED, found.number)
                wait = await drawers.api_keys.let_in(found.number, gap=self._gap, burst=_BURST)
        except DatabaseUnavailableError as error:
            raise ServiceError(str(error)) from error
        standing = Standing.TOO_OFTEN if wait else Standing.GOOD
        return Visitor(standing, found.number, found.units, wait)

    async def read(self, visitor: Visitor, question: Question) -> Page:
        try:
            async with self._reading() as drawers:
                _version, rules = await self._rules_now.of_today(drawers.rules)
                units = _narrowed(_scope_of(visitor, rules), question.unit, rules)
                page = await _list(drawers, rules, units, question)
                await _note(drawers, self._clock, visitor, question, len(page.items))
                return page
        except DatabaseUnavailableError as error:
            raise ServiceError(str(error)) from error

    async def read_status(self, visitor: Visitor) -> Mapping[str, Any]:
        try:
            async with self._reading() as drawers:
                _version, rules = await self._rules_now.of_today(drawers.rules)
                health = await drawers.shared_views.find_health(_scope_of(visitor, rules), rules.day)
                await _note(drawers, self._clock, visitor, Question("status"), 1)
        except DatabaseUnavailableError as error:
            raise ServiceError(str(error)) from error
        return {
            "as_of": health.as_of,
            "judged_at": health.judged_at,
            "is_current": health.stale == 0,
            "people": health.people,
            "stale": health.stale,
            "verdicts": health.verdicts,
            "gaps": health.gaps,
        }


def _scope_of(visitor: Visitor, rules: RulesOn) -> frozenset[UnitCode] | None:
    """The units whose people the key may see, dissolved ones that lie within too; None for everybody."""
    return rules.units_within(map(UnitCode, visitor.units)) if visitor.units is not None else None


def _narrowed(scope: frozenset[UnitCode] | None, unit: str | None, rules: RulesOn) -> frozenset[UnitCode] | None:
    if unit is None:
        return scope
    code = UnitCode(unit)
    if code not in rules.book.units or (scope is not None and code not in scope):
        raise NotInScopeError(unit)
    within = rules.units_within([code]) | {code}
    return within if scope is None else within & scope


async def _list(drawers: Drawers, rules: RulesOn, units: frozenset[UnitCode] | None, question: Question) -> Page:
    match question.subject:
        case "gaps":
            gaps = drawers.shared_views.list_gaps(units, question.equal, _pair(question), question.limit + 1)
            return _page(await gaps, question.limit, _place_of_verdict)
        case "deadlines":
            days = drawers.shared_views.list_deadlines(
                units, question.equal, question.between, _pair(question), question.limit + 1
            )
            return _page(await days, question.limit, _place_of_verdict)
        case "deliveries":
            after = int(question.after[0]) if question.after is not None else None
            sent = drawers.shared_views.list_deliveries(
                units, question.equal, question.between, after, question.limit + 1
            )
            return _page(await sent, question.limit, lambda row: (str(row["id"]),))
        case "units":
            return Page(_list_units(rules, units))
        case "criteria":
            return Page([
                {"code": one.code, "name": one.name, "levels": [level.code for level in one.levels]}
                for one in rules.library.criteria.values()
            ])  # fmt: skip
        case _:
            return Page(_list_rounds(rules, units))


def _pair(question: Question) -> tuple[str, str] | None:
    return (question.after[0], question.after[1]) if question.after is not None else None


def _place_of_verdict(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["person"], row["criterion"] or ""


def _page(rows: Sequence[Mapping[str, Any]], limit: int, place_of: Any) -> Page:
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], place_of(rows[limit - 1]))


def _list_units(rules: RulesOn, units: frozenset[UnitCode] | None) -> list[Mapping[str, Any]]:
    """What lies outside is not named either."""

    def seen(code: UnitCode | None) -> UnitCode | None:
        return code if code is not None and (units is None or code in units) else None

    return [
        {
            "code": one.code,
            "name": one.name,
            "kind": one.kind.value,
            "territory": one.territory,
            "parent": seen(one.parent),
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "successor": seen(one.successor),
        }
        for code, one in sorted(rules.book.units.items())
        if units is None or code in units
    ]


def _list_rounds(rules: RulesOn, units: frozenset[UnitCode] | None) -> list[Mapping[str, Any]]:
    """Rounds that concern any of the units; of the units that a round names, those within."""
    listed: list[Mapping[str, Any]] = []
    for one in sorted(rules.book.rules.rounds, key=lambda found: found.code):
        named = one.audience.units
        if named and units is not None:
            reached = rules.units_within(named) & units
            if not reached:
                continue
            named = frozenset() if reached == units else named & units or reached
        listed.append(
            {
                "code": one.code,
                "name": one.name,
                "document": one.document,
                "point": one.point,
                "deadline": one.deadline,
                "deadline_included": one.deadline_included,
                "criteria": sorted(one.criteria),
                "units": sorted(named),
                "opens_on": one.opens_on,
                "is_open": one.is_open,
            }
        )
    return listed


async def _note(drawers: Drawers, clock: Clock, visitor: Visitor, question: Question, rows: int) -> None:
    """Into the audit chain: whose key, what was read of whom, and how many rows."""
    subject = question.equal.get("person") or question.unit or _called(visitor.units)
    details = {"rows": rows, "scope": list(visitor.units) if visitor.units is not None else None}
    await drawers.audit.record(f"api:{visitor.number}", f"read_{question.subject}", subject, clock.now(), details)


def _called(units: Collection[str] | None) -> str:
    return "all" if units is None else "+".join(units)[:200]


@dataclass(frozen=True, slots=True)
class SharedStore:
    """What operators do with keys and hooks, and what the engine does with hooks."""

    database: Database
    rules_now: RulesNow
    clock: Clock
    per_minute: float
    reading: Reading | None = None  # from a replica; empty: from the database itself

    def open_store(self) -> StoreInDatabase:
        """The store that the door for other programs asks."""
        return StoreInDatabase(self.database, self.rules_now, self.clock, self.per_minute, self.reading)

    # --- keys

    async def add_key(self, label: str, units: Sequence[str] | None, days: int) -> tuple[int, str, date]:
        """A new key: its number, the key itself, which nobody can read again, and its last day. Raises InputError."""
        label = " ".join(label.split())
        if not label or len(label) > _LONGEST_LABEL:
            raise InputError(_("Say in 1 to {n} letters which program the key is for.").format(n=_LONGEST_LABEL))
        if not 1 <= days <= _MOST_DAYS:
            raise InputError(_("A key may last 1 to {n} days.").format(n=_MOST_DAYS))
        key = _KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
        now = self.clock.now()
        expires_at = now + timedelta(days=days)
        async with self.database.transaction() as drawers:
            known = await self._ensure_units(drawers, units)
            number = await drawers.api_keys.add(key, label, known, now, expires_at)
            details = {"scope": known, "until": expires_at.date().isoformat()}
            await drawers.audit.record(_ACTOR, "made_api_key", f"api:{number}", now, details)
        return number, key, expires_at.date()

    async def list_keys(self) -> Sequence[ApiKey]:
        """All keys that were ever made, without the keys themselves."""
        async with self.database.transaction() as drawers:
            return await drawers.api_keys.list_all()

    async def revoke_key(self, number: int) -> None:
        """Let a key open nothing any more. Raises InputError for no such."""
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            if not await drawers.api_keys.revoke(number, now):
                raise InputError(_("There is no key {number} that opens anything.").format(number=number))
            await drawers.audit.record(_ACTOR, "revoked_api_key", f"api:{number}", now)

    async def confirm_key(self, number: int) -> None:
        """Let a key that a restore brought back open again what it opened. Raises InputError for no such."""
        async with self.database.transaction() as drawers:
            if not await drawers.api_keys.confirm(number):
                raise InputError(_("There is no suspended key {number}.").format(number=number))
            await drawers.audit.record(_ACTOR, "confirmed_api_key", f"api:{number}", self.clock.now())

    # --- hooks

    async def add_hook(self, url: str, units: Sequence[str] | None, *, may_be_private: bool) -> tuple[int, str]:
        """A new hook: its number, and the secret that proves what it is told, shown once. Raises InputError."""
        try:
            ensure_may_be_told(url, may_be_private=may_be_private)
        except AddressRefusedError as refused:
            raise InputError(str(refused)) from None
        secret = make_secret(secrets.token_bytes(_KEY_BYTES))
        async with self.database.transaction() as drawers:
            known = await self._ensure_units(drawers, units)
            number = await drawers.hooks.add(url, secret, known, may_be_private=may_be_private)
            details = {"scope": known, "private": may_be_private}
            await drawers.audit.record(_ACTOR, "added_hook", f"hook:{number}", self.clock.now(), details)
        return number, secret

    async def list_hooks(self) -> Sequence[Hook]:
        """The hooks that are told."""
        async with self.database.transaction() as drawers:
            return await drawers.hooks.list_all()

    async def remove_hook(self, number: int) -> None:
        """Tell a hook no more. Raises InputError for no such."""
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            if not await drawers.hooks.remove(number, now):
                raise InputError(_("There is no hook {number}.").format(number=number))
            await drawers.audit.record(_ACTOR, "removed_hook", f"hook:{number}", now)

    async def confirm_hook(self, number: int) -> None:
        """Tell a hook that a restore brought back, also of what has waited. Raises InputError for no such."""
        async with self.database.transaction() as drawers:
            if not await drawers.hooks.confirm(number):
                raise InputError(_("There is no suspended hook {number}.").format(number=number))
            await drawers.audit.record(_ACTOR, "confirmed_hook", f"hook:{number}", self.clock.now())

    async def _ensure_units(self, drawers: Drawers, units: Sequence[str] | None) -> list[UnitCode] | None:
        if units is None:
            return None
        _version, rules = await self.rules_now.of_today(drawers.rules)
        for one in units:
            found = rules.find_unit(UnitCode(one))
            if found is None:
                raise InputError(_("There is no unit with the code {code} in the roster.").format(code=one))
            if found.code != one:
                raise InputError(
                    _("The unit {code} is dissolved; {successor} took over from it.").format(
                        code=one, successor=found.code
                    )
                )
        return sorted(map(UnitCode, units))

    # --- what the engine does

    async def nudge(self) -> None:
        """Give new changes to hooks, give up what is too old, and put a job in line for each hook that has work."""
        from bot.push.jobs import HOOK, defer_in  # noqa: PLC0415  only workers do this, and they have it

        async with self.database.transaction() as drawers:
            changes = await drawers.hooks.take_changes()
            if changes:
                _version, rules = await self.rules_now.of_today(drawers.rules)
                for hook in await drawers.hooks.list_all():
                    within = rules.units_within(hook.units) if hook.units is not None else None
                    told = [one for one in changes if one.changed_at >= hook.made_at
                            and (within is None or one.unit in within)]  # fmt: skip
                    await drawers.hooks.put_events(hook.number, told, rules.day)
            await drawers.hooks.give_up(GIVEN_UP_AFTER)
            for number in await drawers.hooks.list_due():
                await defer_in(drawers.connection, HOOK, f"{HOOK}:{number}", hook=str(number))

    async def tell(self, number: int) -> None:
        """Tell one hook all that is due."""
        from bot.on_api.telling import Teller  # noqa: PLC0415  only workers do this

        await Teller(HooksInDatabase(self.database)).tell(number)

    async def tidy(self) -> None:
        """Forget what hooks were told long ago."""
        now = self.clock.now()
        async with self.database.transaction() as drawers:
            await drawers.hooks.prune(now - _TOLD_ARE_KEPT, now - _GIVEN_UP_ARE_KEPT)


class HooksInDatabase:
    """Keeps the promises of `bot.on_api.telling.Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hold(self, number: int, held: Held | None) -> Held | None:
        async with self._database.transaction() as drawers:
            leased = await drawers.hooks.lease(number, _LEASE, held.until if held is not None else None)
        return Held(number, *leased) if leased is not None else None

    async def list_events(self, number: int, limit: int) -> Sequence[Told]:
        async with self._database.transaction() as drawers:
            return [_told(one) for one in await drawers.hooks.list_events(number, limit)]

    async def settle(self, number: int, taken: Sequence[int], missed: Sequence[Missed]) -> None:
        async with self._database.transaction() as drawers:
            await drawers.hooks.mark_told(number, taken)
            for one in missed:
                await drawers.hooks.put_off(number, one.change, one.wait, one.reason)
            if missed:
                await drawers.hooks.pause(number, max(one.asked for one in missed), missed[0].reason)

    async def let_go(self, held: Held) -> None:
        async with self._database.transaction() as drawers:
            await drawers.hooks.let_go(held.number, held.until)


def _told(event: HookEvent) -> Told:
    change = event.change
    return Told(
        change.id,
        PersonCode(change.person),
        change.criterion,
        change.unit,
        change.before,
        change.after,
        event.as_of,
        change.changed_at,
        event.tries,
    )


def describe_scope(units: Iterable[str] | None) -> str:
    """The units of a key or hook, for a list."""
    return ", ".join(units) if units is not None else _("the whole province")
