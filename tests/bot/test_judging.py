"""Verdicts that are kept: as if judged now, whatever moved, and written again only where something differs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.judging import Judge
from knowledge.evaluate import evaluate
from storage.records import PeopleOrder, PeopleWanted
from tests.offices import TODAY, StandingClock, sample_office


@pytest.fixture(scope="module")
async def office(server_url, tmp_path_factory):
    async with sample_office(server_url, tmp_path_factory.mktemp("judging")) as opened:
        yield opened


class DayClock(StandingClock):
    def __init__(self, day):
        self.day = day

    def today(self):
        return self.day


async def kept(office):
    async with office.open_cabinet() as cabinet:
        found = await cabinet.connection.execute(
            text("SELECT person, criterion, state, deadline FROM verdicts ORDER BY person, criterion")
        )
        return {tuple(row) for row in found}


async def judged_now(office, day=TODAY):
    rules = (await office.rule_book()).on(day)
    return {
        (one.person, one.criterion or "", one.state, one.deadline)
        async for person in office.stream_people(None)
        for one in evaluate(person, rules)
    }


async def do(office, order, **values):
    async with office.open_cabinet() as cabinet:
        await cabinet.connection.execute(text(order), values)


async def test_what_is_kept_is_what_judging_now_finds_whatever_moved(office):
    judge = office.make_judge()
    people = await judge.refresh()
    assert people > 0
    assert await kept(office) == await judged_now(office)
    assert await judge.refresh() == 0

    await do(office, "UPDATE credentials SET status = 'tu_choi' WHERE person = 'CB002'")
    await do(office, "DELETE FROM exemptions WHERE person = (SELECT min(person) FROM exemptions)")
    assert 0 < await judge.refresh() <= 2
    assert await kept(office) == await judged_now(office)

    later = TODAY + timedelta(days=400)
    next_year = Judge(office.open_cabinet, office.reference.rule_book, DayClock(later))
    assert await next_year.refresh() == people
    assert await kept(office) == await judged_now(office, later)
    assert await judge.refresh() == people

    await do(office, "UPDATE rounds SET is_open = false")
    assert await judge.refresh() == people
    assert await kept(office) == await judged_now(office)
    await do(office, "UPDATE rounds SET is_open = true")
    await judge.refresh()


async def test_what_a_verdict_was_is_remembered_when_it_becomes_another(office):
    judge = office.make_judge()
    await judge.refresh()
    await do(office, "UPDATE credentials SET status = 'da_xac_minh' WHERE person = 'CB002'")
    await judge.refresh()
    await do(office, "UPDATE credentials SET status = 'tu_choi' WHERE person = 'CB002'")
    await judge.refresh()
    async with office.open_cabinet() as cabinet:
        history = await cabinet.verdicts.list_history("CB002", 50)
    assert history
    assert all((one.state_before, one.deadline_before) != (one.state_after, one.deadline_after) for one in history)
    assert {one.on for one in history} <= {TODAY, TODAY + timedelta(days=400)}


async def test_figures_of_the_day_are_the_sums_of_what_is_kept(office):
    await office.make_judge().refresh()
    async with office.open_cabinet() as cabinet:
        counted = await cabinet.verdicts.count_states(None)
        fresh = await cabinet.verdicts.freshness(TODAY)
    assert sum(count for *_rest, count in counted) == len(await kept(office))
    assert (fresh.waiting, fresh.as_of) == (0, TODAY)


async def test_how_many_wait_is_told_of_the_units_that_are_asked_about_only(office):
    await office.make_judge().refresh()
    await do(office, "UPDATE credentials SET status = 'tu_choi' WHERE person = 'CB002'")
    async with office.open_cabinet() as cabinet:
        unit = (await cabinet.profiles.find_person("CB002")).unit
        others = (await office.rule_book()).units.keys() - {unit}
        counted = [await cabinet.verdicts.count_waiting(TODAY, units) for units in (None, {unit}, others, ())]
        next_year = await cabinet.verdicts.count_waiting(TODAY + timedelta(days=400), {unit})
    assert counted == [1, 1, 0, 0]
    assert next_year > 1
    await office.make_judge().refresh()


@pytest.mark.parametrize("order", list(PeopleOrder), ids=str)
async def test_pages_hold_everybody_once_in_any_order(office, order):
    await office.make_judge().refresh()
    wanted, seen = PeopleWanted(order=order), []
    async with office.open_cabinet() as cabinet:
        total = await cabinet.verdicts.count_people(wanted)
        while page := await cabinet.verdicts.list_people(wanted, 7):
            seen += [one.code for one in page]
            wanted = replace(wanted, after=page[-1].place)
    assert len(seen) == len(set(seen)) == total


async def test_lists_hold_only_who_fits_every_part_that_is_asked_for(office):
    await office.make_judge().refresh()
    wanted = PeopleWanted(criterion="ngoai_ngu", states=frozenset({"missing", "not_recognised"}), words="tran")
    async with office.open_cabinet() as cabinet:
        page = await cabinet.verdicts.list_people(wanted, 100)
        assert await cabinet.verdicts.count_people(wanted) == len(page)
    assert all(one.states["ngoai_ngu"] in wanted.states for one in page)
