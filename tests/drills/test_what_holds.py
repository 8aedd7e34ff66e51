"""What a drill calls held: no wrong disclosure, no kill that was left out, and nothing that was not run."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.drills import database_away, failover, jumps, kills, providers, restored
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


def test_what_the_log_names_unclear_is_told_once_of_each() -> None:
    answers = {"asked": 9, "lost": 2, "own record not told": 2}
    named = {"asked": 9, "lost": 0, "own record not told": 1, "named unclear": 3}
    assert providers.name_unclear(answers, 3) == named
    assert providers.name_unclear(answers, 9)["named unclear"] == 4
    assert providers.name_unclear(answers, 1) == {"asked": 9, "lost": 1, "own record not told": 2, "named unclear": 1}
