"""A year of reminders with outages: is anybody forgotten, told twice, told on a holiday, or told of what is closed?

Run as: python -m tests.drills.year [--people 10000] [--seeds 3]. The deciding code is the product's own; the outbox
is one in memory that keeps the same promises, so that 10,000 people live through a year in a minute. On any day the
planner or the sender, or both for part of the day, are down; gaps close and open again, rounds are extended, people
leave, want quiet or an hour of their own, and are reached late or never. What must have been told is counted apart
from the deciding code, straight from the windows. `tests.drills.year_stored` does the same through the database.
"""

import json
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as hour_of
from itertools import pairwise
from random import Random

from knowledge.calendar import WorkingCalendar
from knowledge.deadlines import safe_day
from knowledge.facts import CriterionCode, LevelCode, PersonCode, RoundCode, UnitCode
from knowledge.findings import Finding, State
from knowledge.library import Library, Policy
from knowledge.loader import load_library
from knowledge.local_time import VIETNAM
from knowledge.owed import Owed
from knowledge.reminders import Mark, Reminding, still_owed
from knowledge.sending_hours import first_hour, next_allowed

_BEGIN, _DAYS, _ROUNDS = date(2026, 9, 1), 365, 40
_DAY = timedelta(days=1)
_NOON = hour_of(12)
_CRITERIA = tuple(map(CriterionCode, ("ngoai_ngu", "tin_hoc", "ly_luan_chinh_tri", "quan_ly_nha_nuoc")))
_PLANS_AT = hour_of(7, 10)
_TICKS = (hour_of(7, 20), hour_of(7, 31), hour_of(9), hour_of(11, 30), hour_of(13), hour_of(16, 59), hour_of(19))
_STATES = ("up", "no planner", "no sender", "late", "early end", "down")
_OWN_HOURS = (None, None, None, hour_of(9), hour_of(14), hour_of(16, 30))


@dataclass(frozen=True, slots=True)
class Round:
    """A round whose deadline is moved once, or never."""

    code: RoundCode
    first: date
    moved_on: date
    then: date

    def last_day(self, day: date) -> date:
        return self.first if day < self.moved_on else self.then


@dataclass(frozen=True, slots=True)
class Gap:
    """One criterion of a person in a round: open between these moments, in turn."""

    criterion: CriterionCode
    round: Round
    opened: tuple[tuple[datetime, datetime], ...]

    def is_open(self, moment: datetime) -> bool:
        return any(begin <= moment < end for begin, end in self.opened)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the drill. `reached_from`: the first day on which a message can reach them, None for never."""

    code: PersonCode
    gaps: tuple[Gap, ...]
    leaves_on: date
    own_hour: hour_of | None
    quiet: tuple[tuple[date, date], ...]
    reached_from: date | None

    def quiet_until(self, day: date) -> date | None:
        return next((until for since, until in self.quiet if since <= day <= until), None)


@dataclass(slots=True)
class Waiting:
    """The one message of a person and day."""

    owed: list[Owed]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was told, or put on the paper list."""

    person: PersonCode
    mark: Mark
    at: datetime
    is_sent: bool


@dataclass(slots=True)
class Outbox:
    """The promises of the real one: a key once, one message a day, dropped keys free again, left-overs carried on."""

    waiting: dict[tuple[PersonCode, date], Waiting] = field(default_factory=dict)
    gone: set[tuple[PersonCode, date]] = field(default_factory=set)
    marks: dict[PersonCode, set[Mark]] = field(default_factory=lambda: defaultdict(set))
    told: list[Told] = field(default_factory=list)
    refused: int = 0

    def carry_over(self, day: date) -> None:
        for person, earlier in [key for key in self.waiting if key[1] < day]:
            left = self.waiting.pop((person, earlier))
            self.waiting.setdefault((person, day), left)

    def put(self, person: Somebody, owed: list[Owed], due_at: datetime, now: datetime) -> None:
        day = due_at.date()
        if person.reached_from is None or day < person.reached_from:
            self.marks[person.code].update(map(_mark, owed))
            self.told += [Told(person.code, _mark(one), now, is_sent=False) for one in owed]
            return
        if (person.code, day) in self.gone:  # today's message has gone out: another day tells it
            self.refused += 1
            return
        self.waiting.setdefault((person.code, day), Waiting([], due_at)).owed += owed
        self.marks[person.code].update(map(_mark, owed))


def _mark(owed: Owed) -> Mark:
    return str(owed.payload["source"]), str(owed.payload["criterion"]), owed.stage


class Year:
    """One year of one seed."""

    def __init__(
        self,
        people: int,
        seed: int,
        library: Library,
        calendar: WorkingCalendar,
        *,
        days: int = _DAYS,
        rounds: int = _ROUNDS,
    ) -> None:
        self._days = days
        self._random = Random(seed)  # noqa: S311  a drill, no secret
        self._calendar = calendar
        self._policy: Policy = library.policy
        self.rounds = [self._make_round(number) for number in range(rounds)]
        self.people = [self._make_person(number) for number in range(people)]
        self._by_code = {person.code: person for person in self.people}
        self.outbox = Outbox()
        self.up: set[date] = set()
        self._findings: dict[tuple[date, RoundCode, CriterionCode], Finding] = {}

    # --- who there is

    def _some_day(self, least: int = 0) -> date:
        return _BEGIN + timedelta(days=self._random.randrange(least, self._days))

    def _make_round(self, number: int) -> Round:
        first = self._some_day(-40)
        moved_on = self._some_day() if self._random.random() < 0.4 else _BEGIN + timedelta(days=10_000)
        return Round(RoundCode(f"DOT-{number}"), first, moved_on, first + timedelta(days=self._random.randrange(5, 90)))

    def _make_person(self, number: int) -> Somebody:
        some = self._random
        criteria = some.sample(_CRITERIA, some.choice((1, 1, 1, 2, 3)))
        quiet = [
            (since, since + timedelta(days=some.randrange(30))) for since in [self._some_day()] * (number % 4 == 0)
        ]
        reached = _BEGIN - _DAY if some.random() < 0.85 else self._some_day() if some.random() < 0.5 else None
        return Somebody(
            code=PersonCode(f"CB{number:06}"),
            gaps=tuple(Gap(one, some.choice(self.rounds), self._make_opened()) for one in criteria),
            leaves_on=self._some_day() if some.random() < 0.05 else date.max,
            own_hour=some.choice(_OWN_HOURS),
            quiet=tuple(quiet),
            reached_from=reached,
        )

    def _make_opened(self) -> tuple[tuple[datetime, datetime], ...]:
        """Open from a day, and then closed at noon of another, perhaps opened again, perhaps never closed."""
        some = self._random
        marks = sorted(some.sample(range(-60, self._days + 200), some.choice((2, 2, 2, 4))))
        noons = [datetime.combine(_BEGIN + timedelta(days=one), _NOON, tzinfo=VIETNAM) for one in marks]
        return tuple(zip(noons[::2], noons[1::2], strict=True))

    # --- what is true

    def findings_of(self, person: Somebody, moment: datetime) -> list[Finding]:
        """The verdicts of a moment; none of somebody who has left."""
        if moment.date() >= person.leaves_on:
            return []
        return [self._finding(gap, moment.date()) for gap in person.gaps if gap.is_open(moment)]

    def _finding(self, gap: Gap, day: date) -> Finding:
        key = (day, gap.round.code, gap.criterion)
        if key not in self._findings:
            last = gap.round.last_day(day)
            self._findings[key] = Finding(
                person=None,
                unit=UnitCode("U"),
                criterion=gap.criterion,
                required=LevelCode("x"),
                state=State.MISSING,
                deadline=last,
                days_left=(last - day).days,
                safe_day=safe_day(last, self._calendar),
                round=gap.round.code,
            )
        return self._findings[key]

    # --- what happens

    def live(self) -> None:
        """Every day of the year, with whatever is down on it."""
        for number in range(self._days):
            day = _BEGIN + timedelta(days=number)
            self._findings.clear()
            (state,) = self._random.choices(_STATES, (60, 8, 8, 8, 8, 8))
            self._live_day(day, state)

    def _live_day(self, day: date, state: str) -> None:
        late = hour_of(11, 15)
        plans_at = {"no planner": None, "down": None, "late": late}.get(state, _PLANS_AT)
        ticks = {
            "no sender": (),
            "down": (),
            "late": tuple(one for one in _TICKS if one >= late),
            "early end": tuple(one for one in _TICKS if one < _NOON),
        }.get(state, _TICKS)
        if state == "up" and self._calendar.is_working(day):
            self.up.add(day)
        if plans_at is not None and self._calendar.is_working(day):
            self._plan(datetime.combine(day, plans_at, tzinfo=VIETNAM))
        for tick in ticks:
            self._send(datetime.combine(day, tick, tzinfo=VIETNAM))

    def _plan(self, now: datetime) -> None:
        day = now.date()
        reminding = Reminding(self._policy.reminders, {}, day)
        self.outbox.carry_over(day)
        for person in self.people:
            findings = self.findings_of(person, now)
            if not findings:
                continue
            told = frozenset(self.outbox.marks[person.code])
            owed = reminding.list_owed(person.code, findings, told, person.quiet_until(day))
            if owed:
                hour = first_hour(self._policy, person.own_hour)
                self.outbox.put(person, owed, datetime.combine(day, hour, tzinfo=VIETNAM), now)

    def _send(self, now: datetime) -> None:
        for (code, day), message in list(self.outbox.waiting.items()):
            person = self._by_code[code]
            if message.due_at > now or day != now.date():
                continue
            if next_allowed(now, self._calendar, self._policy, person.own_hour) > now:
                continue
            findings = self.findings_of(person, now)
            for one in message.owed:
                if still_owed(one.payload, findings, now.date()) is None:
                    self.outbox.told.append(Told(code, _mark(one), now, is_sent=True))
                    self.outbox.gone.add((code, day))
                else:
                    self.outbox.marks[code].discard(_mark(one))
            del self.outbox.waiting[code, day]

    # --- what must hold

    def count_faults(self) -> dict[str, int]:
        """Everything that must be zero, and how much there was to go wrong."""
        told = Counter((one.person, one.mark) for one in self.outbox.told)
        by_mark: dict[tuple[PersonCode, Mark], list[date]] = defaultdict(list)
        for one in self.outbox.told:
            by_mark[one.person, one.mark].append(one.at.date())
        owed, lost = 0, 0
        for person in self.people:
            for mark, days in self._list_windows(person):
                owed += 1
                lost += not any(days[0] <= day <= days[-1] for day in by_mark.get((person.code, mark), ()))
        sent = [one for one in self.outbox.told if one.is_sent]
        messages = Counter((one.person, one.at) for one in sent)
        a_day = Counter((person, at.date()) for person, at in messages)
        return {
            "windows": owed,
            "told": len(self.outbox.told),
            "messages": len(messages),
            "up_days": len(self.up),
            "lost": lost,
            "duplicates": sum(count - 1 for count in told.values()),
            "two_messages_a_day": sum(count > 1 for count in a_day.values()),
            "off_hours": sum(not self._is_working_time(one.at) for one in sent),
            "after_closure": sum(not self._is_true(one) for one in sent),
        }

    def _is_working_time(self, at: datetime) -> bool:
        return self._calendar.is_working(at.date()) and hour_of(7, 30) <= at.time() <= hour_of(17)

    def _is_true(self, told: Told) -> bool:
        """Whether that gap was open, with that deadline, and the person there, at the moment of telling."""
        source, criterion, _stage = told.mark
        person = self._by_code[told.person]
        return told.at.date() < person.leaves_on and any(
            gap.criterion == criterion
            and gap.is_open(told.at)
            and source == f"{gap.round.code}@{gap.round.last_day(told.at.date())}"
            for gap in person.gaps
        )

    def _list_windows(self, person: Somebody) -> Iterator[tuple[Mark, list[date]]]:
        """Windows in which there was a working day that was up from end to end while the gap was open all day.

        The days given are the first and the last of the window, after such a day came.
        """
        for gap in person.gaps:
            for last in dict.fromkeys((gap.round.first, gap.round.then)):
                for name, opens, closes, is_insisted in _windows(last, safe_day(last, self._calendar)):
                    if any(
                        self._must_tell(person, gap, day, last, is_insisted=is_insisted)
                        for day in _days(max(opens, _BEGIN), min(closes, _BEGIN + timedelta(days=self._days - 1)))
                    ):
                        yield (f"{gap.round.code}@{last}", gap.criterion, name), [opens, closes]

    def _must_tell(self, person: Somebody, gap: Gap, day: date, last: date, *, is_insisted: bool) -> bool:
        morning, evening = (datetime.combine(day, hour_of(hour), tzinfo=VIETNAM) for hour in (6, 20))
        return (
            day in self.up
            and gap.round.last_day(day) == last
            and day < person.leaves_on
            and (is_insisted or person.quiet_until(day) is None)
            and any(begin <= morning and evening < end for begin, end in gap.opened)
        )


def _windows(last: date, safe: date) -> list[tuple[str, date, date, bool]]:
    """The windows of the default stages, written down straight from what was promised."""
    before = [90, 60, 30, 14, 7, 1]
    opens = {number: last - timedelta(days=number) for number in before}
    opens[1] = min(opens[1], safe)
    found = []
    for number, following in pairwise(before):
        closes = min(opens[following], opens[1]) - _DAY
        if opens[number] <= closes:
            found.append((f"T-{number}", opens[number], closes, number <= 14))
    found.append(("T-1", opens[1], last, True))
    after = [1, 7, 14, 30, 60, 90, 120, 150, 180, 210]
    for number, later in pairwise([*after, 100_000]):
        found.append((f"T+{number}", last + timedelta(days=number), last + timedelta(days=later - 1), True))
    return found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def run(people: int, seeds: int) -> list[dict[str, float]]:
    """The figures of each seed."""
    library = load_library()
    calendar = WorkingCalendar(library.calendar)
    figures: list[dict[str, float]] = []
    for seed in range(seeds):
        began = time.perf_counter()
        year = Year(people, seed, library, calendar)
        year.live()
        figures.append({"seed": seed, "people": people, **year.count_faults(), "s": round(time.perf_counter() - began)})
    return figures


if __name__ == "__main__":
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--people", type=int, default=10_000)
    wanted.add_argument("--seeds", type=int, default=3)
    given = wanted.parse_args()
    for figure in run(given.people, given.seeds):
        print(json.dumps(figure))
