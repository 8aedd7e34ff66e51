"""`nhacchuan plan`: who is told of changed rules, the same words for the same store and day; `doctor` beside it."""

import json
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.commands.reminders import Wanted, read_stages
from bot.errors import InputError
from bot.push.planning import Agenda, Planned, ToldBefore, Unjudged, Watcher, plan
from bot.telling import Standing, Telling
from knowledge.facts import PersonCode
from knowledge.library import Library, ReminderStages
from knowledge.reminders import OwnStages, Reminding
from knowledge.rulebook import RuleBook
from knowledge.rules_serialised import fingerprint_of
from knowledge.sending_hours import sending_day
from storage.records import Recipient
from tests.bot.test_command_line import Terminal
from tests.databases import make_home, named
from tests.handlers.visits import TODAY, with_standards, with_table
from tests.offices import share_cache
from tests.people import credential, official
from tests.storage.test_told_rules import AS_BEFORE, RAISED, SECOND
from tests.storage.workbook.books import PERSON, PERSON_HEADER, WHOLE, write_csv


async def recipients(*codes: str, **more: Any) -> AsyncIterator[Recipient]:
    """Officials whose certificate the table recognises, every second one reached by Telegram."""
    for place, code in enumerate(codes):
        held = (credential("ielts", "4.5", date(2025, 12, 1)),)
        reached = {"channel": "telegram", "address": str(place)} if place % 2 else {"channel": None, "address": None}
        given = {
            "came_in": 1,
            "locale": "vi",
            "hour": None,
            "quiet_until": None,
            "told": frozenset(),
            **reached,
            **more,
        }
        yield Recipient(person=official(code=PersonCode(code), credentials=held), **given)


async def nothing_known(keys: Collection[str]) -> set[str]:
    del keys
    return set()


def agenda(book: RuleBook, day: date, before: ToldBefore | None = None, own: OwnStages | None = None) -> Agenda:
    return Agenda(book.on(day), Reminding(book.library.policy.reminders, own or {}, day), before)


async def planned(agenda: Agenda, recipients: AsyncIterator[Recipient], *watchers: Watcher) -> list[Planned]:
    return [one async for one in plan(agenda, recipients, watchers, nothing_known, Unjudged())]


def telling(library: Library) -> Telling:
    before, after = with_table(library), with_standards(library)
    return Telling(after, fingerprint_of(after), 2, before, fingerprint_of(before))


async def test_keys_are_unique_and_the_same_on_whatever_day_the_change_is_planned(library: Library) -> None:
    async def keys(on: date) -> list[str]:
        known = telling(library)
        found = await planned(agenda(known.now, on, known.find_before(on)), recipients("CB001", "CB002", "CB003"))
        return [one.owed.key for one in found if one.owed.kind == "change"]

    today, later = await keys(TODAY), await keys(date(2026, 12, 14))

    assert today == later
    assert len(set(today)) == len(today) == 3


async def test_the_same_change_told_from_another_moment_has_keys_of_its_own(library: Library) -> None:
    async def keys(moment: int) -> set[str]:
        known = replace(telling(library), moment=moment)
        found = await planned(agenda(known.now, TODAY, known.find_before(TODAY)), recipients("CB001", "CB002"))
        return {one.owed.key for one in found if one.owed.kind == "change"}

    assert not await keys(2) & await keys(5)


async def test_whoever_came_in_after_the_others_were_told_is_told_of_no_change(library: Library) -> None:
    known = telling(library)

    found = await planned(agenda(known.now, TODAY, known.find_before(TODAY)), recipients("CB001", came_in=2))

    assert [one for one in found if one.owed.kind == "change"] == []


async def with_records_at_fault(faults: Collection[int], people: int) -> AsyncIterator[Recipient]:
    """Those at these places hold a certificate of a kind that no library knows."""
    place = 0
    async for one in recipients(*(f"CB{n:04}" for n in range(people))):
        if place in faults:
            held = (credential("khong_con_loai_nay", "4.5", date(2025, 12, 1)),)
            yield replace(one, person=replace(one.person, credentials=held))
        else:
            yield one
        place += 1


async def test_a_record_that_cannot_be_judged_stops_nobody_else_from_being_told(library: Library) -> None:
    known = telling(library)
    at = agenda(known.now, TODAY, known.find_before(TODAY))
    unjudged = Unjudged()

    found = [one async for one in plan(at, with_records_at_fault([1], 3), (), nothing_known, unjudged)]

    assert {one.owed.to for one in found} == {"CB0000", "CB0002"}
    assert unjudged.people == {"CB0001"}


@pytest.mark.parametrize(("faults", "people"), [(2, 2), (101, 200)])
async def test_where_hardly_a_record_is_at_fault_alone_the_day_does_not_pass_for_planned(
    library: Library, faults: int, people: int
) -> None:
    known = telling(library)
    at = agenda(known.now, TODAY, known.find_before(TODAY))

    with pytest.raises(LookupError):
        _ = [one async for one in plan(at, with_records_at_fault(range(faults), people), (), nothing_known, Unjudged())]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 11, 20), "2026-11-20T08:00:00+07:00", id="a working Friday"),
        pytest.param(date(2026, 11, 21), "2026-11-23T08:00:00+07:00", id="a Saturday"),
        pytest.param(date(2027, 1, 1), "2027-01-04T08:00:00+07:00", id="New Year before a weekend"),
        pytest.param(date(2027, 2, 6), "2027-02-11T08:00:00+07:00", id="the lunar New Year"),
    ],
)
async def test_notices_wait_for_the_morning_of_a_working_day(library: Library, day: date, expected: str) -> None:
    known = telling(library)
    goes_out = sending_day(day, known.now.calendar)

    found = await planned(agenda(known.now, goes_out, known.find_before(goes_out)), recipients("CB001"))

    assert {one.send_at.isoformat() for one in found} == {expected}


def test_nothing_can_wait_to_be_told_when_only_words_differ(library: Library) -> None:
    before, after = with_table(library), with_table(library)
    known = Telling(after, "a", 2, before, "b")

    assert known.standing is Standing.DIFFERENT
    assert known.find_before(TODAY) is None


# --- the command ---


@pytest.fixture(scope="module")
def terminal(server_url: str) -> Iterator[Terminal]:
    """An installation of its own in which nothing is loaded yet."""
    with make_home("plan") as home, psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE planning ENCODING 'UTF8' TEMPLATE template0")
        share_cache(home)
        terminal = Terminal(home, named(server_url, "planning"))
        assert terminal.run("init").returncode == 0
        yield terminal
        connection.execute("DROP DATABASE planning WITH (FORCE)")


def told(terminal: Terminal) -> tuple[bool, str]:
    """What the doctor says of the rules that people were told by."""
    checks = {one["name"]: one for one in json.loads(terminal.run("doctor", "--json").stdout)}
    return checks["told"]["is_well"], checks["told"]["found"]


def test_a_change_is_planned_from_the_first_load_to_the_one_that_takes_it_back(terminal, tmp_path):
    def load(name, sheets):
        ran = terminal.run("load", str(write_csv(tmp_path / name, sheets)))
        assert ran.returncode == 0, ran.stderr

    empty = terminal.run("plan", "--json")
    assert (empty.returncode, empty.stdout) == (0, "[]\n"), empty.stderr
    assert "chưa có ai để báo" in empty.stderr

    load("first", {**WHOLE, "can_bo": [PERSON_HEADER, PERSON, SECOND]})
    load("raised", RAISED)
    printed = terminal.run("plan", "--json").stdout
    everything = json.loads(printed)
    assert printed == terminal.run("plan", "--json").stdout
    reminders, planned = ([one for one in everything if one["kind"] == kind] for kind in ("reminder", "change"))
    assert [(one["to"], one["stage"]) for one in reminders] == [("CB001", "T-60"), ("CB002", "T-60")]
    assert "changes" not in reminders[0]
    assert [one["to"] for one in planned] == ["CB001", "CB002"]
    first = planned[0]
    assert {name: first[name] for name in ("kind", "about", "stage", "channel", "send_at")} == {
        "kind": "change",
        "about": ["CB001"],
        "stage": "change",
        "channel": "none",
        "send_at": "2026-11-23T08:00:00+07:00",
    }
    assert "IELTS" not in first["text"]
    assert "“Xem chi tiết”" in first["text"]
    (change,) = first["changes"]
    assert (change["criterion"], change["old"]["state"], change["new"]["state"]) == ("ngoai_ngu", "met", "missing")
    assert (change["old"]["required"], change["new"]["required"]) == ("bac_3", "bac_4")
    assert change["basis"] == [{"document": "02/MẪU-TU", "point": None}]
    assert change["why"] == "Tiêu chuẩn đã thay đổi, nay theo 02/MẪU-TU."
    table = terminal.run("plan", "--on", "24/11/2026").stdout
    assert "Nguyễn Văn Mẫu" in table
    assert "2 thông báo thay đổi." in table
    assert "chưa có kênh" in table
    is_well, found = told(terminal)
    assert is_well
    assert "đã báo ngày 21/11/2026" in found
    assert "nhacchuan plan" in found

    load("back", AS_BEFORE)
    assert "change" not in {one["kind"] for one in json.loads(terminal.run("plan", "--json").stdout)}


@pytest.fixture
def filled(terminal: Terminal, tmp_path: Path) -> Terminal:
    """The same with people in it, whichever test came first."""
    sheets = {**WHOLE, "can_bo": [PERSON_HEADER, PERSON, SECOND]}
    assert terminal.run("load", str(write_csv(tmp_path / "whole", sheets))).returncode == 0
    return terminal


def test_hr_sets_the_stages_of_a_round_and_takes_them_back(filled):
    terminal = filled

    def policy(*words: str) -> list[dict[str, Any]]:
        ran = terminal.run("reminders", "policy", *words, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def reminded() -> list[dict[str, Any]]:
        planned = json.loads(terminal.run("plan", "--json").stdout)
        return [one for one in planned if one["kind"] == "reminder"]

    (default,) = policy()
    assert default["before"] == [90, 60, 30, 14, 7, 1]
    (code,) = {one["key"].split(":")[2].split("@")[0] for one in reminded()}
    _same, own = policy("--round", code, "--before", "50, 10", "--after", "none", "--then-at-most", "0")
    assert own == {
        "round": code, "criterion": None, "before": [50, 10], "after": [], "then_every": 30, "then_at_most": 0,
    }  # fmt: skip
    assert {one["stage"] for one in reminded()} == {"T-50"}
    assert policy("--round", code, "--default") == [default]
    refused = terminal.run("reminders", "policy", "--round", "NO-SUCH", "--before", "7")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert "Không có đợt rà soát NO-SUCH" in refused.stderr


def test_a_declared_day_moves_what_is_planned_until_it_is_taken_back(filled):
    def planned() -> tuple[str, set[str]]:
        printed = filled.run("plan", "--json").stdout
        return printed, {one["send_at"] for one in json.loads(printed) if one["kind"] == "reminder"}

    before, sent_at = planned()
    assert {one[:10] for one in sent_at} == {"2026-11-23"}
    named = ("--reason", "Nghỉ phòng bão", "--basis", "12/CĐ-UBND")

    ran = filled.run("calendar", "declare", "23/11/2026", "--off", *named)
    assert (ran.returncode, "ngày nghỉ, đã khai: Nghỉ phòng bão" in ran.stdout) == (0, True), ran.stderr
    filled.run("calendar", "hours", "--from", "09:30", "--to", "16:00", "--reason", "Giờ mùa đông")
    moved, sent_at = planned()
    assert sent_at == {"2026-11-24T09:30:00+07:00"}
    assert planned()[0] == moved
    again = filled.run("calendar", "declare", "23/11/2026", "--worked", "--reason", "Lại làm", "--basis", "13/CĐ-UBND")
    assert (again.returncode, planned()[1]) == (0, {"2026-11-23T09:30:00+07:00"})

    filled.run("calendar", "withdraw", "23/11/2026", "--reason", "Bão đổi hướng")
    filled.run("calendar", "hours", "--default", "--reason", "Hết mùa đông")
    assert planned()[0] == before
    refused = filled.run("calendar", "withdraw", "23/11/2026", "--reason", "Bão đổi hướng")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(before="7,7"), "--before nhận tối đa 12 số ngày khác nhau"),
        (Wanted(before="0"), "--before nhận tối đa"),
        (Wanted(before="1,"), "--before nhận tối đa"),
        (Wanted(before="9" * 30), "--before nhận tối đa"),
        (Wanted(before=",".join(map(str, range(1, 14)))), "--before nhận tối đa"),
        (Wanted(after="x"), "--after nhận tối đa"),
        (Wanted(then_every=0), "--then-every nhận một số từ 1 đến 3650"),
        (Wanted(then_at_most=-1), "--then-at-most nhận một số từ 0 đến 60"),
    ],
)
def test_numbers_that_are_wrong_are_refused_with_one_sentence(wanted: Wanted, told: str) -> None:
    with pytest.raises(InputError) as refused:
        read_stages(wanted, ReminderStages((30,), (1,), 30, 6))

    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_numbers_that_are_not_typed_stay_as_they_were() -> None:
    held = ReminderStages((30,), (1,), 30, 6)

    assert read_stages(Wanted(before="7, 60"), held) == ReminderStages((60, 7), (1,), 30, 6)
    assert read_stages(Wanted(after="none", then_every=10), held) == ReminderStages((30,), (), 10, 6)


def test_rules_that_another_version_kept_are_said_to_be_unreadable(filled):
    terminal = filled
    with psycopg.connect(terminal.given["NHACCHUAN_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("UPDATE told_rules SET form = 999, fingerprint = 'other'")

    ran = terminal.run("plan", "--json")

    assert ran.returncode == 0
    assert "change" not in {one["kind"] for one in json.loads(ran.stdout)}
    assert "phiên bản khác" in ran.stderr
    assert told(terminal)[0] is False
