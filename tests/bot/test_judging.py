"""Verdicts that are kept: as if judged now, whatever moved, and written again only where something differs."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from random import Random

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from structlog.testing import capture_logs

from bot.judging import Judge
from bot.judging import judge as judge_now
from bot.on_console.overview import GAPS
from handlers.heads.unit_seen import look
from handlers.reports.asked import FileForm, ReportAsked, ReportKind
from handlers.rights import units_in_scope
from knowledge.evaluate import evaluate
from storage.records import PeopleOrder, PeopleWanted
from storage.tables import verdicts
from tests.offices import TODAY, StandingClock, sample_office

COLUMNS = [one.name for one in verdicts.c if one.name != "changed_on"]


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
    assert 0 < await judge.refresh() < people
    assert await kept(office) == await judged_now(office)
    await do(office, "UPDATE rounds SET is_open = true")
    await judge.refresh()


# What HR may change of the rules: each is done to a row of chance.
_MANY = 20
CHANGES = (
    "UPDATE rounds SET deadline = deadline + 30 WHERE {chance}",
    "UPDATE rounds SET is_open = NOT is_open WHERE {chance}",
    "UPDATE rounds SET criteria = ARRAY['ngoai_ngu'] WHERE {chance}",
    "UPDATE rounds SET units = ARRAY(SELECT code FROM units ORDER BY md5(code || :luck) LIMIT 2) WHERE {chance}",
    "UPDATE rounds SET position_groups = ARRAY(SELECT min(position_group) FROM standards) WHERE {chance}",
    "UPDATE standards SET minimum = 'bac_2' WHERE criterion = 'ngoai_ngu' AND {chance}",
    "UPDATE standards SET valid_to = CASE WHEN valid_to IS NULL THEN DATE '2026-01-01' END WHERE {chance}",
    "DELETE FROM standards WHERE {chance}",
    "UPDATE recognition SET months_valid = coalesce(months_valid, 12) + 12 WHERE {chance}",
    "UPDATE recognition SET valid_to = CASE WHEN valid_to IS NULL THEN DATE '2026-01-01' END WHERE {chance}",
    "UPDATE recognition SET document = 'Z' || document WHERE {chance}",
    "DELETE FROM recognition WHERE {chance}",
    "UPDATE recognition SET kind = (SELECT max(kind) FROM recognition) WHERE kind <> 'ielts' AND {chance}",
    "UPDATE units SET territory = (SELECT max(territory) FROM units) WHERE {chance}",
    "UPDATE units SET parent = NULL WHERE {chance}",
    "UPDATE units SET valid_to = DATE '2026-06-30', successor = 'SO-MAU-2' WHERE code <> 'SO-MAU-2' AND {chance}",
    "UPDATE rulings SET months_valid = 6 WHERE {chance}",
)


async def test_a_change_of_rules_makes_wait_whomever_it_touches(server_url, tmp_path):
    luck, judged = Random(11), []  # noqa: S311  the same changes every time
    async with sample_office(server_url, tmp_path) as changing:
        judge = changing.make_judge()
        people = await judge.refresh()
        for number in range(_MANY):
            order = CHANGES[number % len(CHANGES)]
            table = order.split()[2 if order.startswith("DELETE") else 1]
            of_chance = f"ctid = (SELECT ctid FROM {table} ORDER BY md5(ctid::text || :luck) LIMIT 1)"  # noqa: S608
            await do(changing, order.format(chance=of_chance), luck=str(luck.random()))
            judged.append(await judge.refresh())
            assert await kept_whole(changing) == await judged_whole(changing), order
    assert sum(judged) < _MANY * people / 2
    assert sum(count > 0 for count in judged) > 10


async def kept_whole(office):
    """Every word of what is kept."""
    async with office.open_cabinet() as cabinet:
        found = await cabinet.connection.execute(select(*(verdicts.c[name] for name in COLUMNS)))
        return sorted((tuple(map(_plain, row)) for row in found), key=str)


async def judged_whole(office):
    rules = (await office.rule_book()).on(TODAY)
    rows = [row async for person in office.stream_people(None) for row in judge_now(person, 0, rules).rows]
    return sorted((tuple(_plain(getattr(row, name)) for name in COLUMNS) for row in rows), key=str)


def _plain(value):
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


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


# --- the same numbers wherever they are shown


_GENERATED = (
    (
        "INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by,"
        " is_leader)"
        " SELECT 'SINH' || n, 'Người ' || n, 'nguoi ' || n, date '1966-01-01' + (n * 7919) % 12000, 'nam',"
        " (SELECT code FROM units WHERE valid_to IS NULL ORDER BY md5(code || n) LIMIT 1), 'Chuyên viên',"
        " (SELECT position_group FROM standards ORDER BY md5(position_group || n) LIMIT 1),"
        " (ARRAY['don_vi', 'cap_xa', 'btv_tinh_uy'])[1 + n % 3], n % 5 = 0 FROM generate_series(1, 60) n"
    ),
    (
        "INSERT INTO credentials (person, kind, level, number, issued_on, expires_on, status)"
        " SELECT 'SINH' || n, kind, level, n || kind, date '2014-01-01' + (n * 131) % 4500,"
        " CASE WHEN n % 4 = 0 THEN date '2026-06-01' + n END,"
        " (ARRAY['da_xac_minh', 'cho_xac_minh', 'tu_choi'])[1 + (n + length(kind)) % 3] FROM generate_series(1, 60) n,"
        " (VALUES ('bang_cap', 'dai_hoc'), ('ielts', '5.0'), ('vstep', 'bac_3'), ('cntt_co_ban', NULL),"
        " ('llct', 'so_cap')) AS held (kind, level) WHERE (n * 31 + length(kind) * 17) % 5 > 1"
    ),
)


@pytest.mark.parametrize("is_generated", [False, True], ids=["the sample", "generated people"])
async def test_numbers_of_reports_are_those_on_screen_of_the_same_day(office, is_generated):
    for order in _GENERATED if is_generated else ():
        await do(office, order)
    await do(office, "DELETE FROM verdict_days")  # other tests have looked at other days
    await do(office, "UPDATE standings SET version = version + 1 WHERE person = 'CB002'")
    await office.make_judge().refresh()
    today = (await office.rule_book()).on(TODAY)
    readers = [one async for one in office.stream_people(None) if units_in_scope(one, today)]
    readers.sort(key=lambda one: len(units_in_scope(one, today)))
    for reader in (readers[0], readers[-1]):
        units = units_in_scope(reader, today)
        async with office.open_cabinet() as cabinet:
            sums = await cabinet.verdicts.sum_people(units, TODAY, TODAY + timedelta(days=30))
            states = await cabinet.verdicts.count_states(units)
            seen = await look(units, reader.code, today, profiles=cabinet.profiles, cases=cabinet.escalations)
        of_screen = Counter(criterion for _unit, criterion, state, n in states for _ in range(n) if state in GAPS)
        in_chat = [one for one in seen.standings if one.lacking]
        asked = ReportAsked(ReportKind.MISSING)
        made = await office.reports.make(asked, FileForm.XLSX, asker=reader, via="console")
        (_heading, *rows) = load_workbook(BytesIO(made.content)).worksheets[0].iter_rows(min_row=4, values_only=True)
        rows = [row for row in rows if isinstance(row[0], int)]
        listed = {row[1] for row in rows}

        assert sums.people == len(seen.people)
        assert sums.lacking == len(listed) == len(seen.behind)
        assert {one.person.code for one in in_chat} == listed
        assert of_screen.total() == len(rows) == sum(len(one.lacking) for one in in_chat)
        by_criterion = Counter(finding.criterion or "" for one in in_chat for finding in one.lacking)
        assert by_criterion == of_screen


async def test_a_record_that_cannot_be_judged_stops_nobody_else_and_goes_on_waiting(server_url, tmp_path):
    async with sample_office(server_url, tmp_path) as broken:
        judge = broken.make_judge()
        people = await judge.refresh()
        await do(broken, "UPDATE credentials SET kind = 'khong_con_loai_nay' WHERE person = 'CB002'")
        await do(broken, "UPDATE credentials SET status = 'tu_choi' WHERE person = 'CB005'")
        next_day = Judge(broken.open_cabinet, broken.reference.rule_book, DayClock(TODAY + timedelta(days=1)))

        with capture_logs() as logged:
            assert await next_day.refresh() == people - 1
            assert await next_day.refresh() == 0

        async with broken.open_cabinet() as cabinet:
            waiting = await cabinet.verdicts.list_waiting(TODAY + timedelta(days=1), 0, 10)
        assert set(waiting) == {"CB002"}
        assert [(one["event"], one["person"]) for one in logged if one["log_level"] == "error"] == [
            ("judge.failed", "CB002")
        ]


async def test_a_record_that_cannot_be_judged_stops_no_plan_of_a_day_and_is_planned_for_once_mended(
    server_url, tmp_path
):
    async with sample_office(server_url, tmp_path) as broken:
        await do(broken, "UPDATE rounds SET deadline = :day", day=TODAY + timedelta(days=29))
        async with broken.push.read_plan(TODAY) as (_telling, _agenda, planned):
            owed = {one.owed.to for one in [one async for one in planned] if one.owed.kind == "reminder"}
        assert "CB002" in owed
        await do(broken, "UPDATE credentials SET kind = 'khong_con_loai_nay' WHERE person = 'CB002'")

        counts = await broken.push.plan_and_store(TODAY + timedelta(days=2), {})

        assert (counts["reminder"], counts["unjudged"]) == (len(owed) - 1, 1)
        await do(broken, "DELETE FROM credentials WHERE person = 'CB002'")
        async with broken.push.read_plan(TODAY) as (_telling, _agenda, planned):
            assert {one.owed.to for one in [one async for one in planned] if one.owed.kind == "reminder"} == {"CB002"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_rounds_stored_with_the_first_or_last_day_of_all_leave_everybody_judged_and_reminded(
    server_url, tmp_path, day
):
    async with sample_office(server_url, tmp_path) as far:
        await do(far, f"UPDATE rounds SET deadline = DATE '{day}', service_left_from_years = 5")  # noqa: S608

        assert await far.make_judge().refresh() > 0
        async with far.push.read_plan(TODAY) as (_telling, _agenda, planned):
            told = [one async for one in planned]
        assert told
