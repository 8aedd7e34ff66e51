"""What a drill calls held: no wrong disclosure, no kill that was left out, and nothing that was not run."""

from types import ModuleType

import pytest

from tests.drills import database_away, failover, jumps, kills, providers, restored
from tests.drills.__main__ import Ended, _verdict


@pytest.mark.parametrize("drill", [kills, database_away, providers, restored, jumps], ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", ["lost", "doubled", "wrong disclosures", "own record not told"])
def test_no_drill_holds_where_somebody_reads_of_others(drill: ModuleType, name: str) -> None:
    assert name in drill.BREACHES


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
