"""Keeps the verdicts of everybody true: whoever's record, rules or day have moved is judged again, a few at a time."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Protocol

import structlog

from bot.rules_now import RulesNow
from handlers.ports import Clock, Rules
from knowledge.documents import Citation
from knowledge.evaluate import evaluate
from knowledge.facts import DeclaredRules, Person, PersonCode
from knowledge.findings import Finding
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.touched import EVERYBODY, Touched
from knowledge.touching import find_touched
from storage.records import Judged, VerdictRow

_log = structlog.get_logger("bot.judging")

AT_ONCE = 500  # people judged in one transaction: a moment's work, so that nobody waits behind it


class People(Protocol):
    """Whole people by their codes."""

    async def find_people(self, codes: Collection[PersonCode]) -> Mapping[PersonCode, Person]: ...


class Verdicts(Protocol):
    """The verdicts that are kept."""

    async def begin_refresh(self) -> bool: ...
    async def stand_under(self) -> tuple[int, int]: ...
    async def look_at(self, rules: int, touched: Touched) -> int: ...
    async def list_waiting(
        self, day: date, since: int, limit: int, besides: Collection[PersonCode] = ()
    ) -> Mapping[PersonCode, int]: ...
    async def keep(self, judged: Sequence[Judged], *, day: date, rules: int, at: datetime) -> None: ...
    async def count_day(self, day: date) -> None: ...
    async def is_counted(self, day: date) -> bool: ...


class Cabinet(Protocol):
    """The drawers that judging needs."""

    @property
    def profiles(self) -> People: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def verdicts(self) -> Verdicts: ...


class Judge:
    """Judges whoever waits. Several processes may each have one: only one of them works at a time."""

    def __init__(
        self,
        open_cabinet: Callable[[], AbstractAsyncContextManager[Any]],
        make_rule_book: Callable[[DeclaredRules], RuleBook],
        clock: Clock,
        *,
        rests: bool = False,
    ) -> None:
        self._open_cabinet = open_cabinet
        self._rests = rests  # where people wait for answers of the same process, it takes half of the time at most
        self._rules_now = RulesNow(make_rule_book, clock)
        self._clock = clock
        self._is_owing_figures = False
        self._last: tuple[int, RuleBook] | None = None  # the rules that were looked at last
        self._failed: set[PersonCode] = set()  # whom this refreshing could not judge; they go on waiting
        self._named: dict[PersonCode, int] = {}  # of whom the log says so, with the version of their record

    async def refresh(self) -> int:
        """Judge everybody who waits, and count the figures of the day anew; how many people were judged.

        Whoever cannot be judged stops nobody else: they are named in the log and go on waiting, as the page
        of the system in the console shows; their verdicts stay as they were.
        """
        done = 0
        self._failed.clear()
        begun = time.monotonic()
        while judged := await self._judge_some():
            done += judged
            await asyncio.sleep(time.monotonic() - begun if self._rests else 0)
            begun = time.monotonic()
        done -= len(self._failed)
        if done or self._is_owing_figures:
            self._is_owing_figures = not await self._count()
        return done

    async def _judge_some(self) -> int:
        cabinet: Cabinet
        async with self._open_cabinet() as cabinet:
            if not await cabinet.verdicts.begin_refresh():
                return 0
            version, today = await self._rules_now.of_today(cabinet.rules)
            since = await self._follow(cabinet.verdicts, version, today)
            waiting = await cabinet.verdicts.list_waiting(today.day, since, AT_ONCE, self._failed)
            if not waiting:
                self._is_owing_figures = self._is_owing_figures or not await cabinet.verdicts.is_counted(today.day)
                return 0
            people = await cabinet.profiles.find_people(waiting.keys())
            judged = [made for one in people.values() if (made := self._try(one, waiting[one.code], today)) is not None]
            if judged:
                await cabinet.verdicts.keep(judged, day=today.day, rules=version, at=self._clock.now())
            return len(people)

    def _try(self, person: Person, version: int, today: RulesOn) -> Judged | None:
        try:
            return judge(person, version, today)
        except Exception as failed:  # noqa: BLE001  whatever is wrong with one record or with the rules for one post
            self._failed.add(person.code)
            if self._named.get(person.code) != version:  # they are tried at every refreshing
                self._named[person.code] = version
                _log.error("judge.failed", person=person.code, error=type(failed).__name__)
            return None

    async def _follow(self, verdicts: Verdicts, version: int, today: RulesOn) -> int:
        """From which rules on verdicts still stand, when whoever a change has touched is made to wait.

        Whom it touched is known to whoever has the rules before it in memory; else everybody is judged anew.
        """
        looked_at, since = await verdicts.stand_under()
        if looked_at != version:
            touched = EVERYBODY
            if self._last is not None and self._last[0] == looked_at:
                touched = find_touched(self._last[1].on(today.day), today)
            since = await verdicts.look_at(version, touched)
        self._last = version, today.book
        return since

    async def _count(self) -> bool:
        cabinet: Cabinet
        async with self._open_cabinet() as cabinet:
            if not await cabinet.verdicts.begin_refresh():
                return False
            await cabinet.verdicts.count_day(self._clock.today())
        return True


def judge(person: Person, version: int, today: RulesOn) -> Judged:
    """All verdicts about somebody, from this version of their record, as they are kept."""
    findings = evaluate(person, today)
    rows = tuple([_row(person, one, today.day) for one in findings])
    is_gap = [one.is_gap for one in findings]
    due = [row.last_day for row, counts in zip(rows, is_gap, strict=True) if counts and row.last_day is not None]
    return Judged(person.code, version, person.name, sum(is_gap), min(due, default=None), rows)


def _row(person: Person, finding: Finding, day: date) -> VerdictRow:
    held, left = finding.held, finding.days_left
    return VerdictRow(
        person=person.code,
        criterion=finding.criterion or "",
        unit=finding.unit or person.unit,
        state=finding.state,
        required=finding.required,
        reason=finding.reason,
        held_kind=held.kind if held is not None else None,
        held_level=held.level if held is not None else None,
        counts_as=held.counts_as if held is not None else None,
        held_until=held.valid_to if held is not None else None,
        deadline=finding.deadline,
        deadline_included=finding.deadline_included,
        last_day=date.fromordinal(day.toordinal() + left) if left is not None else None,
        safe_day=finding.safe_day,
        round=finding.round,
        consequence=finding.consequence,
        accountable=finding.accountable,
        basis=tuple([_pair(cite) for cite in finding.basis]),
        deadline_basis=_pair(finding.deadline_basis) if finding.deadline_basis is not None else None,
    )


def _pair(cite: Citation) -> tuple[str, str | None]:
    return cite.document, cite.point
