"""The drill of a year, in small: what it counts as a fault never happens, and it does count faults."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.library import Library
from tests.drills import year, year_stored
from tests.offices import share_cache


def test_nobody_is_forgotten_or_told_twice_in_a_year_with_outages() -> None:
    (figures,) = year.run(people=60, seeds=1)

    faults = ("lost", "duplicates", "two_messages_a_day", "off_hours", "after_closure")
    assert {name: figures[name] for name in faults} == dict.fromkeys(faults, 0)
    assert figures["windows"] > 400


async def test_weeks_with_outages_pass_through_the_real_store(
    library: Library, database_url: str, tmp_path: Path
) -> None:
    share_cache(tmp_path)

    figures = await year_stored.live(8, 25, 1, library, database_url, tmp_path)

    faults = ("lost", "duplicates", "two_messages_a_day", "off_hours", "after_closure", "twice_a_day", "sent_off_hours")
    assert {name: figures[name] for name in faults} == dict.fromkeys(faults, 0)
    assert figures["left_the_house"] == figures["messages"] > 10


@pytest.mark.parametrize(
    ("last", "safe", "expected"),
    [
        (date(2026, 12, 31), date(2026, 12, 31), [("T-7", date(2026, 12, 24)), ("T-1", date(2026, 12, 30))]),
        (date(2026, 12, 27), date(2026, 12, 25), [("T-7", date(2026, 12, 20)), ("T-1", date(2026, 12, 25))]),
    ],
)
def test_the_windows_that_it_counts_are_written_down_apart_from_the_product(last, safe, expected) -> None:
    found = [(name, opens) for name, opens, _closes, _insisted in year._windows(last, safe)]

    assert [one for one in found if one[0] in {"T-7", "T-1"}] == expected
