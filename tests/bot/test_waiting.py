"""Waiting for what is out of reach: longer each time, however long it is away."""

import pytest

from bot.waiting import longer_each_time


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 3.0), (1, 6.0), (4, 48.0), (5, 60.0), (1_000, 60.0), (100_000, 60.0)]
)
def test_pauses_double_up_to_the_longest_after_any_number_of_failures(failures, seconds):
    assert longer_each_time(failures, first=3.0, longest=60.0) == seconds
