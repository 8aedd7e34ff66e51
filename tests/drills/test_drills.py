"""Each drill in small, with real worker processes; the figures that must hold are those of the drills in full."""

from tests.drills import hostile_zalo
from tests.drills.engine import measure
from tests.drills.hostile_broadcast import plain
from tests.drills.rate import keep_pace


async def test_nobody_is_lost_or_told_twice_by_a_hostile_platform(empty_database_url: str) -> None:
    found = await plain(40, 2, 2, url=empty_database_url)

    named = {key: found[key] for key in ("reached", "refused_named", "unclear", "unclear_of_lost_answers")}
    assert named == {"reached": 38, "refused_named": 2, "unclear": 2, "unclear_of_lost_answers": 2}
    wrong = {key: found[key] for key in ("duplicates", "lost", "refused_wrongly", "not_ended", "errors")}
    assert set(wrong.values()) == {0}, wrong


async def test_nobody_is_lost_or_told_twice_by_a_hostile_zalo_with_telegram_beside_it(empty_database_url: str) -> None:
    found = await hostile_zalo.plain(28, url=empty_database_url)

    assert hostile_zalo.breaches(found) == []
    assert found["lost_answers"] == 4
    assert found["failed_over"] >= 4
    assert found["tokens_refreshed"] >= 2


async def test_two_workers_keep_one_pace(empty_database_url: str) -> None:
    found = await keep_pace(2, 30, 2, url=empty_database_url)

    assert found["delivered"] == found["people"]
    assert found["most_in_a_second"] <= 33  # a busy machine is given two; the drill in full none


async def test_without_a_limit_everybody_is_told_once(empty_database_url: str) -> None:
    found = await measure(300, 0, url=empty_database_url)

    assert found["delivered"] == 300
    assert found["per_second"] > 30
