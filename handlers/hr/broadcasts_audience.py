"""The audience of a broadcast: the cells it is chosen by, how it is told, and who belongs to it right now."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.hr.proposals_rights import as_hr
from handlers.phrases import _, ngettext
from handlers.ports import BroadcastsKept, Profiles, Sending
from handlers.rights import units_served
from handlers.sending_lines import SendingLine
from handlers.wording import name_channel, name_criterion, name_unit
from knowledge.audience import Audience, Known, belongs, common_unit, fingerprint_of
from knowledge.facts import CriterionCode, Person, PositionGroup, UnitCode
from knowledge.local_time import VIETNAM
from knowledge.rulebook import RulesOn
from knowledge.sending_plan import Pace, Run, plan_runs
from storage.records import Reached

UNITS, GROUPS, CRITERIA, WITHIN_DAYS, SILENT_ON, CHANNELS = (
    "don_vi",
    "nhom_chuc_danh",
    "tieu_chi",
    "trong_ngay",
    "chua_xac_nhan",
    "kenh",
)
FILTERS = (UNITS, GROUPS, CRITERIA, WITHIN_DAYS, SILENT_ON, CHANNELS)
_BETWEEN = ","
_PAUSE_EVERY = 200  # people judged, after which others are heard too


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an audience, and where they can be written to; None for who cannot."""

    person: Person
    reached: Reached | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everybody of an audience at one moment, in the order of their codes, and the line of each channel used."""

    members: tuple[Member, ...]
    lines: Mapping[str, SendingLine]

    @property
    def reachable(self) -> Sequence[Member]:
        """Those who can be written to."""
        return [one for one in self.members if one.reached is not None]

    @property
    def unreachable(self) -> Sequence[Member]:
        """Those who cannot."""
        return [one for one in self.members if one.reached is None]

    @property
    def fingerprint(self) -> str:
        """Signs that only the same people on the same channels have."""
        channels = [(one.person.code, one.reached.channel if one.reached is not None else None) for one in self.members]
        return fingerprint_of(channels)

    def by_way(self) -> Counter[str]:
        """How many by each identity of ours: a channel, or that and the name of the identity where it has several."""
        return Counter(way_of(one.reached) for one in self.members if one.reached is not None)

    def line_of(self, way: str) -> SendingLine:
        """How that identity sends: as its channel does, at a pace and with allowances of its own."""
        channel, _at, name = way.partition("@")
        return replace(self.lines[channel], sender=f"{channel}:{name}") if name else self.lines[channel]

    def by_unit(self, rules: RulesOn) -> Counter[str]:
        """How many in each unit, by its name."""
        return Counter(name_unit(rules, one.person.unit) for one in self.members)


def way_of(where: Reached) -> str:
    """By which identity of ours somebody is written to: it stands in their address where it is not the first."""
    name = where.address.partition("@")[2]
    return f"{where.channel}@{name}" if name else where.channel


def read_audience(cells: Mapping[str, str]) -> Audience:
    """The audience that these cells choose."""
    return Audience(
        units=frozenset(map(UnitCode, _listed(cells, UNITS))),
        groups=frozenset(map(PositionGroup, _listed(cells, GROUPS))),
        missing=frozenset(map(CriterionCode, _listed(cells, CRITERIA))),
        due_within=int(cells[WITHIN_DAYS]) if cells.get(WITHIN_DAYS) else None,
        not_acknowledged=int(cells[SILENT_ON]) if cells.get(SILENT_ON) else None,
        channels=frozenset(_listed(cells, CHANNELS)),
    )


def join(values: Sequence[str]) -> str:
    """Several codes as one cell."""
    return _BETWEEN.join(dict.fromkeys(values))


def units_reached(person: Person, today: RulesOn) -> frozenset[UnitCode]:
    """Codes of the units to whose people somebody may write."""
    return units_served(as_hr(person), today)


def scope_of(audience: Audience, author: Person, today: RulesOn) -> UnitCode | None:
    """The unit that a broadcast stays within, None for the whole province: who approves it must serve all of it."""
    return common_unit(audience.units, today) if audience.units else author.scope


def describe_audience(audience: Audience, author_scope: UnitCode | None, rules: RulesOn) -> list[str]:
    """Whom it is for, one condition a line."""
    library = rules.library
    said = []
    if audience.units:
        names = "; ".join(sorted(name_unit(rules, one) for one in audience.units))
        said.append(_("In {units} and all units below.").format(units=names))
    elif author_scope is not None:
        said.append(_("In {units} and all units below.").format(units=name_unit(rules, author_scope)))
    else:
        said.append(_("In the whole province."))
    if audience.groups:
        names = "; ".join(sorted(rules.book.group_name(one) for one in audience.groups))
        said.append(_("Position: {groups}.").format(groups=names))
    if audience.missing:
        names = "; ".join(sorted(name_criterion(library, one).lower() for one in audience.missing))
        said.append(_("Something to complete in: {criteria}.").format(criteria=names))
    if audience.due_within is not None:
        text = ngettext("Deadline within {n} day.", "Deadline within {n} days.", audience.due_within)
        said.append(text.format(n=audience.due_within))
    if audience.not_acknowledged is not None:
        said.append(_("Broadcast {number} not confirmed as received.").format(number=audience.not_acknowledged))
    if audience.channels:
        names = ", ".join(sorted(name_channel(one) for one in audience.channels))
        said.append(_("Reachable on {channels}.").format(channels=names))
    return said


async def gather(
    audience: Audience,
    author: Person,
    today: RulesOn,
    *,
    profiles: Profiles,
    broadcasts: BroadcastsKept,
    sending: Sending,
) -> Gathered:
    """Everybody who belongs right now, within the units that the author serves."""
    lines = {one.channel: one for one in sending.lines}
    reached = await broadcasts.list_reached(tuple(lines))
    silent = (
        await broadcasts.list_silent(audience.not_acknowledged)
        if audience.not_acknowledged is not None
        else frozenset()
    )
    known = Known({person: where.channel for person, where in reached.items()}, silent)
    within = units_reached(author, today)
    members: list[Member] = []
    seen = 0
    async for person in profiles.stream_people(within):
        if belongs(person, audience, within, known, today):
            members.append(Member(person, reached.get(person.code)))
        seen += 1
        if audience.needs_verdicts and seen % _PAUSE_EVERY == 0:
            await asyncio.sleep(0)
    return Gathered(tuple(members), lines)


async def plan_of(
    gathered: Gathered, today: RulesOn, now: datetime, broadcasts: BroadcastsKept
) -> dict[str, tuple[Run, ...]]:
    """By identity of ours: the runs in which its messages go out, as far as this month's allowance reaches."""
    here = now.astimezone(VIETNAM)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    planned: dict[str, tuple[Run, ...]] = {}
    for way, count in sorted(gathered.by_way().items()):
        line = gathered.line_of(way)
        used = await broadcasts.count_sent(line.sender, midnight) if line.per_day is not None else 0
        pace = Pace(line.per_second, line.per_day, used)
        fitting = count
        if line.per_month is not None:
            sent = await broadcasts.count_sent(line.sender, midnight.replace(day=1))
            fitting = min(count, max(0, line.per_month - sent))
        planned[way] = plan_runs(fitting, pace, here, today.calendar, today.library.policy)
    return planned


def due_times(runs: Sequence[Run], count: int) -> list[datetime]:
    """For each of so many messages of one channel in their order, when it is due."""
    times = [run.starts_at for run in runs for _one in range(run.count)]
    last = runs[-1].starts_at + timedelta(days=1) if runs else None
    return [*times, *([last] * (count - len(times)) if last is not None else [])][:count]


def _listed(cells: Mapping[str, str], column: str) -> list[str]:
    return [one for one in cells.get(column, "").split(_BETWEEN) if one]
