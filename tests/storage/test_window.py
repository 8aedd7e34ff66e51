"""However messages are delayed on their way, no second holds more than it may, and hardly any time is lost."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.window import open_window
from tests.drills.province import most_in_a_second

WAY = 0.03  # seconds that the shortest way takes, to and fro


def travel(per_second: float, delays: list[float]) -> Iterator[tuple[float, float]]:
    """When each leaves and arrives; the answer of each is known as soon as it comes."""
    window = open_window(1 / per_second, [], [])
    leaves, answers = 0.0, []
    for number, late in enumerate(delays):
        for other, answered in answers:
            if answered <= leaves:
                window.arrive(other, answered - WAY)
        leaves = max(leaves + 0.96 / per_second, number / per_second, window.earliest())
        window.depart(number, leaves)
        arrives = leaves + WAY / 2 + late
        answers.append((number, arrives + WAY / 2))
        yield leaves, arrives


@given(
    st.sampled_from([3.0, 27.0, 30.0]),
    st.lists(st.one_of(st.just(0.0), st.floats(0, 0.4)), min_size=100, max_size=200),
)
def test_no_second_holds_more_than_one_above_the_pace(per_second, delays):
    arrivals = sorted(arrives for _left, arrives in travel(per_second, delays))
    assert most_in_a_second(arrivals) <= per_second + 1


def test_nothing_is_lost_of_the_pace_while_ways_differ_little():
    delays = [0.02 * (number % 7 == 0) for number in range(900)]
    moments = [left for left, _arrives in travel(30, delays)]
    assert len(moments) / moments[-1] == pytest.approx(30, abs=0.2)


@pytest.mark.parametrize("interval", [0.0, 0.005])
def test_without_a_limit_or_at_a_great_pace_nothing_is_counted(interval):
    window = open_window(interval, [], [])
    window.depart(1, 5.0)
    assert (window.earliest(), window.numbers) == (0.0, [])


def test_what_never_arrives_holds_others_up_for_a_moment_only():
    window = open_window(1.0, [], [])
    for number in range(3):
        window.depart(number, float(number))
    assert window.earliest() == pytest.approx(2.505)  # two may come in a second: it follows the one before the last
