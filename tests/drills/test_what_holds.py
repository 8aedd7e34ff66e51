"""What a drill calls held: no wrong disclosure, no kill that was left out, and nothing that was not run."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.drills import database_away, failover, jumps, kills, planners, providers, restored
from tests.drills.__main__ import DRILLS, Ended, _read, _verdict, rows_of
from tests.drills.house import MOST_LEAVING, Asked, House
from tests.drills.zalo_house import ZALO, AccountHouse, BotHouse
from tests.standins.telegram_api import TelegramApi
from tests.standins.telegram_api.world import Message


@pytest.mark.parametrize("drill", [kills, database_away, providers, restored, jumps], ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", ["lost", "doubled", "wrong disclosures", "own record not told"])
def test_no_drill_holds_where_somebody_reads_of_others(drill: ModuleType, name: str) -> None:
    assert name in drill.BREACHES


@pytest.mark.parametrize("drill", [kills, database_away, providers, jumps], ids=lambda one: one.__name__)
def test_no_drill_holds_where_somebody_gets_an_apology_for_an_answer(drill: ModuleType) -> None:
    assert "apologies" in drill.BREACHES


def test_a_failover_does_not_hold_where_somebody_reads_of_others() -> None:
    must = ("acknowledged_and_gone", "told_twice", "lost", "not_ended", "questions_unanswered", "answered_twice")
    found = dict.fromkeys((*must, "own_record_not_told"), 0) | {"wrong_disclosures": 1}
    assert failover.breaches(found) == {"wrong_disclosures": 1}


def test_fewer_kills_than_wanted_are_a_breach() -> None:
    assert kills.breaches({"lost": 0, "not killed as often as wanted": {"serve": 1}})
    assert not kills.breaches({"lost": 0, "not killed as often as wanted": {}})


def test_what_was_not_run_is_not_called_held() -> None:
    figures = {"full disk": {"not run": "no right"}, "killed": {"asked": 9}}
    ended = Ended("database", figures, has_held=True, seconds=1)
    assert [_verdict(ended, f"database: {part}") for part in figures] == ["NOT RUN", "yes"]


def test_every_house_is_killed_and_every_platform_spoiled() -> None:
    assert {f"kills-{which}" for which in kills.HOUSES} <= DRILLS.keys()
    assert {"providers", *(f"providers-{door}" for door in ZALO), "hostile-zalo"} <= DRILLS.keys()
    assert {house.channel for house in (House, AccountHouse, BotHouse)} == providers.TROUBLES.keys()


def test_each_way_of_a_drill_has_a_line_of_its_own() -> None:
    out = 'by the way\n{"plain": {"people": 3}, "kills": {"people": 4}}\n'
    ended = Ended("hostile-zalo", _read(out), has_held=True, seconds=1)
    assert rows_of(ended) == [("hostile-zalo: plain", "people 3"), ("hostile-zalo: kills", "people 4")]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with TelegramApi() as api:
        yield House(api, tmp_path, "", "", "webhook", None)


def read(house: House, asked: Asked, text: str) -> None:
    me = {"id": 1, "is_bot": True, "first_name": "bot"}
    chat = house.api.chats[int(asked.address)]
    chat.messages.append(Message(1, 0, chat, me, text))


async def test_whoever_waited_at_a_kill_may_be_told_so_and_nobody_else(house: House) -> None:
    early, waiting = house.asks("xin chào"), house.asks("xin chào")
    read(house, early, "Chào")
    house.note_cut_off()
    late = house.asks("xin chào")

    read(house, waiting, house.interrupted)
    assert house.count_answers()["told so without cause"] == 0
    read(house, early, house.interrupted)
    read(house, late, house.interrupted)
    assert house.count_answers()["told so without cause"] == 2 + 2  # each of them, and more than the kill cut off


async def test_a_kill_cuts_off_no_more_than_may_stand_between_mark_and_end(house: House) -> None:
    asked = [house.asks("xin chào") for _each in range(MOST_LEAVING + 1)]
    house.note_cut_off()
    for one in asked:
        read(house, one, house.interrupted)

    assert house.count_answers()["told so without cause"] == 1


TODAY = "2026-03-02 10:00+07"
_BROADCASTS = """
WITH n AS (INSERT INTO notices (kind, key, payload, made_at)
        SELECT 'broadcast', format(%(key)s, row_number() OVER ()), '{}', %(at)s FROM unnest(%(states)s::text[])
        RETURNING id),
    d AS (INSERT INTO deliveries (person, sender, channel, address, locale, state, due_at)
        SELECT 'ZZ' || place, 'telegram:1', 'telegram', place::text, 'vi', state, %(at)s
        FROM unnest(%(states)s::text[]) WITH ORDINALITY AS s (state, place) RETURNING id)
INSERT INTO carried (notice, delivery) SELECT n.id, d.id
FROM (SELECT id, row_number() OVER (ORDER BY id) place FROM n) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) place FROM d) d USING (place)
"""
LEFT = ["waiting", "claimed", "started", "refused", "unreachable", "dropped"]


@pytest.fixture
async def kept(house: House, database_url: str) -> House:
    """The house with a database, in which two people were asked to be told one thing."""
    house.direct = database_url
    house.bulk, house.told = 2, {1}
    return house


def keep(house: House, *states: str, key: str = "broadcast:1:%s") -> None:
    house.query(_BROADCASTS, {"states": list(states), "key": key, "at": TODAY})


@pytest.mark.parametrize("drill", [kills, database_away, providers, jumps], ids=lambda one: one.__name__)
def test_no_drill_holds_where_somebody_was_not_told(drill: ModuleType) -> None:
    assert {"notices lost", "notices doubled"} <= set(drill.BREACHES)


@pytest.mark.parametrize("state", LEFT)
async def test_whoever_was_asked_to_be_told_and_was_not_is_lost_however_their_row_stands(
    kept: House, state: str
) -> None:
    keep(kept, "unclear", state)

    found = await kept.count_notices()

    assert (found["asked to be told"], found["not told"], found["notices lost"]) == (2, 1, 1)


async def test_what_was_told_or_named_unclear_is_not_lost(kept: House) -> None:
    keep(kept, "unclear", "unclear")

    found = await kept.count_notices()

    assert (found["asked to be told"], found["not told"], found["notices lost"]) == (2, 0, 0)


async def test_what_was_asked_to_be_told_and_never_kept_is_lost(kept: House) -> None:
    assert (await kept.count_notices())["notices lost"] == 2


async def test_a_try_that_nobody_heard_of_is_kept_whole_or_not_at_all(kept: House) -> None:
    keep(kept, "unclear", "unclear")
    assert (await kept.count_notices())["notices lost"] == 0
    keep(kept, "unclear", key="broadcast:2:%s")
    assert (await kept.count_notices())["notices lost"] == 1


async def test_what_left_in_two_messages_is_doubled(kept: House) -> None:
    keep(kept, "unclear", "unclear")
    keep(kept, "unclear", key="reminder:1:%s")
    kept.query(
        "INSERT INTO carried (delivery, notice) SELECT max(d.id), min(n.id) FROM deliveries d CROSS JOIN notices n"
    )

    assert (await kept.count_notices())["notices doubled"] == 1


@pytest.mark.parametrize("state", ["waiting", "claimed", "started", "refused"])
async def test_what_the_house_found_to_tell_and_did_not_is_lost(kept: House, state: str) -> None:
    keep(kept, "unclear", "unclear")
    keep(kept, state, "dropped", "unreachable", key="reminder:1:%s")

    assert (await kept.count_notices())["notices lost"] == 1


def plan(**other: int) -> dict[str, object]:
    """Figures of a month in which everything went well, but for these."""
    good = {
        "nights": 30, "days due": 21, "days planned": 21, "days missed": 0, "planned on days off": 0,
        "planned twice": 0, "planned by nobody": 0, "messages": 40, "two messages of a day": 0, "notices twice": 0,
    }  # fmt: skip
    return {**good, **{name.replace("_", " "): value for name, value in other.items()}}


def test_planners_hold_where_every_day_was_planned_once() -> None:
    assert planners.breaches(plan()) == {}


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(plan(days_planned=1, days_missed=20), id="one day of a month"),
        pytest.param(plan(messages=0), id="nobody told"),
        pytest.param(plan(days_due=0, days_planned=0), id="nothing to plan"),
        pytest.param(plan(planned_on_days_off=1), id="a Sunday"),
        pytest.param(plan(planned_twice=1), id="twice"),
    ],
)
def test_planners_do_not_hold_where_a_day_was_missed_or_nobody_was_told(found: dict[str, object]) -> None:
    assert planners.breaches(found)


# What our own code starts, by its module, and by which name it is killed.
STARTED = {
    "bot.handed_in.child": "evidence child",
    "knowledge.reading.files.parse": "document reader",
    "storage.postgres.keeper": "postgres keeper",
}
LEARNING = "knowledge.understanding.training"  # only where nothing was learned yet; then whoever waits learns instead


def test_every_kind_of_process_is_killed() -> None:
    rooms = [
        path.read_text() for room in ("bot", "handlers", "knowledge", "storage") for path in Path(room).rglob("*.py")
    ]
    started = {module for text in rooms for module in re.findall(r'"-m",\s*"([\w.]+)"', text)}
    killed = {kind for house in kills.HOUSES.values() for kind in house}

    assert started == {*STARTED, LEARNING}
    assert set(STARTED.values()) < killed
    assert {"serve", "work", "run", "postgres postmaster", "postgres backend", "postgres background"} < killed
