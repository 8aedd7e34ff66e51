"""The profiles that docs/profiles.md speaks of are kept, each with the command that takes it again."""

import re

import pytest

from tests.bench.profiles import PROFILES, ROOT, START, plain

ABSOLUTE = re.compile(r"(?<![\w.)])/\w")


@pytest.mark.parametrize("name", [*PROFILES, START])
def test_a_profile_is_kept_and_says_nothing_of_the_machine_it_was_taken_on(name):
    kept = (ROOT / "docs" / "profiles" / f"{name}.txt").read_text(encoding="utf-8")

    assert kept.startswith(f"python -m tests.bench.profiles {name}\n20")
    assert not ABSOLUTE.search(kept)
    assert f"(profiles/{name}.txt)" in (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_paths_and_addresses_of_the_machine_are_left_out():
    assert plain(f"{ROOT}/bot/x.py:1 {re.__file__}:2 <f at 0x7f00>") == "bot/x.py:1 re/__init__.py:2 <f>"
