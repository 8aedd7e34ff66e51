"""How the tests are shared out when several processes run them: what stands on one office together, the longest first.

Every process collects all tests and makes its own server, so a process more than there are cores pays only because
tests wait: for another process, for a moment that must pass.
"""

import os
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

# Whose tests share one office, although they are several files.
TOGETHER = "tests/bot/on_console"
# Whose tests share nothing and are long.
EACH_BY_ITSELF = {"tests/drills/test_drills.py", "tests/handlers/test_walk_tables.py"}
# What would be waited for at the end, began it last; whatever is not named follows in its own order.
LONGEST = (
    "tests/bot/on_console",
    "tests/storage/test_embedded.py",
    "tests/handlers/test_walk_tables.py",
    "tests/storage/test_replica.py",
    "tests/bot/push/test_fleet.py",
    "tests/evaluation/test_exam.py",
    "tests/bot/test_rotating_keys.py",
    "tests/bot/test_serving.py",
    "tests/bot/test_zalo_bot.py",
    "tests/drills/test_drills.py",
    "tests/bot/test_command_line.py",
    "tests/bot/on_api/test_reading.py",
    "tests/storage/test_migrations.py",
    "tests/test_layers.py",
    "tests/bot/test_working.py",
    "tests/bot/test_doctor_seeds.py",
    "tests/bot/test_planning.py",
    "tests/bot/push/test_broadcasting.py",
    "tests/bot/on_zalo/test_answering.py",
    "tests/bot/test_judging.py",
    "tests/storage/test_upgrades.py",
    "tests/storage/test_backups.py",
    "tests/bot/test_keeping.py",
    "tests/storage/test_personal_data.py",
    "tests/storage/test_outbox.py",
    "tests/bot/on_zalo/test_pushing.py",
    "tests/bot/push/test_pump.py",
    "tests/knowledge/understanding/test_reading.py",
    "tests/knowledge/reading/test_properties.py",
    "tests/knowledge/test_changes.py",
)


class Sharing(LoadScopeScheduling):
    """Gives each process one portion after another, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return portion_of(nodeid)


def portion_of(nodeid: str) -> str:
    """What a test is run together with: its file, the files of its office, or nothing else."""
    file = nodeid.partition("::")[0]
    if file in EACH_BY_ITSELF:
        return nodeid
    return TOGETHER if PurePosixPath(file).is_relative_to(TOGETHER) else file


def put_longest_first(items: list[pytest.Item]) -> None:
    """Bring the tests into the order in which portions are given out."""
    rank = {portion: number for number, portion in enumerate(LONGEST)}

    def rank_of(item: pytest.Item) -> int:
        portion = portion_of(item.nodeid)
        return rank.get(portion.partition("::")[0], len(rank))

    items.sort(key=rank_of)


def count_processes() -> int:
    """One more than there are cores, since a good part of the time is waiting."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1
