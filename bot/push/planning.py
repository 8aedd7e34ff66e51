"""The one pass over everybody that finds what is to be told on a day. Shown by `plan`, kept by the daily job.

**How another kind of notice joins.** A `Watcher` is shown everybody once, in the order of their codes, with their
verdicts of the day; after the last one it lists what it owes to whom. It holds whatever it must remember meanwhile,
decides purely, and knows neither channels nor hours: those are added here, and whatever was told before by its key is
left out. Escalations (`knowledge.escalating`) and digests (`knowledge.digesting`) are watchers; the office makes them
for each pass (`Office.watchers`), with the memory that they need read beforehand. The words that `plan` shows of a
kind come from `handlers.notices.table.PREVIEWS`.
"""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Protocol

import structlog

from handlers.notices.reminders import days_left, is_sure, words
from handlers.notices.table import PREVIEWS
from handlers.officials.changes import push_text
from handlers.phrases import current_locale
from knowledge.changes import Change, Difference
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode
from knowledge.findings import Finding
from knowledge.local_time import VIETNAM
from knowledge.owed import Owed
from knowledge.reminders import Mark, Reminding, merged
from knowledge.rulebook import RulesOn
from knowledge.sending_hours import first_hour

_log = structlog.get_logger("bot.push")

_RECORDS_AT_FAULT = 100  # more than so many are no slips in records any more: then it is the rules or ourselves
_MARK_LENGTH = 16  # of a fingerprint: no two rules of one installation share as much


class Watcher(Protocol):
    """Looks at everybody in the one pass, and then knows what is owed to whom."""

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """One person with all their verdicts on the day; `is_reachable` by any channel that we can send to.

        `findings` is None of whoever cannot be judged: nothing new is known of them, so what was remembered stays.
        """
        ...

    def list_notices(self) -> Iterable[Owed]:
        """All that is owed, in an order that is the same for the same people and day; asked once, at the end."""
        ...


class Recipient(Protocol):
    """Somebody of the roster as the cabinet hands them over: where they are reached, wishes, what they were told."""

    @property
    def person(self) -> Person: ...
    @property
    def came_in(self) -> int: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def locale(self) -> str: ...
    @property
    def hour(self) -> time | None: ...
    @property
    def quiet_until(self) -> date | None: ...
    @property
    def told(self) -> frozenset[Mark]: ...


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """The rules that people were told by, and those who were: all who had come in before this moment of the roster."""

    difference: Difference
    moment: int
    told: str
    now: str

    @staticmethod
    def by(difference: Difference, moment: int, told: str, now: str) -> "ToldBefore":
        """The same with as much of both fingerprints as tells them apart."""
        return ToldBefore(difference, moment, told[:_MARK_LENGTH], now[:_MARK_LENGTH])


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the pass decides from: the rules of the day on which all of it goes out, the stages, what rules changed."""

    rules: RulesOn
    reminding: Reminding
    before: ToldBefore | None = None

    @property
    def day(self) -> date:
        """The working day on which all of it goes out."""
        return self.rules.day


@dataclass(frozen=True, slots=True)
class Reach:
    """Where somebody is written to, and from which hour; no channel: nowhere."""

    name: str = ""
    channel: str | None = None
    address: str | None = None
    locale: str = "vi"
    hour: time | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that would be told: what, where to, not before when, in which words.

    `parts` are what a reminder is merged of, each kept by itself. `changes` say why, for operators.
    """

    owed: Owed
    reach: Reach
    send_at: datetime
    text: str
    parts: tuple[Owed, ...] = ()
    changes: tuple[Change, ...] = ()


class Unjudged:
    """Of whom a pass could say nothing. They stop nobody else, are named in the log and reminded once it is mended.

    Where it is not some records but the rules or ourselves that are at fault, the exception goes on: a day on which
    nobody is told must not pass for planned.
    """

    def __init__(self) -> None:
        self.people: set[PersonCode] = set()
        self._is_anybody_judged = False

    def note_judged(self) -> None:
        """Somebody could be judged."""
        self._is_anybody_judged = True

    def note(self, person: PersonCode, failed: Exception) -> None:
        """Go on without this person, or raise what stopped them where they are too many."""
        self.people.add(person)
        _log.error("push.unjudged", person=person, error=type(failed).__name__)
        if len(self.people) > _RECORDS_AT_FAULT:
            raise failed
        self._last = failed

    def end(self) -> None:
        """Raise what stopped the last where it stopped everybody."""
        if self.people and not self._is_anybody_judged:
            raise self._last


KnownKeys = Callable[[Collection[str]], Awaitable[Collection[str]]]


async def plan(
    agenda: Agenda,
    recipients: AsyncIterable[Recipient],
    watchers: Sequence[Watcher],
    known_keys: KnownKeys,
    unjudged: Unjudged,
) -> AsyncIterator[Planned]:
    """All that is to be told on the day, one after another and never all in memory.

    First what concerns people themselves, in the order of their codes; then what the watchers owe, by the code of
    whom they owe it to. Whoever cannot be judged is noted in `unjudged`.
    """
    reached: dict[PersonCode, Reach] = {}
    must_judge = bool(watchers or agenda.rules.open_rounds or agenda.rules.live_duties)
    async for one in recipients:
        reach = Reach(one.person.name, one.channel, one.address, one.locale, one.hour)
        findings: Sequence[Finding] | None = ()
        changed: list[tuple[Owed, tuple[Change, ...]]] = []
        try:
            if must_judge:
                findings = evaluate(one.person, agenda.rules)
            changed = list(_list_changes(agenda.before, one))
            unjudged.note_judged()
        except Exception as failed:  # noqa: BLE001  whatever is wrong with one record or with the rules for one post
            findings = None
            unjudged.note(one.person.code, failed)
        for watcher in watchers:
            watcher.see(one.person, findings, agenda.rules, is_reachable=one.channel is not None)
        if watchers:
            reached[one.person.code] = reach
        if findings is None:
            continue
        parts = agenda.reminding.list_owed(one.person.code, findings, one.told, one.quiet_until)
        if parts:
            text = _reminder_text(findings, agenda.day)
            yield Planned(merged(parts), reach, _send_at(agenda, one.hour), text, tuple(parts))
        for owed, changes in changed:
            yield Planned(owed, reach, _send_at(agenda, one.hour), push_text(), changes=changes)
    unjudged.end()
    for owed in await _list_watched(watchers, known_keys):
        reach = reached.get(owed.to, Reach())
        preview = PREVIEWS.get(owed.kind)
        yield Planned(owed, reach, _send_at(agenda, reach.hour), preview(owed) if preview is not None else "")


async def _list_watched(watchers: Sequence[Watcher], known_keys: KnownKeys) -> list[Owed]:
    owed = {one.key: one for watcher in watchers for one in watcher.list_notices()}
    known = set(await known_keys(list(owed))) if owed else set()
    return sorted((one for key, one in owed.items() if key not in known), key=lambda one: (one.to, one.kind, one.key))


def _list_changes(before: ToldBefore | None, one: Recipient) -> Iterable[tuple[Owed, tuple[Change, ...]]]:
    """What the rules of now make different for somebody who was told by others."""
    if before is None or one.came_in >= before.moment:
        return
    changes = before.difference.changes_of(one.person)
    if changes:
        code = one.person.code
        # The moment tells this telling from others between the same rules, raised and taken back and raised again.
        key = f"change:{code}:{before.told}:{before.now}:{before.moment}"
        yield Owed("change", code, key, "change", (code,), {"told": before.told}), changes


def _send_at(agenda: Agenda, hour: time | None) -> datetime:
    return _moment(agenda.day, first_hour(agenda.rules.library.policy, hour))


@lru_cache(maxsize=256)
def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=VIETNAM)


def _reminder_text(findings: Sequence[Finding], day: date) -> str:
    return _in_words(*days_left(findings), day, current_locale(), is_sure=is_sure(findings))


@lru_cache(maxsize=4096)
def _in_words(ahead: tuple[int, ...], overdue: tuple[int, ...], day: date, locale: str, *, is_sure: bool) -> str:
    """Thousands share the same sentence; `locale` is that in which it is said."""
    del locale
    return " ".join(words(ahead, overdue, day, is_sure=is_sure))
