"""The drill of a year of cases, in small: nothing that it calls wrong happens, and it does find what is wrong."""

from datetime import date, timedelta

from knowledge.cases import Case, KeptCase, Told, Trigger
from knowledge.library import Library
from tests.drills.escalations import Seen, chain_of, look, make_world, run


def test_nobody_is_told_twice_and_no_rung_is_skipped_in_a_year() -> None:
    figures, wrong = run(seed=1, people=24)

    assert wrong == []
    assert figures["notices"] > 60
    assert figures["told_heads"] > 40
    assert figures["told_offices"] > 20


def test_it_finds_a_rung_told_twice_and_one_that_was_skipped(library: Library) -> None:
    world, monday, seen = make_world(library, 1, 60), date(2026, 6, 1), Seen()
    rules = world.rules_on(monday)
    person = next(one for one in world.people.values() if len(chain_of(world, one, rules)) > 2)
    (lower, below), (upper, above), *_others = chain_of(world, person, rules)
    kept = KeptCase(Case(person.code, Trigger.OVERDUE, "DOT0@2026-04-15", ()), monday - timedelta(days=40))

    look(world, kept, Told(upper, monday, tuple(above)), rules, seen)
    look(world, kept, Told(lower, monday, tuple(below)), rules, seen)
    look(world, kept, Told(lower, monday, tuple(below)), rules, seen)

    assert any(f"told on {monday} before {lower}" in one for one in seen.wrong)
    assert any(f"{lower} told on {monday} and again" in one for one in seen.wrong)
