"""Only those are excused of whose own conversation the log says that nobody knows whether an answer arrived."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.log_names import short_name
from tests.drills import providers
from tests.drills.house import Asked, House
from tests.drills.own_records import code_of
from tests.drills.zalo_house import AccountHouse, BotHouse


@pytest.fixture(params=[House, AccountHouse, BotHouse], ids=["telegram", "zalo-account", "zalo-bot"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with request.param.make_platform(0.0, tmp_path / "jump") as api:
        yield request.param(api, tmp_path, "", "", "webhook", None)


def name_unclear(house: House, *asked: Asked) -> None:
    lines = [f"level=warning event={house.unclear} chat={short_name(one.address)} code=502" for one in asked]
    (house.home / "serve-0.log").write_text("\n".join(lines))


def reads(house: House, monkeypatch: pytest.MonkeyPatch, read: dict[str, list[str]]) -> None:
    monkeypatch.setattr(house, "texts_at", lambda address: read.get(address, []))


async def ask(house: House, count: int) -> list[Asked]:
    house.asked = [
        Asked(house.new_visitor(n), 0.0, code_of(n), is_for_own_record=True) for n in range(count)
    ]  # fmt: skip
    return house.asked


async def test_who_read_the_answer_though_the_log_calls_it_unclear_excuses_nobody_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_read, lost, named = await ask(house, 3)
    reads(house, monkeypatch, {has_read.address: [house.interrupted]})
    name_unclear(house, has_read, has_read, named)

    found = providers.count_but_named(house)
    assert (found["lost"], found["named unclear"]) == (1, 1)
    assert providers.breaches(found)
    assert await providers._unanswered(house) == 1
    assert providers.find_named(house) == [has_read, named]
    assert lost not in providers.find_named(house)


async def test_only_who_is_named_may_read_the_rest_of_an_answer_whose_beginning_was_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, other = await ask(house, 2)
    reads(house, monkeypatch, {one.address: ["Đồng chí chọn:"] for one in (named, other)})
    name_unclear(house, named)

    found = providers.count_but_named(house)
    assert (found["own record not told"], found["named unclear"]) == (1, 1)
