"""A year of cases that go to those above: heads who act and heads who do not, posts vacant, units merged, days lost.

Run as: python -m tests.drills.escalations [--seed 1] [--people 240]. The real planner, memory and writers of notices,
with everything around them made up. What must hold is looked at from outside and counted; the figures are printed.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from handlers.notices import escalations as words
from handlers.notices.composing import Dropped, Partly, Present
from handlers.phrases import locale_of, use_catalogues
from knowledge.calendar import WorkingCalendar
from knowledge.cases import Case, KeptCase, Told
from knowledge.chain_above import escalation_chain
from knowledge.escalating import Escalations, Memory
from knowledge.evaluate import evaluate
from knowledge.facts import (
    CriterionCode,
    DeclaredRules,
    DocumentId,
    Gender,
    LevelCode,
    ManagedBy,
    Person,
    PersonCode,
    PositionGroup,
    ReviewRound,
    Role,
    RoundCode,
    StudyRecord,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
    UnitKind,
)
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.owed import Owed
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.triggers import list_cases
from storage.records import Delivery, DeliveryState, Notice, NoticeKind
from tests.people import credential

_LOCALES = Path(__file__).parents[2] / "bot" / "locales"
_HOME = TerritoryCode("hung-yen")
_FIRST, _DAYS = date(2026, 1, 1), 365
_GROUP = PositionGroup("nhom")
_CRITERIA = ("hoc_van", "ly_luan_chinh_tri", "ngoai_ngu", "tin_hoc")
_HELD = {"hoc_van": ("bang_cap", "dai_hoc"), "ly_luan_chinh_tri": ("llct", "trung_cap"),
         "ngoai_ngu": ("vstep", "bac_3"), "tin_hoc": ("cntt_co_ban", None)}  # fmt: skip
_MINIMUM = {"hoc_van": "dai_hoc", "ly_luan_chinh_tri": "trung_cap", "ngoai_ngu": "bac_3", "tin_hoc": "co_ban"}
_ACTS_IN, _OUTAGES, _CLOSES_DAILY, _REOPENS_DAILY, _REQUESTS_DAILY = 3, 0.12, 0.006, 0.003, 0.003
_MANAGED = (ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE,
            ManagedBy.COMMUNE, ManagedBy.UNIT, ManagedBy.DISTRICT)  # fmt: skip


@dataclass
class World:
    """The province as it is on the day; it changes from day to day."""

    library: Library
    calendar: WorkingCalendar
    random: Random
    units: dict[UnitCode, Unit] = field(default_factory=dict)
    people: dict[PersonCode, Person] = field(default_factory=dict)
    reached: set[PersonCode] = field(default_factory=set)
    decisive: set[PersonCode] = field(default_factory=set)  # heads who act when told
    rounds: tuple[ReviewRound, ...] = ()
    to_decide: list[tuple[date, PersonCode, PersonCode]] = field(default_factory=list)

    def rules_on(self, day: date) -> RulesOn:
        standards = tuple(
            TitleStandard(_GROUP, CriterionCode(one), LevelCode(_MINIMUM[one]), DocumentId("02-QĐi/TU"), None, _FIRST)
            for one in _CRITERIA
        )
        declared = DeclaredRules(1, tuple(self.units.values()), standards, (), self.rounds)
        return RuleBook.of(self.library, declared, self.calendar, _HOME).on(day)


@dataclass
class Seen:
    """What was looked at from outside, and what was wrong with it."""

    told: dict[tuple[str, str], date] = field(default_factory=dict)  # case and rung, when
    told_heads: dict[tuple[str, PersonCode], date] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)


def make_world(library: Library, seed: int, people: int) -> World:
    """Departments with divisions, and communes of which every other has HR of its own."""
    world = World(library, WorkingCalendar(library.calendar), Random(seed))  # noqa: S311  a rehearsal, no secret
    for n in range(5):
        add_unit(world, Unit(UnitCode(f"SO{n}"), f"Sở {n}", UnitKind.DEPARTMENT, _HOME))
        for part in range(3):
            code = UnitCode(f"SO{n}P{part}")
            add_unit(world, Unit(code, f"Phòng {n}.{part}", UnitKind.DIVISION, _HOME, parent=UnitCode(f"SO{n}")))
    for n in range(6):
        add_unit(world, Unit(UnitCode(f"XA{n}"), f"Xã {n}", UnitKind.COMMUNE_GOVERNMENT, _HOME))
    places = list(world.units)
    for n in range(people):
        add_person(world, f"CB{n:04d}", places[n % len(places)])
    add_person(world, "HR1", UnitCode("SO0"), roles=frozenset({Role.OFFICIAL, Role.HR}))
    add_person(world, "HR2", UnitCode("SO0"), roles=frozenset({Role.OFFICIAL, Role.HR}))
    add_person(world, "QT1", UnitCode("SO0"), roles=frozenset({Role.ADMINISTRATOR}))
    for n in (0, 2, 4):
        scope = UnitCode(f"XA{n}")
        add_person(world, f"HRX{n}", scope, roles=frozenset({Role.HR}), scope=scope)
    for code in places:
        appoint(world, code)
    world.rounds = tuple(
        ReviewRound(
            RoundCode(f"DOT{n}"), f"Đợt {n}", DocumentId("02-QĐi/TU"), None, date(2026, month, 15),
            criteria=frozenset(map(CriterionCode, criteria)), opens_on=date(2026, month, 15) - timedelta(days=100),
        )
        for n, (month, criteria) in enumerate(((4, _CRITERIA[:2]), (7, _CRITERIA[2:3]), (11, _CRITERIA[3:])))
    )  # fmt: skip
    return world


def add_unit(world: World, unit: Unit) -> None:
    world.units[unit.code] = unit


def add_person(world: World, code: str, unit: UnitCode, **more: Any) -> None:
    held = [credential(*_HELD[one], date(2020, 1, 1)) for one in _CRITERIA if world.random.random() < 0.5]
    person = Person(
        PersonCode(code), f"Người {code}", date(1985, 5, 5), Gender.MALE, unit, "Chuyên viên", _GROUP,
        world.random.choice(_MANAGED), is_leader=world.random.random() < 0.4, credentials=tuple(held), **more,
    )  # fmt: skip
    world.people[person.code] = person
    if world.random.random() < 0.8:
        world.reached.add(person.code)
    if world.random.random() < 0.4:
        world.decisive.add(person.code)


def appoint(world: World, unit: UnitCode) -> None:
    """Somebody of the unit heads it from now on."""
    own = [code for code, one in world.people.items() if one.unit == unit and code.startswith("CB")]
    if own:
        world.units[unit] = replace(world.units[unit], head=world.random.choice(own))


def live(world: World, day: date) -> None:
    """What happens on a day by itself."""
    chance = world.random
    codes = [code for code in world.units if world.units[code].successor is None]
    if chance.random() < 0.05:
        code = chance.choice(codes)
        world.units[code] = replace(world.units[code], head=None)
        if chance.random() < 0.5:
            own = [one for one in world.people.values() if one.unit == code and one.code.startswith("CB")]
            if own:
                acting = chance.choice(own)
                world.people[acting.code] = replace(acting, roles=acting.roles | {Role.HEAD})
    if chance.random() < 0.06:
        vacant = [code for code in codes if world.units[code].head is None]
        if vacant:
            appoint(world, chance.choice(vacant))
    merge_units(world, day)
    live_people(world, day)
    for one in [due for due in world.to_decide if due[0] <= day]:
        world.to_decide.remove(one)
        decide(world, one[2], day)


def merge_units(world: World, day: date) -> None:
    """Three times a year a division and a commune are merged into their neighbours."""
    if day.day != 1 or day.month not in {3, 6, 9}:
        return
    n = day.month // 3
    for old, new in ((f"SO{n}P1", f"SO{n}P0"), (f"XA{n}", f"XA{n + 1}")):
        code = UnitCode(old)
        world.units[code] = replace(world.units[code], valid_to=day - timedelta(days=1), successor=UnitCode(new))
        if world.units[code].head is not None and world.random.random() < 0.7:  # whoever headed the one heads the other
            world.units[UnitCode(new)] = replace(world.units[UnitCode(new)], head=world.units[code].head)


def live_people(world: World, day: date) -> None:
    """Gaps close, people ask to study, chats are linked and lost."""
    chance = world.random
    for code, person in list(world.people.items()):
        if chance.random() < _CLOSES_DAILY:
            close_gap(world, code)
        if chance.random() < _REQUESTS_DAILY:
            asked = StudyRecord(CriterionCode(chance.choice(_CRITERIA)), requested_on=day)
            world.people[code] = replace(world.people[code], study=(*person.study, asked))
        if chance.random() < _REOPENS_DAILY:
            open_gap(world, code)
        if chance.random() < 0.01:
            (world.reached.discard if code in world.reached else world.reached.add)(code)


def close_gap(world: World, code: PersonCode) -> None:
    """The person brings one certificate that is missing."""
    person = world.people[code]
    held = {one.kind for one in person.credentials}
    for criterion in _CRITERIA:
        kind, level = _HELD[criterion]
        if kind not in held:
            made = credential(kind, level, date(2020, 1, 1))
            world.people[code] = replace(person, credentials=(*person.credentials, made))
            return


def open_gap(world: World, code: PersonCode) -> None:
    """A certificate that counted turns out not to."""
    person = world.people[code]
    world.people[code] = replace(person, credentials=person.credentials[:-1])


def decide(world: World, code: PersonCode, day: date) -> None:
    """A head sends the person to study, or refuses, whatever was asked."""
    person = world.people[code]
    answered = tuple(
        replace(one, answered_on=day, refused_on=day) if one.requested_on and not one.answered_on else one
        for one in person.study
    )
    world.people[code] = replace(person, study=(*answered, StudyRecord(None, assigned_on=day)))


# --- one day of the product


def plan(world: World, day: date, memory: Memory) -> tuple[RulesOn, list[Owed], list[KeptCase]]:
    rules = world.rules_on(day)
    watcher = Escalations(rules, memory)
    for code in sorted(world.people):
        person = world.people[code]
        watcher.see(person, evaluate(person, rules), rules, is_reachable=code in world.reached)
    notices = watcher.list_notices()
    return rules, notices, watcher.list_changes()


def send(world: World, owed: Owed, rules: RulesOn, seen: Seen) -> set[tuple[str, ...]]:
    """Write one notice from what is true then; the cases that went out with it, as its payload names them."""
    about = {code: world.people[code] for code in owed.about if code in world.people}
    present = Present(
        world.people[owed.to], rules, datetime.combine(rules.day, datetime.min.time(), UTC), about,
        frozenset(world.reached),
    )  # fmt: skip
    notice = Notice(1, NoticeKind.ESCALATION, owed.key, owed.stage, owed.about, owed.payload, present.now)
    delivery = Delivery(1, owed.to, present.now, DeliveryState.CLAIMED)
    said = asyncio.run(compose(notice, delivery, present))
    still = {code for code, trigger, subject, _rung in owed.payload["cases"]
             if (trigger, subject) in open_now(world, code, rules)}  # fmt: skip
    if isinstance(said, Dropped):
        seen.count["dropped"] += 1
        if still and said.reason == "closed":
            seen.wrong.append(f"{owed.key}: dropped as closed though {len(still)} are open")
        return set()
    entries = {tuple(one) for one in owed.payload["cases"]}
    if isinstance(said, Partly):
        left_out = {tuple(one) for one in said.untold}
        seen.count["left_out"] += len(left_out)
        entries -= left_out
        said = said.reply
    told = int("".join(sign for sign in said.title if sign.isdigit()))
    if told != len(still):
        seen.wrong.append(f"{owed.key}: tells of {told} people, of whom {len(still)} still have an open case")
    if any(world.people[code].name in said.title + "".join(line.text for line in said.lines) for code in owed.about):
        seen.wrong.append(f"{owed.key}: a push names somebody")
    return entries


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Any:
    with locale_of("en"):
        return await words.compose(notice, delivery, present)


def open_now(world: World, code: PersonCode, rules: RulesOn) -> set[tuple[str, str]]:
    person = world.people[code]
    cases = list_cases(person, evaluate(person, rules), rules, is_reachable=code in world.reached)
    return {(one.trigger.value, one.subject) for one in cases}


# --- what must hold, looked at from outside


def chain_of(world: World, person: Person, rules: RulesOn) -> list[tuple[str, set[PersonCode]]]:
    """The rungs above a person, found without the planner: who really holds each post today."""
    rungs: list[tuple[str, set[PersonCode]]] = []
    code: UnitCode | None = person.unit
    line: list[UnitCode] = []
    while code is not None:
        unit = world.units[code]
        while unit.successor is not None and unit.valid_to is not None and rules.day > unit.valid_to:
            unit = world.units[unit.successor]
        line.append(unit.code)
        acting = sorted(
            (not one.is_leader, one.code) for one in world.people.values()
            if Role.HEAD in one.roles and one.unit == unit.code
        )  # fmt: skip
        head = unit.head if unit.head is not None else (acting[0][1] if acting else None)
        if head is not None and head != person.code and all(head not in to for _rung, to in rungs):
            rungs.append((f"unit:{unit.code}|{head}", {head}))  # whoever comes new to the post is told too
        code = unit.parent
    clerks = {one.code for one in world.people.values() if Role.HR in one.roles and one.scope in line}
    if clerks - {person.code} and line[-1].startswith("XA"):
        rungs.append((f"staff:{line[-1]}", clerks - {person.code}))
    province = {PersonCode("HR1"), PersonCode("HR2")} - {person.code}
    offices = [rung.office.id for rung in escalation_chain(person, rules) if rung.office is not None]
    return [
        *rungs,
        *((f"office:{office}", province) for office in offices),
        *([] if offices else [("staff", province)]),
    ]


def name_of(case: Case) -> str:
    return f"{case.person}:{case.trigger}:{case.subject}:{'+'.join(case.criteria)}"


def look(world: World, kept: KeptCase, new: Told, rules: RulesOn, seen: Seen) -> None:
    """One rung that was just told of one case."""
    case, day = kept.case, rules.day
    person = world.people[case.person]
    if (name_of(case), new.rung) in seen.told:
        seen.wrong.append(
            f"{name_of(case)}: {new.rung} told on {seen.told[name_of(case), new.rung]} and again on {day}"
        )
    if new.rung.startswith("unit:") and (name_of(case), new.to[0]) in seen.told_heads:
        seen.wrong.append(f"{name_of(case)}: {new.to[0]} told again, now as the head of {new.rung}")
    if not world.calendar.is_working(day):
        seen.wrong.append(f"{name_of(case)}: told on {day}, a day off")
    if person.code in new.to:
        seen.wrong.append(f"{name_of(case)}: told to the person concerned")
    chain = chain_of(world, person, rules)
    names = [rung for rung, _to in chain]
    if new.rung not in names or set(new.to) != dict(chain)[new.rung]:
        seen.wrong.append(f"{name_of(case)}: {new.rung} told to {new.to}, the chain being {chain}")
        return
    look_below(world, kept, new, chain, rules, seen)
    seen.told[name_of(case), new.rung] = day
    if new.rung.startswith("unit:"):
        seen.told_heads[name_of(case), new.to[0]] = day
    seen.count[new.rung.split(":")[0]] += 1


def look_below(
    world: World, kept: KeptCase, new: Told, chain: list[tuple[str, set[PersonCode]]], rules: RulesOn, seen: Seen
) -> None:
    """Whether every rung below was told long enough ago, by whoever holds it today."""
    case, day, names = kept.case, rules.day, [rung for rung, _to in chain]
    policy = world.library.policy.escalation.grace_working_days
    graces = {"unit": policy.unit_head, "staff": policy.department}
    for rung, to in chain[: names.index(new.rung)]:
        on = seen.told.get((name_of(case), rung)) or next(
            (seen.told_heads[name_of(case), head] for head in to if (name_of(case), head) in seen.told_heads), None
        )
        if on is None:
            seen.wrong.append(f"{name_of(case)}: {new.rung} told on {day} before {rung}")
        else:
            passed = world.calendar.working_days_between(max(on, kept.open_since), day)
            least = graces.get(rung.split(":")[0], policy.department)
            if passed <= least:
                seen.wrong.append(f"{name_of(case)}: {new.rung} told {passed} working days after {rung}")


def run(seed: int, people: int) -> tuple[dict[str, Any], list[str]]:
    """The year; its figures, and what was wrong."""
    world, seen = make_world(load_library(), seed, people), Seen()
    memory: dict[PersonCode, list[KeptCase]] = {}
    numbers = iter(range(1, 10_000_000))
    began = time.perf_counter()
    for n in range(_DAYS):
        day = _FIRST + timedelta(days=n)
        live(world, day)
        if world.random.random() < _OUTAGES:
            seen.count["outage_days"] += 1
            continue
        rules, notices, changes = plan(world, day, memory)
        if notices and not world.calendar.is_working(day):
            seen.wrong.append(f"{len(notices)} notices on {day}, a day off")
        if len({one.to for one in notices}) != len(notices):
            seen.wrong.append(f"{day}: somebody has two notices")
        if world.random.random() < 0.3:
            for code in {code for one in notices for code in one.about if world.random.random() < 0.2}:
                close_gap(world, code)
        went_out = {one.to: send(world, one, rules, seen) for one in notices}
        seen.count["notices"] += len(went_out)
        keep(world, memory, changes, went_out, rules, seen, numbers)
    check_end(world, memory, _FIRST + timedelta(days=_DAYS - 1), seen)
    figures = {
        "people": len(world.people), "days": _DAYS, "seconds": round(time.perf_counter() - began, 1),
        "cases": sum(len(some) for some in memory.values()),
        "closed": sum(one.closed_on is not None for some in memory.values() for one in some),
        "notices": seen.count["notices"], "dropped": seen.count["dropped"], "outage_days": seen.count["outage_days"],
        "told_heads": seen.count["unit"], "told_commune_staff": seen.count["staff"],
        "told_offices": seen.count["office"], "left_out": seen.count["left_out"], "wrong": len(seen.wrong),
    }  # fmt: skip
    return figures, seen.wrong


def keep(
    world: World, memory: dict[PersonCode, list[KeptCase]], changes: list[KeptCase],
    went_out: Mapping[PersonCode, set[tuple[str, ...]]],
    rules: RulesOn, seen: Seen, numbers: Any,
) -> None:  # fmt: skip
    """Remember as the cabinet does: a rung of which nobody's message told in the end was not told."""
    for one in changes:
        fresh = [step for step in one.told if step.on == rules.day]
        place = (one.case.person, one.case.trigger.value, one.case.subject)
        stands = [step for step in fresh if any((*place, step.rung) in went_out.get(to, ()) for to in step.to)]
        for step in stands:
            look(world, one, step, rules, seen)
            heads = [code for code in step.to if code in world.decisive]
            if heads and step.rung.startswith("unit:"):
                decided = world.calendar.add_working_days(rules.day, world.random.randint(1, 2 * _ACTS_IN))
                world.to_decide.append((decided, heads[0], one.case.person))
        told = tuple(step for step in one.told if step not in fresh or step in stands)
        kept = replace(one, told=told, number=one.number or next(numbers))
        others = [before for before in memory.get(one.case.person, []) if before.number != kept.number]
        memory[one.case.person] = sorted([*others, kept], key=lambda case: case.number)


def check_end(world: World, memory: Memory, day: date, seen: Seen) -> None:
    """Nobody was forgotten: whatever is open for long enough has been told on every rung."""
    rules = world.rules_on(day)
    for some in memory.values():
        for one in some:
            chain = chain_of(world, world.people[one.case.person], rules)
            allowed = timedelta(days=30 * len(chain))
            if one.closed_on is None and one.open_since + allowed < day:
                seen.count["long_open"] += 1
                told = {step.rung for step in one.told}
                heads = {code for step in one.told for code in step.to if step.rung.startswith("unit:")}
                # A post that was filled only lately is told tomorrow.
                missing = [rung for rung, to in chain if rung not in told and not to & heads]
                if len(missing) > 1:
                    seen.wrong.append(f"{name_of(one.case)}: open since {one.open_since}, never told: {missing}")


def main() -> None:
    """Print the figures of one or several years; end with 1 where anything was wrong."""
    wanted = ArgumentParser(description=__doc__)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--people", type=int, default=240)
    wanted.add_argument("--years", type=int, default=1)
    given = wanted.parse_args()
    use_catalogues(_LOCALES)
    failed = False
    for seed in range(given.seed, given.seed + given.years):
        figures, wrong = run(seed, given.people)
        print(json.dumps({"seed": seed, **figures}))
        for one in wrong[:10]:
            print("  wrong:", one)
        failed = failed or bool(wrong)
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
